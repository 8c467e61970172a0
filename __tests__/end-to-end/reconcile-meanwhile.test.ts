import * as aws from '@aws-sdk/client-iam';
import { lookWhole } from '../../src/cli/drift/look.ts';
import { reconcile } from '../../src/cli/drift/reconcile.ts';
import type { Terminal } from '../../src/cli/io.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { applied, bootstrapped, copyOf, orThrow, withLab } from '../support/lab-in-test.ts';
import { comparableAccount } from '../support/lab-in-test-account.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { deny, document, FULL, group, user } from '../support/tamperings/tampering.ts';

const team: Team = {
  ...sampleTeam,
  settings: { ...sampleTeam.settings, reconcile: { mode: 'additions', perDay: 10 } },
};

let start: EmulatorMemory;
beforeAll(async () => {
  start = await withLab(await bootstrapped(), async (test) => {
    await applied(test.lab(team));
    return copyOf(test.memory);
  });
});

/** What is done in an emergency while somebody reads the question. */
const EMERGENCIES: readonly (readonly [string, (iam: aws.IAMClient) => Promise<unknown>])[] = [
  [
    'a Deny is attached to a member',
    async (iam) => {
      const made = await iam.send(
        new aws.CreatePolicyCommand({ PolicyName: 'stop', PolicyDocument: document('Deny', '*') }),
      );
      await iam.send(new aws.AttachUserPolicyCommand({ ...user('fay'), PolicyArn: made.Policy?.Arn }));
    },
  ],
  [
    'a Deny is written into a member',
    (iam) =>
      iam.send(
        new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument: document('Deny', '*') }),
      ),
  ],
  [
    'a suspension is written into the limits of a member',
    (iam) =>
      iam.send(
        new aws.PutUserPolicyCommand({ ...user('gus'), PolicyName: 'limits', PolicyDocument: document('Deny', '*') }),
      ),
  ],
  [
    "a role's policy is narrowed",
    (iam) =>
      iam.send(
        new aws.CreatePolicyVersionCommand({
          PolicyArn: rolePolicyArn(team, 'paymaster'),
          PolicyDocument: document('Allow', 'mechanicalturk:GetHIT', deny('mechanicalturk:SendBonus')),
          SetAsDefault: true,
        }),
      ),
  ],
  [
    'a member is taken out of a group',
    (iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') })),
  ],
];

test.each(EMERGENCIES)('nothing is undone when, while the question stands, %s', async (_what, emergency) => {
  await withLab(start, async (test) => {
    const lab = test.lab(team);
    await lab.iam.send(new aws.AttachUserPolicyCommand({ ...user('bo'), PolicyArn: FULL }));
    let then: unknown = null;
    let asked = 0;
    const terminal: Terminal = {
      ...SILENT,
      async confirm() {
        asked += 1;
        await emergency(lab.iam);
        then = comparableAccount(test.memory.account, start.account);
        return true;
      },
    };
    const { look } = orThrow(await lookWhole(lab, { trail: false }, terminal));
    const request = { undo: true, restore: [], expect: null };
    const ending = await reconcile(lab, look, request, { yes: false }, terminal);
    expect(ending).toMatchObject({ outcome: 'refused', refusal: { reason: 'changed-meanwhile' } });
    expect(asked).toBe(1);
    expect(comparableAccount(test.memory.account, start.account)).toEqual(then);
  });
});

test('what was asked about is undone when nothing else happened, and somebody answered yes', async () => {
  await withLab(start, async (test) => {
    const lab = test.lab(team);
    await lab.iam.send(new aws.AttachUserPolicyCommand({ ...user('bo'), PolicyArn: FULL }));
    const terminal: Terminal = { ...SILENT, confirm: async () => true };
    const { look } = orThrow(await lookWhole(lab, { trail: false }, terminal));
    const ending = await reconcile(lab, look, { undo: true, restore: [], expect: null }, { yes: false }, terminal);
    expect(ending.outcome).toBe('done');
  });
});

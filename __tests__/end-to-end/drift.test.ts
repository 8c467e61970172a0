import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { type Difference, differences } from '../../src/access/model-difference.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { type Emulator, openEmulator } from '../../src/emulator/emulator.ts';
import { blocksOf } from '../../src/guardrails/guardrails.ts';
import { classifyPlan, type PlanClassification } from '../../src/review/changes/classify-plan.ts';
import { boundaryArn, rolePolicyArn } from '../../src/team/names.ts';
import type { SavedPlan } from '../../src/terraform/run/commands.ts';
import type { Workspace } from '../../src/terraform/run/workspace.ts';
import { appliedIn, emulatorWorkspace, plannedIn } from '../support/emulator-workspace.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { sampleTeam as team } from '../support/sample-team.ts';

const TODAY = '2026-11-25';
const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const ANYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' }],
});

let directory = '';
let emulator: Emulator;
let iam: aws.IAMClient;
let workspace: Workspace;

const plan = () => plannedIn(workspace);
const apply = (saved: SavedPlan) => appliedIn(workspace, saved);

async function report(): Promise<PlanClassification> {
  return classifyPlan((await plan()).plan, team.account);
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mturk-team-drift-'));
  emulator = await openEmulator({ dir: null, accountId: team.account });
  iam = new aws.IAMClient({ endpoint: emulator.endpoint, region: 'us-east-1', credentials: emulator.rootCredentials });
  await appliedIn(await emulatorWorkspace(emulator, directory, 'bootstrap', team));
  workspace = await emulatorWorkspace(emulator, directory, 'team', team);
  await apply(await plan());
});
afterAll(async () => {
  iam.destroy();
  await emulator.close();
  await rm(directory, { recursive: true, force: true });
});

const user = (key: string) => ({ UserName: `perception-lab-${key}` });
const group = (key: string) => ({ GroupName: `perception-lab-${key}` });

// Each row is one change that a person may make by hand, and the one difference that drift must report for it.
const TAMPERINGS: readonly (readonly [string, () => Promise<unknown>, Partial<Difference>])[] = [
  [
    'a member put into another group',
    () => iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('full-access') })),
    { kind: 'membership-added', user: 'perception-lab-bo', group: 'perception-lab-full-access', unmanaged: false },
  ],
  [
    'a member taken out of a group',
    () => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') })),
    { kind: 'membership-removed', user: 'perception-lab-bo', group: 'perception-lab-task-publisher' },
  ],
  [
    'a policy attached to a member',
    () => iam.send(new aws.AttachUserPolicyCommand({ ...user('cy'), PolicyArn: FULL })),
    { kind: 'policy-attached', holder: { kind: 'user', name: 'perception-lab-cy' }, arn: FULL },
  ],
  [
    'a policy attached to a group',
    () => iam.send(new aws.AttachGroupPolicyCommand({ ...group('results-reader'), PolicyArn: FULL })),
    { kind: 'policy-attached', holder: { kind: 'group', name: 'perception-lab-results-reader' }, arn: FULL },
  ],
  [
    "a group's own policy detached",
    () =>
      iam.send(
        new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: rolePolicyArn(team, 'paymaster') }),
      ),
    { kind: 'policy-detached', arn: rolePolicyArn(team, 'paymaster') },
  ],
  [
    'an inline policy on a member',
    () => iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'extra', PolicyDocument: ANYTHING })),
    { kind: 'inline-policy-added', policy: 'extra', document: null },
  ],
  [
    'an inline policy on a group',
    () =>
      iam.send(
        new aws.PutGroupPolicyCommand({ ...group('task-publisher'), PolicyName: 'extra', PolicyDocument: ANYTHING }),
      ),
    { kind: 'inline-policy-added', policy: 'extra', document: null },
  ],
  [
    'the limits of a member deleted',
    () => iam.send(new aws.DeleteUserPolicyCommand({ ...user('bo'), PolicyName: 'limits' })),
    { kind: 'inline-policy-removed', holder: { kind: 'user', name: 'perception-lab-bo' }, policy: 'limits' },
  ],
  [
    'the limits of a member edited',
    () => iam.send(new aws.PutUserPolicyCommand({ ...user('gus'), PolicyName: 'limits', PolicyDocument: ANYTHING })),
    { kind: 'inline-policy-changed', holder: { kind: 'user', name: 'perception-lab-gus' }, policy: 'limits' },
  ],
  [
    'a policy given another default version',
    () =>
      iam.send(
        new aws.CreatePolicyVersionCommand({
          PolicyArn: rolePolicyArn(team, 'results-reader'),
          PolicyDocument: ANYTHING,
          SetAsDefault: true,
        }),
      ),
    { kind: 'policy-changed', arn: rolePolicyArn(team, 'results-reader') },
  ],
  [
    'a boundary taken away',
    () => iam.send(new aws.DeleteUserPermissionsBoundaryCommand(user('fay'))),
    { kind: 'boundary-changed', user: 'perception-lab-fay', from: boundaryArn(team), to: null },
  ],
  [
    'a tag',
    () => iam.send(new aws.TagUserCommand({ ...user('ada'), Tags: [{ Key: 'hello', Value: 'x' }] })),
    { kind: 'tag-changed', user: 'perception-lab-ada', tag: 'hello', from: null, to: 'x' },
  ],
  [
    'a stranger put into a group',
    async () => {
      // An earlier case may have created it.
      await iam
        .send(new aws.CreateUserCommand({ UserName: 'stranger', Path: '/mturk/perception-lab/' }))
        .catch(() => {});
      await iam.send(new aws.AddUserToGroupCommand({ UserName: 'stranger', ...group('full-access') }));
    },
    { kind: 'membership-added', user: 'stranger', unmanaged: true },
  ],
];

// One at a time for a sample; below, all of it at once.
test.each(sampleOf(TAMPERINGS, 1))('%s is named, once and alone, and put back', async (_what, tamper, expected) => {
  await tamper();
  const saved = await plan();
  const found = classifyPlan(saved.plan, team.account);
  expect(found.manualChanges).toEqual([{ difference: expect.objectContaining(expected), outcome: 'reverted' }]);
  expect(found).toMatchObject({ class: 'drift', pending: [], unexplained: [], manualAttributes: [] });
  expect(blocksOf(saved.plan, team, TODAY)).toEqual([]);
  // That it is put back is what the next one needs in order to be alone.
  await apply(saved);
});

test('drift names a member deleted by hand and their groups, and an apply restores the member with their limits', async () => {
  for (const key of ['results-reader', 'task-publisher']) {
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group(key) }));
  }
  await iam.send(new aws.DeleteUserPolicyCommand({ ...user('bo'), PolicyName: 'limits' }));
  await iam.send(new aws.DeleteUserCommand(user('bo')));
  const saved = await plan();
  const found = classifyPlan(saved.plan, team.account);
  expect(found.manualChanges.map(({ difference, outcome }) => `${difference.kind} ${outcome}`)).toEqual([
    'inline-policy-removed reverted',
    'membership-removed reverted',
    'membership-removed reverted',
    'user-deleted reverted',
  ]);
  expect(found.pending).toEqual([]);
  await apply(saved);
  const after = await report();
  expect(after).toMatchObject({ manualChanges: [], pending: [], pendingAddresses: [], unexplained: [] });
  expect(differences(after.access.before, desiredAccess(team, TODAY))).toEqual([]);
});

test('all of it at once is all named', async () => {
  for (const [, tamper] of TAMPERINGS) await tamper();
  const saved = await plan();
  const found = classifyPlan(saved.plan, team.account);
  expect(found.manualChanges).toHaveLength(TAMPERINGS.length);
  for (const [, , expected] of TAMPERINGS) {
    expect(found.manualChanges).toContainEqual({ difference: expect.objectContaining(expected), outcome: 'reverted' });
  }
  await apply(saved);
  const after = await report();
  expect(after).toMatchObject({ manualChanges: [], pending: [], pendingAddresses: [], unexplained: [] });
  expect(differences(after.access.before, desiredAccess(team, TODAY))).toEqual([]);
});

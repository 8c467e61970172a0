import * as aws from '@aws-sdk/client-iam';
import { type Reconciled, reconcile } from '../../src/cli/drift/reconcile.ts';
import { type CompletedScan, fullScan } from '../../src/cli/drift/run-scan.ts';
import type { Terminal } from '../../src/cli/io.ts';
import { applyStack } from '../../src/cli/session/apply.ts';
import type { LabSession } from '../../src/cli/session/lab-session.ts';
import { applyRecord, noteApply, reconcileRecord } from '../../src/cli/session/records.ts';
import { NO_RECONCILE_RECORD, type ReconcileRequest, withReported } from '../../src/drift/remediation/decide.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import { iamName, labPath, rolePolicyArn } from '../../src/team/names.ts';
import type { ReconcileMode, Team } from '../../src/team/team.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { appliedTo, type LabInTest, orThrow, planned, TODAY, withLab } from '../support/lab-in-test.ts';
import { comparableAccount } from '../support/lab-in-test-account.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const DENY = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] });
const ALLOW = DENY.replace('Deny', 'Allow');
const user = (key: string) => ({ UserName: iamName(smallTeam.lab, key) });
const group = (key: string) => ({ GroupName: iamName(smallTeam.lab, key) });
const own = (key: string) => ({ PolicyArn: rolePolicyArn(smallTeam, key) });

function teamIn(mode: ReconcileMode, more: Partial<Team['settings']> = {}): Team {
  return { ...smallTeam, settings: { ...smallTeam.settings, reconcile: mode, ...more } };
}

interface Desk {
  readonly test: LabInTest;
  readonly lab: LabSession;
  readonly iam: aws.IAMClient;
  scan(): Promise<CompletedScan>;
  run(request?: Partial<ReconcileRequest>, terminal?: Terminal, of?: CompletedScan): Promise<Reconciled>;
  /** Records that a check of the day before reported these ids. */
  reported(...ids: string[]): Promise<void>;
  /** Everything that can be seen of the account, without ids and policy versions, which a revert makes new. */
  account(): string;
}

let start: EmulatorMemory;
beforeAll(async () => {
  start = await appliedTo(smallTeam);
});

async function inLab(team: Team, work: (desk: Desk) => Promise<void>, today = TODAY): Promise<void> {
  await withLab(start, async (test) => {
    test.setClock(`${today}T12:00:00Z`);
    const first = test.lab(smallTeam);
    await noteApply(applyRecord(first.records), first, { state: 'applied' });
    const lab = test.lab(team, { today });
    const scan = async () => orThrow(await fullScan(lab, { cloudTrail: false }, SILENT));
    const record = reconcileRecord(lab.records);
    await work({
      test,
      lab,
      iam: lab.iam,
      scan,
      async run(request = {}, terminal = SILENT, of) {
        const all = { reconcile: true, revert: [], ifFingerprint: null, ...request };
        return reconcile(lab, of ?? (await scan()), all, { yes: terminal === SILENT }, terminal);
      },
      async reported(...ids) {
        const at = new Date(lab.at.getTime() - 86_400_000);
        await record.write(withReported(NO_RECONCILE_RECORD, ids, at));
      },
      account: () =>
        JSON.stringify(comparableAccount(test.memory.account, start.account), (key, value) =>
          key === 'versions' || key === 'id' ? undefined : value,
        ),
    });
  });
}

const revertedBy = (ending: Reconciled) => (ending.outcome === 'reverted' ? [...ending.reverted].sort() : ending);

async function attack(iam: aws.IAMClient): Promise<void> {
  await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
  await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
  await iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), ...own('paymaster') }));
}

const ADDED = 'membership-added/bo/paymaster';
const REMOVED = 'membership-removed/fay/paymaster';
const DETACHED = 'policy-detached/group/paymaster/paymaster';

test('an attacker joins paymaster, removes a member and detaches its policy: only the addition is reverted', async () => {
  await inLab(teamIn('additions'), async ({ iam, scan, run, account }) => {
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    await iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), ...own('paymaster') }));
    const wanted = account();
    await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
    expect((await scan()).scan.findings.map(({ id }) => id).sort()).toEqual(
      expect.arrayContaining([expect.stringContaining(ADDED), expect.stringContaining(REMOVED)]),
    );
    expect(revertedBy(await run())).toEqual([expect.stringContaining(ADDED)]);
    expect(account()).toBe(wanted);
  });
});

test('in mode all everything goes back to what was applied, what grants access after a report', async () => {
  await inLab(teamIn('all'), async ({ lab, iam, scan, run, reported, account }) => {
    const before = account();
    await attack(iam);
    const first = await run();
    expect(revertedBy(first)).toEqual([expect.stringContaining(ADDED)]);
    expect(first.outcome === 'reverted' ? first.next.map(({ id }) => id).sort() : first).toEqual([
      expect.stringContaining(REMOVED),
      expect.stringContaining(DETACHED),
    ]);
    expect((await run()).outcome).toBe('nothing');
    const left = (await scan()).scan.findings.map(({ id }) => id);
    await reported(...left);
    expect(revertedBy(await run())).toEqual([...left].sort());
    expect(account()).toBe(before);
    expect((await planned(lab)).saved.plan.changes.filter(({ change }) => change.actions.join() !== 'no-op')).toEqual(
      [],
    );
  });
});

test('a deleted user and an edited role come back, and a merged change that is not applied stays pending', async () => {
  const bigger: Team = {
    ...teamIn('all'),
    members: smallTeam.members.map((each) =>
      each.key === 'ada' ? { ...each, roles: [...each.roles, 'paymaster'].sort() } : each,
    ),
  };
  await inLab(bigger, async ({ iam, scan, run, reported, account }) => {
    const before = account();
    const deleteBo = async () => {
      for (const role of ['results-reader', 'task-publisher']) {
        await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group(role) }));
      }
      await iam.send(new aws.DeleteUserPolicyCommand({ ...user('bo'), PolicyName: 'limits' }));
      await iam.send(new aws.DeleteUserCommand(user('bo')));
    };
    await deleteBo();
    await iam.send(
      new aws.CreatePolicyVersionCommand({ ...own('task-publisher'), PolicyDocument: DENY, SetAsDefault: true }),
    );
    const manual = (await scan()).scan.findings.filter(({ cause }) => cause === 'manual').map(({ id }) => id);
    await reported(...manual);
    expect(revertedBy(await run())).toEqual([...manual].sort());
    expect(account()).toBe(before);
    // The user that came back is another one, without keys, and reconcile noted it.
    const left = (await scan()).scan.findings.map(({ rule, cause }) => `${rule} ${cause}`);
    expect(left.filter((each) => !each.endsWith(' pending'))).toEqual([]);
    expect(left.some((each) => each.endsWith(' pending'))).toBe(true);
    await deleteBo();
    await iam.send(new aws.CreateUserCommand({ ...user('bo'), Path: labPath(smallTeam.lab) }));
    expect((await scan()).scan.findings.map(({ rule }) => rule)).toContain('user-recreated');
  });
});

test('a role that is removed right after a reconcile is deleted in order', async () => {
  await inLab(teamIn('additions'), async ({ test, iam, run }) => {
    await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
    await iam.send(new aws.AttachUserPolicyCommand({ ...user('bo'), PolicyArn: FULL }));
    await iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'x', PolicyDocument: ALLOW }));
    expect(revertedBy(await run())).toHaveLength(3);
    const team = teamIn('additions');
    const without: Team = {
      ...team,
      roles: team.roles.filter(({ key }) => key !== 'paymaster'),
      members: team.members.map((each) => ({
        ...each,
        roles: each.roles.map((role) => (role === 'paymaster' ? 'results-reader' : role)),
      })),
    };
    const lab = test.lab(without);
    const calls: string[] = [];
    test.listen(({ action, phase }) => phase === 'after' || calls.push(action) > 0);
    orThrow(await applyStack(lab, await planned(lab)));
    test.listen(null);
    const at = (action: string) => calls.indexOf(action);
    expect(at('RemoveUserFromGroup')).toBeGreaterThanOrEqual(0);
    expect(at('RemoveUserFromGroup')).toBeLessThan(at('DetachGroupPolicy'));
    expect(at('DetachGroupPolicy')).toBeLessThan(at('DeleteGroup'));
    expect(JSON.stringify(test.memory.account.groups).includes(group('paymaster').GroupName)).toBe(false);
  });
});

const EMERGENCIES: readonly (readonly [string, (iam: aws.IAMClient) => Promise<unknown>])[] = [
  [
    'a Deny is attached',
    (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('bo'), PolicyName: 'stop', PolicyDocument: DENY })),
  ],
  [
    'a member is removed from a group',
    (iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') })),
  ],
];

test.each(sampleOf(EMERGENCIES, 1))(
  'nothing is reverted if, while the question waits, %s',
  async (_what, emergency) => {
    await inLab(teamIn('additions'), async ({ iam, run, account }) => {
      await iam.send(new aws.AttachUserPolicyCommand({ ...user('bo'), PolicyArn: FULL }));
      let then = '';
      const terminal: Terminal = {
        ...SILENT,
        async confirm() {
          await emergency(iam);
          then = account();
          return true;
        },
      };
      expect(await run({}, terminal)).toMatchObject({ outcome: 'blocked', block: { code: 'changed-meanwhile' } });
      expect(account()).toBe(then);
    });
  },
);

test('a person sees who gains what before the question, and no leaves everything as it was', async () => {
  await inLab(teamIn('none'), async ({ iam, scan, run, account }) => {
    const before = account();
    await attack(iam);
    const attacked = account();
    const ids = (await scan()).scan.findings.map(({ id }) => id);
    const printed: string[] = [];
    const terminal = (answer: boolean): Terminal => ({
      ...SILENT,
      stderr: (text) => printed.push(text),
      confirm: async () => answer,
    });
    const asked = { reconcile: false, revert: ids };
    expect(await run(asked, terminal(false))).toMatchObject({ block: { code: 'not-confirmed' } });
    expect(account()).toBe(attacked);
    // Attaching the policy while the attacker is still in the group would let them pay for a moment.
    const first = revertedBy(await run(asked, terminal(true)));
    expect(first).toEqual([expect.stringContaining(ADDED)]);
    const rest = ids.filter((id) => !id.startsWith(ADDED));
    expect(revertedBy(await run({ reconcile: false, revert: rest }, terminal(true)))).toEqual([...rest].sort());
    expect(printed.join('')).toMatch(/Nguyễn Thị Ánh \(fay\) +gains/);
    expect(printed.join('')).toContain('  - Bo Chen (`bo`) added to `paymaster`');
    expect(printed.join('')).not.toContain(ADDED);
    expect(account()).toBe(before);
  });
});

test('an administrator moves a user back to the path of the lab', async () => {
  await inLab(teamIn('all'), async ({ iam, scan, run, account }) => {
    const before = account();
    await iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewPath: '/elsewhere/' }));
    const moved = account();
    const ids = (await scan()).scan.findings.map(({ id }) => id);
    expect(ids).toEqual(['path-changed/user/fay']);
    expect(await run()).toMatchObject({ outcome: 'nothing', next: [] });
    expect(account()).toBe(moved);
    expect(revertedBy(await run({ reconcile: false, revert: ids }))).toEqual(ids);
    expect(account()).toBe(before);
  });
});

test('a user is deleted some days after the last day, once an earlier check has reported it', async () => {
  const day = '2027-07-01';
  await inLab(
    teamIn('additions', { deleteAfterDays: 10 }),
    async ({ test, iam, run, reported }) => {
      await iam.send(new aws.CreateAccessKeyCommand(user('bo')));
      const exists = () => JSON.stringify(test.memory.account.users).includes(user('bo').UserName);
      expect(await run()).toMatchObject({ outcome: 'nothing', next: [{ id: 'delete-user/bo' }] });
      await reported('delete-user/bo');
      const calls: string[] = [];
      test.listen(({ action, phase }) => phase === 'after' || calls.push(action) > 0);
      expect(await run()).toMatchObject({ outcome: 'reverted', deleted: [user('bo').UserName] });
      expect(exists()).toBe(false);
      expect(calls.lastIndexOf('RemoveUserFromGroup')).toBeLessThan(calls.indexOf('DeleteUserPolicy'));
    },
    day,
  );
});

test('if a deletion is blocked after the reverts, the reverts are reported, and no text says that nothing was changed', async () => {
  await inLab(
    teamIn('additions', { deleteAfterDays: 10 }),
    async ({ test, iam, run, reported }) => {
      await iam.send(new aws.AddUserToGroupCommand({ ...user('ada'), ...group('paymaster') }));
      // A deposed object of the user makes the plan of the deletion deviate, and no other.
      for (const [name, text] of test.memory.states) test.memory.states.set(name, withDeposed(text, 'bo'));
      await reported('delete-user/bo');
      const lines: string[] = [];
      const blocked = await run({}, { ...SILENT, stderr: (text) => lines.push(text), confirm: async () => true });
      expect(blocked).toMatchObject({
        ...{ outcome: 'reverted', begun: true, deleted: [], block: { code: 'plan-deviates' } },
        reverted: [expect.stringContaining('membership-added/ada/paymaster')],
      });
      expect(JSON.stringify(test.memory.account.users)).toContain(user('bo').UserName);
      expect(lines.join('')).toContain('no user was deleted');
      expect(lines.join('')).not.toContain('nothing was changed');
    },
    '2027-07-01',
  );
});

interface StateText {
  readonly resources: readonly {
    readonly type: string;
    readonly instances: readonly { readonly attributes: { readonly name?: string } }[];
  }[];
}

function withDeposed(text: string, key: string): string {
  const state = JSON.parse(text) as StateText;
  const resources = state.resources.map((each) => ({
    ...each,
    instances: each.instances.flatMap((instance) =>
      each.type === 'aws_iam_user' && instance.attributes.name === user(key).UserName
        ? [instance, { ...instance, deposed: '0badcafe' }]
        : [instance],
    ),
  }));
  return JSON.stringify({ ...state, resources });
}

test('without Terraform’s state nothing is reverted', async () => {
  await inLab(teamIn('additions'), async ({ test, iam, run, account }) => {
    await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
    const before = account();
    test.memory.states.clear();
    expect(await run()).toMatchObject({ outcome: 'blocked', block: { code: 'plan-deviates' } });
    expect(account()).toBe(before);
  });
});

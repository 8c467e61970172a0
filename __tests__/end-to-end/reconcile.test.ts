import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { lookWhole } from '../../src/cli/drift/look.ts';
import { type Reconciled, reconcile } from '../../src/cli/drift/reconcile.ts';
import { reconcileHistory } from '../../src/cli/drift/reconcile-history.ts';
import type { Terminal } from '../../src/cli/io.ts';
import { applyRecord, noteApply } from '../../src/cli/session/apply-record.ts';
import type { Lab } from '../../src/cli/session/open-lab.ts';
import type { ScanResult } from '../../src/drift/finding.ts';
import type { ReconcileRequest } from '../../src/drift/remediation/reconcile.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import { iamName, rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { applied, bootstrapped, copyOf, type LabInTest, orThrow, withLab } from '../support/lab-in-test.ts';
import { comparableAccount } from '../support/lab-in-test-account.ts';
import { sampleTeam } from '../support/sample-team.ts';

const team: Team = {
  ...sampleTeam,
  settings: { ...sampleTeam.settings, reconcile: { mode: 'additions', perDay: 10 } },
};
const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const document = (Effect: 'Allow' | 'Deny', Action: string, extra: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*', ...extra }] });
const ANYTHING = document('Allow', 'mechanicalturk:*');
const NOTHING = document('Deny', '*');
const user = (key: string) => ({ UserName: iamName(team.lab, key) });
const group = (key: string) => ({ GroupName: iamName(team.lab, key) });

let start: EmulatorMemory;
beforeAll(async () => {
  start = await withLab(await bootstrapped(), async (test) => {
    await applied(test.lab(team));
    return copyOf(test.memory);
  });
});

/** A lab on the sample's account, applied, with what somebody clicks. */
async function inLab(work: (desk: Desk) => Promise<void>, of: Team = team): Promise<void> {
  await withLab(start, async (test) => {
    const lab = test.lab(team);
    await noteApply(applyRecord(lab.records), lab, { state: 'applied' });
    await work(deskOf(test, of));
  });
}

interface Desk {
  readonly test: LabInTest;
  readonly lab: Lab;
  readonly iam: aws.IAMClient;
  readonly said: string[];
  look(): Promise<ScanResult>;
  /** Looks, and puts right what that finds; or what was found before. */
  putRight(request?: Partial<ReconcileRequest>, look?: ScanResult): Promise<Reconciled>;
  /** All that anybody can see of the account. */
  account(): unknown;
}

function deskOf(test: LabInTest, of: Team): Desk {
  const said: string[] = [];
  const terminal: Terminal = {
    stdout: (text) => said.push(text),
    stderr: (text) => said.push(text),
    isTerminal: false,
    color: false,
    width: 100,
    confirm: async () => false,
  };
  const lab = test.lab(of);
  const look = async () => orThrow(await lookWhole(lab, { trail: false }, terminal)).look;
  return {
    test,
    lab,
    iam: lab.iam,
    said,
    look,
    async putRight(request = {}, seen) {
      return reconcile(lab, seen ?? (await look()), { ...REQUEST, ...request }, { yes: true }, terminal);
    },
    account: () => comparableAccount(test.memory.account, test.memory.account),
  };
}

const REQUEST: ReconcileRequest = { undo: true, restore: [], expect: null };
const FULL_READ = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly';
/** A Deny with a variable of IAM in it, which must reach IAM as it is. */
const denyOf = (key: string) =>
  document('Deny', '*', {
    Condition: { StringEquals: { 'aws:username': ['${aws:username}', iamName(team.lab, key)] } },
  });

async function deleteUser(iam: aws.IAMClient, key: string): Promise<void> {
  const { Groups = [] } = await iam.send(new aws.ListGroupsForUserCommand(user(key)));
  for (const { GroupName } of Groups) await iam.send(new aws.RemoveUserFromGroupCommand({ ...user(key), GroupName }));
  await iam.send(new aws.DeleteUserPolicyCommand({ ...user(key), PolicyName: 'limits' }));
  await iam.send(new aws.DeleteUserCommand(user(key)));
}

const undoneIn = (ending: Reconciled) =>
  ending.outcome === 'done' ? ending.undone.map(({ id }) => id).sort() : ending;

const intoPaymaster = (iam: aws.IAMClient) =>
  iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));

/** A policy that was edited and put back has more versions than before: nobody's access depends on them. */
function withoutVersions(account: unknown): unknown {
  return JSON.parse(JSON.stringify(account, (key, value) => (key === 'versions' ? undefined : value)));
}

test('of six things done by hand the four that were added are undone, and the two removals are not, again and again', async () => {
  await inLab(async ({ iam, putRight, account, look, lab }) => {
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') }));
    await iam.send(
      new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: rolePolicyArn(team, 'paymaster') }),
    );
    const kept = withoutVersions(account());
    for (const _turn of [1, 2]) {
      await intoPaymaster(iam);
      await iam.send(new aws.AttachUserPolicyCommand({ ...user('fay'), PolicyArn: FULL }));
      await iam.send(
        new aws.PutGroupPolicyCommand({ ...group('results-reader'), PolicyName: 'x', PolicyDocument: ANYTHING }),
      );
      await iam.send(
        new aws.CreatePolicyVersionCommand({
          PolicyArn: rolePolicyArn(team, 'task-publisher'),
          PolicyDocument: ANYTHING,
          SetAsDefault: true,
        }),
      );
      const found = await look();
      expect(found).toMatchObject({ class: 'drift' });
      expect(undoneIn(await putRight({ expect: found.fingerprint }, found))).toEqual([
        'policy-attached/user/fay/AmazonMechanicalTurkFullAccess/spends',
        'policy-changed/task-publisher/spends',
        'inline-policy-added/group/results-reader/x/spends',
        'membership-added/bo/paymaster/spends',
      ]);
      expect(withoutVersions(account())).toEqual(kept);
      // The state has forgotten them by now; what the file declares has not changed since it was applied.
      const left = await look();
      expect(left.findings.map(({ id, cause, remediation: fate }) => [id, cause, fate])).toEqual([
        ['policy-detached/group/paymaster/paymaster', 'manual', 'keep'],
        ['membership-removed/bo/task-publisher', 'manual', 'keep'],
      ]);
      expect(await putRight({}, left)).toEqual({ outcome: 'nothing' });
    }
    // A third time within a week is no accident any more.
    await intoPaymaster(iam);
    const before = account();
    expect(await putRight()).toMatchObject({ outcome: 'refused', refusal: { reason: 'flapping', findings: [{}] } });
    expect(account()).toEqual(before);
    const history = await reconcileHistory(lab.records).read();
    expect(history.map(({ state }) => state)).toEqual(Array(8).fill('done'));
  });
});

test('what was done in an emergency is kept: a Deny, a narrower boundary, a user and a policy that are gone', async () => {
  await inLab(async ({ iam, putRight, account, look }) => {
    await iam.send(
      new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'emergency', PolicyDocument: denyOf('fay') }),
    );
    const PolicyName = 'deny-everything';
    const made = await iam.send(new aws.CreatePolicyCommand({ PolicyName, PolicyDocument: NOTHING }));
    const PolicyArn = made.Policy?.Arn ?? '';
    await iam.send(new aws.AttachGroupPolicyCommand({ ...group('full-access'), PolicyArn }));
    await iam.send(new aws.PutUserPermissionsBoundaryCommand({ ...user('gus'), PermissionsBoundary: PolicyArn }));
    await deleteUser(iam, 'bo');
    const paymaster = rolePolicyArn(team, 'paymaster');
    await iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: paymaster }));
    await iam.send(new aws.DeletePolicyCommand({ PolicyArn: paymaster }));
    const kept = account();

    await iam.send(new aws.AttachGroupPolicyCommand({ ...group('full-access'), PolicyArn: FULL_READ }));
    await iam.send(new aws.AttachUserPolicyCommand({ ...user('cy'), PolicyArn: FULL }));
    const found = await look();
    expect(
      found.findings.filter(({ cause }) => cause === 'manual').map(({ id, remediation: fate }) => [id, fate]),
    ).toEqual(
      expect.arrayContaining([
        ['policy-attached/group/full-access/deny-everything', 'keep'],
        ['policy-attached/group/full-access/AmazonMechanicalTurkReadOnly', 'undo'],
        ['policy-attached/user/cy/AmazonMechanicalTurkFullAccess', 'undo'],
        ['boundary-changed/gus', 'keep'],
        // Under which conditions it denies, nobody here decides.
        ['inline-policy-added/user/fay/emergency', 'leave'],
        ['policy-deleted/paymaster', 'keep'],
        ['user-deleted/bo', 'keep'],
      ]),
    );
    expect(undoneIn(await putRight({}, found))).toEqual([
      'policy-attached/group/full-access/AmazonMechanicalTurkReadOnly',
      'policy-attached/user/cy/AmazonMechanicalTurkFullAccess',
    ]);
    expect(account()).toEqual(kept);
    const after = await look();
    expect(await putRight({}, after)).toEqual({ outcome: 'nothing' });

    // A person asks for one, and gets that one, whatever else is gone.
    expect(undoneIn(await putRight({ undo: false, restore: ['bo'] }, after))).toEqual(['user-deleted/bo']);
    expect((await look()).findings.map(({ id }) => id)).toEqual(
      after.findings.map(({ id }) => id).filter((id) => id !== 'user-deleted/bo'),
    );
    expect(await putRight({ undo: false, restore: ['bo'] })).toEqual({ outcome: 'nothing' });
  });
});

test('what was written into a group is known, so that it stands in the way of nothing else that is undone', async () => {
  await inLab(async ({ iam, putRight, look }) => {
    await intoPaymaster(iam);
    const PolicyName = 'extra';
    const PolicyDocument = document('Allow', 'mechanicalturk:SendBonus');
    await iam.send(new aws.PutGroupPolicyCommand({ ...group('results-reader'), PolicyName, PolicyDocument }));
    expect(undoneIn(await putRight())).toEqual([
      'inline-policy-added/group/results-reader/extra/spends',
      'membership-added/bo/paymaster/spends',
    ]);
    expect((await look()).class).toBe('clean');
  });
});

test('guards are put back: limits that were widened or deleted, a boundary, a tag; a path when somebody asks', async () => {
  await inLab(async ({ iam, putRight, account, look }) => {
    const before = account();
    await iam.send(new aws.PutUserPolicyCommand({ ...user('gus'), PolicyName: 'limits', PolicyDocument: ANYTHING }));
    await iam.send(new aws.DeleteUserPolicyCommand({ ...user('bo'), PolicyName: 'limits' }));
    await iam.send(new aws.DeleteUserPermissionsBoundaryCommand(user('fay')));
    await iam.send(new aws.TagUserCommand({ ...user('ada'), Tags: [{ Key: 'hello', Value: 'x' }] }));
    await iam.send(new aws.UpdateGroupCommand({ ...group('paymaster'), NewPath: '/elsewhere/' }));
    const found = await look();
    expect(found.findings.map(({ id }) => id)).toHaveLength(5);
    expect(undoneIn(await putRight({}, found))).toEqual([
      'boundary-changed/fay',
      'inline-policy-changed/user/gus/limits',
      'inline-policy-removed/user/bo/limits',
    ]);
    const left = await look();
    // A policy of somebody else's may go by a tag that team.yaml does not have.
    expect(left.findings.map(({ id, remediation: fate }) => [id, fate]).sort()).toEqual([
      ['path-changed/group/paymaster', 'leave'],
      ['tag-changed/ada/hello', 'leave'],
    ]);
    const restore = ['paymaster', 'tag-changed/ada/hello'];
    expect(undoneIn(await putRight({ undo: false, restore }, left))).toEqual([
      'path-changed/group/paymaster',
      'tag-changed/ada/hello',
    ]);
    expect(account()).toEqual(before);
    expect(await look()).toMatchObject({ class: 'clean', findings: [] });
  });
});

test('nothing is done where something else is to be done, or where the account is another one by now', async () => {
  const eve = { ...sampleTeam.members[0], key: 'eve', name: 'Eve', roles: ['results-reader'] } as Team['members'][0];
  const later: Team = { ...team, members: [...team.members, eve].sort((a, b) => (a.key < b.key ? -1 : 1)) };
  await inLab(async (desk) => {
    const { iam, putRight, account, look, test } = desk;
    await intoPaymaster(iam);
    const found = await look();
    const before = account();
    const refused = async (ending: Promise<Reconciled>, refusal: object) => {
      expect(await ending).toMatchObject({ outcome: 'refused', refusal });
      expect(account()).toEqual(before);
    };
    // The file has one more member, and nobody has applied it.
    const waiting = deskOf(test, later);
    await refused(waiting.putRight(), { reason: 'pending', findings: [{ cause: 'pending' }] });
    await refused(putRight({ expect: '0'.repeat(64) }, found), { reason: 'another-look' });
    await refused(putRight({ undo: false, restore: ['zoe'] }, found), {
      reason: 'unknown-keys',
      keys: [{ name: 'zoe' }],
    });
    const few = deskOf(test, { ...team, settings: { ...team.settings, reconcile: { mode: 'additions', perDay: 1 } } });
    await iam.send(new aws.AttachUserPolicyCommand({ ...user('fay'), PolicyArn: FULL }));
    const more = account();
    const refusal = { reason: 'quota', perDay: 1, done: 0, wanted: 2 };
    expect(await few.putRight()).toMatchObject({ outcome: 'refused', refusal });
    // What was found was one thing; somebody has done another since.
    expect(await putRight({ expect: found.fingerprint }, found)).toMatchObject({
      outcome: 'refused',
      refusal: { reason: 'other-changes', besides: [{ kind: 'policy-detached' }], missing: [] },
    });
    const off = deskOf(test, sampleTeam);
    expect(await off.putRight({}, found)).toMatchObject({ outcome: 'refused', refusal: { reason: 'off' } });
    expect(off.said.join('')).toContain('reconcile: { mode: additions, per-day: 3 }');
    expect(account()).toEqual(more);
    // What a person asks for herself needs no such line.
    expect(undoneIn(await off.putRight({ undo: false, restore: ['fay'] }))).toEqual([
      'policy-attached/user/fay/AmazonMechanicalTurkFullAccess/spends',
    ]);
    expect(account()).toEqual(before);
  });
});

test('before a yes it says what is done to whom; a no changes nothing, and is not told to pass --yes', async () => {
  await inLab(async ({ iam, look, lab, account }) => {
    // As the console offers it to whoever stops somebody at once.
    const PolicyArn = 'arn:aws:iam::aws:policy/AWSDenyAll';
    await iam.send(new aws.AttachUserPolicyCommand({ ...user('fay'), PolicyArn }));
    await intoPaymaster(iam);
    const found = await look();
    expect(found.findings.map(({ id, remediation: fate }) => [id, fate])).toEqual(
      expect.arrayContaining([['policy-attached/user/fay/AWSDenyAll', 'keep']]),
    );
    const before = account();
    const asked: string[] = [];
    const said: string[] = [];
    const person: Terminal = {
      stdout: (text) => said.push(text),
      stderr: (text) => said.push(text),
      isTerminal: true,
      canAsk: true,
      color: false,
      width: 100,
      confirm: async (question) => {
        asked.push(question);
        return false;
      },
    };
    const request = { undo: true, restore: ['policy-attached/user/fay/AWSDenyAll'], expect: null };
    expect(await reconcile(lab, found, request, { yes: false }, person)).toMatchObject({ outcome: 'refused' });
    expect(asked).toEqual([expect.stringMatching(/\(2 things, 1 of which may give access\), and nothing else\?$/)]);
    expect(said.join('')).toMatch(
      /This is about to be done:\n {2}- GIVES access: take the policy AWSDenyAll off .* again\n {2}- take Bo Chen out of paymaster: /,
    );
    expect(said.at(-1)).toBe('Nothing was changed.\n');
    expect(account()).toEqual(before);
  });
});

test('what was begun and failed counts, and is tried again', async () => {
  await inLab(async ({ iam, putRight, look, lab, test }) => {
    await intoPaymaster(iam);
    const found = await look();
    test.listen(({ action }) => action !== 'RemoveUserFromGroup');
    expect(await putRight({}, found)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'apply-failed' },
      begun: true,
    });
    test.listen(null);
    const states = async () => (await reconcileHistory(lab.records).read()).map(({ state }) => state);
    expect(await states()).toEqual(['begun']);
    expect(undoneIn(await putRight())).toEqual(['membership-added/bo/paymaster/spends']);
    expect(await states()).toEqual(['begun', 'done']);
    expect(await look()).toMatchObject({ class: 'clean' });
  });
});

test.each<[string, (lab: Lab) => Promise<void>]>([
  ['ended half-way', (lab) => noteApply(applyRecord(lab.records), lab, { state: 'applying' })],
  ['left no record of what it declared', (lab) => rm(join(directoryOf(lab), 'apply-record.json'))],
])('where an apply %s, what is kept is remembered before the state forgets it', async (_what, forget) => {
  await inLab(async ({ iam, putRight, look, lab }) => {
    await forget(lab);
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') }));
    for (const _turn of [1, 2]) {
      await intoPaymaster(iam);
      expect(undoneIn(await putRight())).toEqual(['membership-added/bo/paymaster/spends']);
      const left = [{ id: 'membership-removed/bo/task-publisher', cause: 'manual', remediation: 'on-request' }];
      expect(await look()).toMatchObject({ class: 'drift', findings: left });
    }
  });
});

function directoryOf({ records }: Lab): string {
  return records.kind === 'directory' ? records.directory : '';
}

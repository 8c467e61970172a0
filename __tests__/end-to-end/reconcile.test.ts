import * as aws from '@aws-sdk/client-iam';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { quickScan } from '../../src/app/drift/run-scan.ts';
import { namingOf } from '../../src/app/session/read-team.ts';
import { type ApplyRecord, changeRecord, withBegun } from '../../src/app/session/records.ts';
import type { Result } from '../../src/diagnostics/failure.ts';
import { type Reconciled, reconciledBlocks } from '../../src/drift/report/terminal.ts';
import { iamName, rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, type LabInTest, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { comparableAccount } from '../support/lab-in-test-account.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(4);

const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const TOMORROW = '2026-11-26';
const user = (key: string) => ({ UserName: iamName(smallTeam.lab, key) });
const group = (key: string) => ({ GroupName: iamName(smallTeam.lab, key) });
const own = (key: string) => ({ PolicyArn: rolePolicyArn(smallTeam, key) });
const team: Team = { ...smallTeam, settings: { ...smallTeam.settings, reconcile: 'all' } };

interface Desk {
  readonly test: LabInTest;
  readonly iam: aws.IAMClient;
  /** A check with reconcile on a day, or some hours after it; the newest file is the applied one unless it is given. */
  check(
    given?: Partial<{ today: string; hours: number; newest: Team; complete: boolean; events: boolean; shown: string }>,
  ): Promise<Result<Reconciled>>;
  record(): ApplyRecord;
  may(key: string): readonly string[];
  /** Everything that can be seen of the account, without ids and policy versions. */
  account(): string;
}

type Settings = Partial<Pick<Team['settings'], 'reconcile' | 'deleteAfterDays' | 'maxRemovals'>>;

function withSettings(settings: Settings): (record: ApplyRecord) => ApplyRecord {
  return (record) => {
    if (record.team === null) throw new Error('nothing was applied');
    return { ...record, team: { ...record.team, settings: { ...record.team.settings, ...settings } } };
  };
}

/** An account to which the team was applied, with these settings of the record. */
async function inLab(settings: Settings, work: (desk: Desk) => Promise<void>): Promise<void> {
  const start = await appliedTo(team);
  await withLab(start, async (test) => {
    test.setClock(`${TODAY}T12:00:00Z`);
    const first = test.lab(team);
    const file = { ...team, settings: { ...team.settings, ...settings } };
    orThrow(await changeRecord(first.records, withSettings(settings)));
    const withoutIds = (key: string, value: unknown) => (['versions', 'id'].includes(key) ? undefined : value);
    await work({
      test,
      iam: first.iam,
      async check({ today = TODAY, hours = 0, newest = file, complete = true, events = true, shown } = {}) {
        const lab = test.lab(newest, { today });
        const now = () => new Date(lab.at.getTime() + hours * 3_600_000);
        const completed = await quickScan(lab, { cloudTrail: false }, SILENT);
        const isChangedSince = events ? () => false : completed.isChangedSince;
        const known = { ...completed, complete, isChangedSince, attributed: events };
        return reconcile({ ...lab, now }, known, SILENT, events ? (shown ?? now().toISOString()) : null);
      },
      record: () => JSON.parse(test.memory.record ?? 'null') as ApplyRecord,
      may: (key) => [...(accessAt(accessIn(test.memory.account)).get(user(key).UserName) ?? [])],
      account: () => JSON.stringify(comparableAccount(test.memory.account, start.account), withoutIds),
    });
  });
}

/** An attacker gets the role, and takes it from who had it. */
async function attack(iam: aws.IAMClient): Promise<void> {
  await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
  await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
  await iam.send(new aws.DetachGroupPolicyCommand({ ...group('task-publisher'), ...own('task-publisher') }));
}

const keysOf = (all: readonly { readonly key: string }[]) => all.map(({ key }) => key).sort();

test.each<[Team['settings']['reconcile'], boolean]>([
  ['none', false],
  ['additions', true],
])('in mode %s nothing is announced or given back, and the check is noted', async (mode, reverts) => {
  await inLab({ reconcile: mode }, async ({ iam, check, account, record, may }) => {
    await attack(iam);
    const attacked = account();
    const first = orThrow(await check());
    expect(first.steps > 0).toBe(reverts);
    expect(first).toMatchObject({ done: [], announcements: [] });
    if (reverts) expect(may('bo')).not.toContain('SendBonus');
    else expect(account()).toBe(attacked);
    expect(may('fay')).toEqual([]);
    expect(record()).toMatchObject({ announcements: [], checkedAt: '2026-11-25T12:00:00.000Z', begun: [] });
    const second = orThrow(await check({ today: TOMORROW }));
    expect(second).toEqual({ ...(reverts ? {} : { isOff: true }), steps: 0, done: [], announcements: [] });
    expect(printTerminal(reconciledBlocks(second, namingOf(smallTeam)), 100, false).join('\n')).toBe(
      reverts
        ? 'Reconcile: nothing to apply.'
        : 'Reconcile: nothing applied, because settings.reconcile of the applied team is none.',
    );
    expect(may('fay')).toEqual([]);
  });
});

test('in mode all what was taken is announced at once, and given back by a check 20 hours later', async () => {
  await inLab({}, async ({ iam, check, account, record, may }) => {
    const before = account();
    await attack(iam);
    const first = orThrow(await check());
    expect(first.done).toEqual([]);
    expect(keysOf(first.announcements)).toEqual(['bo', 'fay']);
    expect(record().announcements).toEqual(first.announcements);
    expect(may('fay')).toEqual([]);
    expect(may('bo')).not.toContain('SendBonus');
    const early = orThrow(await check({ hours: 19 }));
    expect(early).toEqual({ steps: 0, done: [], announcements: first.announcements });
    const ripe = orThrow(await check({ today: TOMORROW }));
    expect(keysOf(ripe.done)).toEqual(['bo', 'fay']);
    expect(ripe.announcements).toEqual([]);
    expect(record().announcements).toEqual([]);
    expect(account()).toBe(before);
  });
});

test('without CloudTrail, which can say that more was done since, nothing is given back', async () => {
  await inLab({}, async ({ iam, check, may }) => {
    await attack(iam);
    expect(keysOf(orThrow(await check()).announcements)).toEqual(['bo', 'fay']);
    const { done, announcements } = orThrow(await check({ today: TOMORROW, events: false }));
    expect(done).toEqual([]);
    expect(announcements.map(({ at }) => at.slice(0, 10))).toEqual([TODAY, TODAY]);
    expect(may('fay')).toEqual([]);
  });
});

test('what was taken again minutes before a check, of which CloudTrail does not tell yet, is not given back by it', async () => {
  await inLab({}, async ({ iam, check, may }) => {
    const takes: (() => Promise<unknown>)[] = [
      () => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') })),
      () => iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), ...own('paymaster') })),
    ];
    for (const [index, take] of takes.entries()) {
      await take();
      const today = `2026-11-${25 + index}`;
      expect(orThrow(await check({ today }))).toMatchObject({
        ...{ done: [], announcements: [{ key: 'fay', at: `${today}T12:00:00.000Z` }] },
      });
      expect(may('fay')).toEqual([]);
    }
    expect(orThrow(await check({ today: '2026-11-27' }))).toMatchObject({ done: [{ key: 'fay' }] });
  });
});

test('the reconcile job, run again long after its check, announces and gives back nothing that no issue showed', async () => {
  await inLab({}, async ({ iam, check, record, may }) => {
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    const shown = `${TODAY}T12:00:00.000Z`;
    for (const today of [TOMORROW, '2026-11-28']) {
      const again = orThrow(await check({ today, shown }));
      expect(again).toMatchObject({ isNotShown: true, done: [], announcements: [] });
      expect(printTerminal(reconciledBlocks(again, namingOf(smallTeam)), 200, false).join('\n')).toContain(
        'because no check of the last hour that asked CloudTrail shows it.',
      );
    }
    expect(record().announcements).toEqual([]);
    expect(may('fay')).toEqual([]);
    // A check of the schedule announces it, and the same job of another day gives nothing back.
    expect(orThrow(await check({ today: '2026-11-29' }))).toMatchObject({ announcements: [{ key: 'fay' }] });
    expect(orThrow(await check({ today: '2026-11-30', shown }))).toMatchObject({
      done: [],
      announcements: [{ key: 'fay' }],
    });
    expect(may('fay')).toEqual([]);
    expect(orThrow(await check({ today: '2026-11-30' }))).toMatchObject({ done: [{ key: 'fay' }] });
  });
});

test('an announcement is void if more is taken, if nothing is taken any more, and waits for what the newest file keeps back', async () => {
  await inLab({}, async ({ test: { lab: open }, iam, check, may, record }) => {
    const { PolicyArn } = own('paymaster');
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
    });
    await iam.send(new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
    const [announced] = orThrow(await check()).announcements;
    expect(announced?.operations).not.toContain('SendBonus');
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    // What is withheld already, and now SendBonus, too.
    const grown = orThrow(await check({ today: TOMORROW }));
    expect(grown).toMatchObject({ done: [], announcements: [{ key: 'fay', at: '2026-11-26T12:00:00.000Z' }] });
    const members = team.members.map((each) => (each.key === 'fay' ? { ...each, suspended: true } : each));
    const waiting = orThrow(await check({ today: '2026-11-28', newest: { ...team, members } }));
    expect(waiting).toMatchObject({ steps: 0, done: [], announcements: grown.announcements });
    expect(may('fay')).toEqual([]);
    // A person gives it back.
    await applied(open(team, { today: '2026-11-28' }), { restore: new Set(['fay']) });
    expect(may('fay')).toContain('SendBonus');
    expect(orThrow(await check({ today: '2026-11-28' }))).toMatchObject({ steps: 0, announcements: [] });
    expect(record().announcements).toEqual([]);
  });
});

test('a deleted user is announced, and made again without keys; a manual change of the next day is not given back with it', async () => {
  await inLab({}, async ({ iam, check, record, may }) => {
    const id = record().ids.user[user('fay').UserName];
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    await iam.send(new aws.DeleteUserPermissionsBoundaryCommand(user('fay')));
    await iam.send(new aws.DeleteUserCommand(user('fay')));
    expect(orThrow(await check())).toMatchObject({ announcements: [{ kind: 'missing', key: 'fay' }] });
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') }));
    const next = orThrow(await check({ today: TOMORROW }));
    expect(next).toMatchObject({ done: [{ kind: 'missing', key: 'fay' }], announcements: [{ key: 'bo' }] });
    expect(may('fay')).toContain('SendBonus');
    expect(may('bo')).not.toContain('CreateHIT');
    expect(record().ids.user[user('fay').UserName]).toMatch(/^AIDA/);
    expect(record().ids.user[user('fay').UserName]).not.toBe(id);
  });
});

test('users are deleted for age after an announcement of their last day, and no more than max-removals at a time', async () => {
  const settings = { reconcile: 'additions', deleteAfterDays: 10, maxRemovals: 0 } as const;
  await inLab(settings, async ({ test, iam, check }) => {
    await iam.send(new aws.CreateAccessKeyCommand(user('bo')));
    const exists = () => JSON.stringify(test.memory.account.users).includes(user('bo').UserName);
    const due = { kind: 'deletion', key: 'bo', until: '2027-05-31' };
    expect(orThrow(await check({ today: '2027-07-01' }))).toMatchObject({ done: [], announcements: [due] });
    expect(orThrow(await check({ today: '2027-07-02' }))).toMatchObject({ done: [], announcements: [due] });
    expect(exists()).toBe(true);
    const lab = test.lab(team);
    orThrow(await changeRecord(lab.records, withSettings({ maxRemovals: 1 })));
    // A later last day, or that users stay, that waits for its apply.
    const file = { ...team, settings: { ...team.settings, ...settings } };
    const members = team.members.map((each) => (each.key === 'bo' ? { ...each, until: '2028-01-01' } : each));
    for (const newest of [
      { ...file, members },
      { ...file, settings: { ...file.settings, deleteAfterDays: null } },
    ]) {
      expect(orThrow(await check({ today: '2027-07-02', newest }))).toMatchObject({ done: [], announcements: [] });
    }
    expect(orThrow(await check({ today: '2027-07-03' }))).toMatchObject({ done: [], announcements: [due] });
    expect(orThrow(await check({ today: '2027-07-04' }))).toMatchObject({ done: [due], announcements: [] });
    expect(exists()).toBe(false);
    expect(orThrow(await check({ today: '2027-07-05' }))).toEqual({ steps: 0, done: [], announcements: [] });
  });
});

test('no deletion is announced of a user whom a group outside the path keeps, until the user leaves it', async () => {
  await inLab({ deleteAfterDays: 10 }, async ({ iam, check }) => {
    const membership = { ...user('bo'), GroupName: 'elsewhere' };
    await iam.send(new aws.CreateGroupCommand({ GroupName: 'elsewhere' }));
    await iam.send(new aws.AddUserToGroupCommand(membership));
    orThrow(await check({ today: '2027-07-01' }));
    const kept = { steps: 0, done: [], announcements: [] };
    expect(orThrow(await check({ today: '2027-07-02' }))).toEqual(kept);
    await iam.send(new aws.RemoveUserFromGroupCommand(membership));
    expect(orThrow(await check({ today: '2027-07-03' }))).toMatchObject({ announcements: [{ kind: 'deletion' }] });
  });
});

test('a user is deleted for age by an apply that keeps an added Deny and suspends a member meanwhile', async () => {
  await inLab({ deleteAfterDays: 10 }, async ({ test, iam, check, record }) => {
    orThrow(await check({ today: '2027-07-01' }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
    });
    await iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), ...own('paymaster') }));
    await iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument }));
    expect(orThrow(await check({ today: '2027-07-02' }))).toMatchObject({ done: [{ kind: 'deletion', key: 'bo' }] });
    expect(Object.values(test.memory.account.users).map(({ name }) => name)).not.toContain(user('bo').UserName);
    expect(record().begun).toEqual([]);
  });
});

test('an apply that did not end, and an incomplete check, let reconcile write nothing', async () => {
  await inLab({}, async ({ test, iam, check, account, record }) => {
    await attack(iam);
    const [before, recorded] = [account(), test.memory.record];
    expect(await check({ complete: false })).toMatchObject({ ok: false, failure: { code: 'scan-incomplete' } });
    expect(test.memory.record).toBe(recorded);
    const { records } = test.lab(team);
    const { team: last } = record();
    if (last === null) throw new Error('nothing was applied');
    orThrow(await changeRecord(records, (each) => withBegun(each, { ...last, freeze: ['pay:bonus'] }, new Date(0))));
    const begun = test.memory.record;
    expect(await check()).toMatchObject({ ok: false, failure: { code: 'apply-unfinished' } });
    expect([account(), test.memory.record]).toEqual([before, begun]);
    // The first apply of all.
    orThrow(await changeRecord(records, (each) => ({ ...each, team: null })));
    expect(await check()).toMatchObject({ ok: false, failure: { code: 'apply-unfinished' } });
  });
});

test('full access attached to a member is detached by the same reconcile that cannot decide the rest', async () => {
  await inLab({}, async ({ iam, check, may }) => {
    await iam.send(new aws.AttachUserPolicyCommand({ ...user('bo'), PolicyArn: FULL }));
    await iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewUserName: 'other' }));
    expect(orThrow(await check())).toMatchObject({ done: [] });
    expect(may('bo')).not.toContain('SendBonus');
  });
});

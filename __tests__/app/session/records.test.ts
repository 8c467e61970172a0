import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { desiredAccessBeforeDeletions } from '../../../src/access/sources/desired.ts';
import {
  type ApplyRecord,
  appliedFacts,
  appliedIn,
  applyRecord,
  changeRecord,
  noteOldFile,
  readRecord,
  recordPlace,
  usingRecord,
  withBegun,
} from '../../../src/app/session/records.ts';
import { type Failure, failedAfter, reasonOf } from '../../../src/diagnostics/failure.ts';
import { APPLIED_TEAM, appliedTeam } from '../../../src/team/applied-team.ts';
import type { Team } from '../../../src/team/team.ts';
import { failureText } from '../../../src/text/failures/failures.ts';
import { withMember, withoutMember } from '../../support/changed-account.ts';
import { member, sampleTeam } from '../../support/sample-team.ts';

const directory = mkdtempSync(join(tmpdir(), 'mturk-team-last-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const first = 'a'.repeat(40);

const IDS = { user: { 'perception-lab-bo': 'user-1' }, group: { 'perception-lab-bo': 'group-1' } };
const KNOWN = { user: new Map(Object.entries(IDS.user)), group: new Map(Object.entries(IDS.group)) };
const NOW = new Date('2026-11-25T11:04:00Z');
const of = (team: Team) => appliedTeam(team, '2026-11-25');

/** As a complete apply writes it. */
const ended =
  (team: Team, commit: string | null = null) =>
  (record: ApplyRecord): ApplyRecord => ({
    ...record,
    ...{ commit, at: NOW.toISOString(), team: of(team), begun: [], ids: IDS },
  });

test('the record is read as it was written, is absent at first, and an unreadable one fails', async () => {
  const place = recordPlace(sampleTeam, join(directory, 'account'));
  const record = applyRecord(place);
  expect(await record.read()).toBeNull();
  await changeRecord(place, (empty) => withBegun(empty, of(sampleTeam), NOW));
  expect(await record.read()).toMatchObject({ commit: null, team: null, begun: [of(sampleTeam)] });
  expect(appliedIn(await record.read())).toBeNull();
  await changeRecord(place, ended(sampleTeam, first));
  expect(await record.read()).toMatchObject({ commit: first, at: NOW.toISOString(), begun: [], ids: IDS });
  const applied = { team: of(sampleTeam), begun: [], ids: KNOWN, at: NOW.toISOString() };
  expect(appliedIn(await record.read())).toEqual(applied);
  writeFileSync(join(directory, 'account', 'apply-record.json'), '{"version": 1, "commit": "HEAD"}');
  const unusable = { ok: false, failure: { code: 'record-unusable' } };
  expect(await readRecord(place)).toMatchObject(unusable);
  expect(await changeRecord(place, ended(sampleTeam))).toMatchObject(unusable);
});

test('an apply that began and did not end leaves since when the last one is in force', () => {
  const at = '2026-11-24T09:00:00.000Z';
  const record: ApplyRecord = {
    ...{ version: 1, commit: null, at, team: of(sampleTeam), owners: [], begun: [], ids: IDS },
    ...{ announcements: [], checkedAt: null, administrators: null },
  };
  const begun = withBegun(record, of(sampleTeam), NOW);
  expect(begun).toMatchObject({ since: at, at: NOW.toISOString() });
  expect(withBegun(begun, of(sampleTeam), new Date())).toMatchObject({ since: at });
});

test('a record that another run wrote meanwhile is not replaced', async () => {
  const place = recordPlace(sampleTeam, join(directory, 'twice'));
  const [one, other] = [applyRecord(place), applyRecord(place)];
  await changeRecord(place, (empty) => withBegun(empty, of(sampleTeam), NOW));
  const read = await one.read();
  if (read === null) throw new Error('no record');
  await other.read();
  await other.write({ ...read, begun: [] });
  expect(await usingRecord(place, () => one.write(read))).toMatchObject({
    failure: { code: 'record-changed', args: { file: 'apply-record.json' } },
  });
  expect(await one.read()).toMatchObject({ begun: [] });
  await one.write(read);
  // What was written last is known.
  await one.write(read);
  await expect(applyRecord(place).write(read)).rejects.toThrow();
});

test('until an apply ends, the team applied before it is kept, with each team that began since', async () => {
  const withEve: Team = {
    ...sampleTeam,
    members: [...sampleTeam.members, member({ key: 'eve', roles: ['paymaster'] })],
  };
  const place = recordPlace(sampleTeam, join(directory, 'begun'));
  await changeRecord(place, ended(sampleTeam));
  for (const team of [withEve, withoutMember('bo'), withEve]) {
    await changeRecord(place, (record) => withBegun(record, of(team), NOW));
  }
  expect(appliedIn(await applyRecord(place).read())).toEqual({
    ...{ team: of(sampleTeam), begun: [of(withoutMember('bo')), of(withEve)] },
    ...{ ids: KNOWN, at: '2026-11-25T11:04:00.000Z' },
  });
  await changeRecord(place, ended(withEve));
  expect(appliedIn(await applyRecord(place).read())).toMatchObject({ team: of(withEve), begun: [] });
});

test('before the first apply has ended, the rule sees an applied team without roles and members', async () => {
  const place = recordPlace(sampleTeam, join(directory, 'first'));
  await changeRecord(place, (record) => withBegun(record, of(sampleTeam), NOW));
  const facts = appliedFacts(await applyRecord(place).read());
  expect(facts).toMatchObject({ team: { roles: [], members: [], lab: 'perception-lab' }, begun: [of(sampleTeam)] });
  expect(appliedFacts(null)).toBeNull();
});

test('an applied team decides the same access, has no words for people, and fits 5,000 members', () => {
  for (const team of [
    sampleTeam,
    withMember('bo', { suspended: true }),
    withMember('bo', { from: '2027-01-10' }),
    { ...sampleTeam, freeze: ['pay:bonus'] },
    { ...sampleTeam, snoozed: Array(50_000).fill({ finding: 'unmanaged-user/x', until: '2026-12-31', reason: 'x' }) },
    { ...sampleTeam, owners: Array(2_000).fill('ada') },
  ] as Team[]) {
    const kept = APPLIED_TEAM.parse(JSON.parse(JSON.stringify(appliedTeam(team, '2026-11-25'))));
    expect(desiredAccessBeforeDeletions(kept)).toEqual(desiredAccessBeforeDeletions(team));
    expect(JSON.stringify(kept)).not.toMatch(/@/);
  }
  const members = Array.from({ length: 5_000 }, (_, index) =>
    member({ key: `person-${index}`, name: 'Wilhelmina', roles: ['paymaster', 'results-reader'], until: '2027-05-31' }),
  );
  const text = JSON.stringify(appliedTeam({ ...sampleTeam, members }, '2026-11-25'), null, 2);
  expect(text.length).toBeLessThan(2_000_000);
  expect(text).not.toContain('Wilhelmina');
});

test('an applied team of before there were recipients has none, no rotation and no reviews', () => {
  const { members, settings, ...rest } = appliedTeam(sampleTeam, '2026-11-25');
  const { rotateAfterDays: _rotation, reviewEveryDays: _reviews, ...olderSettings } = settings;
  const older = { ...rest, members: members.map(({ recipient: _, ...each }) => each), settings: olderSettings };
  expect(APPLIED_TEAM.parse(older)).toEqual(appliedTeam(sampleTeam, '2026-11-25'));
  const hostile = members.map((each) => ({ ...each, recipient: 'age1evil\nage1' }));
  expect(APPLIED_TEAM.safeParse({ ...rest, settings, members: hostile }).success).toBe(false);
});

test('operations that the catalog no longer has are dropped from an applied team', () => {
  const team = appliedTeam(sampleTeam, '2026-11-25');
  const roles = [{ key: 'old', allow: ['GrantBonus', 'SendBonus'], deny: [], managed: ['AdministratorAccess'] }];
  expect(APPLIED_TEAM.parse({ ...team, roles }).roles).toEqual([
    { key: 'old', allow: ['SendBonus'], deny: [], managed: [] },
  ]);
});

test('records are kept in the bucket of the state of a real account, and with an account in a process', () => {
  const state = { bucket: 'b', region: 'eu-west-1', key: 'mturk-team' };
  const team = { ...sampleTeam, settings: { ...sampleTeam.settings, state } };
  expect(recordPlace(team, null)).toEqual({ kind: 'bucket', account: team.account, ...state });
  expect(recordPlace(team, 'sandbox')).toEqual({ kind: 'directory', directory: 'sandbox' });
  expect(recordPlace(sampleTeam, null)).toEqual({ kind: 'directory', directory: '.mturk-team/account' });
});

test('the records of labs that share a bucket are beside their states', () => {
  const state = { bucket: 'labs', region: 'eu-west-1', key: 'vision-lab' };
  const team = { ...sampleTeam, settings: { ...sampleTeam.settings, state } };
  expect(recordPlace(team, null)).toEqual({ kind: 'bucket', account: team.account, ...state });
  expect(recordPlace(team, 'emulator')).toEqual({ kind: 'directory', directory: 'emulator/vision-lab' });
});

const progress = { done: 2, total: 5 };
test.each([
  [
    'credentials before anything',
    { code: 'credentials-denied', args: { reason: '', progress: null } },
    'credentials-failed',
  ],
  ['credentials in the middle', { code: 'credentials-denied', args: { reason: '', progress } }, 'apply-failed'],
  [
    'a lock',
    { code: 'state-locked', args: { lock: { id: null, who: null, operation: null, created: null }, command: '' } },
    'state-locked',
  ],
  ['a record', { code: 'record-not-written', args: { file: 'x', reason: '' } }, 'record-not-written'],
  ['a stale plan', { code: 'plan-stale', args: { reason: '' } }, 'plan-stale'],
  ['no engine', { code: 'terraform-missing', args: { account: 'real' } }, 'plan-failed'],
] as const)('the reason for %s', (_what, failure, reason) => {
  expect(reasonOf(failure, 'plan')).toBe(reason);
});

const LOCK = { id: null, who: null, operation: null, created: null };
test.each<[Failure, number, number, string]>([
  [{ code: 'credentials-denied', args: { reason: '', progress: null } }, 7, 0, 'all 7 steps applied and in force'],
  [{ code: 'credentials-missing', args: { reason: '' } }, 1, 1, '1 of 2 steps applied and in force'],
  [{ code: 'state-locked', args: { lock: LOCK, command: '' } }, 1, 1, '1 of 2 steps applied and in force'],
  [{ code: 'plan-stale', args: { reason: '' } }, 1, 1, '1 of 2 steps applied and in force'],
  [{ code: 'interrupted', args: { progress: null } }, 1, 1, '1 of 2 steps applied and in force'],
  [{ code: 'apply-failed', args: { reason: '', progress } }, 1, 1, '3 of 6 steps applied and in force'],
])('after steps that were applied, no failure says that nothing was changed (%j)', (failure, done, left, state) => {
  const { failure: after } = failedAfter({ ok: false, failure }, done, left);
  expect(failureText(after)).toContain(`  state: ${state}\n`);
  expect(reasonOf(after, 'apply')).toBe('apply-failed');
});

test('a file that is not the one applied last is old only in a clone without that commit', async () => {
  const clone = mkdtempSync(join(directory, 'clone-'));
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', clone, '-c', 'user.name=a', '-c', 'user.email=a@lab.edu', ...args], {
      encoding: 'utf8',
    });
  git('init', '-q');
  git('commit', '-q', '--allow-empty', '-m', 'First');
  const records = recordPlace(sampleTeam, join(directory, 'old'));
  const applied = (commit: string) => changeRecord(records, ended(sampleTeam, commit));
  const asked = async (team: Team, file = join(clone, 'team.yaml'), isPublic = false) => {
    let text = '';
    const isOld = await noteOldFile({ team, records }, file, { isPublic, stderr: (more) => (text += more) });
    expect(text === '').toBe(!isOld);
    return isOld ? text : null;
  };
  const old = withoutMember('bo');
  expect(await asked(old)).toBeNull();
  await applied(first);
  expect(await asked(old)).toBe(
    [
      'note[old-file]: team.yaml here is not the one applied last (commit aaaaaaa, 25 Nov 2026 11:04 UTC)',
      '  reason: this clone does not have that commit',
      '  help: run `git pull`, then run this command again',
      '\n',
    ].join('\n'),
  );
  expect(await asked(sampleTeam)).toBeNull();
  expect(await asked(old, join(directory, 'team.yaml'))).toBeNull();
  expect(await asked(old, join(clone, 'team.yaml'), true)).toBeNull();
  await applied(git('rev-parse', 'HEAD').trim());
  expect(await asked(old)).toBeNull();
});

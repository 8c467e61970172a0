import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { desiredAccessDigest, desiredAccessOnAnyDay } from '../../../src/access/desired-digest.ts';
import { differences } from '../../../src/access/model-difference.ts';
import { APPLIED_ACCESS, packedAccess, unpackedAccess } from '../../../src/cli/session/applied-access.ts';
import { appliedOf, follows, lastAppliedRecord, noteApply } from '../../../src/cli/session/last-applied.ts';
import { recordPlace } from '../../../src/cli/session/state-record.ts';
import { reasonOf } from '../../../src/diagnostics/pipeline-reason.ts';
import type { Team } from '../../../src/team/team.ts';
import { name, withMember, withoutMember } from '../../support/hands.ts';
import { member, sampleTeam } from '../../support/sample-team.ts';

const directory = mkdtempSync(join(tmpdir(), 'mturk-team-last-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const git = (...args: string[]) => execFileSync('git', ['-C', directory, ...args], { encoding: 'utf8' }).trim();
const commit = (name: string): string => {
  git('-c', 'user.name=x', '-c', 'user.email=x@example.invalid', 'commit', '--quiet', '--allow-empty', '-m', name);
  return git('rev-parse', 'HEAD');
};
git('init', '--quiet', '--initial-branch=main');
const first = commit('first');
const second = commit('second');
git('checkout', '--quiet', '-b', 'beside', first);
const beside = commit('beside');

test.each([
  ['the same commit again', second, second, 'yes'],
  ['a later one', second, first, 'yes'],
  ['an earlier one', first, second, 'no'],
  ['one beside it', beside, second, 'no'],
  ['one after a commit that nobody knows', second, 'f'.repeat(40), 'unknown'],
])('%s', async (_what, next, last, answer) => {
  expect(await follows(next, last, directory)).toBe(answer);
});

const lab = (stack: 'team' | 'bootstrap' = 'team') => ({
  team: sampleTeam,
  stack,
  today: '2026-11-25',
  now: () => new Date('2026-11-25T11:04:00Z'),
});

test('the record is read as it was written, is absent at first, and a damaged one is no absent one', async () => {
  const record = lastAppliedRecord(recordPlace(sampleTeam, join(directory, 'account'), 'unused'));
  expect(await record.read()).toBeNull();
  await noteApply(record, lab('bootstrap'), { state: 'applied' });
  expect(await record.read()).toBeNull();
  await noteApply(record, lab(), { state: 'applying', commit: first });
  const noted = {
    version: 1,
    commit: first,
    at: '2026-11-25T11:04:00.000Z',
    state: 'applying',
    declared: desiredAccessDigest(sampleTeam),
    access: null,
    begun: [],
  };
  expect(await record.read()).toEqual(noted);
  // An apply from a terminal knows of no commit, and must not open the way for an older one.
  await noteApply(record, lab(), { state: 'applied' });
  expect(await record.read()).toEqual({
    ...noted,
    state: 'applied',
    access: packedAccess(sampleTeam, '2026-11-25'),
  });
  writeFileSync(join(directory, 'account', 'last-applied.json'), '{"version": 1, "commit": "HEAD"}');
  await expect(record.read()).rejects.toThrow();
  await expect(noteApply(record, lab(), { state: 'applied' })).rejects.toThrow();
});

test('a record of before what a file declares was noted is read', async () => {
  const old = { version: 1, commit: first, at: '2026-11-25T11:04:00.000Z', state: 'applied' };
  writeFileSync(join(directory, 'account', 'last-applied.json'), JSON.stringify(old));
  const record = lastAppliedRecord(recordPlace(sampleTeam, join(directory, 'account'), 'unused'));
  expect(await record.read()).toEqual({ ...old, declared: null, access: null, begun: [] });
});

const withEve: Team = {
  ...sampleTeam,
  members: [...sampleTeam.members, member({ key: 'eve', roles: ['paymaster'] })],
};
const ofEve = (difference: string) => `["${difference}",{"user":"${name('eve')}"}]`;

test('until an apply ends, what was applied before it is known, with all that was begun since', async () => {
  const place = recordPlace(sampleTeam, join(directory, 'begun'), 'unused');
  const record = lastAppliedRecord(place);
  await noteApply(record, lab(), { state: 'applied' });
  await noteApply(record, { ...lab(), team: withEve }, { state: 'applying' });
  // And another one, without her again, which does not end either.
  await noteApply(record, { ...lab(), team: withoutMember('bo') }, { state: 'applying' });
  const half = appliedOf(await record.read());
  expect(half).toMatchObject({ declared: null, file: { isWhole: false } });
  expect(half?.file?.model.users.map((each) => each.name)).toContain(name('bo'));
  expect(half?.file?.begun).toEqual(expect.arrayContaining([ofEve('user'), `["user",{"user":"${name('bo')}"}]`]));
  await noteApply(record, { ...lab(), team: withEve }, { state: 'applied' });
  const whole = appliedOf(await record.read());
  expect(whole).toMatchObject({ declared: desiredAccessDigest(withEve), file: { isWhole: true, begun: [] } });
});

test('a record of before it was kept what a file declares tells it as soon as the same file is applied again', async () => {
  const place = recordPlace(sampleTeam, join(directory, 'older'), 'unused');
  const record = lastAppliedRecord(place);
  const old = { version: 1, commit: null, at: '2026-11-25T11:04:00.000Z', state: 'applied' };
  const write = (declared: string) =>
    writeFileSync(join(directory, 'older', 'last-applied.json'), JSON.stringify({ ...old, declared }));
  mkdirSync(join(directory, 'older'));
  write('0'.repeat(64));
  await noteApply(record, lab(), { state: 'applying' });
  expect(appliedOf(await record.read())).toEqual({ declared: null, file: null });
  write(desiredAccessDigest(sampleTeam));
  expect(appliedOf(await record.read())).toEqual({ declared: desiredAccessDigest(sampleTeam), file: null });
  await noteApply(record, lab(), { state: 'applying' });
  expect(appliedOf(await record.read())).toMatchObject({ declared: null, file: { begun: [], isWhole: false } });
});

test('what a file declares is kept without a difference, without words for people, and small enough for 5,000 members', () => {
  for (const team of [
    sampleTeam,
    withMember('bo', { suspended: true }),
    { ...sampleTeam, freeze: ['pay:bonus'] },
  ] as Team[]) {
    const kept = APPLIED_ACCESS.parse(JSON.parse(JSON.stringify(packedAccess(team, '2026-11-25'))));
    expect(differences(unpackedAccess(kept).model, desiredAccessOnAnyDay(team))).toEqual([]);
    expect(JSON.stringify(kept)).not.toMatch(/@/);
  }
  const members = Array.from({ length: 5_000 }, (_, index) =>
    member({ key: `person-${index}`, name: 'Wilhelmina', roles: ['paymaster', 'results-reader'], until: '2027-05-31' }),
  );
  const text = JSON.stringify(packedAccess({ ...sampleTeam, members }, '2026-11-25'), null, 2);
  expect(text.length).toBeLessThan(4_000_000);
  expect(text).not.toContain('Wilhelmina');
  expect(packedAccess(withMember('bo', { until: '2026-11-24' }), '2026-11-25').ended).toEqual([name('bo')]);
});

test.each<[string, object]>([
  ['a document that is none', { documents: ['{"Statement": []}'] }],
  ['a document that is not there', { policies: [{ arn: 'a', name: 'a', document: 99 }] }],
  ['more than belongs there', { words: 'hello' }],
  ['a number for a name', { ended: [7] }],
])('%s makes it no record', (_what, change) => {
  expect(APPLIED_ACCESS.safeParse({ ...packedAccess(sampleTeam, '2026-11-25'), ...change }).success).toBe(false);
});

test('records are kept in the bucket of the state of a real account, and with the local AWS emulator', () => {
  const state = { bucket: 'b', region: 'eu-west-1' };
  const team = { ...sampleTeam, settings: { ...sampleTeam.settings, state } };
  expect(recordPlace(team, null, 'local')).toEqual({ kind: 'bucket', ...state });
  expect(recordPlace(team, 'emulator', 'local')).toEqual({ kind: 'directory', directory: 'emulator' });
  expect(recordPlace(sampleTeam, null, 'local')).toEqual({ kind: 'directory', directory: 'local' });
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
  ['a stale plan', { code: 'plan-stale', args: { reason: '' } }, 'plan-changed'],
  ['too long', { code: 'timeout', args: { seconds: 1, progress } }, 'timeout'],
  ['no engine', { code: 'terraform-missing', args: { account: 'real' } }, 'plan-failed'],
] as const)('the reason for %s', (_what, failure, reason) => {
  expect(reasonOf(failure, 'plan')).toBe(reason);
});

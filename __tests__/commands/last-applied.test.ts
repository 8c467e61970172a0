import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follows, lastAppliedRecord, noteApply } from '../../src/commands/last-applied.ts';
import { recordPlace } from '../../src/commands/state-record.ts';
import { reasonOf } from '../../src/diagnostics/pipeline-reason.ts';
import { declaredDigest } from '../../src/review/declared-digest.ts';
import { sampleTeam } from '../support/sample-team.ts';

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
    declared: declaredDigest(sampleTeam),
  };
  expect(await record.read()).toEqual(noted);
  // An apply from a terminal knows of no commit, and must not open the way for an older one.
  await noteApply(record, lab(), { state: 'applied' });
  expect(await record.read()).toEqual({ ...noted, state: 'applied' });
  writeFileSync(join(directory, 'account', 'last-applied.json'), '{"version": 1, "commit": "HEAD"}');
  await expect(record.read()).rejects.toThrow();
  await expect(noteApply(record, lab(), { state: 'applied' })).rejects.toThrow();
});

test('a record of before what a file declares was noted is read', async () => {
  const old = { version: 1, commit: first, at: '2026-11-25T11:04:00.000Z', state: 'applied' };
  writeFileSync(join(directory, 'account', 'last-applied.json'), JSON.stringify(old));
  const record = lastAppliedRecord(recordPlace(sampleTeam, join(directory, 'account'), 'unused'));
  expect(await record.read()).toEqual({ ...old, declared: null });
});

test('records are kept in the bucket of the state of a real account, and with an account in a process', () => {
  const state = { bucket: 'b', region: 'eu-west-1' };
  const team = { ...sampleTeam, settings: { ...sampleTeam.settings, state } };
  expect(recordPlace(team, null, 'local')).toEqual({ kind: 'bucket', ...state });
  expect(recordPlace(team, 'sandbox', 'local')).toEqual({ kind: 'directory', directory: 'sandbox' });
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
  ['no engine', { code: 'engine-missing', args: { account: 'real' } }, 'plan-failed'],
] as const)('the reason for %s', (_what, failure, reason) => {
  expect(reasonOf(failure, 'plan')).toBe(reason);
});

import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { WORKFLOW_COMMAND } from '../../src/text/escape.ts';
import { run, runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { ATTACKS } from '../support/hostile-text.ts';
import { labText, SAMPLE_HISTORY } from '../support/sample-history.ts';
import { type HistoryCommit, TeamHistory } from '../support/team-history.ts';

const test = testInTurn(2);

const [FIRST] = SAMPLE_HISTORY as [HistoryCommit];
const made: { remove(): void }[] = [];
afterAll(() => {
  for (const each of made) each.remove();
});
const clone = (commits: readonly HistoryCommit[] = SAMPLE_HISTORY) => {
  const history = new TeamHistory(commits);
  made.push(history);
  return history;
};
const SAMPLE = clone();
const ask = (...args: string[]) => runHere(args, { cwd: SAMPLE.directory });
const askIn = ({ directory }: { readonly directory: string }, ...args: string[]) => runHere(args, { cwd: directory });
const at = (date: string, members: readonly string[]) => ({
  ...{ date: `${date}T10:00:00Z`, subject: `On ${date}` },
  text: labText({ roles: '', members: [ADA, ...members] }),
});
const ADA = '  ada: { name: Ada, roles: [reader] }';
const BO = '  bo: { name: Bo, roles: [reader] }';

test('who-can and explain answer as of the end of a day', async () => {
  const may = async (day: string) => JSON.parse((await ask('who-can', 'pay:bonus', '--on', day, '--json')).stdout);
  const keys = ({ users }: { users: { key: string }[] }) => users.map(({ key }) => key);
  expect(keys(await may('2026-02-28'))).toEqual([]);
  expect(keys(await may('2026-03-03'))).toEqual(['ada', 'bo']);
  expect(await may('2026-04-01')).toMatchObject({ users: [], frozen: true, source: { kind: 'merged' } });
  expect(keys(await may('2026-05-31'))).toEqual(['ada', 'bo']);
  expect(keys(await may('2026-06-01'))).toEqual(['ada']);
  expect((await may('2026-06-01')).merged.changes).toMatchObject([{ kind: 'ends', people: [{ key: 'bo' }] }]);
  const text = await ask('explain', 'bo', '--on', '2026-04-01');
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toContain('denied to all members by freeze');
  expect(text.stdout).toContain('This is what was merged, not what AWS had.');
  expect(JSON.parse((await ask('explain', 'bo', '--on', '2026-06-20', '--json')).stdout)).toMatchObject({
    exists: false,
  });
});

test('why and history print JSON', async () => {
  const why = await ask('why', 'bo', 'pay:bonus', '--on', '2026-04-01', '--json');
  expect(JSON.parse(why.stdout)).toMatchObject({
    verdict: 'denied',
    needs: [{ kind: 'unfreeze', capability: 'pay:bonus' }],
    reasons: [
      {
        kind: 'role',
        outcome: 'frozen',
        since: { commit: { subject: 'Bo pays until May' }, merger: null, pulls: null },
      },
      { kind: 'frozen', since: { authors: ['Cy Moreau'] } },
      { kind: 'last-day', day: '2026-05-31' },
    ],
  });
  const bo = JSON.parse((await ask('why', 'bo', 'GetHIT', '--on', '2026-02-01', '--json')).stdout);
  const by = { authors: ['Bo Chen'], merger: 'Ada Byron', commit: { claimedPull: 3 } };
  expect(bo).toMatchObject({ verdict: 'allowed', reasons: [{ since: by }] });
  const { changes } = JSON.parse((await ask('history', 'reader', '--json')).stdout);
  expect(changes[0]).toMatchObject({ kind: 'merged', roles: [{ key: 'reader', kind: 'added' }], people: [] });
});

test.each([
  [1, 'history-begins-later', 'explain', 'ada', '--on', '2025-12-31'],
  [1, 'history-version-unreadable', 'who-can', 'spend', '--on', '2026-03-02'],
  [2, 'unknown-member', 'explain', 'zoe', '--on', '2026-03-01'],
  [2, 'unknown-member', 'why', 'zoe', 'spend'],
  [2, 'unknown-operation', 'why', 'ada', 'GrantBonus'],
  [2, 'unknown-operation', 'why', 'ada', 'reader'],
  [2, 'not-in-history', 'history', 'zoe'],
  [2, 'usage', 'explain', 'ada', '--on', '2099-01-01'],
  [2, 'usage', 'explain', 'ada', '--on', '2026-03-01', '--live'],
] as [code: number, error: string, ...args: string[]][])('exit code %i, %s: %s %s', async (code, error, ...args) => {
  const result = await ask(...args, '--json');
  expect([result.code, JSON.parse(result.stdout).error.code]).toEqual([code, error]);
});

test('without a clone, a branch, the file or the whole history there is an error', async () => {
  const elsewhere = scratch({ 'team.yaml': 'lab: x\n' });
  const empty = clone([]);
  const shallow = scratch({});
  made.push(elsewhere, shallow);
  execFileSync('git', ['clone', '--quiet', '--depth', '2', `file://${SAMPLE.directory}`, shallow.directory]);
  for (const [place, file, code, because] of [
    [elsewhere, 'team.yaml', 'history-unavailable', 'no-clone'],
    [empty, 'team.yaml', 'history-unavailable', 'no-branch'],
    [SAMPLE, 'other.yaml', 'history-unavailable', 'no-commit'],
    [shallow, 'team.yaml', 'history-shallow', undefined],
  ] as const) {
    const result = await askIn(place, 'history', '--file', file, '--json');
    expect([result.code, JSON.parse(result.stdout).error]).toMatchObject([
      1,
      { code, args: because === undefined ? {} : { because } },
    ]);
  }
});

const notesOf = async (history: TeamHistory, ...args: string[]) => {
  const result = await askIn(history, ...args, '--json');
  expect([result.stderr, result.code]).toEqual(['', 0]);
  return JSON.parse(result.stdout);
};

test('a renamed file is followed, in a folder too, and the rename is noted', async () => {
  const members = [BO];
  const history = clone([
    { ...at('2026-01-01', members), path: 'old.yaml' },
    { ...at('2026-01-02', members), path: 'lab/team.yaml', removes: 'old.yaml' },
    { ...at('2026-01-03', []), path: 'lab/team.yaml' },
  ]);
  history.git('checkout', '--quiet', 'main');
  const { changes, notes } = await notesOf(history, 'history', 'bo', '--file', join('lab', 'team.yaml'));
  expect(changes.map(({ at }: { at: string }) => at.slice(0, 10))).toEqual(['2026-01-01', '2026-01-03']);
  expect(notes).toMatchObject([{ code: 'history-renamed', args: { from: 'old.yaml' } }]);
});

test('a commit with a date to come counts at once, and so do those that follow', async () => {
  const history = clone([at('2026-01-05', [BO]), at('2199-01-01', []), at('2026-01-07', [BO])]);
  const { changes, notes } = await notesOf(history, 'history', 'bo');
  expect(changes).toHaveLength(3);
  expect(notes.map(({ code }: { code: string }) => code)).toEqual(['history-dates-differ', 'history-dates-differ']);
});

test('a rewritten branch, dates that go back, links and deletions are noted', async () => {
  const history = clone([
    at('2026-01-05', [BO]),
    at('2026-01-03', [BO, '  cy: { name: Cy, roles: [reader] }']),
    { ...at('2026-01-06', []), text: '/etc/passwd', mode: '120000' },
    { ...at('2026-01-07', []), text: null },
    at('2026-01-08', [BO]),
  ]);
  history.git('config', 'core.logAllRefUpdates', 'true');
  history.git('update-ref', '--create-reflog', 'refs/heads/main', 'main');
  history.git('update-ref', 'refs/heads/main', 'main~1');
  history.add([at('2026-01-09', [])]);
  const { changes, notes } = await notesOf(history, 'history');
  expect(notes.map(({ code }: { code: string }) => code)).toEqual([
    'history-rewritten',
    'history-dates-differ',
    'history-version-unreadable',
    'history-version-unreadable',
  ]);
  const [joins, leaves] = [changes[1], changes.at(-1)];
  // Cy cannot have joined before the commit that theirs follows.
  expect(joins).toMatchObject({ at: '2026-01-05T10:00:00.000Z', people: [{ key: 'cy' }] });
  expect(leaves.unreadable).toHaveLength(2);
  const before = await askIn(history, 'explain', 'bo', '--on', '2026-01-07', '--json');
  expect(JSON.parse(before.stdout).error).toMatchObject({
    code: 'history-version-unreadable',
    args: { because: 'deleted', before: '2026-01-05' },
  });
});

test('a folder in the place of the file deletes it, and hides no other commit', async () => {
  const folder = (name: string) => ({ path: `team.yaml/${name}`, text: ':000000 100644 0 1 A' });
  const history = clone([
    at('2026-01-05', [BO]),
    { ...at('2026-01-06', []), ...folder('one') },
    { ...at('2026-01-07', []), ...folder('two') },
    { ...at('2026-01-08', []), removes: 'team.yaml' },
  ]);
  const { changes, notes } = await notesOf(history, 'history');
  expect(changes.map(({ at }: { at: string }) => at.slice(0, 10))).toEqual(['2026-01-05', '2026-01-08']);
  const deleted = { commit: { date: '2026-01-06T10:00:00.000Z' }, because: { kind: 'deleted' } };
  expect(notes).toMatchObject([{ code: 'history-version-unreadable', args: deleted }]);
});

test('a Git of the directory in which the program runs is not started', async () => {
  const trap = scratch({ git: '#!/bin/sh\necho trapped\n' });
  made.push(trap);
  chmodSync(join(trap.directory, 'git'), 0o755);
  // On Windows, the working directory is searched first without being in PATH.
  const env = { PATH: `.:${process.env.PATH}` };
  const found = await run(['history', '--file', SAMPLE.file, '--json'], { cwd: trap.directory, env });
  expect(found).toEqual(await ask('history', '--json'));
});

test('a version that is no text, or larger than a team file can be, is no YAML', async () => {
  const history = clone([
    at('2026-01-05', [BO]),
    { ...at('2026-01-06', []), text: `${at('', [BO]).text}#${'x'.repeat(2 ** 21)}\n` },
  ]);
  const { notes } = await notesOf(history, 'history');
  expect(notes).toMatchObject([{ code: 'history-version-unreadable', args: { because: { kind: 'not-yaml' } } }]);
});

test('replaced objects change no answer', async () => {
  const history = clone();
  const [first, third] = [history.idOf('Set up the lab'), history.idOf('Pay bonuses')];
  const asked = async () => (await askIn(history, 'history', '--json')).stdout;
  const before = await asked();
  history.git('replace', third, first);
  expect(await asked()).toBe(before);
});

test.each([
  ['until: "31.5.2026"', 'members.bo.until'],
  ['until: "2026-02-30"', 'members.bo.until'],
  ['suspended: maybe', 'members.bo.suspended'],
  ['roles: reader', 'members.bo.roles'],
])('a value that could decide access and is not known, %s, makes a version unreadable', async (field, path) => {
  const history = clone([at('2026-01-01', [`  bo: { name: Bo, ${field} }`])]);
  const result = await askIn(history, 'explain', 'bo', '--on', '2026-01-02', '--json');
  expect(JSON.parse(result.stdout).error).toMatchObject({ code: 'history-version-unreadable', args: { path } });
});

test('what authors wrote cannot speak as the tool, a terminal or the runner', async () => {
  const words = Object.values(ATTACKS).filter((text) => text.length < 200 && !/[<>\n\0]/.test(text));
  const commits = words.map((text, index) => ({
    ...{ date: '2026-01-01T10:00:00Z', author: text.trim() || 'x', subject: `${text} x` },
    text: labText({ roles: '', members: [`  m${index}: { name: M, roles: [reader] }`] }),
  }));
  const forged = { ...FIRST, author: 'Eve"; approved by "Ada', subject: '"; merged by "Ada' };
  const history = clone([...commits, forged]);
  const printed = (await askIn(history, 'history')).stdout;
  expect(printed).not.toMatch(WORKFLOW_COMMAND);
  for (const invisible of ['\u001b', '\u202e', '\u200b']) expect(printed).not.toContain(invisible);
  expect(printed).toContain(`"Eve'; approved by 'Ada"`);
  expect(printed).toContain(`"'; merged by 'Ada"`);
  expect(printed).not.toContain('a@lab.edu');
});

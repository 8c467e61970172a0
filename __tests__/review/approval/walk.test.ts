import type { History } from '../../../src/github/port.ts';
import { changesSince, type LastApplied } from '../../../src/review/approval/walk.ts';

type Files = Readonly<Record<string, string>>;

/** Commits by first parent, newest first, the first of all at time 1, each with all its files, and with a second parent if it has one. */
function historyOf(commits: readonly (readonly [commit: string, files: Files, second?: string])[]): History {
  const timeOf = (index: number) => commits.length - index;
  const files = new Map(commits.map(([commit, text]) => [commit, text]));
  const all = commits.map(([commit, , second]) => ({ commit, second }));
  const below = (commit: string, path: string) =>
    JSON.stringify(Object.entries(files.get(commit) ?? {}).filter(([name]) => `${name}/`.startsWith(`${path}/`)));
  return {
    firstParents: async (newest) =>
      all
        .map(({ commit, second }, index) => ({
          commit,
          parents: [all[index + 1]?.commit ?? [], second ?? []].flat(),
          time: timeOf(index),
        }))
        .slice(commits.findIndex(([each]) => each === newest)),
    differs: async (one, other, paths) => paths.some((path) => below(one, path) !== below(other, path)),
    textAt: async (commit, path) => files.get(commit)?.[path] ?? null,
    hasSameTree: () => Promise.reject(new Error('not asked')),
    isWithin: () => Promise.reject(new Error('not asked')),
  };
}

const file = (text: string, others: Files = {}): Files => ({ 'team.yaml': text, ...others });
const workflow = { '.github/workflows/apply.yml': 'x' };
const HISTORY = historyOf([
  ['attributes', file('three', { ...workflow, 'terraform.lock.hcl': 'x', 'README.md': 'x', '.gitattributes': 'x' })],
  ['docs', file('three', { ...workflow, 'terraform.lock.hcl': 'x', 'README.md': 'x' })],
  ['lock', file('three', { ...workflow, 'terraform.lock.hcl': 'x' })],
  ['workflow', file('three', workflow)],
  ['three', file('three')],
  ['two', file('two')],
  ['words', file('one # words')],
  ['one', file('one')],
  ['first', file('none')],
]);
const applied = (commit: string | null, team: string, time = 0): LastApplied => ({
  ...{ commit, time },
  isTeamOf: (text) => text.split(' #')[0] === team,
});

test.each<[string, LastApplied | null, string, readonly string[]]>([
  ['the newest commit is applied', applied('docs', 'three'), 'docs', []],
  ['what changes no deciding file needs nothing', applied('lock', 'three'), 'docs', []],
  ['each that changes the file, a lock file or .github', applied('two', 'two'), 'docs', ['lock', 'workflow', 'three']],
  [
    '.gitattributes, which decides what a checkout makes of a file',
    applied('docs', 'three'),
    'attributes',
    ['attributes'],
  ],
  ['the walk begins at the commit that is applied', applied('two', 'two'), 'three', ['three']],
  ['an older commit was applied last', applied('first', 'none'), 'two', ['two', 'words', 'one']],
  [
    'a commit that is not on the branch: back to where its team came',
    applied('elsewhere', 'one'),
    'docs',
    ['lock', 'workflow', 'three', 'two', 'words'],
  ],
  [
    'a commit on the branch, whose team came again',
    applied('first', 'three'),
    'three',
    ['three', 'two', 'words', 'one'],
  ],
  ['no commit: back to where the team came', applied(null, 'three'), 'docs', ['lock', 'workflow']],
  ['no commit: back to the first of all', applied(null, 'none'), 'two', ['two', 'words', 'one']],
  ['a team that was never on the branch: every change', applied(null, 'four'), 'two', ['two', 'words', 'one', 'first']],
  ['before the first apply: back to the newest that changed the file', null, 'docs', ['lock', 'workflow', 'three']],
  ['before the first apply, the newest that changed the file alone', null, 'two', ['two']],
  ['before the first apply, with a file of the first commit of all', null, 'first', ['first']],
])('%s', async (_what, last, newest, changes) => {
  expect((await changesSince(HISTORY, newest, last)).map(({ commit }) => commit)).toEqual(changes);
});

/** `M` changes nothing of its first parent; the other one, which no commit here is, has what it leaves out. */
const MERGED = historyOf([
  ['docs', file('two', { 'README.md': 'x' })],
  ['two', file('two')],
  ['M', file('one'), 'elsewhere'],
  ['one', file('one')],
  ['first', file('none')],
]);
test.each<[string, LastApplied | null, readonly string[]]>([
  ['after what was applied', applied('first', 'none'), ['two', 'M', 'one']],
  ['that was applied', applied('M', 'one'), ['two']],
  ['before what was applied', applied('two', 'two'), []],
  ['after where the team of no commit came', applied(null, 'one'), ['two', 'M']],
  // What was applied can be on the other side, and came again by a push.
  ['before where the team of a commit on the other side came', applied('elsewhere', 'two'), ['two', 'M']],
  ['before the first apply, below the newest that changed the file', null, ['two']],
])('a merge commit %s', async (_what, last, changes) => {
  expect((await changesSince(MERGED, 'docs', last)).map(({ commit }) => commit)).toEqual(changes);
});

test('a merge commit that brings the team of what was applied, which is on its other side', async () => {
  const history = historyOf([
    ['M', file('two', { 'opentofu.lock.hcl': 'hostile' }), 'elsewhere'],
    ['one', file('one')],
  ]);
  const changes = await changesSince(history, 'M', applied('elsewhere', 'two'));
  expect(changes.map(({ commit }) => commit)).toEqual(['M']);
});

test.each(['opentofu.lock.hcl', '.github/workflows/apply.yml', '.gitattributes'])(
  'the commit that brings the team of what was applied hides no change to %s',
  async (path) => {
    const history = historyOf([
      ['squashed', file('two', { [path]: 'hostile' })],
      ['one', file('one')],
    ]);
    const changes = await changesSince(history, 'squashed', applied('elsewhere', 'two'));
    expect(changes.map(({ commit }) => commit)).toEqual(['squashed']);
  },
);

test('a team that came again hides no lock file that changed in between', async () => {
  const history = historyOf([
    ['reverted', file('one', { 'opentofu.lock.hcl': 'hostile' })],
    ['hostile', file('two', { 'opentofu.lock.hcl': 'hostile' })],
    ['one', file('one')],
    ['first', file('none')],
  ]);
  const changes = await changesSince(history, 'reverted', applied('squashed', 'one'));
  expect(changes.map(({ commit }) => commit)).toEqual(['reverted', 'hostile']);
});

/** Suspended in an emergency before 3 to 6: before that, one was once suspended and resumed. */
const AGAIN = historyOf([
  ['merged', file('suspended')],
  ['words', file('active # words')],
  ['resumed', file('active')],
  ['suspended', file('suspended')],
  ['first', file('active')],
]);
test.each<[string, string, LastApplied, readonly string[]]>([
  [
    'an older approval of its end counts not',
    'words',
    applied(null, 'suspended', 5),
    ['words', 'resumed', 'suspended', 'first'],
  ],
  ['nor without a later commit', 'resumed', applied('branch', 'suspended', 4), ['resumed', 'suspended', 'first']],
  ['what is merged after it ends the walk', 'merged', applied(null, 'suspended', 5), []],
  ['as does what was merged before it', 'merged', applied(null, 'suspended', 6), []],
  ['what the branch had at that time', 'words', applied(null, 'active', 5), ['words']],
  ['and then', 'merged', applied(null, 'active', 5), ['merged', 'words']],
  ['before its end was merged', 'words', applied(null, 'suspended', 3), ['words', 'resumed']],
])('of an apply of no commit: %s', async (_what, newest, last, changes) => {
  expect((await changesSince(AGAIN, newest, last)).map(({ commit }) => commit)).toEqual(changes);
});

test('a team that came since an apply of no commit hides no workflow that came since, too', async () => {
  const history = historyOf([
    ['merged', file('suspended', workflow)],
    ['hostile', file('active', workflow)],
    ['active', file('active')],
  ]);
  const of = async (time: number) => changesSince(history, 'merged', applied(null, 'suspended', time));
  expect((await of(2)).map(({ commit }) => commit)).toEqual(['merged', 'hostile']);
});

test('the first commit of all is a change, whatever its files', async () => {
  const history = historyOf([['first', { 'README.md': 'x' }]]);
  const changes = await changesSince({ ...history, differs: async () => false }, 'first', applied(null, 'four'));
  expect(changes).toEqual([{ commit: 'first', parents: [], time: 1 }]);
});

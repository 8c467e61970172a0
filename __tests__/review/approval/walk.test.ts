import type { History } from '../../../src/github/port.ts';
import { changesSince, type LastApplied } from '../../../src/review/approval/walk.ts';

type Files = Readonly<Record<string, string>>;

/** Commits by first parent, newest first, each with all its files, and with a second parent if it has one. */
function historyOf(commits: readonly (readonly [commit: string, files: Files, second?: string])[]): History {
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
const NOW = 5;
/** At `NOW`: of a commit, or of none, after those before. */
const applied = (team: string, ...commits: (string | null)[]): LastApplied => ({
  ...{ commits, time: NOW },
  isTeamOf: (text) => text.split(' #')[0] === team,
});

const ELSEWHERE = 'elsewhere';
/** The commits that must be approved, with a star if that must be since `NOW`, and `ELSEWHERE` if that is not enough. */
async function asked(history: History, newest: string, last: LastApplied | null): Promise<readonly string[]> {
  const { changes, isElsewhere } = await changesSince(history, newest, last);
  const names = changes.map(({ commit, approvedAfter }) => (approvedAfter === NOW ? `${commit}*` : commit));
  return isElsewhere ? [...names, ELSEWHERE] : names;
}

test.each<[string, LastApplied | null, string, readonly string[]]>([
  ['the newest commit is applied', applied('three', 'docs'), 'docs', []],
  ['what changes no deciding file needs nothing', applied('three', 'lock'), 'docs', []],
  ['each that changes the file, a lock file or .github', applied('two', 'two'), 'docs', ['lock', 'workflow', 'three']],
  [
    '.gitattributes, which decides what a checkout makes of a file',
    applied('three', 'docs'),
    'attributes',
    ['attributes'],
  ],
  ['the walk begins at the commit that is applied', applied('two', 'two'), 'three', ['three']],
  ['an older commit was applied last', applied('none', 'first'), 'two', ['two', 'words', 'one']],
  [
    'several at a terminal, one after the other',
    applied('two', 'two', 'one', 'first'),
    'docs',
    ['lock', 'workflow', 'three'],
  ],
  ['a team that was never on the branch', applied('four', null, 'one'), 'two', ['two*', 'words*', ELSEWHERE]],
  ['a team that was on the branch before', applied('none', null, 'one'), 'two', ['two*', 'words*', ELSEWHERE]],
  ['no commit, and nothing has come since', applied('four', null, 'two'), 'two', [ELSEWHERE]],
  ['no commit, with the team of the commit before', applied('one', null, 'one'), 'two', ['two*', 'words']],
  ['another branch, which is merged', applied('two', 'other', 'one'), 'two', ['two', 'words']],
  [
    'several other branches, the last of which is merged',
    applied('two', 'other', 'another', 'one'),
    'workflow',
    ['workflow*', 'three*', 'two', 'words'],
  ],
  [
    'an older commit than the one before',
    applied('one', 'one', 'two'),
    'docs',
    ['lock*', 'workflow*', 'three*', 'two*', 'words'],
  ],
  [
    'another branch, which was undone before it was merged',
    applied('one', 'one', 'three', 'one'),
    'docs',
    ['lock*', 'workflow*', 'three*', 'two*', 'words'],
  ],
  ['no commit at all', applied('three', null), 'docs', ['lock', 'workflow', 'three', ELSEWHERE]],
  ['a commit whose file another version reads otherwise', applied('unread', 'one', 'other'), 'two', ['two*', 'words*']],
  ['that commit again', applied('two', 'two', 'one', 'two'), 'docs', ['lock', 'workflow', 'three']],
  [
    'the same commit, after another branch was merged into none',
    applied('one', 'one', 'other', 'one'),
    'two',
    ['two*', 'words'],
  ],
  ['the branch as it is, after an apply of no commit', applied('three', 'docs', null, 'one'), 'docs', []],
  ['nothing that the branch has', applied('four', null), 'docs', ['lock', 'workflow', 'three', ELSEWHERE]],
  ['a commit of a history that was rewritten', applied('one', 'gone'), 'two', ['two', ELSEWHERE]],
  ['before the first apply: back to the newest that changed the file', null, 'docs', ['lock', 'workflow', 'three']],
  ['before the first apply, the newest that changed the file alone', null, 'two', ['two']],
  ['before the first apply, with a file of the first commit of all', null, 'first', ['first']],
])('%s', async (_what, last, newest, changes) => {
  expect(await asked(HISTORY, newest, last)).toEqual(changes);
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
  ['after what was applied', applied('none', 'first'), ['two', 'M', 'one']],
  ['that was applied', applied('one', 'M'), ['two']],
  ['before what was applied', applied('two', 'two'), []],
  ['after what was applied before no commit', applied('two', null, 'one'), ['two', 'M']],
  ['before the first apply, below the newest that changed the file', null, ['two']],
])('a merge commit %s', async (_what, last, changes) => {
  expect(await asked(MERGED, 'docs', last)).toEqual(changes);
});

/** One was once suspended and resumed. */
const AGAIN = historyOf([
  ['merged', file('suspended', workflow)],
  ['hostile', file('active # words', workflow)],
  ['resumed', file('active')],
  ['suspended', file('suspended')],
  ['first', file('active')],
]);
test.each<[string, string, LastApplied, readonly string[]]>([
  ['not ended by an older approval of its end', 'resumed', applied('suspended', null, 'resumed'), [ELSEWHERE]],
  ['nor by a later change beside it', 'hostile', applied('suspended', null, 'resumed'), ['hostile*', ELSEWHERE]],
  [
    'not begun by what ended before it, either',
    'resumed',
    applied('suspended', null, 'first'),
    ['resumed*', 'suspended'],
  ],
  [
    'merged, which hides no workflow that came before',
    'merged',
    applied('suspended', null, 'resumed'),
    ['merged', 'hostile'],
  ],
])('a suspension of no commit is %s', async (_what, newest, last, changes) => {
  expect(await asked(AGAIN, newest, last)).toEqual(changes);
});

test('the first commit of all is a change, whatever its files', async () => {
  const history = { ...historyOf([['first', { 'README.md': 'x' }]]), differs: async () => false };
  expect(await asked(history, 'first', null)).toEqual(['first']);
});

import { fail, succeed } from '../../../src/diagnostics/failure.ts';
import type { GitHub, History, PullRequest } from '../../../src/github/port.ts';
import { checkApproval, newOwnerIds } from '../../../src/review/approval/approval.ts';
import type { Member } from '../../../src/team/team.ts';
import { failureOf, obtained } from '../../support/github-client.ts';
import { ENFORCED } from '../../support/lab-repository.ts';
import { member } from '../../support/sample-team.ts';

const TODAY = '2026-11-25';
const person = (id: number, login: string) => ({ id, login, isPerson: true });
const [ADA, BO] = [person(1, 'ada'), person(2, 'bo')];
const owner = { key: 'ada', login: 'ada', id: 1 };
const UNREACHABLE = fail('github-unavailable', { request: 'GET /x', reason: 'timeout' });

type Pull = Partial<PullRequest> & { readonly commit?: string; readonly approvedBy?: string | null };

/** Merges of a lab whose owner is Ada, newest first, each with the pull requests that GitHub knows of it. */
interface Given {
  readonly merges?: readonly (readonly Pull[])[];
  readonly history?: Partial<History>;
  readonly github?: Partial<GitHub>;
  readonly owner?: Partial<Member>;
  readonly selfApproval?: boolean;
  readonly isFirst?: boolean;
}

function pullOf({ approvedBy: _by, commit: _commit, ...pull }: Pull): PullRequest {
  const base = { ref: 'main', repository: 'perception/lab' };
  return { number: 1, author: BO, base, head: { sha: 'head' }, mergedBy: null, ...pull };
}

function answerOf({ merges = [[{}]], history, github, owner: of, selfApproval = false, isFirst = false }: Given) {
  const commits = merges.map((_, index) => `merge ${merges.length - index}`);
  const pulls = merges.flat();
  const known: History = {
    firstParents: async () =>
      [...commits, 'applied'].map((commit, index, all) => ({
        commit,
        parents: all.slice(index + 1, index + 2),
      })),
    differs: async () => true,
    hasSameTree: async () => true,
    isWithin: async () => true,
    textAt: async () => '',
    ...history,
  };
  const given: Partial<GitHub> = {
    repository: { owner: 'Perception', name: 'lab' },
    rulesOf: async () => succeed(ENFORCED),
    pullRequestsOf: async (commit) => succeed((merges[commits.indexOf(commit)] ?? []).map(pullOf)),
    pullRequest: async (number) => succeed(pullOf(pulls.find((pull) => pullOf(pull).number === number) ?? {})),
    reviews: async (number) => {
      const { approvedBy = 'ada', commit = 'head' } = pulls.find((pull) => pullOf(pull).number === number) ?? {};
      const author = person(approvedBy === 'ada' ? 1 : 3, approvedBy ?? '');
      const at = '2026-11-24T09:00:00Z';
      return succeed(approvedBy === null ? [] : [{ author, state: 'APPROVED', commit, at }]);
    },
    events: async () => succeed([]),
    withHistory: (_commit, use) => use(known),
    ...github,
  };
  const team = { owners: ['ada'], members: [member({ key: 'ada', ...of })], settings: { selfApproval } };
  return checkApproval(given as GitHub, {
    ...{ commit: commits[0] ?? '', branch: 'main', today: TODAY },
    approvers: { owners: [owner], team, withoutAccessIn: () => [] },
    last: isFirst ? null : { commits: ['applied'], time: 0, isTeamOf: () => false },
  });
}

const none = { kind: 'no-pull-request' };
const about = (kind: string, pull = 1, by?: string) => ({ kind, pull, ...(by === undefined ? {} : { by }) });

test.each<[string, Given, readonly object[]]>([
  ['approved by the owner', {}, []],
  ['approved by someone else', { merges: [[{ approvedBy: 'cy' }]] }, [about('no-approval')]],
  ['pushed', { merges: [[]] }, [none]],
  ['merged into another branch', { merges: [[{ base: { ref: 'next', repository: 'perception/lab' } }]] }, [none]],
  ['merged into a fork', { merges: [[{ base: { ref: 'main', repository: 'bo/lab' } }]] }, [none]],
  ['other files than the pull request', { history: { hasSameTree: async () => false } }, [about('other-tree')]],
  ['a pull request that is behind', { history: { isWithin: async () => false } }, [about('behind')]],
  [
    'the first commit of all',
    { isFirst: true, history: { firstParents: async () => [{ commit: 'merge 1', parents: [] }] } },
    [about('behind')],
  ],
  ['one of two pull requests is approved', { merges: [[{ number: 1, approvedBy: null }, { number: 2 }]] }, []],
  [
    'a pull request that has another head since',
    {
      merges: [[{ commit: 'newer' }]],
      github: { pullRequest: async (number) => succeed(pullOf({ number, head: { sha: 'newer' } })) },
    },
    [about('older-commit', 1, 'ada')],
  ],
  ['the owner is suspended', { owner: { suspended: true } }, [about('no-approval')]],
  ['the last day of the owner has passed', { owner: { until: '2026-11-24' } }, [about('no-approval')]],
  ['the last day of the owner is today', { owner: { until: TODAY } }, []],
  ['the first day of the owner is tomorrow', { owner: { from: '2026-11-26' } }, [about('no-approval')]],
  [
    'the one owner alone, who may',
    { selfApproval: true, merges: [[{ author: ADA, mergedBy: ADA, approvedBy: null }]] },
    [],
  ],
  [
    'the one owner alone, who may not',
    { merges: [[{ author: ADA, mergedBy: ADA, approvedBy: null }]] },
    [about('no-approval')],
  ],
])('a merge: %s', async (_what, given, because) => {
  const { failure } = obtained(await answerOf(given));
  expect(failure?.args ?? null).toEqual(because.length === 0 ? null : { commit: 'merge 1', because });
});

test('each change since the last apply is judged, the newest first, and all their pull requests are named', async () => {
  const bad = (number: number): Pull => ({ number, approvedBy: null });
  const judged = async (...merges: readonly Pull[]) => {
    const { pulls, failure } = obtained(await answerOf({ merges: merges.map((pull) => [pull]) }));
    return [pulls, failure?.code === 'not-approved' ? failure.args.commit : failure];
  };
  expect(await judged({ number: 3 }, { number: 2 })).toEqual([[2, 3], null]);
  expect(await judged({ number: 3 }, bad(2))).toEqual([[2, 3], 'merge 1']);
  expect(await judged(bad(3), bad(2))).toEqual([[2, 3], 'merge 2']);
});

test.each<[string, Partial<GitHub>]>([
  ['pull requests of a commit', { pullRequestsOf: async () => UNREACHABLE }],
  ['a pull request', { pullRequest: async () => UNREACHABLE }],
  ['reviews', { reviews: async () => UNREACHABLE }],
  ['events', { events: async () => UNREACHABLE }],
])('without %s, nothing is approved', async (_what, github) => {
  expect(failureOf(await answerOf({ github }))).toEqual(UNREACHABLE.failure);
});

const lacking = { request: 'GET /rules', status: 403, reason: 'Upgrade to GitHub Pro or make this repository public' };
test.each<[string, Awaited<ReturnType<GitHub['rulesOf']>>, object]>([
  ['none are active', succeed([]), { missing: expect.arrayContaining(['pull-request', 'approval', 'deletion']) }],
  ['the plan has none', fail('github-denied', lacking), { missing: 'plan' }],
  ['GitHub does not say', UNREACHABLE, UNREACHABLE.failure.args],
])('without rules no approval counts: %s', async (_what, rules, args) => {
  const { failure } = obtained(await answerOf({ github: { rulesOf: async () => rules } }));
  expect(failure?.args).toEqual(args);
});

test('an owner whose account GitHub does not find out is no owner without one', async () => {
  const github = { idOf: async () => UNREACHABLE } as Partial<GitHub> as GitHub;
  expect(await newOwnerIds(github, [{ ...owner, id: null }])).toEqual(UNREACHABLE);
  expect(await newOwnerIds(github, [owner])).toEqual(succeed(''));
});

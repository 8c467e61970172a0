import type { ApprovalProblem } from '../../../src/diagnostics/failure.ts';
import { type Case, judge } from '../../../src/review/approval/judge.ts';

const HEAD = 'a'.repeat(40);
const person = (id: number, login: string) => ({ id, login, isPerson: true });
const [ADA, BO, CY, DEE] = [person(1, 'ada'), person(2, 'bo'), person(3, 'cy'), person(4, 'dee')];
const owner = (key: string, id: number | null) => ({ key, login: key, id });

let clock = 0;
function time(): string {
  clock += 1;
  return new Date(Date.UTC(2026, 10, 25, 9, 0, clock)).toISOString();
}
const review = (author: Case['reviews'][number]['author'], state = 'APPROVED', commit = HEAD) => ({
  ...{ author, state, commit, at: time() },
});
const event = (name: string) => ({ event: name, at: time() });

/** Bo's pull request in a lab of Ada and Dee. */
function caseOf(given: Partial<Omit<Case, 'pull'>> & { readonly pull?: Partial<Case['pull']> }): Case {
  const base = { ref: 'main', repository: 'perception/lab' };
  const { owners = [owner('ada', 1), owner('dee', 4)] } = given;
  return {
    ...{ reviews: [], events: [], owners, active: owners, selfApproval: false, approvedAfter: 0 },
    ...given,
    pull: { number: 7, author: BO, base, head: { sha: HEAD }, mergedBy: null, ...given.pull },
  };
}

const problem = (kind: string, by?: string) =>
  ({ kind, pull: 7, ...(by === undefined ? {} : { by }) }) as ApprovalProblem;
const NONE = [problem('no-approval')];
const alone = { owners: [owner('ada', 1)], selfApproval: true };

test.each<[string, Case, readonly ApprovalProblem[]]>([
  ['an owner', caseOf({ reviews: [review(ADA)] }), []],
  ['an owner with a new login', caseOf({ reviews: [review({ ...ADA, login: 'ada-2' })] }), []],
  ['an account that took over the login of an owner', caseOf({ reviews: [review({ ...ADA, id: 99 })] }), NONE],
  [
    'a login, in other letters, whose id is not known',
    caseOf({ owners: [owner('Ada', null)], reviews: [review(ADA)] }),
    [],
  ],
  ['no one', caseOf({}), NONE],
  ['a writer who owns nothing', caseOf({ reviews: [review(CY)] }), NONE],
  ['a deleted account', caseOf({ reviews: [review(null)] }), NONE],
  ['by a comment only', caseOf({ reviews: [review(ADA, 'COMMENTED')] }), NONE],
  ['and comments later', caseOf({ reviews: [review(ADA), review(ADA, 'COMMENTED')] }), []],
  ['and is dismissed', caseOf({ reviews: [review(ADA), review(ADA, 'DISMISSED')] }), NONE],
  ['at an older commit', caseOf({ reviews: [review(ADA, 'APPROVED', 'b')] }), [problem('older-commit', 'ada')]],
  ['at an older commit, then at the last', caseOf({ reviews: [review(ADA, 'APPROVED', 'b'), review(ADA)] }), []],
  ['their own', caseOf({ pull: { author: ADA }, reviews: [review(ADA)] }), [problem('author', 'ada')]],
  ['their own, with another owner', caseOf({ pull: { author: ADA }, reviews: [review(ADA), review(DEE)] }), []],
  [
    'while an owner requests changes',
    caseOf({ reviews: [review(ADA), review(DEE, 'CHANGES_REQUESTED')] }),
    [problem('changes-requested', 'dee')],
  ],
  ['after an owner has requested changes', caseOf({ reviews: [review(ADA, 'CHANGES_REQUESTED'), review(ADA)] }), []],
  ['while a writer requests changes', caseOf({ reviews: [review(ADA), review(CY, 'CHANGES_REQUESTED')] }), []],
  [
    'before the base branch changed',
    caseOf({ reviews: [review(ADA)], events: [event('base_ref_changed')] }),
    [problem('older-base', 'ada')],
  ],
  ['after the base branch changed', caseOf({ events: [event('base_ref_changed')], reviews: [review(ADA)] }), []],
  [
    'what a bot opened',
    caseOf({ pull: { author: { ...BO, isPerson: false } }, reviews: [review(ADA)] }),
    [problem('not-opened-by-person')],
  ],
  [
    'what a deleted account opened',
    caseOf({ pull: { author: null }, reviews: [review(ADA)] }),
    [problem('not-opened-by-person')],
  ],
  ['alone, and merges', caseOf({ ...alone, pull: { author: ADA, mergedBy: ADA } }), []],
  ['no owner, and merges', caseOf({ ...alone, owners: [], pull: { author: ADA, mergedBy: ADA } }), NONE],
  ['alone without the setting', caseOf({ ...alone, selfApproval: false, pull: { author: ADA, mergedBy: ADA } }), NONE],
  [
    'alone, and another merges',
    caseOf({ ...alone, pull: { author: ADA, mergedBy: BO } }),
    [problem('not-merged-by-owner', 'ada')],
  ],
  ['alone, and not merged yet', caseOf({ ...alone, pull: { author: ADA } }), [problem('not-merged-by-owner', 'ada')]],
  [
    'alone, and GitHub merges later',
    caseOf({ ...alone, pull: { author: ADA, mergedBy: ADA }, events: [event('auto_squash_enabled')] }),
    [problem('not-merged-by-owner', 'ada')],
  ],
  [
    'before an apply at a terminal that undid it',
    caseOf({ reviews: [review(ADA)], approvedAfter: Date.parse(time()) }),
    [problem('undone', 'ada')],
  ],
  ['and after an apply at a terminal', caseOf({ approvedAfter: Date.parse(time()), reviews: [review(ADA)] }), []],
  [
    'alone, and merges before an apply at a terminal that undid it',
    caseOf({
      ...alone,
      pull: { author: ADA, mergedBy: ADA },
      events: [event('merged')],
      approvedAfter: Date.parse(time()),
    }),
    [problem('undone', 'ada')],
  ],
  [
    'alone, and merges after an apply at a terminal',
    caseOf({
      ...alone,
      pull: { author: ADA, mergedBy: ADA },
      approvedAfter: Date.parse(time()),
      events: [event('merged')],
    }),
    [],
  ],
  [
    'while an owner without access requests changes',
    caseOf({ active: [owner('ada', 1)], reviews: [review(DEE, 'CHANGES_REQUESTED'), review(ADA)] }),
    [problem('changes-requested', 'dee')],
  ],
  ['without access', caseOf({ active: [owner('dee', 4)], reviews: [review(ADA)] }), NONE],
  ["alone, what a writer's pull request changes", caseOf({ ...alone, pull: { mergedBy: ADA } }), NONE],
])('approved by an owner: %s', (_what, given, problems) => {
  expect(judge(given)).toEqual(problems);
});

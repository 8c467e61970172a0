import { bytes, fitParts, fixed, type Part } from '../../text/budget.ts';
import { code, joined, type Markdown, md, ours, prose, shortListed } from '../../text/markdown.ts';
import { redactAll } from '../../text/redact.ts';
import type { Review } from '../changes/review.ts';
import { failureParts, failureTitle, failureTitleText } from './failure.ts';
import { footerText } from './footer.ts';
import { countsSentence, headline, peopleSentence, riskSentences } from './headline.ts';
import { overdueMarkdown } from './overdue-text.ts';
import { peopleParts } from './people-table.ts';
import { planParts } from './plan.ts';
import { heldMarkdown, questionItems } from './questions.ts';
import { refusalParts } from './refusal.ts';
import { listPart, rulesParts } from './rules.ts';
import { unexplainedParts } from './unexplained.ts';
import type { CommentState, CommentView } from './view.ts';

export type { CommentState, CommentView } from './view.ts';

/** GitHub refuses 65,536 characters, and is not exact near that. */
const COMMENT_BUDGET = 60_000;
/** GitHub drops a summary of more than 1 MiB without failing the job. */
const SUMMARY_BUDGET = 1_000_000;
/** What the parts that are never left out may take together. */
const LEAST_BUDGET = 12_000;

/** What is filled first when not everything fits. */
const RANK = {
  failure: 1,
  refusal: 2,
  corrected: 2,
  loud: 3,
  guards: 4,
  unexplained: 4,
  destructive: 5,
  roles: 6,
  questions: 6,
  quiet: 7,
  folded: 8,
  resources: 9,
};

/** The first line of a comment of this lab, which GitHub does not show: how it is found again. */
export function commentMarker(lab: string): string {
  return `<!-- mturk-team:${lab.replace(/[^\w.+=,@-]/g, '_').slice(0, 100)} -->`;
}

/**
 * What a pull request does, as GitHub-flavoured Markdown of at most `view.budget` bytes, its marker on the first line.
 * No text from a file, an engine or AWS can make a link, a mention or another row of it.
 */
export function renderComment(view: CommentView): string {
  const lab = view.review?.lab ?? view.lab ?? 'unknown';
  return `${commentMarker(lab)}\n${body(view, Math.max(LEAST_BUDGET, view.budget ?? COMMENT_BUDGET) - bytes(commentMarker(lab)) - 2)}\n`;
}

/** The same for the summary of a job, which may be longer. */
export function renderSummary(view: CommentView): string {
  return renderComment({ ...view, budget: view.budget ?? SUMMARY_BUDGET });
}

/** The same as an issue; its title is plain text, and stays the same as long as the reason does. */
export function renderIssue(view: CommentView): { title: string; body: string } {
  const lab = (view.review?.lab ?? view.lab ?? 'unknown').replace(/[^\w.-]/g, '_').slice(0, 64);
  const what = view.failure === null ? STATE_TITLES[view.state] : failureTitleText(view.failure.reason);
  // Looks that are overdue have nothing to do with why this issue is open, and an issue stays as it was written.
  return { title: `${lab}: ${what}`, body: renderComment({ ...view, overdue: null }) };
}

const STATE_TITLES: Readonly<Record<CommentState, string>> = {
  offline: 'a change waits for its plan',
  planned: 'a change is planned',
  refused: 'a change is refused',
  failed: 'a change could not be planned',
  applying: 'a change is being applied',
  applied: 'a change is applied',
  'apply-failed': 'a change was not applied',
};

function body(view: CommentView, budget: number): string {
  const { reveal, footer } = view;
  const review = redactAll(view.review, reveal);
  const failure = redactAll(view.failure, reveal);
  const corrected = redactAll(view.corrected, reveal);
  const parts: Part[] = [
    fixed(`### ${titleOf(view, review).markdown}`),
    ...(failure === null ? [] : failureParts(failure, view.state, RANK.failure)),
    ...noteParts(view.state, review),
    ...listPart('**The plan says otherwise than team.yaml did:**\n', corrected.map(prose), RANK.corrected),
    ...(review === null ? overdueParts(view) : reviewParts(review, view)),
    fixed(footerText(review, footer)),
  ];
  return fitParts(
    parts.filter(({ head, rows, tail }) => head !== '' || rows.length > 0 || tail !== ''),
    budget,
  );
}

const PREFIX: Readonly<Record<CommentState, string>> = {
  offline: '',
  planned: '',
  refused: 'Refused: ',
  failed: 'Not planned: ',
  applying: 'Being applied: ',
  applied: 'Applied: ',
  'apply-failed': 'Not applied: ',
};

function titleOf({ state, failure }: CommentView, review: Review | null): Markdown {
  if (failure !== null) return failureTitle(failure.reason);
  if (review === null) return md`${ours(PREFIX[state])}nothing is known of this change`;
  const prefix = isOpen(state) && review.blocks.length > 0 ? PREFIX.refused : PREFIX[state];
  const said = headline(review);
  return md`${ours(prefix)}${prefix === '' ? said : uncapital(said)}`;
}

/** Whether it can still be decided that nothing of it is applied. */
function isOpen(state: CommentState): boolean {
  return state === 'offline' || state === 'planned' || state === 'refused';
}

/** Only our own words begin small: names keep their letter. */
function uncapital(said: Markdown): Markdown {
  const first =
    /^(Adds|Removes|Deletes|Suspends|Brings|Takes|Changes|Freezes|Lifts|Puts|Does|The|Nobody's|Only|Nothing) /.exec(
      said.markdown,
    );
  return first === null ? said : ours(said.markdown.charAt(0).toLowerCase() + said.markdown.slice(1));
}

function noteParts(state: CommentState, review: Review | null): readonly Part[] {
  if (state === 'offline') {
    return [
      fixed(
        '*Read from the two versions of team.yaml alone; the plan against the account is still to come. What somebody changed by hand on the account, and whether something stands against this change there, cannot be known before.*',
      ),
    ];
  }
  if (state === 'applying') return [fixed('*It is being applied now. This comment says when it is done.*')];
  if (state === 'applied') {
    return [
      fixed('**Done.** The account is as team.yaml says: looked at once more afterwards, nothing was left to do.'),
    ];
  }
  if ((state === 'failed' || state === 'apply-failed') && review !== null) {
    return [fixed(md`What the change was to do: **${uncapital(headline(review))}**.`.markdown)];
  }
  return [];
}

function reviewParts(review: Review, view: CommentView): readonly Part[] {
  const { state } = view;
  const open = isOpen(state);
  const questions = open ? questionItems(review) : [];
  const { plan } = review;
  return [
    ...(view.changesCode === true && open ? [fixed(CHANGES_CODE)] : []),
    ...refusalParts(review.blocks, RANK.refusal),
    ...text(joined([riskSentences(review), peopleSentence(review)].filter(hasText), ' ')),
    ...peopleParts(review, RANK),
    ...text(countsSentence(review)),
    ...rulesParts(review, RANK),
    ...unexplainedParts(review, RANK.unexplained),
    ...listPart('**Ask before you approve:**\n', questions, RANK.questions),
    ...(review.suspendedDuringApply.length === 0 || !open || review.blocks.length > 0
      ? []
      : text(heldMarkdown(review))),
    ...text(wordsMarkdown(review)),
    ...overdueParts(view),
    ...(plan === null ? [] : planParts(plan, { destructive: RANK.destructive, rest: RANK.resources })),
    ...(open && !isIdle(review) ? [fixed(CHECKS)] : []),
  ];
}

/** Behind all that the change does, and before what is folded: it is not about this change, and is not to be missed. */
function overdueParts({ overdue = null, footer }: CommentView): readonly Part[] {
  return overdue === null ? [] : text(overdueMarkdown(overdue, new Date(footer.at)));
}

function text(markdown: Markdown): readonly Part[] {
  return hasText(markdown) ? [fixed(markdown.markdown)] : [];
}

function hasText({ markdown }: Markdown): boolean {
  return markdown !== '';
}

function wordsMarkdown({ descriptive: words }: Review): Markdown {
  if (words.length === 0) return ours('');
  return md`Of ${shortListed(
    words.map((key) => code(key)),
    5,
  )} only words change (a name, an e-mail, a description): AWS does not have them.`;
}

/** Nothing would be applied, so nothing is checked before it. */
function isIdle({ plan, people, blocks }: Review): boolean {
  return plan !== null && plan.resources.length === 0 && people.length === 0 && blocks.length === 0;
}

const CHANGES_CODE =
  'This pull request also changes code. The plan was made with the code of the base branch; if the new code plans something else, the apply stops.';

const CHECKS = [
  '<details>',
  '<summary>What is checked again before it is applied</summary>',
  '',
  '- Somebody other than the author approved the last commit of this pull request.',
  '- A plan made at that moment does what this one does, or what is left of it. Has anything changed on the account, nothing is applied.',
  '- No newer change of team.yaml has been applied already.',
  '- The rules hold: nobody is deleted by a slip or replaced, an owner keeps access, nothing outside the lab is touched.',
  '- Afterwards another plan must find nothing left to do.',
  '',
  '</details>',
].join('\n');

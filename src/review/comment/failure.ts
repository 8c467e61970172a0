import type { FailureReason } from '../../diagnostics/pipeline-codes.ts';
import { countFrom, fixed, type Part } from '../../text/budget.ts';
import { fence, type Markdown, ours } from '../../text/markdown.ts';
import type { CommentState, CommentView } from './view.ts';

interface Words {
  /** The headline. */
  readonly title: string;
  /** What happened, and what state things are in. */
  readonly what: string;
  readonly remedy: string;
}

const NOTHING = 'Nothing was changed on the account.';
const PUSH = 'Push a new commit to this pull request, or run the workflow again.';

/** Every reason for which the workflows stop, for somebody who has never seen one. */
const WORDS: Readonly<Record<FailureReason, Words>> = {
  'validate-failed': {
    title: 'team.yaml has errors',
    what: `This change was not planned, because the file breaks a rule. ${NOTHING}`,
    remedy: 'Mend what is named below (it is also marked at its line under "Files changed") and push again.',
  },
  'credentials-failed': {
    title: 'AWS did not let the workflow in',
    what: `No plan could be made, because the role for it was refused. ${NOTHING}`,
    remedy:
      "Show it to whoever set the lab up: the role's trust policy and the workflow must name the same repository.",
  },
  'plan-failed': {
    title: 'The plan could not be made',
    what: `What would happen on the account is not known. ${NOTHING}`,
    remedy: `Mend what is named below. ${PUSH}`,
  },
  'plan-changed': {
    title: 'Not applied: the account is no longer as it was when this was reviewed',
    what: `Applying would now do something else than what was approved. ${NOTHING}`,
    remedy: 'Open a pull request with the same change, review its new plan, and merge it.',
  },
  'no-approved-plan': {
    title: 'Not applied: there is no plan of what was merged',
    what: `Only what was planned and reviewed on a pull request is applied. ${NOTHING}`,
    remedy: 'Make the change in a pull request, wait for its plan, and merge it.',
  },
  'not-approved': {
    title: 'Not applied: nobody else approved it',
    what: `Somebody other than the author must approve the last commit of a pull request. ${NOTHING}`,
    remedy: 'Let somebody else approve it, then run the workflow again.',
  },
  superseded: {
    title: 'Not applied: a newer change has been applied already',
    what: `Applying this one now would bring back what the newer one took away. ${NOTHING}`,
    remedy: 'There is nothing to do, unless something is missing: then make it a new pull request.',
  },
  'state-locked': {
    title: 'Another run is at work',
    what: `Two runs at once could undo each other's work, so this one stopped. ${NOTHING}`,
    remedy: 'Wait until the other one has ended, then run the workflow again.',
  },
  'guardrail-blocked': {
    title: 'Refused: this would change more than a single change may',
    what: `A rule stands against it. ${NOTHING}`,
    remedy: 'Do what is said at the rule that is named below.',
  },
  'apply-failed': {
    title: 'The change was only partly applied',
    what: 'It stopped on the way: what had been done stays in force, and team.yaml says more than the account has.',
    remedy: 'Run the workflow again: it finishes what is left, and nothing else.',
  },
  'not-converged': {
    title: 'Applied, but the account is still not as team.yaml says',
    what: 'After the apply a second plan still finds something to do.',
    remedy: 'Show it to whoever set the lab up: something else may be changing the account at the same time.',
  },
  'drift-check-failed': {
    title: 'The account could not be looked at',
    what: `Whether it is still what team.yaml says is not known. ${NOTHING}`,
    remedy: 'Mend what is named below, then run the workflow again.',
  },
  'reconcile-failed': {
    title: 'What was added by hand was only partly undone',
    what: 'It stopped on the way: what had been undone by then stays so.',
    remedy: 'Run the drift workflow again: it looks anew, and undoes what is left.',
  },
  timeout: {
    title: 'It took too long and was stopped',
    what: 'What had been done by then stays in force.',
    remedy: 'Run the workflow again: it finishes what is left, and nothing else.',
  },
};

/** The headline of a failure. */
export function failureTitle(reason: FailureReason): Markdown {
  return ours(WORDS[reason].title);
}

/** So many lines of a tool's own words are shown. */
const LINES = 40;

/** What happened, what to do, and the words of whoever failed, in a fence. */
export function failureParts(
  { reason, detail }: NonNullable<CommentView['failure']>,
  state: CommentState,
  rank: number,
): readonly Part[] {
  const { what, remedy } = WORDS[reason];
  // An older comment here was about another commit: nobody may take it for this one.
  const stale = state === 'failed' ? ' Nothing that was said here before about an earlier commit holds any more.' : '';
  const said = fixed(`${what}${stale}\n\n**What to do:** ${remedy} (\`${reason}\`)`);
  const lines = detail.split(/\r?\n/).map((line) => line.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) return [said];
  const { open, lines: shown, close } = fence(lines.slice(0, LINES), 'text');
  const rows = shown.map((text) => ({ text: text === '' ? ' ' : text, count: 1 }));
  const more = lines.length - rows.length;
  if (more > 0) rows.push({ text: `... ${more} more lines`, count: more });
  return [said, { head: open, rows, tail: close, omitted: (from) => `... ${countFrom(rows, from)} more lines`, rank }];
}

/** The title of an issue about it, where nothing of Markdown is wanted. */
export function failureTitleText(reason: FailureReason): string {
  return WORDS[reason].title;
}

import { type Failure, type FailureReason, progressOf } from '../../diagnostics/failure.ts';
import { alert, type Block, codeBlock, details, heading, paragraph } from '../../text/document.ts';
import { redact, redactAll } from '../../text/escape.ts';
import { failureProblem, reasonProblem } from '../../text/failures/failures.ts';
import { capitalized, codeText, sentence, sentences, strongText, type Text, t } from '../../text/text.ts';
import type { Review } from '../manifest/schema.ts';
import type { ReviewState } from '../text/review.ts';
import { titleText } from '../text/title-and-alert.ts';

export interface WorkflowFailure {
  readonly reason: FailureReason;
  /** The failure of the command; null or left out if only the reason is known. */
  readonly error?: Failure | null;
  /** What was printed besides; empty or left out if nothing. */
  readonly detail?: string;
}

/** What fails after the last step of an apply. */
const DONE: readonly FailureReason[] = ['not-converged', 'still-has-access', 'record-not-written'];

/** `Not planned: the plan failed` */
export function failureTitle(reason: FailureReason, state: ReviewState): Text {
  const { summary } = reasonProblem(reason);
  if (DONE.includes(reason)) return t`Applied, but ${summary}`;
  if (reason === 'apply-failed') return t`Not fully applied: ${summary}`;
  return t`${state === 'apply-failed' ? t`Not applied` : t`Not planned`}: ${summary}`;
}

/** Title and state, then why, one next step, and what was printed. */
export function failureBlocks(
  { reason, error = null, detail = '' }: WorkflowFailure,
  state: ReviewState,
  reveal: boolean,
  review: Review | null,
): readonly Block[] {
  const problem = error === null ? reasonProblem(reason) : failureProblem(redactAll(error, reveal), 'workflow');
  const what = error === null ? null : capitalized(t`${strongText(problem.summary)} (${codeText(error.code)}).`);
  const labeled = (label: Text, clause: Text | null) =>
    clause === null ? [] : [paragraph(t`${strongText(label)} ${clause}.`)];
  return [
    heading(3, commentTitle(reason, error, state, review)),
    alert('caution', sentences(what, sentence(problem.state))),
    ...labeled(t`Reason:`, problem.reason),
    ...labeled(t`To fix:`, problem.help),
    ...(problem.paste === undefined ? [] : [codeBlock('', problem.paste)]),
    ...detailBlocks(redact(detail, reveal).trimEnd()),
  ];
}

/** The title, and the effects that are in force, may be, or are still to come. */
function commentTitle(reason: FailureReason, error: Failure | null, state: ReviewState, review: Review | null): Text {
  const title = failureTitle(reason, state);
  if (review === null || review.people.length === 0) return title;
  const isPartial = reason === 'apply-failed' && error !== null && (progressOf(error)?.done ?? 0) > 0;
  if (isPartial) return t`Partly applied and possibly in force: ${titleText(review, 'will')}`;
  return t`${title}; ${titleText(review, DONE.includes(reason) ? 'will' : 'would')}`;
}

function detailBlocks(detail: string): readonly Block[] {
  if (detail === '') return [];
  const lines = detail.split(/\r?\n/);
  const printed = codeBlock('text', lines);
  return [lines.length > 5 ? details(t`Error`, printed) : printed];
}

import type { Failure, FailureReason } from '../../diagnostics/failure.ts';
import { alert, type Block, codeBlock, details, heading, paragraph } from '../../text/document.ts';
import { redact, redactAll } from '../../text/escape.ts';
import { failureProblem, reasonProblem } from '../../text/failures/failures.ts';
import { capitalized, codeText, sentence, sentences, strongText, type Text, t } from '../../text/text.ts';
import type { Review } from '../manifest/schema.ts';
import type { ReviewState } from '../text/review.ts';
import { titleText } from '../text/title-and-alert.ts';

/** Why a workflow stopped. */
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
  const title = failureTitle(reason, state);
  const mood = DONE.includes(reason) ? 'will' : 'would';
  const labeled = (label: Text, clause: Text | null) =>
    clause === null ? [] : [paragraph(t`${strongText(label)} ${clause}.`)];
  return [
    heading(3, review === null || review.people.length === 0 ? title : t`${title}; ${titleText(review, mood)}`),
    alert('caution', sentences(what, sentence(problem.state))),
    ...labeled(t`Reason:`, problem.reason),
    ...labeled(t`To fix:`, problem.help),
    ...(problem.paste === undefined ? [] : [codeBlock('', problem.paste)]),
    ...detailBlocks(redact(detail, reveal).trimEnd()),
  ];
}

function detailBlocks(detail: string): readonly Block[] {
  if (detail === '') return [];
  const lines = detail.split(/\r?\n/);
  const printed = codeBlock('text', lines);
  return [lines.length > 5 ? details(t`Error`, printed) : printed];
}

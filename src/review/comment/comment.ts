import { timeWords } from '../../text/dates.ts';
import { type Block, details, footer, heading, list, ON_EMULATOR, paragraph } from '../../text/document.ts';
import { redactAll } from '../../text/escape.ts';
import { bytes, printMarkdown } from '../../text/github.ts';
import { codeText, linkText, plainText, TEAM_FILE, t, trusted } from '../../text/text.ts';
import type { Review } from '../manifest/schema.ts';
import {
  canBeStopped,
  decisionBlocks,
  fixBlocks,
  planBlocks,
  type ReviewOptions,
  reviewBlocks,
  roleBlocks,
} from '../text/review.ts';
import { failureBlocks, failureTitle, type WorkflowFailure } from './failure.ts';
import { type StaleDriftCheck, staleDriftText } from './stale-drift-check.ts';

/** Everything that a comment, a job summary or an issue is made from. */
export interface CommentView extends Omit<ReviewOptions, 'isPublic'> {
  /** Null if the team files could not be read. */
  readonly review: Review | null;
  /** For the marker, if there is no review. */
  readonly lab?: string;
  readonly failure: WorkflowFailure | null;
  /** Left out or null if drift checks run as they should, or if that is unknown. */
  readonly staleDriftCheck?: StaleDriftCheck | null;
  readonly footer: CommentFooter;
  /** Whether account ids and ARNs are shown in full. */
  readonly reveal: boolean;
  /** The most bytes of UTF-8; 60,000 by default and 12,000 at least. */
  readonly budget?: number;
}

interface CommentFooter {
  /** Whether a job planned or applied on a local AWS emulator: then AWS is as it was. Left out: in AWS. */
  readonly emulator?: boolean;
  readonly commit: string | null;
  /** `OpenTofu 1.10.3` and `hashicorp/aws 6.25.0`; null without a plan. */
  readonly tools: { readonly engine: string; readonly provider: string } | null;
  readonly runUrl: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** GitHub refuses 65,536 characters. */
const COMMENT_BUDGET = 60_000;
/** GitHub drops a job summary of more than 1 MiB. */
const SUMMARY_BUDGET = 1_000_000;
const LEAST_BUDGET = 12_000;

/** The first line of a lab's comment, which GitHub does not show: it identifies the comment. */
export function commentMarker(lab: string): string {
  return `<!-- mturk-team:${lab.replace(/[^\w.+=,@-]/g, '_').slice(0, 100)} -->`;
}

/** The comment as GitHub-flavored Markdown of at most `view.budget` bytes, the lab's marker, or its own, on the first line. */
export function renderComment(view: CommentView, own?: string): string {
  const marker = own ?? commentMarker(view.review?.lab ?? view.lab ?? 'unknown');
  const budget = Math.max(LEAST_BUDGET, view.budget ?? COMMENT_BUDGET) - bytes(marker) - 2;
  return `${marker}\n${printMarkdown(commentBlocks(view), { reveal: view.reveal, budget })}\n`;
}

/** The same for a job summary, which may be longer. */
export function renderSummary(view: CommentView): string {
  return renderComment({ ...view, budget: view.budget ?? SUMMARY_BUDGET });
}

/** The same as an issue with a marker of its own. Its title is plain text and depends on the failure's reason alone. */
export function renderIssue(view: CommentView, marker: string): { title: string; body: string } {
  const lab = (view.review?.lab ?? view.lab ?? 'unknown').replace(/[^\w.-]/g, '_').slice(0, 64);
  const what = view.failure === null ? t`Not applied` : failureTitle(view.failure.reason, view.state);
  return { title: `${lab}: ${plainText(what)}`, body: renderComment({ ...view, staleDriftCheck: null }, marker) };
}

/** Title, alert, questions, table, state, folded lists, footer: the same order in every state. */
function commentBlocks(view: CommentView): readonly Block[] {
  const { state, failure, footer, reveal } = view;
  const review = redactAll(view.review, reveal);
  const options = { ...view, quickCheck: redactAll(view.quickCheck ?? null, reveal) };
  const stale = view.staleDriftCheck == null ? null : staleDriftText(view.staleDriftCheck, new Date(footer.at));
  return [
    ...(failure !== null
      ? failureBlocks(failure, state, reveal, review)
      : review === null
        ? [heading(3, t`The change in ${TEAM_FILE} is unknown`)]
        : decisionBlocks(review, { ...options, stale })),
    ...(review === null ? [] : [...fixBlocks(review, state), ...reviewBlocks(review, options)]),
    ...(stale === null || (failure === null && review !== null) ? [] : [paragraph(stale)]),
    ...(review === null ? [] : [...roleBlocks(review), ...planBlocks(review, { resources: true })]),
    ...(review === null || !canBeStopped(state) || isIdle(review) ? [] : [CHECKS]),
    footerBlock(review, footer),
  ];
}

function isIdle({ plan, people, blocks }: Review): boolean {
  return plan !== null && plan.resources.length === 0 && people.length === 0 && blocks.length === 0;
}

const CHECKS = details(
  t`Checked before and after the apply`,
  list([
    t`An owner who did not open the pull request must approve its latest commit. With ${codeText('self-approval')}, the only owner must open and merge it.`,
    t`No guardrail may block the plan: no unlisted deletion, an owner keeps access, nothing outside the lab changes.`,
    t`After the apply, a second plan must find no changes.`,
  ]),
);

function footerBlock(review: Review | null, { emulator = false, commit, tools, runUrl, at }: CommentFooter): Block {
  return footer(
    ...(emulator ? [ON_EMULATOR] : []),
    ...(review === null ? [] : [codeText(review.lab), t`account ${codeText(review.account)}`]),
    ...(commit === null ? [] : [t`commit ${codeText(commit.slice(0, 7))}`]),
    ...(tools === null ? [] : [codeText(tools.engine), codeText(tools.provider)]),
    trusted(timeWords(at)),
    ...(runUrl === null ? [] : [linkText(t`View workflow run`, runUrl)]),
  );
}

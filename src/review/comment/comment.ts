import type { FailureReason } from '../../diagnostics/failure.ts';
import { LIMITS_POLICY } from '../../team/names.ts';
import { timeWords } from '../../text/dates.ts';
import { type Block, details, heading, list, ON_EMULATOR, paragraph } from '../../text/document.ts';
import { redact, redactAll } from '../../text/escape.ts';
import { bytes, printMarkdown } from '../../text/github.ts';
import {
  codeText,
  counted,
  isEmptyText,
  joinTexts,
  lineBreak,
  linkText,
  plainText,
  someTexts,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import type { PlannedResource, QuickCheck, Review, ReviewedPerson, ReviewedPlan } from '../manifest/schema.ts';
import { blockItems } from '../text/block-text.ts';
import {
  namingOfReview,
  planLine,
  questionTexts,
  resourceText,
  roleText,
  settingText,
  suspensionText,
  UNEXPLAINED_HEADINGS,
  unchangedWords,
  unexplainedText,
} from '../text/change-text.ts';
import { changeText, gainLines, lostText, personText } from '../text/people-text.ts';
import { appliedText, quickCheckText } from '../text/quick-check.ts';
import { restoreText, WITHHELD_HEADING, withheldTexts } from '../text/withheld.ts';
import { failureAlert, failureBlocks, failureTitle } from './failure.ts';
import { type StaleDriftCheck, staleDriftText } from './stale-drift-check.ts';
import { alertOf, titleText } from './title-and-alert.ts';

/** State of a pull request. `preview` has two team files and no plan yet. */
export type CommentState = 'preview' | 'planned' | 'blocked' | 'failed' | 'applied' | 'apply-failed';

/** Everything that a comment, a job summary or an issue is made from. */
export interface CommentView {
  /** Null if the team files could not be read. */
  readonly review: Review | null;
  /** For the marker, if there is no review. */
  readonly lab?: string;
  readonly state: CommentState;
  /** `detail` is the error as Terraform, AWS or GitHub printed it; it may be empty. */
  /** `help` is what to do if the reason alone does not say it. */
  readonly failure: { readonly reason: FailureReason; readonly detail: string; readonly help?: Text | null } | null;
  /** Left out or null if drift checks run as they should, or if that is unknown. */
  readonly staleDriftCheck?: StaleDriftCheck | null;
  /** What a quick check after the apply found; null or left out if AWS was not asked. */
  readonly quickCheck?: QuickCheck | null;
  readonly footer: CommentFooter;
  /** Whether the pull request changes other files, too: a lab's workflows pin the tool. */
  readonly changesCode?: boolean;
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

/** A longer list is folded. */
const OPEN_ITEMS = 5;
/** Rows of people who neither gain anything harmful nor lose anything; the rest is folded. */
const QUIET_ROWS = 10;
const MOST_QUESTIONS = 3;
/** Words of title, alert and questions together. */
const DECISION_WORDS = 60;

/** Which rows are kept longest if a comment is too long. */
const RANK = { blocks: 1, people: 2, settings: 3, unexplained: 4, destroyed: 5, quiet: 6, resources: 7 };

/** The first line of a lab's comment, which GitHub does not show: it identifies the comment. */
export function commentMarker(lab: string): string {
  return `<!-- mturk-team:${lab.replace(/[^\w.+=,@-]/g, '_').slice(0, 100)} -->`;
}

/** The comment as GitHub-flavored Markdown of at most `view.budget` bytes, its marker on the first line. */
export function renderComment(view: CommentView): string {
  const marker = commentMarker(view.review?.lab ?? view.lab ?? 'unknown');
  const budget = Math.max(LEAST_BUDGET, view.budget ?? COMMENT_BUDGET) - bytes(marker) - 2;
  return `${marker}\n${printMarkdown(commentBlocks(view), { reveal: view.reveal, budget })}\n`;
}

/** The same for a job summary, which may be longer. */
export function renderSummary(view: CommentView): string {
  return renderComment({ ...view, budget: view.budget ?? SUMMARY_BUDGET });
}

/** The same as an issue. Its title is plain text and depends on the failure's reason alone. */
export function renderIssue(view: CommentView): { title: string; body: string } {
  const lab = (view.review?.lab ?? view.lab ?? 'unknown').replace(/[^\w.-]/g, '_').slice(0, 64);
  const what = view.failure === null ? t`Not applied` : failureTitle(view.failure.reason);
  return { title: `${lab}: ${plainText(what)}`, body: renderComment({ ...view, staleDriftCheck: null }) };
}

/** Title, alert, questions, table, state, folded lists, footer: the same order in every state. */
function commentBlocks(view: CommentView): readonly Block[] {
  const { failure, footer, reveal } = view;
  const review = redactAll(view.review, reveal);
  const stale = view.staleDriftCheck ?? null;
  return [
    ...decisionBlocks(view, review),
    ...(failure === null ? [] : failureBlocks({ ...failure, detail: redact(failure.detail, reveal) })),
    ...(review === null ? [] : reviewBlocks(review, view)),
    ...(stale === null ? [] : [paragraph(staleDriftText(stale, new Date(footer.at)))]),
    ...(review === null ? [] : foldedBlocks(review, isOpen(view.state))),
    footerBlock(review, footer),
  ];
}

/** Whether the change can still be stopped. */
function isOpen(state: CommentState): boolean {
  return state === 'preview' || state === 'planned' || state === 'blocked';
}

function isBlocked({ state }: CommentView, review: Review | null): boolean {
  return review !== null && isOpen(state) && (state === 'blocked' || review.blocks.length > 0);
}

/** What a reader needs for a decision: title, alert and questions. */
function decisionBlocks(view: CommentView, review: Review | null): readonly Block[] {
  const { failure, state } = view;
  const titled = titleOf(view, review);
  const title = heading(3, titled);
  if (failure !== null) return [title, failureAlert(failure.reason)];
  if (review === null) return [title];
  const blocked = isBlocked(view, review);
  const alert = isOpen(state) ? alertOf(review, blocked) : null;
  const head = alert === null ? [title] : [title, alert];
  if (!isOpen(state) || blocked) return head;
  const words = wordsOf([titled, ...(alert?.lines ?? [])]);
  return [...head, ...questionBlocks(questionTexts(review), DECISION_WORDS - words)];
}

function titleOf(view: CommentView, review: Review | null): Text {
  if (view.failure !== null) return failureTitle(view.failure.reason);
  if (review === null) return t`The change in ${codeText('team.yaml')} is unknown`;
  if (isBlocked(view, review)) return t`Blocked: ${titleText(review, 'asIf')}`;
  return t`${PREFIXES[view.state]}${titleText(review, 'will')}`;
}

const PREFIXES: Readonly<Record<CommentState, Text>> = {
  preview: t`If merged: `,
  planned: t`If merged: `,
  blocked: t`Blocked: `,
  failed: t`Not planned: `,
  applied: t`Applied: `,
  'apply-failed': t`Not applied: `,
};

/** At most three questions, and only as many as `words` allow; the first is always asked. */
function questionBlocks(questions: readonly Text[], words: number): readonly Block[] {
  const asked: Text[] = [];
  let left = words - 3;
  for (const question of questions.slice(0, MOST_QUESTIONS)) {
    left -= wordsOf([question]);
    if (asked.length > 0 && left < 0) break;
    asked.push(question);
  }
  const [first] = asked;
  const label = strongText(t`Before you approve:`);
  if (first === undefined) return [];
  return asked.length === 1 ? [paragraph(t`${label} ${first}`)] : [paragraph(label), list(asked)];
}

function wordsOf(texts: readonly Text[]): number {
  return texts.flatMap((text) => plainText(text).split(/\s+/)).filter((word) => word !== '').length;
}

function reviewBlocks(review: Review, view: CommentView): readonly Block[] {
  const { state } = view;
  const open = isOpen(state);
  const blocked = isBlocked(view, review);
  const naming = namingOfReview(review);
  const { people, unchanged, settings, suspendedDuringApply, quickCheck: other } = review;
  const unexplained = UNEXPLAINED_HEADINGS.flatMap(([kind, title]) => {
    const items = review.unexplained
      .filter((each) => each.kind === kind)
      .map((each) => unexplainedText(each, naming, review));
    return listBlocks(title, items, RANK.unexplained);
  });
  return [
    ...(blocked ? [paragraph(strongText(t`To fix:`)), list(blockItems(review), { rank: RANK.blocks })] : []),
    ...(state === 'preview' ? [paragraph(PREVIEW)] : []),
    ...(view.changesCode === true && open ? [paragraph(CHANGES_CODE)] : []),
    ...peopleBlocks(review),
    ...(unchanged === 0 ? [] : [paragraph(trusted(unchangedWords(unchanged, people.length > 0)))]),
    ...listBlocks(t`Settings`, settings.map(settingText), RANK.settings),
    ...unexplained,
    ...listBlocks(WITHHELD_HEADING, withheldTexts(review), RANK.unexplained),
    ...[restoreText(review)].flatMap((text) => (text === null ? [] : [paragraph(text)])),
    ...(suspendedDuringApply.length > 0 && open && !blocked ? [paragraph(suspensionText(review))] : []),
    ...(review.descriptive.length > 0 ? [paragraph(descriptiveText(review))] : []),
    ...(open && other !== null && other.findings.length > 0 ? [paragraph(quickCheckText(other, 'planned'))] : []),
    ...(state === 'applied'
      ? [paragraph(appliedText(redactAll(view.quickCheck ?? null, view.reveal), t`AWS`, FILE))]
      : []),
  ];
}

const PREVIEW = t`Preview from ${codeText('team.yaml')} only. The plan is still running and may find manual changes or a guardrail that blocks this change.`;
const CHANGES_CODE = t`This pull request also changes other files, such as workflows or code. Read them, because they decide how later changes are planned and applied.`;

const FILE = 'team.yaml';

function descriptiveText({ descriptive }: Review): Text {
  const keys = someTexts(descriptive.map(codeText), OPEN_ITEMS);
  return t`Changes only descriptive fields of ${keys}. No change in AWS.`;
}

/** A list with its heading; of more than five items it is folded. */
function listBlocks(title: Text, items: readonly Text[], rank: number): readonly Block[] {
  if (items.length === 0) return [];
  const all = list(items, { rank });
  if (items.length > OPEN_ITEMS) return [details(t`${title} (${items.length})`, all)];
  return [paragraph(t`${strongText(t`${title}:`)}`), all];
}

/** The table, worst first. Harmless gains beyond the first rows are folded; harm and losses never are. */
function peopleBlocks(review: Review): readonly Block[] {
  const loud = review.people.filter(isLoud);
  const quiet = review.people.filter((person) => !isLoud(person));
  const room = quiet.length > QUIET_ROWS ? Math.max(0, Math.min(3, QUIET_ROWS - loud.length)) : quiet.length;
  const folded = quiet.slice(room);
  const open = [...loud, ...quiet.slice(0, room)];
  return [
    ...(open.length === 0 ? [] : [peopleTable(open, review, RANK.people)]),
    ...(folded.length === 0
      ? []
      : [
          details(
            t`${trusted(counted(folded.length, 'more member'))}, no harmful access`,
            peopleTable(folded, review, RANK.quiet),
          ),
        ]),
  ];
}

function isLoud({ classes, change }: ReviewedPerson): boolean {
  return (
    classes.some((each) => each !== 'gains-other' && each !== 'descriptive-only' && each !== 'nothing') ||
    change.worstGain === 'deletes-data' ||
    change.unknownPolicies.after.length > 0 ||
    change.ownPolicies.gained.some((policy) => policy !== LIMITS_POLICY)
  );
}

/** A row a person; the columns of gains and losses only if there are any. */
function peopleTable(people: readonly ReviewedPerson[], review: Review, rank: number): Block {
  const rows = people.map((person) => ({
    start: [strongText(personText(person)), changeText(person, review)],
    gains: joinTexts(gainLines(person), lineBreak),
    losses: lostText(person) ?? trusted(''),
  }));
  const gains = rows.some((row) => !isEmptyText(row.gains));
  const losses = rows.some((row) => !isEmptyText(row.losses));
  const cell = (shown: boolean, text: Text) => (shown ? [isEmptyText(text) ? trusted('none') : text] : []);
  return {
    kind: 'table',
    head: [t`Member`, t`Change`, ...(gains ? [t`New access`] : []), ...(losses ? [t`Access lost`] : [])],
    rows: rows.map((row) => [...row.start, ...cell(gains, row.gains), ...cell(losses, row.losses)]),
    rank,
    omitted: (from) => t`… and ${trusted(counted(people.length - from, 'more member'))}`,
  };
}

/** Roles, plan and checks. */
function foldedBlocks(review: Review, open: boolean): readonly Block[] {
  const { roles, plan } = review;
  const roleList = list(roles.map(roleText), { rank: RANK.settings });
  return [
    ...(roles.length === 0 ? [] : [details(trusted(counted(roles.length, 'changed role')), roleList)]),
    ...(plan === null ? [] : [planBlock(plan)]),
    ...(open && !isIdle(review) ? [CHECKS] : []),
  ];
}

function isIdle({ plan, people, blocks }: Review): boolean {
  return plan !== null && plan.resources.length === 0 && people.length === 0 && blocks.length === 0;
}

const ACTIONS: ReadonlyMap<string, Text> = new Map([
  ['create', t`add`],
  ['update', t`change`],
  ['delete', strongText(t`destroy`)],
  ['delete,create', strongText(t`replace`)],
  ['create,delete', strongText(t`replace`)],
  ['no-op', t`import`],
]);

/** The plan's resources, destroyed ones first. */
function planBlock(plan: ReviewedPlan): Block {
  const { resources } = plan;
  if (resources.length === 0) return paragraph(t`Plan: no changes in AWS.`);
  const others = resources.filter((resource) => !isDestructive(resource));
  return details(
    planLine(plan),
    resourceTable(resources.filter(isDestructive), RANK.destroyed),
    resourceTable(others, RANK.resources),
  );
}

/** Any action that is not plainly an addition or a change counts as destructive. */
function isDestructive({ actions }: PlannedResource): boolean {
  return actions.some((action) => !['create', 'update', 'no-op', 'read'].includes(action));
}

function resourceTable(resources: readonly PlannedResource[], rank: number): Block {
  return {
    kind: 'table',
    head: [t`Action`, t`Resource`, t`Attributes`, t`Address`],
    rows: resources.map(({ address, actions, attributes }) => [
      ACTIONS.get(actions.join()) ?? joinTexts(actions.slice(0, 4).map(codeText), ' '),
      resourceText(address),
      someTexts(attributes.map(codeText), 8),
      codeText(address),
    ]),
    rank,
    omitted: (from) => t`… and ${trusted(counted(resources.length - from, 'more resource'))}`,
  };
}

const CHECKS = details(
  t`Checks before anything is applied`,
  list([
    t`An owner who did not open the pull request approved its latest commit. With ${codeText('self-approval')}, the only owner opened and merged it instead.`,
    t`No guardrail blocks the plan: no unlisted deletion, an owner keeps access, nothing outside the lab changes.`,
    t`After the apply, a second plan must find no changes.`,
  ]),
);

function footerBlock(review: Review | null, { emulator = false, commit, tools, runUrl, at }: CommentFooter): Block {
  return {
    kind: 'footer',
    parts: [
      ...(emulator ? [ON_EMULATOR] : []),
      ...(review === null ? [] : [codeText(review.lab), t`account ${codeText(review.account)}`]),
      ...(commit === null ? [] : [t`commit ${codeText(commit.slice(0, 7))}`]),
      ...(tools === null ? [] : [codeText(tools.engine), codeText(tools.provider)]),
      trusted(timeWords(at)),
      ...(runUrl === null ? [] : [linkText(t`View workflow run`, runUrl)]),
    ],
  };
}

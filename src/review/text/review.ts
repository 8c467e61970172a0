import type { DisplayNames } from '../../access/text/names.ts';
import { LIMITS_POLICY } from '../../team/names.ts';
import { alert, type Block, details, heading, list, paragraph } from '../../text/document.ts';
import {
  codeText,
  countedText,
  isEmptyText,
  joinTexts,
  lineBreak,
  listTexts,
  plainText,
  type Sign,
  signText,
  someTexts,
  strongText,
  TEAM_FILE,
  type Text,
  t,
} from '../../text/text.ts';
import type { PlannedResource, QuickCheck, Review, ReviewedPerson } from '../manifest/schema.ts';
import { blockItems } from './block-text.ts';
import {
  hasLongText,
  namingOfReview,
  planLine,
  questionTexts,
  resourceText,
  roleText,
  settingText,
  suspensionText,
  UNEXPLAINED_HEADINGS,
  unchangedText,
  unexplainedText,
} from './change-text.ts';
import { changeText, gainTexts, lostText, type PersonContext, personText } from './people-text.ts';
import { appliedText, dangerText, quickCheckText } from './quick-check.ts';
import { alertOf, harmForLonger, settingTexts, titleText } from './title-and-alert.ts';
import { restoreTexts, WITHHELD_HEADING, withheldTexts } from './withheld.ts';

/** How far a change is. `preview` has two team files and no plan yet; `plan` is one that no pull request asks for. */
export type ReviewState = 'preview' | 'planned' | 'plan' | 'blocked' | 'failed' | 'applied' | 'apply-failed';

export interface ReviewOptions {
  readonly state: ReviewState;
  /** Whether the pull request changes other files, too: a lab's workflows pin the tool. */
  readonly changesCode?: boolean;
  /** What a quick check after the apply found; null or left out if AWS was not asked. */
  readonly quickCheck?: QuickCheck | null;
  /** That drift checks are overdue; null or left out if they are not. */
  readonly stale?: Text | null;
  /** Whether everyone can read it: users outside the lab have no names. */
  readonly isPublic?: boolean;
}

/** Rows of people who neither gain anything harmful nor lose anything; the rest is folded. */
const QUIET_ROWS = 10;
const MOST_QUESTIONS = 3;
const DECISION_WORDS = 60;

/** Which rows are kept longest if a comment is too long. */
const RANK = { blocks: 1, people: 2, settings: 3, unexplained: 4, destroyed: 5, quiet: 6, resources: 7 };

/** Whether the change can still be stopped. */
export function canBeStopped(state: ReviewState): boolean {
  return state !== 'failed' && state !== 'applied' && state !== 'apply-failed';
}

function isBlocked(review: Review, state: ReviewState): boolean {
  return canBeStopped(state) && (state === 'blocked' || review.blocks.length > 0);
}

function namesOf(review: Review, { isPublic = false }: ReviewOptions): DisplayNames {
  return { ...namingOfReview(review), isPublic };
}

/** What a reader needs for a decision: title, alert and questions. */
export function decisionBlocks(review: Review, options: ReviewOptions): readonly Block[] {
  const { state } = options;
  const blocked = isBlocked(review, state);
  const title = t`${PREFIXES[blocked ? 'blocked' : state]}${titleText(review, blocked ? 'would' : 'will')}`;
  const found = canBeStopped(state) ? review.quickCheck : (options.quickCheck ?? null);
  const danger =
    found === null || blocked ? null : dangerText(found, canBeStopped(state) ? 'planned' : 'applied', options.isPublic);
  const own = canBeStopped(state) ? alertOf(review, blocked, namesOf(review, options)) : null;
  const box = alert(own?.level ?? 'warning', ...(own?.lines ?? []), danger, options.stale ?? null);
  const head = box.lines.length === 0 ? [heading(3, title)] : [heading(3, title), box];
  if (!canBeStopped(state) || blocked) return head;
  const words = wordsOf([title, ...box.lines]);
  return [...head, ...questionBlocks(questionTexts(review), DECISION_WORDS - words)];
}

const PREFIXES: Readonly<Record<ReviewState, Text>> = {
  preview: t`If merged: `,
  planned: t`If merged: `,
  plan: t`If applied: `,
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

/** Why it is blocked and how to fix that; nothing if it is not. */
export function fixBlocks(review: Review, state: ReviewState): readonly Block[] {
  if (!isBlocked(review, state)) return [];
  return [paragraph(strongText(t`To fix:`)), list(blockItems(review), { rank: RANK.blocks })];
}

/** Who gains and loses what, and what else changes. */
export function reviewBlocks(review: Review, options: ReviewOptions): readonly Block[] {
  const { state, changesCode = false, quickCheck: after = null, isPublic } = options;
  const open = canBeStopped(state);
  const naming = namesOf(review, options);
  const { people, unchanged, settings, suspendedDuringApply, descriptive, quickCheck } = review;
  const isSuspending = suspendedDuringApply.length > 0 && open && !isBlocked(review, state);
  const paragraphIf = (text: Text | null) => (text === null ? [] : [paragraph(text)]);
  return [
    ...paragraphIf(state === 'preview' ? PREVIEW : null),
    ...paragraphIf(changesCode && open ? CHANGES_CODE : null),
    ...peopleBlocks(review),
    ...paragraphIf(unchanged === 0 ? null : unchangedText(unchanged, people.length + review.withheld.length > 0)),
    ...listBlocks(t`Settings`, settingTexts(settings), RANK.settings),
    ...listBlocks(t`Merged earlier and not applied yet`, settingTexts(review.unapplied), RANK.settings),
    ...UNEXPLAINED_HEADINGS.flatMap(([kind, title]) => {
      const same = review.unexplained.filter((each) => each.kind === kind);
      const texts = same.map((each) => unexplainedText(each, naming, review));
      return listBlocks(title, texts, RANK.unexplained);
    }),
    ...listBlocks(WITHHELD_HEADING, withheldTexts(review), RANK.unexplained),
    ...restoreTexts(review).map((text) => paragraph(text)),
    ...paragraphIf(isSuspending ? suspensionText(review) : null),
    ...paragraphIf(
      descriptive.length === 0
        ? null
        : t`Changes only descriptive fields of ${someTexts(descriptive.map(codeText), 5)}. No change in AWS.`,
    ),
    ...paragraphIf(open && quickCheck !== null ? quickCheckText(quickCheck, 'planned', isPublic) : null),
    ...paragraphIf(state === 'applied' ? appliedText(after, t`AWS`, 'team.yaml') : null),
    ...listBlocks(t`All names`, [...settings, ...review.unapplied].filter(hasLongText).map(settingText), RANK.quiet),
  ];
}

const PREVIEW = t`Preview from ${TEAM_FILE} only. The plan is still to come and may find manual changes or a guardrail that blocks this change.`;
const CHANGES_CODE = t`This pull request also changes other files, such as workflows or code. Read them, because they decide how later changes are planned and applied.`;

function listBlocks(title: Text, items: readonly Text[], rank: number): readonly Block[] {
  return items.length === 0 ? [] : [paragraph(strongText(t`${title}:`)), list(items, { rank })];
}

/** The table, worst first. Many harmless gains are folded; harm and losses never are. */
export function peopleBlocks(review: PersonContext & Pick<Review, 'people'>): readonly Block[] {
  const others = review.people.filter((person) => !isLoud(person));
  const [loud, quiet] = [peopleRows(review.people.filter(isLoud), review), peopleRows(others, review)];
  const isFolded = quiet.length > QUIET_ROWS || countOf(quiet) > NAMES;
  const open = isFolded ? loud : [...loud, ...quiet];
  const title = t`${countedText(countOf(quiet), loud.length > 0 ? 'more member' : 'member')}, no harmful access`;
  return [
    ...(open.length === 0 ? [] : [peopleTable(open, RANK.people)]),
    ...(isFolded ? [details(title, peopleTable(quiet, RANK.quiet))] : []),
  ];
}

/** People to whom the same happens. */
interface PeopleRow {
  readonly people: ReviewedPerson[];
  readonly change: Text;
  readonly gains: Text;
  readonly losses: Text;
}

/** A row has so many names at most, because a byte budget leaves out whole rows. */
const NAMES = 50;

function peopleRows(people: readonly ReviewedPerson[], review: PersonContext): readonly PeopleRow[] {
  const rows: PeopleRow[] = [];
  const alike = new Map<string, PeopleRow>();
  for (const person of people) {
    const gains = joinTexts(gainTexts(person), lineBreak);
    const row = { people: [person], change: changeText(person, review), gains, losses: lostText(person) };
    const same = [signOf(person), person.key === null, ...[row.change, gains, row.losses].map(plainText)].join('\n');
    const found = alike.get(same);
    if (found !== undefined && found.people.length < NAMES) found.people.push(person);
    else {
      rows.push(row);
      alike.set(same, row);
    }
  }
  return rows;
}

function countOf(rows: readonly PeopleRow[]): number {
  return rows.reduce((sum, { people }) => sum + people.length, 0);
}

function whoText({ people }: PeopleRow): Text {
  const [first, ...others] = people;
  const sign = first === undefined ? t`` : signText(signOf(first));
  if (others.length < 3) return t`${sign}${listTexts(people.map((person) => strongText(personText(person))))}`;
  const count = countedText(people.length, first?.key === null ? 'IAM user' : 'member');
  return t`${sign}${strongText(t`${count}:`)} ${joinTexts(people.map(personText), ', ')}`;
}

function isLoud(person: ReviewedPerson): boolean {
  const { classes, change } = person;
  return (
    classes.some((each) => each !== 'gains-other' && each !== 'descriptive-only' && each !== 'nothing') ||
    change.worstGain === 'deletes-data' ||
    harmForLonger(person) !== null ||
    change.unknownPolicies.after.length > 0 ||
    change.ownPolicies.gained.some((policy) => policy !== LIMITS_POLICY)
  );
}

/** The columns of gains and losses only if there are any. */
function peopleTable(rows: readonly PeopleRow[], rank: number): Block {
  const gains = rows.some((row) => !isEmptyText(row.gains));
  const losses = rows.some((row) => !isEmptyText(row.losses));
  return {
    kind: 'table',
    head: [t`Member`, t`Change`, ...(gains ? [t`New access`] : []), ...(losses ? [t`Access lost`] : [])],
    rows: rows.map((row) => [whoText(row), row.change, ...(gains ? [row.gains] : []), ...(losses ? [row.losses] : [])]),
    open: rows.length,
    rank,
    omitted: (from) => t`… and ${countedText(countOf(rows.slice(from)), 'more member')}`,
  };
}

function signOf({ change: { kind, capabilities, unknownPolicies } }: ReviewedPerson): Sign {
  if (kind !== 'changed') return kind === 'joins' ? '+' : '-';
  const isLess = capabilities.lost.length > 0 && capabilities.gained.length + unknownPolicies.after.length === 0;
  return isLess ? '-' : '~';
}

/** Changed roles, by key. */
export function roleBlocks({ roles }: Review): readonly Block[] {
  if (roles.length === 0) return [];
  return [details(countedText(roles.length, 'changed role'), list(roles.map(roleText), { rank: RANK.settings }))];
}

const SIGNS: ReadonlyMap<string, readonly [Sign, Text]> = new Map([
  ['create', ['+', t`add`]],
  ['update', ['~', t`change`]],
  ['delete', ['-', strongText(t`destroy`)]],
  ['delete,create', ['-', strongText(t`replace`)]],
  ['create,delete', ['-', strongText(t`replace`)]],
  ['no-op', ['~', t`import`]],
]);

/** The counts of a plan and, below them, its resources, destroyed ones first. */
export function planBlocks(
  { plan, unexplained }: Review,
  { resources: isListed }: { readonly resources: boolean },
): readonly Block[] {
  if (plan === null) return [];
  const { resources } = plan;
  const isReverting = unexplained.some(({ kind }) => kind === 'manual-change-reverted');
  const none = isReverting ? t`Plan: Terraform changes nothing; group memberships end.` : t`Plan: no changes in AWS.`;
  if (resources.length === 0) return [paragraph(none)];
  if (!isListed) return [paragraph(planLine(plan))];
  const of = (is: boolean) => resources.filter((resource) => isDestructive(resource) === is);
  return [details(planLine(plan), resourceTable(of(true), RANK.destroyed), resourceTable(of(false), RANK.resources))];
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
      actionText(actions),
      resourceText(address),
      someTexts(attributes.map(codeText), 8),
      codeText(address),
    ]),
    rank,
    omitted: (from) => t`… and ${countedText(resources.length - from, 'more resource')}`,
  };
}

function actionText(actions: readonly string[]): Text {
  const [sign, text] = SIGNS.get(actions.join()) ?? ['-' as const, joinTexts(actions.slice(0, 4).map(codeText), ' ')];
  return t`${signText(sign)}${text}`;
}

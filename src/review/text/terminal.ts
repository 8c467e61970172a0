import { accessText, lossText, policyNames } from '../../access/text/capability-words.ts';
import { keyOfIamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { type AccountKind, type Engine, engineTitle } from '../../terraform/run/engine.ts';
import { columns, WIDEST_NAME } from '../../text/columns.ts';
import { periodWords } from '../../text/dates.ts';
import { list, paragraph } from '../../text/document.ts';
import { printTerminal } from '../../text/terminal.ts';
import { formatCount, plainText, type Text, t, trusted } from '../../text/text.ts';
import type { Review, ReviewedPerson } from '../manifest/schema.ts';
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
} from './change-text.ts';
import { changeText, personText } from './people-text.ts';
import { restoreText, WITHHELD_HEADING, withheldTexts } from './withheld.ts';

/** Items of one list on a terminal; JSON has all of them. */
const SHOWN = 30;

/** `perception-lab in account 123456789012, OpenTofu 1.6.2` */
export function labHeading(team: Pick<Team, 'lab' | 'account'>, engine: Engine | null, kind: AccountKind): string {
  const where = kind === 'emulator' ? `a local AWS emulator (account ${team.account})` : `account ${team.account}`;
  return `${team.lab} in ${where}${engine === null ? '' : `, ${engineTitle(engine)}`}`;
}

/** A review on a terminal: the plan's counts, people, then what else a reviewer must know. */
export function reviewLines(
  given: Review,
  {
    resources = false,
    width = 100,
    isPublic = false,
  }: { readonly resources?: boolean; readonly width?: number; readonly isPublic?: boolean } = {},
): readonly string[] {
  const naming = { ...namingOfReview(given), isPublic };
  const review = isPublic ? withoutOutsiders(given) : given;
  const { plan } = review;
  const unexplained = UNEXPLAINED_HEADINGS.map(([kind, title]) => {
    const same = review.unexplained.filter((each) => each.kind === kind);
    const texts = same.map((each) => unexplainedText(each, naming, review));
    return section(title, texts, width);
  });
  const suspends = review.suspendedDuringApply.length > 0 && review.blocks.length === 0;
  const descriptive = review.descriptive.map((key) => t`${key}`);
  const sections: readonly (readonly string[])[] = [
    [plan === null ? `Preview of ${review.lab} from two team files, without a plan` : planSummary(plan)],
    resources && plan !== null ? resourceLines(plan) : [],
    peopleLines(review, width),
    section(t`Settings`, review.settings.map(settingText), width),
    section(t`Roles`, review.roles.map(roleText), width),
    section(t`Before you approve`, questionTexts(review), width),
    ...unexplained,
    section(
      WITHHELD_HEADING,
      [...withheldTexts(review, isPublic), ...[restoreText(review)].filter((text) => text !== null)],
      width,
    ),
    suspends ? printTerminal([paragraph(suspensionText(review))], width) : [],
    section(t`Only descriptive fields changed`, descriptive, width),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

/** A review for a public log, which anyone can read: IAM users that are not the lab's have no names. */
function withoutOutsiders(review: Review): Review {
  const shown = (user: string) => (keyOfIamName(review.lab, user) === null ? '…' : user);
  const { people, questions, suspendedDuringApply } = review;
  return {
    ...review,
    people: people.map((person) => (person.key === null ? { ...person, user: '…' } : person)),
    questions: questions.map((question) =>
      question.kind === 'imported-credentials'
        ? { ...question, keys: question.keys.map((key) => ({ ...key, by: null })) }
        : { ...question, user: shown(question.user) },
    ),
    suspendedDuringApply: suspendedDuringApply.map(shown),
  };
}

function planSummary(plan: NonNullable<Review['plan']>): string {
  const { add, change, destroy, import: imports } = plan;
  return add + change + destroy + imports === 0 ? 'Plan: no changes' : plainText(planLine(plan));
}

function section(title: Text, items: readonly Text[], width: number): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length - SHOWN;
  const shown =
    more > 1 ? [...items.slice(0, SHOWN), trusted(`and ${formatCount(more)} more (use JSON for all)`)] : items;
  return [...printTerminal([paragraph(t`${title}:`)], width), ...printTerminal([list(shown)], width)];
}

const SIGNS: ReadonlyMap<string, string> = new Map([
  ['create', '+'],
  ['update', '~'],
  ['delete', '-'],
]);

function resourceLines({ resources }: NonNullable<Review['plan']>): readonly string[] {
  const changing = resources.filter(({ actions }) => actions.some((action) => action !== 'no-op' && action !== 'read'));
  const rows = changing.map(({ address, actions }) => [
    actions.map((action) => SIGNS.get(action) ?? action).join('/'),
    plainText(resourceText(address)),
    plainText(trusted(address)),
  ]);
  return columns(rows, 2, 200);
}

/** `+ Bo Chen  publish HITs (spends money), manage HITs; until 31 May 2027`, a line for each gain and loss. */
function peopleLines(review: Review, width: number): readonly string[] {
  const { people, unchanged } = review;
  const rows = people.flatMap((person) =>
    personRows(person, review).map(([sign, text], index) => [
      index === 0 ? `${sign} ${plainText(personText(person))}` : '',
      plainText(text),
    ]),
  );
  return [
    ...columns(rows, 2, width, WIDEST_NAME + 2),
    ...(unchanged === 0 ? [] : [`  ${unchangedWords(unchanged, people.length > 0)}`]),
  ];
}

function personRows(person: ReviewedPerson, review: Review): readonly (readonly [sign: string, text: Text])[] {
  const { change, classes } = person;
  const { gained } = change.capabilities;
  if (change.kind === 'joins' && !classes.includes('identity-replaced')) return [['+', joinText(person)]];
  const lost = change.capabilities.lost.length === 0 ? null : lossText(change.capabilities.lost);
  const unknown = [...new Set(change.unknownPolicies.after.map(({ policy }) => policy))];
  const gives = gained.length > 0 || unknown.length > 0;
  const sign = change.kind === 'leaves' || (lost !== null && !gives) ? '-' : '~';
  return [
    [sign, changeText(person, review)],
    ...(unknown.length === 0 ? [] : [['', t`can do anything: ${policyNames(unknown)} cannot be read`] as const]),
    ...(gained.length === 0 ? [] : [['', t`can ${accessText(gained)}`] as const]),
    ...(lost === null ? [] : [['', t`loses ${change.allowed.after > 0 ? lost : t`all access: ${lost}`}`] as const]),
  ];
}

function joinText({ change, classes }: ReviewedPerson): Text {
  const { gained } = change.capabilities;
  const status = change.suspended.after ? t` (suspended)` : t``;
  const period = periodWords(change.starts.after, change.ends.after);
  const until = trusted(period === '' ? '' : `;${period}`);
  const uncapped = classes.includes('boundary-changed') && change.boundary.after === null;
  const access = gained.length === 0 ? t`no access` : accessText(gained);
  return t`${access}${status}${until}${uncapped ? t`; no permissions boundary` : t``}`;
}

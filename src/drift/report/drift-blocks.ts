import { policyName } from '../../access/model.ts';
import { type DisplayNames, holderText, policyText, userText } from '../../access/text/names.ts';
import { isDanger } from '../../catalog/mturk.ts';
import { resourceOfArn } from '../../iam/arn.ts';
import { type Announcement, ripeFrom } from '../../review/rule/announcements.ts';
import { dateWords, timeWords } from '../../text/dates.ts';
import { alert, type Block, codeBlock, details, heading, type Item, list, paragraph } from '../../text/document.ts';
import {
  capitalized,
  codeText,
  counted,
  formatCount,
  listTexts,
  proseText,
  sentence,
  sentences,
  someTexts,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import {
  type DriftFinding,
  type Entity,
  isOpen,
  isPending,
  peopleOf,
  type ScanResult,
  worstEffect,
} from '../finding.ts';
import { ACCOUNT_COMMAND, ACCOUNT_VARIABLE } from '../rules/aws-command.ts';
import {
  actorText,
  effectWords,
  type FindingView,
  findingTitle,
  findingView,
  gainsAll,
  type ViewOptions,
  worstText,
} from './finding-view.ts';

/** A finding that a person or reconcile has to end, with its number. */
export type Shown = FindingView & { readonly number: number; readonly finding: DriftFinding };

/** More rows would leave no room for the sections. */
const MOST_ROWS = 100;
const MOST_COMMANDS = 6;
/** A longer command contains a name that no person pastes. */
const LONGEST_COMMAND = 1_500;
const ACCOUNT_ID = /(?<!\d)\d{12}(?!\d)/;

/** Findings that are neither pending (an apply does them) nor resolved. */
export function shownFindings({ findings }: ScanResult, names: DisplayNames, options: ViewOptions): readonly Shown[] {
  return findings
    .filter(isOpen)
    .map((finding, index) => ({ ...findingView(finding, names, options), number: index + 1, finding }));
}

/** `Drift in perception-lab: old-mturk-user can use all of Mechanical Turk; 5 more findings` */
export function driftTitle(shown: readonly Shown[], names: DisplayNames): Text {
  const worst = worstOf(shown, names);
  if (worst === null) return t``;
  const clause = worstText(worst.finding, names);
  const more = shown.length === 1 ? '' : `; ${counted(shown.length - 1, 'more finding')}`;
  return t`Drift in ${trusted(names.lab)}: ${clause === null ? worst.title : t`${clause.who} ${clause.can}`}${trusted(more)}`;
}

/** Of those with the worst effect, and those of them to decide: one of all operations, else of someone not in the file. */
function worstOf(shown: readonly Shown[], { people }: DisplayNames): Shown | null {
  const [first = null] = shown;
  if (first === null) return null;
  const effect = worstEffect(first.finding);
  const same = shown.filter(({ finding }) => worstEffect(finding) === effect);
  const decide = same.filter(({ action }) => action === 'decide');
  const some = decide.length > 0 ? decide : same;
  if (effect === 'full-control') return some[0] ?? null;
  const isOutside = ({ finding }: Shown) => peopleOf(finding).some((user) => !people.has(user));
  return some.find(({ finding }) => gainsAll(finding)) ?? some.find(isOutside) ?? some[0] ?? null;
}

/** Who can do the worst, a table, a section for each decision, the rest folded; where everyone reads it, the table alone. */
export function driftBlocks(
  scan: ScanResult,
  shown: readonly Shown[],
  names: DisplayNames,
  options: ViewOptions,
): readonly Block[] {
  const [decide, reverted, later] = (['decide', 'reconcile', 'later'] as const).map((action) =>
    shown.filter((each) => each.action === action),
  ) as [Shown[], Shown[], Shown[]];
  if (shown.length === 0) return [];
  return [
    alertBlock({ decide, reverted, later }, scan, names, options),
    tableBlock(shown),
    ...(names.isPublic === true
      ? []
      : [
          ...decisionBlocks(decide, options),
          ...folded(t`Reconcile will revert: ${findingsText(reverted)}`, reverted.map(lineWithActor), 3),
          ...folded(t`Reconcile will give back access: ${findingsText(later)}`, later.map(lineWithActor), 3),
        ]),
    ...(options.isPrivate === true || scan.notChecked.length === 0
      ? []
      : [
          paragraph(t`Not everything could be checked; findings of earlier checks may remain. Another issue says why.`),
        ]),
  ];
}

/** The lists beside the findings, folded: what is settled, changed back, snoozed or excepted. */
export function otherBlocks(scan: ScanResult, names: DisplayNames, options: ViewOptions): readonly Block[] {
  const resolved = scan.findings.filter(({ cause }) => cause === 'resolved').map((each) => findingTitle(each, names));
  const reported = new Set(scan.findings.map(({ id }) => id));
  const passed = scan.unusedSnoozes.filter((id) => reported.has(id));
  const unused = scan.unusedSnoozes.filter((id) => !reported.has(id));
  const snoozed = scan.snoozed.map(
    ({ finding, until, reason }) => t`${codeText(finding.id)} until ${trusted(dateWords(until))}: ${proseText(reason)}`,
  );
  const counts = (what: Text, items: readonly Text[], rank: number) => folded(t`${what}: ${items.length}`, items, rank);
  return [
    ...counts(t`Changed manually, and now as in ${codeText('team.yaml')}`, resolved, 4),
    ...changedBackBlocks(scan, names, options),
    ...counts(t`Snoozed`, snoozed, 5),
    ...counts(t`Snoozed until a day that has passed, and reported again`, passed.map(codeText), 5),
    ...counts(t`Unused snoozes`, unused.map(codeText), 5),
    ...administratorBlocks(scan, names),
  ];
}

function administratorBlocks({ administrators }: ScanResult, { isPublic = false }: DisplayNames): readonly Block[] {
  const count = counted(administrators.length, 'user or role', 'users and roles');
  const what = t`Can do everything in the account, not reported: ${trusted(count)}`;
  if (isPublic && administrators.length > 0) return [paragraph(what)];
  const names = administrators.map((arn) => codeText(resourceOfArn(arn)));
  return folded(what, names, 6);
}

/** What was changed and changed back, in a sentence for each user, group, policy and role; a new access key is listed, too. */
export function changedBackBlocks(
  { changedBack, eventsComplete }: ScanResult,
  names: DisplayNames,
  { isAttributed = false, isPrivate = false }: ViewOptions,
): readonly Block[] {
  const texts = changedBack.map(({ entity, changes }) => {
    const calls = [...new Map(changes.map((each) => [`${each.event} ${each.target}`, each])).values()].reverse();
    const what = calls.map(({ event, target }) =>
      target === null ? codeText(event) : t`${codeText(event)} ${codeText(policyName(target))}`,
    );
    const actors = [...new Set(changes.map(({ actor }) => actor))].reverse();
    const who = someTexts(actors.map((actor) => actorText(actor, names, isPrivate)));
    return t`${entityText(entity, names)}: ${someTexts(what, 10)}, by ${who}, ${trusted(timeWords(changes[0].at))}`;
  });
  const unread = t`CloudTrail has more events since the last check than a check reads. Changes before them that were changed back are not listed.`;
  return [
    ...(eventsComplete || !isAttributed ? [] : [paragraph(unread)]),
    ...(names.isPublic === true ? [] : folded(t`Other IAM changes since the last check: ${texts.length}`, texts, 4)),
  ];
}

function entityText({ kind, name }: Entity, names: DisplayNames): Text {
  if (kind === 'user' || kind === 'group') return holderText({ kind, name }, names);
  return kind === 'policy'
    ? capitalized(policyText(name, names))
    : t`${trusted(kind.replace('-', ' '))} ${codeText(name)}`;
}

/** What is merged and not applied, and the users whose access ended; when reconcile deletes them, if it is announced. */
export function pendingTexts(
  { findings }: ScanResult,
  names: DisplayNames,
  announcements: readonly Announcement[],
): readonly Text[] {
  return findings.filter(isPending).map((finding) => {
    const due = dueDeletion(finding, names, announcements);
    const { title, effect } = findingView(finding, names);
    const when =
      due === undefined ? t`` : t`; reconcile deletes it after ${trusted(timeWords(ripeFrom(due).toISOString()))}`;
    return finding.changes.length === 0 ? t`${title}${when}` : t`${title}${when}: ${effect}`;
  });
}

/** The announcement that the user whom a finding is about is deleted, if there is one. */
export function dueDeletion(
  { rule, data }: DriftFinding,
  { people }: DisplayNames,
  announcements: readonly Announcement[],
): Announcement | undefined {
  const key = rule === 'unmanaged-user' ? people.get(data.user)?.key : undefined;
  return announcements.find((each) => each.kind === 'deletion' && each.key === key);
}

/** What the settings except for good, in a phrase each. */
export function exceptedTexts({ excepted: { administrators, missing, neighbors } }: ScanResult): readonly Text[] {
  const phrase = (what: Text, names: readonly string[]) =>
    names.length === 0 ? [] : [t`${what}: ${someTexts(names.map(codeText))}`];
  return [
    ...phrase(t`Administrators, not reported`, administrators),
    ...phrase(t`To be removed from ${codeText('settings.administrators')}, as there is no such user or role`, missing),
    ...phrase(t`Neighbor labs, not reported`, neighbors),
  ];
}

export const PREVENT_GIVING_BACK = t`To prevent that, first merge a pull request that sets ${codeText('suspended: true')} or ${codeText('freeze')}, or removes the access.`;

function alertBlock(
  { decide, reverted, later }: Readonly<Record<'decide' | 'reverted' | 'later', readonly Shown[]>>,
  { notChecked, snoozed }: ScanResult,
  names: DisplayNames,
  { isInterrupted = false, revertedBy }: ViewOptions,
): Block {
  const clauseOf = (finding: DriftFinding | undefined) => {
    const clause = finding === undefined ? null : worstText(finding, names);
    return clause && t`${strongText(clause.who)} ${clause.can}`;
  };
  const worst = (some: readonly Shown[]) => clauseOf(worstOf(some, names)?.finding);
  const by = trusted(revertedBy === undefined ? '' : `, by ${timeWords(revertedBy)}`);
  const replaced = [...decide, ...reverted].filter(({ finding }) => finding.rule === 'user-recreated');
  const harmful = snoozed.find(({ finding }) => isDanger(worstEffect(finding)));
  const [byPerson, byReconcile, others] = [worst(decide), worst(reverted), reverted.length + later.length];
  const decision = strongText(decisionText(decide, others, notChecked));
  const rest = decide.length === 0 ? t`Ask who did it` : t`No action needed for ${findingsText(reverted)}`;
  const reverts =
    byReconcile === null
      ? t`Reconcile reverts ${findingsText(reverted)}${by}; no action needed.`
      : t`${byReconcile} until reconcile reverts it${by}. ${rest}.`;
  const moments = [...new Set(later.map(({ from }) => from))].sort();
  const gives = moments.map((moment) => givesText(moment, later, names));
  const titles = replaced.map(({ title }) => title);
  return alert(
    decide.length > 0 || isInterrupted ? 'warning' : 'note',
    decide.length === 0 ? null : sentences(byPerson && t`${byPerson}.`, decision),
    reverted.length === 0 ? null : reverts,
    later.length === 0 ? null : sentences(...gives, PREVENT_GIVING_BACK),
    decide.length === 0 ? decision : null,
    sentence(someTexts(titles, 2)),
    harmful === undefined
      ? null
      : t`${clauseOf(harmful.finding) ?? findingTitle(harmful.finding, names)}, snoozed until ${trusted(dateWords(harmful.until))}.`,
    isInterrupted ? INTERRUPTED : null,
  );
}

function givesText(from: string | null, later: readonly Shown[], names: DisplayNames): Text {
  const given = later.filter((each) => each.from === from);
  const users = [...new Set(given.flatMap(({ finding }) => peopleOf(finding)))];
  const who = users.length === 0 ? t`` : t` to ${someTexts(users.map((user) => userText(user, names)))}`;
  const when = trusted(from === null ? 'At a later check' : `After ${timeWords(from)}`);
  return t`${strongText(t`${when}, reconcile gives back access${who}`)} (${findingsText(given)}).`;
}

const INTERRUPTED = t`${strongText(t`Reconcile does nothing until the interrupted apply is finished:`)} run the apply workflow again, or ${codeText('mturk-team apply')}.`;

function decisionText(decide: readonly Shown[], others: number, notChecked: ScanResult['notChecked']): Text {
  const { length } = decide;
  if (length === 0) return t`No decision needed${trusted(notChecked.length === 0 ? '' : ' in what was checked')}.`;
  const all = length === 2 ? 'Both findings' : `All ${counted(length, 'finding')}`;
  if (others === 0) return trusted(length === 1 ? 'This finding needs your decision.' : `${all} need your decision.`);
  const need = `${counted(length, 'finding')} ${length === 1 ? 'needs' : 'need'} your decision`;
  return t`${trusted(need)}: ${numbersText(decide)}.`;
}

/** `findings 1, 3 and 5`; long lists are counted. */
function findingsText(shown: readonly Shown[]): Text {
  const [first, ...others] = shown;
  if (first === undefined || shown.length > 12) return numbersText(shown);
  return t`${trusted(others.length === 0 ? 'finding' : 'findings')} ${numbersText(shown)}`;
}

/** `1, 3 and 5`; long lists are counted. */
function numbersText(shown: readonly Shown[]): Text {
  if (shown.length > 12) return t`${shown.length} findings in the table`;
  return listTexts(shown.map(({ number }) => t`${number}`));
}

function tableBlock(shown: readonly Shown[]): Block {
  const more = (from: number) =>
    t`… and ${trusted(counted(shown.length - from, 'more finding'))}, none worse. ${codeText('mturk-team drift')} lists all.`;
  const rows = shown.slice(0, MOST_ROWS).map((each) => [t`${each.number}`, each.title, each.effect, actionText(each)]);
  return {
    kind: 'table',
    head: [t`#`, t`Finding`, t`Effect`, t`Action`],
    rows: shown.length > MOST_ROWS ? [...rows, [t``, more(MOST_ROWS), t``, t``]] : rows,
    short:
      shown.length === 1 ? [] : shown.map(({ number, title, finding }) => [t`${number}`, effectWords(finding), title]),
    open: shown.filter(({ finding }) => isDanger(worstEffect(finding))).length,
    rank: 1,
    omitted: more,
  };
}

function actionText({ action, from }: Shown): Text {
  if (action === 'decide') return strongText(t`Decide`);
  if (action === 'reconcile') return t`Reconcile`;
  return from === null ? t`Reconcile, at a later check` : t`Reconcile, after ${trusted(timeWords(from))}`;
}

function decisionBlocks(decide: readonly Shown[], { isPrivate = false }: ViewOptions): readonly Block[] {
  if (decide.length === 0) return [];
  const sections = decide.map((each) => [
    heading(4, t`${trusted(`${each.number}.`)} ${each.title}`),
    list(itemsOf(each, isPrivate)),
  ]);
  const omitted = (from: number) =>
    t`Details of ${trusted(counted(decide.length - from, 'more finding'))}: ${codeText('mturk-team drift')}.`;
  return [{ kind: 'sections', sections, rank: 2, omitted }];
}

function itemsOf({ effect, detail, by, toFix, commands, ifIntended }: Shown, isPrivate: boolean): readonly Item[] {
  const who = by && t`${strongText(t`By:`)} ${by}.`;
  return [
    { text: sentences(strongText(t`What:`), t`${effect}.`, detail, who) },
    { text: sentences(strongText(t`To fix:`), toFix), blocks: commandBlocks(commands, isPrivate) },
    { text: sentences(strongText(t`If intended:`), ifIntended ?? t`No action needed.`) },
  ];
}

/** In an issue without account ids: a shortened name would be another name. */
function commandBlocks(commands: readonly string[], isPrivate: boolean): readonly Block[] {
  if (commands.length === 0) return [];
  const isUsable = (command: string) => command.length <= LONGEST_COMMAND && !ACCOUNT_ID.test(command);
  const lines = isPrivate ? commands : commands.filter(isUsable).slice(0, MOST_COMMANDS);
  const setup = lines.some((command) => command.includes(`$${ACCOUNT_VARIABLE}`)) ? [ACCOUNT_COMMAND] : [];
  const more = commands.length - lines.length;
  const rest = more === 0 ? [] : [`# and ${formatCount(more)} more: mturk-team drift`];
  return [details(t`Commands`, codeBlock('sh', [...setup, ...lines, ...rest]))];
}

/** In bold, so that it does not begin a list. */
export function lineOf({ number, title, effect }: Shown): Text {
  return t`${strongText(trusted(`${number}.`))} ${title}: ${effect}`;
}

function lineWithActor(shown: Shown): Text {
  const { action, by, toFix, finding } = shown;
  // What it also took is not reverted with the rest.
  const isMixed = action === 'reconcile' && finding.changes.some(({ operations }) => operations.lost.length > 0);
  return sentences(t`${lineOf(shown)}.`, by && t`By ${by}.`, isMixed ? toFix : null);
}

function folded(summary: Text, items: readonly Text[], rank: number): readonly Block[] {
  return items.length === 0 ? [] : [details(summary, list(items, { rank }))];
}

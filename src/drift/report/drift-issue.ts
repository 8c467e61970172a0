import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { DisplayNames } from '../../access/text/names.ts';
import { ripeFrom } from '../../review/rule/announcements.ts';
import { iamName } from '../../team/names.ts';
import { DAY_MS, dateWords, timeWords } from '../../text/dates.ts';
import { type Block, details, heading, type Item, list, ON_EMULATOR, paragraph } from '../../text/document.ts';
import { redact } from '../../text/escape.ts';
import {
  codeText,
  counted,
  formatCount,
  joinTexts,
  linkText,
  listTexts,
  proseText,
  sentences,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { type DriftFinding, isOfTerraform, isOpen, isPending, type ScanResult } from '../finding.ts';
import { ACCOUNT_COMMAND, ACCOUNT_VARIABLE } from '../rules/aws-command.ts';
import {
  administratorTexts,
  CHANGED_BACK,
  changedBackTexts,
  EVENTS_UNREAD,
  exceptedTexts,
  type FindingView,
  findingView,
} from './finding-view.ts';
import { type DriftReport, namingOfReport, type Scanned } from './report.ts';

/** Where the drift workflow ran; null if unknown. */
export interface RunLinks {
  readonly runUrl: string | null;
  /** `https://github.com/perception-lab/team` */
  readonly repository: string | null;
}

/** What a drift issue keeps about itself in a hidden comment, so that the next check knows what is new. */
const driftIssueData = z.strictObject({
  version: z.literal(1),
  /** The day on which the issue was opened or reopened. */
  since: z.iso.date(),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  /** Digests of finding ids, worst first: ids may contain foreign names, and a comment must not end early. */
  findings: z.string().regex(/^(?:[0-9a-f]{12}(?: |$))*$/),
  /** How many findings there are; more than `findings` if they did not fit. */
  count: z.int().nonnegative(),
});
export type DriftIssueData = z.infer<typeof driftIssueData>;

/** The drift issue of the last check; `data` is null if it was edited by a person. */
export interface PreviousIssue {
  readonly isOpen: boolean;
  readonly data: DriftIssueData | null;
}

export interface DriftIssue {
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly data: DriftIssueData;
  /** Null if nothing is new. */
  readonly comment: readonly Block[] | null;
}

type Shown = FindingView & {
  readonly number: number;
  readonly finding: DriftFinding;
  /** `later`: reconcile gives back what it took, after an announcement. */
  readonly action: 'reconcile' | 'later' | 'decide';
  /** For `later`: the earliest time, ISO 8601; null if it is not announced yet. */
  readonly from: string | null;
};

/** More digests would leave no room for the findings. */
const MOST_DIGESTS = 1_000;
/** More rows would leave no room for the sections. */
const MOST_ROWS = 100;
/** The most findings that a comment lists. */
const MOST_LISTED = 10;
const MOST_COMMANDS = 6;
/** A longer command contains a name that no person pastes. */
const LONGEST_COMMAND = 1_500;
const ACCOUNT_ID = /(?<!\d)\d{12}(?!\d)/;
const SNOOZE_DAYS = 30;

const DATA = /^<!-- mturk-team-drift-data (\{[^<>]{1,20000}\}) -->$/;

/** The hidden line of an issue. */
export function hiddenData(data: DriftIssueData): string {
  return `<!-- mturk-team-drift-data ${JSON.stringify(driftIssueData.parse(data))} -->`;
}

/** What an issue keeps about itself in its second line; null if a person edited it. */
export function readHiddenData(body: string): DriftIssueData | null {
  const json = DATA.exec(body.split('\n', 2)[1]?.trimEnd() ?? '')?.[1];
  if (json === undefined) return null;
  try {
    return driftIssueData.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}

/** The scan of a report; null if the account could not be read. */
export function newestScan({ check }: Pick<DriftReport, 'check'>): Scanned | null {
  return check.kind === 'scanned' && check.isAccessKnown ? check : null;
}

/** Findings that an issue is about: neither pending (an apply does them) nor resolved. */
function openFindings({ findings }: Pick<ScanResult, 'findings'>): readonly DriftFinding[] {
  return findings.filter(isOpen);
}

/**
 * The issue about drift, from the report of the newest job; null if no drift remains. What is new is decided from the ids in
 * `previous`, the issue that exists.
 */
export function driftIssue(report: DriftReport, previous: PreviousIssue | null, links: RunLinks): DriftIssue | null {
  const newest = newestScan(report);
  if (newest === null) return null;
  const { scan } = newest;
  const shown = shownFindings(report, newest);
  if (shown.length === 0) return null;
  const known = previous?.isOpen === true ? previous.data : null;
  const digests = shown.map(({ finding }) => digestOf(finding.id));
  // A scan that did not see everything forgets nothing, so that the next complete one finds nothing "new".
  const kept = scan.notChecked.length === 0 ? [] : digestsOf(known).filter((digest) => !digests.includes(digest));
  const data: DriftIssueData = {
    version: 1,
    since: known?.since ?? report.at.slice(0, 10),
    fingerprint: scan.fingerprint,
    findings: [...digests, ...kept].slice(0, MOST_DIGESTS).join(' '),
    count: digests.length + kept.length,
  };
  const title = titleOf(report.lab, shown);
  const blocks = [
    ...alertBlocks(shown),
    tableBlock(shown),
    ...decisionBlocks(shown),
    ...foldedBlocks(shown, report, newest),
    ...snoozeHelp(shown, scan),
    footerBlock(report, newest, data, links),
  ];
  return { title: redact(title, false), blocks, data, comment: commentBlocks(shown, previous) };
}

/** The line that closes the issue. */
export function closingBlocks(report: DriftReport, links: RunLinks): readonly Block[] {
  return [paragraph(closingText(report, links)), ...changedBackBlocks(report, namingOfReport(report))];
}

function closingText(report: DriftReport, links: RunLinks): Text {
  const scan = newestScan(report)?.scan;
  const pending = scan?.findings.some(isPending) === true;
  const snoozed = scan?.snoozed.length ?? 0;
  return sentences(
    strongText(trusted('No drift remains.')),
    snoozed === 0 ? null : trusted(`${counted(snoozed, 'finding')} ${snoozed === 1 ? 'is' : 'are'} snoozed.`),
    pending ? t`Some changes are merged but not applied; another issue lists them.` : null,
    joinTexts([...emulatorParts(report), t`Checked ${trusted(timeWords(report.at))}`, ...runParts(links)], ' · '),
  );
}

function shownFindings(report: DriftReport, { scan, isAttributed }: Scanned): readonly Shown[] {
  const naming = namingOfReport(report);
  return openFindings(scan).map((finding, index) => ({
    ...findingView(finding, naming, isAttributed, { reconcile: report.settings.reconcile, alwaysSnooze: true }),
    number: index + 1,
    finding,
    ...actionOf(finding, report),
  }));
}

function actionOf(
  finding: DriftFinding,
  { lab, settings, announcements }: DriftReport,
): Pick<Shown, 'action' | 'from'> {
  const { cause, remediation, rule, data } = finding;
  if (cause !== 'manual' || settings.reconcile === 'none') return { action: 'decide', from: null };
  if (remediation === 'auto') return { action: 'reconcile', from: null };
  if (remediation !== 'announced' || settings.reconcile !== 'all') return { action: 'decide', from: null };
  if (rule === 'access-withheld') return { action: 'later', from: data.from };
  const created = announcements.find(({ kind, key }) => kind === 'missing' && iamName(lab, key) === userOf(finding));
  return { action: 'later', from: created === undefined ? null : ripeFrom(created).toISOString() };
}

/** The user that was deleted; null for any other finding. */
function userOf({ rule, data }: DriftFinding): string | null {
  return rule === 'user-deleted' ? data.user : null;
}

/** What a title says of the worst findings, worst first. */
const EFFECTS = [
  ['escalates', 'allows full control of the account', 'allow full control of the account'],
  ['spends', 'allows spending', 'allow spending'],
  ['harms-workers', 'allows harming workers', 'allow harming workers'],
  ['deletes-data', 'allows deleting data', 'allow deleting data'],
  ['lost-access', 'removes access', 'remove access'],
] as const;

function titleOf(lab: string, shown: readonly Shown[]): string {
  const effects = shown.map(({ finding }) => worstEffect(finding));
  const [worst, one, many] = EFFECTS.find(([effect]) => effects.includes(effect)) ?? [null, '', ''];
  const count = effects.filter((effect) => effect === worst).length;
  const effect = worst === null ? '' : `, ${formatCount(count)} ${count === 1 ? one : many}`;
  return `Drift in ${lab}: ${counted(shown.length, 'finding')}${effect}`;
}

function worstEffect({ risk, changes, rule, escalates }: DriftFinding): (typeof EFFECTS)[number][0] | null {
  if (escalates.length > 0 || rule === 'root-access-key') return 'escalates';
  // One more key lets no person spend who could not before.
  const isCopy = rule === 'too-many-access-keys' || rule === 'key-used-after-leaving';
  if (!isCopy && (risk === 'spends' || risk === 'harms-workers' || risk === 'deletes-data')) return risk;
  return changes.some(({ operations }) => operations.lost.length > 0) ? 'lost-access' : null;
}

function alertBlocks(shown: readonly Shown[]): readonly Block[] {
  const withAction = (action: Shown['action']) => shown.filter((each) => each.action === action);
  const [decide, reconciled, later] = [withAction('decide'), withAction('reconcile'), withAction('later')];
  const isManual = shown.some(({ finding }) => finding.cause === 'manual');
  const lines = [
    sentences(
      isManual ? t`Someone changed access in AWS outside ${codeText('team.yaml')}.` : null,
      strongText(decisionText(decide, shown.length)),
      decide.length === 0
        ? null
        : t`Fix ${trusted(decide.length === 1 ? 'it' : 'each')}, or change ${codeText('team.yaml')} if intended.`,
    ),
    ...(reconciled.length === 0
      ? []
      : [t`Reconcile reverts ${numbersText(reconciled)} after this check; no action needed.`]),
    ...(later.length === 0
      ? []
      : [
          sentences(
            t`${strongText(t`Reconcile gives back access`)} taken by ${numbersText(later)}${untilText(later)}.`,
            t`To prevent that, merge ${codeText('suspended')}, ${codeText('freeze')} or another change before.`,
          ),
        ]),
  ];
  return [{ kind: 'alert', level: decide.length > 0 ? 'warning' : 'note', lines }];
}

function decisionText(decide: readonly Shown[], all: number): Text {
  if (decide.length === 0) return t`No decision needed.`;
  if (decide.length < all) {
    const need = `${counted(decide.length, 'finding')} ${decide.length === 1 ? 'needs' : 'need'} your decision`;
    return t`${trusted(need)}: ${numbersText(decide)}.`;
  }
  return trusted(
    all === 1 ? 'This finding needs your decision.' : `All ${counted(all, 'finding')} need your decision.`,
  );
}

/** ` after 26 Nov 2026 05:17 UTC`: the earliest of those times; empty if none is known. */
function untilText(later: readonly Shown[]): Text {
  const [first] = later.flatMap(({ from }) => from ?? []).sort();
  return trusted(first === undefined ? '' : ` after ${timeWords(first)}`);
}

/** `1, 3 and 5`; long lists are counted. */
function numbersText(shown: readonly Shown[]): Text {
  if (shown.length > 12) return trusted(`${formatCount(shown.length)} findings in the table`);
  return listTexts(shown.map(({ number }) => trusted(String(number))));
}

function tableBlock(shown: readonly Shown[]): Block {
  const more = (from: number) =>
    t`… and ${trusted(counted(shown.length - from, 'more finding'))}, none worse. ${codeText('mturk-team drift')} lists all.`;
  const rows = shown
    .slice(0, MOST_ROWS)
    .map(({ number, title, effect, action, from }) => [
      trusted(String(number)),
      title,
      effect,
      action === 'decide' ? strongText(t`Decide`) : action === 'later' ? laterText(from) : t`Reconcile`,
    ]);
  return {
    kind: 'table',
    head: [t`#`, t`Finding`, t`Effect`, t`Action`],
    rows: shown.length > MOST_ROWS ? [...rows, [t``, more(MOST_ROWS), t``, t``]] : rows,
    rank: 1,
    omitted: more,
  };
}

function laterText(from: string | null): Text {
  return from === null ? t`Reconcile, at a later check` : t`Reconcile, after ${trusted(timeWords(from))}`;
}

function decisionBlocks(shown: readonly Shown[]): readonly Block[] {
  const decide = shown.filter(({ action }) => action === 'decide');
  if (decide.length === 0) return [];
  const sections = decide.map((each) => [
    heading(4, t`${trusted(`${each.number}.`)} ${each.title}`),
    list(itemsOf(each)),
  ]);
  const omitted = (from: number) =>
    t`Details of ${trusted(counted(decide.length - from, 'more finding'))}: ${codeText('mturk-team drift')}.`;
  return [{ kind: 'sections', sections, rank: 2, omitted }];
}

function itemsOf({ effect, detail, by, toFix, commands, ifIntended }: Shown): readonly Item[] {
  return [
    {
      text: sentences(
        strongText(t`What:`),
        t`${effect}.`,
        detail,
        ...(by === null ? [] : [strongText(t`By:`), t`${by}.`]),
      ),
    },
    { text: sentences(strongText(t`To fix:`), toFix), blocks: commandBlocks(commands) },
    {
      text: sentences(strongText(t`If intended:`), ifIntended ?? t`No action needed.`),
    },
  ];
}

/** Commands without account ids: a shortened name would be another name. */
function commandBlocks(commands: readonly string[]): readonly Block[] {
  if (commands.length === 0) return [];
  const usable = commands.filter((command) => command.length <= LONGEST_COMMAND && !ACCOUNT_ID.test(command));
  const lines = usable.slice(0, MOST_COMMANDS);
  const setup = lines.some((command) => command.includes(`$${ACCOUNT_VARIABLE}`)) ? [ACCOUNT_COMMAND] : [];
  const more = commands.length - lines.length;
  const rest = more === 0 ? [] : [`# and ${formatCount(more)} more: mturk-team drift`];
  return [details(t`Commands`, { kind: 'code', language: 'sh', lines: [...setup, ...lines, ...rest] })];
}

function foldedBlocks(shown: readonly Shown[], report: DriftReport, { scan, isAttributed }: Scanned): readonly Block[] {
  const naming = namingOfReport(report);
  const withAction = (action: Shown['action']) => shown.filter((each) => each.action === action);
  const [reverted, later] = [withAction('reconcile'), withAction('later')];
  const lines = (some: readonly Shown[]) =>
    some.map(({ number, title, effect, by }) =>
      sentences(t`${numberText(number)} ${title}: ${effect}.`, by === null ? null : t`By ${by}.`),
    );
  const settled = scan.findings.filter(({ cause }) => cause === 'resolved');
  const titles = (findings: readonly DriftFinding[]) =>
    findings.map((finding) => findingView(finding, naming, isAttributed).title);
  return [
    ...(scan.notChecked.length === 0
      ? []
      : [
          paragraph(t`Not everything could be checked; findings of earlier checks may remain. Another issue says why.`),
        ]),
    ...folded(t`Reconcile will revert: ${numbersText(reverted)}`, lines(reverted), 3),
    ...folded(t`Reconcile will give back: ${numbersText(later)}`, lines(later), 3),
    ...folded(t`Changed manually, and now as in ${codeText('team.yaml')}: ${settled.length}`, titles(settled), 4),
    ...changedBackBlocks(report, naming),
    ...folded(
      t`Snoozed: ${scan.snoozed.length}`,
      scan.snoozed.map(
        ({ finding, until, reason }) =>
          t`${codeText(finding.id)} until ${trusted(dateWords(until))}: ${proseText(reason)}`,
      ),
      5,
    ),
    ...folded(t`Unused snoozes: ${scan.unusedSnoozes.length}`, scan.unusedSnoozes.map(codeText), 5),
    ...folded(
      t`Can do everything in the account, not reported: ${scan.administrators.length}`,
      administratorTexts(scan, naming),
      6,
    ),
  ];
}

/** Of the first scan of a run: what reconcile reverted since then was not changed back by a person. */
function changedBackBlocks({ check }: DriftReport, naming: DisplayNames): readonly Block[] {
  if (check?.kind !== 'scanned') return [];
  const texts = changedBackTexts(check.scan, naming, false);
  return [
    ...(check.scan.eventsComplete || !check.isAttributed ? [] : [paragraph(EVENTS_UNREAD)]),
    ...folded(t`${trusted(CHANGED_BACK)}: ${texts.length}`, texts, 4),
  ];
}

function folded(summary: Text, items: readonly Text[], rank: number): readonly Block[] {
  if (items.length === 0) return [];
  return [details(summary, list(items, { rank }))];
}

function snoozeHelp(shown: readonly Shown[], { at }: Pick<ScanResult, 'at'>): readonly Block[] {
  const example = shown.find(
    ({ action, finding }) => action === 'decide' && !isOfTerraform(finding) && redact(finding.id, false) === finding.id,
  );
  if (example === undefined) return [];
  const until = new Date(Date.parse(at) + SNOOZE_DAYS * DAY_MS).toISOString().slice(0, 10);
  const lines = ['snoozed:', `  ${example.finding.id}: { until: "${until}", reason: "..." }`];
  return [
    details(
      t`How to snooze a finding`,
      paragraph(t`Add it to ${codeText('team.yaml')} in a pull request. A finding that gets worse is reported again.`),
      { kind: 'code', language: 'yaml', lines },
    ),
  ];
}

function footerBlock(report: DriftReport, { scan }: Scanned, { since }: DriftIssueData, links: RunLinks): Block {
  const { checkEveryHours: hours } = report.settings;
  return {
    kind: 'footer',
    parts: [
      ...emulatorParts(report),
      t`First detected ${trusted(dateWords(since))}`,
      t`Last checked ${trusted(timeWords(scan.at))}`,
      ...(scan.credentialReportAt === null ? [] : [t`Key data from ${trusted(timeWords(scan.credentialReportAt))}`]),
      trusted(`Checked every ${hours === 1 ? 'hour' : `${formatCount(hours)} hours`}`),
      ...exceptedTexts(scan),
      t`Closes automatically when no drift remains`,
      ...runParts(links),
    ],
  };
}

function emulatorParts({ emulator }: DriftReport): readonly Text[] {
  return emulator ? [ON_EMULATOR] : [];
}

export function runParts({ runUrl }: RunLinks): readonly Text[] {
  return runUrl === null ? [] : [linkText(t`View workflow run`, runUrl)];
}

/** One short comment about what is new, since an edit notifies no one; null if nothing is. */
function commentBlocks(shown: readonly Shown[], previous: PreviousIssue | null): readonly Block[] | null {
  if (previous === null) return null;
  const decide = shown.filter(({ action }) => action === 'decide');
  const blocks: Block[] = [];
  if (!previous.isOpen) {
    const first = trusted(`Drift found again: ${counted(shown.length, 'finding')}.`);
    blocks.push(
      paragraph(
        sentences(
          strongText(first),
          trusted(needText(decide.length)),
          t`To accept one, change ${codeText('team.yaml')}.`,
        ),
      ),
      ...shortList(null, shown.map(lineOf)),
    );
  } else {
    blocks.push(...newBlocks(shown, previous.data));
  }
  return blocks.length === 0 ? null : blocks;
}

function newBlocks(shown: readonly Shown[], data: DriftIssueData | null): readonly Block[] {
  const known = new Set(digestsOf(data));
  // Without all digests of the last check, only the count can say that something is new.
  if (data === null || data.count > known.size) {
    const isMore = shown.length > (data?.count ?? 0);
    return isMore ? [paragraph(trusted(`Now ${counted(shown.length, 'finding')}.`))] : [];
  }
  const fresh = shown.filter(({ finding }) => !known.has(digestOf(finding.id)));
  if (fresh.length === 0) return [];
  const decide = fresh.filter(({ action }) => action === 'decide').length;
  const first = strongText(trusted(`${counted(fresh.length, 'new finding')}.`));
  return [paragraph(sentences(first, trusted(needText(decide)))), ...shortList(null, fresh.map(lineOf))];
}

function needText(count: number): string {
  if (count === 0) return 'No decision needed.';
  return `${formatCount(count)} ${count === 1 ? 'needs' : 'need'} a decision.`;
}

/** In bold, so that it does not begin a list. */
function numberText(number: number): Text {
  return strongText(trusted(`${number}.`));
}

function lineOf({ number, title, effect }: Shown): Text {
  return t`${numberText(number)} ${title}: ${effect}`;
}

function shortList(head: Text | null, items: readonly Text[]): readonly Block[] {
  if (items.length === 0) return [];
  const more = items.length - MOST_LISTED;
  const shown = more > 0 ? [...items.slice(0, MOST_LISTED), trusted(`… and ${formatCount(more)} more`)] : items;
  return [...(head === null ? [] : [paragraph(head)]), list(shown)];
}

function digestOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 12);
}

function digestsOf(data: DriftIssueData | null): readonly string[] {
  return data === null || data.findings === '' ? [] : data.findings.split(' ');
}

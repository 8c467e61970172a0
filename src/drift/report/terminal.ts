import type { DisplayNames } from '../../access/text/names.ts';
import type { NotChecked } from '../../aws/inventory/types.ts';
import { RISK_VERBS } from '../../catalog/mturk.ts';
import { padVisible, wrapVisible } from '../../text/columns.ts';
import { dateWords, timeWords } from '../../text/dates.ts';
import { visible } from '../../text/escape.ts';
import { counted, plainText, someTexts, type Text, t, trusted } from '../../text/text.ts';
import { type DriftFinding, isOpen, isPending, type ScanResult, worstEffect } from '../finding.ts';
import { ruleOf } from '../rules/rules.ts';
import {
  administratorTexts,
  CHANGED_BACK,
  changedBackTexts,
  EVENTS_UNREAD,
  exceptedTexts,
  type FindingView,
  findingView,
  pendingTitle,
  type ViewOptions,
} from './finding-view.ts';

export interface DriftLinesOptions {
  readonly width?: number;
  readonly reconcile?: ViewOptions['reconcile'];
  /** Whether CloudTrail answered. */
  readonly attributed?: boolean;
  /** Whether the file is older than what was applied last, so that nothing is known to wait for an apply. */
  readonly isFileOld?: boolean | undefined;
}

/** In a workflow's log: the issue says more, to those who may decide. */
const PUBLIC_NOTE =
  'A log is as public as its repository, so commands, finding IDs and names outside the lab are left out. For all of it, read the drift issue or run mturk-team drift on your own machine.';

const OLD_FILE = 'Not as in team.yaml here, which is older than the last apply (run git pull):';

/** What a finding does, in the table: the worst effect. */
function effectClass(finding: DriftFinding): string {
  const effect = worstEffect(finding);
  if (effect === null) return 'no change';
  if (effect === 'full-control') return 'full control';
  return effect === 'lost-access' ? 'lost access' : RISK_VERBS[effect].does;
}

/** One scan for a terminal, in lines of at most `width` cells: a table of findings, worst first, then each in detail. */
export function driftLines(scan: ScanResult, names: DisplayNames, options: DriftLinesOptions = {}): readonly string[] {
  const { width = 100, reconcile = 'none', attributed = false, isFileOld = false } = options;
  const { isPublic = false } = names;
  const view = (finding: DriftFinding) => findingView(finding, names, attributed, { reconcile, isPrivate: true });
  const indented = (text: string, indent = 2) =>
    wrapVisible(text, width - indent).map((line) => `${' '.repeat(indent)}${line}`);
  const first = scan.findings.find(({ rule }) => rule === 'nothing-applied');
  const shown = scan.findings.filter((finding) => finding !== first);
  const open = shown.filter(isOpen);
  const pending = shown.filter(isPending);
  const resolved = shown.filter(({ cause }) => cause === 'resolved');
  const short = (heading: string, findings: readonly DriftFinding[]) =>
    findings.length === 0
      ? []
      : [
          `  ${heading}`,
          ...findings.flatMap((finding) => {
            const { title, effect } = view(finding);
            if (isFileOld && isPending(finding)) return listItem(plainText(title), width);
            return listItem(plainText(finding.changes.length === 0 ? title : t`${title}: ${effect}`), width);
          }),
        ];
  const changedBack = changedBackTexts(scan, names, true).flatMap((text) => listItem(plainText(text), width));
  const paragraphs = [
    first === undefined ? [] : indented(plainText(pendingTitle(first, names))),
    indented(headingText(scan, names.lab, { open, pending, isNew: first !== undefined, isFileOld }), 0),
    open.length < 2 && !isPublic ? [] : driftTable(open, names, width),
    ...(isPublic
      ? [open.length === 0 ? [] : indented(PUBLIC_NOTE)]
      : open.map((finding, index) => detailLines(index + 1, finding.id, view(finding), width))),
    short(isFileOld ? OLD_FILE : 'Merged but not applied (mturk-team plan shows it):', pending),
    short('Changed manually, and now as in team.yaml:', resolved),
    changedBack.length === 0 || isPublic ? [] : [`  ${CHANGED_BACK}:`, ...changedBack],
    scan.eventsComplete || !attributed ? [] : indented(plainText(EVENTS_UNREAD)),
    credentialNote(scan, indented),
    snoozeLines(scan, width),
    exceptedTexts(scan).flatMap((text) => indented(plainText(t`${text}.`))),
    administratorLine(scan, names, indented),
    scan.notChecked.flatMap((each) => indented(notCheckedText(each))),
    scan.planned ? [] : indented(quickText(scan)),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

/** The rows `1 spends money  Bo Chen added to paymaster`. */
function driftTable(findings: readonly DriftFinding[], names: DisplayNames, width: number): readonly string[] {
  const digits = String(findings.length).length;
  const widest = Math.max(...findings.map((finding) => effectClass(finding).length));
  return findings.flatMap((finding, index) => {
    const head = `  ${String(index + 1).padStart(digits)} ${padVisible(effectClass(finding), widest)}  `;
    const { title } = findingView(finding, names, false);
    return wrapVisible(plainText(title), width - head.length).map(
      (line, at) => `${at === 0 ? head : ' '.repeat(head.length)}${line}`,
    );
  });
}

function detailLines(number: number, id: string, view: FindingView, width: number): readonly string[] {
  const { title, effect, detail, by, toFix, commands, ifIntended } = view;
  const head = `  ${number}. `;
  const indent = ' '.repeat(head.length);
  const wrapped = (text: Text, label = '') =>
    wrapVisible(`${label}${plainText(text)}`, width - head.length).map((line) => `${indent}${line}`);
  const [first = '', ...rest] = wrapped(title);
  return [
    `${head}${first.slice(indent.length)}`,
    ...rest,
    ...wrapped(t`${effect}.`),
    ...(detail === null ? [] : wrapped(detail)),
    ...(by === null ? [] : wrapped(by, 'By: ')),
    ...wrapped(toFix, 'To fix: '),
    ...commands.map((command) => `${indent}  ${command}`),
    ...(ifIntended === null ? [] : wrapped(ifIntended, 'If intended: ')),
    `${indent}[${visible(id)}]`,
  ];
}

function listItem(text: string, width: number): readonly string[] {
  return wrapVisible(text, width - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`);
}

function headingText(
  scan: ScanResult,
  lab: string,
  {
    open,
    pending,
    isNew,
    isFileOld,
  }: {
    readonly open: readonly DriftFinding[];
    readonly pending: readonly DriftFinding[];
    readonly isNew: boolean;
    readonly isFileOld: boolean;
  },
): string {
  if (open.length > 0) {
    const spending = open.filter(isSpending).length;
    const money = spending === 0 ? '' : `, ${spending} ${spending === 1 ? 'allows' : 'allow'} spending`;
    return `Drift in ${lab}: ${counted(open.length, 'finding')}${money}`;
  }
  if (isNew) return `${lab}: nothing has been applied yet.`;
  if (pending.length > 0 && isFileOld) return `${lab}: no drift from what was applied last.`;
  if (pending.length > 0) return `${lab}: no drift; ${counted(pending.length, 'change')} not applied yet.`;
  if (scan.notChecked.length > 0) return `${lab}: no drift in what was checked.`;
  if (scan.snoozed.length > 0) return `${lab}: no drift, except ${counted(scan.snoozed.length, 'snoozed finding')}.`;
  return `${lab}: no drift. AWS matches team.yaml.`;
}

/** One more key lets no other person spend. */
function isSpending({ risk, rule }: DriftFinding): boolean {
  return risk === 'spends' && rule !== 'too-many-access-keys' && rule !== 'key-used-after-leaving';
}

function credentialNote(
  { findings, credentialReportAt: at }: ScanResult,
  indented: (text: string) => readonly string[],
): readonly string[] {
  if (at === null || !findings.some((finding) => ruleOf(finding).usesCredentialReport)) return [];
  return indented(`Key data from ${timeWords(at)}.`);
}

function administratorLine(
  scan: ScanResult,
  names: DisplayNames,
  indented: (text: string) => readonly string[],
): readonly string[] {
  const texts = administratorTexts(scan, names);
  const count = counted(scan.administrators.length, 'user or role', 'users and roles');
  if (scan.administrators.length === 0) return [];
  const who = texts.length === 0 ? t`` : t`: ${someTexts(texts)}`;
  return indented(plainText(t`Can do everything in the account, not reported: ${trusted(count)}${who}.`));
}

function snoozeLines({ snoozed, unusedSnoozes, findings }: ScanResult, width: number): readonly string[] {
  const open = new Set(findings.map(({ id }) => id));
  const passed = unusedSnoozes.filter((id) => open.has(id));
  const unused = unusedSnoozes.filter((id) => !open.has(id));
  const ids = (heading: string, list: readonly string[]) =>
    list.length === 0 ? [] : [`  ${heading}`, ...list.flatMap((id) => listItem(visible(id), width))];
  return [
    ...(snoozed.length === 0 ? [] : ['  Snoozed in team.yaml:']),
    ...snoozed.flatMap(({ finding, until, reason }) =>
      listItem(visible(`${finding.id}, until ${dateWords(until)}: ${reason}`), width),
    ),
    ...ids('Snoozed until a day that has passed, and reported again:', passed),
    ...ids('Unused snoozes; remove them from team.yaml:', unused),
  ];
}

/** What was not checked, and why. */
export function notCheckedText({ what, failure }: NotChecked): string {
  return visible(`Not checked: ${what} (${'reason' in failure.args ? failure.args.reason : failure.code})`);
}

function quickText({ findings }: ScanResult): string {
  const unknown = findings.some(({ cause }) => cause === 'unknown')
    ? ' No apply is on record, so manual changes and changes that are not applied look alike.'
    : '';
  return `Quick check: SSH keys, the newest access keys and Terraform's plan were not checked.${unknown}`;
}

import { type DisplayNames, named, userText } from '../../access/text/names.ts';
import type { NotChecked } from '../../aws/types.ts';
import { type Announcement, ripeFrom } from '../../review/rule/announcements.ts';
import { iamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { timeWords } from '../../text/dates.ts';
import { type Block, details, heading, list, paragraph } from '../../text/document.ts';
import { visible } from '../../text/escape.ts';
import { printTerminal } from '../../text/terminal.ts';
import {
  codeText,
  counted,
  countedText,
  plainText,
  proseText,
  sentences,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { type DriftFinding, isPending, type ScanResult } from '../finding.ts';
import { ruleOf } from '../rules/rules.ts';
import {
  driftBlocks,
  driftTitle,
  exceptedTexts,
  otherBlocks,
  PREVENT_GIVING_BACK,
  pendingTexts,
  shownFindings,
} from './drift-blocks.ts';
import { findingView, type ViewOptions } from './finding-view.ts';
import { reminderBlocks } from './reminders.ts';

export interface DriftLinesOptions extends Omit<ViewOptions, 'isPrivate'> {
  readonly width?: number;
  readonly color?: boolean;
  /** Whether the file is older than what was applied last, so that nothing is known to wait for an apply. */
  readonly isFileOld?: boolean | undefined;
  readonly people?: Parameters<typeof reminderBlocks>[0];
}

/** In a workflow's log: the issue says more, to those who may decide. */
const PUBLIC_NOTE = t`A log is as public as its repository, so commands, finding IDs and names outside the lab are left out. For all of it, read the drift issue or run ${codeText('mturk-team drift')} on your own machine.`;

/** One scan for a terminal, in lines of at most `width` cells. */
export function driftLines(scan: ScanResult, names: DisplayNames, given: DriftLinesOptions = {}): readonly string[] {
  const { width = 100, color = false, isFileOld = false, people = null, ...rest } = given;
  const options = { ...rest, isPrivate: true };
  const shown = shownFindings(scan, names, options);
  const pending = pendingTexts(scan, names, rest.announcements ?? []);
  const waiting = isFileOld
    ? t`An apply of ${codeText('team.yaml')} here, which is older than the last apply (run ${codeText('git pull')}), would:`
    : t`Merged but not applied (${codeText('mturk-team plan')} shows it):`;
  const isNew = scan.findings.some(({ rule }) => rule === 'nothing-applied');
  const blocks: readonly Block[] = [
    heading(2, shown.length > 0 ? driftTitle(shown, names) : noDriftText(scan, names.lab, isFileOld)),
    ...driftBlocks(scan, shown, names, options),
    ...(names.isPublic === true && shown.length > 0 ? [paragraph(PUBLIC_NOTE)] : []),
    ...(pending.length === 0 ? [] : isNew ? pending.map(paragraph) : [details(waiting, list(pending))]),
    ...otherBlocks(scan, names, options),
    ...scan.notChecked.map((each) => paragraph(proseText(notCheckedText(each)))),
    paragraph(sentences(...[keyDataText(scan), ...exceptedTexts(scan)].map((text) => text && t`${text}.`))),
    paragraph(scan.planned ? t`` : quickText(scan)),
    ...(people === null || names.isPublic === true ? [] : reminderBlocks(people)),
  ];
  return printTerminal(blocks, width, color);
}

function noDriftText(scan: ScanResult, lab: string, isFileOld: boolean): Text {
  const pending = scan.findings.filter(isPending);
  const words = () => {
    if (pending.some(({ rule }) => rule === 'nothing-applied')) return 'nothing has been applied yet';
    if (pending.length > 0 && isFileOld) return 'no drift from what was applied last';
    if (pending.length > 0) return `no drift; ${counted(pending.length, 'change')} not applied yet`;
    if (scan.notChecked.length > 0) return 'no drift in what was checked';
    if (scan.snoozed.length > 0) return `no drift, except ${counted(scan.snoozed.length, 'snoozed finding')}`;
    return null;
  };
  const known = words();
  return known === null
    ? t`${trusted(lab)}: no drift. AWS matches ${codeText('team.yaml')}.`
    : trusted(`${lab}: ${known}.`);
}

function keyDataText({ findings, credentialReportAt: at }: ScanResult): Text | null {
  if (at === null || !findings.some((finding) => ruleOf(finding).usesCredentialReport)) return null;
  return t`Key data from ${trusted(timeWords(at))}`;
}

export function notCheckedText({ what, failure }: NotChecked): string {
  return visible(`Not checked: ${what} (${'reason' in failure.args ? failure.args.reason : failure.code})`);
}

function quickText({ findings }: ScanResult): Text {
  const isUnknown = findings.some(({ cause }) => cause === 'unknown');
  return sentences(
    t`Quick check: SSH keys, the newest access keys and Terraform's plan were not checked.`,
    isUnknown ? t`No apply is on record, so manual changes and changes that are not applied look alike.` : null,
  );
}

/** `drift --json`, version 1: the scan as data, each finding with its text. */
export function driftJson(scan: ScanResult, team: Team, names: DisplayNames): Record<string, unknown> {
  const options = { reconcile: team.settings.reconcile, isPrivate: true };
  const finding = (each: DriftFinding) => {
    const { title, effect, detail, toFix, ifIntended, commands } = findingView(each, names, options);
    const text = Object.fromEntries(
      Object.entries({ title, effect, detail, toFix, ifIntended }).map(([name, value]) => [
        name,
        value && plainText(value),
      ]),
    );
    const changes = each.changes.map(({ user, operations: { gained, lost }, worstGain, conditional, ...days }) => ({
      ...{ user, ...named(user, names), gained, lost, worstGain, conditional },
      ...{ starts: days.starts, ends: days.ends, suspended: days.suspended },
    }));
    return { ...each, changes, text, commands };
  };
  return {
    version: 1,
    lab: team.lab,
    account: team.account,
    drift: {
      ...scan,
      findings: scan.findings.map(finding),
      snoozed: scan.snoozed.map((snooze) => ({ ...snooze, finding: finding(snooze.finding) })),
      notChecked: scan.notChecked.map(({ what, failure: { code, args } }) => ({ what, code, args })),
    },
  };
}

export interface Reconciled {
  /** Whether `settings.reconcile` of the applied team is `none`. */
  readonly isOff?: true;
  /** Whether something is due, and no check of the last hour that asked CloudTrail shows it to people. */
  readonly isNotShown?: true;
  /** Steps of Terraform; 0 if nothing was to be done. */
  readonly steps: number;
  /** What was given back, and whose users were deleted. */
  readonly done: readonly Announcement[];
  /** What a later check gives back or deletes. */
  readonly announcements: readonly Announcement[];
}

const NOT_SHOWN = t`Nothing new is announced, given back or deleted, because no check of the last hour that asked CloudTrail shows it.`;

/** What a reconcile did, and what a later one gives back or deletes. */
export function reconciledBlocks(
  { isOff, isNotShown, steps, done, announcements }: Reconciled,
  names: DisplayNames,
): readonly Block[] {
  const what = (each: Announcement): Text => {
    const user = userText(iamName(names.lab, each.key), names);
    if (each.kind === 'deletion') return t`IAM user of ${user}`;
    if (each.kind === 'missing') return t`${user}: a new IAM user, without the old keys`;
    return t`${user}: ${countedText(each.operations.length, 'operation')}`;
  };
  const isGift = ({ kind }: Announcement) => kind !== 'deletion';
  const items = [
    ...done.map((each) => t`${trusted(isGift(each) ? 'Given back' : 'Deleted')}: ${what(each)}`),
    ...announcements.map((each) => {
      const later = trusted(
        `${isGift(each) ? 'give back' : 'delete'} after ${timeWords(ripeFrom(each).toISOString())}`,
      );
      return t`Announced: reconcile will ${later}: ${what(each)}`;
    }),
  ];
  const off = t`nothing applied, because ${codeText('settings.reconcile')} of the applied team is ${codeText('none')}`;
  const did = isOff ? off : steps === 0 ? t`nothing to apply` : t`applied ${countedText(steps, 'step')}`;
  return [
    paragraph(t`Reconcile: ${did}.`),
    list(items),
    paragraph(isNotShown ? NOT_SHOWN : t``),
    paragraph(announcements.some(isGift) ? PREVENT_GIVING_BACK : t``),
  ];
}

import { userText } from '../../access/text/names.ts';
import { isDanger } from '../../catalog/mturk.ts';
import { ripeFrom } from '../../review/rule/announcements.ts';
import { iamName } from '../../team/names.ts';
import { DAY_MS, dateWords, HOUR_MS, timeWords } from '../../text/dates.ts';
import { alert, type Block, codeBlock, details, footer, list, ON_EMULATOR, paragraph } from '../../text/document.ts';
import { redact } from '../../text/escape.ts';
import {
  codeText,
  counted,
  countedText,
  formatCount,
  joinTexts,
  linkText,
  markdownText,
  sentences,
  strongText,
  TEAM_FILE,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { isPending, isSnoozable, type ScanResult, worstEffect } from '../finding.ts';
import {
  changedBackBlocks,
  driftBlocks,
  driftTitle,
  dueDeletion,
  exceptedTexts,
  lineOf,
  otherBlocks,
  pendingTexts,
  type Shown,
  shownFindings,
} from './drift-blocks.ts';
import { findingTitle, type ViewOptions, worstText } from './finding-view.ts';
import { type DriftIssueData, newFindingIds, nextData, type PreviousIssue } from './issue-data.ts';
import { decisionsText, reminderBlocks } from './reminders.ts';
import { type DriftReport, namingOfReport, newestScan, type Scanned } from './report.ts';

/** Where the drift workflow ran; null if unknown. */
export interface RunLinks {
  readonly runUrl: string | null;
  /** `https://github.com/perception-lab/team` */
  readonly repository: string | null;
}

export interface IssueText {
  readonly title: string;
  readonly blocks: readonly Block[];
}

const MOST_LISTED = 10;
const SNOOZE_DAYS = 30;

/** The issue about drift; null if no drift remains. What is new, in a comment, is decided from the ids in `previous`. */
export function driftIssue(report: DriftReport, previous: PreviousIssue | null, links: RunLinks) {
  const newest = newestScan(report);
  if (newest === null) return null;
  const { scan } = newest;
  const [names, options] = [namingOfReport(report), optionsOf(report, newest)];
  const shown = shownFindings(scan, names, options);
  const decisions = decisionsText(report);
  if (shown.length === 0 && decisions === null) return null;
  const known = previous?.isOpen === true ? previous.data : null;
  const ids = shown.map(({ finding }) => finding.id);
  const data = nextData(ids, known, report.at.slice(0, 10), scan.notChecked.length === 0);
  return {
    title: markdownText(
      shown.length === 0 ? t`Reminders for ${trusted(report.lab)}: ${decisions ?? t``}` : driftTitle(shown, names),
      false,
    ),
    blocks: [
      ...(shown.length === 0 ? [paragraph(noDriftText(scan))] : driftBlocks(scan, shown, names, options)),
      ...reminderBlocks(report),
      ...otherBlocks(scan, names, options),
      ...snoozeHelp(shown, scan),
      footerBlock(report, newest, data, links),
    ],
    data,
    comment: previous === null || shown.length === 0 ? null : commentBlocks(shown, previous),
  };
}

function optionsOf({ settings, announcements, ...report }: DriftReport, { isAttributed }: Scanned): ViewOptions {
  const { isInterrupted = false, at } = report;
  const revertedBy = new Date(Date.parse(at) + settings.checkEveryHours * HOUR_MS).toISOString();
  return { reconcile: settings.reconcile, announcements, isAttributed, isInterrupted, revertedBy };
}

export function closingBlocks(report: DriftReport, links: RunLinks): readonly Block[] {
  const newest = newestScan(report);
  if (newest === null) return [];
  const { snoozed, findings } = newest.scan;
  const isSnoozed = `${counted(snoozed.length, 'finding')} ${snoozed.length === 1 ? 'is' : 'are'} snoozed.`;
  const text = sentences(
    noDriftText(newest.scan),
    snoozed.length === 0 ? null : trusted(isSnoozed),
    findings.some(isPending) ? t`Some changes are merged but not applied; another issue lists them.` : null,
    joinTexts(
      [...(report.emulator ? [ON_EMULATOR] : []), t`Checked ${trusted(timeWords(report.at))}`, ...runParts(links)],
      ' · ',
    ),
  );
  return [paragraph(text), ...changedBackBlocks(newest.scan, namingOfReport(report), optionsOf(report, newest))];
}

function noDriftText({ notChecked }: Pick<ScanResult, 'notChecked'>): Text {
  return strongText(notChecked.length === 0 ? t`No drift remains.` : t`No drift in what was checked.`);
}

const RUN_APPLY = t`run the apply workflow (Actions, ${codeText('apply')}, Run workflow). If it stops, another issue says why.`;

/** The note about what is merged and not applied, users to be deleted included; null if there is none. */
export function notAppliedIssue(report: DriftReport, links: RunLinks): IssueText | null {
  const scan = newestScan(report)?.scan;
  const pending = scan?.findings.filter(isPending) ?? [];
  const [worst] = pending;
  if (scan === undefined || worst === undefined) return null;
  const names = namingOfReport(report);
  const items = pendingTexts(scan, names, report.announcements);
  const causes = pending.map(({ cause }) => cause);
  const clause = isDanger(worstEffect(worst)) ? worstText(worst, names) : null;
  const first = clause === null ? findingTitle(worst, names) : t`${clause.who} still ${clause.can}`;
  const more = items.length === 1 ? '' : `; ${counted(items.length - 1, 'more change')}`;
  const due = pending.flatMap((finding) => dueDeletion(finding, names, report.announcements) ?? []);
  const text = sentences(
    strongText(
      t`${countedText(items.length, 'change')} of ${TEAM_FILE} ${trusted(items.length === 1 ? 'is' : 'are')} not applied.`,
    ),
    clause === null ? t`Until then, access stays as it was.` : t`Until then, ${strongText(clause.who)} ${clause.can}.`,
    ...due.map((each) => {
      const who = userText(iamName(report.lab, each.key), names);
      return t`${strongText(t`Reconcile deletes the IAM user of ${who}`)} after ${trusted(timeWords(ripeFrom(each).toISOString()))}.`;
    }),
  );
  return {
    title: markdownText(t`Merged but not applied in ${trusted(report.lab)}: ${first}${trusted(more)}`, false),
    blocks: [
      alert(clause === null && due.length === 0 ? 'note' : 'warning', text),
      list(items, {
        rank: 1,
        omitted: (from) =>
          t`… and ${trusted(counted(items.length - from, 'more change'))}; ${codeText('mturk-team plan')} lists all.`,
      }),
      ...(causes.includes('pending') ? [toFix(RUN_APPLY)] : []),
      ...(causes.includes('expired') ? [paragraph(t`Only reconcile deletes IAM users whose access ended.`)] : []),
      checkedFooter(report.at, t`Closes automatically after the apply`, links),
    ],
  };
}

export function toFix(text: Text): Block {
  return paragraph(sentences(strongText(t`To fix:`), text));
}

export function checkedFooter(at: string, closes: Text, links: RunLinks): Block {
  return footer(t`Checked ${trusted(timeWords(at))}`, closes, ...runParts(links));
}

function snoozeHelp(shown: readonly Shown[], { at }: Pick<ScanResult, 'at'>): readonly Block[] {
  const example = shown.find(
    ({ action, finding }) => action === 'decide' && isSnoozable(finding) && redact(finding.id, false) === finding.id,
  );
  if (example === undefined) return [];
  const until = new Date(Date.parse(at) + SNOOZE_DAYS * DAY_MS).toISOString().slice(0, 10);
  const lines = ['snoozed:', `  ${example.finding.id}: { until: "${until}", reason: "..." }`];
  return [
    details(
      t`How to snooze a finding`,
      paragraph(t`Add it to ${codeText('team.yaml')} in a pull request. A finding that gets worse is reported again.`),
      codeBlock('yaml', lines),
    ),
  ];
}

function footerBlock(report: DriftReport, { scan }: Scanned, { since }: DriftIssueData, links: RunLinks): Block {
  const { checkEveryHours: hours } = report.settings;
  return footer(
    ...(report.emulator ? [ON_EMULATOR] : []),
    t`First detected ${trusted(dateWords(since))}`,
    t`Last checked ${trusted(timeWords(scan.at))}`,
    ...(scan.credentialReportAt === null ? [] : [t`Key data from ${trusted(timeWords(scan.credentialReportAt))}`]),
    trusted(`Checked every ${hours === 1 ? 'hour' : `${formatCount(hours)} hours`}`),
    ...exceptedTexts(scan),
    t`Closes automatically when no drift remains${trusted(decisionsText(report) === null ? '' : ', and no key or review waits for a decision')}`,
    ...runParts(links),
  );
}

export function runParts({ runUrl }: RunLinks): readonly Text[] {
  return runUrl === null ? [] : [linkText(t`View workflow run`, runUrl)];
}

/** One short comment about what is new, since an edit notifies no one; null if nothing is. */
function commentBlocks(shown: readonly Shown[], { isOpen, data }: PreviousIssue): readonly Block[] | null {
  if (!isOpen) {
    const accept = t`To accept one, change ${codeText('team.yaml')}.`;
    return newsBlocks(trusted(`Drift found again: ${counted(shown.length, 'finding')}.`), shown, accept);
  }
  const ids = shown.map(({ finding }) => finding.id);
  const fresh = newFindingIds(ids, data);
  if (fresh === null) {
    const isMore = shown.length > (data?.count ?? 0);
    return isMore ? [paragraph(trusted(`Now ${counted(shown.length, 'finding')}.`))] : null;
  }
  if (fresh.length === 0) return null;
  const news = shown.filter(({ finding }) => fresh.includes(finding.id));
  return newsBlocks(trusted(`${counted(news.length, 'new finding')}.`), news, null);
}

function newsBlocks(first: Text, shown: readonly Shown[], last: Text | null): readonly Block[] {
  const decide = shown.filter(({ action }) => action === 'decide').length;
  const need =
    decide === 0 ? t`No decision needed.` : t`${decide} ${trusted(decide === 1 ? 'needs' : 'need')} a decision.`;
  const more = shown.length - MOST_LISTED;
  const rest = more > 0 ? [t`… and ${more} more`] : [];
  return [
    paragraph(sentences(strongText(first), need, last)),
    list([...shown.slice(0, MOST_LISTED).map(lineOf), ...rest]),
  ];
}

import { ripeFrom } from '../../review/rule/announcements.ts';
import { timeWords } from '../../text/dates.ts';
import { type Block, list, paragraph } from '../../text/document.ts';
import { codeText, counted, sentences, strongText, type Text, t, trusted } from '../../text/text.ts';
import { type DriftFinding, isPending } from '../finding.ts';
import { newestScan, type RunLinks, runParts } from './drift-issue.ts';
import { findingView, pendingTitle } from './finding-view.ts';
import { type DriftReport, namingOfReport } from './report.ts';

/** When reconcile deletes the user of a member whose access has ended. */
function dueText({ rule, data }: DriftFinding, { announcements, names }: DriftReport): Text {
  const key = rule === 'unmanaged-user' ? names[data.user]?.key : undefined;
  const next = announcements.find((each) => each.kind === 'deletion' && each.key === key);
  return next === undefined ? t`` : t`; reconcile does it after ${trusted(timeWords(ripeFrom(next).toISOString()))}`;
}

/** The note about what is merged and not applied, users to be deleted included; null if there is none. */
export function notAppliedIssue(
  report: DriftReport,
  links: RunLinks,
): { readonly title: string; readonly blocks: readonly Block[] } | null {
  const newest = newestScan(report);
  const pending = newest?.scan.findings.filter(isPending) ?? [];
  if (newest === null || pending.length === 0) return null;
  const naming = namingOfReport(report);
  const items = pending.map((finding) => {
    const { effect } = findingView(finding, naming, newest.isAttributed);
    const title = t`${pendingTitle(finding, naming)}${dueText(finding, report)}`;
    return finding.changes.length === 0 ? title : t`${title}: ${effect}`;
  });
  const count = counted(pending.length, 'change');
  return {
    title: `Merged but not applied in ${report.lab}: ${count}`,
    blocks: [
      {
        kind: 'alert',
        level: 'note',
        lines: [
          sentences(
            strongText(
              t`${trusted(count)} of ${codeText('team.yaml')} ${pending.length === 1 ? t`is` : t`are`} not applied.`,
            ),
            t`Until then, access stays as it was.`,
          ),
        ],
      },
      list(items, {
        rank: 1,
        omitted: (from) =>
          t`… and ${trusted(counted(pending.length - from, 'more change'))}; ${codeText('mturk-team plan')} lists all.`,
      }),
      paragraph(
        sentences(
          strongText(t`To fix:`),
          t`run the apply workflow (Actions, ${codeText('apply')}, Run workflow).`,
          t`If it stops, another issue says why.`,
        ),
      ),
      {
        kind: 'footer',
        parts: [
          t`Checked ${trusted(timeWords(newest.scan.at))}`,
          t`Closes automatically after the apply`,
          ...runParts(links),
        ],
      },
    ],
  };
}

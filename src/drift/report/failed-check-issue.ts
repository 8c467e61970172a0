import type { NotChecked } from '../../aws/types.ts';
import type { Failure, FailureReason } from '../../diagnostics/failure.ts';
import type { WorkflowRole } from '../../team/names.ts';
import { timeWords } from '../../text/dates.ts';
import { alert, type Block, footer, list, paragraph } from '../../text/document.ts';
import { failureProblem, reasonProblem } from '../../text/failures/failures.ts';
import { problemBlocks } from '../../text/problem.ts';
import {
  codeText,
  counted,
  proseText,
  sentence,
  sentences,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { type IssueText, type RunLinks, runParts, toFix } from './drift-issue.ts';
import { notCheckedText } from './terminal.ts';

/** A job after the check, with an issue of its own if it fails. */
export type LaterJob = 'reconcile' | 'keys';

/** Why the account was not checked, or not wholly, or a later job failed. */
export type FailedCheck =
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'incomplete'; readonly notChecked: readonly NotChecked[] }
  /** A job ended without report.json; `details` say why a file cannot be used. */
  | { readonly kind: 'no-report'; readonly reason: FailureReason; readonly details: readonly string[] }
  | { readonly kind: LaterJob; readonly reason: FailureReason };

/** What is called failed, and what that means for people. */
export const LATER_JOBS: Readonly<Record<LaterJob, { readonly title: string; readonly effect: Text }>> = {
  reconcile: {
    title: 'Reconcile',
    effect: sentences(strongText(t`Manual changes can be in force.`), t`An open drift issue lists them; act on each.`),
  },
  keys: {
    title: 'Sync of access keys',
    effect: sentences(
      strongText(t`A member can be without an access key that is due.`),
      t`Keys that were delivered before still work.`,
    ),
  },
};

/** The issue about a failed drift check or a job after it. Errors are never reported as drift. */
export function failedCheckIssue(
  failed: FailedCheck,
  { lab, at }: { readonly lab: string | null; readonly at: string },
  links: RunLinks,
): IssueText {
  const isIncomplete = failed.kind === 'incomplete';
  const items = isIncomplete ? failed.notChecked.map((each) => proseText(notCheckedText(each))) : [];
  const later = failed.kind === 'reconcile' || failed.kind === 'keys' ? LATER_JOBS[failed.kind] : null;
  const where = lab === null ? '' : ` in ${lab}`;
  const unknown = isIncomplete ? 'Part of the account was not checked' : 'The account was not checked';
  return {
    title: isIncomplete
      ? `Drift check incomplete${where}: ${counted(items.length, 'item')} not checked`
      : `${later?.title ?? 'Drift check'} failed${where}`,
    blocks: [
      alert(
        'warning',
        later?.effect ??
          sentences(
            strongText(trusted(`${unknown}, so new drift is not detected.`)),
            t`Nothing was changed. An open drift issue shows the last results.`,
          ),
      ),
      list(items, { rank: 1, omitted: (from) => trusted(`… and ${counted(items.length - from, 'more item')}`) }),
      ...explanation(failed),
      footer(
        trusted(timeWords(at)),
        t`Closes automatically after the next successful ${trusted(later?.title.toLowerCase() ?? 'check')}`,
        ...runParts(links),
      ),
    ],
  };
}

/** The fix if AWS denies a job its role, or the role what it needs. */
function restoreRole(role: WorkflowRole): Text {
  return t`ask an administrator to run ${codeText('mturk-team bootstrap')}, which restores the role ${codeText(role)} and its permissions. Then run the drift workflow again.`;
}

function explanation(failed: FailedCheck): readonly Block[] {
  switch (failed.kind) {
    case 'failed':
      return [
        ...problemBlocks(failureProblem(failed.failure, 'workflow')),
        paragraph(t`Code: ${codeText(failed.failure.code)}`),
      ];
    case 'incomplete': {
      const isDenied = failed.notChecked.some(({ failure }) => failure.code === 'credentials-denied');
      return [toFix(isDenied ? restoreRole('scan') : t`run the drift workflow again.`)];
    }
    case 'no-report':
    case 'reconcile':
    case 'keys': {
      const { summary, reason } = reasonProblem(failed.reason);
      const details = failed.kind === 'no-report' ? failed.details : [];
      return [
        paragraph(sentences(strongText(t`Why:`), sentence(summary), sentence(reason), ...details.map(proseText))),
        toFix(
          failed.kind === 'keys' && failed.reason === 'credentials-failed'
            ? restoreRole('keys')
            : t`read the log (${codeText(failed.reason)}), fix the cause and run the drift workflow again.`,
        ),
      ];
    }
  }
}

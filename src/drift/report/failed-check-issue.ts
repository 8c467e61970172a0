import type { NotChecked } from '../../aws/types.ts';
import type { Failure, FailureReason } from '../../diagnostics/failure.ts';
import { timeWords } from '../../text/dates.ts';
import { alert, type Block, footer, list, paragraph } from '../../text/document.ts';
import { failureProblem, reasonProblem } from '../../text/failures/failures.ts';
import { problemBlocks } from '../../text/problem.ts';
import { codeText, counted, proseText, sentence, sentences, strongText, t, trusted } from '../../text/text.ts';
import { type IssueText, type RunLinks, runParts, toFix } from './drift-issue.ts';
import { notCheckedText } from './terminal.ts';

/** Why the account was not checked, or not wholly, or not reconciled. */
export type FailedCheck =
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'incomplete'; readonly notChecked: readonly NotChecked[] }
  /** A job ended without report.json; `details` say why a file cannot be used. */
  | { readonly kind: 'no-report'; readonly reason: FailureReason; readonly details: readonly string[] }
  /** The account was checked, and reconcile failed. */
  | { readonly kind: 'reconcile'; readonly reason: FailureReason };

/** The issue about a failed drift check or reconcile. Errors are never reported as drift. */
export function failedCheckIssue(
  failed: FailedCheck,
  { lab, at }: { readonly lab: string | null; readonly at: string },
  links: RunLinks,
): IssueText {
  const isIncomplete = failed.kind === 'incomplete';
  const items = isIncomplete ? failed.notChecked.map((each) => proseText(notCheckedText(each))) : [];
  const isReconcile = failed.kind === 'reconcile';
  const where = lab === null ? '' : ` in ${lab}`;
  const unknown = isIncomplete ? 'Part of the account was not checked' : 'The account was not checked';
  return {
    title: isIncomplete
      ? `Drift check incomplete${where}: ${counted(items.length, 'item')} not checked`
      : `${isReconcile ? 'Reconcile' : 'Drift check'} failed${where}`,
    blocks: [
      alert(
        'warning',
        isReconcile
          ? sentences(strongText(t`Manual changes can be in force.`), t`An open drift issue lists them; act on each.`)
          : sentences(
              strongText(trusted(`${unknown}, so new drift is not detected.`)),
              t`Nothing was changed. An open drift issue shows the last results.`,
            ),
      ),
      list(items, { rank: 1, omitted: (from) => trusted(`… and ${counted(items.length - from, 'more item')}`) }),
      ...explanation(failed),
      footer(
        trusted(timeWords(at)),
        t`Closes automatically after the next successful ${trusted(isReconcile ? 'reconcile' : 'check')}`,
        ...runParts(links),
      ),
    ],
  };
}

const PERMISSIONS = t`ask an administrator to run ${codeText('mturk-team bootstrap')}, which restores the permissions of the role ${codeText('scan')}. Then run the drift workflow again.`;

function explanation(failed: FailedCheck): readonly Block[] {
  switch (failed.kind) {
    case 'failed':
      return [
        ...problemBlocks(failureProblem(failed.failure, 'workflow')),
        paragraph(t`Code: ${codeText(failed.failure.code)}`),
      ];
    case 'incomplete': {
      const isDenied = failed.notChecked.some(({ failure }) => failure.code === 'credentials-denied');
      return [toFix(isDenied ? PERMISSIONS : t`run the drift workflow again.`)];
    }
    case 'no-report':
    case 'reconcile': {
      const { summary, reason } = reasonProblem(failed.reason);
      const details = failed.kind === 'no-report' ? failed.details : [];
      return [
        paragraph(sentences(strongText(t`Why:`), sentence(summary), sentence(reason), ...details.map(proseText))),
        toFix(t`read the log (${codeText(failed.reason)}), fix the cause and run the drift workflow again.`),
      ];
    }
  }
}

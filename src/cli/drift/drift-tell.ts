import type { Failure, Result } from '../../diagnostics/failure.ts';
import { reasonOf } from '../../diagnostics/pipeline-reason.ts';
import { writeDriftReport, writeReconcileResult } from '../../drift/report/report-file.ts';
import { findingLine } from '../../drift/text/item.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { readTeamFile } from '../../team/parse/read-team-file.ts';
import { failureText } from '../../text/failures/failures.ts';
import { redact } from '../../text/redact.ts';
import type { DriftOptions } from '../commands/drift.ts';
import type { Account } from '../session/open-account.ts';
import { momentOf } from '../session/read-team.ts';
import { driftReportOf, failedReport } from './drift-report.ts';
import type { Looked } from './look.ts';
import type { Reconciled } from './reconcile.ts';

type Told = Pick<DriftOptions, 'file' | 'today' | 'report' | 'result'>;

/** For the jobs after this one: what was found, as a file and as outputs of the step. */
export async function tellLook(options: Told, looked: Looked, { team, today, at }: Account): Promise<void> {
  const report = await driftReportOf(looked, { team, file: options.file, today, at }, process.env);
  if (options.report !== null) await writeDriftReport(options.report, report);
  writeOutputs(process.env, {
    class: report.class,
    fingerprint: report.fingerprint,
    reconcile: String(report.reconcile && report.undo > 0),
    ...(report.class === 'error' ? { 'failure-reason': 'drift-check-failed' } : {}),
  });
}

/** The same where nobody could look; without a failure it was the team file, and the workflow has said so before. */
export async function tellFailedLook(options: Told, failure: Failure | null): Promise<void> {
  const { team } = await readTeamFile(options.file, { today: options.today });
  if (team !== null) {
    const { file, today } = options;
    const report = await failedReport(failure, { team, file, today, at: momentOf(today) }, process.env);
    if (options.report !== null) await writeDriftReport(options.report, report);
    if (options.result !== null && failure !== null) {
      const reason = redact(failureText(failure), false);
      await writeReconcileResult(options.result, { version: 1, outcome: 'failed', reason, undone: [], report: null });
    }
  }
  const reason = failure === null ? 'validate-failed' : lookReason(failure);
  writeOutputs(process.env, { class: 'error', reconcile: 'false', 'failure-reason': reason });
}

/** What became of what was to be put right, with the look after it where something was. */
export async function tellReconciled(
  options: Told,
  ending: Reconciled,
  { team, today, at, naming }: Pick<Account, 'team' | 'today' | 'at' | 'naming'>,
  after: Result<Looked> | null,
): Promise<void> {
  if (options.result !== null) {
    const origin = { team, file: options.file, today, at };
    const undone = ending.outcome === 'done' ? ending.undone : [];
    await writeReconcileResult(options.result, {
      version: 1,
      outcome: ending.outcome,
      reason: reasonWords(ending),
      undone: undone.map((finding) => findingLine(finding, naming)),
      report:
        after === null
          ? null
          : after.ok
            ? await driftReportOf(after.value, origin, process.env)
            : await failedReport(after.failure, origin, process.env),
    });
  }
  if (ending.outcome === 'failed') {
    const reason = reasonOf(ending.failure, 'apply');
    writeOutputs(process.env, { 'failure-reason': reason === 'apply-failed' ? 'reconcile-failed' : reason });
  } else if (after !== null && !after.ok) writeOutputs(process.env, { 'failure-reason': lookReason(after.failure) });
}

function lookReason(failure: Failure) {
  const reason = reasonOf(failure, 'plan');
  return reason === 'plan-failed' ? 'drift-check-failed' : reason;
}

/** Why something was not put right, without ids of accounts and keys; null where it was, or there was nothing. */
export function reasonWords(ending: Reconciled): string | null {
  if (ending.outcome === 'refused') return redact(ending.words, false);
  return ending.outcome === 'failed' ? redact(failureText(ending.failure), false) : null;
}

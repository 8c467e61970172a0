import type { Result } from '../../diagnostics/failure.ts';
import type { DriftClass } from '../../drift/finding.ts';
import { afterRevertText, revertedText } from '../../drift/remediation/reconcile-text.ts';
import type { ReconcileBlock } from '../../drift/remediation/result.ts';
import { driftJson } from '../../drift/text/drift-json.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import type { LabSession } from '../session/lab-session.ts';
import { type Reconciled, reconcile, reconcileResult } from './reconcile.ts';
import type { CompletedScan } from './run-scan.ts';
import { type ReportOptions, writeReconcileReport } from './write-report.ts';

/** Blocks whatever the account is like; after any other block the exit code says whether the account has drifted. */
const IMPOSSIBLE: readonly ReconcileBlock['code'][] = [
  'reconcile-off',
  'not-revertible',
  'scan-incomplete',
  'not-confirmed',
];

/**
 * Reverts what is asked and prints what was done and what is left, with `--json` as one document. The class of the
 * account after that, as `scanAgain` finds it; null if it failed or was impossible.
 */
export async function revertFindings(
  session: LabSession,
  completed: CompletedScan,
  options: ReportOptions &
    Parameters<typeof reconcile>[2] &
    Parameters<typeof reconcile>[3] & { readonly json: boolean },
  terminal: Terminal,
  scanAgain: () => Promise<Result<CompletedScan>>,
): Promise<DriftClass | null> {
  const { json } = options;
  const print = (text: string) => (json ? terminal.stderr : terminal.stdout)(`\n${text}\n`);
  const ending = await reconcile(session, completed, options, options, terminal);
  if (ending.outcome === 'reverted') print(revertedText(ending.reverted, ending.deleted, ending.next, session.naming));
  if (ending.outcome === 'nothing') print(revertedText([], [], ending.next, session.naming));
  // An apply that failed may have been carried out in part: only a scan can tell.
  const mayHaveChanged = ending.outcome === 'reverted' || (ending.outcome === 'failed' && ending.begun);
  const after = mayHaveChanged ? await scanAgain() : null;
  await writeReconcileReport(options, completed, ending, session, ending.outcome === 'reverted' ? after : null);
  const now = after === null ? completed : after.ok ? after.value : null;
  if (json) terminal.stdout(`${JSON.stringify(reconciledJson(session, now, ending), null, 2)}\n`);
  if (after !== null && !after.ok) {
    reportFailure(after.failure, terminal);
    return null;
  }
  if (after !== null && now !== null && !json) print(afterRevertText(now.scan));
  const isImpossible = ending.outcome === 'blocked' && IMPOSSIBLE.includes(ending.block.code);
  return ending.outcome === 'failed' || isImpossible ? null : (now?.scan.class ?? null);
}

/** The newest scan with the result of reconcile; `drift` is null if the account could not be scanned. */
function reconciledJson(
  { team, naming }: LabSession,
  now: CompletedScan | null,
  ending: Reconciled,
): Record<string, unknown> {
  const { lab, account } = team;
  const scan = now === null ? { version: 1, lab, account, drift: null } : driftJson(now.scan, team, naming);
  return { ...scan, reconcile: reconcileResult(ending) };
}

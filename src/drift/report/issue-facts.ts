import type { Parsed } from '../../diagnostics/parse-data.ts';
import type { FailureReason } from '../../diagnostics/pipeline-codes.ts';
import { REASON_TEXT } from '../../review/text/pipeline.ts';
import { fileUnusableText } from '../../text/notices.ts';
import { blindText, type LookedAt, type Reconciled } from '../text/issue-words.ts';
import { type DriftReportFile, type ReconcileResultFile, readDriftReport, readReconcileResult } from './report-file.ts';

interface Text {
  readonly title: string;
  readonly body: string;
}

/** Everything that the issues are made from. */
export interface DriftIssueFacts {
  /** Null where no file says it. */
  readonly lab: string | null;
  /** The look that stands: the one after a reconcile where there was one that worked. Null where nobody looked. */
  readonly view: DriftReportFile | null;
  /** The look before it; null where that is the only one. */
  readonly first: DriftReportFile | null;
  /** What could not be looked at; null where everything could. */
  readonly error: Text | null;
  readonly reconciled: Reconciled | null;
  readonly looked: LookedAt;
  /** Whether another look has been due since. */
  readonly isOld: boolean;
  /** Lines about files that are there and cannot be used. */
  readonly unusable: readonly string[];
}

interface Asked {
  readonly report: string;
  readonly result: string | null;
  readonly reason: FailureReason | null;
  readonly commit: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const HOUR = 3_600_000;

/** Reads the files of the earlier jobs, as untrusted data. */
export async function driftIssueFacts(asked: Asked, env: Environment, now: Date): Promise<DriftIssueFacts> {
  const unusable: string[] = [];
  const usable = <Value extends object>(file: string, read: Parsed<Value> | null): Value | null => {
    if (read === null || read.ok) return read?.value ?? null;
    unusable.push(fileUnusableText(file, read.reason));
    return null;
  };
  const report = usable(asked.report, await readDriftReport(asked.report));
  const result = asked.result === null ? null : usable(asked.result, await readReconcileResult(asked.result));
  const after = result?.report ?? null;
  const worked = after !== null && after.class !== 'error';
  const view = worked ? after : report;
  const last = after ?? report;
  return {
    lab: view?.lab ?? null,
    view,
    first: worked ? report : null,
    error: errorOf(last, asked.reason, unusable),
    reconciled: reconciledOf(report, result, asked.reason),
    looked: {
      at: last?.at ?? now.toISOString(),
      commit: asked.commit ?? last?.commit ?? null,
      runUrl: runUrlOf(env),
    },
    isOld: last !== null && now.getTime() - Date.parse(last.at) > last.everyHours * HOUR,
    unusable,
  };
}

function errorOf(last: DriftReportFile | null, reason: FailureReason | null, unusable: readonly string[]): Text | null {
  if (last !== null && last.class !== 'error') return last.error;
  return last?.error ?? blindText(last?.lab ?? null, reason ?? 'drift-check-failed', unusable.join(' '));
}

/** A reconcile that left no file has failed, if the look before it did not. */
function reconciledOf(
  report: DriftReportFile | null,
  result: ReconcileResultFile | null,
  reason: FailureReason | null,
): Reconciled | null {
  if (result !== null) return result;
  if (report === null || report.class === 'error' || reason === null) return null;
  return { outcome: 'failed', reason: `${REASON_TEXT[reason]} (${reason}).`, undone: [] };
}

function runUrlOf({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run }: Environment) {
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : null;
}

import { type Failure, type Result, reasonOf } from '../../diagnostics/failure.ts';
import { appliedTeam } from '../../drift/applied.ts';
import { needsReconcile } from '../../drift/remediation/decide.ts';
import { NOTHING_RECONCILED, type ReconcileResult } from '../../drift/remediation/reconcile-text.ts';
import { expiringAccess } from '../../drift/report/expiring-access.ts';
import { type DriftCheck, type DriftReport, writeDriftReport } from '../../drift/report/report.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { NO_COMMIT } from '../../review/manifest/manifest.ts';
import { readTeamFile } from '../../team/parse/read-team.ts';
import type { AccountSession } from '../session/account-session.ts';
import { originOf } from '../session/manifest-file.ts';
import { momentOf, namingOf } from '../session/read-team.ts';
import type { CompletedScan } from './run-scan.ts';

export interface ReportOptions {
  /** The team file. */
  readonly file: string;
  readonly today: string;
  /** The directory of the local AWS emulator; null for the real account. */
  readonly emulator: string | null;
  /** Where report.json goes; null: outputs only. */
  readonly report: string | null;
  readonly reconcile: boolean;
  readonly revert: readonly string[];
}

type Origin = Pick<AccountSession, 'team' | 'today' | 'at'>;

/** Writes report.json and the step's outputs after a scan. */
export async function writeScanReport(
  options: ReportOptions,
  completed: CompletedScan,
  account: Origin,
): Promise<void> {
  const { scan } = completed;
  const { team, today } = account;
  const applied = completed.applied?.team ?? appliedTeam(team, today);
  await write(options, account, checkOf(completed), null);
  const failed = scan.notChecked.length > 0 && scan.class === 'error';
  writeOutputs(process.env, {
    class: scan.class,
    fingerprint: scan.fingerprint,
    reconcile: String(needsReconcile(completed, team, applied)),
    ...(failed ? { 'failure-reason': 'drift-check-failed' } : {}),
  });
}

/** The same if the account could not be scanned. Without a valid team.yaml there is no report, only outputs. */
export async function writeFailedReport(options: ReportOptions, failure: Failure): Promise<void> {
  const { team } = await readTeamFile(options.file, { today: options.today });
  if (team !== null) {
    const origin = { team, today: options.today, at: momentOf(options.today) };
    const isReconciling = options.reconcile || options.revert.length > 0;
    const reconcile = { ...NOTHING_RECONCILED, outcome: 'failed', failure, after: null } as const;
    await write(options, origin, { kind: 'failed', failure }, isReconciling ? reconcile : null);
  }
  const reason = failure.code === 'team-file-invalid' ? 'validate-failed' : scanReason(failure);
  writeOutputs(process.env, { class: 'error', reconcile: 'false', 'failure-reason': reason });
}

/** Writes what reconcile did, with the scan before it (null if it was blocked before a scan) and the one after it. */
export async function writeReconcileReport(
  options: ReportOptions,
  completed: CompletedScan | null,
  result: ReconcileResult,
  origin: Origin,
  after: Result<CompletedScan> | null,
): Promise<void> {
  const check = completed === null ? null : checkOf(completed);
  await write(options, origin, check, {
    ...result,
    after: after === null ? null : after.ok ? checkOf(after.value) : { kind: 'failed', failure: after.failure },
  });
  if (result.failure !== null) {
    const reason = reasonOf(result.failure, 'apply');
    writeOutputs(process.env, { 'failure-reason': reason === 'apply-failed' ? 'reconcile-failed' : reason });
  } else if (after !== null && !after.ok) writeOutputs(process.env, { 'failure-reason': scanReason(after.failure) });
}

async function write(
  { file, emulator, report }: ReportOptions,
  { team, today, at }: Origin,
  check: DriftReport['check'],
  reconcile: DriftReport['reconcile'],
): Promise<void> {
  if (report === null) return;
  const { head } = await originOf(file, process.env, at);
  await writeDriftReport(report, {
    version: 1,
    lab: team.lab,
    account: team.account,
    emulator: emulator !== null,
    commit: head.commit === NO_COMMIT ? null : head.commit,
    at: at.toISOString(),
    names: Object.fromEntries(namingOf(team).people),
    settings: { checkEveryHours: team.settings.driftEveryHours, reconcile: team.settings.reconcile.mode },
    check,
    reconcile,
    expiring: [...expiringAccess(team, today)],
  });
}

function checkOf({ scan, complete, attributed }: CompletedScan): DriftCheck {
  return { kind: 'scanned', scan, isAccessKnown: complete, isAttributed: attributed };
}

function scanReason(failure: Failure) {
  const reason = reasonOf(failure, 'plan');
  return reason === 'plan-failed' ? 'drift-check-failed' : reason;
}

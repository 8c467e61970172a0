import { type Failure, reasonOf } from '../../diagnostics/failure.ts';
import { expiringAccess } from '../../drift/report/reminders.ts';
import { type DriftReport, writeDriftReport } from '../../drift/report/report.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { NO_COMMIT } from '../../review/manifest/manifest.ts';
import type { Announcement } from '../../review/rule/announcements.ts';
import { readTeamFile } from '../../team/parse/read-team.ts';
import { hasRecipients } from '../../team/team.ts';
import { originIn } from '../plan/manifest-file.ts';
import type { AccountSession, AccountSessionOptions } from '../session/account-session.ts';
import { momentOf, namingOf } from '../session/read-team.ts';
import type { CompletedScan } from './run-scan.ts';

export interface ReportOptions extends AccountSessionOptions {
  /** Where report.json goes; null: outputs only. */
  readonly report: string | null;
}

type Origin = Pick<AccountSession, 'team' | 'today' | 'at'>;

/** Writes report.json and the step's outputs after a scan. */
export async function writeScanReport(
  options: ReportOptions,
  completed: CompletedScan,
  account: Origin,
): Promise<void> {
  const { scan, attributed, complete, announcements, applied } = completed;
  const check = { kind: 'scanned', scan, isAccessKnown: complete, isAttributed: attributed } as const;
  const isInterrupted = (applied?.begun ?? []).length > 0;
  const people = { reminders: [...completed.reminders], memberKeys: [...completed.memberKeys] };
  await write(options, account, check, { announcements, isInterrupted, ...people });
  const failed = scan.notChecked.length > 0 && scan.class === 'error';
  writeOutputs(process.env, {
    class: scan.class,
    'checked-at': attributed ? scan.at : '',
    ...(failed ? { 'failure-reason': 'drift-check-failed' } : {}),
  });
}

/** The same if the account could not be scanned. Without a valid team.yaml there is no report, only outputs. */
export async function writeFailedReport(options: ReportOptions, failure: Failure): Promise<void> {
  const { team } = await readTeamFile(options.file, { today: options.today });
  if (team !== null) {
    const origin = { team, today: options.today, at: momentOf(options.today) };
    await write(options, origin, { kind: 'failed', failure }, { announcements: [], isInterrupted: false });
  }
  const reason = reasonOf(failure, 'plan');
  writeOutputs(process.env, {
    ...{ class: 'error', 'failure-reason': reason === 'plan-failed' ? 'drift-check-failed' : reason },
  });
}

/** Whether the job about access keys has anything to do after reconcile. */
export function writeReconciled({ applied }: CompletedScan): void {
  const team = applied?.team ?? null;
  writeOutputs(process.env, { recipients: String(team !== null && hasRecipients(team)) });
}

/** Why reconcile failed, for the job that reports it. */
export function writeReconcileFailure(failure: Failure): void {
  const reason = reasonOf(failure, 'apply');
  writeOutputs(process.env, { 'failure-reason': reason === 'apply-failed' ? 'reconcile-failed' : reason });
}

async function write(
  { file, emulator, report }: ReportOptions,
  { team, today, at }: Origin,
  check: DriftReport['check'],
  facts: Pick<DriftReport, 'isInterrupted' | 'reminders' | 'memberKeys'> & {
    readonly announcements: readonly Announcement[];
  },
): Promise<void> {
  if (report === null) return;
  const { head } = await originIn(file, process.env, at);
  await writeDriftReport(report, {
    version: 1,
    lab: team.lab,
    account: team.account,
    emulator: emulator !== null,
    commit: head.commit === NO_COMMIT ? null : head.commit,
    at: at.toISOString(),
    names: Object.fromEntries(namingOf(team).people),
    settings: { checkEveryHours: team.settings.driftEveryHours, reconcile: team.settings.reconcile },
    ...facts,
    check,
    announcements: [...facts.announcements],
    expiring: [...expiringAccess(team, today)],
  });
}

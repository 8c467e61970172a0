import { type Failure, type Result, succeed } from '../../diagnostics/failure.ts';
import type { DriftClass } from '../../drift/finding.ts';
import { impossibleRequest } from '../../drift/remediation/decide.ts';
import { fingerprintText, NOTHING_RECONCILED, reconcileBlockText } from '../../drift/remediation/reconcile-text.ts';
import { driftJson } from '../../drift/report/finding-view.ts';
import { driftLines } from '../../drift/report/terminal.ts';
import { labHeading } from '../../review/text/terminal.ts';
import { wrapVisible } from '../../text/columns.ts';
import { reconciledJson, revertFindings } from '../drift/reconcile.ts';
import { type CompletedScan, fullScan, quickScan } from '../drift/run-scan.ts';
import { writeFailedReport, writeReconcileReport, writeScanReport } from '../drift/write-report.ts';
import { checkWritable, printJson, reportFailure, shownNames, type Terminal } from '../io.ts';
import { type AccountSession, openAccountSession } from '../session/account-session.ts';
import { type LabSession, type LabSessionOptions, openLabSession } from '../session/lab-session.ts';
import { momentOf, namingOf, readTeam } from '../session/read-team.ts';
import { checkRecord } from '../session/records.ts';

export interface DriftOptions extends LabSessionOptions {
  /** A quick check: of the account alone, without Terraform and state. */
  readonly quick: boolean;
  /** False for a role that may only read. */
  readonly lock: boolean;
  /** Ask CloudTrail who made a change. */
  readonly cloudTrail: boolean;
  /** Revert what `settings.reconcile` allows, as the scheduled job does. */
  readonly reconcile: boolean;
  /** Ids of findings to revert, although that may grant access. */
  readonly revert: readonly string[];
  /** The first digits of the scan's fingerprint, without which nothing is reverted; null for any. */
  readonly ifFingerprint: string | null;
  readonly yes: boolean;
  /** Where to write what the scan found, for the job that writes its issues; null for nowhere. */
  readonly report: string | null;
}

/** In CI, applies and drift checks wait for the lock of the state. */
const LOCK_TIMEOUT_SECONDS = 300;

/**
 * `drift`: 0 if the account is as the file says (or is so again), 2 if anything else was found and is still there,
 * 1 on an error, an unreadable file and an impossible request among them.
 */
export async function drift(options: DriftOptions, terminal: Terminal): Promise<number> {
  // Exit code 2 means that there is drift.
  const failed = async (failure: Failure): Promise<1> => {
    await writeFailedReport(options, failure);
    reportFailure(failure, terminal);
    return 1;
  };
  const writable = await checkWritable([options.report]);
  if (!writable.ok) {
    reportFailure(writable.failure, terminal);
    return 1;
  }
  const possible = await checkPossible(options, terminal);
  if (!possible.ok) return possible.failure === null ? 1 : failed(possible.failure);
  const opened = options.quick ? await openAccountSession(options, terminal) : await openLabSession(options, terminal);
  if (!opened.ok) return failed(opened.failure);
  const session = opened.value;
  try {
    const completed = await scanAccount(session, options, terminal);
    if (!completed.ok) return await failed(completed.failure);
    await writeScanReport(options, completed.value, session);
    if (!isAsked(options) || !isLab(session)) {
      show(session, completed.value, options, terminal);
      return codeOf(completed.value.scan.class);
    }
    // With --json one document goes to standard output: the scan after it.
    if (!options.json) show(session, completed.value, options, terminal);
    const ending = await revertFindings(
      session,
      completed.value,
      { ...options, ...lockTimeout(options) },
      terminal,
      () => scanAccount(session, options, terminal),
    );
    return ending === null ? 1 : codeOf(ending);
  } finally {
    await session.close();
  }
}

function isAsked({ reconcile, revert }: Pick<DriftOptions, 'reconcile' | 'revert'>): boolean {
  return reconcile || revert.length > 0;
}

/** Checks what can be checked without AWS. A block is printed and written here; its failure is null. */
async function checkPossible(
  options: DriftOptions,
  terminal: Terminal,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly failure: Failure | null }> {
  if (!isAsked(options)) return { ok: true };
  const { file, today } = options;
  const read = await readTeam(file, today);
  if (!read.ok) return read;
  const team = read.value;
  const block = impossibleRequest(team, options);
  if (block === null) return { ok: true };
  const origin = { team, today, at: momentOf(today) };
  const result = { ...NOTHING_RECONCILED, outcome: 'blocked', block } as const;
  await writeReconcileReport(options, null, result, origin, null);
  terminal.stderr(`${reconcileBlockText(block, shownNames(namingOf(team), terminal), terminal)}\n`);
  if (options.json) printJson(reconciledJson({ team, naming: namingOf(team) }, null, result), terminal);
  return { ok: false, failure: null };
}

async function scanAccount(
  session: AccountSession | LabSession,
  options: DriftOptions,
  terminal: Terminal,
): Promise<Result<CompletedScan>> {
  if (!isLab(session)) {
    const record = await checkRecord(session);
    return record.ok ? succeed(await quickScan(session, options, terminal)) : record;
  }
  const { lock, cloudTrail } = options;
  return fullScan(session, { cloudTrail, lock, ...lockTimeout(options) }, terminal);
}

function isLab(session: AccountSession | LabSession): session is LabSession {
  return 'workspace' in session;
}

function lockTimeout({ yes }: Pick<DriftOptions, 'yes'>): { readonly lockTimeoutSeconds?: number } {
  return yes ? { lockTimeoutSeconds: LOCK_TIMEOUT_SECONDS } : {};
}

function codeOf(found: DriftClass): number {
  if (found === 'error') return 1;
  return found === 'clean' || found === 'state-only' ? 0 : 2;
}

function show(
  session: AccountSession | LabSession,
  { scan, attributed }: CompletedScan,
  options: DriftOptions,
  terminal: Terminal,
): void {
  const { team, naming, kind } = session;
  if (options.json) {
    printJson(driftJson(scan, team, naming), terminal);
    return;
  }
  const heading = labHeading(team, isLab(session) ? session.engine : null, kind);
  const lines = linesOf(session, { scan, attributed }, terminal);
  const mayBeNamed =
    terminal.isPublic !== true &&
    isLab(session) &&
    !isAsked(options) &&
    scan.findings.some(({ cause }) => cause === 'manual');
  const named = mayBeNamed
    ? ['', ...wrapVisible(fingerprintText(scan.fingerprint), terminal.width - 2).map((line) => `  ${line}`)]
    : [];
  terminal.stdout(`${[heading, '', ...lines, ...named].join('\n')}\n`);
}

function linesOf(
  { naming, team, isFileOld }: AccountSession,
  { scan, attributed }: Pick<CompletedScan, 'scan' | 'attributed'>,
  terminal: Terminal,
): readonly string[] {
  return driftLines(scan, shownNames(naming, terminal), {
    width: terminal.width,
    attributed,
    isFileOld,
    reconcile: team.settings.reconcile.mode,
  });
}

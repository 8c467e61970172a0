import type { Command } from 'commander';
import { lockTimeout } from '../../app/apply/carry-out.ts';
import { reconcile } from '../../app/apply/reconcile.ts';
import { type CompletedScan, fullScan, quickScan } from '../../app/drift/run-scan.ts';
import {
  writeFailedReport,
  writeReconciled,
  writeReconcileFailure,
  writeScanReport,
} from '../../app/drift/write-report.ts';
import { checkWritable } from '../../app/files.ts';
import { type AccountSession, openAccountSession } from '../../app/session/account-session.ts';
import { type LabSession, type LabSessionOptions, openLabSession } from '../../app/session/lab-session.ts';
import { checkSameFile } from '../../app/session/read-team.ts';
import { checkRecord } from '../../app/session/records.ts';
import { confirmed, shownNames, type Terminal } from '../../app/terminal.ts';
import { type Failure, type Result, succeed } from '../../diagnostics/failure.ts';
import type { DriftClass } from '../../drift/finding.ts';
import { expiringAccess } from '../../drift/report/reminders.ts';
import { driftJson, driftLines, reconciledBlocks } from '../../drift/report/terminal.ts';
import { labHeading } from '../../terraform/run/engine.ts';
import { failureJson, printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

interface DriftOptions extends LabSessionOptions {
  /** A quick check: of the account alone, without Terraform and state. */
  readonly quick: boolean;
  /** False for a role that may only read. */
  readonly lock: boolean;
  readonly yes: boolean;
  readonly cloudTrail: boolean;
  /** Apply the applied team again, as `settings.reconcile` allows. */
  readonly reconcile: boolean;
  /** When the check was made that the drift issue shows; null if it did not ask CloudTrail, undefined for this one. */
  readonly checkedAt: string | null | undefined;
  /** Where to write what the scan found, for the job that writes its issues; null for nowhere. */
  readonly report: string | null;
}

/**
 * `drift`: 0 if the account is as the file says (or is so again), 2 if anything else was found and is still there,
 * 1 on an error, an unreadable file and an interrupted apply among them.
 */
async function drift(options: DriftOptions, terminal: Terminal): Promise<number> {
  // Exit code 2 means that there is drift.
  const failed = async (failure: Failure): Promise<1> => {
    await writeFailedReport(options, failure);
    reportFailure(failure, terminal);
    return 1;
  };
  const writable = await checkWritable([options.report]);
  if (!writable.ok) return reportFailure(writable.failure, terminal);
  const opened = options.quick ? await openAccountSession(options, terminal) : await openLabSession(options, terminal);
  if (!opened.ok) return failed(opened.failure);
  const session = opened.value;
  try {
    const completed = await scanAccount(session, options, terminal);
    if (!completed.ok) return await failed(completed.failure);
    await writeScanReport(options, completed.value, session);
    if (!options.reconcile || !isLab(session)) {
      show(session, completed.value, options, terminal);
      return codeOf(completed.value.scan.class);
    }
    return await reconcileAndShow(session, completed.value, options, terminal);
  } finally {
    await session.close();
  }
}

/** With `--json` one document goes to standard output: the scan after reconcile, and what that did. */
async function reconcileAndShow(
  session: LabSession,
  completed: CompletedScan,
  options: DriftOptions,
  terminal: Terminal,
): Promise<number> {
  const { json } = options;
  if (!json) show(session, completed, options, terminal);
  const { account } = session.team;
  const agreed = await confirmed(terminal, `Apply what was applied last to account ${account} again?`, options.yes);
  // Nothing is given back that a change denies which was merged while it asked.
  const same = agreed.ok ? await checkSameFile(session.team, options) : agreed;
  if (!same.ok) return reportFailure(same.failure, terminal);
  const done = await reconcile(session, completed, terminal, options.checkedAt);
  if (!done.ok) {
    writeReconcileFailure(done.failure);
    if (json) printJson({ ...scanJson(session, completed), error: failureJson(done.failure) }, terminal);
    return reportFailure(done.failure, terminal);
  }
  writeReconciled(completed);
  const names = shownNames(session.naming, terminal);
  if (!json) {
    terminal.stdout('\n');
    printBlocks(reconciledBlocks(done.value, names), terminal);
  }
  const after = done.value.steps === 0 ? succeed(completed) : await scanAccount(session, options, terminal);
  if (!after.ok) return reportFailure(after.failure, terminal);
  if (json) printJson({ ...scanJson(session, after.value), reconcile: done.value }, terminal);
  else if (done.value.steps > 0) show(session, after.value, options, terminal);
  return codeOf(after.value.scan.class);
}

async function scanAccount(
  session: AccountSession | LabSession,
  options: DriftOptions,
  terminal: Terminal,
): Promise<Result<CompletedScan>> {
  if (!isLab(session)) {
    const record = await checkRecord(session);
    return record.ok ? succeed(await quickScan(session, { ...options, setup: true }, terminal)) : record;
  }
  const { lock, cloudTrail, reconcile } = options;
  return fullScan(session, { cloudTrail, lock, setup: !reconcile, ...lockTimeout(reconcile) }, terminal);
}

function isLab(session: AccountSession | LabSession): session is LabSession {
  return 'workspace' in session;
}

function codeOf(found: DriftClass): number {
  if (found === 'error') return 1;
  return found === 'clean' || found === 'state-only' ? 0 : 2;
}

function scanJson({ team, naming }: AccountSession, { scan }: CompletedScan): Record<string, unknown> {
  return driftJson(scan, team, naming);
}

function show(
  session: AccountSession | LabSession,
  completed: CompletedScan,
  { json }: DriftOptions,
  terminal: Terminal,
): void {
  const { team, naming, kind, isFileOld, today } = session;
  const { scan, attributed: isAttributed, applied, announcements, reminders } = completed;
  if (json) {
    printJson(scanJson(session, completed), terminal);
    return;
  }
  const heading = labHeading(team, isLab(session) ? session.engine : null, kind);
  const lines = driftLines(scan, shownNames(naming, terminal), {
    ...{ width: terminal.width, color: terminal.color, isAttributed, announcements, isFileOld },
    isInterrupted: (applied?.begun ?? []).length > 0,
    reconcile: (applied?.team ?? team).settings.reconcile,
    people: { expiring: [...expiringAccess(team, today)], reminders: [...reminders] },
  });
  terminal.stdout(`${[heading, '', ...lines].join('\n')}\n`);
}

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    note: 'With --reconcile the exit code describes the account afterwards: 0 no drift, 2 drift remains, 1 an error.',
    exitCodes: ['0 no drift', '1 any error or wrong usage', '2 drift'],
    examples: [
      'mturk-team drift --emulator',
      'mturk-team drift --quick',
      'mturk-team drift --reconcile --yes',
      'mturk-team drift --no-lock --report report.json',
    ],
  });
  command
    .addArgument(cli.teamFile())
    .addOption(cli.emulator())
    .addOption(cli.parallelism())
    .option('--quick', 'quick check of the account alone, without Terraform and state')
    .option('--yes', 'do not ask for confirmation; needs --reconcile')
    .option('--no-lock', 'do not lock the state: for a role that may only read')
    .option('--no-cloudtrail', 'do not ask CloudTrail who changed what')
    .addOption(cli.providerMirror())
    .option('--report <file>', 'write findings as JSON for drift-issue')
    .option('--reconcile', 'revert or give back, as settings.reconcile of the applied team allows')
    .addOption(cli.checkedAt())
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, options) => {
      const { quick = false, yes = false, lock, cloudtrail: cloudTrail } = options;
      const { reconcile = false, report = null, checkedAt } = options;
      const usage = (message: string) => command.error(`error: ${message}`);
      if (yes && !reconcile) usage('--yes needs --reconcile');
      if (reconcile) cli.refuseAnotherDay(command, options);
      if (reconcile && quick) usage('--reconcile needs a full check; leave out --quick');
      if (reconcile && !lock) usage('--reconcile writes the state; leave out --no-lock');
      const asked = { quick, yes, lock, cloudTrail, reconcile, report, checkedAt: checkedAt === '' ? null : checkedAt };
      cli.finish(await drift({ ...cli.labOptions(file, options), ...asked }, terminal));
    });
}

import { desiredAccessOnAnyDay } from '../../access/sources/desired.ts';
import { lookUpCloudTrail } from '../../aws/cloudtrail.ts';
import { takeInventory } from '../../aws/inventory/inventory.ts';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import type { Applied } from '../../drift/applied.ts';
import { attribute, subjectsOf } from '../../drift/attribution/attribution.ts';
import type { ScanResult } from '../../drift/finding.ts';
import type { ScannedAccount } from '../../drift/remediation/decide.ts';
import { renamesSeen } from '../../drift/rules/renamed.ts';
import { scanOf } from '../../drift/scan/scan.ts';
import { labPath } from '../../team/names.ts';
import { failureText } from '../../text/failures/failures.ts';
import type { Terminal } from '../io.ts';
import type { AccountSession } from '../session/account-session.ts';
import type { LabSession } from '../session/lab-session.ts';
import { planStack, type StackPlanOptions } from '../session/plan.ts';
import { readApplied } from '../session/records.ts';

export interface CompletedScan extends ScannedAccount {
  readonly scan: ScanResult;
  /** What was applied; null if no apply is known. */
  readonly applied: Applied | null;
  /** Whether CloudTrail was asked who made the changes, and answered. */
  readonly attributed: boolean;
}

/** A quick check: without a plan. */
export function quickScan(session: AccountSession, options: { readonly cloudTrail: boolean }, terminal: Terminal) {
  return runScan(session, null, options, terminal);
}

/** A scan with a plan. It changes neither the account nor the state. */
export function fullScan(
  session: LabSession,
  options: { readonly cloudTrail: boolean } & Pick<StackPlanOptions, 'lock' | 'lockTimeoutSeconds'>,
  terminal: Terminal,
) {
  return runScan(
    session,
    () => planStack(session, { ...options, untaintFirst: false, credentials: 'none' }),
    options,
    terminal,
  );
}

async function runScan(
  session: AccountSession,
  plan: (() => ReturnType<typeof planStack>) | null,
  { cloudTrail }: { readonly cloudTrail: boolean },
  terminal: Terminal,
): Promise<Result<CompletedScan>> {
  const { team, today, at } = session;
  const applied = await readApplied(session.records);
  if (!applied.ok) {
    if (plan !== null) return applied;
    // A quick check works without the apply record, which only tells manual changes from pending ones.
    terminal.stderr(`${failureText(applied.failure)}\n`);
  }
  const desired = new Set(desiredAccessOnAnyDay(team).users.map(({ name }) => name));
  const path = labPath(team.lab);
  const progress = scanProgress({ write: terminal.stderr, isTerminal: terminal.isTerminal });
  const inventory = await takeInventory(session.iam, {
    account: team.account,
    managed: (user) => user.path.startsWith(path) || desired.has(user.name),
    scope: plan === null ? 'access' : 'all',
    progress: progress.show,
    now: session.now,
  });
  progress.end();
  const planned = await plan?.();
  if (planned !== undefined && !planned.ok) return planned;
  const input = {
    team,
    today,
    at,
    inventory,
    plan: planned?.value.classification ?? null,
    applied: applied.ok ? applied.value : null,
    isRecordRead: applied.ok,
  };
  const scan = scanOf(input);
  const facts = {
    access: inventory.access,
    applied: applied.ok ? applied.value : null,
    complete: inventory.isAccessKnown,
  };
  if (!cloudTrail || scan.findings.length === 0) return succeed({ scan, ...facts, attributed: false });
  // A local AWS emulator has no limit of lookups that would have to be waited for.
  const wait = session.kind === 'emulator' ? { wait: async () => {} } : {};
  const { events, notChecked } = await lookUpCloudTrail(session.cloudTrail(), subjectsOf(scan.findings), {
    ...wait,
    now: session.now,
  });
  // Attribution may be incomplete: every finding is reported without it, too.
  const known = renamesSeen(attribute(scan.findings, events));
  const named = known.length === 0 ? scan : scanOf({ ...input, known });
  const findings = attribute(named.findings, events);
  return succeed({ scan: { ...named, findings }, ...facts, attributed: notChecked.length === 0 });
}

/** Shows the progress of a scan on a terminal, and nothing elsewhere. */
function scanProgress({
  write,
  isTerminal,
}: {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
}): { show(done: number, total: number): void; end(): void } {
  let drawn = false;
  const clear = '\r\u001b[2K';
  return {
    show(done, total) {
      if (!isTerminal) return;
      write(`${clear}Checking members: ${done} of ${total}`);
      drawn = true;
    },
    end() {
      if (drawn) write(clear);
      drawn = false;
    },
  };
}

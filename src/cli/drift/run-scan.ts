import type { AccessModel } from '../../access/model.ts';
import { desiredAccessOnAnyDay } from '../../access/sources/desired.ts';
import { lookUpCloudTrail } from '../../aws/cloudtrail/lookup.ts';
import { takeInventory } from '../../aws/inventory/inventory.ts';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import type { Applied } from '../../drift/applied.ts';
import { attribute, subjectsOf } from '../../drift/attribution/attribution.ts';
import type { ScanResult } from '../../drift/finding.ts';
import { scanProgress } from '../../drift/scan/progress.ts';
import { scanOf } from '../../drift/scan/scan.ts';
import { labPath } from '../../team/names.ts';
import { failureText } from '../../text/failures/failures.ts';
import type { Terminal } from '../io.ts';
import { readApplied } from '../session/apply-record.ts';
import { type LabPlanOptions, planLab } from '../session/lab-plan.ts';
import type { Account } from '../session/open-account.ts';
import type { Lab } from '../session/open-lab.ts';

export interface CompletedScan {
  readonly scan: ScanResult;
  /** What the account holds that decides who may do what. */
  readonly access: AccessModel;
  /** What was applied; null if no apply is known. */
  readonly applied: Applied | null;
  /** Whether everything that decides who may do what could be completed at. */
  readonly complete: boolean;
  /** Whether the account's trail was asked who did it, and answered. */
  readonly attributed: boolean;
}

/** CloudTrail keeps events for 90 days; earlier changes have no known actor. */
const TRAIL_MS = 90 * 24 * 60 * 60 * 1_000;

/** Looks at an account whose plan is not asked for. */
export function quickScan(account: Account, options: { readonly trail: boolean }, terminal: Terminal) {
  return runScan(account, null, options, terminal);
}

/** Looks at everything, and changes nothing: neither the account nor the state. */
export function fullScan(
  lab: Lab,
  options: { readonly trail: boolean } & Pick<LabPlanOptions, 'lock' | 'lockTimeoutSeconds'>,
  terminal: Terminal,
) {
  return runScan(lab, () => planLab(lab, { ...options, untaintFirst: false }), options, terminal);
}

async function runScan(
  account: Account,
  plan: (() => ReturnType<typeof planLab>) | null,
  { trail }: { readonly trail: boolean },
  terminal: Terminal,
): Promise<Result<CompletedScan>> {
  const { team, today, at } = account;
  const applied = await readApplied(account.records);
  if (!applied.ok) {
    if (plan !== null) return applied;
    // A scan in a hurry needs no state, and what lies beside it helps only to say whose doing something is.
    terminal.stderr(`${failureText(applied.failure)}\n`);
  }
  const declared = new Set(desiredAccessOnAnyDay(team).users.map(({ name }) => name));
  const path = labPath(team.lab);
  const progress = scanProgress({ write: terminal.stderr, isTerminal: terminal.isTerminal });
  const inventory = await takeInventory(account.iam, {
    account: team.account,
    managed: (user) => user.path.startsWith(path) || declared.has(user.name),
    scope: plan === null ? 'access' : 'all',
    progress: progress.show,
    now: account.now,
  });
  progress.end();
  const planned = await plan?.();
  if (planned !== undefined && !planned.ok) return planned;
  const scan = scanOf({
    team,
    today,
    at,
    inventory,
    plan: planned?.value.classification ?? null,
    applied: applied.ok ? applied.value : null,
  });
  const facts = {
    access: inventory.access,
    applied: applied.ok ? applied.value : null,
    complete: inventory.isAccessKnown,
  };
  if (!trail || scan.findings.length === 0) return succeed({ scan, ...facts, attributed: false });
  const since = new Date(account.now().getTime() - TRAIL_MS);
  // A local AWS emulator has no limit of lookups that would have to be waited for.
  const wait = account.kind === 'emulator' ? { wait: async () => {} } : {};
  const { events, unseen } = await lookUpCloudTrail(account.trail(), subjectsOf(scan.findings), since, {
    ...wait,
    now: account.now,
  });
  // Who did it is good to know, and nothing is missed by not knowing it.
  const findings = attribute(scan.findings, events);
  return succeed({ scan: { ...scan, findings }, ...facts, attributed: unseen.length === 0 });
}

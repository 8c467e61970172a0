import { KEPT_MS, readIamEvents, WRITES } from '../../aws/cloudtrail.ts';
import { takeInventory } from '../../aws/inventory/inventory.ts';
import type { Inventory } from '../../aws/types.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { attribute, changedBack, changesAccessOf, manualChanges } from '../../drift/events/events.ts';
import type { ScanResult } from '../../drift/finding.ts';
import { quickCheckOf } from '../../drift/report/quick-check.ts';
import { memberKeys, remindersOf } from '../../drift/report/reminders.ts';
import type { MemberKeys, Reminder } from '../../drift/report/report.ts';
import { type ScanInput, scanOf } from '../../drift/scan/scan.ts';
import type { QuickCheck } from '../../review/manifest/schema.ts';
import type { Announcement } from '../../review/rule/announcements.ts';
import type { Applied } from '../../review/rule/input.ts';
import { iamName, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { redrawnLine } from '../../terraform/run/progress.ts';
import { HOUR_MS } from '../../text/dates.ts';
import { failureText } from '../../text/failures/failures.ts';
import { isUsed, planStack, type StackPlan, type StackPlanOptions } from '../plan/plan.ts';
import { type AccountSession, eventWait } from '../session/account-session.ts';
import type { LabSession } from '../session/lab-session.ts';
import { type ApplyRecord, appliedIn, isSameApply, noteInRecord, RECORD_FILE, readRecord } from '../session/records.ts';
import type { Terminal } from '../terminal.ts';

export interface CompletedScan {
  readonly scan: ScanResult;
  /** Whether all that decides who may do what is known. */
  readonly complete: boolean;
  readonly announcements: readonly Announcement[];
  /** Whether anything is under the lab's IAM path. */
  readonly isLabUsed: boolean;
  /** Whether CloudTrail has a manual change of a member's access since a time; true if that is unknown. */
  isChangedSince(key: string, since: Date): boolean;
  /** What was applied; null if no apply is known. */
  readonly applied: Applied | null;
  /** Whether CloudTrail was asked who made the changes, and answered. */
  readonly attributed: boolean;
  readonly reminders: readonly Reminder[];
  readonly memberKeys: readonly MemberKeys[];
}

interface ScanOptions {
  /** Ask CloudTrail who made a change, and what was changed back. */
  readonly cloudTrail: boolean;
  /** Read the credential report, which not every role may ask for; true by default. */
  readonly credentialReport?: boolean;
  /** Compare roles, bucket and identity provider, which the roles `plan` and `apply` may not read; false by default. */
  readonly setup?: boolean;
}

/** A quick check: without a plan. It works without the apply record, which only tells manual changes from pending ones. */
export async function quickScan(
  session: AccountSession,
  options: ScanOptions,
  terminal: Terminal,
): Promise<CompletedScan> {
  const record = await readRecord(session.records);
  if (!record.ok) terminal.stderr(`${failureText(record.failure)}\n`);
  const inventory = await inventoryOf(session, 'access', null, terminal, options.credentialReport);
  return completeScan(session, { inventory, plan: null }, record, options);
}

/** The plan role may ask neither CloudTrail nor for the credential report. */
const BY_PLAN_ROLE = { cloudTrail: false, credentialReport: false };

/** A quick check of what a plan does not carry out. */
export async function quickCheck(session: LabSession, planned: StackPlan, terminal: Terminal): Promise<QuickCheck> {
  return quickCheckOf(await quickScan(session, BY_PLAN_ROLE, terminal), planned.classification, session.naming);
}

/** A quick check after an apply. Where none was noted, it notes who can do everything: checks report others from then on. */
export async function checkApplied(
  session: LabSession,
  before: ApplyRecord | null,
  terminal: Terminal,
): Promise<QuickCheck> {
  const completed = await quickScan(session, BY_PLAN_ROLE, terminal);
  if ((before?.administrators ?? null) === null && completed.complete) {
    const administrators = [...completed.scan.administrators];
    const noted = await noteInRecord(session.records, () => ({ administrators }));
    if (!noted.ok) terminal.stderr(`${failureText(noted.failure)}\n`);
  }
  return quickCheckOf(completed, null, session.naming);
}

/** A scan with a plan. It changes neither the account nor the state. */
export async function fullScan(
  session: LabSession,
  options: ScanOptions & Pick<StackPlanOptions, 'lock' | 'lockTimeoutSeconds'>,
  terminal: Terminal,
): Promise<Result<CompletedScan>> {
  const record = await readRecord(session.records);
  if (!record.ok) return record;
  const inventory = await inventoryOf(session, 'all', record.value, terminal);
  const planned = await planStack(session, { ...options, mayWriteState: false, credentials: 'none' });
  if (!planned.ok) return planned;
  // What an apply changed between the readings would be found as changed by hand.
  if (!isSameApply(planned.value.record, record.value)) return fail('record-changed', { file: RECORD_FILE });
  const read = { inventory, plan: planned.value.classification };
  return succeed(await completeScan(session, read, record, options));
}

/** A file that no apply has approved silences nothing. */
function silencedAsApplied(team: Team, applied: Applied | null): Team {
  const { snoozed = [], settings } = applied?.team ?? {};
  const { neighbors = [], administrators = [], reconcile = 'none' } = settings ?? {};
  return { ...team, snoozed, settings: { ...team.settings, neighbors, administrators, reconcile } };
}

async function inventoryOf(
  { team, iam }: AccountSession,
  scope: 'access' | 'all',
  record: ApplyRecord | null,
  { stderr, isTerminal }: Terminal,
  credentialReport = true,
): Promise<Inventory> {
  const names = new Set([...team.members, ...team.departed].map(({ key }) => iamName(team.lab, key)));
  const noted = new Set(Object.values(record?.ids.user ?? {}));
  const line = redrawnLine(stderr);
  const inventory = await takeInventory(iam, {
    account: team.account,
    managed: ({ name, path }, ids) =>
      path.startsWith(labPath(team.lab)) || names.has(name) || noted.has(ids.user.get(name) ?? ''),
    scope,
    credentialReport,
    progress: (done, total) => isTerminal && line.draw(`Checking members: ${done} of ${total}`),
  });
  line.clear();
  return inventory;
}

async function completeScan(
  session: AccountSession,
  { inventory, plan }: Pick<ScanInput, 'inventory' | 'plan'>,
  record: Result<ApplyRecord | null>,
  { cloudTrail, setup: readsSetup = false }: ScanOptions,
): Promise<CompletedScan> {
  const { today, at } = session;
  const { announcements = [], administrators = null, checkedAt = null } = (record.ok ? record.value : null) ?? {};
  const applied = record.ok ? appliedIn(record.value) : null;
  const team = silencedAsApplied(session.team, applied);
  // Loaded only where bootstrap can have made something.
  const setup = readsSetup && team.settings.state && (await import('./setup-changes.ts'));
  const input = {
    ...{ team, today, at, inventory, plan, applied, announcements },
    ...{ isRecordRead: record.ok, knownAdministrators: administrators },
    setup: setup ? await setup.readSetup(session, inventory, plan !== null, process.env) : null,
  };
  const scan = scanOf(input);
  const facts = {
    ...{ applied, announcements, complete: inventory.isAccessKnown },
    reminders: remindersOf(team, inventory, today, at),
    memberKeys: memberKeys(team, inventory),
    isLabUsed: isUsed(inventory.access, team.lab),
  };
  if (!cloudTrail) return { scan, ...facts, attributed: false, isChangedSince: () => true };
  const start = new Date(checkedAt === null ? at.getTime() - UNKNOWN_MS : Date.parse(checkedAt) - LAG_MS);
  // What is still found may have been changed before the last check.
  const from = scan.findings.length + scan.snoozed.length === 0 ? start : new Date(at.getTime() - KEPT_MS);
  const { events, reaches, failure } = await readIamEvents(session.cloudTrail(), WRITES, from, eventWait(session));
  const changes = manualChanges(events, team);
  const lastApply = applied?.at ?? null;
  const all = [...scan.findings, ...scan.snoozed.map(({ finding }) => finding)];
  return {
    scan: {
      ...scan,
      findings: attribute(scan.findings, changes, lastApply),
      changedBack: changedBack(all, changes, { team, since: start, applied: lastApply }),
      eventsComplete: failure === null && reaches !== null && reaches <= start.toISOString(),
    },
    ...facts,
    attributed: failure === null,
    isChangedSince: (key, moment) =>
      failure !== null ||
      reaches === null ||
      reaches > moment.toISOString() ||
      changesAccessOf(applied?.team ?? team, key, changes, moment),
  };
}

/** How far back is asked if the last check is unknown. */
const UNKNOWN_MS = 48 * HOUR_MS;
/** An event can come so long after its call. */
const LAG_MS = HOUR_MS / 4;

import { type AccessDiff, diffAccess } from '../../access/diff.ts';
import type { AccessModel } from '../../access/model.ts';
import { unknownDocuments, withDocuments } from '../../access/sources/planned.ts';
import { askAws, iamReader, inParallel } from '../../aws/client.ts';
import { type CloudTrailEvent, KEPT_MS, readIamEvents } from '../../aws/cloudtrail.ts';
import { type HeldCredentials, readHeldCredentials } from '../../aws/credentials/user-credentials.ts';
import { checkBoundary, findExisting, type Imported } from '../../aws/iam-names.ts';
import { readAuthorizationDetails } from '../../aws/inventory/authorization-details.ts';
import { readInlineDocuments, readManagedDocuments } from '../../aws/inventory/documents.ts';
import type { Block } from '../../diagnostics/block.ts';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import { blocksOf } from '../../guardrails/guardrails.ts';
import { usersToSuspend } from '../../review/apply/suspension.ts';
import { classifyPlan, type PlanClassification } from '../../review/changes/classify-plan.ts';
import { boundaryArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { hasChanges, type Plan } from '../../terraform/plan.ts';
import { plannedCreates, unrecordedIn } from '../../terraform/resources.ts';
import { planChanges, type SavedPlan, untaint } from '../../terraform/run/commands.ts';
import { type Workspace, writeImports } from '../../terraform/run/workspace.ts';
import { eventWait } from './account-session.ts';
import type { LabSession } from './lab-session.ts';

/** What applying the team file would do, in every view of it. */
export interface StackPlan {
  readonly workspace: Workspace;
  readonly saved: SavedPlan;
  readonly classification: PlanClassification;
  readonly change: AccessDiff;
  /** Reasons not to apply it. */
  readonly blocks: readonly Block[];
  /** What exists under the lab's path without the state knowing, and is imported. */
  readonly imported: readonly Imported[];
  /** IAM users who are suspended while it is applied: see `usersToSuspend`. */
  readonly suspendedDuringApply: readonly string[];
  /** Of imported users who have any, or of whom they could not be read. */
  readonly credentials: readonly HeldCredentials[];
}

export interface StackPlanOptions {
  /** Whether the state is locked; true by default. */
  readonly lock?: boolean;
  readonly lockTimeoutSeconds?: number | undefined;
  /** Whether taint marks may be removed from the state before the plan; by default if it is locked. */
  readonly untaintFirst?: boolean;
  /** The file that was applied last, if it is known: blocks are clearer then. */
  readonly before?: Team | null;
  /** Whether to read the credentials of imported users, and who created their keys; `plan` by default. */
  readonly credentials?: 'none' | 'plan' | 'plan-and-cloudtrail';
  /** Given the text of the configuration: what it returns is planned. */
  readonly edit?: (configuration: string) => string;
}

/**
 * Plans a lab's stack. What exists already is imported by a second plan, and taint marks of failed creations are removed, for
 * which the state is written. Without the lock it is only read: a mark then shows as a replacement, which a guardrail blocks.
 */
export async function planStack(
  session: LabSession,
  {
    lock = true,
    untaintFirst = lock,
    lockTimeoutSeconds,
    before: base,
    credentials = 'plan',
    edit,
  }: StackPlanOptions = {},
): Promise<Result<StackPlan>> {
  const workspace = await session.workspace(session.stack, session.team, [], edit);
  if (!workspace.ok) return workspace;
  const options = { parallelism: session.parallelism ?? undefined, lockTimeoutSeconds, lock };
  let saved = await planChanges(workspace.value, options);
  if (!saved.ok) return saved;
  const tainted = untaintFirst ? taintedIn(saved.value) : [];
  if (tainted.length > 0) {
    const untainted = await untaint(workspace.value, tainted, options);
    if (!untainted.ok) return untainted;
    saved = await planChanges(workspace.value, options);
    if (!saved.ok) return saved;
  }
  const found = await askAccount(session, saved.value);
  if (!found.ok) return found;
  const { imports, findings } = found.value;
  if (imports.length > 0) {
    await writeImports(workspace.value, imports);
    saved = await planChanges(workspace.value, options);
    if (!saved.ok) return saved;
  }
  const { plan } = saved.value;
  const existing = await existingAccess(session, plan);
  if (!existing.ok) return existing;
  const classification = await completed(session, classifyPlan(plan, session.team.account, existing.value));
  const { recorded, before, after } = classification.access;
  return succeed({
    workspace: workspace.value,
    saved: saved.value,
    classification,
    change: diffAccess(before, after, session.at),
    blocks: [...findings, ...blocksOf(plan, session.team, session.today, session.stack, 'whole', base)],
    imported: imports,
    credentials: credentials === 'none' ? [] : await credentialsOf(session, imports, credentials !== 'plan'),
    suspendedDuringApply: session.stack === 'team' ? usersToSuspend(before, after, session.at, recorded) : [],
  });
}

/** The account's access, if the plan does not know all of what it changes; else null. */
async function existingAccess({ iam, team }: LabSession, plan: Plan): Promise<Result<AccessModel | null>> {
  if (unrecordedIn(plan).length === 0) return succeed(null);
  return askAws(async () => (await readAuthorizationDetails(iamReader(iam), team.account, 1000)).access);
}

const USERS_AT_A_TIME = 8;
/** The largest difference between a key's time of creation and that of the event. */
const SAME_MOMENT_MS = 5_000;

async function credentialsOf(
  session: LabSession,
  imports: readonly Imported[],
  asksCloudTrail: boolean,
): Promise<readonly HeldCredentials[]> {
  const users = imports.filter(({ kind }) => kind === 'user').map(({ id }) => id);
  const all = await inParallel(users, USERS_AT_A_TIME, (user) => readHeldCredentials(session.iam, user));
  const held = all.filter(({ keys, others, notChecked }) => keys.length + others.length + notChecked.length > 0);
  if (!asksCloudTrail || held.every(({ keys }) => keys.length === 0)) return held;
  const attribute = { AttributeKey: 'EventName', AttributeValue: 'CreateAccessKey' } as const;
  const since = new Date(session.at.getTime() - KEPT_MS);
  const { events } = await readIamEvents(session.cloudTrail(), attribute, since, eventWait(session));
  const isOf = (name: string, created: string) => (event: CloudTrailEvent) =>
    !event.isError &&
    (event.parameters.userName ?? event.user) === name &&
    Math.abs(Date.parse(event.at) - Date.parse(created)) <= SAME_MOMENT_MS;
  return held.map(({ user, keys, ...rest }) => ({
    ...{ user, ...rest },
    keys: keys.map((key) => ({ ...key, by: events.find(isOf(user, key.created))?.actor ?? null })),
  }));
}

/** With the documents of policies that a plan only names, read from the account. */
async function completed(session: LabSession, report: PlanClassification): Promise<PlanClassification> {
  const { recorded, before, after } = report.access;
  const unknown = unknownDocuments(before);
  const inline = await readInlineDocuments(session.iam, unknown.inline);
  const managed = await readManagedDocuments(session.iam, unknown.managed);
  const access = {
    recorded,
    before: withDocuments(before, inline, managed),
    after: withDocuments(after, inline, managed),
  };
  return { ...report, access };
}

/**
 * Resources that Terraform would replace only because their creation met an error. All converge without: a replacement costs a
 * member the access keys or the last day.
 */
function taintedIn({ plan }: SavedPlan): readonly string[] {
  return plan.changes.flatMap(({ reason, address }) => (reason === 'replace_because_tainted' ? [address] : []));
}

/** Whether the plan is one that changes nothing: neither a resource nor what is imported. */
export function isEmpty({ saved }: Pick<StackPlan, 'saved'>): boolean {
  return !hasChanges(saved.plan);
}

async function askAccount(
  session: LabSession,
  { plan }: SavedPlan,
): Promise<Result<{ readonly imports: readonly Imported[]; readonly findings: readonly Block[] }>> {
  const creates = plannedCreates(plan);
  if (creates.length === 0) return succeed({ imports: [], findings: [] });
  return askAws(async () => {
    const { imports, findings } = await findExisting(creates, session.names);
    const needsBoundary = creates.some(({ kind }) => kind === 'user');
    const missing = needsBoundary ? await checkBoundary(boundaryArn(session.team), session.names) : [];
    return { imports, findings: [...missing, ...findings] };
  });
}

import { type AccessDiff, diffAccess } from '../../access/diff.ts';
import { type AccessModel, emptyModel } from '../../access/model.ts';
import { askAws, inParallel } from '../../aws/client.ts';
import { type CloudTrailEvent, KEPT_MS, readIamEvents } from '../../aws/cloudtrail.ts';
import { type HeldCredentials, readHeldCredentials } from '../../aws/credentials/user-credentials.ts';
import { checkBoundary, type Existing, findExisting, type Imported } from '../../aws/iam-names.ts';
import { type AuthorizationDetails, readAuthorizationDetails } from '../../aws/inventory/authorization-details.ts';
import type { GuardrailBlock } from '../../diagnostics/block.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { blocksOf } from '../../guardrails/guardrails.ts';
import { stableJson } from '../../iam/canonical.ts';
import { type ObstructedGroup, obstructedGroups } from '../../review/apply/obstructed.ts';
import { limitedFirst, usersToSuspend } from '../../review/apply/suspension.ts';
import { classifyPlan, type PlanClassification } from '../../review/changes/classify-plan.ts';
import { changeOfPlan, reviewOfPlan } from '../../review/changes/review.ts';
import type { Review } from '../../review/manifest/schema.ts';
import type { RuleInput } from '../../review/rule/input.ts';
import { ruleFor } from '../../review/rule/rule.ts';
import type { Ruled } from '../../review/rule/ruled.ts';
import { teamOf } from '../../team/applied-team.ts';
import { boundaryArn, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { memberKeyOfAddress, roleKeyOfAddress } from '../../terraform/addresses.ts';
import { hasChanges, type ResourceChange } from '../../terraform/plan.ts';
import { plannedCreates } from '../../terraform/resources.ts';
import { forget, type PlanOptions, planChanges, type SavedPlan, untaint } from '../../terraform/run/commands.ts';
import { type Workspace, writeImports } from '../../terraform/run/workspace.ts';
import { eventWait } from '../session/account-session.ts';
import type { LabSession } from '../session/lab-session.ts';
import { type ApplyRecord, appliedFacts, checkSameApply, readRecord } from '../session/records.ts';

/** What applying the team file would do, in every view of it. */
export interface StackPlan {
  readonly workspace: Workspace;
  readonly saved: SavedPlan;
  readonly classification: PlanClassification;
  readonly change: AccessDiff;
  readonly blocks: readonly GuardrailBlock[];
  /** What exists under the lab's path without the state knowing, and is imported. */
  readonly imported: readonly Imported[];
  /** IAM users who are suspended while it is applied: see `usersToSuspend`. */
  readonly suspendedDuringApply: readonly string[];
  /** Groups that are cleared before it is applied. */
  readonly obstructed: readonly ObstructedGroup[];
  /** Of imported users who have any, or of whom they could not be read. */
  readonly credentials: readonly HeldCredentials[];
  /** The team that is written, and what is withheld; of the bootstrap stack the file's. */
  readonly ruled: Ruled;
  readonly rule: RuleOptions;
  /** The account as it was read before the plan; empty for the bootstrap stack. */
  readonly account: AccessModel;
  /** The unique ids of its users and groups, by name. */
  readonly ids: AuthorizationDetails['ids'];
  /** The apply record that the rule took; null if there is none, and for the bootstrap stack. */
  readonly record: ApplyRecord | null;
}

/** What a person or reconcile gives back or deletes: see `RuleInput`. `answered` is the account for which a person agreed to it. */
export type RuleOptions = { readonly answered?: AccessModel | undefined } & Partial<
  Pick<RuleInput, 'restore' | 'shown' | 'recreate' | 'created' | 'lift' | 'giveBack' | 'deletions'>
>;

export interface StackPlanOptions {
  /** Whether the state is locked; true by default. */
  readonly lock?: boolean;
  readonly lockTimeoutSeconds?: number | undefined;
  /** Whether taint marks and users who are left out may be removed from the state before the plan; by default if it is locked. */
  readonly mayWriteState?: boolean;
  /** The file that a pull request changes; by default the team that was applied. */
  readonly before?: Team | null;
  /** Whether to read the credentials of imported users, and who created their keys; `plan` by default. */
  readonly credentials?: 'none' | 'plan' | 'plan-and-cloudtrail';
  readonly rule?: RuleOptions;
  /** The apply record to take in place of the present one: that of an apply that has begun. */
  readonly record?: ApplyRecord | null;
}

/**
 * Plans a lab's stack as the rule says. What exists already is imported by a second plan; taint marks of failed creations and
 * users who are left out are removed from the state, unless it may not be written: a mark then shows as a replacement, which a
 * guardrail blocks, and who is left out is left out of the plan that is shown.
 */
export async function planStack(session: LabSession, options: StackPlanOptions = {}): Promise<Result<StackPlan>> {
  return planAsRuled(session, options, (decided) => planOnce(session, options, decided));
}

const MOST_PLANS = 3;

/**
 * Plans what the rule says of the account, and asks both again after each plan: what someone took before Terraform read the
 * account would be given back. Fails if the answer is another one each time and, with the lock, once another apply has begun or
 * ended.
 */
export async function planAsRuled<Planned extends Pick<StackPlan, 'saved'>>(
  session: LabSession,
  { rule = {}, record, lock = true }: Pick<StackPlanOptions, 'rule' | 'record' | 'lock'>,
  plan: (decided: Decided) => Promise<Result<Planned>>,
): Promise<Result<Planned>> {
  let decided = await applyRule(session, rule, record);
  const last = record ?? (decided.ok ? decided.value.record : null);
  for (let times = 1; decided.ok; times += 1) {
    const planned = await plan(decided.value);
    if (!planned.ok) return planned;
    const { ruled, ids, account } = decided.value;
    const { plan: shown } = planned.value.saved;
    const isChange = hasChanges(shown);
    // Another apply can have created a user while this one waited for the lock, or another user have had the name for a moment.
    const isUnread = ({ type, change: { before } }: ResourceChange) =>
      type === 'aws_iam_user' && before !== null && ids.user.get(String(before.name)) !== before.unique_id;
    const isRead = isChange || !shown.changes.some(isUnread);
    if (!isChange && isRead) return planned;
    const now = await applyRule(session, rule, record);
    if (!now.ok) return now;
    const isWritten = isChange && lock && session.stack === 'team';
    const unchanged = isWritten ? await checkSameApply(session.records, last) : succeed(null);
    if (!unchanged.ok) return unchanged;
    const isSame = stableJson([now.value.ruled, ofLab(now.value)]) === stableJson([ruled, ofLab({ account, ruled })]);
    if (isRead && isSame) return planned;
    if (times === MOST_PLANS)
      return fail('plan-stale', { reason: `the account has changed during each of ${MOST_PLANS} plans` });
    decided = now;
  }
  return decided;
}

/** By what of the account it is judged who is at risk: others can change what is theirs all the time. */
function ofLab({ account, ruled: { team } }: Pick<StackPlan, 'account' | 'ruled'>): Omit<AccessModel, 'account'> {
  const users = account.users.filter(({ path }) => path === labPath(team.lab));
  const held = new Set(users.flatMap((user) => user.groups));
  const groups = account.groups.filter(({ name, path }) => held.has(name) || path === labPath(team.lab));
  const arns = new Set<string | null>([...users, ...groups].flatMap(({ attached }) => attached));
  for (const { boundary } of users) arns.add(boundary);
  return { users, groups, policies: account.policies.filter(({ arn }) => arns.has(arn)) };
}

async function planOnce(
  session: LabSession,
  { lock = true, mayWriteState = lock, lockTimeoutSeconds, before: base, credentials = 'plan', rule }: StackPlanOptions,
  { ruled, account, record, policies, ids }: Decided,
): Promise<Result<StackPlan>> {
  const workspace = await session.workspace(session.stack, ruled.team);
  if (!workspace.ok) return workspace;
  const options = { lockTimeoutSeconds, lock, mayWriteState };
  const leaves = (saved: SavedPlan) => leftOutIn(saved, ruled, account, policies);
  const written = await planImporting(session, workspace.value, options, leaves);
  if (!written.ok) return written;
  const { saved, imports, findings } = written.value;
  const leftOut = new Set(leaves(saved));
  const changes = saved.plan.changes.filter(({ address }) => !leftOut.has(address));
  const plan = { ...saved.plan, changes };
  const obstructed = obstructedGroups(plan, account, ruled.team);
  const left = obstructed.map(({ group }) => group);
  const report = classifyPlan(plan, session.team.account, account, left);
  // Terraform takes a user with another name for a deleted one.
  const existing = new Set(ids.user.values());
  const manualChanges = report.manualChanges.filter(
    ({ outcome, difference: { kind, ...of } }) =>
      !(outcome === 'kept' && kind === 'user-deleted' && 'user' in of && existing.has(record?.ids.user[of.user] ?? '')),
  );
  const classification = { ...report, manualChanges };
  const { before, after } = classification.access;
  const applied = appliedIn({ record }, session.team);
  const atRisk = session.stack === 'team' ? usersToSuspend(before, after, session.at) : [];
  const crowded = limitedFirst(account, ruled.team, atRisk).map(({ user }) => user);
  return succeed({
    workspace: workspace.value,
    saved: { ...saved, plan },
    classification,
    change:
      applied === null
        ? diffAccess(before, after, session.at)
        : changeOfPlan({ before: applied, after: session.team, at: session.at }, { classification, ruled }),
    blocks: [...findings, ...blocksOf(plan, session.team, session.today, session.stack, 'whole', base ?? applied)],
    imported: imports,
    credentials: credentials === 'none' ? [] : await importedCredentials(session, imports, credentials !== 'plan'),
    suspendedDuringApply: [...new Set([...atRisk, ...crowded])].sort(),
    obstructed,
    ...{ ruled, account, ids, record, rule: { shown: ids.user, ...rule } },
  });
}

/** A plan without taint marks of failed creations and without what is forgotten. */
export async function planWithout(
  workspace: Workspace,
  forgotten: (plan: SavedPlan) => readonly string[],
  { mayWriteState = true, ...options }: PlanOptions & Pick<StackPlanOptions, 'mayWriteState'> = {},
): Promise<Result<SavedPlan>> {
  const saved = await planChanges(workspace, options);
  if (!saved.ok) return saved;
  // Replaced only because their creation met an error, all converge without; it costs a member the access keys or the last day.
  const replaced = saved.value.plan.changes.filter(({ reason }) => reason === 'replace_because_tainted');
  const tainted = mayWriteState ? replaced.map(({ address }) => address) : [];
  const left = mayWriteState ? forgotten(saved.value) : [];
  if (tainted.length + left.length === 0) return saved;
  const untainted = await untaint(workspace, tainted, options);
  if (!untainted.ok) return untainted;
  const removed = await forget(workspace, left, options);
  return removed.ok ? planChanges(workspace, options) : removed;
}

/** Such a plan that imports what exists already. */
export async function planImporting(
  session: LabSession,
  workspace: Workspace,
  options: Parameters<typeof planWithout>[2] = {},
  forgotten: Parameters<typeof planWithout>[1] = () => [],
) {
  let saved = await planWithout(workspace, forgotten, options);
  if (!saved.ok) return saved;
  const found = await askAccount(session, saved.value);
  if (!found.ok) return found;
  if (found.value.imports.length > 0) {
    await writeImports(workspace, found.value.imports);
    saved = await planChanges(workspace, options);
    if (!saved.ok) return saved;
  }
  return succeed({ saved: saved.value, ...found.value });
}

type Decided = Pick<StackPlan, 'ruled' | 'account' | 'ids' | 'record'> & Pick<AuthorizationDetails, 'policies'>;

/** What the rule says of the account as it is now. */
async function applyRule(
  { stack, team, today, iam, records }: LabSession,
  { restore = new Set(), answered, ...rule }: RuleOptions,
  own?: ApplyRecord | null,
): Promise<Result<Decided>> {
  if (stack === 'bootstrap') {
    const ruled = { team, withheld: [], leftOut: { members: [], roles: [] }, taken: {}, newUsers: [], renamed: [] };
    const ids = { user: new Map(), group: new Map() };
    return succeed({ ruled, account: emptyModel(team.account), record: null, policies: new Map(), ids });
  }
  const record = own === undefined ? await readRecord(records) : succeed(own);
  if (!record.ok) return record;
  const account = await askAws(() => readAuthorizationDetails(iam, team.account));
  if (!account.ok) return account;
  if (answered !== undefined && stableJson(account.value.access) !== stableJson(answered))
    return fail('plan-stale', { reason: 'the account has changed since the question' });
  const facts = appliedFacts(record.value);
  // Another lab's members are not missing: nothing of them may leave the state before a guardrail blocks the plan.
  const applied = facts?.team.lab === team.lab ? facts : null;
  const input: RuleInput = { team, today, account: account.value, applied, restore, ...rule };
  const ruled = ruleFor(input);
  const { access, policies, ids } = account.value;
  const read = { account: access, record: record.value, policies, ids };
  const ofBegun = ruled.newUsers.filter((name) => access.users.some((user) => user.name === name));
  if (ofBegun.length === 0) return succeed({ ruled, ...read });
  const held = await heldCredentials(iam, ofBegun);
  const withCredentials = new Set(held.map(({ user }) => user));
  return succeed({ ruled: ruleFor({ ...input, withCredentials }), ...read });
}

const HOLDERS = ['user', 'group'] as const;

/**
 * Addresses that the plan would delete, and that it leaves: of what is left out, of users and groups outside the lab's path,
 * which the workflows cannot change, and policies that something else has, which IAM does not delete.
 */
export function leftOutIn(
  { plan }: SavedPlan,
  { leftOut: { members, roles }, team }: Ruled,
  { users, groups }: AccessModel,
  policies: AuthorizationDetails['policies'],
): readonly string[] {
  const holders = { user: users, group: groups };
  const isInside = ({ path }: { readonly path: string }) => path === labPath(team.lab);
  const managed = new Set(plan.changes.map(({ type, change: { before } }) => `${type} ${before?.name}`));
  const isLeft = ({ address, type, change: { before } }: ResourceChange) => {
    if (members.includes(memberKeyOfAddress(address) ?? '') || roles.includes(roleKeyOfAddress(address) ?? ''))
      return true;
    const arn = String(before?.arn);
    const losing = HOLDERS.flatMap((kind) =>
      holders[kind].filter(
        (one) => isInside(one) && managed.has(`aws_iam_${kind} ${one.name}`) && one.attached.includes(arn),
      ),
    );
    if ((policies.get(arn)?.attachments ?? 0) > losing.length) return true;
    const kind = HOLDERS.find((each) => type.startsWith(`aws_iam_${each}`));
    const name = kind && (before?.[kind] ?? before?.[`${kind}_name`] ?? before?.name);
    return kind !== undefined && holders[kind].some((one) => one.name === name && !isInside(one));
  };
  return plan.changes.flatMap((each) =>
    each.change.actions.join() === 'delete' && isLeft(each) ? [each.address] : [],
  );
}

/** The largest difference between a key's time of creation and that of the event. */
const SAME_MOMENT_MS = 5_000;

/** Of those users who have any, or of whom they could not be read. */
async function heldCredentials(iam: LabSession['iam'], users: readonly string[]): Promise<readonly HeldCredentials[]> {
  const all = await inParallel(users, (user) => readHeldCredentials(iam, user));
  return all.filter(({ keys, others, notChecked }) => keys.length + others.length + notChecked.length > 0);
}

async function importedCredentials(
  session: LabSession,
  imports: readonly Imported[],
  asksCloudTrail: boolean,
): Promise<readonly HeldCredentials[]> {
  const users = imports.filter(({ kind }) => kind === 'user').map(({ id }) => id);
  const held = await heldCredentials(session.iam, users);
  if (!asksCloudTrail || held.every(({ keys }) => keys.length === 0)) return held;
  const attribute = { AttributeKey: 'EventName', AttributeValue: 'CreateAccessKey' } as const;
  const since = new Date(session.at.getTime() - KEPT_MS);
  const { events } = await readIamEvents(session.cloudTrail(), attribute, since, eventWait(session));
  const isOf = (name: string, created: string) => (event: CloudTrailEvent) =>
    (event.parameters.userName ?? event.user) === name &&
    Math.abs(Date.parse(event.at) - Date.parse(created)) <= SAME_MOMENT_MS;
  return held.map(({ user, keys, ...rest }) => ({
    ...{ user, ...rest },
    keys: keys.map((key) => ({ ...key, by: events.find(isOf(user, key.created))?.actor ?? null })),
  }));
}

/** Whether the plan is one that changes nothing: neither a resource nor what is imported. */
export function noChanges({ saved }: Pick<StackPlan, 'saved'>): boolean {
  return !hasChanges(saved.plan);
}

/** Reviews a plan of the team's stack against what was applied last; without a record, everything counts as new. */
export function reviewOfStack(session: LabSession, planned: StackPlan): Review {
  const { team } = session;
  return reviewOfPlan(appliedIn(planned, team), team, session, { ...planned, plan: planned.saved.plan });
}

/** The team that was applied last, with the words of a newer file; null if none is on record. */
export function appliedIn({ record }: Pick<StackPlan, 'record'>, newer: Team): Team | null {
  return record === null || record.team === null ? null : teamOf(record.team, newer);
}

/** Whether anything is under a lab's path. */
export function isUsed({ users, groups, policies }: AccessModel, lab: string): boolean {
  const path = labPath(lab);
  return (
    [...users, ...groups].some((each) => each.path === path) ||
    policies.some(({ arn }) => arn.includes(`:policy${path}`))
  );
}

/** What the plan would create and exists already: imports, and names that are taken. */
async function askAccount(session: LabSession, { plan }: SavedPlan): Promise<Result<Existing>> {
  const creates = plannedCreates(plan);
  if (creates.length === 0) return succeed({ imports: [], findings: [] });
  return askAws(async () => {
    const { imports, findings } = await findExisting(creates, session.names);
    const needsBoundary = creates.some(({ kind }) => kind === 'user');
    const missing = needsBoundary ? await checkBoundary(boundaryArn(session.team), session.names) : [];
    return { imports, findings: [...missing, ...findings] };
  });
}

import { ofUser, operationsIn } from '../../access/access-of.ts';
import { difference, isEmpty } from '../../access/operation-set.ts';
import { userNamed } from '../../access/policies-of.ts';
import { fail, failedAfter, progressOf, type Result, succeed } from '../../diagnostics/failure.ts';
import type { Phase } from '../../guardrails/guardrail.ts';
import { blocksOf } from '../../guardrails/guardrails.ts';
import { stableJson } from '../../iam/canonical.ts';
import { suspendedTeam } from '../../review/apply/suspension.ts';
import { ownersOf } from '../../review/approval/owners.ts';
import { gainsBeyond, heldBeyond } from '../../review/rule/assertion.ts';
import type { Ruled } from '../../review/rule/ruled.ts';
import { type AppliedTeam, appliedTeam } from '../../team/applied-team.ts';
import { iamName, keyOfIamName, labPath } from '../../team/names.ts';
import type { Member } from '../../team/team.ts';
import { limitsAddress, roleAddress } from '../../terraform/addresses.ts';
import { isChange } from '../../terraform/plan.ts';
import {
  type ApplyResult,
  applyPlan,
  type CommandOptions,
  outdatePlans,
  type SavedPlan,
} from '../../terraform/run/commands.ts';
import { withProgress } from '../../terraform/run/progress.ts';
import {
  appliedIn,
  leftOutIn,
  noChanges,
  planAsRuled,
  planStack,
  planWithout,
  type RuleOptions,
  type StackPlan,
} from '../plan/plan.ts';
import type { LabSession } from '../session/lab-session.ts';
import {
  type ApplyRecord,
  changeRecord,
  earlierCommits,
  isSameApply,
  RECORD_FILE,
  withBegun,
} from '../session/records.ts';
import type { Terminal } from '../terminal.ts';
import { clearGroups, leaveGroups, limitUsers, unexpectedMemberships, unlimited } from './own-calls.ts';

/** Applies of a workflow wait for each other, and a large one takes minutes. */
const LOCK_TIMEOUT_SECONDS = 300;

export function lockTimeout(workflow: boolean) {
  return { lockTimeoutSeconds: workflow ? LOCK_TIMEOUT_SECONDS : undefined };
}

export function blocked({ blocks }: Pick<StackPlan, 'blocks'>) {
  return fail('guardrail-blocked', { codes: [...new Set(blocks.map(({ code }) => code))], blocks });
}

export interface CarryOutOptions extends Pick<CommandOptions, 'onStart'> {
  /** The commit of the team file, for the apply record; null if it is of none. */
  readonly commit: string | null;
  /** Numbers of owners' accounts on GitHub by login, in lower case. */
  readonly ownerIds: ReadonlyMap<string, number>;
  /** Whether to wait for the lock of the state. */
  readonly workflow: boolean;
  /** Whether each change up to the commit is known to be approved. */
  readonly isApproved: boolean;
}

/**
 * Carries out a plan unless a guardrail blocks it: the begun team is recorded before the first call, and cleared once a second
 * plan is empty and the account, read again, gives no one more than was written. The steps that were applied.
 */
export async function applyPlanned(
  session: LabSession,
  planned: StackPlan,
  options: CarryOutOptions,
  terminal: Terminal,
  onBegin: () => void = () => {},
): Promise<Result<number>> {
  if (planned.blocks.length > 0) return blocked(planned);
  const isBegun = (planned.record?.begun ?? []).length > 0;
  const carried =
    isUnchanged(planned) && !isBegun
      ? nothingBeyond(session, planned, { steps: 0, record: planned.record })
      : await carryOut(session, planned, options, terminal, onBegin);
  if (!carried.ok) return carried;
  const { steps, record: last, read } = carried.value;
  const { lab } = session.team;
  const team = appliedTeam(session.team, session.today);
  const noted = await changeRecord(session.records, (record) => {
    if (!isSameApply(record, last)) return isRecorded(record, team) ? record : null;
    const user = { ...knownIds(record, planned.ruled, lab), ...newIds(read) };
    const [at, { since = record.at, earlier }] = [session.now().toISOString(), record];
    const isTeamSame = isTeam({ ...team, day: record.team?.day ?? '' }, record);
    const isSame = !isBegun && record.commit === options.commit && isTeamSame;
    // What an administrator undid needs a new approval for good, whatever a workflow applies first.
    const isOfWorkflows = options.isApproved && earlier === undefined;
    const before = isOfWorkflows ? undefined : earlierCommits(record, isBegun);
    return {
      ...record,
      commit: options.commit,
      at,
      ...(isSame ? { since, earlier } : { since: options.isApproved ? since : at, earlier: before }),
      team,
      owners: [...ownersOf(session.team, record.owners, options.ownerIds)],
      begun: [],
      ids: { user, group: groupIds(read, record, lab) },
    };
  });
  if (noted.ok) return succeed(steps);
  if (noted.failure.code === 'record-changed') return failedAfter(noted, steps, 0);
  // The apply is done, and only its record is missing.
  const reason = 'reason' in noted.failure.args ? noted.failure.args.reason : '';
  return fail('record-not-written', { file: RECORD_FILE, reason });
}

/** Whether another apply of the same team has ended since, and no other began. */
function isRecorded(record: ApplyRecord, team: AppliedTeam): boolean {
  return record.begun.length === 0 && isTeam(team, record);
}

function isTeam(team: AppliedTeam, record: Pick<ApplyRecord, 'team'>): boolean {
  return stableJson(record.team) === stableJson(team);
}

/** Ids are carried over from record to record, for as long as the member is in the file. */
function knownIds({ ids }: ApplyRecord, { team, leftOut }: Ruled, lab: string): Record<string, string> {
  const keys = [...team.members.map(({ key }) => key), ...leftOut.members];
  const names = new Set(keys.map((key) => iamName(lab, key)));
  return Object.fromEntries(Object.entries(ids.user).filter(([name]) => names.has(name)));
}

/** Of a user that a person accepted, the id that they were shown: another user may have the name by now. */
function newIds({ ruled, rule, ids }: Carried['read']): Record<string, string> {
  return Object.fromEntries(
    ruled.newUsers.flatMap((name) => {
      const id = rule.shown?.get(name) ?? ids.user.get(name);
      return id === undefined ? [] : [[name, id]];
    }),
  );
}

/** Of the lab's own groups, and of those that were moved out of its path. */
function groupIds({ account, ids }: Carried['read'], record: ApplyRecord, lab: string): Record<string, string> {
  const known = new Set(Object.values(record.ids.group));
  return Object.fromEntries(
    account.groups.flatMap(({ name, path }) => {
      const id = ids.group.get(name);
      return id !== undefined && (path === labPath(lab) || known.has(id)) ? [[name, id]] : [];
    }),
  );
}

/** Whether there is nothing to do, in Terraform and in users and groups that it does not manage. */
export function isUnchanged(planned: StackPlan): boolean {
  return noChanges(planned) && planned.obstructed.length + unlimited(planned).length === 0;
}

/** How many steps were carried out, and the record as it was written before the first, or read if there was none. */
interface Carried {
  readonly steps: number;
  readonly record: ApplyRecord | null;
  /** The account as it was read last: another user can have a new one's name since. */
  readonly read: Pick<StackPlan, 'account' | 'ids' | 'ruled' | 'rule'>;
}

/** Carries out the plan, and what the rule says after that if it gives no one more: a person has approved the plan alone. */
async function carryOut(
  session: LabSession,
  planned: StackPlan,
  options: CarryOutOptions,
  terminal: Terminal,
  onBegin: () => void,
  rounds = 3,
): Promise<Result<Carried>> {
  const { ruled, account, classification, suspendedDuringApply } = planned;
  const gains = gainsBeyond(account, classification.access, ruled, session.at);
  if (gains.length > 0) return fail('grants-not-in-file', { people: gains });
  const { team, today } = session;
  const noted = { ...team, members: team.members.map((each) => ({ ...each, withheld: ruled.taken[each.key] ?? [] })) };
  const begun = appliedTeam(
    suspendedDuringApply.length === 0 ? noted : suspendedTeam(noted, suspendedDuringApply),
    today,
  );
  const recorded = await changeRecord(session.records, (record) => {
    if (!isSameApply(record, planned.record)) return null;
    const user = { ...foreignIds(ruled, team.lab), ...record.ids.user };
    return { ...withBegun(record, begun, session.now()), ids: { ...record.ids, user } };
  });
  if (!recorded.ok) return recorded;
  onBegin();
  const limited = await limitUsers(session, planned);
  if (!limited.ok) return failedAfter(limited, 0, 1);
  // What is in a group before its membership is created stays in it: an unmanaged user would get the role.
  const early = await leaveGroups(session, unexpectedMemberships(session, planned, 'others'));
  if (!early.ok) return failedAfter(early, limited.value, 1);
  const terraform = await withProgress(terminal, (onEvent) =>
    applyStack(
      session,
      { ...planned, record: recorded.value },
      { ...lockTimeout(options.workflow), onStart: options.onStart, onEvent },
    ),
  );
  const applied = afterOwn(limited.value + early.value, terraform);
  if (!applied.ok) return applied;
  const { done } = applied.value;
  // One that this apply ends may sleep before Terraform begins, which refuses its plan if the state has another serial: undoing
  // manual changes alone leaves the same one.
  const isEnding = (planned.record?.begun ?? []).length > 0;
  const ended = isEnding ? await outdatePlans(planned.workspace, lockTimeout(options.workflow)) : succeed(null);
  if (!ended.ok) return failedAfter(ended, done, 0);
  // Another apply may have waited for the lock, and have it now.
  const rule = ruleOnceCreated(planned);
  const again = await planStack(session, { ...lockTimeout(true), rule, record: recorded.value });
  if (!again.ok) return failedAfter(again, done, 0);
  if (isUnchanged(again.value)) return nothingBeyond(session, again.value, { steps: done, record: recorded.value });
  const isStricter = stableJson(again.value.ruled) !== stableJson(ruled) && !givesMore(again.value, session.at);
  if (rounds > 1 && isStricter && again.value.blocks.length === 0) {
    const next = await carryOut(session, again.value, options, terminal, onBegin, rounds - 1);
    return next.ok ? succeed({ ...next.value, steps: done + next.value.steps }) : failedAfter(next, done, 0);
  }
  const { saved, obstructed } = again.value;
  const left = [...obstructed.map(({ group }) => group), ...unlimited(again.value).map(({ user }) => user)];
  const changed = saved.plan.changes.filter((each) => isChange(each) || each.change.importing !== null);
  return fail('not-converged', { addresses: [...changed.map(({ address }) => address), ...left] });
}

function givesMore({ account, classification }: StackPlan, at: Date): boolean {
  const before = operationsIn(account, at);
  const after = [...operationsIn(classification.access.after, at)];
  return after.some(([user, allowed]) => !isEmpty(difference(allowed, ofUser(before, user))));
}

/** Fails if someone may do more through the lab than is written, as the account was before an empty plan. */
function nothingBeyond({ at }: LabSession, read: StackPlan, carried: Omit<Carried, 'read'>): Result<Carried> {
  const people = heldBeyond(read.account, read.ruled, at);
  return people.length === 0 ? succeed({ ...carried, read }) : fail('still-has-access', { people });
}

/** How the plan's rule goes on once it has written: users created again, who were missing or deleted for age, are its own. */
function ruleOnceCreated({ rule, ruled, account, record }: StackPlan): RuleOptions {
  const isNew = (name: string) => ruled.newUsers.includes(name) && userNamed(account, name) === null;
  const had = record?.team?.members ?? [];
  const created = had.flatMap(({ key }) => (isNew(iamName(ruled.team.lab, key)) ? [key] : []));
  return { ...rule, answered: undefined, created: new Set([...(rule.created ?? []), ...created]) };
}

/** No IAM id: it marks a user that is not the lab's, so that an interrupted apply does not take it for one that it created. */
const NOT_OURS = 'none';

function foreignIds({ withheld }: Ruled, lab: string): Record<string, string> {
  const foreign = withheld.filter(({ kind, of }) => of === 'member' && (kind === 'replaced' || kind === 'name-taken'));
  return Object.fromEntries(foreign.map(({ key }) => [iamName(lab, key), NOT_OURS]));
}

/** Applies a plan that no guardrail blocks, so that at no moment a user may do what neither the access before nor after allows. */
export async function applyStack(
  session: LabSession,
  plan: StackPlan,
  options: CommandOptions = {},
): Promise<Result<ApplyResult>> {
  // What members leave can have the Denies that go into their `limits`; a role's stay in their group unless it is cleared.
  const isFirst = (address: string) => plan.obstructed.length > 0 || address.startsWith('aws_iam_user_policy.');
  if (plan.suspendedDuringApply.length === 0 && !keepingDenies(plan).some(isFirst)) {
    const cleared = await leaveAndClearGroups(session, plan);
    if (!cleared.ok) return failedAfter(cleared, 0, 1);
    return afterOwn(cleared.value, await applyPlan(plan.workspace, plan.saved, options));
  }

  const interrupts = noteInterrupts();
  try {
    return await applyInSteps(session, plan, options, interrupts);
  } finally {
    interrupts.end();
  }
}

/** How many memberships it ended. */
async function leaveAndClearGroups(session: LabSession, plan: StackPlan): Promise<Result<number>> {
  const left = await leaveGroups(session, unexpectedMemberships(session, plan, 'members'));
  if (!left.ok) return left;
  const cleared = await clearGroups(session, plan.obstructed);
  return cleared.ok ? left : cleared;
}

/** What Terraform applied, with the steps of our own before. */
function afterOwn(own: number, applied: Result<ApplyResult>): Result<ApplyResult> {
  if (applied.ok) return succeed({ done: own + applied.value.done, total: own + applied.value.total });
  return own === 0 ? applied : failedAfter(applied, own, 1);
}

interface Step {
  readonly phase: Phase;
  readonly targets: readonly string[];
}

/** Addresses of the policies into which the plan writes Denies that someone added to a role or a member. */
function keepingDenies({ ruled: { team }, saved }: StackPlan): readonly string[] {
  const changing = new Set(saved.plan.changes.filter(isChange).map(({ address }) => address));
  const isKeeping = ({ keptDenies = [] }: Pick<Member, 'keptDenies'>) => keptDenies.length > 0;
  return [
    ...team.roles.filter(isKeeping).map(({ key }) => `aws_iam_policy.${roleAddress(key)}`),
    ...team.members.filter(isKeeping).map(({ key }) => `aws_iam_user_policy.${limitsAddress(key)}`),
  ].filter((address) => changing.has(address));
}

/**
 * A Deny for the members at risk comes first and alone, then the policies that keep added Denies, which leave their place only
 * then, then everything else, then the Deny is removed.
 */
async function applyInSteps(
  session: LabSession,
  plan: StackPlan,
  options: CommandOptions,
  interrupts: { readonly seen: boolean },
): Promise<Result<ApplyResult>> {
  const keys = plan.suspendedDuringApply.flatMap((name) => keyOfIamName(session.team.lab, name) ?? []);
  const suspending = keys.map((key) => `aws_iam_user_policy.${limitsAddress(key)}`);
  const first = [suspending, keepingDenies(plan).filter((address) => !suspending.includes(address))];
  const steps: readonly Step[] = [
    ...first.flatMap((targets) => (targets.length === 0 ? [] : [{ phase: 'partial' as const, targets }])),
    { phase: 'suspended', targets: [] },
    ...(keys.length === 0 ? [] : [{ phase: 'whole' as const, targets: [] }]),
  ];
  let done = 0;
  for (const step of steps) {
    const applied = interrupts.seen
      ? fail('interrupted', { progress: null })
      : await applyStep(session, plan, step, options);
    if (applied.ok) done += applied.value.done;
    // The first step, too, can fail after it has suspended some of them.
    else if (done + (progressOf(applied.failure)?.done ?? 0) === 0) return applied;
    else return failedAfter(applied, done, 1, keys);
  }
  return succeed({ done, total: done });
}

async function applyStep(
  session: LabSession,
  plan: StackPlan,
  { phase, targets }: Step,
  options: CommandOptions,
): Promise<Result<ApplyResult>> {
  // What someone took since the plan is not given back by a step.
  const ruling = { rule: ruleOnceCreated(plan), record: plan.record };
  const planned = await planAsRuled(session, ruling, async ({ ruled, account, policies }) => {
    const team = phase === 'whole' ? ruled.team : suspendedTeam(ruled.team, plan.suspendedDuringApply);
    const workspace = await session.workspace(session.stack, team, plan.imported);
    if (!workspace.ok) return workspace;
    const leaves = (saved: SavedPlan) => leftOutIn(saved, ruled, account, policies);
    const saved = await planWithout(workspace.value, leaves, { ...options, targets });
    return saved.ok ? succeed({ workspace: workspace.value, saved: saved.value }) : saved;
  });
  if (!planned.ok) return planned;
  const { workspace, saved } = planned.value;
  // The guardrails have checked the plan before the first step, and this is another one.
  const blocks = blocksOf(saved.plan, session.team, session.today, session.stack, phase, appliedIn(plan, session.team));
  if (blocks.length > 0) {
    const codes = [...new Set(blocks.map(({ code }) => code))];
    return fail('blocked-during-apply', { codes, progress: { done: 0, total: 1 } });
  }
  // Only now: what is taken from a group can hold Denies, which the rule keeps.
  const cleared = phase === 'suspended' ? await leaveAndClearGroups(session, plan) : succeed(0);
  return cleared.ok ? afterOwn(cleared.value, await applyPlan(workspace, saved, options)) : cleared;
}

/** Between two steps no Terraform runs to take a signal; Ctrl-C there must not leave members suspended without a message. */
function noteInterrupts(): { readonly seen: boolean; end(): void } {
  let seen = false;
  const note = (): void => {
    seen = true;
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, note);
  return {
    get seen() {
      return seen;
    },
    end() {
      for (const signal of signals) process.off(signal, note);
    },
  };
}

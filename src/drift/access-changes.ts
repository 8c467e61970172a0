import { conservativeModel } from '../access/conservative.ts';
import { type AccessChange, conditionally, distinctEffects, effectsBetween, gainsBetween } from '../access/diff.ts';
import { canEscalate } from '../access/escalation/escalation.ts';
import type { EscalationTargets } from '../access/escalation/targets.ts';
import {
  type AccessModel,
  type AccessUser,
  around,
  type ModelIndex,
  policyName,
  unmanagedUser,
} from '../access/model.ts';
import { type Difference, inverse } from '../access/model-difference.ts';
import { desiredAccess } from '../access/sources/desired.ts';
import { concernedBy, type Documents, groupOf, withDifferences } from '../access/with-differences.ts';
import type { UnmanagedResource, UnmanagedResources } from '../aws/inventory/unmanaged.ts';
import { RISKS, type Risk } from '../catalog/mturk.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { boundaryPolicy } from '../team/documents.ts';
import { boundaryArn } from '../team/names.ts';
import type { Team } from '../team/team.ts';

export interface AccessEffect {
  /** Whose access changes and how, worst risk first; together with other manual changes if that is worse. */
  readonly changes: readonly AccessChange[];
  /** The worst risk of what someone may do by it and should not; null if nothing. */
  readonly risk: Risk | null;
  /** Names of the IAM users who can escalate privileges by it, and `role/NAME` of a role. */
  readonly escalates: readonly string[];
}

export function effectOf(changes: readonly AccessChange[], escalates: readonly string[]): AccessEffect {
  const risk = escalates.length > 0 ? 'spends' : worstOf(changes.map(({ worstGain }) => worstGain));
  return { changes, risk, escalates };
}

export function effectBetween(
  before: AccessModel,
  after: AccessModel,
  lab: EscalationTargets,
  at: Date,
  whole?: readonly [AccessModel, AccessModel],
): AccessEffect {
  return effectOf(effectsInDoubt(before, after, at, whole), gainedEscalations(before, after, lab, at));
}

/** What users can do at all, now or later, counting in doubt as allowed. */
export function gainsInDoubt(model: AccessModel, at: Date): readonly AccessChange[] {
  return effectsInDoubt({ ...model, users: [] }, model, at).filter(({ worstGain }) => worstGain !== null);
}

/** Access is lost for sure, and gained in doubt. */
function effectsInDoubt(...[before, after, at, whole]: Parameters<typeof effectsBetween>): readonly AccessChange[] {
  const changes = effectsBetween(before, after, at, whole);
  const doubted = conservativeModel(after);
  const wholes = whole && ([conservativeModel(whole[0]), conservativeModel(whole[1])] as const);
  if (doubted === after && wholes?.[1] === whole?.[1]) return changes;
  const gains = gainsBetween(conservativeModel(before), doubted, at, wholes);
  return distinctEffects([...changes, ...gains.map(conditionally)]);
}

/**
 * The effect of a difference: alone, on `desired` (the account with the lab as in team.yaml), after `earlier` ones of the same
 * people, so that no gain is between two, or together with the other changes, on the account as it is, whichever is worse: a
 * removed boundary and an attached policy can each be harmless alone. What another change, or in `full` a kept Deny, takes again is left out. For an added user or group: all it can do.
 */
export function effectOfDifference(
  difference: Difference,
  earlier: readonly Difference[],
  desired: ModelIndex,
  account: ModelIndex,
  full: ModelIndex,
  documents: Documents,
  lab: EscalationTargets,
  at: Date,
): AccessEffect {
  if (difference.kind === 'user-added') {
    const own = around(full, [difference.user]);
    return effectOf(gainsInDoubt(own, at), escalatingIn(own, lab, at));
  }
  if (difference.kind === 'group-added') return effectOfGroup(difference.group, desired, account, lab, at);
  const all = [...earlier, difference];
  const groups = all.flatMap((each) => groupOf(each) ?? []);
  const users = new Set([desired, account].flatMap((index) => concernedBy(index, difference)));
  const concerned = (index: ModelIndex) => around(index, users, groups);
  const [before, now, whole] = [concerned(desired), concerned(account), concerned(full)];
  const alone = effectBetween(before, withDifferences(before, [difference], documents), lab, at, [before, whole]);
  const without = withDifferences(now, [inverse(difference)], documents);
  const together = effectBetween(without, now, lab, at, [before, whole]);
  const step = withDifferences(before, earlier, documents);
  const then =
    earlier.length < 2
      ? effectOf([], [])
      : effectBetween(step, withDifferences(before, all, documents), lab, at, [before, whole]);
  const escalates = [...new Set([...together.escalates, ...alone.escalates, ...then.escalates])].sort();
  // Of what is only lost, a part can be lost already on the account as it is.
  const losses = together.changes.filter(({ worstGain }) => worstGain === null);
  return effectOf(distinctEffects([...losses, ...alone.changes, ...together.changes, ...then.changes]), escalates);
}

function effectOfGroup(
  name: string,
  desired: ModelIndex,
  account: ModelIndex,
  lab: EscalationTargets,
  at: Date,
): AccessEffect {
  const before = around(desired, account.members.get(name) ?? []);
  const added = around(account, [], [name]);
  const known = new Set(before.policies.map(({ arn }) => arn));
  const after: AccessModel = {
    ...before,
    users: before.users.map((user) => ({ ...user, groups: [...user.groups, name] })),
    groups: [...before.groups, ...added.groups],
    policies: [...before.policies, ...added.policies.filter(({ arn }) => !known.has(arn))],
  };
  return effectBetween(before, after, lab, at, [before, around(account, account.members.get(name) ?? [])]);
}

export function worstOf(risks: readonly (Risk | null)[]): Risk | null {
  return RISKS.find((risk) => risks.includes(risk)) ?? null;
}

/** Names of the users who can escalate privileges in `after` and cannot in `before`, at any moment. */
function gainedEscalations(
  before: AccessModel,
  after: AccessModel,
  lab: EscalationTargets,
  at: Date,
): readonly string[] {
  const escalating = escalatingIn(after, lab, at);
  const were = new Set(escalating.length === 0 ? [] : escalatingIn(before, lab, at));
  return escalating.filter((name) => !were.has(name));
}

/** Members who can escalate privileges because the boundary policy was changed. */
export function escalationsByBoundary(
  team: Team,
  { model }: ModelIndex,
  lab: EscalationTargets,
  at: Date,
): readonly string[] {
  const arn = boundaryArn(team);
  const users = model.users.filter(({ boundary }) => boundary === arn);
  const now = { ...model, users };
  return gainedEscalations(withDocument(now, arn, boundaryPolicy(team)), now, lab, at);
}

/** The model with another document of a policy, whether it has the policy or not. */
export function withDocument(model: AccessModel, arn: string, document: PolicyDocument | null): AccessModel {
  const others = model.policies.filter((policy) => policy.arn !== arn);
  return { ...model, policies: [...others, { arn, name: policyName(arn), document }] };
}

/** An unmanaged user, group or policy, and what it alone changes. */
export interface UnmanagedEffect extends Pick<AccessEffect, 'changes' | 'escalates'> {
  readonly resource: UnmanagedResource;
  /** Access through it that team.yaml grants, too: it would stay if team.yaml revoked it. */
  readonly keeps: readonly AccessChange[];
}

/** What each unmanaged resource changes beside team.yaml on that day. `account` has users that are to be deleted, too. */
export function unmanagedEffectsOf(
  unmanaged: UnmanagedResources,
  team: Team,
  account: AccessModel,
  today: string,
  at: Date,
  lab: EscalationTargets,
): readonly UnmanagedEffect[] {
  const desired = desiredAccess(team, today);
  const own = unmanagedModel(unmanaged, desired.account);
  const arns = new Set(desired.policies.map(({ arn }) => arn));
  const base: AccessModel = {
    ...desired,
    groups: [...desired.groups, ...own.groups],
    policies: [...desired.policies, ...own.policies.filter(({ arn }) => !arns.has(arn))],
  };
  const leaving = account.users
    .filter((user) => user.unmanaged !== true)
    .map((user) => ({ ...user, groups: [], attached: [] }));
  const users = new Map([...leaving, ...own.users, ...base.users].map((user) => [user.name, user]));
  const known = (name: string) => users.get(name) ?? unmanagedUser(name);
  return unmanaged.resources.map((resource) => unmanagedEffect(resource, base, known, lab, at));
}

/** The worst that it allows; what it only keeps counts, too. */
export function riskOfUnmanaged({ changes, keeps, escalates }: UnmanagedEffect): Risk | null {
  return effectOf([...changes, ...keeps], escalates).risk;
}

function unmanagedEffect(
  resource: UnmanagedResource,
  base: AccessModel,
  known: (name: string) => AccessUser,
  lab: EscalationTargets,
  at: Date,
): UnmanagedEffect {
  if (resource.kind === 'policy') return { resource, changes: [], keeps: [], escalates: [] };
  const concerned = resource.kind === 'user' ? [known(resource.name)] : resource.details.members.map(known);
  const without = (user: AccessUser): AccessUser => ({
    ...user,
    groups: user.groups.filter((group) => group !== resource.name),
  });
  const within = (user: AccessUser): AccessUser => ({
    ...user,
    groups: [...without(user).groups, resource.name].sort(),
  });
  // It changes no other user's access.
  const only = (users: readonly AccessUser[]): AccessModel => ({ ...base, users });
  if (resource.kind === 'user') {
    const own = only(concerned);
    return { resource, changes: gainsInDoubt(own, at), keeps: [], escalates: escalatingIn(own, lab, at) };
  }
  const before = only(concerned.map(without));
  const after = only(concerned.map(within));
  const { changes, escalates } = effectBetween(before, after, lab, at);
  const gaining = new Set(changes.map(({ user }) => user));
  const bare = concerned.filter(({ name }) => !gaining.has(name)).map((user) => ({ ...user, groups: [] }));
  return { resource, changes, keeps: effectsInDoubt(only(bare), only(bare.map(within)), at), escalates };
}

function escalatingIn(model: AccessModel, lab: EscalationTargets, at: Date): readonly string[] {
  return model.users.filter((user) => canEscalate(model, user, lab, at)).map(({ name }) => name);
}

function unmanagedModel({ resources, groups, policies }: UnmanagedResources, account: string): AccessModel {
  return {
    account,
    users: resources.flatMap(({ kind, name, path, details }) => (kind === 'user' ? [{ name, path, ...details }] : [])),
    groups: [
      ...resources.flatMap(({ kind, name, path, details }) =>
        kind === 'group' ? [{ name, path, attached: details.attached, inline: details.inline }] : [],
      ),
      ...groups,
    ],
    policies,
  };
}

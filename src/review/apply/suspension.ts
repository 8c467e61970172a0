import { accessOf } from '../../access/access-of.ts';
import { type AccessModel, type AccessUser, mapDocuments } from '../../access/model.ts';
import {
  ALL_OPERATIONS,
  difference,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  union,
} from '../../access/operation-set.ts';
import { groupPolicies, type HeldPolicy, ownPolicies, userNamed } from '../../access/policies-of.ts';
import { contextOf, OPEN_KEYS } from '../../access/request-context.ts';
import type { PlannedAccess } from '../../access/sources/planned.ts';
import { actionOf, type Operation } from '../../catalog/mturk.ts';
import { stableJson } from '../../iam/canonical.ts';
import {
  conditionsOf,
  DENY_ALL,
  type Effect,
  type PolicyDocument,
  type Statement,
  statementsOf,
} from '../../iam/document.ts';
import { evaluate, type PolicySource } from '../../iam/evaluate.ts';
import { policySize, QUOTAS } from '../../iam/quotas.ts';
import { limitsPolicy } from '../../team/documents.ts';
import { boundaryArn, iamName, keyOfIamName, LIMITS_POLICY, memberTags } from '../../team/names.ts';
import { formerMember, type Team } from '../../team/team.ts';
import type { LimitedUser } from '../rule/ruled.ts';

/**
 * Users who could do during an apply what they may neither before nor after it: of two roles that a user leaves, the one
 * that denies may go first. Any order of calls counts that the stacks do not exclude. Sorted.
 */
export function usersToSuspend(before: AccessModel, after: AccessModel, at: Date): readonly string[] {
  const documents = [before, after].flatMap(documentsIn);
  const models = underConditions({ before, after }, documents);
  // An unreadable policy counts as allowing everything, but may as well deny everything until it is detached.
  const denying = documents.includes(null) ? models.map((each) => mapModels(each, (known) => known ?? DENY_ALL)) : [];
  return [...new Set([...models, ...denying].flatMap((each) => usersAtRisk(each, at)))].sort();
}

type BothEnds = Pick<PlannedAccess, 'before' | 'after'>;

/** As many conditions count one by one: each doubles the time. */
const MOST_CONDITIONS = 3;

/** The models for each way in which calls may meet conditions of which no plan can know. */
function underConditions(models: BothEnds, documents: readonly (PolicyDocument | null)[]): readonly BothEnds[] {
  const statements = documents.flatMap((document) => (document === null ? [] : statementsOf(document)));
  const open = [...new Set(statements.filter(isOpen).map(({ Condition }) => JSON.stringify(Condition)))];
  if (open.length === 0) return [models];
  const count = Math.min(open.length, MOST_CONDITIONS);
  return [...Array(2 ** count).keys()].map((ways) => {
    const isMet = ({ Condition }: Statement) => {
      const place = Math.min(open.indexOf(JSON.stringify(Condition)), MOST_CONDITIONS - 1);
      return Math.floor(ways / 2 ** place) % 2 === 1;
    };
    const judged = (each: Statement) => (isOpen(each) ? (isMet(each) ? [withoutOpenKeys(each)] : []) : [each]);
    return mapModels(
      models,
      (document) => document && { ...document, Statement: statementsOf(document).flatMap(judged) },
    );
  });
}

function mapModels({ before, after }: BothEnds, map: Parameters<typeof mapDocuments>[1]): BothEnds {
  return { before: mapDocuments(before, map), after: mapDocuments(after, map) };
}

const isOpenKey = (key: string) => OPEN_KEYS.includes(key.toLowerCase());

function isOpen(statement: Statement): boolean {
  return conditionsOf(statement).some(({ key }) => isOpenKey(key));
}

function withoutOpenKeys(statement: Statement): Statement {
  const others = Object.entries(statement.Condition ?? {}).map(
    ([operator, byKey]) =>
      [operator, Object.fromEntries(Object.entries(byKey).filter(([key]) => !isOpenKey(key)))] as const,
  );
  return { ...statement, Condition: Object.fromEntries(others) };
}

/**
 * Members to limit before Terraform runs: their other inline policies leave no room for `limits`, or Terraform would first
 * restore the tag or boundary by which something is denied to them. `suspended`: see `usersToSuspend`.
 */
export function limitedFirst(access: AccessModel, team: Team, suspended: readonly string[]): readonly LimitedUser[] {
  return suspendedTeam(team, suspended).members.flatMap((member) => {
    const user = iamName(team.lab, member.key);
    const found = userNamed(access, user);
    const others = (found?.inline ?? []).filter(({ name }) => name !== LIMITS_POLICY);
    const limits = limitsPolicy({ ...member, suspended: true });
    const sizes = [limits, ...others.map(({ document }) => document)].map((each) => policySize(JSON.stringify(each)));
    const isFull = sizes.reduce((sum, size) => sum + size, 0) > QUOTAS.inlinePoliciesSizePerUser;
    const wanted = [memberTags(team.lab, member.key), boundaryArn(team)];
    const isRestored = found !== null && stableJson([found.tags, found.boundary]) !== stableJson(wanted);
    const isFirst = isFull || (suspended.includes(user) && isRestored);
    return limits !== null && limitsPolicy(member) !== null && isFirst ? [{ user, limits }] : [];
  });
}

function usersAtRisk(models: BothEnds, at: Date): readonly string[] {
  const { before, after } = models;
  const changedGroups = groupsThatChange(before, after);
  const allowed = new Map<string, OperationSet>();
  for (const { user, allowed: atOneEnd } of [before, after].flatMap((model) => accessOf(model, { at })))
    allowed.set(user.name, union(allowed.get(user.name) ?? NO_OPERATIONS, atOneEnd));
  // Suspending an unmanaged user would create it in the state.
  const known = [...before.users, ...after.users].filter(({ unmanaged }) => unmanaged !== true);
  const names = new Set(known.map(({ name }) => name));
  // In a condition or in a policy variable.
  const isByTags = /aws:PrincipalTag/i.test(JSON.stringify([before, after].flatMap(documentsIn)));
  return [...names].filter((name) => {
    if (isByTags && isTagged(models, name)) return true;
    const others = listOperations(difference(ALL_OPERATIONS, allowed.get(name) ?? NO_OPERATIONS));
    return isAtRisk(models, name, changedGroups, others, at);
  });
}

/**
 * The team to apply first, with those users suspended and everything else final: a Deny of everything covers the changes
 * of their groups, and one call lifts it. A member who leaves stays for this step, without a role.
 */
export function suspendedTeam(team: Team, names: readonly string[]): Team {
  const keys = new Set(names.map((name) => keyOfIamName(team.lab, name)).filter((key) => key !== null));
  const staying = team.members.map((each) => (keys.has(each.key) ? { ...each, suspended: true, keys: 0 } : each));
  const leaving = [...keys].filter((key) => !team.members.some((member) => member.key === key)).map(formerMember);
  return { ...team, members: [...staying, ...leaving].sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

/** `operations` are those that neither end allows. */
function isAtRisk(
  models: BothEnds,
  name: string,
  changedGroups: ReadonlySet<string>,
  operations: readonly Operation[],
  at: Date,
): boolean {
  const { before, after } = models;
  const old = userNamed(before, name);
  const next = userNamed(after, name);
  const anyone = next ?? old;
  if (anyone === null) return false;
  if (old !== null && next !== null && isUntouched(old, next, changedGroups)) return false;

  const units = unitsOf(models, old, next);
  const boundary = old !== null && next !== null && old.boundary === next.boundary ? old.boundary : null;
  const document = after.policies.find((policy) => policy.arn === boundary)?.document ?? null;
  const cap = boundary === null || document === null ? null : { policy: boundary, document };
  const model = next === null ? before : after;
  const context = contextOf(model, anyone, { at });

  return operations.some((operation) => {
    const request = { action: actionOf(operation), resource: '*', context };
    const may = (identity: readonly PolicySource[], limit: PolicySource | null) =>
      evaluate({ identity, boundary: limit }, request).outcome;
    return units.some(
      ({ sources, under }) => may(sources, cap) === 'allowed' && may(under, null) !== 'denied-explicitly',
    );
  });
}

function isUntouched(old: AccessUser, next: AccessUser, changedGroups: ReadonlySet<string>): boolean {
  const text = ({ groups, attached, inline }: AccessUser) => JSON.stringify([groups, attached, inline]);
  return text(old) === text(next) && !next.groups.some((group) => changedGroups.has(group));
}

/** Whether tags are restored, by several calls, while policies change: each tag can be what denies. */
function isTagged({ before, after }: BothEnds, name: string): boolean {
  const [old, next] = [userNamed(before, name), userNamed(after, name)];
  if (old === null || next === null) return false;
  return stableJson(old.tags) !== stableJson(next.tags) && stableJson(old.inline) !== stableJson(next.inline);
}

function groupsThatChange(before: AccessModel, after: AccessModel): ReadonlySet<string> {
  const names = new Set([...before.groups, ...after.groups].map(({ name }) => name));
  const text = (model: AccessModel, name: string) => JSON.stringify(sourcesOfGroup(model, name));
  return new Set([...names].filter((name) => text(before, name) !== text(after, name)));
}

function sourcesOf(model: AccessModel, user: AccessUser | null): readonly HeldPolicy[] {
  const ofGroups = (user?.groups ?? []).flatMap((group) => sourcesOfGroup(model, group));
  return [...ownSources(model, user), ...ofGroups];
}

/** Policies that can apply to a user at one moment. */
interface Unit {
  readonly sources: readonly HeldPolicy[];
  /** The Denies that hold as long as they may apply. */
  readonly under: readonly HeldPolicy[];
}

/**
 * Each group as it was, each group as it will be, and the user's own policies, one unit each. A Deny counts within its
 * unit alone, because the order of calls decides which units exist at the same moment.
 */
function unitsOf({ before, after }: BothEnds, old: AccessUser | null, next: AccessUser | null): readonly Unit[] {
  const kept = keptDenies(before, after, old, next);
  // A policy can change before someone loses it.
  const documents = new Map(after.policies.map((policy) => [policy.arn, policy]));
  const between = { ...before, policies: before.policies.map((policy) => documents.get(policy.arn) ?? policy) };
  const own = withEffect(
    [before, between].flatMap((model) => ownSources(model, old)).concat(ownSources(after, next)),
    'Allow',
  );
  const ofGroups = (old?.groups ?? []).flatMap((group) => {
    const was = sourcesOfGroup(before, group);
    const will = sourcesOfGroup(after, group);
    const mid = sourcesOfGroup(between, group);
    const both = mixes(was, will) ? [withEffect([...was, ...mid, ...will], 'Allow')] : [];
    return [was, mid, will, ...both].map((sources) => ({ sources, under: kept }));
  });
  // A user joins groups only under the new limits.
  const limits = withEffect(ownSources(after, next), 'Deny');
  const joined = (next?.groups ?? [])
    .filter((group) => !old?.groups.includes(group))
    .map((group) => ({ sources: [...sourcesOfGroup(after, group), ...limits], under: kept }));
  return [{ sources: own, under: kept }, ...ofGroups, ...joined];
}

/**
 * Whether a group can be for a moment neither what it was nor what it will be: if a policy is removed while another is
 * attached, changed or removed. What is only attached waits for the group's own; one document changes at once.
 */
function mixes(was: readonly HeldPolicy[], will: readonly HeldPolicy[]): boolean {
  const removed = was.filter(({ policy }) => will.every((other) => other.policy !== policy)).length;
  const kept = new Set(was.map((source) => JSON.stringify(source)));
  return removed > 1 || (removed === 1 && will.some((source) => !kept.has(JSON.stringify(source))));
}

function ownSources(model: AccessModel, user: AccessUser | null): readonly HeldPolicy[] {
  return user === null ? [] : ownPolicies(model, user).sources;
}

function sourcesOfGroup(model: AccessModel, group: string): readonly HeldPolicy[] {
  return model.groups.some(({ name }) => name === group) ? groupPolicies(model, group).sources : [];
}

/**
 * The Denies that hold from the first call to the last: the same statement, attached the same way, before and after. One that
 * someone wrote into `limits` loses its Sid when it is kept.
 */
function keptDenies(
  before: AccessModel,
  after: AccessModel,
  old: AccessUser | null,
  next: AccessUser | null,
): readonly HeldPolicy[] {
  const there = new Set(withEffect(sourcesOf(after, next), 'Deny').map(textOf));
  return withEffect(sourcesOf(before, old), 'Deny').filter((source) => there.has(textOf(source)));
}

function textOf(source: HeldPolicy): string {
  return JSON.stringify(source, (key, value) => (key === 'Sid' ? undefined : value));
}

/** One source per statement of that effect, so that statements can be compared one by one. */
function withEffect(sources: readonly HeldPolicy[], effect: Effect): readonly HeldPolicy[] {
  return sources.flatMap((source) =>
    statementsOf(source.document)
      .filter((statement: Statement) => statement.Effect === effect)
      .map((statement) => ({ ...source, document: { ...source.document, Statement: [statement] } })),
  );
}

/** Null where a plan knows only a policy's name. */
function documentsIn({ users, groups, policies }: AccessModel): readonly (PolicyDocument | null)[] {
  return [...policies, ...[...users, ...groups].flatMap(({ inline }) => inline)].map(({ document }) => document);
}

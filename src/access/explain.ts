import {
  type Capability,
  isCapability,
  isOperation,
  type Operation,
  operationsOf,
  RISK_VERBS,
  RISKS,
} from '../catalog/mturk.ts';
import { endOf, FREEZE_SID } from '../team/documents.ts';
import { iamName } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import { accessOf, accessOnceBegun, grantsOf, type UserAccess } from './access-of.ts';
import { byCapability, CAPABILITIES_BY_RISK, type CapabilityAccess, OPERATIONS_OF_RISK } from './capability-access.ts';
import { decisionOf } from './decide.ts';
import { type AccessChange, diffAccess, effectsBetween, isoOf } from './diff.ts';
import type { AccessModel } from './model.ts';
import {
  difference,
  includesOperation,
  intersection,
  isEmpty,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  operationSet,
  union,
} from './operation-set.ts';
import { type Grant, type UnknownPolicy, userNamed } from './policies-of.ts';
import { laterMoments } from './time-conditions.ts';

/** Why something that a policy allows is denied. */
export interface DeniedAccess {
  readonly capability: Capability;
  /** In catalog order. */
  readonly operations: readonly Operation[];
  /** The policies whose Deny decides, without the freeze; empty if only the freeze or the boundary denies it. */
  readonly by: readonly Grant[];
  /** The freeze denies it: it is in each role's policy, but the role is not the reason. */
  readonly frozen: boolean;
  readonly byBoundary: boolean;
}

/** Everything that one user may do at a moment, and why. */
export interface Explanation {
  readonly user: string;
  /** Whether there is such an IAM user. */
  readonly exists: boolean;
  /** The moment (ISO 8601, UTC) that all this holds for. */
  readonly at: string;
  /** Worst risk first. */
  readonly allowed: readonly CapabilityAccess[];
  /** What of it depends on where the call comes from. */
  readonly conditional: readonly CapabilityAccess[];
  /** What a policy allows and something else takes away, worst risk first. */
  readonly denied: readonly DeniedAccess[];
  readonly suspended: boolean;
  /** The moment (ISO 8601, UTC) until which everything is denied, past or future. */
  readonly starts: string | null;
  /** The moment (ISO 8601, UTC) from which everything is denied, past or future. */
  readonly ends: string | null;
  readonly groups: readonly string[];
  readonly boundary: string | null;
  readonly unknownPolicies: readonly UnknownPolicy[];
}

/** Explains a user's access, or null if the model has no such user. */
export function explain(model: AccessModel, userName: string, at: Date): Explanation | null {
  const named = userNamed(model, userName);
  const [access] = named === null ? [] : accessOf(model, { at }, [named]);
  if (access === undefined) return null;
  const { user } = access;
  const [anywhere] = accessOf(model, { at, openKeys: [] }, [user]);
  return {
    user: userName,
    exists: true,
    at: at.toISOString(),
    allowed: byCapability(access.allowed, access),
    conditional: byCapability(difference(access.allowed, anywhere?.allowed ?? NO_OPERATIONS), access),
    denied: deniedTo(access),
    suspended: access.suspended,
    starts: isoOf(access.starts),
    ends: isoOf(access.ends),
    groups: user.groups,
    boundary: user.boundary,
    unknownPolicies: access.unknownPolicies,
  };
}

/** Of someone whose user is deleted: those who left, and those long past their last day (`YYYY-MM-DD`). Null for others. */
export function explainEnded(team: Team, key: string, at: Date): Explanation | null {
  const left = team.departed.find((departed) => departed.key === key)?.left;
  const until = left ?? team.members.find((member) => member.key === key)?.until ?? null;
  if (until === null) return null;
  return explainNone(iamName(team.lab, key), at, new Date(endOf(until)).toISOString());
}

/** Of a user who does not exist. */
export function explainNone(user: string, at: Date, ends: string | null = null): Explanation {
  const none = {
    allowed: [],
    conditional: [],
    denied: [],
    suspended: false,
    starts: null,
    groups: [],
    boundary: null,
    unknownPolicies: [],
  };
  return { user, exists: false, at: at.toISOString(), ...none, ends };
}

/** What some policy of the user allows, whatever else forbids it. */
function deniedTo(access: UserAccess): readonly DeniedAccess[] {
  const denied = difference(access.granted, access.allowed);
  const parts = new Map<string, DeniedAccess>();
  for (const capability of CAPABILITIES_BY_RISK) {
    for (const operation of operationsOf(capability)) {
      if (!includesOperation(denied, operation)) continue;
      const decision = decisionOf(access, operation);
      const denies = decision.by.filter(({ statement }) => statement.Sid !== FREEZE_SID);
      const by = denies.map(({ source: { holder, policy } }) => ({ holder, policy }));
      const frozen = denies.length < decision.by.length;
      const key = JSON.stringify([capability, by, frozen, decision.stoppedByBoundary]);
      const part = parts.get(key);
      const operations = [...(part?.operations ?? []), operation];
      parts.set(key, { capability, operations, by, frozen, byBoundary: decision.stoppedByBoundary });
    }
  }
  return [...parts.values()];
}

/** A user who may do all or a part of what the query names, now or once access begins. */
export interface UserWithAccess {
  readonly user: string;
  /** The queried operations that the user may call, in catalog order. */
  readonly operations: readonly Operation[];
  readonly whole: boolean;
  readonly grants: readonly Grant[];
  /** The moment (ISO 8601, UTC) at which access begins; null if it has begun. */
  readonly starts: string | null;
  /** The moment (ISO 8601, UTC) from which everything is denied. */
  readonly ends: string | null;
  readonly unknownPolicies: readonly UnknownPolicy[];
}

/** Who is asked for: who may call some of the operations; of a role, who is in its IAM group, and may do what by it. */
export interface Query {
  readonly kind: 'operation' | 'capability' | 'risk' | 'role';
  readonly name: string;
  readonly operations: readonly Operation[];
}

/** What a name asks for; null if for nothing. */
export function queryNamed(name: string, { roles }: Pick<Team, 'roles'>): Query | null {
  if (isOperation(name)) return { kind: 'operation', name, operations: [name] };
  if (isCapability(name)) return { kind: 'capability', name, operations: operationsOf(name) };
  const risk = RISKS.find((each) => RISK_VERBS[each].word === name);
  if (risk !== undefined) return { kind: 'risk', name, operations: listOperations(OPERATIONS_OF_RISK[risk]) };
  return roles.some(({ key }) => key === name) ? { kind: 'role', name, operations: [] } : null;
}

export interface WhoCan {
  readonly query: Query;
  readonly at: string;
  /** By name of the IAM user; those who may now and those with the whole of it first. */
  readonly users: readonly UserWithAccess[];
  /** No user may, and only the freeze keeps one from it. */
  readonly frozen: boolean;
  /** How many users the model has in all. */
  readonly outOf: number;
}

/** Who may do some of what is asked for at a moment or only later; who has a role, even without access. */
export function whoCan(model: AccessModel, lab: string, query: Query, at: Date): WhoCan {
  const group = query.kind === 'role' ? iamName(lab, query.name) : null;
  const all = accessOnceBegun(model, { at });
  const found = new Map<string, UserWithAccess>();
  const add = (access: UserAccess, moment: number) => {
    const { user, allowed, ends, unknownPolicies } = access;
    const wanted = group === null ? operationSet(query.operations) : operationsThrough(access, group);
    const operations = listOperations(intersection(allowed, wanted));
    const isAmong = group === null ? operations.length > 0 : user.groups.includes(group);
    if (!isAmong || found.has(user.name)) return;
    found.set(user.name, {
      user: user.name,
      operations,
      whole: isEmpty(difference(wanted, allowed)),
      grants: grantsOf(access, wanted),
      starts: moment <= at.getTime() ? null : isoOf(moment),
      ends: isoOf(ends),
      unknownPolicies,
    });
  };
  for (const access of all) add(access, access.starts ?? at.getTime());
  for (const moment of laterMoments([model], [], at)) {
    for (const access of accessOf(model, { at: moment })) add(access, moment.getTime());
  }
  const users = [...found.values()].sort(
    (one, other) =>
      Number(one.starts !== null) - Number(other.starts !== null) ||
      Number(other.whole) - Number(one.whole) ||
      (one.user < other.user ? -1 : 1),
  );
  const isFrozen = (access: UserAccess) =>
    deniedTo(access).some(
      ({ operations, by, frozen }) =>
        frozen && by.length === 0 && operations.some((operation) => query.operations.includes(operation)),
    );
  const frozen = users.length === 0 && all.some(isFrozen);
  return { query, at: at.toISOString(), users, frozen, outOf: model.users.length };
}

function operationsThrough({ identity }: UserAccess, group: string): OperationSet {
  return identity
    .flatMap(({ allows }) => allows)
    .filter(({ source: { holder } }) => holder.kind === 'group' && holder.name === group)
    .reduce((set, { operations }) => union(set, operations), NO_OPERATIONS);
}

/** Where an answer is from; `difference` is that of AWS from team.yaml, which is asked for the same: empty if there is none. */
export type AnswerSource<Difference> =
  | { readonly kind: 'file' }
  /** A version of the file: an earlier one of the default branch. */
  | { readonly kind: 'merged' }
  | { readonly kind: 'aws'; readonly account: string; readonly difference: readonly Difference[] };

/** In what a user's access in AWS differs from team.yaml's, now or later: gained is only in AWS. */
export function accessDifference(file: AccessModel, aws: AccessModel, user: string, at: Date): readonly AccessChange[] {
  const only = (model: AccessModel) => ({ ...model, users: model.users.filter(({ name }) => name === user) });
  const [before, after] = [only(file), only(aws)];
  const effects = effectsBetween(before, after, at);
  return effects.length > 0 ? effects : diffAccess(before, after, at).people;
}

/** Operations that a user may call by one of two answers only; on both sides if another user has the name in AWS. */
export interface WhoCanDifference {
  readonly user: string;
  readonly onlyInAws: readonly Operation[];
  readonly onlyInFile: readonly Operation[];
  /** By the file (`before`) and by AWS; the same if only one gives access. See `UserWithAccess.ends`. */
  readonly ends: AccessChange['ends'];
}

/**
 * Compares who can now. Access that begins later counts only for users who by neither answer have any now. Of `replaced` users
 * AWS has others of the same name.
 */
export function whoCanDifference(
  file: WhoCan,
  aws: WhoCan,
  replaced: readonly string[] = [],
): readonly WhoCanDifference[] {
  const entryIn = ({ users }: WhoCan, name: string) => users.find(({ user }) => user === name);
  const names = [...new Set([...aws.users, ...file.users].map(({ user }) => user))];
  return names.flatMap((user) => {
    const [byFile, byAws] = [entryIn(file, user), entryIn(aws, user)];
    const isNow = byFile?.starts === null || byAws?.starts === null;
    const counted = (entry: UserWithAccess | undefined) =>
      entry === undefined || (isNow && entry.starts !== null) ? [] : entry.operations;
    const [inFile, inAws] = [counted(byFile), counted(byAws)];
    const isOther = replaced.includes(user);
    const onlyInAws = inAws.filter((operation) => isOther || !inFile.includes(operation));
    const onlyInFile = inFile.filter((operation) => isOther || !inAws.includes(operation));
    const ends = { before: (byFile ?? byAws)?.ends ?? null, after: (byAws ?? byFile)?.ends ?? null };
    const isSame = onlyInAws.length + onlyInFile.length === 0 && ends.before === ends.after;
    return isSame ? [] : [{ user, onlyInAws, onlyInFile, ends }];
  });
}

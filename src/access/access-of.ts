import type { Operation } from '../catalog/mturk.ts';
import { conditionsHold } from '../iam/conditions.ts';
import { type Statement, statementsOf } from '../iam/document.ts';
import { type PolicySource, resourceMatches } from '../iam/evaluate.ts';
import type { RequestContext } from '../iam/pattern.ts';
import { type Circumstances, contextOf, dependsOnUser, OPEN_KEYS, sharedContextOf } from './decide.ts';
import type { AccessModel, AccessUser } from './model.ts';
import {
  ALL_OPERATIONS,
  difference,
  intersection,
  isEmpty,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  operationsOfStatement,
  union,
} from './operation-set.ts';
import {
  boundaryPolicies,
  type Grant,
  groupPolicies,
  type HeldPolicies,
  ownPolicies,
  type UnknownPolicy,
} from './policies-of.ts';
import { earlier, later, timeOfDeny } from './time-conditions.ts';

export interface UserAccess {
  readonly user: AccessUser;
  readonly allowed: OperationSet;
  /** What gives each allowed operation. Shared between users who have it from the same policies. */
  readonly grants: ReadonlyMap<Operation, readonly Grant[]>;
  /** Whether everything is denied without a condition. */
  readonly suspended: boolean;
  /** The moment (milliseconds since 1970) until which everything is denied, past or future; null if there is none. */
  readonly starts: number | null;
  /** The moment (milliseconds since 1970) from which everything is denied, past or future; null if there is none. */
  readonly ends: number | null;
  /** Policies that count as allowing everything because their documents are not known. */
  readonly unknownPolicies: readonly UnknownPolicy[];
}

/** What users in the same groups under the same boundary share. */
interface SharedPolicies {
  readonly groups: Reading;
  readonly boundary: Reading | null;
  readonly unknown: readonly UnknownPolicy[];
  readonly isBoundaryUnknown: boolean;
  readonly suspends: boolean;
  readonly starts: number | null;
  readonly ends: number | null;
  /** The grants of users without policies of their own. */
  readonly grants: Pick<UserAccess & Verdict, 'allowed' | 'allowing' | 'grants'>[];
}

/** The policies of a group, or a boundary, read once for every user who has it. */
type ReadPolicies = (key: string, policies: () => HeldPolicies) => { readonly reading: Reading } & HeldPolicies;

const NO_SOURCES: Reading = readSources([]);

/**
 * What every user of the model may do at a moment: the same decisions as `decide`, for all operations at once. Policies
 * that users share are read once, so the time grows with the model and not with members times operations.
 */
export function accessOf(model: AccessModel, circumstances: Circumstances): readonly UserAccess[] {
  const shared = new Map<string, SharedPolicies>();
  const read = new Map<string, ReturnType<ReadPolicies>>();
  const readOnce: ReadPolicies = (key, policies) => {
    let found = read.get(key);
    if (found === undefined) {
      const held = policies();
      found = { ...held, reading: readSources(held.sources) };
      read.set(key, found);
    }
    return found;
  };
  const common = sharedContextOf(model, circumstances);
  return model.users.map((user) => {
    const key = `${user.groups.join(' ')}|${user.boundary ?? ''}`;
    let policies = shared.get(key);
    if (policies === undefined) {
      policies = readShared(model, user, readOnce);
      shared.set(key, policies);
    }
    let own: RequestContext | null = null;
    return accessOfUser(model, user, policies, common, () => {
      own ??= contextOf(model, user, circumstances);
      return own;
    });
  });
}

/**
 * The same for the moment at which each user's access begins: of users whose access has begun, that moment is `at`. Other
 * users are judged at their first moment.
 */
export function accessOnceBegun(
  model: AccessModel,
  circumstances: Circumstances,
  now: readonly UserAccess[] = accessOf(model, circumstances),
): readonly UserAccess[] {
  const begins = new Map<number, AccessUser[]>();
  for (const { user, starts } of now) {
    if (starts === null || starts <= circumstances.at.getTime()) continue;
    begins.set(starts, [...(begins.get(starts) ?? []), user]);
  }
  const begun = new Map(
    [...begins].flatMap(([starts, users]) =>
      accessOf({ ...model, users }, { ...circumstances, at: new Date(starts) }).map(
        (each) => [each.user, each] as const,
      ),
    ),
  );
  return begun.size === 0 ? now : now.map((each) => begun.get(each.user) ?? each);
}

function readShared(model: AccessModel, user: AccessUser, read: ReadPolicies): SharedPolicies {
  const held = user.groups.map((name) => read(`group ${name}`, () => groupPolicies(model, name)));
  const limit = user.boundary === null ? null : read(user.boundary, () => boundaryPolicies(model, user));
  const groups = together(held.map(({ reading }) => reading));
  const boundary = limit?.reading ?? null;
  return {
    groups,
    boundary,
    unknown: held.flatMap(({ unknown }) => unknown),
    isBoundaryUnknown: limit !== null && limit.unknown.length > 0,
    suspends: groups.suspends || boundary?.suspends === true,
    starts: later(groups.starts, boundary?.starts ?? null),
    ends: earlier(groups.ends, boundary?.ends ?? null),
    grants: [],
  };
}

/** One empty list for the many users who have none. */
const NONE: readonly UnknownPolicy[] = [];

function accessOfUser(
  model: AccessModel,
  user: AccessUser,
  shared: SharedPolicies,
  common: RequestContext,
  personal: () => RequestContext,
): UserAccess {
  const held = ownPolicies(model, user);
  const own = held.sources.length === 0 ? NO_SOURCES : readSources(held.sources);
  const fromGroups = shared.groups.judge(common, personal);
  const fromOwn = own.judge(common, personal);
  const boundary = shared.boundary?.judge(common, personal) ?? null;
  const denied = union(union(fromGroups.denied, fromOwn.denied), boundary?.denied ?? NO_OPERATIONS);
  const granted = union(fromGroups.allowed, fromOwn.allowed);
  const allowed = difference(intersection(granted, boundary?.allowed ?? ALL_OPERATIONS), denied);
  const isAllKnown = held.unknown.length === 0 && shared.unknown.length === 0 && !shared.isBoundaryUnknown;
  return {
    user,
    allowed,
    grants: grantsOf(shared, allowed, fromGroups, fromOwn),
    suspended: own.suspends || shared.suspends,
    starts: later(own.starts, shared.starts),
    ends: earlier(own.ends, shared.ends),
    unknownPolicies: isAllKnown ? NONE : [...held.unknown, ...shared.unknown, ...boundaryPolicies(model, user).unknown],
  };
}

function grantsOf(
  shared: SharedPolicies,
  allowed: OperationSet,
  fromGroups: Verdict,
  fromOwn: Verdict,
): UserAccess['grants'] {
  if (fromOwn.allowing.length > 0) return listGrants(allowed, [...fromOwn.allowing, ...fromGroups.allowing]);
  const { allowing } = fromGroups;
  const same = shared.grants.find((known) => known.allowing === allowing && known.allowed === allowed);
  if (same !== undefined) return same.grants;
  const grants = listGrants(allowed, allowing);
  shared.grants.push({ allowed, allowing, grants });
  return grants;
}

function listGrants(allowed: OperationSet, allowing: Verdict['allowing']): UserAccess['grants'] {
  const grants = new Map<Operation, Grant[]>(listOperations(allowed).map((operation) => [operation, []]));
  for (const { source, allows } of allowing) {
    const { holder, policy } = source;
    const grant = { holder, policy };
    for (const operation of allows) {
      const list = grants.get(operation);
      if (list?.some((each) => each.holder === holder && each.policy === policy) === false) list.push(grant);
    }
  }
  return grants;
}

/** A statement that speaks about MTurk, with the operations that it names. */
interface ReadStatement {
  readonly source: PolicySource;
  readonly statement: Statement;
  readonly operations: OperationSet;
  /** The same as a list; empty for a Deny. */
  readonly allows: readonly Operation[];
  /** Whether it must be evaluated for each user. */
  readonly personal: boolean;
}

interface Verdict {
  readonly allowed: OperationSet;
  readonly denied: OperationSet;
  readonly allowing: readonly ReadStatement[];
}

/** Policies read once, to be judged for many users. */
interface Reading {
  readonly statements: readonly ReadStatement[];
  /** `personal` is called only if a statement depends on who asks. */
  readonly judge: (common: RequestContext, personal: () => RequestContext) => Verdict;
  /** Whether a Deny of everything has no condition. */
  readonly suspends: boolean;
  /** The last moment (milliseconds) up to which a Deny of everything holds. */
  readonly starts: number | null;
  /** The first moment (milliseconds) from which a Deny of everything holds for ever. */
  readonly ends: number | null;
}

/** MTurk has no resources: every call is made on `*`. */
const RESOURCE = '*';

/**
 * Reads the statements about MTurk, to be judged for many users. Written as one loop: it runs once for each member with
 * a last day.
 */
function readSources(sources: readonly PolicySource[]): Reading {
  const statements: ReadStatement[] = [];
  let suspends = false;
  let starts: number | null = null;
  let ends: number | null = null;
  for (const source of sources) {
    for (const statement of statementsOf(source.document)) {
      const operations = operationsOfStatement(statement);
      if (isEmpty(operations)) continue;
      const personal = dependsOnUser(statement, source.document.Version);
      const allows = statement.Effect === 'Allow' ? listOperations(operations) : [];
      const read = { source, statement, operations, allows, personal };
      statements.push(read);
      if (!deniesEverything(read)) continue;
      if (statement.Condition === undefined) suspends = true;
      else {
        const denied = timeOfDeny(statement);
        starts = later(starts, denied.ends);
        ends = earlier(ends, denied.starts);
      }
    }
  }
  return { statements, judge: judgeOf(statements), suspends, starts, ends };
}

/** Readings of several groups as one. */
function together(readings: readonly Reading[]): Reading {
  const [only = NO_SOURCES] = readings;
  if (readings.length < 2) return only;
  const statements = readings.flatMap((each) => each.statements);
  return {
    statements,
    judge: judgeOf(statements),
    suspends: readings.some(({ suspends }) => suspends),
    starts: readings.map(({ starts }) => starts).reduce(later),
    ends: readings.map(({ ends }) => ends).reduce(earlier),
  };
}

/** Judges statements, once for all users unless one of them depends on who asks. */
function judgeOf(statements: readonly ReadStatement[]): Reading['judge'] {
  const isPersonal = statements.some(({ personal }) => personal);
  let verdict: Verdict | null = null;
  return (common, personal) => {
    if (verdict !== null) return verdict;
    const judged = judge(statements, common, personal);
    if (!isPersonal) verdict = judged;
    return judged;
  };
}

function judge(statements: readonly ReadStatement[], common: RequestContext, personal: () => RequestContext): Verdict {
  let allowed = NO_OPERATIONS;
  let denied = NO_OPERATIONS;
  const allowing: ReadStatement[] = [];
  for (const read of statements) {
    const { statement, source } = read;
    const context = read.personal ? personal() : common;
    const version = source.document.Version;
    if (!resourceMatches(statement, version, RESOURCE, context)) continue;
    if (!conditionsHold(statement, version, context, OPEN_KEYS)) continue;
    if (statement.Effect === 'Deny') denied = union(denied, read.operations);
    else {
      allowed = union(allowed, read.operations);
      allowing.push(read);
    }
  }
  return { allowed, denied, allowing };
}

function deniesEverything({ statement, operations, source, personal }: ReadStatement): boolean {
  return (
    statement.Effect === 'Deny' &&
    !personal &&
    operations === ALL_OPERATIONS &&
    resourceMatches(statement, source.document.Version, RESOURCE, {})
  );
}

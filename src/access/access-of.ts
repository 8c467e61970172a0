import type { Operation } from '../catalog/mturk.ts';
import { statementsOf } from '../iam/document.ts';
import { type Matches, resourceMatches, type SourceStatement, statementApplies } from '../iam/evaluate.ts';
import type { RequestContext } from '../iam/pattern.ts';
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
  distinctGrants,
  type Grant,
  groupPolicies,
  type HeldPolicies,
  type HeldPolicy,
  ownPolicies,
  type UnknownPolicy,
} from './policies-of.ts';
import { type Circumstances, contextOf, dependsOnUser, OPEN_KEYS, sharedContextOf } from './request-context.ts';
import { earlier, later, timeOfDeny } from './time-conditions.ts';

export interface UserAccess {
  readonly user: AccessUser;
  readonly allowed: OperationSet;
  /** What some policy allows, whatever else denies it. */
  readonly granted: OperationSet;
  /** What the user's own policies and those of the groups say. Often shared between users. */
  readonly identity: readonly Verdict[];
  /** What the boundary says; null if there is none. */
  readonly boundary: Verdict | null;
  /** Whether everything is denied without a condition. */
  readonly suspended: boolean;
  /** The moment (milliseconds since 1970) until which everything is denied, past or future; null if there is none. */
  readonly starts: number | null;
  /** The moment (milliseconds since 1970) from which everything is denied, past or future; null if there is none. */
  readonly ends: number | null;
  /** Policies that count as allowing everything because their documents are not known. */
  readonly unknownPolicies: readonly UnknownPolicy[];
}

/**
 * What every user of the model, or some of them, may do at a moment, for all operations at once. Policies that users
 * share are read once, so the time grows with the model and not with members times operations.
 */
export function accessOf(
  model: AccessModel,
  circumstances: Circumstances,
  users: readonly AccessUser[] = model.users,
): readonly UserAccess[] {
  const { openKeys = OPEN_KEYS } = circumstances;
  const asked = (context: RequestContext): Call => ({ resource: RESOURCE, context, openKeys });
  const common = asked(sharedContextOf(model, circumstances));
  const groups = new Map<string, Reading>();
  const boundaries = new Map<string, Reading>();
  return users.map((user) => {
    const own = readPolicies(ownPolicies(model, user));
    const ofGroups = user.groups.map((name) => once(groups, name, () => groupPolicies(model, name)));
    const boundary =
      user.boundary === null ? null : once(boundaries, user.boundary, () => boundaryPolicies(model, user));
    let call: Call | null = null;
    const personal = () => {
      call ??= asked(contextOf(model, user, circumstances));
      return call;
    };
    return accessOfUser(user, [own, ...ofGroups], boundary, (reading) => reading.judge(common, personal));
  });
}

/** Operations by name of the IAM user. */
export type OperationsByUser = ReadonlyMap<string, OperationSet>;

/** What each user may do. */
export function allowedByName(access: readonly UserAccess[]): OperationsByUser {
  return new Map(access.map(({ user, allowed }) => [user.name, allowed]));
}

export function operationsIn(model: AccessModel, at: Date): OperationsByUser {
  return allowedByName(accessOf(model, { at }));
}

export function ofUser(operations: OperationsByUser, user: string): OperationSet {
  return operations.get(user) ?? NO_OPERATIONS;
}

/** Operations of which a user has too many or too few. */
export interface UserOperations {
  readonly user: string;
  readonly operations: readonly Operation[];
}

/** One, or none without any operations. */
export function userOperations(user: string, operations: OperationSet): readonly UserOperations[] {
  return isEmpty(operations) ? [] : [{ user, operations: listOperations(operations) }];
}

function once(known: Map<string, Reading>, key: string, held: () => HeldPolicies): Reading {
  const found = known.get(key) ?? readPolicies(held());
  known.set(key, found);
  return found;
}

function accessOfUser(
  user: AccessUser,
  held: readonly Reading[],
  limit: Reading | null,
  judge: (reading: Reading) => Verdict,
): UserAccess {
  const identity = held.map(judge);
  const boundary = limit === null ? null : judge(limit);
  const granted = identity.reduce((set, { allowed }) => union(set, allowed), NO_OPERATIONS);
  const denied = identity.reduce((set, each) => union(set, each.denied), boundary?.denied ?? NO_OPERATIONS);
  return {
    user,
    allowed: difference(intersection(granted, boundary?.allowed ?? ALL_OPERATIONS), denied),
    granted,
    identity,
    boundary,
    suspended: limit?.suspends === true || held.some(({ suspends }) => suspends),
    starts: held.reduce((moment, { starts }) => later(moment, starts), limit?.starts ?? null),
    ends: held.reduce((moment, { ends }) => earlier(moment, ends), limit?.ends ?? null),
    unknownPolicies: unknownIn(user, held, limit),
  };
}

function unknownIn({ name }: AccessUser, held: readonly Reading[], limit: Reading | null): readonly UnknownPolicy[] {
  const holder = { kind: 'user', name } as const;
  const ofLimit = limit === null ? [] : limit.unknown.map(({ policy }) => ({ holder, policy }));
  return [...held.flatMap(({ unknown }) => unknown), ...ofLimit];
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
    // Equivalent if mutated: null compares as 1970.
    if (starts === null || starts <= circumstances.at.getTime()) continue;
    begins.set(starts, [...(begins.get(starts) ?? []), user]);
  }
  const begun = new Map(
    [...begins].flatMap(([starts, users]) =>
      accessOf(model, { ...circumstances, at: new Date(starts) }, users).map((each) => [each.user, each] as const),
    ),
  );
  return begun.size === 0 ? now : now.map((each) => begun.get(each.user) ?? each);
}

/** What gives a user those of some operations that are allowed. */
export function grantsOf({ allowed, identity }: UserAccess, operations: OperationSet): readonly Grant[] {
  const asked = intersection(allowed, operations);
  const giving = identity.flatMap(({ allows }) =>
    allows.filter((each) => !isEmpty(intersection(each.operations, asked))),
  );
  return distinctGrants(giving.map(({ source }) => source));
}

/** A statement that speaks about Mechanical Turk, with the operations that it names. */
export interface ReadStatement extends SourceStatement<HeldPolicy> {
  readonly operations: OperationSet;
  /** Whether it must be evaluated for each user. */
  readonly personal: boolean;
}

/** The statements that apply to a user, and what they allow and deny in all. */
export interface Verdict extends Matches<ReadStatement> {
  readonly allowed: OperationSet;
  readonly denied: OperationSet;
}

/** A call of an operation of Mechanical Turk, whichever it is. */
type Call = Parameters<typeof statementApplies>[1];

/** Policies read once, to be judged for many users. */
interface Reading {
  /** `personal` is called only if a statement depends on who asks. */
  readonly judge: (common: Call, personal: () => Call) => Verdict;
  /** Whether a Deny of everything has no condition. */
  readonly suspends: boolean;
  /** The last moment (milliseconds) up to which a Deny of everything holds. */
  readonly starts: number | null;
  /** The first moment (milliseconds) from which a Deny of everything holds for ever. */
  readonly ends: number | null;
  readonly unknown: readonly UnknownPolicy[];
}

/** Mechanical Turk has no resources: every call is made on `*`. */
const RESOURCE = '*';

/**
 * Reads the statements about Mechanical Turk, to be judged for many users. Written as one loop: it runs once for each
 * member with a last day.
 */
function readPolicies({ sources, unknown }: HeldPolicies): Reading {
  const statements: ReadStatement[] = [];
  let suspends = false;
  let starts: number | null = null;
  let ends: number | null = null;
  for (const source of sources) {
    for (const statement of statementsOf(source.document)) {
      const operations = operationsOfStatement(statement);
      // Equivalent if mutated: what names no operation decides nothing.
      if (isEmpty(operations)) continue;
      const personal = dependsOnUser(statement, source.document.Version);
      const read = { source, statement, operations, personal };
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
  return { judge: judgeOf(statements), suspends, starts, ends, unknown };
}

/** Judges statements, once for all users unless one of them depends on who asks. */
function judgeOf(statements: readonly ReadStatement[]): Reading['judge'] {
  if (statements.some(({ personal }) => personal)) return (common, personal) => judge(statements, common, personal);
  let verdict: Verdict | null = null;
  return (common, personal) => {
    verdict ??= judge(statements, common, personal);
    return verdict;
  };
}

function judge(statements: readonly ReadStatement[], common: Call, personal: () => Call): Verdict {
  let allowed = NO_OPERATIONS;
  let denied = NO_OPERATIONS;
  const allows: ReadStatement[] = [];
  const denies: ReadStatement[] = [];
  for (const read of statements) {
    if (!statementApplies(read, read.personal ? personal() : common)) continue;
    if (read.statement.Effect === 'Deny') {
      denied = union(denied, read.operations);
      denies.push(read);
    } else {
      allowed = union(allowed, read.operations);
      allows.push(read);
    }
  }
  return { allowed, denied, allows, denies };
}

function deniesEverything({ statement, operations, source, personal }: ReadStatement): boolean {
  return (
    statement.Effect === 'Deny' &&
    !personal &&
    operations === ALL_OPERATIONS &&
    resourceMatches(statement, source.document.Version, RESOURCE, {})
  );
}

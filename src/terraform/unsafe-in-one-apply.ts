import { type Circumstances, contextOf, sharedContextOf } from '../access/context.ts';
import type { AccessGroup, AccessModel, AccessUser } from '../access/model.ts';
import {
  ALL_OPERATIONS,
  difference,
  intersection,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  union,
} from '../access/operation-set.ts';
import { boundaryPolicies, groupPolicies, ownPolicies, userNamed } from '../access/policies-of.ts';
import { readSources } from '../access/read-sources.ts';
import type { Operation } from '../mturk/operations.ts';

/** What a member could do for a moment in the middle of one apply, though neither before nor after allows it. */
export interface UnsafeMoment {
  readonly userName: string;
  /** In catalogue order. */
  readonly operations: readonly Operation[];
}

/** What a set of policies says of MTurk. */
interface Rights {
  readonly allowed: OperationSet;
  readonly denied: OperationSet;
}

interface User {
  readonly name: string;
  readonly before: AccessUser | null;
  readonly after: AccessUser | null;
}

const NO_RIGHTS: Rights = { allowed: NO_OPERATIONS, denied: NO_OPERATIONS };

/**
 * Who could do what in between if the stacks went from one state to the other in a single apply. Empty for nearly every
 * change. It is not where one apply both takes away and gives: somebody leaves a role that widens or thaws, leaves two
 * roles of which one denied what the other allows, or has her suspension turned into a last day while she loses a role.
 * Such a change wants two applies: first what takes away, then what gives.
 *
 * The order that is reckoned with is the one that the dependencies of `TeamStack` leave: of a role first the policies
 * that are detached, then its document, then those attached, then its members; a member's `limits` before she joins
 * anything, and off her last. What was put on a group by hand and is taken off is not reckoned with.
 */
export function unsafeInOneApply(
  before: AccessModel,
  after: AccessModel,
  circumstances: Circumstances,
): readonly UnsafeMoment[] {
  const names = new Set([...before.users, ...after.users].map(({ name }) => name));
  const groups = new Map(
    [...before.groups, ...after.groups].map(({ name }) => [name, courseOf(before, after, name)] as const),
  );
  return [...names].sort().flatMap((name) => {
    const user = { name, before: userNamed(before, name), after: userNamed(after, name) };
    const operations = listOperations(momentsOf(user, before, after, groups, circumstances));
    return operations.length === 0 ? [] : [{ userName: name, operations }];
  });
}

/** The states that a group's policies go through, as models in which the group has them; the last is the wanted one. */
function courseOf(before: AccessModel, after: AccessModel, name: string): readonly AccessModel[] {
  const from = before.groups.find((group) => group.name === name);
  const to = after.groups.find((group) => group.name === name);
  // A role that comes has no members yet, and one that goes is left by all before it changes.
  if (from === undefined || to === undefined) return [from === undefined ? after : before];
  const kept = from.attached.filter((arn) => to.attached.includes(arn));
  const withGroup = (model: AccessModel, group: AccessGroup): AccessModel => ({ ...model, users: [], groups: [group] });
  return [before, withGroup(before, { ...from, attached: kept }), withGroup(after, { ...from, attached: kept }), after];
}

function momentsOf(
  user: User,
  before: AccessModel,
  after: AccessModel,
  courses: ReadonlyMap<string, readonly AccessModel[]>,
  circumstances: Circumstances,
): OperationSet {
  const someone = user.after ?? user.before;
  if (someone === null) return NO_OPERATIONS;
  const rights = (model: AccessModel, sources: Parameters<typeof readSources>[0]): Rights =>
    readSources(sources).judge(sharedContextOf(model, circumstances), () => contextOf(model, someone, circumstances));
  const own = (model: AccessModel, state: AccessUser | null) =>
    state === null ? NO_RIGHTS : rights(model, ownPolicies(model, state).sources);
  const [ownBefore, ownAfter] = [own(before, user.before), own(after, user.after)];

  const names = [...new Set([...(user.before?.groups ?? []), ...(user.after?.groups ?? [])])];
  const memberships = names.map((name) => {
    const states = (courses.get(name) ?? []).map((model) => rights(model, groupPolicies(model, name).sources));
    const was = user.before?.groups.includes(name) === true;
    const willBe = user.after?.groups.includes(name) === true;
    const last = states.at(-1) ?? NO_RIGHTS;
    return {
      first: was ? (states[0] ?? NO_RIGHTS) : NO_RIGHTS,
      last: willBe ? last : NO_RIGHTS,
      /** While her limits are still the old ones she has joined nothing. */
      early: was ? [...states, ...(willBe ? [] : [NO_RIGHTS])] : [NO_RIGHTS],
      any: [...(was ? states : [NO_RIGHTS]), willBe ? last : NO_RIGHTS],
    };
  });

  const cap = (model: AccessModel, state: AccessUser | null) => {
    if (state === null) return NO_OPERATIONS;
    if (state.boundary === null) return ALL_OPERATIONS;
    const { allowed, denied } = rights(model, boundaryPolicies(model, state).sources);
    return difference(allowed, denied);
  };
  const [capBefore, capAfter] = [cap(before, user.before), cap(after, user.after)];
  const whole = (mine: Rights, states: readonly Rights[]) =>
    reachable(
      mine,
      states.map((state) => [state]),
    );
  const wasAllowed = intersection(
    whole(
      ownBefore,
      memberships.map(({ first }) => first),
    ),
    capBefore,
  );
  const willBeAllowed = intersection(
    whole(
      ownAfter,
      memberships.map(({ last }) => last),
    ),
    capAfter,
  );

  // An inline policy that only changes is rewritten at once; one that ends goes when everything else is done.
  const lifted = user.before !== null && user.before.inline.length > 0 && user.after?.inline.length === 0;
  const withOld =
    user.before === null
      ? NO_OPERATIONS
      : reachable(
          ownBefore,
          memberships.map((one) => (lifted ? one.any : one.early)),
        );
  const withNew =
    lifted || user.after === null
      ? NO_OPERATIONS
      : reachable(
          ownAfter,
          memberships.map(({ any }) => any),
        );
  const between = intersection(union(withOld, withNew), union(capBefore, capAfter));
  return difference(between, union(wasAllowed, willBeAllowed));
}

/** Everything that some combination of the groups' states allows: one of them allows it and none denies it. */
function reachable(own: Rights, groups: readonly (readonly Rights[])[]): OperationSet {
  const open = groups.map((states) =>
    states.map(({ denied }) => difference(ALL_OPERATIONS, denied)).reduce(union, NO_OPERATIONS),
  );
  const openBut = (index: number) => open.filter((_set, other) => other !== index).reduce(intersection, ALL_OPERATIONS);
  const byGroups = groups.map((states, index) => {
    const granted = states.map(({ allowed, denied }) => difference(allowed, denied)).reduce(union, NO_OPERATIONS);
    return intersection(granted, openBut(index));
  });
  const byHerself = intersection(own.allowed, openBut(-1));
  return difference([...byGroups, byHerself].reduce(union, NO_OPERATIONS), own.denied);
}

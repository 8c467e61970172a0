import { accessOf } from '../access/access-of.ts';
import { type AccessModel, type AccessUser, indexModel } from '../access/model.ts';
import {
  difference,
  isEmpty,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  union,
} from '../access/operation-set.ts';
import { desiredAccess, desiredAccessBeforeDeletions } from '../access/sources/desired.ts';
import { actionOf, OPERATIONS, type Operation } from '../catalog/mturk.ts';
import { DENY_ALL, type PolicyDocument } from '../iam/document.ts';
import { policySize, QUOTAS } from '../iam/quotas.ts';
import { boundaryArn, iamName, LIMITS_POLICY } from '../team/names.ts';
import { beginsLater, hasExpired, type Team } from '../team/team.ts';
import { type Adoption, modelBefore } from './adoption.ts';
import type { AdoptedNow } from './progress.ts';

/**
 * The team of `adopt --apply`: the adopted members alone, without what limits them, which `adopt --finish` brings. Who has no
 * access by the file now joins no role before that.
 */
export function adoptingTeam(team: Team, { users }: Adoption, today: string): Team {
  const keys = new Set(users.map(({ key }) => key));
  const members = team.members.filter(({ key }) => keys.has(key));
  return {
    ...team,
    members: members.map((member) => {
      const isLimited = member.suspended || hasExpired(member, today) || beginsLater(member, today);
      return { ...member, roles: isLimited ? [] : member.roles, from: null, until: null, suspended: false };
    }),
  };
}

/** A person whose access is not what it should be. */
export interface Unequal {
  readonly user: string;
  readonly operations: readonly Operation[];
}

type Operations = ReadonlyMap<string, OperationSet>;

function operationsIn(model: AccessModel, at: Date): Operations {
  return new Map(accessOf(model, { at }).map(({ user, allowed }) => [user.name, allowed]));
}

function of(operations: Operations, name: string): OperationSet {
  return operations.get(name) ?? NO_OPERATIONS;
}

function unequal(user: string, operations: OperationSet): readonly Unequal[] {
  return isEmpty(operations) ? [] : [{ user, operations: listOperations(operations) }];
}

/** Who can do, while both the old access and the roles hold, less than before, or more than before and by the file. */
export function unequalDuring(adoption: Adoption, team: Team, account: AccessModel, at: Date): readonly Unequal[] {
  const before = operationsIn(modelBefore(adoption), at);
  const given = operationsIn(desiredAccessBeforeDeletions(team), at);
  const now = operationsIn(account, at);
  return adoption.users.flatMap(({ key, name }) => {
    const user = iamName(team.lab, key);
    const [was, has] = [of(before, name), of(now, user)];
    return unequal(user, union(difference(was, has), difference(has, union(was, of(given, user)))));
  });
}

/** Who would not have, through the roles and the lab's boundary alone, exactly what the file gives. */
export function unequalThroughRoles(team: Team, account: AccessModel, at: Date): readonly Unequal[] {
  const given = operationsIn(desiredAccessBeforeDeletions(team), at);
  const roles = new Set(team.roles.map(({ key }) => iamName(team.lab, key)));
  const { users } = indexModel(account);
  const alone = team.members.map(({ key }): AccessUser => {
    const name = iamName(team.lab, key);
    const groups = (users.get(name)?.groups ?? []).filter((group) => roles.has(group));
    return { name, path: '/', groups, attached: [], inline: [], boundary: boundaryArn(team), tags: {} };
  });
  const has = operationsIn({ ...account, users: alone }, at);
  return alone.flatMap(({ name }) => {
    const [wanted, actual] = [of(given, name), of(has, name)];
    return unequal(name, union(difference(wanted, actual), difference(actual, wanted)));
  });
}

/** Members with two roles of which one denies what another allows: joined one after the other, they give too much for a moment. */
export function gainingInBetween(adoption: Adoption, team: Team, at: Date): readonly Unequal[] {
  const before = operationsIn(modelBefore(adoption), at);
  const given = operationsIn(desiredAccessBeforeDeletions(team), at);
  return team.members.flatMap(({ key, roles }) => {
    const user = iamName(team.lab, key);
    const was = adoption.users.find((each) => each.key === key)?.name ?? '';
    const ofOne = roles.map((role) => {
      const members = team.members.filter((each) => each.key === key).map((each) => ({ ...each, roles: [role] }));
      return of(operationsIn(desiredAccessBeforeDeletions({ ...team, members }), at), user);
    });
    return unequal(user, difference(ofOne.reduce(union, NO_OPERATIONS), union(of(before, was), of(given, user))));
  });
}

/** The name of a cover that replaces no inline policy. */
const ADOPTING_POLICY = 'mturk-team-adopting';

/** The inline policy by which a user may do nothing but what the file gives, whatever else is still attached. */
export interface Cover {
  readonly name: string;
  readonly document: PolicyDocument;
  /** What is written first: a Deny of everything if the other inline policies leave no room for more. */
  readonly first: PolicyDocument;
}

/**
 * For each adopted user the policy that is written before the old access goes: of an Allow and the Deny that limits it, neither
 * order of removal is right. It replaces an inline policy if there is one, because these have a quota together.
 */
export function coverOf({ now }: AdoptedNow, team: Team, today: string, at: Date): Cover | null {
  if (now === null) return null;
  const given = of(operationsIn(desiredAccess(team, today), at), now.name);
  const document = denyAllBut(listOperations(given));
  const olds = now.inline.filter(({ name }) => name !== LIMITS_POLICY && name !== ADOPTING_POLICY);
  const name = now.inline.find(({ name: each }) => each === ADOPTING_POLICY)?.name ?? olds[0]?.name ?? ADOPTING_POLICY;
  const others = now.inline.filter((each) => each.name !== name);
  const size = [document, ...others.map((each) => each.document)]
    .map((each) => policySize(JSON.stringify(each)))
    .reduce((sum, each) => sum + each, 0);
  return { name, document, first: size > QUOTAS.inlinePoliciesSizePerUser ? DENY_ALL : document };
}

function denyAllBut(operations: readonly Operation[]): PolicyDocument {
  if (operations.length === 0) return DENY_ALL;
  const kept = operations.length === OPERATIONS.length ? ['mechanicalturk:*'] : operations.map(actionOf);
  return { Version: '2012-10-17', Statement: [{ Effect: 'Deny', NotAction: kept, Resource: '*' }] };
}

import { type OperationsByUser, ofUser, operationsIn } from '../../access/access-of.ts';
import { operationsOfRole } from '../../access/capability-access.ts';
import type { AccessGroup, AccessModel, AccessUser, InlinePolicy } from '../../access/model.ts';
import {
  ALL_OPERATIONS,
  difference,
  intersection,
  NO_OPERATIONS,
  type OperationSet,
  operationSet,
  operationsOfStatement,
  union,
} from '../../access/operation-set.ts';
import { desiredAccessBeforeDeletions } from '../../access/sources/desired.ts';
import { managedPolicyArn } from '../../catalog/managed-policies.ts';
import { stableJson } from '../../iam/canonical.ts';
import { ALLOW_ALL, DENY_ALL, type PolicyDocument, type Statement, statementsOf, toList } from '../../iam/document.ts';
import { boundaryPolicy, FREEZE_SID, WITHHELD_SID } from '../../team/documents.ts';
import { boundaryArn, iamName, LIMITS_POLICY, labPath, memberTags, rolePolicyArn } from '../../team/names.ts';
import type { AccessTeam, Role } from '../../team/team.ts';
import { deniedBy } from './kept-denies.ts';

/** What a team gives each member without its brakes: freeze, suspensions, first and last days. */
export function givenBy(team: AccessTeam): OperationsByUser {
  const free = {
    ...team,
    freeze: [],
    members: team.members.map(({ key, roles }) => ({ key, roles, from: null, until: null, suspended: false })),
    roles: team.roles.map(({ key, allow, deny, managed }) => ({ key, allow, deny, managed })),
  };
  return atAnyTime(desiredAccessBeforeDeletions(free));
}

/**
 * What one role gives members in all of some teams, of which all have them in it. While an apply is unfinished, what a member lacks
 * besides may have been taken by its own calls, as between leaving one role and joining another.
 */
export function unchangedIn(teams: readonly [AccessTeam, ...AccessTeam[]]): OperationsByUser {
  const [first, ...others] = teams;
  const given = teams.map(({ roles }) => new Map(roles.map((role) => [role.key, operationsOfRole(role)])));
  const givenInAll = (role: string) => given.map((each) => each.get(role) ?? NO_OPERATIONS).reduce(intersection);
  const isHeld = (key: string) => (role: string) => others.every((team) => rolesOf(key, team).includes(role));
  const of = ({ key, roles }: AccessTeam['members'][number]) =>
    roles.filter(isHeld(key)).map(givenInAll).reduce(union, NO_OPERATIONS);
  return new Map(first.members.map((member) => [iamName(first.lab, member.key), of(member)]));
}

function rolesOf(key: string, { members }: Pick<AccessTeam, 'members'>): readonly string[] {
  return members.find((member) => member.key === key)?.roles ?? [];
}

/** What the statements of `limits` with a Sid deny in an account. */
export function deniedIn({ users }: AccessModel, sid: string): OperationsByUser {
  return new Map(
    users.map(({ name, inline }) => {
      const statements = inline.flatMap((policy) =>
        // Equivalent if mutated: a Deny of another policy is kept all the same.
        policy.name === LIMITS_POLICY && policy.document !== null ? statementsOf(policy.document) : [],
      );
      const found = statements.filter(({ Sid }) => Sid === sid).map(deniedBy);
      return [name, found.reduce(union, NO_OPERATIONS)] as const;
    }),
  );
}

/**
 * What each user of an account has by the roles that `before` gives, as far as it is certain: an Allow under a condition counts as
 * absent, a policy that cannot be read as denying everything. What is had in another way hides nothing that was taken: an
 * apply undoes it. Denies take nothing: applies keep them, but for `Withheld` and those of another boundary. `nameOf` a group:
 * its name in the record, by which it counts, too.
 */
export function heldIn(
  account: AccessModel,
  team: AccessTeam,
  before: readonly AccessTeam[],
  nameOf: (group: string) => string = (group) => group,
): OperationsByUser {
  const { lab } = team;
  const through = givenThroughGroups(account, before, nameOf);
  const labGroups = new Set(account.groups.flatMap(({ name, path }) => (path === labPath(lab) ? [name] : [])));
  const boundary = boundaryArn({ lab, account: account.account });
  const tags = new Map(team.members.map(({ key }) => [iamName(lab, key), stableJson(memberTags(lab, key))]));
  // Whose tags are restored escapes a Deny under a condition on a tag.
  const hasOwnTags = (user: AccessUser) => tags.get(user.name) === stableJson(user.tags);
  const escaped = (user: AccessUser): readonly InlinePolicy[] => {
    if (hasOwnTags(user)) return [];
    const groups = account.groups.filter(({ name }) => user.groups.includes(name));
    const onTags = (each: Statement) => (isOnTags(each) ? conditionalDeny(each) : []);
    const Statement = [user, ...groups].flatMap((holder) => statementsAt(holder, account, onTags));
    return [{ name: 'escaped', document: { Version: '2012-10-17', Statement } }];
  };
  const own = (inline: readonly InlinePolicy[]) =>
    inline.map(({ name, document }) => ({ name, document: certain(document, name === LIMITS_POLICY) }));
  // An apply restores the boundary of the lab, and so lifts the Denies of another, those under a condition, too.
  const other = (user: AccessUser) => {
    const { boundary: arn } = user;
    // Equivalent if mutated: a boundary that is in no policy of the account limits nothing, as none does.
    if (arn === null) return arn;
    return arn === boundary && hasOwnTags(user) ? arn : `${arn} as boundary`;
  };
  const boundaries = new Set(account.users.map(({ boundary: arn }) => arn));
  const policies = [...account.policies, ...missingPolicies(account)];
  const notDenied = atAnyTime({
    ...account,
    users: account.users.map((user) => ({
      ...{ ...user, boundary: other(user) },
      inline: [{ name: '', document: ALLOW_ALL }, ...own(user.inline), ...escaped(user)],
    })),
    groups: account.groups.map((group) =>
      labGroups.has(group.name) ? { ...group, inline: own(group.inline) } : { ...group, attached: [], inline: [] },
    ),
    policies: [
      ...policies.map((policy) => ({
        ...policy,
        // No apply restores the boundary's own document, so that nothing is given back by it.
        document:
          policy.arn === boundary ? boundaryPolicy({ lab, account: account.account }) : certain(policy.document),
      })),
      ...policies
        .filter(({ arn }) => boundaries.has(arn))
        .map(({ arn, name, document }) => ({
          ...{ arn: `${arn} as boundary`, name, document: denyingAlways(document) },
        })),
    ],
  });
  return new Map([...notDenied].map(([user, allowed]) => [user, intersection(allowed, ofUser(through, user))]));
}

/**
 * What groups give their users: elsewhere what none of them may deny, which no apply undoes, under the path what they have of a
 * role that some team gives the user, whatever denies it.
 */
function givenThroughGroups(
  account: AccessModel,
  teams: readonly AccessTeam[],
  nameOf: (group: string) => string,
): OperationsByUser {
  const groups = new Map(account.groups.map((group) => [group.name, group]));
  const rolesIn = ({ lab, members }: AccessTeam) =>
    new Map(members.map(({ key, roles }) => [iamName(lab, key), roles]));
  const given = teams.map((team) => [team, rolesIn(team)] as const);
  const by = (group: AccessGroup, user: string) =>
    given.flatMap(([{ lab, roles }, rolesOf]) => {
      const names = [group.name, nameOf(group.name)];
      const isOfGroup = ({ key }: { readonly key: string }) =>
        names.includes(iamName(lab, key)) && rolesOf.get(user)?.includes(key) === true;
      return roles.filter(isOfGroup).map((role) => givenThrough(role, lab, account, group));
    });
  const isElsewhere = ({ path }: AccessGroup) => teams.every(({ lab }) => path !== labPath(lab));
  const of = ({ name, groups: names }: AccessUser) => {
    const all = names.flatMap((group) => groups.get(group) ?? []);
    const elsewhere = all.filter(isElsewhere);
    const denied = elsewhere.map((group) => deniedAt(group, account)).reduce(union, NO_OPERATIONS);
    const others = elsewhere.map((group) => difference(allowedBy(group, account), denied));
    return [...others, ...all.filter((group) => !isElsewhere(group)).flatMap((group) => by(group, name))];
  };
  return new Map(account.users.map((user) => [user.name, of(user).reduce(union, NO_OPERATIONS)]));
}

/** What a role's group gives by the role's own policies, as the account has them, whatever else allows or denies it. */
function givenThrough(
  { key, allow, managed }: Pick<Role, 'key' | 'allow' | 'managed'>,
  lab: string,
  account: AccessModel,
  { attached }: AccessGroup,
): OperationSet {
  const by = (arns: readonly string[]) =>
    allowedBy({ inline: [], attached: arns.filter((arn) => attached.includes(arn)) }, account);
  const own = by([rolePolicyArn({ lab, account: account.account }, key)]);
  return union(intersection(own, operationSet(allow)), by(managed.map(managedPolicyArn)));
}

/**
 * What groups outside the lab's path could give its members under the boundary of the lab, an Allow under a condition included:
 * no apply changes these groups, and it may lift what limits them.
 */
export function givenByOthers(account: AccessModel, { lab, members }: AccessTeam): OperationsByUser {
  const others = account.groups.filter(({ path }) => path !== labPath(lab));
  const names = new Set(others.map(({ name }) => name));
  const boundary = boundaryArn({ lab, account: account.account });
  const ofMembers = new Set(members.map(({ key }) => iamName(lab, key)));
  const of = (given: PolicyDocument | null) =>
    given && { ...given, Statement: statementsOf(given).flatMap(unconditional) };
  return atAnyTime({
    account: account.account,
    users: account.users
      .filter(({ name }) => ofMembers.has(name))
      .map((user) => {
        const groups = user.groups.filter((group) => names.has(group));
        return { ...user, groups, attached: [], inline: [], boundary };
      }),
    groups: others.map((group) => ({
      ...group,
      inline: group.inline.map((policy) => ({ ...policy, document: of(policy.document) })),
    })),
    policies: [
      ...account.policies
        .filter(({ arn }) => arn !== boundary)
        .map((policy) => ({ ...policy, document: of(policy.document) })),
      { arn: boundary, name: lab, document: boundaryPolicy({ lab, account: account.account }) },
    ],
  });
}

/** An Allow without its condition; a Deny under a condition may not deny. */
function unconditional(statement: Statement): readonly Statement[] {
  const { Condition, ...bare } = statement;
  if (Condition === undefined) return [statement];
  return statement.Effect === 'Allow' ? [bare] : [];
}

/** Policies that a user or group has and the account was read without: elsewhere they count as allowing everything. */
function missingPolicies({ users, groups, policies }: AccessModel): AccessModel['policies'] {
  const known = new Set(policies.map(({ arn }) => arn));
  const attached = [...users, ...groups].flatMap((holder) => holder.attached);
  // Equivalent if mutated: a policy whose ARN is null is none that anyone has.
  const boundaries = users.map(({ boundary }) => boundary).filter((arn) => arn !== null);
  const missing = new Set([...attached, ...boundaries].filter((arn) => !known.has(arn)));
  return [...missing].map((arn) => ({ arn, name: arn, document: null }));
}

/** The documents of the policies of a user or group: `limits` as any other; null for what cannot be read. */
export function documentsOf(
  { inline, attached }: Pick<AccessUser, 'inline' | 'attached'>,
  { policies }: AccessModel,
): readonly (PolicyDocument | null)[] {
  return [
    ...inline.map(({ document }) => document),
    ...attached.map((arn) => policies.find((policy) => policy.arn === arn)?.document ?? null),
  ];
}

/** The statements of a holder's policies, as `map` makes them; none of what cannot be read. */
function statementsAt(
  holder: Pick<AccessUser, 'inline' | 'attached'>,
  account: AccessModel,
  map: (statement: Statement) => readonly Statement[],
): readonly Statement[] {
  const known = documentsOf(holder, account).filter((document) => document !== null);
  return known.flatMap(statementsOf).flatMap(map);
}

/** What the policies of a user or group may deny, under a condition or not; everything if one cannot be read. */
function deniedAt(holder: Pick<AccessUser, 'inline' | 'attached'>, account: AccessModel): OperationSet {
  return documentsOf(holder, account)
    .flatMap((document) => (document === null ? ALL_OPERATIONS : statementsOf(document).map(deniedBy)))
    .reduce(union, NO_OPERATIONS);
}

/**
 * What Denies without a condition took from a user at groups of the lab that are of no role of the member in some teams: an apply
 * takes the user out of them. What is `frozen` comes back by the file.
 */
export function deniedAtLeft(
  { groups }: AccessUser,
  key: string,
  teams: readonly Pick<AccessTeam, 'members'>[],
  { account, lab, frozen }: { readonly account: AccessModel; readonly lab: string; readonly frozen: OperationSet },
): OperationSet {
  const staying = teams.flatMap((team) => rolesOf(key, team)).map((role) => iamName(lab, role));
  const isLeft = ({ name, path }: AccessGroup) =>
    path === labPath(lab) && groups.includes(name) && !staying.includes(name);
  const always = (each: Statement) => (each.Condition === undefined ? [each] : []);
  const denies = account.groups.filter(isLeft).flatMap((group) => statementsAt(group, account, always));
  const denied = denies.map((each) => difference(deniedBy(each), each.Sid === FREEZE_SID ? frozen : NO_OPERATIONS));
  return denied.reduce(union, NO_OPERATIONS);
}

function allowedBy(holder: Pick<AccessUser, 'inline' | 'attached'>, account: AccessModel): OperationSet {
  return documentsOf(holder, account).map(allowedOutright).reduce(union, NO_OPERATIONS);
}

/** What a policy allows without a condition and for every resource, whatever its Denies; nothing if it cannot be read. */
export function allowedOutright(document: PolicyDocument | null): OperationSet {
  const isOutright = ({ Effect, Condition, Resource }: Statement) =>
    Effect === 'Allow' && Condition === undefined && toList(Resource).includes('*');
  const allows = document === null ? [] : statementsOf(document).filter(isOutright);
  return allows.map(operationsOfStatement).reduce(union, NO_OPERATIONS);
}

function isOnTags({ Condition = {} }: Statement): boolean {
  return JSON.stringify(Condition).toLowerCase().includes('aws:principaltag/');
}

function conditionalDeny({ Condition, ...bare }: Statement): readonly Statement[] {
  // Equivalent if mutated: a Deny without a condition is there already.
  return bare.Effect === 'Deny' && Condition !== undefined ? [bare] : [];
}

/** With each Deny always, and no Allow under a condition. */
function denyingAlways(document: PolicyDocument | null): PolicyDocument {
  if (document === null) return DENY_ALL;
  const always = (each: Statement) => (each.Condition === undefined ? [each] : conditionalDeny(each));
  return { ...document, Statement: statementsOf(document).flatMap(always) };
}

/** A document without what no apply ends: Denies that it keeps, and statements under a condition. */
function certain(document: PolicyDocument | null, isLimits = false): PolicyDocument {
  if (document === null) return DENY_ALL;
  const isTaking = ({ Sid, Effect }: Statement) => Effect === 'Allow' || (isLimits && Sid === WITHHELD_SID);
  const Statement = statementsOf(document).filter((each) => each.Condition === undefined && isTaking(each));
  return { ...document, Statement };
}

// Equivalent if mutated: no statement that is judged has a condition, so that any moment will do.
function atAnyTime(model: AccessModel): OperationsByUser {
  return operationsIn(model, new Date(0));
}

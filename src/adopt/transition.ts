import { ofUser, operationsIn, type UserOperations, userOperations } from '../access/access-of.ts';
import { type AccessModel, type AccessUser, indexModel } from '../access/model.ts';
import { difference, listOperations, NO_OPERATIONS, union } from '../access/operation-set.ts';
import { desiredAccess, desiredAccessBeforeDeletions } from '../access/sources/desired.ts';
import { actionOf, OPERATIONS, type Operation } from '../catalog/mturk.ts';
import { canonicalDocument } from '../iam/canonical.ts';
import { type PolicyDocument, type Statement, statementsOf } from '../iam/document.ts';
import { policySize, QUOTAS } from '../iam/quotas.ts';
import { denyKey } from '../review/rule/kept-denies.ts';
import { type AppliedTeam, teamOf } from '../team/applied-team.ts';
import { limitsPolicy, OUT_OF_REACH_SID } from '../team/documents.ts';
import { boundaryArn, iamName, LIMITS_POLICY, labPath, memberTags } from '../team/names.ts';
import { hasAccess, type Team } from '../team/team.ts';
import { type AdoptedUser, type Adoption, modelBefore } from './adoption.ts';
import { type AccountNow, adoptedNow, isAt, placeInLab } from './progress.ts';

/** What `adopt --apply` writes, and what it is held to. */
export interface AdoptingTeams {
  /**
   * The adopted members alone, without what limits them: freeze, suspensions, first and last days come with `adopt --finish`. Who
   * has no access by the file now joins no role before that.
   */
  readonly unlimited: Team;
  /** The same without Denies, because a member has other access, too: a role allows what it does not deny. */
  readonly written: Team;
}

/** The teams of `adopt --apply`. A role with a policy of AWS keeps its Deny: an accepted loss then comes at once. */
export function adoptingTeams(team: Team, { users }: Adoption, today: string): AdoptingTeams {
  const keys = new Set(users.map(({ key }) => key));
  const members = team.members
    .filter(({ key }) => keys.has(key))
    .map((member) => {
      // Without access by the file they join the roles with `adopt --finish`.
      const roles = hasAccess(member, today) ? member.roles : [];
      return { ...member, roles, from: null, until: null, suspended: false };
    });
  const unlimited = { ...team, members, freeze: [] };
  const roles = team.roles.map((role) => {
    const allow = role.allow.filter((operation) => !role.deny.includes(operation));
    return role.managed.length > 0 ? role : { ...role, allow, deny: [] };
  });
  return { unlimited, written: { ...unlimited, roles } };
}

/** The access of adopted users under their new names, while both the old access and the roles hold. */
function modelDuring(adoption: Adoption, written: Team): AccessModel {
  const [before, desired] = [modelBefore(adoption), desiredAccessBeforeDeletions(written)];
  const { users } = indexModel(desired);
  const both = adoption.users.flatMap((user): AccessUser[] => {
    const member = users.get(iamName(written.lab, user.key));
    return member === undefined
      ? []
      : [{ ...user, ...placeInLab(user, written), groups: [...user.groups, ...member.groups] }];
  });
  return {
    ...{ account: written.account, users: both, groups: [...desired.groups, ...before.groups] },
    policies: [...desired.policies, ...before.policies],
  };
}

/** Adopted users with what they could do (`was`), what the file gives (`gets`), and what old access and roles give together. */
function accessDuring(adoption: Adoption, { unlimited, written }: AdoptingTeams, at: Date) {
  const before = operationsIn(modelBefore(adoption), at);
  const during = operationsIn(modelDuring(adoption, written), at);
  const given = operationsIn(desiredAccessBeforeDeletions(unlimited), at);
  return adoption.users.map(({ key, name }) => {
    const user = iamName(written.lab, key);
    return { user, was: ofUser(before, name), has: ofUser(during, user), gets: ofUser(given, user) };
  });
}

/** A team in which each member has the first role alone, one with the second, and so on; none in the last one. */
function oneRoleEach(team: Team): readonly Team[] {
  const most = Math.max(0, ...team.members.map(({ roles }) => roles.length));
  return Array.from({ length: most + 1 }, (_, index) => {
    const members = team.members.map((member) => ({ ...member, roles: member.roles.slice(index, index + 1) }));
    return { ...team, members };
  });
}

/**
 * Who can no longer do what once they are moved, and who can do more than before and by the file, even for the moment until they
 * have joined all their roles: what these deny does not hold before.
 */
export function changingAtOnce(
  adoption: Adoption,
  teams: AdoptingTeams,
  at: Date,
): { readonly losing: readonly UserOperations[]; readonly gaining: readonly UserOperations[] } {
  const people = accessDuring(adoption, teams, at);
  const steps = oneRoleEach(teams.written).map((team) => operationsIn(modelDuring(adoption, team), at));
  return {
    losing: people.flatMap(({ user, was, has }) => userOperations(user, difference(was, has))),
    gaining: people.flatMap(({ user, was, gets }) => {
      const most = steps.reduce((all, step) => union(all, ofUser(step, user)), NO_OPERATIONS);
      return userOperations(user, difference(most, union(was, gets)));
    }),
  };
}

/** Whose access, while both the old access and the roles hold, is not what both give together, or more than before and by the file. */
export function unequalDuring(
  adoption: Adoption,
  teams: AdoptingTeams,
  account: AccessModel,
  at: Date,
): readonly UserOperations[] {
  const now = operationsIn(account, at);
  return accessDuring(adoption, teams, at).flatMap(({ user, was, has, gets }) => {
    const actual = ofUser(now, user);
    return userOperations(user, union(difference(has, actual), difference(actual, union(was, gets))));
  });
}

/** Who would not have, through the roles and the lab's boundary alone, exactly what the file gives. */
export function unequalThroughRoles(team: Team, account: AccessModel, at: Date): readonly UserOperations[] {
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
    const [wanted, actual] = [ofUser(given, name), ofUser(has, name)];
    return userOperations(name, union(difference(wanted, actual), difference(actual, wanted)));
  });
}

/** The name of a cover that replaces no inline policy. */
const ADOPTING_POLICY = 'mturk-team-adopting';

/** No one writes its Sid in an emergency. It has no Version, which takes room: there may be little left. */
const ADOPTING_DENY = { Statement: [{ Sid: 'Adopting', Effect: 'Deny', Action: '*', Resource: '*' }] } as const;

/**
 * For each adopted user the inline policy by which they may do nothing but what the file gives, whatever else is still attached. It
 * is written before the old access goes: of an Allow and the Deny that limits it, neither order of removal is right. It replaces an
 * inline policy if there is one, because these have a quota together. What is written `first` is a Deny of everything if the others
 * leave no room for more.
 */
export function coverOf(user: Pick<AccessUser, 'name' | 'inline'>, team: Team, today: string, at: Date) {
  const given = ofUser(operationsIn(desiredAccess(team, today), at), user.name);
  const document = denyAllBut(listOperations(given));
  const name = coverNameOf(user);
  const others = user.inline.filter((each) => each.name !== name);
  const size = [document, ...others.map((each) => each.document)]
    .map((each) => policySize(JSON.stringify(each)))
    .reduce((sum, each) => sum + each, 0);
  return { name, document, first: size > QUOTAS.inlinePoliciesSizePerUser ? ADOPTING_DENY : document };
}

function coverNameOf({ inline }: Pick<AccessUser, 'inline'>): string {
  const names = inline.map(({ name }) => name);
  const [old = ADOPTING_POLICY] = names.filter((each) => each !== LIMITS_POLICY);
  return names.includes(ADOPTING_POLICY) ? ADOPTING_POLICY : old;
}

function denyAllBut(operations: readonly Operation[]): PolicyDocument {
  if (operations.length === 0) return ADOPTING_DENY;
  const kept = operations.length === OPERATIONS.length ? ['mechanicalturk:*'] : operations.map(actionOf);
  return { Version: '2012-10-17', Statement: [{ Effect: 'Deny', NotAction: kept, Resource: '*' }] };
}

/**
 * The account as it was before an unfinished `adopt --finish`, whose runs `begun` has: it takes from users what they had, gives
 * them a cover, the lab's boundary, tags and `limits`, creates the other members' users, and lets those join their roles who had no
 * access by the file. What someone else changed is still in it.
 */
export function beforeFinish(
  adoption: Adoption,
  account: AccountNow,
  team: Team,
  begun: readonly AppliedTeam[],
): AccountNow {
  const [first] = begun;
  if (first === undefined) return account;
  const own = new Map(adoptedNow(adoption, account).map((each) => [each.now, each]));
  const places = team.members.map(({ key }) => ({ name: iamName(team.lab, key), path: labPath(team.lab) }));
  const users = account.access.users.flatMap((now) => {
    const { user } = own.get(now) ?? {};
    if (user === undefined) return places.some((place) => isAt(place, now)) ? [] : [now];
    const coverName = coverNameOf(user);
    const covers = coversOf(user, team, begun);
    const limits = limitsOf(user.key, begun);
    const isOfLimits = (each: Statement) => each.Sid === OUT_OF_REACH_SID || limits.has(denyKey(each));
    const isOurs = ({ name, document }: AccessUser['inline'][number]) =>
      document !== null &&
      ((name === LIMITS_POLICY && statementsOf(document).every(isOfLimits)) ||
        (name === coverName && covers.has(canonicalDocument(document))));
    const left = now.inline.filter((each) => !isOurs(each));
    const taken = user.inline.filter(({ name }) => !left.some((each) => each.name === name));
    const member = team.members.find(({ key }) => key === user.key);
    const joined = member !== undefined && !hasAccess(member, first.day) ? member.roles : [];
    const joinedGroups = joined.map((role) => iamName(team.lab, role));
    const groups = now.groups.filter((group) => !joinedGroups.includes(group));
    const written = memberTags(team.lab, user.key);
    const others = Object.entries(now.tags).filter(([tag, value]) => written[tag] !== value);
    return [
      {
        ...{ ...now, tags: { ...user.tags, ...Object.fromEntries(others) }, inline: [...left, ...taken] },
        attached: [...new Set([...now.attached, ...user.attached])],
        groups: [...new Set([...groups, ...user.groups])],
        boundary: now.boundary === boundaryArn(team) ? user.boundary : now.boundary,
      },
    ];
  });
  return { ...account, access: { ...account.access, users } };
}

/** The statements of `limits` that its runs may have written, without what the account decides: what is out of reach. */
function limitsOf(key: string, begun: readonly AppliedTeam[]): ReadonlySet<string> {
  const members = begun.flatMap((team) => team.members.filter((member) => member.key === key));
  // A suspension for the time of a run is lifted at its end.
  const written = [...members, ...members.map((member) => ({ ...member, suspended: false }))].map(limitsPolicy);
  return new Set(written.flatMap((each) => (each === null ? [] : statementsOf(each).map(denyKey))));
}

/** The documents that an unfinished `adopt --finish` may have written for a user, in each of its runs. */
function coversOf(user: AdoptedUser, team: Team, begun: readonly AppliedTeam[]): ReadonlySet<string> {
  const covers = begun
    .filter(({ members }) => members.some(({ key }) => key === user.key))
    .flatMap((each) => {
      const { key, inline } = user;
      const at = new Date(`${each.day}T12:00:00Z`);
      const cover = coverOf({ name: iamName(team.lab, key), inline }, teamOf(each, team), each.day, at);
      return [cover.document, cover.first];
    });
  return new Set(covers.map(canonicalDocument));
}

import * as z from 'zod';
import { ofUser } from '../../access/access-of.ts';
import { OPERATION_LIST } from '../../access/capability-access.ts';
import type { AccessGroup, AccessModel, AccessPolicy, AccessUser } from '../../access/model.ts';
import {
  ALL_OPERATIONS,
  difference,
  intersection,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  operationSet,
  union,
} from '../../access/operation-set.ts';
import type { EntityIds } from '../../aws/types.ts';
import { managedPolicyArn } from '../../catalog/managed-policies.ts';
import { OPERATIONS, type Operation, operationsOf } from '../../catalog/mturk.ts';
import { TEXT } from '../../diagnostics/parse-data.ts';
import { isAwsPolicy } from '../../iam/arn.ts';
import { type PolicyDocument, type Statement, statementsOf } from '../../iam/document.ts';
import type { AppliedTeam } from '../../team/applied-team.ts';
import { limitsPolicy, OUT_OF_REACH_SID, rolePolicy, WITHHELD_SID } from '../../team/documents.ts';
import { boundaryArn, iamName, keyOfIamName, LIMITS_POLICY, labPath, rolePolicyArn } from '../../team/names.ts';
import { type AccessTeam, formerMember, isDeletionDue, type Member, type Role, type Team } from '../../team/team.ts';
import { allowedOutright, deniedIn, documentsOf, givenBy, givenByOthers, heldIn, unchangedIn } from './access.ts';
import {
  deniedBy,
  distinctDenies,
  isComputed,
  isFirstDay,
  isLastDay,
  manualDenies,
  withoutDenies,
} from './kept-denies.ts';

/** What an account has that decides what an apply may write. */
interface AccountAccess {
  readonly access: AccessModel;
  readonly ids: EntityIds;
}

/** What the apply record knows of a lab's applies. `desired.ts` makes the access model of each team. */
export interface Applied {
  /** The last apply that ended. */
  readonly team: AppliedTeam;
  /** The teams of applies that began since then and did not end: what they changed may be in the account or not. */
  readonly begun: readonly AppliedTeam[];
  /** The unique ids of the lab's users and groups, by name. */
  readonly ids: EntityIds;
  /** When the last apply began or ended; ISO 8601, UTC. */
  readonly at?: string;
}

export interface RuleInput {
  /** The file that owners approved; of a reconcile, the applied team. */
  readonly team: Team;
  /** Null without an apply record: everything then counts as given before, and no user as the lab's. */
  readonly applied: Applied | null;
  readonly account: AccountAccess;
  /** Whom a person gives back all that is withheld, and whose user they accept, by `restoreName`. */
  readonly restore: ReadonlySet<string>;
  /** Unique ids, by name, of the users that a person was shown: a later one of the name is not accepted. */
  readonly shown?: ReadonlyMap<string, string>;
  /** Keys of members whose missing user is created again. */
  readonly recreate?: ReadonlySet<string>;
  /** Keys of members whose user this apply has created again. */
  readonly created?: ReadonlySet<string>;
  /** The kept Denies that a person was shown and removes, by `restoreName`: one that came later is kept. */
  readonly lift?: ReadonlyMap<string, readonly Statement[]>;
  /** Names of users with credentials, which no apply creates: a begun apply did not create these users. */
  readonly withCredentials?: ReadonlySet<string>;
  /** What reconcile gives back, by the member's key. */
  readonly giveBack?: ReadonlyMap<string, readonly Operation[]>;
  /** Keys of members whose users reconcile deletes, because their last day is long past. */
  readonly deletions?: ReadonlySet<string>;
}

/**
 * What an apply does not give: operations that a manual change took, members whose user is missing, replaced, renamed, moved
 * out of the lab's path or has a taken name, roles whose group or policy has a taken name; manual Denies that it keeps, and
 * users that it does not delete.
 */
export const WITHHELD = z.strictObject({
  kind: z.enum(['operations', 'missing', 'replaced', 'renamed', 'moved', 'name-taken', 'deny-kept', 'not-deleted']),
  of: z.enum(['member', 'role']),
  key: TEXT,
  /** In catalog order. */
  operations: OPERATION_LIST,
  /** The name, path or ARN that the account has instead; null for none. */
  found: TEXT.nullable(),
});

export type Withheld = Readonly<z.infer<typeof WITHHELD>>;

export const ROLE_PREFIX = 'role/';

/** How `apply --restore` names who has something withheld. */
export function restoreName({ of, key }: Pick<Withheld, 'of' | 'key'>): string {
  return of === 'role' ? `${ROLE_PREFIX}${key}` : key;
}

/** What an apply writes. */
export interface Ruled {
  /** The file's team with everything that is withheld or kept; users are never deleted for age but by `deletions`. */
  readonly team: Team;
  readonly withheld: readonly Withheld[];
  /** Keys of what leaves configuration and state, although the account may have the user or group. */
  readonly leftOut: { readonly members: readonly string[]; readonly roles: readonly string[] };
  /** Names of users whose unique ids the record takes after the apply: created by it, or accepted. */
  readonly newUsers: readonly string[];
  /** Members' users under the lab's path with another name, which Terraform does not manage. */
  readonly renamed: readonly LimitedUser[];
}

/** A user with no policy but `limits`. A renamed one is denied all of Mechanical Turk until it has its name again. */
export interface LimitedUser {
  readonly user: string;
  readonly limits: PolicyDocument;
}

/**
 * The one rule for every apply: it undoes manual changes that gave access or removed a limit, and gives back nothing that a
 * manual change took. What the applied or a begun team did not give is the change that owners approved.
 */
export function ruleFor(input: RuleInput): Ruled {
  const { team, account, restore, lift = new Map(), giveBack = new Map(), deletions = new Set() } = input;
  const before: readonly [AccessTeam, ...AccessTeam[]] =
    input.applied === null ? [team] : [input.applied.team, ...input.applied.begun];
  const gives = givenBy(team);
  const given = before.map(givenBy);
  const held = heldIn(account.access, team, before);
  const isUnfinished = before.length > 1;
  const unchanged = isUnfinished ? unchangedIn(before) : new Map();
  const known = deniedIn(account.access, WITHHELD_SID);
  // Of what the teams gave, only what was frozen is out of reach, unless someone wrote that statement.
  const unreached = deniedIn(account.access, OUT_OF_REACH_SID);
  const wasFrozen = operationSet(before.flatMap(({ freeze }) => freeze.flatMap(operationsOf)));
  const others = givenByOthers(account.access, team);
  const lost = groupsOutOfReach(input);
  const frozen = operationSet(team.freeze.flatMap(operationsOf));
  const notGiven = (user: string): OperationSet => difference(ALL_OPERATIONS, difference(ofUser(gives, user), frozen));

  const names = new Set(team.members.map(({ key }) => iamName(team.lab, key)));
  const renamed = team.members.flatMap((member) => renamedUserOf(member, names, input));
  const withheld: Withheld[] = [];
  const leftOut = { members: [] as string[], roles: [] as string[] };
  const newUsers: string[] = [];
  // Denies that a person lifts from a group, which its members get back.
  const lifted = new Map<string, readonly Statement[]>();
  const roles = team.roles.flatMap((role): readonly Role[] => {
    const group = takenGroup(role.key, input);
    const policy = takenPolicy(role.key, team, account.access);
    const found = group ?? policy;
    if (found !== null) {
      withheld.push({ kind: 'name-taken', of: 'role', key: role.key, operations: [...role.allow], found });
      leftOut.roles.push(role.key);
    }
    if (policy !== null) return [];
    const holder = group ?? holderOutside(role.key, renamed, input);
    if (holder !== null) {
      const fixed = notWidened(role, input);
      if (group !== null) return [{ ...fixed, withoutGroup: true }];
      const operations = role.allow.filter((each) => !fixed.allow.includes(each));
      if (operations.length + fixed.keptDenies.length === 0) return [role];
      withheld.push({ kind: 'name-taken', of: 'role', key: role.key, operations, found: holder });
      return [fixed];
    }
    const denies = deniesAtGroup(role, input);
    const name = restoreName({ of: 'role', key: role.key });
    const keptDenies = restore.has(name) ? [] : withoutDenies(denies, lift.get(name));
    lifted.set(iamName(team.lab, role.key), withoutDenies(denies, keptDenies));
    if (keptDenies.length === 0) return [role];
    withheld.push(kept('role', role.key, keptDenies));
    return [{ ...role, keptDenies }];
  });
  const roleKeys = new Set(roles.flatMap(({ key, withoutGroup }) => (withoutGroup === true ? [] : [key])));
  const ofWritten = ({ roles: of }: Member) => of.filter((role) => roleKeys.has(role));
  const written = team.roles.every((role) => roles.includes(role))
    ? gives
    : givenBy({ ...team, roles, members: team.members.map((each) => ({ ...each, roles: ofWritten(each) })) });
  const takenFrom = (key: string): OperationSet => {
    const user = iamName(team.lab, key);
    const begun = begunWithheld(key, input);
    const already = union(ofUser(known, user), begun);
    const denied = union(begun, difference(ofUser(unreached, user), wasFrozen));
    const lacking = difference(ofUser(gives, user), difference(ofUser(held, user), denied));
    // Of a role whose group this apply does not write, only what a group outside the path gives can come back.
    const returning = intersection(lacking, [ofUser(written, user), ofUser(others, user), already].reduce(union));
    const taken = given.reduce((all, each) => intersection(all, ofUser(each, user)), returning);
    return isUnfinished ? intersection(taken, union(ofUser(unchanged, user), already)) : taken;
  };

  const members = team.members.flatMap((member): Member[] => {
    const { key } = member;
    const user = iamName(team.lab, key);
    const { kind, found, actual } = identify(member, input);
    const isDeletable = kind === 'own' && actual !== null && groupOutside(actual, input) === undefined;
    if (deletions.has(key) && isDeletable) return [];
    const operations = listOperations(ofUser(gives, user));
    if (kind === 'replaced') {
      withheld.push({ kind, of: 'member', key, operations, found });
      return [{ ...member, roles: [], suspended: true }];
    }
    if (kind !== 'own' && kind !== 'new') {
      if (kind !== 'deleted') withheld.push({ kind, of: 'member', key, operations, found });
      leftOut.members.push(key);
      return [];
    }
    if (kind === 'new') newUsers.push(user);
    const ofRoles = ofWritten(member);
    const rest = { ...member, roles: ofRoles.length === member.roles.length ? member.roles : ofRoles };
    const reach = actual?.groups.some((group) => lost.has(group)) === true ? ALL_OPERATIONS : ofUser(others, user);
    const outOfReach = listOperations(intersection(reach, notGiven(user)));
    const limited = outOfReach.length === 0 ? rest : { ...rest, outOfReach };
    if (actual === null || restore.has(key)) return [limited];
    const liftedHere = actual.groups.flatMap((group) => lifted.get(group) ?? []);
    const denies = deniesAtUser(member, actual, input);
    const keptDenies = withoutDenies(denies, lift.get(key));
    const isHeld = (role: Role) => ofRoles.includes(role.key) && actual.groups.includes(iamName(team.lab, role.key));
    const ofGroups = [...roles.flatMap((role) => (isHeld(role) ? (role.keptDenies ?? []) : [])), ...liftedHere];
    // What was taken from the member besides stays so, when a Deny of a role ends.
    const isBounded = actual.boundary === boundaryArn({ lab: team.lab, account: account.access.account });
    const through = roles.map((role) => (isBounded && isHeld(role) ? givenThrough(role, input) : NO_OPERATIONS));
    const apart = union(ofUser(known, user), begunWithheld(key, input));
    const byGroups = difference(intersection(alwaysDenied(ofGroups), through.reduce(union, NO_OPERATIONS)), apart);
    const back = [operationSet(giveBack.get(key) ?? []), alwaysDenied(denies), byGroups].reduce(union);
    const taken = listOperations(difference(takenFrom(key), back));
    if (taken.length > 0) withheld.push({ kind: 'operations', of: 'member', key, operations: taken, found: null });
    if (keptDenies.length > 0) withheld.push(kept('member', key, keptDenies));
    return [
      {
        ...limited,
        ...(taken.length === 0 ? {} : { withheld: taken }),
        ...(keptDenies.length === 0 ? {} : { keptDenies }),
      },
    ];
  });
  for (const { key, found } of leaversNotDeleted(input)) {
    withheld.push({ kind: 'not-deleted', of: 'member', key, operations: [], found });
    members.push(formerMember(key));
  }
  // By the name of someone who left, Terraform would delete the member who has it now.
  leftOut.members.push(...renamed.flatMap(({ user }) => keyOfIamName(team.lab, user) ?? []));
  const settings = { ...team.settings, deleteAfterDays: null };
  return { team: { ...team, roles, members, settings }, withheld, leftOut, newUsers, renamed };
}

/** The first group of a user outside the lab's path, which no role of the lab may change. */
function groupOutside({ groups }: AccessUser, { team, account }: RuleInput): string | undefined {
  return account.access.groups.find(({ name, path }) => groups.includes(name) && path !== labPath(team.lab))?.name;
}

/** Users of the record who are in no file any more: IAM deletes none who is in a group, and `limits` go before the user. */
function leaversNotDeleted(input: RuleInput): readonly { readonly key: string; readonly found: string }[] {
  const { team, applied, account } = input;
  const { lab } = team;
  const members = new Set(team.members.map(({ key }) => iamName(lab, key)));
  return account.access.users.flatMap((user) => {
    const key = keyOfIamName(lab, user.name);
    const id = applied?.ids.user.get(user.name);
    // Equivalent if mutated: every user of the account has an id.
    const isOwn = id !== undefined && id === account.ids.user.get(user.name) && user.path === labPath(lab);
    const found = groupOutside(user, input);
    // Equivalent if mutated: every user of the record has a name of the lab.
    if (key === null) return [];
    return !isOwn || members.has(user.name) || found === undefined ? [] : [{ key, found }];
  });
}

/** Under another member's name a user is that member's replaced one. */
function renamedUserOf(member: Member, names: ReadonlySet<string>, input: RuleInput): readonly LimitedUser[] {
  const { lab } = input.team;
  const user = userOfId(iamName(lab, member.key), input);
  if (user === null || names.has(user.name) || user.path !== labPath(lab)) return [];
  // The file gives nothing to a user of another name.
  const keptDenies = deniesAtUser(member, user, input);
  const limits = limitsPolicy({ from: null, until: null, suspended: false, withheld: OPERATIONS, keptDenies });
  return limits === null ? [] : [{ user: user.name, limits }];
}

/** The user of the account that has the unique id of a name in the record, whatever its name is now. */
function userOfId(name: string, { applied, account }: RuleInput): AccessUser | null {
  const id = applied?.ids.user.get(name);
  // Equivalent if mutated: every user of the account has an id.
  return account.access.users.find((user) => id !== undefined && account.ids.user.get(user.name) === id) ?? null;
}

/** What the last apply withheld that did not end: it may have restored what gives it, and not have come to writing the Deny. */
function begunWithheld(key: string, { applied }: RuleInput): OperationSet {
  return operationSet(applied?.begun.at(-1)?.members.find((member) => member.key === key)?.withheld ?? []);
}

function kept(of: Withheld['of'], key: string, denies: readonly Statement[]): Withheld {
  const denied = denies.map(deniedBy).reduce(union, NO_OPERATIONS);
  return { kind: 'deny-kept', of, key, operations: listOperations(denied), found: null };
}

/** What Denies without a condition deny: it needs no second Deny. */
function alwaysDenied(denies: readonly Statement[]): OperationSet {
  return denies
    .filter(({ Condition }) => Condition === undefined)
    .map(deniedBy)
    .reduce(union, NO_OPERATIONS);
}

interface Identity {
  /**
   * `own`: the user that the record knows. `new`: a user that this apply creates, or that a person accepts. `deleted`: a user
   * that reconcile deleted, because the last day was long past.
   */
  readonly kind: 'own' | 'new' | 'deleted' | Exclude<Withheld['kind'], 'operations' | 'deny-kept'>;
  readonly found: string | null;
  /** The user of the account under the member's name; null if there is none. */
  readonly actual: AccessUser | null;
}

/** A person is the IAM user whose unique id the record has. */
function identify({ key, until }: Member, input: RuleInput): Identity {
  const { team, applied, account, withCredentials } = input;
  const name = iamName(team.lab, key);
  const path = labPath(team.lab);
  const { users } = account.access;
  const actual = users.find((user) => user.name === name) ?? null;
  const known = applied?.ids.user.get(name);
  const id = account.ids.user.get(name) ?? null;
  const isAccepted = input.restore.has(key) && (input.shown?.get(name) ?? id) === id;
  const is = (kind: Identity['kind'], found: string | null = null): Identity => ({ kind, found, actual });
  if (actual === null) {
    const renamed = userOfId(name, input);
    if (renamed !== null) return is('renamed', renamed.name);
    const alike = users.find((user) => isSameName(user.name, name));
    if (alike !== undefined) return is('name-taken', alike.name);
    if (applied === null || isAccepted || input.recreate?.has(key) === true) return is('new');
    const had = [applied.team, ...applied.begun].map(({ members }) => members.find((each) => each.key === key));
    // A later last day creates a user again who was deleted because the last day had passed, and whose id is not known since.
    const { settings, day } = applied.team;
    const isExtended = known === undefined && settings.deleteAfterDays !== null && had[0]?.until !== until;
    if (had.includes(undefined) || isExtended) return is('new');
    return is(isDeletionDue({ until }, settings, day) ? 'deleted' : 'missing');
  }
  if (known === id) return actual.path === path ? is('own') : is('moved', actual.path);
  const isUnderPath = actual.path === path;
  const wasGiven = applied?.team.members.some((each) => each.key === key) === true;
  const isOfBegun = known === undefined && !wasGiven && applied?.begun.some(hasMember(key)) === true;
  const isCreatedByIt = (isOfBegun || input.created?.has(key) === true) && withCredentials?.has(name) !== true;
  if (isUnderPath && (isCreatedByIt || isAccepted)) return is('new');
  return isUnderPath ? is('replaced', actual.path) : is('name-taken', `${actual.path}${actual.name}`);
}

function hasMember(key: string) {
  return ({ members }: Pick<AppliedTeam, 'members'>): boolean => members.some((member) => member.key === key);
}

/** Groups that were the lab's or have a policy of it, outside its path: no apply changes them or who is in them. */
function groupsOutOfReach({ team, applied, account }: RuleInput): ReadonlySet<string> {
  const path = labPath(team.lab);
  const known = new Set(applied?.ids.group.values());
  const isOurs = ({ name, attached }: AccessGroup) =>
    known.has(account.ids.group.get(name) ?? '') || attached.some((arn) => arn.includes(`:policy${path}`));
  return new Set(account.access.groups.filter((group) => group.path !== path && isOurs(group)).map(({ name }) => name));
}

/** A group or user outside the lab's path, or a user of no member, with a role's policy, which no apply takes from it. */
function holderOutside(
  key: string,
  renamed: readonly LimitedUser[],
  { team, applied, account: { access } }: RuleInput,
): string | null {
  const arn = rolePolicyArn(team, key);
  const teams = [team, ...(applied === null ? [] : [applied.team, ...applied.begun])];
  // A renamed user of a member of the file loses the policy in the same apply.
  const ours = new Set(renamed.map(({ user }) => user));
  for (const { members } of teams) for (const member of members) ours.add(iamName(team.lab, member.key));
  const isOutside = ({ path }: { readonly path: string }) => path !== labPath(team.lab);
  const found =
    access.groups.find((group) => isOutside(group) && group.attached.includes(arn)) ??
    access.users.find(
      (user) => (isOutside(user) || !ours.has(user.name)) && [...user.attached, user.boundary].includes(arn),
    );
  return found === undefined ? null : `${found.path}${found.name}`;
}

/** What a role of the file gives by its own policies, as the account has them, whatever else allows or denies it. */
function givenThrough(role: Role, { team, account: { access } }: RuleInput): OperationSet {
  const attached = access.groups.find(({ name }) => name === iamName(team.lab, role.key))?.attached ?? [];
  const allowedBy = (arn: string) => {
    const document = access.policies.find((policy) => attached.includes(arn) && policy.arn === arn)?.document ?? null;
    return document === null ? NO_OPERATIONS : allowedOutright(document);
  };
  const own = intersection(allowedBy(rolePolicyArn(team, role.key)), operationSet(role.allow));
  return role.managed.map((name) => allowedBy(managedPolicyArn(name))).reduce(union, own);
}

/** A role whose policy someone has from whom no apply takes it: it is written, and gives no more than it does now. */
function notWidened(role: Role, input: RuleInput): Role & Required<Pick<Role, 'keptDenies'>> {
  const { team, account } = input;
  const keptDenies = deniesAtGroup(role, input, true);
  const policy = account.access.policies.find(({ arn }) => arn === rolePolicyArn(team, role.key));
  if (policy === undefined) return { ...role, keptDenies };
  const { document } = policy;
  const allows = document === null ? NO_OPERATIONS : allowedOutright(document);
  const allow = listOperations(intersection(operationSet(role.allow), allows));
  const isAllowing = document !== null && statementsOf(document).some(({ Effect }) => Effect === 'Allow');
  const isEmptied = allow.length === 0 && (role.allow.length > 0 || isAllowing);
  return { ...role, keptDenies, allow, ...(isEmptied ? { allowsNothing: true } : {}) };
}

/** The path and name of what keeps a role's group from being written; null if nothing does. */
function takenGroup(key: string, { team: { lab }, account: { access } }: RuleInput): string | null {
  const name = iamName(lab, key);
  const taken = access.groups.find(
    (each) => isSameName(each.name, name) && (each.name !== name || each.path !== labPath(lab)),
  );
  return taken === undefined ? null : `${taken.path}${taken.name}`;
}

/** The ARN of what keeps a role's policy from being written; null if nothing does. */
export function takenPolicy(
  key: string,
  team: Pick<Team, 'lab' | 'account'>,
  { policies }: Pick<AccessModel, 'policies'>,
): string | null {
  const own = rolePolicyArn(team, key);
  const isTaken = ({ name, arn }: AccessPolicy) =>
    isSameName(name, iamName(team.lab, key)) && arn !== own && !isAwsPolicy(arn);
  return policies.find(isTaken)?.arn ?? null;
}

/** IAM ignores the case of names. */
function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function deniesIn(document: PolicyDocument | null): readonly Statement[] {
  return document === null ? [] : statementsOf(document).filter(({ Effect }) => Effect === 'Deny');
}

function deniesAtUser(member: Member, actual: AccessUser, input: RuleInput): readonly Statement[] {
  const { team, applied, account } = input;
  const was = (applied?.team ?? team).members.find(({ key }) => key === member.key);
  const { known, exact } = deniesOfTeams(input, ({ members }, brakes) => {
    const same = members.find(({ key }) => key === member.key);
    return same === undefined ? null : limitsPolicy({ ...same, withheld: [], suspended: same.suspended && brakes });
  });
  // Only a day that gives more ends another one: the first of the file, and one that takes, leave what is there.
  const { from = null, until = null } = was ?? {};
  const isLater = until !== null && (member.until === null || member.until > until);
  const hasBegun = from === null || from <= (applied?.team.day ?? from);
  const isEarlier = !hasBegun && (member.from === null || member.from < (from ?? ''));
  const document = actual.inline.find(({ name }) => name === LIMITS_POLICY)?.document ?? null;
  const limits = deniesIn(document);
  const isEnded = (deny: Statement) => (isLater && isLastDay(deny)) || (isEarlier && isFirstDay(deny));
  const inline = actual.inline.filter(({ name }) => name !== LIMITS_POLICY);
  const own = [{ ...document, Statement: limits.filter((deny) => !isComputed(deny)) }];
  const others = [
    ...documentsOf({ ...actual, inline }, account.access),
    ...groupsOfNoRole(actual, input).flatMap((group) => documentsOf(group, account.access)),
  ];
  const found = manualDenies({ own, others }, known, exact, isEnded);
  const ofLeft = rolesLeftBy(member, actual, input).flatMap((role) => deniesAtGroup(role, input));
  return distinctDenies([...found, ...ofLeft]);
}

/**
 * Roles that an apply takes from a member, renamed ones, those of a manual membership, and those left out because their policy's
 * name is taken: their Denies stay the member's, although someone took the member out of the group before.
 */
function rolesLeftBy({ key, roles }: Member, { groups }: AccessUser, input: RuleInput): readonly Pick<Role, 'key'>[] {
  const { team, applied, account } = input;
  const teams = applied === null ? [] : [applied.team, ...applied.begun];
  const had = teams.flatMap(({ members }) => members.find((each) => each.key === key)?.roles ?? []);
  const inside = account.access.groups.filter(({ name, path }) => path === labPath(team.lab) && groups.includes(name));
  // A renamed group of a role has the Denies of that role's policy.
  const added = inside.flatMap(({ name }) =>
    [name, recordedGroupName(name, input)].flatMap((each) => keyOfIamName(team.lab, each) ?? []),
  );
  const isLeft = (role: string) => !roles.includes(role) || takenPolicy(role, team, account.access) !== null;
  return [...new Set([...had, ...added])].filter(isLeft).map((role) => ({ key: role }));
}

/** A user's groups under the lab's path that are of no role, which an apply empties, without the policies of roles. */
function groupsOfNoRole({ groups }: AccessUser, input: RuleInput): readonly Pick<AccessGroup, 'inline' | 'attached'>[] {
  const { team, applied, account } = input;
  const { lab } = team;
  const teams = applied === null ? [team] : [team, applied.team, ...applied.begun];
  const keys = teams.flatMap(({ roles }) => roles.map(({ key }) => key));
  const names = new Set(keys.map((key) => iamName(lab, key)));
  return account.access.groups
    .filter(({ name, path }) => path === labPath(lab) && groups.includes(name) && !names.has(name))
    .map(({ name, inline, attached }) => {
      // A renamed group of a role has that role's policy; at another one, someone attached it.
      const own = keys.filter((key) => iamName(lab, key) === recordedGroupName(name, input));
      return { inline, attached: attached.filter((arn) => !own.some((key) => arn === rolePolicyArn(team, key))) };
    });
}

/** The name in the record of a group of the account, which someone may have renamed; its own if the record does not know it. */
function recordedGroupName(name: string, { applied, account }: RuleInput): string {
  const id = account.ids.group.get(name);
  return [...(applied?.ids.group ?? [])].find(([, known]) => known === id)?.[0] ?? name;
}

/** Of a role that must not be widened, also those that the file drops. */
function deniesAtGroup(role: Pick<Role, 'key'>, input: RuleInput, isFixed = false): readonly Statement[] {
  const { team, account } = input;
  const group = account.access.groups.find(({ name }) => name === iamName(team.lab, role.key));
  const policy = rolePolicyArn(team, role.key);
  const documentOf = ({ roles, freeze }: AccessTeam, brakes: boolean) => {
    const same = roles.find(({ key }) => key === role.key);
    return same === undefined ? null : rolePolicy(same, brakes ? freeze : []);
  };
  const { known, exact } = isFixed
    ? { known: deniesIn(documentOf(team, true)), exact: [] }
    : deniesOfTeams(input, documentOf);
  const attached = (group?.attached ?? []).filter((arn) => arn !== policy);
  // Its policy has the Denies that were kept, attached or not.
  const own = documentsOf({ inline: [], attached: [policy] }, account.access);
  const others = documentsOf({ inline: group?.inline ?? [], attached }, account.access);
  return manualDenies({ own, others }, known, exact);
}

/** `known` of the present team, without its suspension and freeze: what these cover for a time is not lifted when they end. */
function deniesOfTeams(
  { team, applied }: RuleInput,
  documentOf: (team: AccessTeam, brakes: boolean) => PolicyDocument | null,
): { readonly known: readonly Statement[]; readonly exact: readonly Statement[] } {
  const teams = applied === null ? [team] : [team, applied.team, ...applied.begun];
  return {
    known: deniesIn(documentOf(team, false)),
    exact: teams.flatMap((each) => deniesIn(documentOf(each, true))),
  };
}

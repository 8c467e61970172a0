import { type OperationsByUser, ofUser } from '../../access/access-of.ts';
import type { AccessUser } from '../../access/model.ts';
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
import { type Operation, operationsOf } from '../../catalog/mturk.ts';
import { type Statement, statementsOf } from '../../iam/document.ts';
import { denyOf, limitsPolicy, NOT_WIDENED_SID, OUT_OF_REACH_SID, WITHHELD_SID } from '../../team/documents.ts';
import { iamName, keyOfIamName, labPath, rolePolicyArn } from '../../team/names.ts';
import { type AccessTeam, formerMember, type Member, type Role } from '../../team/team.ts';
import { allowedOutright, deniedAtLeft, deniedIn, givenBy, givenByOthers, heldIn, unchangedIn } from './access.ts';
import { deniesAtGroup, deniesAtUser } from './denies-at.ts';
import { identify, recordedNames, userOfId } from './identity.ts';
import type { RuleInput } from './input.ts';
import { deniedBy, withoutDenies } from './kept-denies.ts';
import {
  groupOutside,
  groupsOutOfReach,
  holderOutside,
  leaversNotDeleted,
  takenGroup,
  takenPolicy,
} from './outside.ts';
import { type LimitedUser, type Ruled, restoreName, type Withheld } from './ruled.ts';

/**
 * The one rule for every apply: it undoes manual changes that gave access or removed a limit, and gives back nothing that a
 * manual change took. What the applied or a begun team did not give is the change that owners approved.
 */
export function ruleFor(input: RuleInput): Ruled {
  const { team } = input;
  const names = new Set(team.members.map(({ key }) => iamName(team.lab, key)));
  const renamed = team.members.flatMap((member) => renamedUserOf(member, names, input));
  const ofRoles = team.roles.map((role) => ruleForRole(role, input));
  const facts = factsFor(ofRoles, input);
  const ofMembers = team.members.map((member) => ruleForMember(member, facts, input));
  const leavers = leaversNotDeleted(input);
  const former = leavers.map(({ key, user }) => {
    const member = formerMember(key);
    const members = [...team.members, member];
    const { from = null, until = null } = input.applied?.team.members.find((each) => each.key === key) ?? {};
    const dated = { ...member, from, until };
    return { ...member, keptDenies: deniesAtUser(dated, user, { ...input, team: { ...team, members } }) };
  });
  const withheldLeavers = leavers.map(
    ({ key, found }): Withheld => ({ kind: 'not-deleted', of: 'member', key, operations: [], found }),
  );
  return {
    team: {
      ...team,
      roles: facts.roles,
      members: [...ofMembers.flatMap(({ written }) => written ?? []), ...former],
      settings: { ...team.settings, deleteAfterDays: null },
    },
    withheld: [...[...ofRoles, ...ofMembers].flatMap(({ withheld }) => withheld), ...withheldLeavers],
    leftOut: {
      // By the name of someone who left, Terraform would delete the member who has it now.
      members: [...leftOutOf(ofMembers), ...renamed.flatMap(({ user }) => keyOfIamName(team.lab, user) ?? [])],
      roles: leftOutOf(ofRoles),
    },
    taken: Object.fromEntries(ofMembers.map(({ key, taken }) => [key, taken])),
    newUsers: ofMembers.flatMap(({ key, isNew }) => (isNew ? [iamName(team.lab, key)] : [])),
    renamed,
  };
}

/** What the rule says of a role or a member. */
interface RuledEntry<Entry> {
  readonly key: string;
  /** Null if nothing is written. */
  readonly written: Entry | null;
  readonly withheld: readonly Withheld[];
  readonly isLeftOut: boolean;
}

function leftOutOf(entries: readonly RuledEntry<unknown>[]): readonly string[] {
  return entries.flatMap(({ key, isLeftOut }) => (isLeftOut ? [key] : []));
}

function ruleForRole(role: Role, input: RuleInput): RuledEntry<Role> {
  const { team, account, restore, lift = new Map() } = input;
  const { key } = role;
  const unchanged = { key, written: role, withheld: [], isLeftOut: false };
  const taken = (operations: readonly Operation[], found: string): readonly Withheld[] => [
    { kind: 'name-taken', of: 'role', key, operations: [...operations], found },
  ];
  const group = takenGroup(key, input);
  const policy = takenPolicy(key, team, account.access);
  const name = group ?? policy;
  if (name !== null) {
    const written = policy === null ? { ...notWidened(role, input), withoutGroup: true } : null;
    return { ...unchanged, written, withheld: taken(role.allow, name), isLeftOut: true };
  }
  const holder = holderOutside(key, input);
  if (holder !== null) {
    const written = notWidened(role, input);
    const operations = role.allow.filter((each) => !written.allow.includes(each));
    if (operations.length + written.keptDenies.length === 0) return unchanged;
    return { ...unchanged, written, withheld: taken(operations, holder) };
  }
  const denies = deniesAtGroup(role, input);
  const option = restoreName({ of: 'role', key });
  const keptDenies = restore.has(option) ? [] : withoutDenies(denies, lift.get(option));
  if (keptDenies.length === 0) return unchanged;
  return { ...unchanged, written: { ...role, keptDenies }, withheld: [kept('role', key, keptDenies)] };
}

/** What the rule takes from the whole account and all roles for each member. */
interface Facts {
  /** As they are written. */
  readonly roles: readonly Role[];
  /** What the file gives. */
  readonly gives: OperationsByUser;
  /** What the roles give whose groups are written, without the Denies of the others. */
  readonly written: OperationsByUser;
  /** What they could give a user, if one was the lab's. */
  readonly reach: (user: string) => OperationSet;
  /** What a manual change took from a member, whose Denies are kept. */
  readonly takenFrom: (member: Member, actual: AccessUser, denies: readonly Statement[]) => OperationSet;
  /** What an apply can bring back: of a role whose group it does not write, only what a group outside the path gives. */
  readonly returning: (key: string) => OperationSet;
}

function factsFor(ruled: readonly RuledEntry<Role>[], input: RuleInput): Facts {
  const { team, account } = input;
  const before: readonly [AccessTeam, ...AccessTeam[]] =
    input.applied === null ? [team] : [input.applied.team, ...input.applied.begun];
  const roles = ruled.flatMap(({ written }) => written ?? []);
  const gives = givenBy(team);
  const given = before.map(givenBy);
  // A role that only a begun team gives a member is one that this apply takes again.
  const rolesIn = new Map(team.members.map((each) => [each.key, each.roles]));
  const staying = (each: AccessTeam): AccessTeam => {
    const isStaying = (key: string) => (role: string) => rolesIn.get(key)?.includes(role) === true;
    return { ...each, members: each.members.map((one) => ({ ...one, roles: one.roles.filter(isStaying(one.key)) })) };
  };
  const [first, ...begun] = before;
  const recorded = (group: string) => recordedNames('group', group, input)[0] ?? group;
  const held = heldIn(account.access, team, [first, ...begun.map(staying)], recorded);
  const isUnfinished = before.length > 1;
  const unchanged = isUnfinished ? unchangedIn(before) : new Map();
  const known = deniedIn(account.access, WITHHELD_SID);
  // Of what the teams gave, only what was frozen is out of reach, unless someone wrote that statement.
  const unreached = deniedIn(account.access, OUT_OF_REACH_SID);
  const wasFrozen = operationSet(before.flatMap(({ freeze }) => freeze.flatMap(operationsOf)));
  const others = givenByOthers(account.access, team);
  const lost = groupsOutOfReach(input);
  const users = new Map(account.access.users.map((user) => [user.name, user]));
  const reach = (user: string) =>
    users.get(user)?.groups.some((group) => lost.has(group)) === true ? ALL_OPERATIONS : ofUser(others, user);
  const members = team.members.map((each) => ({ ...each, roles: writtenRoles(each, roles) }));
  const written = team.roles.every((role) => roles.includes(role)) ? gives : givenBy({ ...team, roles, members });
  const takenFrom = ({ key }: Member, actual: AccessUser, denies: readonly Statement[]): OperationSet => {
    const { name: user } = actual;
    // What a role denies of which a begun apply takes a member is its own Deny.
    const teams = [{ members }, ...(isUnfinished ? before : [])];
    const left = deniedAtLeft(actual, key, teams, { account: account.access, lab: team.lab, frozen: wasFrozen });
    const begun = begunWithheld(key, input);
    const denied = [
      begun,
      difference(ofUser(unreached, user), intersection(wasFrozen, reach(user))),
      difference(left, alwaysDenied(denies)),
    ].reduce(union);
    const lacking = difference(ofUser(gives, user), difference(ofUser(held, user), denied));
    const taken = given.reduce((all, each) => intersection(all, ofUser(each, user)), lacking);
    return isUnfinished
      ? intersection(taken, [ofUser(unchanged, user), ofUser(known, user), begun].reduce(union))
      : taken;
  };
  const returning = (key: string) => {
    const user = iamName(team.lab, key);
    return [ofUser(written, user), ofUser(others, user), ofUser(known, user)].reduce(union);
  };
  return { roles, gives, written, reach, takenFrom, returning };
}

/** The roles of a member whose groups are written. */
function writtenRoles({ roles }: Member, written: readonly Role[]): readonly string[] {
  return roles.filter((role) => written.some(({ key, withoutGroup }) => key === role && withoutGroup !== true));
}

interface RuledMember extends RuledEntry<Member> {
  readonly isNew: boolean;
  /** What is withheld, and what this apply could not bring back. */
  readonly taken: readonly Operation[];
}

function ruleForMember(member: Member, facts: Facts, input: RuleInput): RuledMember {
  const { team, restore, lift = new Map(), giveBack = new Map(), deletions = new Set() } = input;
  const { roles, gives, reach, takenFrom, returning } = facts;
  const { key } = member;
  const user = iamName(team.lab, key);
  const { kind, found, actual } = identify(member, input);
  const ruled = { key, written: null, withheld: [], isLeftOut: false, isNew: kind === 'new', taken: [] };
  const isDeletable = kind === 'own' && actual !== null && groupOutside(actual, input) === undefined;
  if (deletions.has(key) && isDeletable) return ruled;
  if (kind === 'deleted') return { ...ruled, isLeftOut: true };
  if (kind !== 'own' && kind !== 'new') {
    const operations = listOperations(ofUser(gives, user));
    const withheld = [{ kind, of: 'member' as const, key, operations, found }];
    // What was taken from a user who is not theirs for now is not known, and can be everything.
    const noted = { ...ruled, withheld, taken: operations };
    if (kind !== 'replaced' || actual === null) return { ...noted, isLeftOut: true };
    // It may have its own name again, and then nothing that this apply restores: a boundary, or a tag that a Deny asks for.
    const suspended = { ...member, roles: [], suspended: true, withheld: listOperations(ALL_OPERATIONS) };
    const members = team.members.map((each) => (each === member ? suspended : each));
    const keptDenies = deniesAtUser(suspended, actual, { ...input, team: { ...team, members } });
    return { ...noted, written: { ...suspended, keptDenies } };
  }
  const ofRoles = writtenRoles(member, roles);
  const rest = { ...member, roles: ofRoles.length === member.roles.length ? member.roles : ofRoles };
  const frozen = operationSet(team.freeze.flatMap(operationsOf));
  const notGiven = difference(ALL_OPERATIONS, difference(ofUser(gives, user), frozen));
  const beyond = difference(ofUser(facts.written, user), ofUser(gives, user));
  const outOfReach = listOperations(union(beyond, intersection(reach(user), notGiven)));
  const written = outOfReach.length === 0 ? rest : { ...rest, outOfReach };
  if (actual === null || restore.has(key)) return { ...ruled, written };
  const denies = deniesAtUser(member, actual, input);
  const keptDenies = withoutDenies(denies, lift.get(key));
  const all = difference(takenFrom(member, actual, denies), operationSet(giveBack.get(key) ?? []));
  const taken = listOperations(intersection(all, returning(key)));
  const withheldOperations: Withheld = { kind: 'operations', of: 'member', key, operations: taken, found: null };
  return {
    ...ruled,
    taken: listOperations(all),
    written: {
      ...written,
      ...(taken.length === 0 ? {} : { withheld: taken }),
      ...(keptDenies.length === 0 ? {} : { keptDenies }),
    },
    withheld: [
      ...(taken.length === 0 ? [] : [withheldOperations]),
      ...(keptDenies.length === 0 ? [] : [kept('member', key, keptDenies)]),
    ],
  };
}

/** Under another member's name a user is that member's replaced one. */
function renamedUserOf(member: Member, names: ReadonlySet<string>, input: RuleInput): readonly LimitedUser[] {
  const { lab } = input.team;
  const user = userOfId(iamName(lab, member.key), input);
  if (user === null || names.has(user.name) || user.path !== labPath(lab)) return [];
  const keptDenies = deniesAtUser(member, user, input);
  const withheld = listOperations(ALL_OPERATIONS);
  const limits = limitsPolicy({ from: null, until: null, suspended: false, withheld, keptDenies });
  return limits === null ? [] : [{ user: user.name, limits }];
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
  const always = denies.filter(({ Condition }) => Condition === undefined);
  return always.map(deniedBy).reduce(union, NO_OPERATIONS);
}

/** A role whose policy someone has from whom no apply takes it: it is written, and gives no more than it does now. */
function notWidened(role: Role, input: RuleInput): Role & Required<Pick<Role, 'keptDenies'>> {
  const { team, account } = input;
  const manual = deniesAtGroup(role, input);
  const policy = account.access.policies.find(({ arn }) => arn === rolePolicyArn(team, role.key));
  if (policy === undefined) return { ...role, keptDenies: manual };
  const statements = policy.document === null ? [] : statementsOf(policy.document);
  const denied = [operationSet(role.deny), operationSet(team.freeze.flatMap(operationsOf)), alwaysDenied(manual)];
  const notWidened = listOperations(difference(alwaysDenied(statements), denied.reduce(union)));
  const allows = allowedOutright(policy.document);
  const allow = listOperations(intersection(operationSet(role.allow), allows));
  const isAllowing = statements.some(({ Effect }) => Effect === 'Allow');
  const isEmptied = allow.length === 0 && (role.allow.length > 0 || isAllowing);
  const keptDenies = [...manual, ...denyOf(NOT_WIDENED_SID, notWidened)];
  return { ...role, keptDenies, allow, ...(isEmptied ? { allowsNothing: true } : {}) };
}

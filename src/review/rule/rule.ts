import * as z from 'zod';
import { OPERATION_LIST } from '../../access/capability-access.ts';
import type { AccessModel, AccessUser } from '../../access/model.ts';
import {
  difference,
  intersection,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  operationSet,
  union,
} from '../../access/operation-set.ts';
import type { EntityIds } from '../../aws/inventory/types.ts';
import type { Operation } from '../../catalog/mturk.ts';
import { TEXT } from '../../diagnostics/parse-data.ts';
import { type PolicyDocument, type Statement, statementsOf } from '../../iam/document.ts';
import type { AppliedTeam } from '../../team/applied-team.ts';
import { limitsPolicy, rolePolicy } from '../../team/documents.ts';
import { iamName, LIMITS_POLICY, labPath, rolePolicyArn } from '../../team/names.ts';
import type { AccessTeam, Member, Role, Team } from '../../team/team.ts';
import { givenBy, heldIn } from './access.ts';
import { deniedBy, isFirstDay, isLastDay, manualDenies } from './kept-denies.ts';

/** What an account has that decides what an apply may write. */
export interface AccountAccess {
  readonly access: AccessModel;
  readonly ids: EntityIds;
}

/** What the apply record knows. */
export interface AppliedFacts {
  readonly team: AppliedTeam;
  /** Teams of applies that began since then and did not end, with whom they suspended. */
  readonly begun: readonly AppliedTeam[];
  /** Unique ids of the lab's own users, by name. */
  readonly ids: EntityIds;
}

export interface RuleInput {
  /** The file that owners approved; of a reconcile, the applied team. */
  readonly team: Team;
  /** Null without an apply record: everything then counts as given before, and no user as the lab's. */
  readonly applied: AppliedFacts | null;
  readonly account: AccountAccess;
  /** Keys of members and roles to whom a person gives back what is withheld, or whose user they accept. */
  readonly restore: ReadonlySet<string>;
  /** Names of users with credentials, which no apply creates: a begun apply did not create these users. */
  readonly withCredentials?: ReadonlySet<string>;
  /** What reconcile gives back, by the member's key. */
  readonly giveBack?: ReadonlyMap<string, readonly Operation[]>;
  /** Keys of members whose users reconcile deletes, because their last day is long past. */
  readonly deletions?: ReadonlySet<string>;
}

/**
 * What an apply does not give: operations that a manual change took, members whose user is missing, replaced, renamed, moved
 * out of the lab's path or has a taken name, roles whose group or policy has a taken name; and manual Denies that it keeps.
 */
export const WITHHELD = z.strictObject({
  kind: z.enum(['operations', 'missing', 'replaced', 'renamed', 'moved', 'name-taken', 'deny-kept']),
  of: z.enum(['member', 'role']),
  key: TEXT,
  /** In catalog order. */
  operations: OPERATION_LIST,
  /** The name, path or ARN that the account has instead; null for none. */
  found: TEXT.nullable(),
});

export type Withheld = Readonly<z.infer<typeof WITHHELD>>;

/** What an apply writes. */
export interface Ruled {
  /** The file's team with everything that is withheld or kept; users are never deleted for age but by `deletions`. */
  readonly team: Team;
  readonly withheld: readonly Withheld[];
  /** Keys of what leaves configuration and state, although the account may have the user or group. */
  readonly leftOut: { readonly members: readonly string[]; readonly roles: readonly string[] };
  /** Names of users whose unique ids the record takes after the apply: created by it, or accepted. */
  readonly newUsers: readonly string[];
}

/**
 * The one rule for every apply: it undoes manual changes that gave access or removed a limit, and gives back nothing that a
 * manual change took. What the applied or a begun team did not give is the change that owners approved.
 */
export function ruleFor(input: RuleInput): Ruled {
  const { team, account, restore, giveBack = new Map(), deletions = new Set() } = input;
  const before: readonly AccessTeam[] = input.applied === null ? [team] : [input.applied.team, ...input.applied.begun];
  const gives = givenBy(team);
  const given = before.map(givenBy);
  const held = heldIn(account.access, team, before);
  const takenFrom = (user: string): OperationSet =>
    given.reduce(
      (taken, each) => intersection(taken, each.get(user) ?? NO_OPERATIONS),
      difference(gives.get(user) ?? NO_OPERATIONS, held.get(user) ?? NO_OPERATIONS),
    );

  const withheld: Withheld[] = [];
  const leftOut = { members: [] as string[], roles: [] as string[] };
  const newUsers: string[] = [];
  /** Denies of groups that a person removes, with what they took from members. */
  const lifted = new Map<string, readonly Statement[]>();
  const roles = team.roles.flatMap((role): readonly Role[] => {
    const found = takenRoleName(role.key, input);
    if (found !== null) {
      withheld.push({ kind: 'name-taken', of: 'role', key: role.key, operations: [...role.allow], found });
      leftOut.roles.push(role.key);
      return [];
    }
    const keptDenies = deniesAtGroup(role, input);
    if (restore.has(role.key)) {
      lifted.set(role.key, keptDenies);
      return [role];
    }
    if (keptDenies.length > 0) withheld.push(kept('role', role.key, keptDenies));
    return keptDenies.length === 0 ? [role] : [{ ...role, keptDenies }];
  });
  const roleKeys = new Set(roles.map(({ key }) => key));
  const members = team.members.flatMap((member): readonly Member[] => {
    const { key } = member;
    const user = iamName(team.lab, key);
    if (deletions.has(key)) return [];
    const { kind, found, actual } = identify(member, input);
    const operations = listOperations(gives.get(user) ?? NO_OPERATIONS);
    if (kind === 'replaced' && actual?.path === labPath(team.lab)) {
      withheld.push({ kind, of: 'member', key, operations, found });
      return [{ ...member, roles: [], suspended: true }];
    }
    if (kind !== 'own' && kind !== 'new') {
      withheld.push({ kind, of: 'member', key, operations, found });
      leftOut.members.push(key);
      return [];
    }
    if (kind === 'new') newUsers.push(user);
    const ofRoles = member.roles.filter((role) => roleKeys.has(role));
    const rest = { ...member, roles: ofRoles.length === member.roles.length ? member.roles : ofRoles };
    if (actual === null || restore.has(key)) return [rest];
    const back = operationSet(giveBack.get(key) ?? []);
    const keptDenies = deniesAtUser(member, actual, input);
    const denied = roles.flatMap((role) =>
      ofRoles.includes(role.key) ? (role.keptDenies ?? lifted.get(role.key) ?? []) : [],
    );
    const taken = listOperations(difference(takenFrom(user), union(back, alwaysDenied([...keptDenies, ...denied]))));
    if (taken.length > 0) withheld.push({ kind: 'operations', of: 'member', key, operations: taken, found: null });
    if (keptDenies.length > 0) withheld.push(kept('member', key, keptDenies));
    return [
      {
        ...rest,
        ...(taken.length === 0 ? {} : { withheld: taken }),
        ...(keptDenies.length === 0 ? {} : { keptDenies }),
      },
    ];
  });
  const settings = { ...team.settings, deleteAfterDays: null };
  return { team: { ...team, roles, members, settings }, withheld, leftOut, newUsers };
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
  /** `own`: the user that the record knows. `new`: a user that this apply creates, or that a person accepts. */
  readonly kind: 'own' | 'new' | Exclude<Withheld['kind'], 'operations' | 'deny-kept'>;
  readonly found: string | null;
  /** The user of the account under the member's name; null if there is none. */
  readonly actual: AccessUser | null;
}

/** A person is the IAM user whose unique id the record has. */
function identify({ key, until }: Member, { team, applied, account, restore, withCredentials }: RuleInput): Identity {
  const name = iamName(team.lab, key);
  const path = labPath(team.lab);
  const { users } = account.access;
  const actual = users.find((user) => user.name === name) ?? null;
  const known = applied?.ids.user.get(name);
  const id = account.ids.user.get(name);
  const is = (kind: Identity['kind'], found: string | null = null): Identity => ({ kind, found, actual });
  if (actual === null) {
    const renamed = users.find((user) => known !== undefined && account.ids.user.get(user.name) === known);
    if (renamed !== undefined) return is('renamed', renamed.name);
    const alike = users.find((user) => user.name.toLowerCase() === name.toLowerCase());
    if (alike !== undefined) return is('name-taken', alike.name);
    if (applied === null || restore.has(key)) return is('new');
    const had = [applied.team, ...applied.begun].map(({ members }) => members.find((each) => each.key === key));
    // A later last day gives a user anew that was deleted because its last day had passed.
    const isExtended = applied.team.settings.deleteAfterDays !== null && had[0]?.until !== until;
    return is(had.includes(undefined) || isExtended ? 'new' : 'missing');
  }
  if (known !== undefined && known === id) {
    return actual.path === path || restore.has(key) ? is('own') : is('moved', actual.path);
  }
  const isUnderPath = actual.path === path;
  const wasGiven = applied?.team.members.some((each) => each.key === key) === true;
  const isOfBegun = known === undefined && !wasGiven && applied?.begun.some(hasMember(key)) === true;
  const isCreatedByIt = isOfBegun && withCredentials?.has(name) !== true;
  if (isUnderPath && (isCreatedByIt || restore.has(key))) return is('new');
  return known === undefined && !isUnderPath ? is('name-taken', actual.path) : is('replaced', actual.path);
}

function hasMember(key: string) {
  return ({ members }: Pick<AppliedTeam, 'members'>): boolean => members.some((member) => member.key === key);
}

/** The path or name of what keeps a role's group or policy from being written; null if nothing does. */
function takenRoleName(key: string, { team, account: { access } }: RuleInput): string | null {
  const name = iamName(team.lab, key);
  const path = labPath(team.lab);
  const isAlike = (other: string) => other.toLowerCase() === name.toLowerCase();
  const group = access.groups.find((each) => isAlike(each.name) && (each.name !== name || each.path !== path));
  if (group !== undefined) return `${group.path}${group.name}`;
  const arn = rolePolicyArn(team, key);
  return access.policies.find((each) => isAlike(each.name) && each.arn !== arn && !isOfAws(each.arn))?.arn ?? null;
}

function isOfAws(arn: string): boolean {
  return arn.startsWith('arn:aws:iam::aws:');
}

function deniesIn(document: PolicyDocument | null): readonly Statement[] {
  return document === null ? [] : statementsOf(document).filter(({ Effect }) => Effect === 'Deny');
}

/** The documents of the policies of a user or group: `limits` as any other. */
function documentsOf(
  { inline, attached }: Pick<AccessUser, 'inline' | 'attached'>,
  { policies }: AccessModel,
): readonly (PolicyDocument | null)[] {
  return [
    ...inline.map(({ document }) => document),
    ...attached.map((arn) => policies.find((policy) => policy.arn === arn)?.document ?? null),
  ];
}

function deniesAtUser(member: Member, actual: AccessUser, input: RuleInput): readonly Statement[] {
  const { team, applied, account } = input;
  const was = (applied?.team ?? team).members.find(({ key }) => key === member.key);
  const { known, begun } = deniesOfTeams(input, ({ members }) => {
    const same = members.find(({ key }) => key === member.key);
    return same === undefined ? null : limitsPolicy(same);
  });
  const isChanged = (field: 'from' | 'until') => was !== undefined && was[field] !== member[field];
  const isEnded = (deny: Statement) =>
    (isChanged('until') && isLastDay(deny)) || (isChanged('from') && isFirstDay(deny));
  return manualDenies(documentsOf(actual, account.access), known, begun, isEnded);
}

function deniesAtGroup(role: Role, input: RuleInput): readonly Statement[] {
  const { team, account } = input;
  const group = account.access.groups.find(({ name }) => name === iamName(team.lab, role.key));
  if (group === undefined) return [];
  const { known, begun } = deniesOfTeams(input, ({ roles, freeze }) => {
    const same = roles.find(({ key }) => key === role.key);
    return same === undefined ? null : rolePolicy(same, freeze);
  });
  return manualDenies(documentsOf(group, account.access), known, begun);
}

function deniesOfTeams(
  { team, applied }: RuleInput,
  documentOf: (team: AccessTeam) => PolicyDocument | null,
): { readonly known: readonly Statement[]; readonly begun: readonly Statement[] } {
  const of = (teams: readonly AccessTeam[]) => teams.flatMap((each) => deniesIn(documentOf(each)));
  return applied === null
    ? { known: of([team]), begun: [] }
    : { known: of([applied.team, team]), begun: of(applied.begun) };
}

/** The inline policy `limits` without what an apply withholds, as the file has it. */
export function withoutWithheld(model: AccessModel, isWithheld: (statement: Statement) => boolean): AccessModel {
  const users = model.users.map((user) => ({
    ...user,
    inline: user.inline.flatMap((policy) => {
      if (policy.name !== LIMITS_POLICY || policy.document === null) return [policy];
      const statements = statementsOf(policy.document);
      const Statement = statements.filter((statement) => !isWithheld(statement));
      if (Statement.length === statements.length) return [policy];
      return Statement.length === 0 ? [] : [{ ...policy, document: { ...policy.document, Statement } }];
    }),
  }));
  return { ...model, users };
}

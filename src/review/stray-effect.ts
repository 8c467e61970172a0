import { compare, type PersonChange } from '../access/compare.ts';
import { decideAction } from '../access/decide.ts';
import { declare } from '../access/declare.ts';
import type { AccessGroup, AccessModel, AccessUser } from '../access/model.ts';
import type { Stray, StrayLook, UserHolding } from '../account/strays.ts';
import { iamArn } from '../iam/arn.ts';
import { labPath } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import { hasEffect, placeOf } from './drift-effect.ts';

/** Something that nobody declares, and what it alone does to whose access. */
export interface StrayEffect {
  readonly stray: Stray;
  /** Who may by it what the team file does not give, worst risk first. */
  readonly people: readonly PersonChange[];
  /** Who has by it what the team file gives too, for now: it would stay when the file takes it away. */
  readonly keeps: readonly PersonChange[];
  /** Names of the IAM users who may by it attach policies in the account: they may give anybody anything. */
  readonly administrators: readonly string[];
}

/**
 * What each stray does beside what the team declares on that day, worst first. `account` is what the plan knows of it:
 * who is about to be removed is still there, under the limits and the boundary that she has.
 */
export function strayEffectsOf(
  look: StrayLook,
  team: Team,
  account: AccessModel,
  today: string,
  at: Date,
): readonly StrayEffect[] {
  const declared = declare(team, today);
  const base = withLook(declared, look);
  const users = new Map(look.strays.flatMap((stray) => (stray.kind === 'user' ? [[stray.name, userOf(stray)]] : [])));
  const known = (name: string): AccessUser =>
    base.users.find((user) => user.name === name) ??
    users.get(name) ??
    leaverNamed(name, account) ??
    strangerNamed(name);
  return look.strays
    .map((stray) => effectOf(stray, base, known, team.lab, at))
    .sort((one, other) => strayPlace(one) - strayPlace(other) || (one.stray.name < other.stray.name ? -1 : 1));
}

/** The place among all that a drift report tells of: what nobody could look into stands with the worst. */
export function strayPlace({ stray, people, keeps, administrators }: StrayEffect): number {
  if (stray.holding === null || administrators.length > 0) return 0;
  // What somebody only keeps is as bad on the day that the file takes it away, and comes right after.
  return Math.min(placeOf(people), keeps.length === 0 ? Number.POSITIVE_INFINITY : placeOf(keeps) + 0.5);
}

function effectOf(
  stray: Stray,
  base: AccessModel,
  known: (name: string) => AccessUser,
  lab: string,
  at: Date,
): StrayEffect {
  if (stray.kind === 'policy' || stray.holding === null) return { stray, people: [], keeps: [], administrators: [] };
  const concerned = stray.kind === 'user' ? [known(stray.name)] : stray.holding.members.map(known);
  const without = (user: AccessUser): AccessUser => ({
    ...user,
    groups: user.groups.filter((group) => group !== stray.name),
  });
  const within = (user: AccessUser): AccessUser => ({ ...user, groups: [...without(user).groups, stray.name].sort() });
  if (stray.kind === 'user') {
    const after = withUsers(base, concerned);
    const people = compare(base, after, at).people;
    return {
      stray,
      people: people.filter(hasEffect),
      keeps: [],
      administrators: administratorsOf(after, concerned, lab, at),
    };
  }
  const before = withUsers(base, concerned.map(without));
  const after = withUsers(base, concerned.map(within));
  const people = compare(before, after, at).people.filter(hasEffect);
  const gaining = new Set(people.map(({ user }) => user));
  const bare = concerned.filter(({ name }) => !gaining.has(name)).map((user) => ({ ...user, groups: [] }));
  const keeps = compare(withUsers(base, bare), withUsers(base, bare.map(within)), at).people.filter(hasEffect);
  const were = new Set(administratorsOf(before, concerned, lab, at));
  const administrators = administratorsOf(after, concerned, lab, at).filter((name) => !were.has(name));
  return { stray, people, keeps, administrators };
}

/** Whoever may attach a policy to the lab's users may give everybody everything, herself first. */
function administratorsOf(model: AccessModel, users: readonly AccessUser[], lab: string, at: Date): readonly string[] {
  return users.flatMap(({ name }) => {
    const resource = iamArn(model.account, 'user', labPath(lab), name);
    return decideAction(model, name, { action: 'iam:AttachUserPolicy', resource, at }).outcome === 'allowed'
      ? [name]
      : [];
  });
}

/** The declared account with what was read beside it: nobody is in the groups yet, and no stray user is there. */
function withLook(declared: AccessModel, { strays, groups, policies }: StrayLook): AccessModel {
  const known = new Set(declared.policies.map(({ arn }) => arn));
  const strayGroups = strays.flatMap((stray): AccessGroup[] =>
    stray.kind !== 'group'
      ? []
      : [{ name: stray.name, path: '/', attached: stray.holding?.attached ?? [], inline: stray.holding?.inline ?? [] }],
  );
  return {
    ...declared,
    groups: [...declared.groups, ...strayGroups, ...groups],
    policies: [...declared.policies, ...policies.filter(({ arn }) => !known.has(arn))],
  };
}

function withUsers(model: AccessModel, users: readonly AccessUser[]): AccessModel {
  const names = new Set(users.map(({ name }) => name));
  return { ...model, users: [...model.users.filter(({ name }) => !names.has(name)), ...users] };
}

function userOf({ name, holding }: { readonly name: string; readonly holding: UserHolding | null }): AccessUser {
  if (holding === null) return strangerNamed(name);
  const { groups, attached, inline, boundary, tags } = holding;
  return { name, path: '/', groups, attached, inline, boundary, tags };
}

/** Without what else she has: it goes with her, and here the stray alone is asked about. */
function leaverNamed(name: string, { users }: AccessModel): AccessUser | null {
  const user = users.find((one) => one.name === name && one.stranger !== true);
  return user === undefined ? null : { ...user, groups: [], attached: [] };
}

/** Somebody of whom nothing is known but the group: her own limits, if she has any, are not counted for her. */
function strangerNamed(name: string): AccessUser {
  const nothing = { groups: [], attached: [], inline: [], boundary: null, tags: {} };
  return { name, path: '/', ...nothing, stranger: true };
}

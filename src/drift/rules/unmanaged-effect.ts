import { conservativeDocument } from '../../access/conservative.ts';
import { type AccessChange, diffAccess, hasEffect, riskRank } from '../../access/diff.ts';
import { canEscalate, type EscalationTargets, escalationTargets } from '../../access/escalation.ts';
import type { AccessGroup, AccessModel, AccessUser } from '../../access/model.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { laterMoments } from '../../access/time-conditions.ts';
import type { UnmanagedResource, UnmanagedResources, UserDetails } from '../../aws/inventory/unmanaged.ts';
import type { Team } from '../../team/team.ts';
import { worseOf } from '../scan/look-people.ts';

/** Something that nobody declares, and what it alone does to whose access. */
export interface StrayEffect {
  readonly stray: UnmanagedResource;
  /** Who may by it what the team file does not give, worst risk first. */
  readonly people: readonly AccessChange[];
  /** Who has by it what the team file gives too, for now: it would stay when the file takes it away. */
  readonly keeps: readonly AccessChange[];
  /** Names of the IAM users who may by it give anybody anything: see `administers`. */
  readonly administrators: readonly string[];
}

/**
 * What each stray does beside what the team declares on that day, worst first. `account` is what the plan knows of it:
 * who is about to be removed is still there, under the limits and the boundary that she has.
 */
export function strayEffectsOf(
  look: UnmanagedResources,
  team: Team,
  account: AccessModel,
  today: string,
  at: Date,
): readonly StrayEffect[] {
  const declaration = desiredAccess(team, today);
  const doubted = lookInDoubt(look);
  const base = withLook(declaration, doubted);
  const lab = escalationTargets(team.lab, declaration);
  const declared = new Map(base.users.map((user) => [user.name, user]));
  const strays = new Map(
    doubted.resources.flatMap((stray) => (stray.kind === 'user' ? [[stray.name, userOf(stray)]] : [])),
  );
  const others = new Map(account.users.map((user) => [user.name, user]));
  const known = (name: string): AccessUser =>
    declared.get(name) ?? strays.get(name) ?? leaverIn(others, name) ?? strangerNamed(name);
  return look.resources
    .map((stray) => effectOf(stray, base, known, lab, at))
    .sort((one, other) => strayPlace(one) - strayPlace(other) || (one.stray.name < other.stray.name ? -1 : 1));
}

/** The place among all that a drift report tells of: what nobody could look into stands with the worst. */
export function strayPlace({ stray, people, keeps, administrators }: StrayEffect): number {
  if (stray.details === null || administrators.length > 0) return 0;
  // What somebody only keeps is as bad on the day that the file takes it away, and comes right after.
  return Math.min(riskRank(people), keeps.length === 0 ? Number.POSITIVE_INFINITY : riskRank(keeps) + 0.5);
}

function effectOf(
  stray: UnmanagedResource,
  base: AccessModel,
  known: (name: string) => AccessUser,
  lab: EscalationTargets,
  at: Date,
): StrayEffect {
  if (stray.kind === 'policy' || stray.details === null) return { stray, people: [], keeps: [], administrators: [] };
  const concerned = stray.kind === 'user' ? [known(stray.name)] : stray.details.members.map(known);
  const without = (user: AccessUser): AccessUser => ({
    ...user,
    groups: user.groups.filter((group) => group !== stray.name),
  });
  const within = (user: AccessUser): AccessUser => ({ ...user, groups: [...without(user).groups, stray.name].sort() });
  // Nobody else's access can change by it.
  const only = (users: readonly AccessUser[]): AccessModel => ({ ...base, users });
  if (stray.kind === 'user') {
    const after = only(concerned);
    const people = effectsBetween(only([]), after, at);
    return { stray, people, keeps: [], administrators: administratorsIn(after, lab, at) };
  }
  const before = only(concerned.map(without));
  const after = only(concerned.map(within));
  const people = effectsBetween(before, after, at);
  const gaining = new Set(people.map(({ user }) => user));
  const bare = concerned.filter(({ name }) => !gaining.has(name)).map((user) => ({ ...user, groups: [] }));
  const keeps = effectsBetween(only(bare), only(bare.map(within)), at);
  const were = new Set(administratorsIn(before, lab, at));
  const administrators = administratorsIn(after, lab, at).filter((name) => !were.has(name));
  return { stray, people, keeps, administrators };
}

/** What somebody gains now, and what she will when a policy begins to hold. */
function effectsBetween(before: AccessModel, after: AccessModel, at: Date): readonly AccessChange[] {
  const now = diffAccess(before, after, at).people.filter(hasEffect);
  return laterMoments([after], [], at).reduce<readonly AccessChange[]>((people, moment) => {
    const later = diffAccess(before, after, moment).people.filter(({ operations }) => operations.gained.length > 0);
    return later.length === 0 ? people : worseOf(people, later);
  }, now);
}

function administratorsIn(model: AccessModel, lab: EscalationTargets, at: Date): readonly string[] {
  const moments = [at, ...laterMoments([model], [], at)];
  return model.users
    .filter((user) => moments.some((moment) => canEscalate(model, user, lab, moment)))
    .map(({ name }) => name);
}

/** What nobody declared counts in doubt as allowed: see `inDoubt`. */
function lookInDoubt(look: UnmanagedResources): UnmanagedResources {
  const inline = <Held extends { readonly inline: AccessUser['inline'] }>(held: Held): Held => ({
    ...held,
    inline: held.inline.map(({ name, document }) => ({ name, document: conservativeDocument(document) })),
  });
  return {
    ...look,
    resources: look.resources.map((stray): UnmanagedResource => {
      if (stray.kind === 'policy' || stray.details === null) return stray;
      return stray.kind === 'user'
        ? { ...stray, details: inline(stray.details) }
        : { ...stray, details: inline(stray.details) };
    }),
    groups: look.groups.map(inline),
    policies: look.policies.map((policy) => ({ ...policy, document: conservativeDocument(policy.document) })),
  };
}

/** The declared account with what was read beside it: nobody is in the groups yet, and no stray user is there. */
function withLook(declared: AccessModel, { resources: strays, groups, policies }: UnmanagedResources): AccessModel {
  const known = new Set(declared.policies.map(({ arn }) => arn));
  const strayGroups = strays.flatMap((stray): AccessGroup[] =>
    stray.kind !== 'group'
      ? []
      : [{ name: stray.name, path: '/', attached: stray.details?.attached ?? [], inline: stray.details?.inline ?? [] }],
  );
  return {
    ...declared,
    groups: [...declared.groups, ...strayGroups, ...groups],
    policies: [...declared.policies, ...policies.filter(({ arn }) => !known.has(arn))],
  };
}

function userOf({
  name,
  path,
  details: holding,
}: Pick<UnmanagedResource, 'name' | 'path'> & { details: UserDetails | null }): AccessUser {
  if (holding === null) return strangerNamed(name);
  const { groups, attached, inline, boundary, tags } = holding;
  return { name, path, groups, attached, inline, boundary, tags };
}

/** Without what else she has: it goes with her, and here the stray alone is asked about. */
function leaverIn(users: ReadonlyMap<string, AccessUser>, name: string): AccessUser | null {
  const user = users.get(name);
  return user === undefined || user.unmanaged === true ? null : { ...user, groups: [], attached: [] };
}

/** Somebody of whom nothing is known but the group: her own limits, if she has any, are not counted for her. */
function strangerNamed(name: string): AccessUser {
  const nothing = { groups: [], attached: [], inline: [], boundary: null, tags: {} };
  return { name, path: '/', ...nothing, unmanaged: true };
}

import * as z from 'zod';
import { isManagedPolicyName, type ManagedPolicyName } from '../catalog/managed-policies.ts';
import { isCapability, isOperation } from '../catalog/mturk.ts';
import { many } from '../diagnostics/parse-data.ts';
import { PATTERNS } from './schema.ts';
import { SETTINGS, type Team } from './team.ts';

const KEY = z.string().max(126);
const KEYS = many(KEY);
const DAY = z.string().regex(PATTERNS.date);

/** Names that a later version of the catalog no longer has are dropped: IAM ignores them, too. */
function known<Name extends string>(isKnown: (name: string) => name is Name) {
  return KEYS.transform((names): readonly Name[] => names.filter(isKnown));
}

/** Who may do what, who approves, and what a drift check leaves out: no names, e-mail addresses and reasons. */
export const APPLIED_TEAM = z.strictObject({
  /** The day for which it was applied, `YYYY-MM-DD`, UTC: members whose user was to be deleted by then had none. */
  day: DAY,
  lab: z.string().regex(PATTERNS.lab),
  account: z.string().regex(PATTERNS.account),
  owners: KEYS,
  roles: many(
    z.strictObject({
      key: KEY,
      allow: known(isOperation),
      deny: known(isOperation),
      managed: known<ManagedPolicyName>(isManagedPolicyName),
    }),
  ),
  members: many(
    z.strictObject({
      ...{ key: KEY, github: z.string().max(100).nullable(), roles: KEYS, keys: z.int().min(0) },
      ...{ from: DAY.nullable(), until: DAY.nullable(), suspended: z.boolean() },
      /** Null also in records of before there were recipients. */
      recipient: z.string().regex(PATTERNS.recipient).nullable().default(null),
      /** What an apply withheld when it began; empty in a team that was applied. */
      withheld: known(isOperation),
    }),
  ),
  departed: many(z.strictObject({ key: KEY, left: DAY })),
  freeze: known(isCapability),
  snoozed: many(z.strictObject({ finding: z.string(), until: DAY, reason: z.string() })),
  settings: SETTINGS,
});

export type AppliedTeam = Readonly<z.infer<typeof APPLIED_TEAM>>;

export function appliedTeam(team: Team, day: string): AppliedTeam {
  const { lab, account, owners, freeze, snoozed, settings } = team;
  return {
    ...{ day, lab, account, owners, freeze, snoozed, settings },
    roles: team.roles.map(({ key, allow, deny, managed }) => ({ key, allow, deny, managed })),
    members: team.members.map(({ key, github, roles, from, until, suspended, keys, recipient, withheld = [] }) => ({
      ...{ key, github, roles, from, until, suspended, keys, recipient, withheld },
    })),
    departed: team.departed.map(({ key, left }) => ({ key, left })),
  };
}

/** The team file of an apply. What no record keeps is as in a newer file, where that has the person or role: no change of it. */
export function teamOf(applied: AppliedTeam, newer: Pick<Team, 'roles' | 'members' | 'departed'>): Team {
  const found = <Item extends { readonly key: string }>(items: readonly Item[], key: string) =>
    items.find((each) => each.key === key);
  const unknown = { email: null, sponsor: null, reviewed: null };
  return {
    ...applied,
    roles: applied.roles.map((role) => ({
      ...{ description: null, extends: [], ...found(newer.roles, role.key), ...role },
    })),
    members: applied.members.map((member) => ({
      ...{ name: member.key, ...unknown, ...found(newer.members, member.key), ...member },
    })),
    departed: applied.departed.map((each) => ({ reason: '', ...found(newer.departed, each.key), ...each })),
  };
}

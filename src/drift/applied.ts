import * as z from 'zod';
import { type Difference, differences, subjectKey } from '../access/model-difference.ts';
import { desiredAccessOnAnyDay } from '../access/sources/desired.ts';
import type { EntityIds } from '../aws/inventory/types.ts';
import { isManagedPolicyName, type ManagedPolicyName } from '../catalog/managed-policies.ts';
import { isCapability, isOperation } from '../catalog/mturk.ts';
import { iamName, LIMITS_POLICY } from '../team/names.ts';
import { ACCOUNT_PATTERN, DATE_PATTERN, LAB_PATTERN } from '../team/schema.ts';
import { type AccessTeam, membersWithUser, type Team } from '../team/team.ts';

const KEY = z.string().max(126);
const KEYS = z.array(KEY).max(1_000);
const DAY = z.string().regex(DATE_PATTERN);

/** Names that a later version of the catalog no longer has are dropped: IAM ignores them, too. */
function known<Name extends string>(isKnown: (name: string) => name is Name) {
  return KEYS.transform((names) => names.filter(isKnown));
}

/** A team as it was applied: what decides who may do what, without names, e-mail addresses, logins and reasons. */
export const APPLIED_TEAM = z.strictObject({
  /** The day for which it was applied, `YYYY-MM-DD`, UTC: members whose user was to be deleted by then had none. */
  day: DAY,
  lab: z.string().regex(LAB_PATTERN),
  account: z.string().regex(ACCOUNT_PATTERN),
  owners: KEYS,
  roles: z
    .array(
      z.strictObject({
        key: KEY,
        allow: known(isOperation),
        deny: known(isOperation),
        managed: known<ManagedPolicyName>(isManagedPolicyName),
      }),
    )
    .max(10_000),
  members: z
    .array(
      z.strictObject({
        ...{ key: KEY, roles: KEYS, from: DAY.nullable().default(null), until: DAY.nullable() },
        ...{ suspended: z.boolean(), keys: z.int().min(0) },
      }),
    )
    .max(100_000),
  departed: z.array(z.strictObject({ key: KEY, left: DAY })).max(100_000),
  freeze: known(isCapability),
  settings: z.strictObject({ deleteAfterDays: z.int().min(1).nullable(), selfApproval: z.boolean() }),
});

export type AppliedTeam = Readonly<z.infer<typeof APPLIED_TEAM>>;

/** What is known of a lab's applies. `desired.ts` makes the access model of each team. */
export interface Applied {
  /** The last apply that ended. */
  readonly team: AppliedTeam;
  /** The teams of applies that began since then and did not end: what they changed may be in the account or not. */
  readonly begun: readonly AppliedTeam[];
  /** The unique ids of the lab's users and groups after the last apply; left out if they are unknown. */
  readonly ids?: EntityIds;
}

export function appliedTeam(team: Team, day: string): AppliedTeam {
  return {
    day,
    lab: team.lab,
    account: team.account,
    owners: [...team.owners],
    roles: team.roles.map(({ key, allow, deny, managed }) => ({
      ...{ key, allow: [...allow], deny: [...deny], managed: [...managed] },
    })),
    members: team.members.map(({ key, roles, from, until, suspended, keys }) => ({
      ...{ key, roles: [...roles], from, until, suspended, keys },
    })),
    departed: team.departed.map(({ key, left }) => ({ key, left })),
    freeze: [...team.freeze],
    settings: { deleteAfterDays: team.settings.deleteAfterDays, selfApproval: team.settings.selfApproval },
  };
}

/** What the file, or an apply that did not end, has changed since the last apply that ended. */
export interface PendingChanges {
  /** Whether the subject of a difference is among the changes; if not, the difference is a manual change. */
  has(difference: Difference): boolean;
}

/** Null if no apply of this account is known. `today`: `YYYY-MM-DD`, UTC. */
export function pendingChanges(applied: Applied | null, team: AccessTeam, today: string): PendingChanges | null {
  if (applied === null || applied.team.account !== team.account) return null;
  const subjects = new Set([
    ...changedSubjects(applied.team, team, today),
    ...applied.begun.flatMap((begun) => changedSubjects(applied.team, begun, begun.day)),
  ]);
  return {
    has(difference) {
      if (subjects.has(subjectKey(difference))) return true;
      // The boundary and tags of a user come and go with the user, without a difference of their own.
      if (difference.kind === 'boundary-changed' || difference.kind === 'tag-changed') {
        return subjects.has(subjectKey({ kind: 'user-added', user: difference.user }));
      }
      // Members who are suspended during an apply have other limits until it ends.
      return applied.begun.length > 0 && 'policy' in difference && difference.policy === LIMITS_POLICY;
    },
  };
}

/** `subjectKey`s of everything that `team` grants otherwise than the applied team, whatever the last days. */
function changedSubjects(applied: AppliedTeam, team: AccessTeam, today: string): readonly string[] {
  const active = new Set(membersWithUser(team, today).map(({ key }) => key));
  const activeThen = new Set(membersWithUser(applied, applied.day).map(({ key }) => key));
  // A deleted user comes back by a later last day in the file.
  const returned = new Set(
    applied.members.flatMap(({ key }) => (!activeThen.has(key) && active.has(key) ? [iamName(applied.lab, key)] : [])),
  );
  const then = desiredAccessOnAnyDay(applied);
  const before = { ...then, users: then.users.filter(({ name }) => !returned.has(name)) };
  return differences(before, desiredAccessOnAnyDay(team)).map(subjectKey);
}

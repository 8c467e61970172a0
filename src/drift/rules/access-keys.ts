import { accessOf } from '../../access/access-of.ts';
import { worstRisk } from '../../access/capability-access.ts';
import { type AccessUser, around, type ModelIndex } from '../../access/model.ts';
import type { AccessKey, Inventory, UserCredentials } from '../../aws/types.ts';
import type { Risk } from '../../catalog/mturk.ts';
import { decideKeys, type HeldKey, type KeyDecision, withoutKeys } from '../../keys/rules.ts';
import type { Applied } from '../../review/rule/input.ts';
import { endOf } from '../../team/documents.ts';
import { iamName } from '../../team/names.ts';
import { hasExpired, type Member, type Team } from '../../team/team.ts';
import { DAY_MS, dateWords } from '../../text/dates.ts';
import { type Text, t, trusted } from '../../text/text.ts';
import { otherLabsIn } from '../applied.ts';

/** How long a use by a suspended member is reported: team.yaml does not say when the suspension began. */
const RECENT_DAYS = 7;

export interface CredentialUser {
  /** The present name. */
  readonly user: string;
  /** How many keys the member may have; null if only their use matters, because the user is to be deleted. */
  readonly allowed: number | null;
  /** From when (milliseconds) no key of the user may have been used. */
  readonly ended: { readonly since: number; readonly because: 'suspended' | 'expired' | 'departed' } | null;
  readonly credentials: UserCredentials;
  readonly hasRecipient: boolean;
  /** What `keys sync` makes of the keys; null if it touches none of them. */
  readonly decision: KeyDecision | null;
}

/** Of members, of those whom the file removes, and of former ones, by their ids too. `applied` can suspend whom the file does not. */
export function credentialUsersOf(
  inventory: Inventory,
  team: Team,
  today: string,
  at: Date,
  applied: Pick<Applied, 'team' | 'ids'> | null = null,
): readonly CredentialUser[] {
  const { users, access, ids } = inventory;
  const endOfAccess = (member: Pick<Member, 'until' | 'suspended'>): CredentialUser['ended'] =>
    hasExpired(member, today)
      ? { since: Date.parse(endOf(member.until ?? '')), because: 'expired' }
      : member.suspended
        ? { since: at.getTime() - RECENT_DAYS * DAY_MS, because: 'suspended' }
        : null;
  const decisionOf = (member: Member, { keys }: UserCredentials): KeyDecision | null =>
    withoutKeys(member, at) === null ? decideKeys(member, heldKeys(keys), team.settings.rotateAfterDays, at) : null;
  const hasLeft = (left: string) => ({ since: Date.parse(endOf(left)), because: 'departed' }) as const;
  // What a file says that waits, or that no one approved, does not end what was applied.
  const then = new Map([
    ...(applied?.team.members ?? []).map((each) => [each.key, endOfAccess(each)] as const),
    ...(applied?.team.departed ?? []).map(({ key, left }) => [key, hasLeft(left)] as const),
  ]);
  const members = team.members.map((member) => ({
    ...{ key: member.key, member },
    allowed: hasExpired(member, today) ? null : member.keys,
    ended: earlier(endOfAccess(member), then.get(member.key) ?? null),
  }));
  const now = new Set([...team.members, ...team.departed].map(({ key }) => key));
  const former = [
    ...team.departed.map(({ key, left }) => ({ key, ended: hasLeft(left) })),
    ...[...then].flatMap(([key, ended]) => (now.has(key) ? [] : [{ key, ended }])),
  ].map((each) => ({ ...each, member: null, allowed: null }));
  const notedNames = new Map([...(applied?.ids.user ?? [])].map(([name, id]) => [id, name]));
  // By the name in the file: the user that has it, unless it is another's, and the one that had it at the last apply.
  const usersOf = new Map<string, AccessUser[]>();
  for (const user of access.users) {
    const name = notedNames.get(ids.user.get(user.name) ?? '') ?? user.name;
    usersOf.set(name, [...(usersOf.get(name) ?? []), user]);
  }
  const labOf = otherLabsIn(inventory, applied?.ids ?? null, team.lab);
  return [...members, ...former].flatMap(({ key, member, ...each }) =>
    (usersOf.get(iamName(team.lab, key)) ?? []).flatMap((user) => {
      const credentials = users.get(user.name)?.credentials;
      if (credentials === undefined || labOf('user', user) !== null) return [];
      const decision = member && decisionOf(member, credentials);
      const hasRecipient = (member?.recipient ?? null) !== null;
      return [{ ...each, user: user.name, credentials, hasRecipient, decision }];
    }),
  );
}

function earlier(one: CredentialUser['ended'], other: CredentialUser['ended']): CredentialUser['ended'] {
  if (one === null || other === null) return one ?? other;
  return one.since <= other.since ? one : other;
}

/** Whether `keys sync` replaces a key of the user by itself, or waits until the member uses the new one. */
export function isRotating({ decision }: CredentialUser, { settings }: Team): boolean {
  return decision !== null && decision.finding === null && settings.rotateAfterDays !== null;
}

/** Keys whose age is known. */
export function heldKeys(keys: readonly AccessKey[]): readonly HeldKey[] {
  return keys.flatMap(({ id, active, created, lastUsed }) =>
    created === null ? [] : [{ id: id ?? '', active, created, lastUsed }],
  );
}

/** Whole days; 0 if the time of creation is unknown. */
export function ageInDays({ created }: AccessKey, at: Date): number {
  return created === null ? 0 : Math.floor((at.getTime() - Date.parse(created)) / DAY_MS);
}

/** The worst that a key of a user can do. */
export function riskOfUser(user: string, account: ModelIndex, at: Date): Risk | null {
  const [access] = accessOf(around(account, [user]), { at });
  return access === undefined ? null : worstRisk(access.allowed);
}

/** `Inactive key last used 4 Mar 2019.` */
export function keyUseText({ active, lastUsed, isUseKnown }: AccessKey): Text {
  const what = active ? t`Key` : t`Inactive key`;
  if (!isUseKnown) return t`${what}: use not known yet.`;
  return lastUsed === null ? t`${what} never used.` : t`${what} last used ${trusted(dateWords(lastUsed))}.`;
}

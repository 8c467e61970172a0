import { keptFor } from '../../access/kept-for.ts';
import { type AccessUser, indexModel } from '../../access/model.ts';
import type { AppliedTeam } from '../../team/applied-team.ts';
import { iamName, labPath } from '../../team/names.ts';
import { isDeletionDue, type Member } from '../../team/team.ts';
import type { RuleInput } from './input.ts';
import type { Withheld } from './ruled.ts';

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
export function identify({ key, until }: Member, input: RuleInput): Identity {
  const { team, applied, account, withCredentials } = input;
  const name = iamName(team.lab, key);
  const path = labPath(team.lab);
  const actual = indexModel(account.access).users.get(name) ?? null;
  const known = applied?.ids.user.get(name);
  const id = account.ids.user.get(name) ?? null;
  const isAccepted = input.restore.has(key) && (input.shown?.get(name) ?? id) === id;
  const is = (kind: Identity['kind'], found: string | null = null): Identity => ({ kind, found, actual });
  if (actual === null) {
    const renamed = userOfId(name, input);
    if (renamed !== null) return is('renamed', renamed.name);
    const alike = account.access.users.find((user) => isSameName(user.name, name));
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
  const has = ({ members }: AppliedTeam) => members.some((each) => each.key === key);
  const isOfBegun = known === undefined && applied !== null && !has(applied.team) && applied.begun.some(has);
  const isUnused = recordedNames('user', name, input).length === 0 && withCredentials?.has(name) !== true;
  const isCreatedByIt = (isOfBegun || input.created?.has(key) === true) && isUnused;
  if (isUnderPath && (isCreatedByIt || isAccepted)) return is('new');
  return isUnderPath ? is('replaced', actual.path) : is('name-taken', `${actual.path}${actual.name}`);
}

/** The user of the account that has the unique id of a name in the record, whatever its name is now. */
export function userOfId(name: string, { applied, account }: RuleInput): AccessUser | null {
  const [current = ''] = namesById(account.ids.user).get(applied?.ids.user.get(name) ?? '') ?? [];
  return indexModel(account.access).users.get(current) ?? null;
}

/** The names that the record has for the unique id of a user or group of the account, which someone may have renamed. */
export function recordedNames(kind: 'user' | 'group', name: string, input: RuleInput): readonly string[] {
  const { applied, account } = input;
  return (applied && namesById(applied.ids[kind]).get(account.ids[kind].get(name) ?? '')) ?? [];
}

/** A record can have two names of one user. */
const namesById = keptFor((ids: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> => {
  const names = new Map<string, string[]>();
  for (const [name, id] of ids) names.set(id, [...(names.get(id) ?? []), name]);
  return names;
});

/** IAM ignores the case of names. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

import { keysOfUserName, labOfPath } from '../team/names.ts';
import { accessOf, type UserAccess } from './access-of.ts';
import { isAdministrator } from './escalation/escalation.ts';
import type { AccessModel } from './model.ts';
import { intersection, isEmpty } from './operation-set.ts';

/** Why a user outside the lab is not taken for one of its people. */
export type NotAdoptable = 'administrator' | 'no-access' | 'in-a-lab' | 'unreadable';

/** Why a user of the account is not adopted; null if it can be. */
export function whyNotAdoptable(
  { user, allowed, granted, boundary, suspended, unknownPolicies }: UserAccess,
  model: AccessModel,
  at: Date,
): NotAdoptable | null {
  if (labOfPath(user.path) !== null) return 'in-a-lab';
  if (unknownPolicies.length > 0) return 'unreadable';
  if (isAdministrator(model, user, at)) return 'administrator';
  const isSuspended = suspended && !isEmpty(boundary === null ? granted : intersection(granted, boundary.allowed));
  return isEmpty(allowed) && !isSuspended ? 'no-access' : null;
}

/** A member of a file that was never applied, and the IAM user whose name says that it is theirs. */
export interface NotAdopted {
  readonly key: string;
  readonly user: string;
}

/** Members who can use Mechanical Turk by users that were made by hand: before a first apply, their names alone say whose they are. */
export function notAdopted(
  model: AccessModel,
  { lab, members }: { readonly lab: string; readonly members: readonly { readonly key: string }[] },
  at: Date,
): readonly NotAdopted[] {
  const keys = new Map(members.map(({ key }) => [key.toLowerCase(), key]));
  return accessOf(model, { at }).flatMap((access): NotAdopted[] => {
    const [key] = keysOfUserName(access.user.name, lab).flatMap((each) => keys.get(each) ?? []);
    return key === undefined || whyNotAdoptable(access, model, at) !== null ? [] : [{ key, user: access.user.name }];
  });
}

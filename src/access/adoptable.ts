import { iamArn } from '../iam/arn.ts';
import { evaluate } from '../iam/evaluate.ts';
import { keysOfUserName, labOfPath } from '../team/names.ts';
import { accessOf, type UserAccess } from './access-of.ts';
import { conservativeModel } from './conservative.ts';
import type { AccessModel, AccessUser } from './model.ts';
import { intersection, isEmpty } from './operation-set.ts';
import { policiesOf } from './policies-of.ts';
import { contextOf, OPEN_KEYS } from './request-context.ts';

/** Why a user outside the lab is not taken for one of its people. */
export type NotAdoptable = 'administrator' | 'no-access' | 'in-a-lab' | 'unreadable';

/** Why a user of the account is not adopted; null if it can be. `open` is the conservative model. */
export function whyNotAdoptable(
  { user, allowed, granted, boundary, suspended, unknownPolicies }: UserAccess,
  open: AccessModel,
  at: Date,
): NotAdoptable | null {
  if (labOfPath(user.path) !== null) return 'in-a-lab';
  if (unknownPolicies.length > 0) return 'unreadable';
  if (isAdministrator(open, user, at)) return 'administrator';
  const isSuspended = suspended && !isEmpty(boundary === null ? granted : intersection(granted, boundary.allowed));
  return isEmpty(allowed) && !isSuspended ? 'no-access' : null;
}

/** Whether a user can give itself and others any access. */
function isAdministrator(open: AccessModel, user: AccessUser, at: Date): boolean {
  const policies = policiesOf(open, user);
  const resource = iamArn(open.account, 'user', user.path, user.name);
  const context = contextOf(open, user, { at });
  return ['iam:CreateUser', 'iam:AttachUserPolicy'].every(
    (action) => evaluate(policies, { action, resource, context, openKeys: OPEN_KEYS }).outcome === 'allowed',
  );
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
  const open = conservativeModel(model);
  const keys = new Map(members.map(({ key }) => [key.toLowerCase(), key]));
  return accessOf(model, { at }).flatMap((access): NotAdopted[] => {
    const [key] = keysOfUserName(access.user.name, lab).flatMap((each) => keys.get(each) ?? []);
    return key === undefined || whyNotAdoptable(access, open, at) !== null ? [] : [{ key, user: access.user.name }];
  });
}

import { type Account, link, unlink } from './account.ts';
import { isAwsError, noSuchEntity } from './aws-error.ts';
import { namedUser, policyOf } from './lookup.ts';
import { requiredText } from './params.ts';
import type { Reply, Run } from './reply.ts';
import type { UserRecord } from './state.ts';

export function boundaryReply(arn: string | null): Reply | null {
  return arn === null ? null : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn };
}

export function setBoundary(account: Account, user: UserRecord, arn: string | null): void {
  if (user.boundary !== null) unlink(account.bounded, user.boundary, user.id);
  user.boundary = arn;
  if (arn !== null) link(account.bounded, arn, user.id);
}

export const putUserPermissionsBoundary: Run = (account, params) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  const arn = requiredText(params, 'PermissionsBoundary');
  if (isAwsError(arn)) return arn;
  if (policyOf(account, arn) === null) return noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
  setBoundary(account, user, arn);
  return {};
};

export const deleteUserPermissionsBoundary: Run = (account, params) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  if (user.boundary === null) return noSuchEntity(`The user ${user.name} does not have a permissions boundary set.`);
  setBoundary(account, user, null);
  return {};
};

import { type Account, link, unlink } from './account.ts';
import { noSuchEntity } from './aws-error.ts';
import { named, policyOf } from './lookup.ts';
import { operation, type Reader, type Reply, type Run } from './operation.ts';
import { text } from './params.ts';
import type { PolicyRecord, RoleRecord, UserRecord } from './state.ts';

const boundaryPolicy = named(
  'PermissionsBoundary',
  policyOf,
  (arn) => `Scope ARN: ${arn} does not exist or is not attachable.`,
);

/** Reads the boundary that a new user or role gets; null where there is none. */
export const newBoundary: Reader<PolicyRecord | null> = (account, params, call) =>
  text(params, 'PermissionsBoundary') === null ? null : boundaryPolicy(account, params, call);

export function boundaryReply(arn: string | null): Reply | null {
  return arn === null ? null : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn };
}

export function setBoundary(account: Account, holder: UserRecord | RoleRecord, arn: string | null): void {
  if (holder.boundary !== null) unlink(account.bounded, holder.boundary, holder.id);
  holder.boundary = arn;
  if (arn !== null) link(account.bounded, arn, holder.id);
}

/** PutUserPermissionsBoundary and PutRolePermissionsBoundary */
export function putBoundary(read: Reader<UserRecord | RoleRecord>): Run {
  return operation({ holder: read, policy: boundaryPolicy }, ({ account, holder, policy }) => {
    setBoundary(account, holder, policy.arn);
    return {};
  });
}

/** DeleteUserPermissionsBoundary and DeleteRolePermissionsBoundary */
export function deleteBoundary(word: 'user' | 'role', read: Reader<UserRecord | RoleRecord>): Run {
  return operation({ holder: read }, ({ account, holder }) => {
    if (holder.boundary === null)
      return noSuchEntity(`The ${word} ${holder.name} does not have a permissions boundary set.`);
    setBoundary(account, holder, null);
    return {};
  });
}

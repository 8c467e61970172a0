import type { Account, CallContext } from './account.ts';
import { type AwsError, noSuchEntity, validationError } from './aws-error.ts';
import { awsManagedPolicy } from './aws-managed.ts';
import { type Params, requiredText, text } from './params.ts';
import type { GroupRecord, PolicyRecord, UserRecord } from './state.ts';

/** The user that a call names. */
export function namedUser(account: Account, params: Params): UserRecord | AwsError {
  const name = requiredText(params, 'UserName');
  if (typeof name !== 'string') return name;
  return account.users.get(name.toLowerCase()) ?? noSuchEntity(`The user with name ${name} cannot be found.`);
}

/** The user that a call names, else the caller. */
export function namedUserOrCaller(account: Account, params: Params, call: CallContext): UserRecord | AwsError {
  if (text(params, 'UserName') !== null) return namedUser(account, params);
  const user = call.caller.kind === 'user' ? account.state.users[call.caller.userId] : undefined;
  return user ?? validationError('Must specify userName when calling with non-User credentials');
}

export function namedGroup(account: Account, params: Params): GroupRecord | AwsError {
  const name = requiredText(params, 'GroupName');
  if (typeof name !== 'string') return name;
  return account.groups.get(name.toLowerCase()) ?? noSuchEntity(`The group with name ${name} cannot be found.`);
}

/** The customer-managed or AWS-managed policy of an ARN. */
export function policyOf(account: Account, arn: string): PolicyRecord | null {
  return account.state.policies[arn] ?? awsManagedPolicy(arn);
}

export function namedPolicy(account: Account, params: Params): PolicyRecord | AwsError {
  const arn = requiredText(params, 'PolicyArn');
  if (typeof arn !== 'string') return arn;
  return policyOf(account, arn) ?? noSuchEntity(`Policy ${arn} was not found.`);
}

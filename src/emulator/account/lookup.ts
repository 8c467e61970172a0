import type { Account } from './account.ts';
import { type AwsError, accessDenied, isAwsError, noSuchEntity, validationError } from './aws-error.ts';
import { awsManagedPolicy } from './aws-managed.ts';
import type { Reader } from './operation.ts';
import { required, text } from './params.ts';
import type { PolicyRecord, UserRecord } from './state.ts';

/** Reads what a parameter names. */
export function named<T>(
  key: string,
  find: (account: Account, name: string) => T | null | undefined,
  missing: (name: string) => string,
): Reader<T> {
  const read = required(key);
  return (account, params) => {
    const name = read(account, params);
    return isAwsError(name) ? name : (find(account, name) ?? noSuchEntity(missing(name)));
  };
}

/** Reads what a parameter names within something else that the call names: a version of a policy. */
export function namedWithin<Outer, T>(
  read: Reader<Outer>,
  key: string,
  find: (outer: Outer, name: string) => T | undefined,
  missing: (outer: Outer, name: string) => string,
): Reader<readonly [Outer, T]> {
  return (account, params, call): readonly [Outer, T] | AwsError => {
    const outer = read(account, params, call);
    if (isAwsError(outer)) return outer;
    const inner = named(
      key,
      (_account, name) => find(outer, name),
      (name) => missing(outer, name),
    )(account, params, call);
    return isAwsError(inner) ? inner : [outer, inner];
  };
}

/** The user that a call names. */
export const namedUser = named(
  'UserName',
  (account, name) => account.users.get(name.toLowerCase()),
  (name) => `The user with name ${name} cannot be found.`,
);

/** The user that a call names, else the caller. */
export const namedUserOrCaller: Reader<UserRecord> = (account, params, call) => {
  if (text(params, 'UserName') !== null) return namedUser(account, params, call);
  const user = call.caller.kind === 'user' ? account.state.users[call.caller.userId] : undefined;
  return user ?? validationError('Must specify userName when calling with non-User credentials');
};

export const namedGroup = named(
  'GroupName',
  (account, name) => account.groups.get(name.toLowerCase()),
  (name) => `The group with name ${name} cannot be found.`,
);

export const namedRole = named(
  'RoleName',
  (account, name) => account.roles.get(name.toLowerCase()),
  (name) => `The role with name ${name} cannot be found.`,
);

/** The customer-managed or AWS-managed policy of an ARN. */
export function policyOf(account: Account, arn: string): PolicyRecord | null {
  return account.state.policies[arn] ?? awsManagedPolicy(arn);
}

export const namedPolicy = named('PolicyArn', policyOf, (arn) => `Policy ${arn} was not found.`);

/** The policy that a call changes; policies of AWS cannot be changed. */
export const customerPolicy: Reader<PolicyRecord> = (account, params, call) => {
  const policy = namedPolicy(account, params, call);
  if (isAwsError(policy)) return policy;
  return (
    account.state.policies[policy.arn] ??
    accessDenied(`Cannot perform the operation on the protected policy ${policy.arn}.`)
  );
};

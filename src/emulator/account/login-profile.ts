import { type AwsError, entityAlreadyExists, isAwsError, noSuchEntity, otherError } from './aws-error.ts';
import { namedUserOrCaller } from './lookup.ts';
import { flag, requiredText, text } from './params.ts';
import type { Reply, Run } from './reply.ts';
import type { LoginProfileRecord, UserRecord } from './state.ts';

const SHORTEST_PASSWORD = 8;

function profileReply(user: UserRecord, login: LoginProfileRecord): Reply {
  return { UserName: user.name, CreateDate: login.created, PasswordResetRequired: login.resetRequired };
}

function loginOf(user: UserRecord): LoginProfileRecord | AwsError {
  return user.login ?? noSuchEntity(`Login Profile for User ${user.name} cannot be found.`);
}

/** IAM's default password policy: eight characters, three of four kinds. The password is not kept, because no one can sign in here. */
function checkedPassword(password: string): AwsError | null {
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(password)).length;
  if (password.length >= SHORTEST_PASSWORD && kinds >= 3) return null;
  return otherError('PasswordPolicyViolation', 400, 'Password does not conform to the account password policy.');
}

export const createLoginProfile: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const password = requiredText(params, 'Password');
  if (isAwsError(password)) return password;
  if (user.login !== null) return entityAlreadyExists(`Login Profile for user ${user.name} already exists.`);
  const violation = checkedPassword(password);
  if (violation !== null) return violation;
  user.login = { created: call.now, resetRequired: flag(params, 'PasswordResetRequired') };
  return { LoginProfile: profileReply(user, user.login) };
};

export const getLoginProfile: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const login = loginOf(user);
  return isAwsError(login) ? login : { LoginProfile: profileReply(user, login) };
};

export const updateLoginProfile: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const login = loginOf(user);
  if (isAwsError(login)) return login;
  const password = text(params, 'Password');
  const violation = password === null ? null : checkedPassword(password);
  if (violation !== null) return violation;
  if (text(params, 'PasswordResetRequired') !== null) login.resetRequired = flag(params, 'PasswordResetRequired');
  return {};
};

export const deleteLoginProfile: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const login = loginOf(user);
  if (isAwsError(login)) return login;
  user.login = null;
  return {};
};

import type { Account, CallContext } from './account.ts';
import { type AwsError, isAwsError, limitExceeded, noSuchEntity, otherError, validationError } from './aws-error.ts';
import { nextId, secretOf } from './ids.ts';
import { badStatus } from './keys.ts';
import { namedUserOrCaller } from './lookup.ts';
import { page } from './paging.ts';
import { flag, type Params, requiredText, text } from './params.ts';
import type { Reply, Run } from './reply.ts';
import type { ServiceCredentialRecord, UserRecord } from './state.ts';

const CREDENTIALS_PER_SERVICE = 2;
const SERVICES = ['bedrock.amazonaws.com', 'cassandra.amazonaws.com', 'codecommit.amazonaws.com', 'logs.amazonaws.com'];

function credentialReply(user: UserRecord, credential: ServiceCredentialRecord): Reply {
  return {
    UserName: user.name,
    Status: credential.status,
    ServiceUserName: credential.userName,
    ServiceName: credential.service,
    CreateDate: credential.created,
    ServiceSpecificCredentialId: credential.id,
  };
}

function namedCredential(user: UserRecord, params: Params): ServiceCredentialRecord | AwsError {
  const id = requiredText(params, 'ServiceSpecificCredentialId');
  if (isAwsError(id)) return id;
  const found = user.serviceCredentials.find((credential) => credential.id === id);
  return found ?? noSuchEntity(`The service specific credential with id ${id} cannot be found.`);
}

export const createServiceSpecificCredential: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const service = requiredText(params, 'ServiceName');
  if (isAwsError(service)) return service;
  if (!SERVICES.includes(service)) {
    return otherError(
      'NotSupportedService',
      404,
      `The service ${service} does not support service-specific credentials.`,
    );
  }
  const same = user.serviceCredentials.filter((credential) => credential.service === service);
  if (same.length >= CREDENTIALS_PER_SERVICE) {
    return limitExceeded(`Cannot exceed quota for ServiceSpecificCredentialsPerUser: ${CREDENTIALS_PER_SERVICE}`);
  }
  const credential: ServiceCredentialRecord = {
    id: nextId(account.state, 'ACCA'),
    service,
    userName: `${user.name}-at-${account.state.accountId}`,
    created: call.now,
    status: 'Active',
  };
  user.serviceCredentials.push(credential);
  return {
    ServiceSpecificCredential: {
      ...credentialReply(user, credential),
      ServicePassword: secretOf(account.state.seed, credential.id),
    },
  };
};

export const listServiceSpecificCredentials: Run = (account, params, call) => {
  const users = usersAsked(account, params, call);
  if (isAwsError(users)) return users;
  const service = text(params, 'ServiceName');
  const all = users.flatMap((user) => user.serviceCredentials.map((credential) => ({ user, credential })));
  const wanted = all.filter(({ credential }) => service === null || credential.service === service);
  const found = page(wanted, ({ credential }) => credential.id, params);
  if (isAwsError(found)) return found;
  return {
    ServiceSpecificCredentials: found.items.map(({ user, credential }) => credentialReply(user, credential)),
    ...found.rest,
  };
};

function usersAsked(account: Account, params: Params, call: CallContext): readonly UserRecord[] | AwsError {
  if (!flag(params, 'AllUsers')) {
    const user = namedUserOrCaller(account, params, call);
    return isAwsError(user) ? user : [user];
  }
  if (text(params, 'UserName') === null) return [...account.users.values()];
  return validationError('UserName cannot be specified together with AllUsers.');
}

export const updateServiceSpecificCredential: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const credential = namedCredential(user, params);
  if (isAwsError(credential)) return credential;
  const status = requiredText(params, 'Status');
  if (isAwsError(status)) return status;
  if (status !== 'Active' && status !== 'Inactive') return badStatus();
  credential.status = status;
  return {};
};

export const deleteServiceSpecificCredential: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const credential = namedCredential(user, params);
  if (isAwsError(credential)) return credential;
  user.serviceCredentials = user.serviceCredentials.filter((other) => other !== credential);
  return {};
};

import { createHash } from 'node:crypto';
import { QUOTAS } from '../../iam/quotas.ts';
import { indexKey } from './account.ts';
import { isAwsError, limitExceeded, noSuchEntity, otherError, validationError } from './aws-error.ts';
import { namedUser, namedUserOrCaller, namedWithin } from './lookup.ts';
import { operation, pageReply, type Reader, type Reply, type Run } from './operation.ts';
import { flag, required, statusOf, text } from './params.ts';
import {
  type AccessKeyRecord,
  type CertificateRecord,
  type Credential,
  nextId,
  type ServiceCredentialRecord,
  type SshKeyRecord,
  secretOf,
  type UserRecord,
} from './state.ts';

/** A user, or the root user, with the credentials of one kind. */
interface Owner<T> {
  /** Null for the root user. */
  readonly user: UserRecord | null;
  readonly credentials: T[];
}

/** What listing, updating and deleting a credential need to know of its kind. */
interface Kind<T extends Credential> {
  readonly idParameter: string;
  /** As AWS names it in NoSuchEntity. */
  readonly label: string;
  readonly owner: Reader<Owner<T>>;
  /** Where the answer of its list operation has it, and as what. */
  readonly list: string;
  reply(userName: string | undefined, credential: T): Reply;
}

function owned<T>(read: Reader<UserRecord>, credentialsOf: (user: UserRecord) => T[]): Reader<Owner<T>> {
  return (account, params, call) => {
    const user = read(account, params, call);
    return isAwsError(user) ? user : { user, credentials: credentialsOf(user) };
  };
}

const ownedKeys = owned(namedUserOrCaller, ({ keys }) => keys);

export const ACCESS_KEY: Kind<AccessKeyRecord> = {
  idParameter: 'AccessKeyId',
  label: 'Access Key',
  owner(account, params, call) {
    if (call.caller.kind !== 'root' || text(params, 'UserName') !== null) return ownedKeys(account, params, call);
    return { user: null, credentials: account.state.rootKeys ?? [] };
  },
  list: 'AccessKeyMetadata',
  reply: (UserName, { id, status, created }) => ({ UserName, AccessKeyId: id, Status: status, CreateDate: created }),
};

export const SSH_KEY: Kind<SshKeyRecord> = {
  idParameter: 'SSHPublicKeyId',
  label: 'Public Key',
  owner: owned(namedUser, ({ ssh }) => ssh),
  list: 'SSHPublicKeys',
  reply: (UserName, { id, status, uploaded }) => ({
    UserName,
    SSHPublicKeyId: id,
    Status: status,
    UploadDate: uploaded,
  }),
};

export const CERTIFICATE: Kind<CertificateRecord> = {
  idParameter: 'CertificateId',
  label: 'Certificate',
  owner: owned(namedUserOrCaller, ({ certificates }) => certificates),
  list: 'Certificates',
  reply: (UserName, { id, body, status, uploaded }) => ({
    UserName,
    CertificateId: id,
    CertificateBody: body,
    Status: status,
    UploadDate: uploaded,
  }),
};

export const SERVICE_CREDENTIAL: Kind<ServiceCredentialRecord> = {
  idParameter: 'ServiceSpecificCredentialId',
  label: 'service specific credential',
  owner: owned(namedUserOrCaller, ({ serviceCredentials }) => serviceCredentials),
  list: 'ServiceSpecificCredentials',
  reply: (UserName, { id, status, service, userName, created }) => ({
    UserName,
    Status: status,
    ServiceUserName: userName,
    ServiceName: service,
    CreateDate: created,
    ServiceSpecificCredentialId: id,
  }),
};

function namedCredential<T extends Credential>({ owner, idParameter, label }: Kind<T>) {
  return namedWithin(
    owner,
    idParameter,
    ({ credentials }, id) => credentials.find((each) => each.id === id),
    (_owner, id) => `The ${label} with id ${id} cannot be found.`,
  );
}

export function listCredentials<T extends Credential>({ owner: read, list, reply }: Kind<T>): Run {
  return operation({ owner: read }, ({ params, owner: { user, credentials } }) =>
    pageReply(
      params,
      list,
      credentials,
      ({ id }) => id,
      (credential) => reply(user?.name, credential),
    ),
  );
}

export function updateCredential<T extends Credential>(kind: Kind<T>): Run {
  return operation({ found: namedCredential(kind), status: statusOf }, ({ found: [, credential], status }) => {
    credential.status = status;
    return {};
  });
}

export function deleteCredential<T extends Credential>(kind: Kind<T>): Run {
  return operation({ found: namedCredential(kind) }, ({ account, found: [{ credentials }, credential] }) => {
    credentials.splice(credentials.indexOf(credential), 1);
    account.keys.delete(credential.id);
    return {};
  });
}

export const createAccessKey = operation({ owner: ACCESS_KEY.owner }, ({ account, call, owner }) => {
  const { user, credentials } = owner;
  if (credentials.length >= QUOTAS.accessKeysPerUser)
    return limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${QUOTAS.accessKeysPerUser}`);
  const id = nextId(account.state, 'AKIA');
  const secret = secretOf(account.state.seed, id);
  const key: AccessKeyRecord = { id, secret, created: call.now, status: 'Active', lastUsed: null };
  credentials.push(key);
  if (user === null) account.state.rootKeys = credentials;
  indexKey(account, user, key);
  return { AccessKey: { ...ACCESS_KEY.reply(user?.name, key), SecretAccessKey: secret } };
});

export const getAccessKeyLastUsed = operation({ id: required('AccessKeyId') }, ({ account, id }) => {
  const owner = account.keys.get(id);
  if (owner === undefined) return noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  const { lastUsed } = owner.key;
  return {
    UserName: owner.caller.kind === 'user' ? account.state.users[owner.caller.userId]?.name : null,
    AccessKeyLastUsed: {
      LastUsedDate: lastUsed?.date,
      ServiceName: lastUsed?.service ?? 'N/A',
      Region: lastUsed?.region ?? 'N/A',
    },
  };
});

function sshKeyReply(user: UserRecord | null, key: SshKeyRecord): Reply {
  const shown = SSH_KEY.reply(user?.name, key);
  return { SSHPublicKey: { ...shown, Fingerprint: key.fingerprint, SSHPublicKeyBody: key.body } };
}

export const uploadSSHPublicKey = operation(
  { user: namedUser, body: required('SSHPublicKeyBody') },
  ({ account, call, user, body }) => {
    const blob = /^ssh-rsa ([A-Za-z0-9+/=]+)/.exec(body.trim())?.[1];
    if (blob === undefined && !body.includes('BEGIN PUBLIC KEY'))
      return otherError('InvalidPublicKey', 400, 'The public key is not in a supported format. Use ssh-rsa or PEM.');
    if (user.ssh.some((key) => key.body === body)) {
      const message = 'The SSH public key is already associated with the specified user.';
      return otherError('DuplicateSSHPublicKey', 400, message);
    }
    if (user.ssh.length >= QUOTAS.sshKeysPerUser)
      return limitExceeded(`Cannot exceed quota for SSHPublicKeysPerUser: ${QUOTAS.sshKeysPerUser}`);
    const digest = createHash('md5')
      .update(Buffer.from(blob ?? body, 'base64'))
      .digest('hex');
    const key: SshKeyRecord = {
      id: nextId(account.state, 'APKA'),
      body,
      fingerprint: digest.replaceAll(/(..)(?=.)/g, '$1:'),
      uploaded: call.now,
      status: 'Active',
    };
    user.ssh.push(key);
    return sshKeyReply(user, key);
  },
);

export const getSSHPublicKey = operation({ found: namedCredential(SSH_KEY) }, ({ found: [{ user }, key] }) =>
  sshKeyReply(user, key),
);

export const uploadSigningCertificate = operation(
  { user: namedUserOrCaller, body: required('CertificateBody') },
  ({ account: { state }, call, user, body }) => {
    if (!/^-----BEGIN CERTIFICATE-----\s[\s\S]+\s-----END CERTIFICATE-----\s*$/.test(body.trim()))
      return otherError('MalformedCertificate', 400, 'The certificate is malformed.');
    if (user.certificates.some((certificate) => certificate.body === body))
      return otherError('DuplicateCertificate', 409, 'The certificate is already associated with a user.');
    if (user.certificates.length >= QUOTAS.signingCertificatesPerUser)
      return limitExceeded(`Cannot exceed quota for CertificatesPerUser: ${QUOTAS.signingCertificatesPerUser}`);
    state.ids += 1;
    const id = createHash('sha256').update(`${state.ids}:${body}`).digest('hex').slice(0, 32).toUpperCase();
    const certificate: CertificateRecord = { id, body, uploaded: call.now, status: 'Active' };
    user.certificates.push(certificate);
    return { Certificate: CERTIFICATE.reply(user.name, certificate) };
  },
);

const CREDENTIALS_PER_SERVICE = 2;
const SERVICES = ['bedrock.amazonaws.com', 'cassandra.amazonaws.com', 'codecommit.amazonaws.com', 'logs.amazonaws.com'];

export const createServiceSpecificCredential = operation(
  { user: namedUserOrCaller, service: required('ServiceName') },
  ({ account: { state }, call, user, service }) => {
    if (!SERVICES.includes(service)) {
      const message = `The service ${service} does not support service-specific credentials.`;
      return otherError('NotSupportedService', 404, message);
    }
    if (user.serviceCredentials.filter((each) => each.service === service).length >= CREDENTIALS_PER_SERVICE)
      return limitExceeded(`Cannot exceed quota for ServiceSpecificCredentialsPerUser: ${CREDENTIALS_PER_SERVICE}`);
    const credential: ServiceCredentialRecord = {
      id: nextId(state, 'ACCA'),
      service,
      userName: `${user.name}-at-${state.accountId}`,
      created: call.now,
      status: 'Active',
    };
    user.serviceCredentials.push(credential);
    const ServicePassword = secretOf(state.seed, credential.id);
    return { ServiceSpecificCredential: { ...SERVICE_CREDENTIAL.reply(user.name, credential), ServicePassword } };
  },
);

const usersAsked: Reader<readonly UserRecord[]> = (account, params, call) => {
  if (!flag(params, 'AllUsers')) {
    const user = namedUserOrCaller(account, params, call);
    return isAwsError(user) ? user : [user];
  }
  if (text(params, 'UserName') === null) return [...account.users.values()];
  return validationError('UserName cannot be specified together with AllUsers.');
};

export const listServiceSpecificCredentials = operation({ users: usersAsked }, ({ params, users }) => {
  const service = text(params, 'ServiceName');
  const found = users
    .flatMap((user) => user.serviceCredentials.map((credential) => ({ user, credential })))
    .filter(({ credential }) => service === null || credential.service === service);
  return pageReply(
    params,
    SERVICE_CREDENTIAL.list,
    found,
    ({ credential }) => credential.id,
    ({ user, credential }) => SERVICE_CREDENTIAL.reply(user.name, credential),
  );
});

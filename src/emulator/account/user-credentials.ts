import { createHash } from 'node:crypto';
import { QUOTAS } from '../../iam/quotas.ts';
import type { Account, CallContext } from './account.ts';
import { type AwsError, isAwsError, limitExceeded, noSuchEntity, otherError, validationError } from './aws-error.ts';
import { nextId, secretOf } from './ids.ts';
import { badStatus } from './keys.ts';
import { namedUser, namedUserOrCaller } from './lookup.ts';
import { page } from './paging.ts';
import { flag, type Params, requiredText, text } from './params.ts';
import type { Reply, Run } from './reply.ts';
import type { CertificateRecord, ServiceCredentialRecord, SshKeyRecord, UserRecord } from './state.ts';

type CredentialRecord = SshKeyRecord | CertificateRecord | ServiceCredentialRecord;

/** What the update and the deletion of a credential need to know of its kind. */
interface CredentialKind<Credential extends CredentialRecord> {
  readonly idParameter: string;
  /** As AWS names it in NoSuchEntity. */
  readonly label: string;
  readonly userOf: (account: Account, params: Params, call: CallContext) => UserRecord | AwsError;
  readonly listOf: (user: UserRecord) => Credential[];
}

const SSH_KEY: CredentialKind<SshKeyRecord> = {
  idParameter: 'SSHPublicKeyId',
  label: 'Public Key',
  userOf: namedUser,
  listOf: (user) => user.ssh,
};

const CERTIFICATE: CredentialKind<CertificateRecord> = {
  idParameter: 'CertificateId',
  label: 'Certificate',
  userOf: namedUserOrCaller,
  listOf: (user) => user.certificates,
};

const SERVICE_CREDENTIAL: CredentialKind<ServiceCredentialRecord> = {
  idParameter: 'ServiceSpecificCredentialId',
  label: 'service specific credential',
  userOf: namedUserOrCaller,
  listOf: (user) => user.serviceCredentials,
};

function namedCredential<Credential extends CredentialRecord>(
  kind: CredentialKind<Credential>,
  account: Account,
  params: Params,
  call: CallContext,
): { readonly user: UserRecord; readonly credential: Credential } | AwsError {
  const user = kind.userOf(account, params, call);
  if (isAwsError(user)) return user;
  const id = requiredText(params, kind.idParameter);
  if (isAwsError(id)) return id;
  const credential = kind.listOf(user).find((each) => each.id === id);
  return credential === undefined
    ? noSuchEntity(`The ${kind.label} with id ${id} cannot be found.`)
    : { user, credential };
}

function statusUpdate<Credential extends CredentialRecord>(kind: CredentialKind<Credential>): Run {
  return (account, params, call) => {
    const found = namedCredential(kind, account, params, call);
    if (isAwsError(found)) return found;
    const status = requiredText(params, 'Status');
    if (isAwsError(status)) return status;
    if (status !== 'Active' && status !== 'Inactive') return badStatus();
    found.credential.status = status;
    return {};
  };
}

function deletion<Credential extends CredentialRecord>(kind: CredentialKind<Credential>): Run {
  return (account, params, call) => {
    const found = namedCredential(kind, account, params, call);
    if (isAwsError(found)) return found;
    const list = kind.listOf(found.user);
    list.splice(list.indexOf(found.credential), 1);
    return {};
  };
}

export const updateSSHPublicKey = statusUpdate(SSH_KEY);
export const deleteSSHPublicKey = deletion(SSH_KEY);
export const updateSigningCertificate = statusUpdate(CERTIFICATE);
export const deleteSigningCertificate = deletion(CERTIFICATE);
export const updateServiceSpecificCredential = statusUpdate(SERVICE_CREDENTIAL);
export const deleteServiceSpecificCredential = deletion(SERVICE_CREDENTIAL);

const SSH_KEYS_PER_USER = QUOTAS.sshKeysPerUser;

function keyReply(user: UserRecord, key: SshKeyRecord): Reply {
  return { UserName: user.name, SSHPublicKeyId: key.id, Status: key.status, UploadDate: key.uploaded };
}

export const uploadSSHPublicKey: Run = (account, params, call) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  const body = requiredText(params, 'SSHPublicKeyBody');
  if (isAwsError(body)) return body;
  const blob = /^ssh-rsa ([A-Za-z0-9+/=]+)/.exec(body.trim())?.[1];
  if (blob === undefined && !body.includes('BEGIN PUBLIC KEY')) {
    return otherError('InvalidPublicKey', 400, 'The public key is not in a supported format. Use ssh-rsa or PEM.');
  }
  if (user.ssh.some((key) => key.body === body)) {
    return otherError(
      'DuplicateSSHPublicKey',
      400,
      'The SSH public key is already associated with the specified user.',
    );
  }
  if (user.ssh.length >= SSH_KEYS_PER_USER) {
    return limitExceeded(`Cannot exceed quota for SSHPublicKeysPerUser: ${SSH_KEYS_PER_USER}`);
  }
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
  return { SSHPublicKey: { ...keyReply(user, key), Fingerprint: key.fingerprint, SSHPublicKeyBody: key.body } };
};

export const getSSHPublicKey: Run = (account, params, call) => {
  const found = namedCredential(SSH_KEY, account, params, call);
  if (isAwsError(found)) return found;
  const { user, credential: key } = found;
  return { SSHPublicKey: { ...keyReply(user, key), Fingerprint: key.fingerprint, SSHPublicKeyBody: key.body } };
};

export const listSSHPublicKeys: Run = (account, params) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  const keys = page(user.ssh, (key) => key.id, params);
  if (isAwsError(keys)) return keys;
  return { SSHPublicKeys: keys.items.map((key) => keyReply(user, key)), ...keys.rest };
};

const CERTIFICATES_PER_USER = QUOTAS.signingCertificatesPerUser;

function certificateReply(user: UserRecord, certificate: CertificateRecord): Reply {
  return {
    UserName: user.name,
    CertificateId: certificate.id,
    CertificateBody: certificate.body,
    Status: certificate.status,
    UploadDate: certificate.uploaded,
  };
}

export const uploadSigningCertificate: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const body = requiredText(params, 'CertificateBody');
  if (isAwsError(body)) return body;
  if (!/^-----BEGIN CERTIFICATE-----\s[\s\S]+\s-----END CERTIFICATE-----\s*$/.test(body.trim())) {
    return otherError('MalformedCertificate', 400, 'The certificate is malformed.');
  }
  if (user.certificates.some((certificate) => certificate.body === body)) {
    return otherError('DuplicateCertificate', 409, 'The certificate is already associated with a user.');
  }
  if (user.certificates.length >= CERTIFICATES_PER_USER) {
    return limitExceeded(`Cannot exceed quota for CertificatesPerUser: ${CERTIFICATES_PER_USER}`);
  }
  account.state.ids += 1;
  const id = createHash('sha256').update(`${account.state.ids}:${body}`).digest('hex').slice(0, 32).toUpperCase();
  const certificate: CertificateRecord = { id, body, uploaded: call.now, status: 'Active' };
  user.certificates.push(certificate);
  return { Certificate: certificateReply(user, certificate) };
};

export const listSigningCertificates: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const certificates = page(user.certificates, (certificate) => certificate.id, params);
  if (isAwsError(certificates)) return certificates;
  return {
    Certificates: certificates.items.map((certificate) => certificateReply(user, certificate)),
    ...certificates.rest,
  };
};

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

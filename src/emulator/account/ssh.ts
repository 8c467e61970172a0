import { createHash } from 'node:crypto';
import { QUOTAS } from '../../iam/quotas.ts';
import { type AwsError, isAwsError, limitExceeded, noSuchEntity, otherError } from './aws-error.ts';
import { nextId } from './ids.ts';
import { badStatus } from './keys.ts';
import { namedUser } from './lookup.ts';
import { page } from './paging.ts';
import { type Params, requiredText } from './params.ts';
import type { Reply, Run } from './reply.ts';
import type { SshKeyRecord, UserRecord } from './state.ts';

const SSH_KEYS_PER_USER = QUOTAS.sshKeysPerUser;

function keyReply(user: UserRecord, key: SshKeyRecord): Reply {
  return { UserName: user.name, SSHPublicKeyId: key.id, Status: key.status, UploadDate: key.uploaded };
}

function namedKey(user: UserRecord, params: Params): SshKeyRecord | AwsError {
  const id = requiredText(params, 'SSHPublicKeyId');
  if (isAwsError(id)) return id;
  return user.ssh.find((key) => key.id === id) ?? noSuchEntity(`The Public Key with id ${id} cannot be found.`);
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

export const getSSHPublicKey: Run = (account, params) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  const key = namedKey(user, params);
  if (isAwsError(key)) return key;
  return { SSHPublicKey: { ...keyReply(user, key), Fingerprint: key.fingerprint, SSHPublicKeyBody: key.body } };
};

export const listSSHPublicKeys: Run = (account, params) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  const keys = page(user.ssh, (key) => key.id, params);
  if (isAwsError(keys)) return keys;
  return { SSHPublicKeys: keys.items.map((key) => keyReply(user, key)), ...keys.rest };
};

export const updateSSHPublicKey: Run = (account, params) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  const key = namedKey(user, params);
  if (isAwsError(key)) return key;
  const status = requiredText(params, 'Status');
  if (isAwsError(status)) return status;
  if (status !== 'Active' && status !== 'Inactive') return badStatus();
  key.status = status;
  return {};
};

export const deleteSSHPublicKey: Run = (account, params) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  const key = namedKey(user, params);
  if (isAwsError(key)) return key;
  user.ssh = user.ssh.filter((other) => other !== key);
  return {};
};

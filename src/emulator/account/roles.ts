import { randomBytes } from 'node:crypto';
import { policySize, QUOTAS } from '../../iam/quotas.ts';
import { parseTrustPolicy } from '../../iam/resource-policy.ts';
import type { Account, KeyOwner, RoleSession } from './account.ts';
import {
  type AwsError,
  deleteConflict,
  entityAlreadyExists,
  isAwsError,
  limitExceeded,
  malformedPolicy,
} from './aws-error.ts';
import { boundaryReply, newBoundary, setBoundary } from './boundaries.ts';
import { namedRole } from './lookup.ts';
import { byName, operation, pageReply, type Reader, type Reply, type Run, underPath } from './operation.ts';
import { constraint, descriptionOf, nameOf, pathOf, required, text } from './params.ts';
import { encodedDocument } from './policy-document.ts';
import { type AccountState, idOf, nextId, type RoleRecord, roleArn, secretOf } from './state.ts';
import { newTags, tagsReply } from './tags.ts';

const ROLES_LIMIT = QUOTAS.rolesPerAccount;
const SHORTEST_SESSION = 3_600;
const LONGEST_SESSION = 43_200;

/** What the account's details show of a role; lists and GetRole add to it. */
export function roleReply(state: AccountState, role: RoleRecord): Reply {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(state, role),
    CreateDate: role.created,
    AssumeRolePolicyDocument: encodedDocument(role.trust),
  };
}

function listReply(state: AccountState, role: RoleRecord): Reply {
  return { ...roleReply(state, role), Description: role.description, MaxSessionDuration: role.maxSession };
}

function fullReply(state: AccountState, role: RoleRecord): Reply {
  return {
    ...listReply(state, role),
    PermissionsBoundary: boundaryReply(role.boundary),
    Tags: role.tags.length > 0 ? tagsReply(role.tags) : null,
  };
}

/** Reads the trust policy that a role is given. */
function givenTrust(key: string): Reader<string> {
  const read = required(key);
  return (account, params) => {
    const document = read(account, params);
    if (isAwsError(document)) return document;
    if (parseTrustPolicy(document) === null) return malformedPolicy('Syntax errors in policy.');
    if (policySize(document) <= QUOTAS.trustPolicySize) return document;
    return limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${QUOTAS.trustPolicySize}`);
  };
}

const maxSessionOf: Reader<number | null> = (_account, params): number | null | AwsError => {
  const written = text(params, 'MaxSessionDuration');
  if (written === null) return null;
  const bound = (than: string) => constraint('maxSessionDuration', `Member must have value ${than}`);
  if (Number(written) < SHORTEST_SESSION) return bound(`greater than or equal to ${SHORTEST_SESSION}`);
  return Number(written) > LONGEST_SESSION ? bound(`less than or equal to ${LONGEST_SESSION}`) : Number(written);
};

export const createRole = operation(
  {
    name: nameOf('RoleName', QUOTAS.roleNameLength),
    path: pathOf(),
    trust: givenTrust('AssumeRolePolicyDocument'),
    description: descriptionOf,
    maxSession: maxSessionOf,
    tags: newTags,
    boundary: newBoundary,
  },
  ({ account, call, name, path, trust, description, maxSession, tags, boundary }) => {
    if (account.roles.has(name.toLowerCase())) return entityAlreadyExists(`Role with name ${name} already exists.`);
    if (account.roles.size >= ROLES_LIMIT)
      return limitExceeded(`Cannot exceed quota for RolesPerAccount: ${ROLES_LIMIT}`);
    const role: RoleRecord = {
      id: nextId(account.state, 'AROA'),
      name,
      path,
      created: call.now,
      description,
      trust,
      maxSession: maxSession ?? SHORTEST_SESSION,
      tags,
      attached: [],
      inline: [],
      boundary: null,
    };
    account.state.roles[role.id] = role;
    account.roles.set(name.toLowerCase(), role);
    setBoundary(account, role, boundary?.arn ?? null);
    return { Role: fullReply(account.state, role) };
  },
);

export const getRole = operation({ role: namedRole }, ({ account: { state }, role }) => ({
  Role: fullReply(state, role),
}));

export const listRoles: Run = ({ state, roles }, params) =>
  pageReply(params, 'Roles', underPath(params, roles.values()), byName, (role) => listReply(state, role));

export const updateRole = operation(
  { role: namedRole, description: descriptionOf, maxSession: maxSessionOf },
  ({ role, description, maxSession }) => {
    role.description = description ?? role.description;
    role.maxSession = maxSession ?? role.maxSession;
    return {};
  },
);

export const updateRoleDescription = operation(
  { role: namedRole, description: descriptionOf },
  ({ account, role, description }) => {
    role.description = description;
    return { Role: fullReply(account.state, role) };
  },
);

export const updateAssumeRolePolicy = operation(
  { role: namedRole, trust: givenTrust('PolicyDocument') },
  ({ role, trust }) => {
    role.trust = trust;
    return {};
  },
);

export const deleteRole = operation({ role: namedRole }, ({ account, role }) => {
  if (role.attached.length > 0) return deleteConflict('Cannot delete entity, must detach all policies first.');
  if (role.inline.length > 0) return deleteConflict('Cannot delete entity, must delete policies first.');
  setBoundary(account, role, null);
  account.roles.delete(role.name.toLowerCase());
  delete account.state.roles[role.id];
  return {};
});

/** There are no instance profiles here; Terraform asks for them before it deletes a role. */
export const listInstanceProfilesForRole = operation({ role: namedRole }, () => ({
  InstanceProfiles: [],
  IsTruncated: false,
}));

/** Opens a session: its credentials, in AWS's form. */
export function openSession({ state }: Account, given: Omit<RoleSession, 'accessKeyId'>) {
  const session = { accessKeyId: idOf(randomBytes(16).toString('hex'), 'ASIA'), ...given };
  const payload = Buffer.from(JSON.stringify(session)).toString('base64url');
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: secretOf(state.seed, session.accessKeyId),
    SessionToken: `${payload}.${secretOf(state.seed, payload)}`,
    Expiration: session.expires,
  };
}

/** Whose a session token is; null if this account did not issue it for that key, or the role is gone. */
export function sessionOwner({ state }: Account, token: string, accessKeyId: string): KeyOwner | null {
  const [payload = '', seal = ''] = token.split('.');
  if (seal !== secretOf(state.seed, payload)) return null;
  const session = JSON.parse(Buffer.from(payload, 'base64url').toString()) as RoleSession;
  if (session.accessKeyId !== accessKeyId || !(session.roleId in state.roles)) return null;
  const secret = secretOf(state.seed, accessKeyId);
  return {
    caller: { kind: 'role', session, accessKeyId },
    key: { id: accessKeyId, secret, created: session.issued, status: 'Active', lastUsed: null },
  };
}

/** `AROA...:session`, as AWS calls the caller of a session. */
export function assumedRoleId(role: RoleRecord, session: Pick<RoleSession, 'name'>): string {
  return `${role.id}:${session.name}`;
}

/** The ARN of who makes a call in a session. */
export function assumedRoleArn(
  { accountId }: AccountState,
  role: Pick<RoleRecord, 'name'>,
  session: Pick<RoleSession, 'name'>,
): string {
  return `arn:aws:sts::${accountId}:assumed-role/${role.name}/${session.name}`;
}

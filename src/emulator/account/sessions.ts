import { randomBytes } from 'node:crypto';
import type { Account, KeyOwner, RoleSession } from './account.ts';
import { idOf, type RoleRecord, secretOf } from './state.ts';

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

import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { HeldKey } from '../../keys/rules.ts';
import { stepFailed } from '../../keys/sync.ts';
import { iamName, labPath } from '../../team/names.ts';
import { type AccountSession, type AccountSessionOptions, openAccountSession } from '../session/account-session.ts';
import type { Terminal } from '../terminal.ts';
import { readApplied, withKeyAccount } from './lab-keys.ts';

export interface RevokeOptions extends AccountSessionOptions {
  /** Key of a member, or of one who departed. */
  readonly member: string;
  /** The id of one key; null for all of them. */
  readonly keyId: string | null;
  /** Delete them instead of deactivating them. */
  readonly delete: boolean;
}

export interface Revoked {
  readonly session: AccountSession;
  /** Name of the IAM user. */
  readonly user: string;
  /** Those that were deactivated or deleted. */
  readonly keys: readonly HeldKey[];
}

/** Deactivates or deletes keys of one user of the lab at once. To deactivate them, nothing need have been applied. */
export async function revokeKeys(
  options: RevokeOptions,
  terminal: Terminal,
  confirm: (revoked: Revoked) => Promise<Result<null>>,
): Promise<Result<Revoked>> {
  return withKeyAccount(await openAccountSession(options, terminal), async (session, account) => {
    const { member, keyId } = options;
    const allowed = options.delete ? await deletionAllowed(session, member) : succeed(null);
    if (!allowed.ok) return allowed;
    const user = iamName(session.team.lab, member);
    const found = await account.user(user);
    if (!found.ok) return found;
    if (found.value?.path !== labPath(session.team.lab)) return fail('no-user-of-member', { member });
    const held = await account.keys(user);
    if (!held.ok) return held;
    const chosen = held.value.filter(({ id }) => keyId === null || id === keyId);
    if (keyId !== null && chosen.length === 0) return fail('unknown-access-key', { user, key: keyId });
    const revoked = { session, user, keys: chosen.filter(({ active }) => active || options.delete) };
    if (revoked.keys.length === 0) return succeed(revoked);
    const confirmed = await confirm(revoked);
    if (!confirmed.ok) return confirmed;
    for (const { id } of revoked.keys) {
      const done = await (options.delete ? account.delete(user, id) : account.deactivate(user, id));
      if (!done.ok) return stepFailed(member, options.delete ? 'delete' : 'deactivate', done.failure);
    }
    return succeed(revoked);
  });
}

/** Of a member who still gets keys, `keys sync` would create another one. */
async function deletionAllowed(session: AccountSession, member: string): Promise<Result<null>> {
  const record = await readApplied(session);
  if (!record.ok) return record;
  const teams = [record.value.team, ...record.value.begun];
  const isWanted = teams.some(({ members }) =>
    members.some(({ key, keys, recipient }) => key === member && keys > 0 && recipient !== null),
  );
  return isWanted ? fail('keys-still-wanted', { member }) : succeed(null);
}

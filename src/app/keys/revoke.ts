import { askAws } from '../../aws/client.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { HeldKey } from '../../keys/rules.ts';
import { stepFailed } from '../../keys/sync.ts';
import { iamName, labPath } from '../../team/names.ts';
import { failureText } from '../../text/failures/failures.ts';
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
  /** Name of the member's IAM user. */
  readonly user: string;
  /** Those that were deactivated or deleted, with the name of the IAM user that has it now. */
  readonly keys: readonly (HeldKey & { readonly user: string })[];
}

/** Deactivates or deletes keys of one member at once. To deactivate them, nothing need have been applied. */
export async function revokeKeys(
  options: RevokeOptions,
  terminal: Terminal,
  confirm: (revoked: Revoked) => Promise<Result<null>>,
): Promise<Result<Revoked>> {
  return withKeyAccount(await openAccountSession(options, terminal), async (session, account) => {
    const { member, keyId } = options;
    const { lab } = session.team;
    const user = iamName(lab, member);
    const record = await readApplied(session);
    // An emergency does not wait for a record of this lab.
    if (!record.ok && !options.delete) terminal.stderr(`${failureText(record.failure)}\n`);
    const applied = record.ok ? record.value.ids.user[user] : undefined;
    const find = async (): Promise<Result<Revoked['keys']>> => {
      const allowed = options.delete ? await deletionAllowed(session, member) : succeed(null);
      if (!allowed.ok) return allowed;
      const listed = await askAws(() => session.names.list('user'));
      if (!listed.ok) return listed;
      // The member's is the user that was applied, whatever its name and path are now; keys of another one of the name go, too.
      const users = listed.value.filter(
        ({ name, path, id }) => id === applied || (name === user && path === labPath(lab)),
      );
      if (users.length === 0) return fail('no-user-of-member', { member });
      const held: Revoked['keys'][number][] = [];
      for (const { name } of users) {
        const keys = await account.keys(name);
        if (!keys.ok) return keys;
        held.push(...keys.value.map((key) => ({ ...key, user: name })));
      }
      const chosen = held.filter(({ id }) => keyId === null || id === keyId);
      if (keyId !== null && chosen.length === 0) return fail('unknown-access-key', { user, key: keyId });
      return succeed(chosen.filter(({ active }) => active || options.delete));
    };
    const shown = await find();
    if (!shown.ok) return shown;
    if (shown.value.length === 0) return succeed({ session, user, keys: [] });
    const confirmed = await confirm({ session, user, keys: shown.value });
    if (!confirmed.ok) return confirmed;
    const done = new Map<string, Revoked['keys'][number]>();
    // While it asks and waits for AWS, `keys sync` can make another one: that looks afterwards whether one was revoked.
    for (;;) {
      const found = await find();
      if (!found.ok) return found;
      const left = found.value.filter(({ id }) => !done.has(id));
      for (const key of left) {
        const ended = await (options.delete ? account.delete(key.user, key.id) : account.deactivate(key.user, key.id));
        if (!ended.ok) return stepFailed(member, options.delete ? 'delete' : 'deactivate', ended.failure);
        done.set(key.id, key);
      }
      if (left.length === 0 || keyId !== null) return succeed({ session, user, keys: [...done.values()] });
    }
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

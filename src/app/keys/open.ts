import { setTimeout as wait } from 'node:timers/promises';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { askAws } from '../../aws/client.ts';
import { type Failed, fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { iamArn } from '../../iam/arn.ts';
import { decryptWith, messagesIn } from '../../keys/encryption.ts';
import { type KeyPair, keyIn, profileIn, withProfile } from '../../keys/profile.ts';
import { iamName, labPath } from '../../team/names.ts';
import type { KeyConnection } from './connection.ts';
import { credentialsFile, readCredentials, writeCredentials } from './credentials-file.ts';
import { identityDirectory, readIdentities, type StoredIdentity } from './identities.ts';

/** A key in the AWS credentials file. */
export interface OpenedKey {
  readonly account: string;
  /** Also the name of the profile. */
  readonly user: string;
  readonly file: string;
  readonly written: 'new' | 'replaced' | 'unchanged';
}

/** The computer of a member, and how AWS is reached from it. */
export interface MemberPlace {
  /** Names the folders of their identities and credentials. */
  readonly env: NodeJS.ProcessEnv;
  connect(account: string): Promise<Result<KeyConnection>>;
}

/**
 * Opens a message and stores its key, once AWS says that the key is this member's: age does not say who encrypted.
 * `confirm` is asked before another key of the profile is replaced.
 */
export async function openKey(
  text: string,
  place: MemberPlace,
  confirm: (opened: Pick<OpenedKey, 'user' | 'account' | 'file'>) => Promise<Result<null>>,
): Promise<Result<OpenedKey>> {
  const decrypted = await decrypt(text, identityDirectory(place.env));
  if (!decrypted.ok) return decrypted;
  const { key, owner } = decrypted.value;
  const own = await checkOwner(key, owner, place);
  if (!own.ok) return own;
  const [user, file] = [iamName(owner.lab, owner.member), credentialsFile(place.env)];
  const before = await readCredentials(file);
  if (!before.ok) return before;
  const profile = profileIn(before.value, user);
  const after = withProfile(before.value, user, key);
  const opened = { account: owner.account, user, file };
  if (profile.key?.id === key.id && profile.key.secret === key.secret) {
    return succeed({ ...opened, written: 'unchanged' });
  }
  const confirmed = profile.exists ? await confirm(opened) : succeed(null);
  if (!confirmed.ok) return confirmed;
  const saved = await writeCredentials(file, before.value, after);
  return saved.ok ? succeed({ ...opened, written: profile.exists ? 'replaced' : 'new' }) : saved;
}

/** The key in a text that is not whole before any identity opens it. Of several messages, the last counts: the newest. */
async function decrypt(
  text: string,
  directory: string,
): Promise<Result<{ readonly key: KeyPair; readonly owner: StoredIdentity }>> {
  const identities = await readIdentities(directory);
  if (!identities.ok) return identities;
  if (identities.value.length === 0) return fail('identity-missing', { directory });
  const recipients = identities.value.map(({ recipient }) => recipient);
  const not = (because: 'no-message' | 'damaged' | 'other-identity' | 'no-key') =>
    fail('message-not-opened', { because, recipients });
  let failed: Failed = not('no-message');
  for (const message of messagesIn(text).toReversed()) {
    failed = not('other-identity');
    for (const owner of identities.value) {
      const opened = await decryptWith(owner.identity, message);
      if (!opened.ok && opened.because === 'damaged') failed = not('damaged');
      if (!opened.ok) continue;
      const key = keyIn(opened.text);
      return key === null ? not('no-key') : succeed({ key, owner });
    }
  }
  return failed;
}

/** IAM is eventually consistent: a key of a few seconds ago may not be known yet. */
const WAITS_MS = [1_000, 2_000, 4_000];

async function checkOwner(
  key: KeyPair,
  { lab, member, account }: StoredIdentity,
  { connect }: MemberPlace,
): Promise<Result<null>> {
  const expected = iamArn(account, 'user', labPath(lab), iamName(lab, member));
  const connected = await connect(account);
  if (!connected.ok) return connected;
  const sts = new STSClient(connected.value.clientOf(key));
  try {
    for (const pause of [...WAITS_MS, null]) {
      const caller = await askAws(() => sts.send(new GetCallerIdentityCommand({})));
      if (caller.ok) {
        const { Arn: actual = '' } = caller.value;
        return actual === expected ? succeed(null) : fail('key-not-own', { expected, actual, reason: '' });
      }
      if (caller.failure.code !== 'credentials-denied') return caller;
      if (pause === null) return fail('key-not-own', { expected, actual: null, reason: caller.failure.args.reason });
      await wait(pause);
    }
    return succeed(null);
  } finally {
    sts.destroy();
    await connected.value.close();
  }
}

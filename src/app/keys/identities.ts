import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { newIdentity, recipientOf } from '../../keys/encryption.ts';
import { PATTERNS } from '../../team/schema.ts';
import { written } from '../files.ts';

/** Who a member is in AWS. */
export interface MemberOfAccount {
  readonly lab: string;
  readonly account: string;
  readonly member: string;
}

/** An identity of a member on their own computer. */
export interface StoredIdentity extends MemberOfAccount {
  readonly file: string;
  readonly identity: string;
  readonly recipient: string;
}

export function identityDirectory(env: NodeJS.ProcessEnv): string {
  const config = env.XDG_CONFIG_HOME || env.APPDATA || join(env.HOME ?? homedir(), '.config');
  return join(config, 'mturk-team', 'identities');
}

/** The identity of a member: one made now, or the one that exists, which is never overwritten. */
export async function ownIdentity(
  directory: string,
  of: MemberOfAccount,
): Promise<Result<{ readonly stored: StoredIdentity; readonly isNew: boolean }>> {
  const file = join(directory, `${of.account}.${of.lab}.${of.member}.txt`);
  const { identity, recipient } = await newIdentity();
  const made = await written(async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return writeFile(file, fileText(of, identity, recipient), { mode: 0o600, flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => (error.code === 'EEXIST' ? false : Promise.reject(error)),
    );
  });
  if (!made.ok) return made;
  if (made.value) return succeed({ stored: { ...of, file, identity, recipient }, isNew: true });
  const found = await readIdentity(file);
  return found.ok ? succeed({ stored: found.value, isNew: false }) : found;
}

/** All identities of a person; none if there is no such directory. */
export async function readIdentities(directory: string): Promise<Result<readonly StoredIdentity[]>> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? [] : Promise.reject(error),
  );
  const found: StoredIdentity[] = [];
  for (const name of names.filter((each) => each.endsWith('.txt')).sort()) {
    const read = await readIdentity(join(directory, name));
    if (!read.ok) return read;
    found.push(read.value);
  }
  return succeed(found);
}

/** The form of age's own programs: what is said about the identity stands in comments. */
function fileText({ lab, account, member }: MemberOfAccount, identity: string, recipient: string): string {
  return [
    '# Identity of mturk-team. It opens your access keys: keep it secret.',
    ...[`# lab: ${lab}`, `# member: ${member}`, `# account: ${account}`, `# public key: ${recipient}`, identity, ''],
  ].join('\n');
}

async function readIdentity(file: string): Promise<Result<StoredIdentity>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^# ${name}: (\\S+)\\r?$`, 'm').exec(text)?.[1] ?? '';
  const [lab, member, account] = [field('lab'), field('member'), field('account')];
  const [identity = ''] = /^AGE-SECRET-KEY-\w+/m.exec(text) ?? [];
  const recipient = await recipientOf(identity);
  const isWhole = PATTERNS.lab.test(lab) && PATTERNS.id.test(member) && PATTERNS.account.test(account);
  return recipient === null || !isWhole
    ? fail('identity-unusable', { file })
    : succeed({ lab, member, account, file, identity, recipient });
}

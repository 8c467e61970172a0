import {
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  type IAMClient,
  paginateListAccessKeys,
  paginateListMFADevices,
} from '@aws-sdk/client-iam';
import { allPages, iamReader, inParallel, isoOfDate, orNull } from '../aws/client.ts';
import { readOwnCredentials } from '../aws/credentials/user-credentials.ts';
import type { NotChecked, UserCredentials } from '../aws/types.ts';

/** The credentials of a user besides access keys; inactive ones are left out. */
export interface OtherCredentials {
  readonly password: UserCredentials['password'];
  /** Serial numbers of MFA devices. */
  readonly mfa: readonly string[];
  readonly ssh: readonly string[];
  readonly certificates: readonly string[];
  readonly services: UserCredentials['services'];
  readonly notChecked: readonly NotChecked[];
}

/** Seven calls. */
export async function readOtherCredentials(client: IAMClient, user: string): Promise<OtherCredentials> {
  const reader = iamReader(client);
  const [own, mfa, found] = await Promise.all([
    readOwnCredentials(reader, user, { services: true }),
    reader.readOptional(`the MFA devices of ${user}`, async () => {
      const pages = await allPages(paginateListMFADevices({ client }, { UserName: user }));
      return pages.flatMap(({ MFADevices = [] }) => MFADevices).flatMap(({ SerialNumber }) => SerialNumber ?? []);
    }),
    reader.readOptional(`the user ${user}`, () => client.send(new GetUserCommand({ UserName: user }))),
  ]);
  const { password, ssh, certificates, services } = own;
  const results = [mfa, password, ssh, certificates, ...(services === undefined ? [] : [services])];
  const lastUsed = found.state === 'read' ? isoOfDate(found.value.User?.PasswordLastUsed) || null : null;
  return {
    password: password.state === 'read' ? { lastUsed } : null,
    mfa: mfa.state === 'read' ? mfa.value : [],
    ssh: ssh.state === 'read' ? ssh.value : [],
    certificates: certificates.state === 'read' ? certificates.value : [],
    services: services?.state === 'read' ? services.value : [],
    notChecked: results.flatMap((result) => (result.state === 'not-checked' ? [result.notChecked] : [])),
  };
}

/** Name of the user who has an access key, `''` if AWS does not say; null if there is no such key. Throws the SDK's errors. */
export async function userOfKey(client: IAMClient, AccessKeyId: string): Promise<string | null> {
  const found = await orNull('NoSuchEntityException', () =>
    client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId })),
  );
  return found === null ? null : (found.UserName ?? '');
}

const AT_ONCE = 4;

/** User names by id of their access keys. For who may not ask about a key that is gone; a call a user. Throws the SDK's errors. */
export async function usersByKey(client: IAMClient, users: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const listed = await inParallel(users, AT_ONCE, async (UserName) => {
    const pages = await orNull('NoSuchEntityException', () =>
      allPages(paginateListAccessKeys({ client }, { UserName })),
    );
    const keys = (pages ?? []).flatMap(({ AccessKeyMetadata = [] }) => AccessKeyMetadata);
    return keys.map(({ AccessKeyId = '' }) => [AccessKeyId, UserName] as const);
  });
  return new Map(listed.flat());
}

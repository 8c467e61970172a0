import { GetUserCommand, type IAMClient, paginateListAccessKeys, paginateListMFADevices } from '@aws-sdk/client-iam';
import { allPages, iamReader, inParallel, isoOfDate, orNull } from '../aws/client.ts';
import { credentialsOf, readOwnCredentials } from '../aws/credentials/user-credentials.ts';
import type { UserCredentials } from '../aws/types.ts';

/** The credentials of a user besides access keys; inactive ones are left out. */
export interface OtherCredentials extends Omit<UserCredentials, 'keys'> {
  /** Serial numbers of MFA devices. */
  readonly mfa: readonly string[];
  /** What AWS did not let us read. */
  readonly notChecked: readonly string[];
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
  const { password, ssh, certificates, services } = credentialsOf(own, null, []);
  const lastUsed = found.state === 'read' ? isoOfDate(found.value.User?.PasswordLastUsed) || null : null;
  return {
    ...{ ssh, certificates, services, password: password && { lastUsed } },
    mfa: mfa.state === 'read' ? mfa.value : [],
    notChecked: [mfa, found, own.password, own.ssh, own.certificates, own.services].flatMap((read) =>
      read?.state === 'not-checked' ? [read.notChecked.what] : [],
    ),
  };
}

const AT_ONCE = 4;

/** User names by id of their access keys: a call a user. Throws the SDK's errors. */
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

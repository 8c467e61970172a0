import { GetUserCommand, type IAMClient, paginateListAccessKeys, paginateListMFADevices } from '@aws-sdk/client-iam';
import { allItems, inParallel, isoOfDate, orNull, readAwsOr } from '../aws/client.ts';
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
  const [own, mfa, found] = await Promise.all([
    readOwnCredentials(client, user, { services: true }),
    readAwsOr([], `the MFA devices of ${user}`, async () => {
      const devices = await allItems(paginateListMFADevices({ client }, { UserName: user }), (page) => page.MFADevices);
      return devices.flatMap(({ SerialNumber }) => SerialNumber ?? []);
    }),
    readAwsOr(null, `the user ${user}`, () => client.send(new GetUserCommand({ UserName: user }))),
  ]);
  const { password, ssh, certificates, services } = credentialsOf(own, null, []);
  const lastUsed = (found.ok && isoOfDate(found.value?.User?.PasswordLastUsed)) || null;
  return {
    ...{ ssh, certificates, services, password: password && { lastUsed } },
    mfa: mfa.ok ? mfa.value : [],
    notChecked: [mfa, found, own.password, own.ssh, own.certificates, own.services].flatMap((read) =>
      read?.ok === false ? [read.failure.what] : [],
    ),
  };
}

/** User names by id of their access keys: a call a user. Throws the SDK's errors. */
export async function usersByKey(client: IAMClient, users: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const listed = await inParallel(users, async (UserName) => {
    const keys = await orNull('NoSuchEntityException', () =>
      allItems(paginateListAccessKeys({ client }, { UserName }), (page) => page.AccessKeyMetadata),
    );
    return (keys ?? []).map(({ AccessKeyId = '' }) => [AccessKeyId, UserName] as const);
  });
  return new Map(listed.flat());
}

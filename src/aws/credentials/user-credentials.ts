import {
  GetLoginProfileCommand,
  type IAMClient,
  ListServiceSpecificCredentialsCommand,
  type ListServiceSpecificCredentialsRequest,
  paginateListAccessKeys,
  paginateListSigningCertificates,
  paginateListSSHPublicKeys,
  type ServiceSpecificCredentialMetadata,
} from '@aws-sdk/client-iam';
import * as z from 'zod';
import type { Result } from '../../diagnostics/failure.ts';
import { TEXT } from '../../diagnostics/parse-data.ts';
import { allItems, isoOfDate, readAwsOr } from '../client.ts';
import type { AccessKey, NotChecked, UserCredentials } from '../types.ts';
import type { ReportedKey, ReportRow } from './credential-report.ts';

interface ListedKey {
  readonly id: string;
  readonly active: boolean;
  readonly created: string;
}

type Read<Value> = Result<Value, NotChecked>;

/** What is read for one user, who has nothing once the user is gone. `password` is null if there is none. */
export interface OwnCredentials {
  readonly keys: Read<readonly ListedKey[]>;
  readonly ssh: Read<readonly string[]>;
  readonly certificates: Read<readonly string[]>;
  readonly password: Read<object | null>;
  /** Left out if one call returned those of all users. */
  readonly services?: Read<UserCredentials['services']>;
}

const WHAT: Readonly<Record<keyof OwnCredentials, string>> = {
  keys: 'the access keys',
  ssh: 'the SSH keys',
  certificates: 'the signing certificates',
  password: 'the console password',
  services: 'the service-specific credentials',
};

/** Reads for one user what no call returns for all users: four calls at once, five with `services`. */
export async function readOwnCredentials(
  client: IAMClient,
  user: string,
  wanted: { readonly services: boolean },
): Promise<OwnCredentials> {
  const UserName = user;
  const what = (kind: keyof OwnCredentials): string => `${WHAT[kind]} of ${user}`;
  const [keys, ssh, certificates, password, services] = await Promise.all([
    readAwsOr([], what('keys'), async () => {
      const listed = await allItems(paginateListAccessKeys({ client }, { UserName }), (page) => page.AccessKeyMetadata);
      return listed.map(({ AccessKeyId: id = '', Status, CreateDate }) => {
        return { id, active: Status === 'Active', created: isoOfDate(CreateDate) };
      });
    }),
    readAwsOr([], what('ssh'), async () => {
      const listed = await allItems(paginateListSSHPublicKeys({ client }, { UserName }), (page) => page.SSHPublicKeys);
      return activeOf(listed, ({ SSHPublicKeyId }) => SSHPublicKeyId);
    }),
    readAwsOr([], what('certificates'), async () => {
      const listed = await allItems(
        paginateListSigningCertificates({ client }, { UserName }),
        (page) => page.Certificates,
      );
      return activeOf(listed, ({ CertificateId }) => CertificateId);
    }),
    readAwsOr(null, what('password'), () => client.send(new GetLoginProfileCommand({ UserName }))),
    wanted.services
      ? readAwsOr([], what('services'), async () => servicesOf(await readServices(client, { UserName })))
      : null,
  ]);
  return { keys, ssh, certificates, password, ...(services === null ? {} : { services }) };
}

/** The ids of active ones, sorted. */
function activeOf<Item extends { readonly Status?: string | undefined }>(
  listed: readonly Item[],
  idOf: (item: Item) => string | undefined,
): readonly string[] {
  return listed.flatMap((item) => (item.Status === 'Active' ? [idOf(item) ?? ''] : [])).sort();
}

/** Active service-specific credentials of all users, by user name. Throws the SDK's errors. */
export async function readServiceCredentials(
  client: IAMClient,
  pageSize: number,
): Promise<ReadonlyMap<string, UserCredentials['services']>> {
  const all = await readServices(client, { AllUsers: true, MaxItems: pageSize });
  const byUser = new Map<string, UserCredentials['services']>();
  for (const one of all) {
    const { UserName: user = '' } = one;
    byUser.set(user, [...(byUser.get(user) ?? []), ...servicesOf([one])]);
  }
  return byUser;
}

function readServices(client: IAMClient, whose: ListServiceSpecificCredentialsRequest) {
  return allItems(servicePages(client, whose), (page) => page.ServiceSpecificCredentials);
}

/** The SDK has no paginator for this call. */
async function* servicePages(client: IAMClient, whose: ListServiceSpecificCredentialsRequest) {
  let Marker: string | undefined;
  do {
    const page = await client.send(new ListServiceSpecificCredentialsCommand({ ...whose, Marker }));
    yield page;
    Marker = page.Marker;
  } while (Marker !== undefined);
}

function servicesOf(credentials: readonly ServiceSpecificCredentialMetadata[]): UserCredentials['services'] {
  return credentials.flatMap(({ ServiceSpecificCredentialId: id = '', ServiceName: service = '', Status }) =>
    Status === 'Active' ? [{ id, service }] : [],
  );
}

/**
 * A user's credentials: what was read for the user (null if nothing was) takes precedence over the credential report,
 * which may be four hours old. `row` is null if the report lacks the user.
 */
export function credentialsOf(
  own: OwnCredentials | null,
  row: ReportRow | null,
  shared: UserCredentials['services'],
): UserCredentials {
  const reported = row === null ? [] : reportedKeys(row);
  const password = row?.password ?? null;
  return {
    keys: own?.keys.ok ? oldestFirst(withUse(own.keys.value, row?.keys ?? [])) : reported,
    password: own?.password.ok ? own.password.value && (password ?? { lastUsed: null }) : password,
    certificates: own?.certificates.ok ? own.certificates.value : (row?.certificates ?? []),
    ssh: own?.ssh.ok ? own.ssh.value : [],
    services: own?.services?.ok ? own.services.value : shared,
  };
}

/** Finds each listed key in the report, which has no ids, by its creation time. */
function withUse(listed: readonly ListedKey[], reported: readonly ReportedKey[]): readonly AccessKey[] {
  const sameTime = listed.map(({ created }) => reported.filter(({ rotated }) => rotated === created));
  const matched = new Set(sameTime.flat());
  const left = reported.filter((key) => !matched.has(key));
  const unmatched = sameTime.filter((found) => found.length === 0).length;
  return listed.map((key, index) => {
    const found = sameTime[index] ?? [];
    // A change of a key moves its time in the report, so the one that is left over is the one that is left over there:
    // the report knows every key that is older than itself.
    const [other] = found.length === 0 && unmatched === 1 && left.length === 1 ? left : [];
    if (other !== undefined && other.rotated !== null && other.rotated > key.created)
      return { ...key, ...useOf(other) };
    // Two keys created in the same second cannot be distinguished: assume that both were used.
    const [row] = [...found].sort((a, b) => ((a.lastUsed ?? '') > (b.lastUsed ?? '') ? -1 : 1));
    return { ...key, ...(row === undefined ? { lastUsed: null, isUseKnown: false } : useOf(row)) };
  });
}

function useOf({ lastUsed, isUseKnown }: ReportedKey): Pick<AccessKey, 'lastUsed' | 'isUseKnown'> {
  return { lastUsed, isUseKnown };
}

/** A user's keys by the credential report, oldest first. */
export function reportedKeys({ keys }: ReportRow): readonly AccessKey[] {
  return oldestFirst(keys.map((key) => ({ id: null, active: key.active, created: key.rotated, ...useOf(key) })));
}

function oldestFirst(keys: readonly AccessKey[]): readonly AccessKey[] {
  const timeOf = ({ created }: AccessKey): number => (created === null ? 0 : Date.parse(created));
  return [...keys].sort((one, other) => timeOf(one) - timeOf(other));
}

const OTHERS = ['password', 'ssh', 'certificates', 'services'] as const;

/** What someone who has it can use a user with. */
export const HELD_CREDENTIALS = z.strictObject({
  /** Name of the IAM user. */
  user: TEXT,
  /** Active access keys: when each was created (ISO 8601), and by whom if CloudTrail was asked and knows. */
  keys: z
    .array(z.strictObject({ created: TEXT, by: TEXT.nullable() }).readonly())
    .max(10)
    .readonly(),
  others: z.array(z.enum(OTHERS)).max(OTHERS.length).readonly(),
  /** What AWS did not let us read. */
  notChecked: z
    .array(z.enum(['keys', ...OTHERS]))
    .max(OTHERS.length + 1)
    .readonly(),
});

export type HeldCredentials = Readonly<z.infer<typeof HELD_CREDENTIALS>>;

/** Five calls; what is inactive is left out. */
export async function readHeldCredentials(client: IAMClient, user: string): Promise<HeldCredentials> {
  const own = await readOwnCredentials(client, user, { services: true });
  const has = (kind: (typeof OTHERS)[number]) => {
    const value = own[kind]?.ok ? own[kind].value : null;
    return value !== null && (!Array.isArray(value) || value.length > 0);
  };
  const keys = own.keys.ok ? own.keys.value : [];
  return {
    user,
    keys: keys.filter(({ active }) => active).map(({ created }) => ({ created, by: null })),
    others: OTHERS.filter(has),
    notChecked: (['keys', ...OTHERS] as const).filter((kind) => own[kind]?.ok === false),
  };
}

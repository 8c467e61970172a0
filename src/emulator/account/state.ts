import { createHash, createHmac } from 'node:crypto';

/** Times are ISO 8601 in UTC with whole seconds (`2026-11-25T12:00:00Z`), as IAM answers them. */
export interface TagRecord {
  readonly key: string;
  readonly value: string;
}

export interface InlineRecord {
  readonly name: string;
  readonly document: string;
}

/** A credential that can be switched off. */
export interface Credential {
  readonly id: string;
  status: 'Active' | 'Inactive';
}

export interface AccessKeyRecord extends Credential {
  readonly secret: string;
  readonly created: string;
  lastUsed: { readonly date: string; readonly service: string; readonly region: string } | null;
}

export interface LoginProfileRecord {
  readonly created: string;
  resetRequired: boolean;
}

interface MfaRecord {
  readonly serial: string;
  readonly enabled: string;
}

export interface SshKeyRecord extends Credential {
  readonly body: string;
  readonly fingerprint: string;
  readonly uploaded: string;
}

export interface CertificateRecord extends Credential {
  readonly body: string;
  readonly uploaded: string;
}

export interface ServiceCredentialRecord extends Credential {
  readonly service: string;
  readonly userName: string;
  readonly created: string;
}

export interface UserRecord {
  readonly id: string;
  name: string;
  path: string;
  readonly created: string;
  tags: TagRecord[];
  /** Ids of groups, in the order in which the user joined them. */
  groups: string[];
  /** ARNs of managed policies. */
  attached: string[];
  inline: InlineRecord[];
  boundary: string | null;
  keys: AccessKeyRecord[];
  login: LoginProfileRecord | null;
  mfa: MfaRecord[];
  ssh: SshKeyRecord[];
  certificates: CertificateRecord[];
  serviceCredentials: ServiceCredentialRecord[];
}

export interface GroupRecord {
  readonly id: string;
  name: string;
  path: string;
  readonly created: string;
  attached: string[];
  inline: InlineRecord[];
}

export interface RoleRecord {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly created: string;
  description: string | null;
  /** Text of the trust policy. */
  trust: string;
  /** Seconds. */
  maxSession: number;
  tags: TagRecord[];
  attached: string[];
  inline: InlineRecord[];
  boundary: string | null;
}

/** An OpenID Connect provider: whose tokens roles may trust. */
export interface OidcProviderRecord {
  readonly arn: string;
  /** Host and path, without `https://`. */
  readonly url: string;
  readonly created: string;
  clientIds: string[];
  readonly thumbprints: readonly string[];
  tags: TagRecord[];
}

export interface ObjectVersionRecord {
  /** `null` as long as the bucket keeps no versions. */
  readonly id: string;
  /** Base64; null for a delete marker. */
  readonly body: string | null;
  readonly type: string;
  readonly etag: string;
  readonly modified: string;
}

export interface BucketRecord {
  readonly name: string;
  /** The account that it belongs to, if it is another one. */
  readonly owner?: string;
  readonly region: string;
  readonly created: string;
  /** What was put under `?versioning`, `?policy` and so on: text of the request. */
  readonly settings: Record<string, string>;
  /** Key -> versions, oldest first. */
  readonly objects: Record<string, ObjectVersionRecord[]>;
}

export interface PolicyVersionRecord {
  /** `v1` */
  readonly id: string;
  readonly document: string;
  readonly created: string;
}

export interface PolicyRecord {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly description: string | null;
  readonly created: string;
  updated: string;
  defaultVersion: string;
  /** The number that the next version gets: numbers are never used twice. */
  nextVersion: number;
  /** Oldest first. */
  versions: PolicyVersionRecord[];
  tags: TagRecord[];
}

interface VirtualMfaRecord {
  readonly serial: string;
  readonly created: string;
  /** ID of the user it is assigned to; null if it is not assigned. */
  user: string | null;
}

/** Times are seconds since 1970, as Mechanical Turk answers them; members are those of the call that made it. */
export interface HitTypeRecord {
  readonly id: string;
  readonly members: Readonly<Record<string, unknown>>;
}

export interface HitRecord {
  readonly id: string;
  /** `UniqueRequestToken` */
  readonly token: string | null;
  type: string;
  readonly created: number;
  expires: number;
  assignments: number;
  readonly members: Readonly<Record<string, unknown>>;
  stage: 'open' | 'reviewing' | 'disposed';
}

/** By id each. */
export interface MturkState {
  /** How many ids were given out. */
  made: number;
  readonly hitTypes: Record<string, HitTypeRecord>;
  readonly hits: Record<string, HitRecord>;
  readonly qualificationTypes: Record<string, Readonly<Record<string, unknown>>>;
}

/** Everything that the local AWS emulator remembers, as plain data: what stands in its file is this. */
export interface AccountState {
  readonly version: 1;
  /** 12 digits */
  readonly accountId: string;
  readonly created: string;
  /** What secrets are derived from, so that a replayed journal makes the same ones. */
  readonly seed: string;
  /** How many ids were given out. */
  ids: number;
  /** Number of the last journal entry that is in this state. */
  sequence: number;
  /** What this tool works with; it stands for the administrator and is in no report. */
  readonly root: AccessKeyRecord;
  /** Access keys of the root user; left out if there never were any. */
  rootKeys?: AccessKeyRecord[];
  readonly aliases: string[];
  /** By id. */
  readonly users: Record<string, UserRecord>;
  /** By id. */
  readonly groups: Record<string, GroupRecord>;
  /** By id. */
  readonly roles: Record<string, RoleRecord>;
  /** By ARN. */
  readonly oidcProviders: Record<string, OidcProviderRecord>;
  /** By name. */
  readonly buckets: Record<string, BucketRecord>;
  /** Customer-managed policies by ARN. */
  readonly policies: Record<string, PolicyRecord>;
  /** By serial number. */
  readonly virtualMfa: Record<string, VirtualMfaRecord>;
  /** Left out until Mechanical Turk is called. */
  mturk?: MturkState;
}

type Arn = (state: AccountState, named: { readonly name: string; readonly path: string }) => string;

const arnOf =
  (kind: string): Arn =>
  ({ accountId }, { path, name }) =>
    `arn:aws:iam::${accountId}:${kind}${path}${name}`;

export const userArn = arnOf('user');
export const groupArn = arnOf('group');
export const policyArn = arnOf('policy');
export const roleArn = arnOf('role');
export const mfaArn = arnOf('mfa');
export const oidcProviderArn = ({ accountId }: AccountState, url: string): string =>
  `arn:aws:iam::${accountId}:oidc-provider/${url.replace(/^https:\/\//, '')}`;
export const rootArn = ({ accountId }: AccountState): string => `arn:aws:iam::${accountId}:root`;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What AWS's id prefixes mean: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export type IdPrefix = 'AIDA' | 'AGPA' | 'ANPA' | 'AKIA' | 'APKA' | 'ACCA' | 'ASCA' | 'AROA' | 'ASIA';

/** The next id of a kind, in AWS's form: 21 characters, 20 for keys. The same account gives the same ids in the same order. */
export function nextId(state: AccountState, prefix: IdPrefix): string {
  state.ids += 1;
  return idOf(`${state.accountId}:${state.ids}`, prefix);
}

/** An id derived from a text alone, for AWS's own policies and the root's key. */
export function idOf(text: string, prefix: IdPrefix): string {
  const length = (prefix === 'AKIA' || prefix === 'ASIA' ? 20 : 21) - prefix.length;
  const bytes = createHash('sha256').update(`${prefix}:${text}`).digest();
  let id: string = prefix;
  for (const byte of bytes.subarray(0, length)) id += ALPHABET.charAt(byte % 32);
  return id;
}

/** A secret in AWS's form, 40 characters, that depends on the account's seed and on a name. */
export function secretOf(seed: string, name: string): string {
  return createHmac('sha256', seed).update(name).digest('base64').replaceAll(/[=]/g, '').padEnd(43, 'A').slice(0, 40);
}

/** Times are ISO 8601 in UTC with whole seconds (`2026-11-25T12:00:00Z`), as IAM answers them. */
export interface TagRecord {
  readonly key: string;
  readonly value: string;
}

export interface InlineRecord {
  readonly name: string;
  readonly document: string;
}

interface LastUse {
  readonly date: string;
  readonly service: string;
  readonly region: string;
}

export interface AccessKeyRecord {
  readonly id: string;
  readonly secret: string;
  readonly created: string;
  status: 'Active' | 'Inactive';
  lastUsed: LastUse | null;
}

export interface LoginProfileRecord {
  readonly created: string;
  resetRequired: boolean;
}

export interface MfaRecord {
  readonly serial: string;
  readonly enabled: string;
}

export interface SshKeyRecord {
  readonly id: string;
  readonly body: string;
  readonly fingerprint: string;
  readonly uploaded: string;
  status: 'Active' | 'Inactive';
}

export interface CertificateRecord {
  readonly id: string;
  readonly body: string;
  readonly uploaded: string;
  status: 'Active' | 'Inactive';
}

export interface ServiceCredentialRecord {
  readonly id: string;
  readonly service: string;
  readonly userName: string;
  readonly created: string;
  status: 'Active' | 'Inactive';
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
  /** Customer-managed policies by ARN. */
  readonly policies: Record<string, PolicyRecord>;
  /** By serial number. */
  readonly virtualMfa: Record<string, VirtualMfaRecord>;
  report: { readonly generated: string; readonly content: string } | null;
}

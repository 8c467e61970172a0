import type { NotAdopted } from '../access/adoptable.ts';
import type { AccessChange } from '../access/diff.ts';
import type { EscalationStep } from '../access/escalation/targets.ts';
import type { AccessGroup, Holder } from '../access/model.ts';
import type { Difference } from '../access/model-difference.ts';
import type { Grant } from '../access/policies-of.ts';
import type { CloudTrailEvent } from '../aws/cloudtrail.ts';
import type { IamEntity } from '../aws/iam-names.ts';
import type { UserDetails } from '../aws/inventory/unmanaged.ts';
import type { AccessKey, NotChecked } from '../aws/types.ts';
import type { Operation, Risk } from '../catalog/mturk.ts';
import { type FindingId, NOT_SNOOZABLE_IDS } from '../diagnostics/finding-ids.ts';
import type { PolicyDocument, Statement } from '../iam/document.ts';
import type { AccessEffect } from './access-changes.ts';

/** An operation that no longer exists, named by a policy: IAM accepts it, and it grants or denies nothing. */
export interface NamedRetiredOperation {
  /** `GrantBonus` */
  readonly name: string;
  readonly successors: readonly Operation[];
  readonly effect: 'Allow' | 'Deny';
}

/** Kinds of difference of the access model that a finding has as its rule. The others are unmanaged resources. */
export type DifferenceRule = Exclude<Difference['kind'], 'user-added' | 'group-added' | 'policy-added'>;

/** A user or group of the lab under another name: IAM keeps its keys, members and policies. */
export interface Rename {
  readonly kind: 'user' | 'group';
  /** As team.yaml has it. */
  readonly name: string;
  /** As the account has it. */
  readonly to: string;
  /** Whether nothing else has the name of team.yaml. */
  readonly isFree: boolean;
}

/** An IAM user not in team.yaml: under the lab's path, with a policy of the lab, or able to use Mechanical Turk. */
export interface UnmanagedUser extends UserDetails {
  readonly user: string;
  readonly arn: string;
  readonly path: string;
  readonly inPath: boolean;
  /** What the user may do by itself, without the groups of the lab, in catalog order. */
  readonly operations: readonly Operation[];
  readonly grants: readonly Grant[];
  readonly keys: readonly AccessKey[];
  /** False if the credential report does not include the user (yet). */
  readonly areKeysKnown: boolean;
  /** How it gains more than its policies say; null if it does not, or if they allow everything. */
  readonly way: EscalationStep | null;
}

export interface UnmanagedGroup extends Pick<AccessGroup, 'path' | 'attached' | 'inline'> {
  readonly group: string;
  readonly arn: string;
  readonly inPath: boolean;
  readonly members: readonly string[];
  /** Members who get from it what team.yaml grants, too: they would keep it if team.yaml revoked it. */
  readonly keeps: readonly AccessChange[];
}

/** Settings in which what bootstrap made differs from what this version makes. `exists`: it should not be there. */
export interface SetupChange {
  readonly name: string;
  readonly settings: readonly SetupSetting[];
}

export type SetupSetting =
  | ('exists' | 'path' | 'trust' | 'permissions' | 'boundary' | 'other-policies')
  | ('public-access' | 'ownership' | 'versioning' | 'encryption' | 'policy' | 'old-versions')
  | 'audience';

/** The lab's own roles, the state's bucket and the identity provider: what there is of it, compared. Null was not read. */
export interface SetupChanges {
  readonly roles: readonly SetupChange[] | null;
  readonly bucket: SetupChange | null;
  readonly provider: SetupChange | null;
}

type DifferenceOf<Kind, Each = Difference> = Each extends { readonly kind: infer Kinds }
  ? Kind extends Kinds
    ? Each
    : never
  : never;

/** What each rule finds; names are IAM's. */
export interface RuleData extends Readonly<{ [Rule in DifferenceRule]: DifferenceOf<Rule> }> {
  /** Attributes that no access depends on, or a resource that Terraform would change without a reason. */
  readonly 'resource-changed': { readonly address: string; readonly attributes: readonly string[] };
  /** A member whose boundary was removed, or any other IAM user of the account, who never had one. */
  readonly 'user-without-boundary':
    | DifferenceOf<'boundary-changed'>
    | { readonly user: string; readonly path: string; readonly boundary: string | null };
  /** The name in team.yaml's terms, and the one that the account has. */
  readonly 'user-renamed': Pick<UnmanagedUser, 'user' | 'path'> &
    Pick<Rename, 'to' | 'isFree'> & {
      /** Whether it has the lab's boundary. */
      readonly isBounded: boolean;
      /** Groups and policies that team.yaml does not give. */
      readonly added: readonly string[];
    };
  /** A member's user is not the one that the last apply noted; `created` is ISO 8601, UTC. `isAcceptable`: `apply --restore` takes it. */
  readonly 'user-recreated': { readonly user: string; readonly created: string; readonly isAcceptable: boolean };
  /** Another lab's user, or group or policy, has the IAM name of a member or role. */
  readonly 'name-taken': { readonly holder: Holder; readonly lab: string };
  readonly 'nothing-applied': {
    /** How many the first apply creates. */
    readonly users: number;
    readonly groups: number;
    readonly policies: number;
    /** Whether an administrator has to create the permissions boundary first. */
    readonly needsBoundary: boolean;
    /** Members whose IAM users were made by hand, by their names. */
    readonly byHand: readonly NotAdopted[];
    /** Members whose IAM users `adopt --apply` moved, and `adopt --finish` did not finish. */
    readonly adopting: readonly NotAdopted[];
    /** What has a name that the apply needs, outside the lab's path. */
    readonly taken: readonly Pick<IamEntity, 'kind' | 'name' | 'path'>[];
  };
  readonly 'group-renamed': Pick<UnmanagedGroup, 'group' | 'path'> & Pick<Rename, 'to' | 'isFree'>;
  readonly 'unmanaged-user': UnmanagedUser;
  readonly 'unmanaged-group': UnmanagedGroup;
  /** `attachments`: how many users, groups and roles have it, as a policy or as a boundary. */
  readonly 'unmanaged-policy': {
    readonly arn: string;
    readonly document: PolicyDocument | null;
    readonly attachments: number;
  };
  readonly 'unmanaged-group-membership': { readonly user: string; readonly group: string };
  /** `document` is null if it is missing or cannot be parsed; statements are `wider` or `narrower` than bootstrap's. */
  readonly 'boundary-policy-changed': {
    readonly arn: string;
    readonly state: 'changed' | 'missing';
    readonly document: PolicyDocument | null;
    readonly wider: readonly Statement[];
    readonly narrower: readonly Statement[];
  };
  readonly 'role-changed': SetupChange;
  readonly 'bucket-changed': SetupChange;
  readonly 'identity-provider-changed': SetupChange;
  /** A role outside the lab that gains control of the account or the lab; `way` is null if its policies allow everything. */
  readonly 'unmanaged-role': { readonly role: string; readonly arn: string; readonly way: EscalationStep | null };
  /** `from` is the time (ISO 8601, UTC) after which reconcile gives it back; null if that is not announced. */
  readonly 'access-withheld': {
    readonly user: string;
    readonly operations: readonly Operation[];
    readonly from: string | null;
  };
  /** What neither the file nor a begun or ended apply gives, and no other finding says: `way` to control, of `others` too. */
  readonly 'access-not-given': Pick<UnmanagedUser, 'user' | 'way'> & { readonly others: readonly string[] };
  readonly 'deny-kept': {
    readonly holder: Holder;
    readonly operations: readonly Operation[];
  };
  /** A version of a policy of the lab that is not the default one, and would grant more than it. */
  readonly 'non-default-policy-version': {
    readonly arn: string;
    /** `v7` */
    readonly version: string;
    /** ISO 8601, UTC. */
    readonly created: string;
    /** The Mechanical Turk operations that it would grant, in catalog order. */
    readonly operations: readonly Operation[];
    /** Whether it would allow more than Mechanical Turk. */
    readonly isBeyond: boolean;
    /** Names of the IAM users who would gain it. */
    readonly users: readonly string[];
  };
  readonly 'retired-operations': {
    readonly policy: string;
    /** Of an inline policy; null for a managed one, whose ARN `policy` is. */
    readonly holder: Holder | null;
    readonly names: readonly NamedRetiredOperation[];
    readonly users: readonly string[];
  };
  readonly 'too-many-access-keys': {
    readonly user: string;
    readonly keys: readonly AccessKey[];
    readonly allowed: number;
  };
  readonly 'old-access-key': {
    readonly user: string;
    readonly key: AccessKey;
    readonly days: number;
    readonly limit: number;
    /** The other key, active or not; AWS allows two. */
    readonly other: AccessKey | null;
    readonly isSuspended: boolean;
    /** Whether `keys sync` keeps the member's keys. */
    readonly hasRecipient?: boolean;
  };
  readonly 'unused-access-key': { readonly user: string; readonly key: AccessKey; readonly days: number };
  readonly 'key-used-after-leaving': {
    readonly user: string;
    readonly key: AccessKey;
    readonly because: 'suspended' | 'expired' | 'departed';
  };
  readonly 'console-password': { readonly user: string; readonly lastUsed: string | null };
  readonly 'ssh-key': { readonly user: string; readonly ids: readonly string[] };
  readonly 'signing-certificate': { readonly user: string; readonly ids: readonly string[] };
  readonly 'service-specific-credential': {
    readonly user: string;
    readonly credentials: readonly { readonly id: string; readonly service: string }[];
  };
  readonly 'root-access-key': { readonly keys: readonly AccessKey[] };
}

/**
 * Why the account and team.yaml differ, from the team as applied, the file of today and the account: `manual` (account
 * and applied differ), `pending` (applied and file differ), `expired` (a last day passed), `resolved` (the manual change
 * is what the file says by now), `unknown` (no record of an apply), `unexplained` (Terraform would change it and neither
 * says why), `unmanaged` (not in the file).
 */
export type DriftCause = 'manual' | 'pending' | 'expired' | 'resolved' | 'unknown' | 'unexplained' | 'unmanaged';

/**
 * `auto`: the next apply or reconcile reverts it, and no one gains access by that. `announced`: what it took is withheld, and
 * given back only after an announcement, or by a person. `manual`: not Terraform's.
 */
export type Remediation = 'auto' | 'announced' | 'manual';

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

export type DriftSeverity = (typeof SEVERITIES)[number];

/** Who changed something last, by CloudTrail. */
export type Attribution = Pick<CloudTrailEvent, 'actor' | 'at' | 'sourceIp' | 'userAgent'>;

/** What an event, or a finding, is about. A managed policy and an identity provider are named by ARN. */
export interface Entity {
  readonly kind: 'user' | 'group' | 'policy' | 'role' | 'identity-provider';
  readonly name: string;
}

/** An event that no finding shows, with the group, policy or new name that it names, too. */
type UnexplainedChange = Attribution & { readonly event: string; readonly target: string | null };

/** What was changed outside the workflows, newest first, and changed back or no drift. */
export interface ChangedBack {
  readonly entity: Entity;
  readonly changes: readonly [UnexplainedChange, ...UnexplainedChange[]];
}

interface FindingFacts extends AccessEffect {
  /**
   * `membership-added/bo/paymaster/spends`: equal for the same finding at every scan; another one once it is worse.
   * Made of letters, digits, `/` and what IAM allows in names; a snooze names it.
   */
  readonly id: string;
  readonly cause: DriftCause;
  readonly remediation: Remediation;
  readonly severity: DriftSeverity;
  /** Null without CloudTrail, or if it has no such event. */
  readonly lastChange: Attribution | null;
}

export type FindingOf<Rule extends FindingId> = {
  readonly [Each in Rule]: FindingFacts & { readonly rule: Each; readonly data: RuleData[Each] };
}[Rule];

export type DriftFinding = FindingOf<FindingId>;

/** The difference of the access model that a finding is about; null for any other rule. */
export function differenceOf({ data }: Pick<DriftFinding, 'rule' | 'data'>): Difference | null {
  return 'kind' in data ? data : null;
}

/** Whether a snooze hides a finding: not one about what Terraform manages, or about what bootstrap writes. */
export function isSnoozable(finding: Pick<DriftFinding, 'rule' | 'data'>): boolean {
  return differenceOf(finding) === null && !NOT_SNOOZABLE_IDS.includes(finding.rule);
}

/** What takes access there can only be a Deny, which an apply keeps until a person removes it. */
export const DENYING: readonly Difference['kind'][] = [
  'policy-attached',
  'inline-policy-added',
  'inline-policy-changed',
];

export type WorstEffect = 'full-control' | Risk | 'lost-access';

/** One more key lets no one do what they could not do before. */
const COPIES: readonly FindingId[] = ['too-many-access-keys', 'key-used-after-leaving'];

/** What a finding does to access, the worst of it; null if nothing. A root key allows everything without a policy. */
export function worstEffect({
  escalates,
  rule,
  risk,
  changes,
}: Pick<DriftFinding, 'escalates' | 'rule' | 'risk' | 'changes'>): WorstEffect | null {
  if (escalates.length > 0 || rule === 'root-access-key') return 'full-control';
  if (risk !== null && !COPIES.includes(rule)) return risk;
  return changes.some(({ operations }) => operations.lost.length > 0) ? 'lost-access' : null;
}

/** Names of the IAM users to whom it does that. */
export function peopleOf(finding: DriftFinding): readonly string[] {
  if (worstEffect(finding) === 'full-control') return finding.escalates;
  return [...new Set(worstChanges(finding).map(({ user }) => user))];
}

/** The changes of access that do it. */
export function worstChanges(finding: DriftFinding): readonly AccessChange[] {
  const effect = worstEffect(finding);
  return finding.changes.filter(({ operations, worstGain }) =>
    effect === 'lost-access' ? operations.lost.length > 0 : worstGain === effect,
  );
}

/** Whether an apply carries it out: a merged change, or a user who is to be deleted. */
export function isPending({ cause }: Pick<DriftFinding, 'cause'>): boolean {
  return cause === 'pending' || cause === 'expired';
}

/** Whether it is drift: no apply is to carry it out, and the file does not say the same by now. */
export function isOpen(finding: Pick<DriftFinding, 'cause'>): boolean {
  return !isPending(finding) && finding.cause !== 'resolved';
}

export type DriftClass = 'clean' | 'pending' | 'drift' | 'state-only' | 'unmanaged' | 'unexplained' | 'error';

/** Every difference between an account and its team file at one scan. Plain JSON. */
export interface ScanResult {
  readonly class: DriftClass;
  /** Worst first; without those that are snoozed. */
  readonly findings: readonly DriftFinding[];
  readonly snoozed: readonly { readonly finding: DriftFinding; readonly until: string; readonly reason: string }[];
  readonly unusedSnoozes: readonly string[];
  /** What team.yaml excepts for good: IAM users and roles (`user/ops/eva`), those of them that do not exist, and other labs. */
  readonly excepted: {
    readonly administrators: readonly string[];
    readonly missing: readonly string[];
    readonly neighbors: readonly string[];
  };
  /** ARNs of users and roles that could do everything at the first check, and are no findings: the next `knownAdministrators`. */
  readonly administrators: readonly string[];
  readonly notChecked: readonly NotChecked[];
  readonly changedBack: readonly ChangedBack[];
  /** Whether every event since the last check was read: false without CloudTrail, too. */
  readonly eventsComplete: boolean;
  /** False for a quick check. */
  readonly planned: boolean;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** When AWS made the credential report, ISO 8601: up to four hours before. Null without one. */
  readonly credentialReportAt: string | null;
}

import * as z from 'zod';
import type { ManagedPolicyName } from '../catalog/managed-policies.ts';
import type { Capability, Operation } from '../catalog/mturk.ts';
import type { Statement } from '../iam/document.ts';
import { DAY_MS } from '../text/dates.ts';

/** A role with everything it inherits resolved. */
export interface Role {
  readonly key: string;
  readonly description: string | null;
  /** Keys of the roles named in `extends`, as written. */
  readonly extends: readonly string[];
  /** Operations allowed by this role and all it extends, in catalog order. */
  readonly allow: readonly Operation[];
  /** Operations denied by this role and all it extends, in catalog order. */
  readonly deny: readonly Operation[];
  /** AWS's policies attached by this role and all it extends, sorted. */
  readonly managed: readonly ManagedPolicyName[];
  /** Denies that someone added outside Terraform and that an apply keeps: never from the file. */
  readonly keptDenies?: readonly Statement[];
  /** Whether only its policy is written, because no apply can change what has the group's name: never from the file. */
  readonly withoutGroup?: boolean;
  /** Whether its policy is written and gives nothing: IAM takes none without a statement. Never from the file. */
  readonly allowsNothing?: boolean;
}

export interface Member {
  readonly key: string;
  readonly name: string;
  readonly email: string | null;
  readonly github: string | null;
  readonly roles: readonly string[];
  /** The first day of access, `YYYY-MM-DD`, UTC; null for at once. */
  readonly from: string | null;
  /** The last day of access, `YYYY-MM-DD`, UTC; null for no end. */
  readonly until: string | null;
  readonly sponsor: string | null;
  /** The day on which the sponsor or an owner last vouched for the access, `YYYY-MM-DD`, UTC; null for never. */
  readonly reviewed: string | null;
  readonly suspended: boolean;
  /** How many access keys the member may have, 0 to 2. */
  readonly keys: number;
  /** The age recipient to which access keys are encrypted; null if the member makes keys otherwise. */
  readonly recipient: string | null;
  /** What an apply must not give back yet, in catalog order: never from the file. */
  readonly withheld?: readonly Operation[];
  /** Denies that someone added outside Terraform and that an apply keeps: never from the file. */
  readonly keptDenies?: readonly Statement[];
  /** What the file does not give to someone in a group that no apply can change, in catalog order: never from the file. */
  readonly outOfReach?: readonly Operation[];
}

/** A name, an e-mail address or a login as it is compared: without regard to case and spaces. */
export function comparable(text: string): string {
  return text.normalize('NFC').toLowerCase().trim().replace(/\s+/g, ' ');
}

/** A reviewed entry that takes one finding of the drift report out of it for a time. */
export interface Snooze {
  readonly finding: string;
  /** The last day on which it holds, `YYYY-MM-DD`, UTC. */
  readonly until: string;
  readonly reason: string;
}

/**
 * A valid `team.yaml`, normalized: nothing is optional, every list that is a set is sorted, and the order of the file does
 * not matter. Members past their `until` are in it: who has a user on a given day is `membersWithUser`.
 */
export interface Team {
  readonly lab: string;
  /** 12 digits. */
  readonly account: string;
  readonly owners: readonly string[];
  readonly roles: readonly Role[];
  readonly members: readonly Member[];
  /** `left` is the day of leaving, `YYYY-MM-DD`. */
  readonly departed: readonly { readonly key: string; readonly left: string; readonly reason: string }[];
  /** The frozen capabilities, `spend` expanded, in catalog order. */
  readonly freeze: readonly Capability[];
  /** Sorted by finding; entries whose day has passed are in it. */
  readonly snoozed: readonly Snooze[];
  readonly settings: Settings;
}

/** The part of a team that decides who may do what. */
export interface AccessTeam extends Pick<Team, 'lab' | 'account' | 'freeze'> {
  readonly roles: readonly Pick<
    Role,
    'key' | 'allow' | 'deny' | 'managed' | 'keptDenies' | 'withoutGroup' | 'allowsNothing'
  >[];
  readonly members: readonly Pick<
    Member,
    'key' | 'roles' | 'from' | 'until' | 'suspended' | 'withheld' | 'keptDenies' | 'outOfReach'
  >[];
  readonly settings: Pick<Settings, 'deleteAfterDays'>;
}

/** The part of a team that decides who approves. */
export interface OwningTeam extends Pick<Team, 'owners'> {
  readonly members: readonly Pick<Member, 'key' | 'from' | 'until' | 'suspended'>[];
}

/** Whether the last day of access is before `today` (both `YYYY-MM-DD`, UTC). */
export function hasExpired(member: Pick<Member, 'until'>, today: string): boolean {
  return member.until !== null && member.until < today;
}

/** Whether the first day of access is after `today`. */
export function beginsLater(member: Pick<Member, 'from'>, today: string): boolean {
  return member.from !== null && member.from > today;
}

/** Whether the file gives a member access on that day. A freeze does not count: it is the emergency brake for all. */
export function hasAccess(member: Pick<Member, 'from' | 'until' | 'suspended'>, today: string): boolean {
  return !member.suspended && !hasExpired(member, today) && !beginsLater(member, today);
}

/** Keys of the owners who can approve on that day. */
export function activeOwners({ owners, members }: OwningTeam, today: string): readonly string[] {
  return members.filter((member) => owners.includes(member.key) && hasAccess(member, today)).map(({ key }) => key);
}

/** Whether someone must vouch for a member's access again; not for those without access on that day. */
export function isReviewDue(
  member: Pick<Member, 'from' | 'until' | 'suspended' | 'reviewed'>,
  { reviewEveryDays }: Pick<Settings, 'reviewEveryDays'>,
  today: string,
): boolean {
  if (reviewEveryDays === null || !hasAccess(member, today)) return false;
  return member.reviewed === null || Date.parse(member.reviewed) + reviewEveryDays * DAY_MS < Date.parse(today);
}

/** Whether a member's user is deleted on that day: `deleteAfterDays` after the last day, never if it is null. */
export function isDeletionDue(
  { until }: Pick<Member, 'until'>,
  { deleteAfterDays }: Pick<Settings, 'deleteAfterDays'>,
  today: string,
): boolean {
  if (until === null || deleteAfterDays === null) return false;
  return Date.parse(until) + deleteAfterDays * DAY_MS < Date.parse(today);
}

/** The members who should have an IAM user on that day (`YYYY-MM-DD`, UTC), past their last day or not. */
export function membersWithUser<M extends Pick<Member, 'until'>>(
  team: { readonly members: readonly M[] } & Pick<AccessTeam, 'settings'>,
  today: string,
): readonly M[] {
  return team.members.filter((member) => !isDeletionDue(member, team.settings, today));
}

/** What the scheduled job reverts: nothing; manual changes that gave access or removed a limit; or any drift. */
export const RECONCILE_MODES = ['none', 'additions', 'all'] as const;

const STATE_PLACE = z.strictObject({ bucket: z.string(), region: z.string(), key: z.string() }).readonly();

/** Where Terraform's states and the records are kept: objects of a bucket whose names begin with `key` and a slash. */
export type StatePlace = z.infer<typeof STATE_PLACE>;

/** What a key is if the file says nothing. */
export const DEFAULT_STATE_KEY = 'mturk-team';

/** The bucket, with the key unless it is the default: `labs/vision-lab`. */
export function statePlaceName({ bucket, key }: StatePlace): string {
  return key === DEFAULT_STATE_KEY ? bucket : `${bucket}/${key}`;
}

const WHOLE = z.int().min(0);

/** Settings of a lab; what team.yaml leaves out has its default. */
export const SETTINGS = z
  .strictObject({
    /** The most members one apply may delete. */
    maxRemovals: WHOLE,
    /** Whether the one owner of the lab may merge their own changes. */
    selfApproval: z.boolean(),
    /** Null keeps Terraform's state in a local file. */
    state: STATE_PLACE.nullable(),
    /** Other labs of the account, sorted: their users are not findings. */
    neighbors: z.array(z.string()).readonly(),
    /** ARNs of the IAM users and roles of the account's administrators, sorted: they are not findings. */
    administrators: z.array(z.string()).readonly(),
    /** Days after which an access key is too old. */
    keyMaxAgeDays: WHOLE,
    /** Days after which the key of a member with a recipient is replaced; null for never, also in earlier records. */
    rotateAfterDays: WHOLE.nullable().default(null),
    reconcile: z.enum(RECONCILE_MODES),
    /** Days after the last day of a member on which the user is deleted; null for never. */
    deleteAfterDays: WHOLE.nullable(),
    /** How often the drift check runs, in hours. */
    driftEveryHours: WHOLE,
    /** How many days before a last day the lab is reminded of it. */
    renewBeforeDays: WHOLE,
    /** Days after which someone must vouch for a member's access again; null for never, also in earlier records. */
    reviewEveryDays: WHOLE.nullable().default(null),
  })
  .readonly();

export type Settings = z.infer<typeof SETTINGS>;

/** What holds if the file says nothing. */
export const DEFAULT_SETTINGS: Settings = {
  maxRemovals: 3,
  selfApproval: false,
  state: null,
  neighbors: [],
  administrators: [],
  keyMaxAgeDays: 90,
  rotateAfterDays: null,
  reconcile: 'none',
  deleteAfterDays: null,
  driftEveryHours: 6,
  renewBeforeDays: 30,
  reviewEveryDays: null,
};

/** Whether mturk-team makes access keys for a member of a team. */
export function hasRecipients({ members }: { readonly members: readonly Pick<Member, 'recipient'>[] }): boolean {
  return members.some(({ recipient }) => recipient !== null);
}

/** How many access keys a member may have if the file says nothing; a second one is for a rotation. */
export const DEFAULT_KEYS = 1;

/** What holds of a member of whom the file says nothing else. */
export const DEFAULT_MEMBER = {
  ...{ email: null, github: null, roles: [], from: null, until: null, sponsor: null, reviewed: null },
  ...{ suspended: false, keys: DEFAULT_KEYS, recipient: null },
} satisfies Omit<Member, 'key' | 'name'>;

/** Someone in no file any more whose user an apply keeps or still has to delete. */
export function formerMember(key: string): Member {
  // Equivalent if mutated: no apply reads how many keys a member has.
  return { ...DEFAULT_MEMBER, key, name: key, suspended: true, keys: 0 };
}

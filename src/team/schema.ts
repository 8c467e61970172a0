import * as z from 'zod';
import { MANAGED_POLICY_NAMES } from '../catalog/managed-policies.ts';
import { CAPABILITY_NAMES, OPERATIONS } from '../catalog/mturk.ts';
import { DEFAULT_KEYS, DEFAULT_SETTINGS, DEFAULT_STATE_KEY, RECONCILE_MODES } from './team.ts';

/** How texts of a team file look. */
export const PATTERNS = {
  /** An account id: exactly 12 digits. */
  account: /^[0-9]{12}$/,
  /** Lower case, because IAM's paths and names then never differ by case alone; it begins every IAM name of the lab. */
  lab: /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/,
  /**
   * IAM's alphabet for names without the comma, which divides keys in `--restore`. A letter or digit comes first, so that no id
   * looks like an option or hides in a listing.
   */
  id: /^[A-Za-z0-9][A-Za-z0-9+=.@_-]*$/,
  date: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
  /** GitHub: letters, digits and single hyphens inside, at most 39; the underscore is that of enterprise-managed users. */
  login: /^[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){0,38}$/,
  /** age's recipient of an X25519 identity, in Bech32 and lower case; a rule checks the checksum besides. */
  recipient: /^age1[02-9ac-hj-np-z]{58}$/,
  /** Plausible, not proven: something, one @, a domain with a dot. */
  email: /^[^\s@<>"(),:;\\[\]]+@[^\s@<>"(),:;\\[\]]+\.[^\s@<>"(),:;\\[\].]{2,}$/,
  /** How the drift report names what it found: its kind, then IAM names, then perhaps how bad it is, divided by `/`. */
  findingId: /^[a-z]+(?:-[a-z]+)*(?:\/[A-Za-z0-9+=,.@_-]+)*$/,
  /** S3's naming rules for general purpose buckets; dots side by side and IP addresses are refused besides. */
  bucket: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  region: /^[a-z]{2,3}(?:-[a-z]{1,20}){1,4}-[0-9]{1,2}$/,
  /** No slash: who deletes what is below their key would delete what a lab with a key below it has. */
  stateKey: /^[a-z0-9][a-z0-9-]*$/,
  /** The ARN of an IAM user or role: account, kind, then path and name, which IAM limits to 512 and 64 characters. */
  principalArn: /^arn:aws:iam::([0-9]{12}):(user|role)\/(?!.{576})((?:[!-.0-~]+\/)*[\w+=,.@-]{1,64})$/,
};

/** How many characters they can have. */
export const LONGEST = {
  /** Leaves 23 characters of an IAM user name for the key of the member. */
  lab: 40,
  /** More than any id needs: each part of one has at most 128 characters. */
  findingId: 1000,
  stateKey: 80,
  /** Of a person: what has more is cut where it is read. */
  name: 80,
};

// The schema describes the shape of the file; rules check its values, since zod does not run refinements if the shape is
// wrong elsewhere. Patterns and enumerations are in `meta`, where editors read them.

function text(description: string, example: string | string[], extra: Record<string, unknown> = {}) {
  return z.string().meta({ description, examples: [example].flat(), ...extra });
}

function formed(
  form: keyof typeof PATTERNS,
  description: string,
  example: string,
  extra: Record<string, unknown> = {},
) {
  const most = form in LONGEST ? { maxLength: LONGEST[form as keyof typeof LONGEST] } : {};
  return text(description, example, { pattern: PATTERNS[form].source, ...most, ...extra });
}

function flag(description: string) {
  return z
    .boolean()
    .meta({ description, examples: [true], default: false })
    .optional();
}

function list(item: z.ZodString, description: string, examples: readonly (readonly string[])[]) {
  return z.array(item).meta({ description, examples: examples.map((example) => [...example]), uniqueItems: true });
}

function map<Shape extends z.ZodRawShape>(description: string, shape: Shape, example: unknown) {
  return z.strictObject(shape).meta({ description, examples: [example] });
}

function entries<Entry extends z.ZodType>(description: string, key: z.ZodString, entry: Entry, example: unknown) {
  return z.record(key, entry).meta({ description, examples: [example] });
}

/**
 * Every whole number of a team file, with its default; without one, an example. No number of days or hours reaches past the
 * last moment of a `Date`, and an account has at most 5,000 users.
 */
export const COUNTS = {
  keys: { minimum: 0, maximum: 2, usual: DEFAULT_KEYS },
  'max-removals': { minimum: 0, maximum: 5_000, usual: DEFAULT_SETTINGS.maxRemovals },
  'key-max-age-days': { minimum: 1, maximum: 3_650, usual: DEFAULT_SETTINGS.keyMaxAgeDays },
  'delete-after-days': { minimum: 1, maximum: 3_650, usual: 30 },
  'drift-every-hours': { minimum: 1, maximum: 8_760, usual: DEFAULT_SETTINGS.driftEveryHours },
  'renew-before-days': { minimum: 0, maximum: 3_650, usual: DEFAULT_SETTINGS.renewBeforeDays },
  /** A replaced key is deleted 30 days after its last use: with less, members would always have two. */
  'rotate-after-days': { minimum: 30, maximum: 3_650, usual: 180 },
  /** A number of months, or a day that never comes, is a typing error. */
  'review-every-days': { minimum: 30, maximum: 1_095, usual: 365 },
} as const;

export type CountKey = keyof typeof COUNTS;

export function isCountKey(key: string | number | undefined): key is CountKey {
  return key !== undefined && Object.hasOwn(COUNTS, key);
}

/** Whether leaving the number out means never. */
export function isNeverByDefault(key: CountKey): boolean {
  return key === 'delete-after-days' || key === 'rotate-after-days' || key === 'review-every-days';
}

function count(key: CountKey, description: string) {
  const { minimum, maximum, usual } = COUNTS[key];
  const initial = isNeverByDefault(key) ? {} : { default: usual };
  return z
    .number()
    .meta({ description, examples: [usual], type: 'integer', minimum, maximum, ...initial })
    .optional();
}

// An IAM user's name has at most 64 characters and a group's 128, of which the shortest lab takes two.
const memberId = (description: string) => formed('id', description, 'ada', { maxLength: 62 });
const roleId = (description: string) => formed('id', description, 'results-reader', { maxLength: 126 });

const permission = text(
  'A capability, an operation of the Mechanical Turk API, or "*" for all of them',
  'results:read',
  { enum: ['*', ...CAPABILITY_NAMES, ...OPERATIONS] },
);
const managedPolicy = text("One of AWS's two managed policies for Mechanical Turk", 'AmazonMechanicalTurkReadOnly', {
  enum: [...MANAGED_POLICY_NAMES],
});
const frozen = text('"spend" for everything that spends money, or a capability', 'spend', {
  enum: ['spend', ...CAPABILITY_NAMES],
});
const roleKey = roleId('The key of a role in `roles`');
const memberKey = memberId('The key of a member in `members`');

export const roleSchema = map(
  'A role: an IAM group with one policy. It must allow something',
  {
    description: text('What the role is for. It is never sent to AWS', 'Looks at results, changes nothing').optional(),
    extends: list(roleKey, 'Roles whose permissions this one has as well', [['results-reader']]).optional(),
    allow: list(permission, 'What the role may do', [['results:read', 'hits:publish'], ['*']]).optional(),
    deny: list(permission, 'What the role is not allowed to do, whatever else allows it', [['SendBonus']]).optional(),
    managed: list(managedPolicy, "AWS's own policies that the role attaches", [
      ['AmazonMechanicalTurkFullAccess'],
    ]).optional(),
  },
  { description: 'Looks at results', allow: ['results:read'] },
);

export const memberSchema = map(
  'A member of the lab: an IAM user',
  {
    name: text('The full name. It is never sent to AWS', ["Ada O'Neill", '李小龍'], {
      minLength: 1,
      maxLength: LONGEST.name,
    }),
    email: text('An e-mail address. It is never sent to AWS', 'ada@lab.edu').optional(),
    github: formed('login', 'The GitHub login, without @', 'adaoneill').optional(),
    roles: list(roleKey, 'The roles of this member, at least one and at most 10', [['results-reader']]),
    from: formed(
      'date',
      'The first day of access, UTC, quoted. Access begins on it even if nothing is applied',
      '2027-01-10',
    ).optional(),
    until: formed(
      'date',
      'The last day of access, UTC, quoted. Access ends after it even if nothing is applied',
      '2027-05-31',
    ).optional(),
    sponsor: memberId('The member who answers for this one').optional(),
    reviewed: formed(
      'date',
      'The day on which the sponsor or an owner last vouched for this access, UTC, quoted',
      '2026-11-25',
    ).optional(),
    suspended: flag('true stops all access and keeps the member'),
    keys: count('keys', 'How many access keys the member may have: 1, or 2 while one replaces the other'),
    recipient: formed(
      'recipient',
      'The age recipient to which access keys are encrypted, as `mturk-team keys request` prints it. It is public',
      'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj',
    ).optional(),
  },
  { name: 'Bo Chen', roles: ['results-reader'], until: '2027-05-31', sponsor: 'ada' },
);

const departure = map(
  'A member who left. Without this entry, a user is deleted only `delete-after-days` after the last day',
  {
    left: formed('date', 'The day of leaving, quoted', '2026-06-30'),
    reason: text('Why. It is never sent to AWS', 'graduated', { minLength: 1 }),
  },
  { left: '2026-06-30', reason: 'graduated' },
);

const state = map(
  "Where Terraform's state is kept. Without it the state is a local file",
  {
    bucket: formed('bucket', 'The S3 bucket', 'perception-lab-terraform'),
    region: text("The bucket's region", 'eu-central-1'),
    key: formed(
      'stateKey',
      "What the names of this lab's objects begin with, if labs share the bucket. It must not change later",
      'vision-lab',
      { default: DEFAULT_STATE_KEY },
    ).optional(),
  },
  { bucket: 'perception-lab-terraform', region: 'eu-central-1' },
);

const snooze = map(
  'A finding of the drift check that is accepted for a time',
  {
    until: formed('date', 'The last day of the snooze, quoted', '2027-01-31'),
    reason: text('Why the finding is acceptable', 'its last study ends in January', { minLength: 1 }),
  },
  { until: '2027-01-31', reason: 'its last study ends in January' },
);

const keySettings = map(
  'How the access keys of members with a `recipient` are kept',
  {
    'rotate-after-days': count(
      'rotate-after-days',
      'The age in days from which `keys sync` replaces an access key; never if left out',
    ),
  },
  { 'rotate-after-days': 180 },
);

const settings = map(
  'Settings of mturk-team',
  {
    'max-removals': count('max-removals', 'The most members one apply may delete'),
    'self-approval': flag(
      'true lets the one owner of a lab merge their own changes without an approval. It needs exactly one owner',
    ),
    state: state.optional(),
    neighbors: list(
      formed('lab', 'The short name of another lab', 'vision-lab'),
      'Other labs in the account, which have a file of their own. Their users are reported only if they touch this lab',
      [['vision-lab']],
    ).optional(),
    administrators: list(
      formed('principalArn', "The ARN of an administrator's IAM user or role", 'arn:aws:iam::123456789012:user/ops'),
      "IAM users and roles of the account's administrators, whose access the drift check does not report. Never members",
      [['arn:aws:iam::123456789012:user/ops']],
    ).optional(),
    'key-max-age-days': count('key-max-age-days', 'The age in days from which an access key is reported'),
    keys: keySettings.optional(),
    reconcile: z
      .enum(RECONCILE_MODES)
      .meta({
        description:
          'What the scheduled drift check does: nothing; revert manual changes that gave access or removed a limit; or also give back what they took',
        examples: ['all'],
        default: DEFAULT_SETTINGS.reconcile,
      })
      .optional(),
    'delete-after-days': count(
      'delete-after-days',
      'How many days after the last day a user is deleted; never if left out. Access ends on the last day itself',
    ),
    'drift-every-hours': count(
      'drift-every-hours',
      'How often the drift check runs, in hours; a check that is overdue by as long is reported',
    ),
    'renew-before-days': count(
      'renew-before-days',
      'How many days before a last day the lab is reminded of it; 0 never reminds',
    ),
    'review-every-days': count(
      'review-every-days',
      'How many days after `reviewed` the access of a member must be reviewed again; never if left out',
    ),
  },
  { 'max-removals': 3 },
);

/** The written form of a team file: its shape alone. */
export const teamFileSchema = z
  .strictObject({
    version: z.literal(1).meta({ description: 'The version of this format: 1', examples: [1] }),
    lab: formed(
      'lab',
      "The lab's short name: part of every IAM name, and the IAM path. It must not change later",
      'perception-lab',
    ),
    account: formed('account', 'The AWS account ID, 12 quoted digits. Any other account is refused', '123456789012'),
    owners: list(memberKey, 'Members who must approve a change of this file', [['ada']]),
    roles: entries('The roles, by key', roleId("The role's key: part of its group's name in IAM"), roleSchema, {
      'results-reader': { allow: ['results:read'] },
    }),
    members: entries(
      'The members of the lab, by key',
      memberId("The member's key: part of the user's name in IAM. It must not change later"),
      memberSchema,
      { ada: { name: "Ada O'Neill", roles: ['full-access'] } },
    ),
    departed: entries(
      'Members who left, by key. A user is deleted only if listed here, or `delete-after-days` after the last day',
      memberId('The key that the member had'),
      departure,
      { dee: { left: '2026-06-30', reason: 'graduated' } },
    ).optional(),
    freeze: list(frozen, 'An emergency brake: what all members are denied, whatever their roles', [
      [],
      ['spend'],
    ]).optional(),
    snoozed: entries(
      'Findings of the drift check that are accepted for a time, by finding ID',
      formed('findingId', 'The finding ID, as in the drift issue', 'unmanaged-user/old-mturk-user/spends'),
      snooze,
      {
        'unmanaged-user/old-mturk-user/spends': { until: '2027-01-31', reason: 'its last study ends in January' },
      },
    ).optional(),
    settings: settings.optional(),
  })
  .meta({
    title: 'mturk-team: team.yaml',
    description: 'Who is in the lab, and what each member can do on Mechanical Turk',
  });

export type TeamFile = z.infer<typeof teamFileSchema>;

/** The text of `team.schema.json`, a JSON Schema (draft-7) for editors. */
export function teamSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(teamFileSchema, { io: 'input', target: 'draft-7' }), null, 2)}\n`;
}

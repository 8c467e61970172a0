import * as z from 'zod';
import { CAPABILITY, OPERATION_LIST } from '../../access/capability-access.ts';
import { ACCESS_CHANGE, gainedLost } from '../../access/diff.ts';
import { type Difference, differenceWith } from '../../access/model-difference.ts';
import { HELD_CREDENTIALS } from '../../aws/credentials/user-credentials.ts';
import { RISKS } from '../../catalog/mturk.ts';
import { BLOCK } from '../../diagnostics/block.ts';
import { COUNT, many, TEXT, TEXTS } from '../../diagnostics/parse-data.ts';
import { RECONCILE_MODES } from '../../team/team.ts';
import { WITHHELD } from '../rule/ruled.ts';

const MOMENT = z.iso.datetime();
const COMMIT = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
/** What a change means, worst first: the order of every list and title. */
export const RISK_CLASSES = [
  'gains-spending',
  'gains-harm',
  'boundary-changed',
  'identity-replaced',
  'identity-deleted',
  'gains-other',
  'loses',
  'descriptive-only',
  'nothing',
] as const;
const CLASS = z.enum(RISK_CLASSES);

const FROM_TO = { from: TEXT.nullable(), to: TEXT.nullable() };
/** A manifest keeps only whether a document is known. */
const DIFFERENCE: z.ZodType<Difference> = differenceWith(z.strictObject({ Statement: z.tuple([]) }).nullable());

const RECONCILE = z.enum(RECONCILE_MODES);

const SETTINGS_CHANGE = z.discriminatedUnion('kind', [
  /**
   * Keys of owners, of those who can approve changes on more days or fewer, and of members for whom someone vouches; labs, IAM
   * users and roles (`user/ops/eva`) not reported as drift.
   */
  z.strictObject({
    kind: z.enum(['owners', 'owner-days', 'reviewed', 'neighbors', 'administrators']),
    gained: TEXTS,
    lost: TEXTS,
  }),
  /** The GitHub login whose approval counts for an owner. */
  z.strictObject({ kind: z.literal('owner-login'), owner: TEXT, ...FROM_TO }),
  z.strictObject({ kind: z.literal('freeze'), ...gainedLost(CAPABILITY).shape }),
  z.strictObject({ kind: z.literal('max-removals'), from: COUNT, to: COUNT }),
  z.strictObject({ kind: z.literal('self-approval'), from: z.boolean(), to: z.boolean() }),
  /** Names of buckets, with a key of the lab's own; null for a local file. */
  z.strictObject({ kind: z.literal('state'), ...FROM_TO }),
  z.strictObject({ kind: z.enum(['lab', 'account']), from: TEXT, to: TEXT }),
  z.strictObject({ kind: z.literal('reconcile'), from: RECONCILE, to: RECONCILE }),
  /** Days after the last day, of a key's age, and after a review of access; null for never. */
  z.strictObject({
    kind: z.enum(['delete-after', 'rotation', 'review-period']),
    from: COUNT.nullable(),
    to: COUNT.nullable(),
  }),
  /** Days for `key-age` and `renewal`, hours for `drift-period`. */
  z.strictObject({ kind: z.enum(['key-age', 'drift-period', 'renewal']), from: COUNT, to: COUNT }),
  /** Access keys that a member may have; `from` is null for a new member. */
  z.strictObject({ kind: z.literal('keys'), member: TEXT, from: COUNT.nullable(), to: COUNT }),
  /** Where access keys are sent from now on; null where there is no recipient. */
  z.strictObject({ kind: z.literal('recipient'), member: TEXT, name: TEXT, isNewMember: z.boolean(), ...FROM_TO }),
  /** Last days of a snooze; null where there is none. On two equal days the reason differs. */
  z.strictObject({
    kind: z.literal('snooze'),
    finding: TEXT,
    from: z.iso.date().nullable(),
    to: z.iso.date().nullable(),
    reason: TEXT.nullable(),
  }),
]);

/** What a reviewer should ask before approving. */
const QUESTION = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['everything', 'spending-without-end', 'harm-without-end', 'no-sponsor']),
    user: TEXT,
  }),
  /** From this day on no owner has access; without the change, one would. */
  z.strictObject({ kind: z.literal('no-approver'), from: z.iso.date() }),
  /** The IAM user exists already, with credentials that someone may have, or that could not be read. */
  HELD_CREDENTIALS.extend({ kind: z.literal('imported-credentials') }),
]);

/** Terraform's spelling of actions; an unknown one is kept, because a block names it. */
const ACTIONS = z.array(z.string().max(40)).max(8).readonly();

const PLANNED_RESOURCE = z.strictObject({ address: TEXT, actions: ACTIONS, attributes: TEXTS });

/** Terraform's counts: a replaced resource is in `add` and in `destroy`. */
const REVIEWED_PLAN = z.strictObject({
  add: COUNT,
  change: COUNT,
  destroy: COUNT,
  replace: COUNT,
  import: COUNT,
  resources: many(PLANNED_RESOURCE),
});

const PERSON = z.strictObject({
  /** Name of the IAM user. */
  user: TEXT,
  key: TEXT.nullable(),
  name: TEXT.nullable(),
  /** All that apply, worst first; never empty. */
  classes: z.array(CLASS).min(1).max(RISK_CLASSES.length).readonly(),
  change: ACCESS_CHANGE,
  /** Keys. */
  roles: gainedLost(TEXT),
});

/** A role with another definition, and how many members have it afterwards. */
const ROLE_CHANGE = z.strictObject({
  key: TEXT,
  kind: z.enum(['added', 'removed', 'changed']),
  gained: OPERATION_LIST,
  lost: OPERATION_LIST,
  members: COUNT,
});

/**
 * A planned change that the two team files do not explain. `difference` is null where only a resource is known; for a
 * manual change it is that manual change, else what the plan does or should do.
 */
const UNEXPLAINED_CHANGE = z.strictObject({
  kind: z.enum(['manual-change-reverted', 'manual-change-kept', 'not-in-files', 'not-in-plan', 'imported']),
  difference: DIFFERENCE.nullable(),
  address: TEXT.nullable(),
  attributes: TEXTS,
});

/** What a quick check of the account found besides a plan, or after an apply. */
export const QUICK_CHECK = z.strictObject({
  /** Worst first; without what is snoozed. */
  findings: many(
    z.strictObject({
      id: TEXT,
      /** `lost-access` if someone may do less than team.yaml grants; null if no access changes. */
      effect: z.enum(['full-control', ...RISKS, 'lost-access']).nullable(),
      /** Whom the effect is about; key and name are null for a user who is not in team.yaml. */
      people: many(z.strictObject({ user: TEXT, key: TEXT.nullable(), name: TEXT.nullable() })),
    }),
  ),
  /** False if AWS did not say who may do what: then there are no findings. */
  isAccessKnown: z.boolean(),
  notChecked: TEXTS,
});

/** What a change of team.yaml does to people, roles, settings and resources: from two files, or from a plan as well. */
export const REVIEW = z.strictObject({
  lab: TEXT,
  account: TEXT,
  at: MOMENT,
  /** The worst of the whole change. */
  risk: CLASS,
  /** Worst first; only people with a change. */
  people: many(PERSON),
  unchanged: COUNT,
  /** Keys of members and roles whose descriptive fields (name, e-mail, reason) alone changed. */
  descriptive: TEXTS,
  roles: many(ROLE_CHANGE),
  settings: many(SETTINGS_CHANGE),
  /** Of changes that were merged before and not applied yet: an apply writes them, too. */
  unapplied: many(SETTINGS_CHANGE),
  questions: many(QUESTION),
  unexplained: many(UNEXPLAINED_CHANGE),
  blocks: many(BLOCK),
  /** From the file before the change, so that a change cannot silence the stale drift check. */
  driftEveryHours: COUNT,
  /** Names of IAM users. */
  suspendedDuringApply: TEXTS,
  /** What the apply does not give back, and Denies that it keeps. */
  withheld: many(WITHHELD.extend({ name: TEXT.nullable() })),
  /** Null for a review of two files. */
  plan: REVIEWED_PLAN.nullable(),
  /** Null if the account was not asked. */
  quickCheck: QUICK_CHECK.nullable(),
});

/** A reviewed plan as it travels between jobs: never the plan itself, and no value that a comment would not show. */
export const MANIFEST = z.strictObject({
  version: z.literal(1),
  lab: z.string().max(200),
  /** Its last four digits: `…9012`. */
  account: z.string().max(12),
  /** Whether it is a local AWS emulator's. */
  emulator: z.boolean(),
  /** The planned commit and its tree; `NO_COMMIT` outside a repository. */
  head: z.strictObject({ commit: COMMIT, tree: COMMIT }),
  /** The workflow run that planned; both 0 outside GitHub. */
  run: z.strictObject({ id: z.string().regex(/^\d{1,20}$/), attempt: COUNT }),
  tools: z.strictObject({ mturkTeam: TEXT, engine: TEXT, provider: TEXT }),
  review: REVIEW,
  createdAt: MOMENT,
});

/** The JSON of `preview`, of which `comment` reads the review. */
export const PREVIEW = z.object({ version: z.literal(1), review: REVIEW }).transform(({ review }) => review);

/** What a plan was made with: `OpenTofu 1.10.3` and `hashicorp/aws 6.25.0`. */
export type Tools = Pick<Manifest['tools'], 'engine' | 'provider'>;
export type QuickCheck = Readonly<z.infer<typeof QUICK_CHECK>>;
export type RiskClass = (typeof RISK_CLASSES)[number];
export type ReviewedPerson = Readonly<z.infer<typeof PERSON>>;
export type RoleChange = Readonly<z.infer<typeof ROLE_CHANGE>>;
export type SettingsChange = Readonly<z.infer<typeof SETTINGS_CHANGE>>;
export type UnexplainedChange = Readonly<z.infer<typeof UNEXPLAINED_CHANGE>>;
export type Question = Readonly<z.infer<typeof QUESTION>>;
export type PlannedResource = Readonly<z.infer<typeof PLANNED_RESOURCE>>;
export type ReviewedPlan = Readonly<z.infer<typeof REVIEWED_PLAN>>;
export type Review = Readonly<z.infer<typeof REVIEW>>;
export type Manifest = Readonly<z.infer<typeof MANIFEST>>;

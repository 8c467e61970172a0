import { z } from 'zod';
import type { AccessChange } from '../../access/diff.ts';
import type { Difference } from '../../access/model-difference.ts';
import { CAPABILITY_NAMES, OPERATIONS, RISKS } from '../../catalog/mturk.ts';
import { DEFAULT_SETTINGS } from '../../team/settings.ts';
import type { Question, Review, ReviewedPlan, SettingsChange } from '../changes/review.ts';
import { RISK_CLASSES } from '../changes/risk.ts';
import { BLOCK, COUNT, TEXT, TEXTS } from './manifest-blocks.ts';

const MOMENT = z.iso.datetime();
const DIGEST = z.string().regex(/^[0-9a-f]{64}$/);
const OPERATION = z.enum(OPERATIONS);
const OPERATION_LIST = z.array(OPERATION).max(OPERATIONS.length).readonly();
const CAPABILITY = z.enum(CAPABILITY_NAMES);
const RISK = z.enum([...RISKS]);
const CLASS = z.enum([...RISK_CLASSES]);

function gainedLost<Item extends z.ZodType>(item: Item) {
  const list = z.array(item).max(20_000).readonly();
  return z.strictObject({ gained: list, lost: list });
}

function beforeAfter<Value extends z.ZodType>(value: Value) {
  return z.strictObject({ before: value, after: value });
}

const GRANT = z.strictObject({ holder: TEXT, policy: TEXT });
const CAPABILITY_ACCESS = z.strictObject({
  capability: CAPABILITY,
  risk: RISK,
  operations: OPERATION_LIST,
  whole: z.boolean(),
  grants: z.array(GRANT).max(1_000).readonly(),
});

const PERSON_CHANGE: z.ZodType<AccessChange> = z.strictObject({
  user: TEXT,
  kind: z.enum(['joins', 'leaves', 'changed']),
  operations: gainedLost(OPERATION),
  capabilities: gainedLost(CAPABILITY_ACCESS),
  mayAct: beforeAfter(z.boolean()),
  ends: beforeAfter(MOMENT.nullable()),
  suspended: beforeAfter(z.boolean()),
  groups: gainedLost(TEXT),
  ownPolicies: gainedLost(TEXT),
  boundary: beforeAfter(TEXT.nullable()),
  unknownPolicies: beforeAfter(z.array(GRANT).max(1_000).readonly()),
  worstGain: RISK.nullable(),
  worstLoss: RISK.nullable(),
});

const HOLDER = z.strictObject({ kind: z.enum(['user', 'group']), name: TEXT });
/** Of a document is only kept whether it is known: see `redactReview`. */
const DOCUMENT = z.strictObject({ Statement: z.tuple([]) }).nullable();

const DIFFERENCE: z.ZodType<Difference> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['user-added', 'user-deleted']), user: TEXT }),
  z.strictObject({ kind: z.enum(['group-added', 'group-deleted']), group: TEXT }),
  z.strictObject({ kind: z.enum(['policy-added', 'policy-deleted']), arn: TEXT }),
  z.strictObject({ kind: z.literal('path-changed'), holder: HOLDER, from: TEXT, to: TEXT }),
  z.strictObject({
    kind: z.enum(['membership-added', 'membership-removed']),
    group: TEXT,
    user: TEXT,
    unmanaged: z.boolean(),
  }),
  z.strictObject({ kind: z.enum(['policy-attached', 'policy-detached']), holder: HOLDER, arn: TEXT }),
  z.strictObject({
    kind: z.enum(['inline-policy-added', 'inline-policy-removed']),
    holder: HOLDER,
    policy: TEXT,
    document: DOCUMENT,
  }),
  z.strictObject({
    kind: z.literal('inline-policy-changed'),
    holder: HOLDER,
    policy: TEXT,
    from: DOCUMENT,
    to: DOCUMENT,
  }),
  z.strictObject({ kind: z.literal('policy-changed'), arn: TEXT, from: DOCUMENT, to: DOCUMENT }),
  z.strictObject({ kind: z.literal('boundary-changed'), user: TEXT, from: TEXT.nullable(), to: TEXT.nullable() }),
  z.strictObject({
    kind: z.literal('tag-changed'),
    user: TEXT,
    tag: TEXT,
    from: TEXT.nullable(),
    to: TEXT.nullable(),
  }),
]);

/** A number of the file, which has no end of its own there. */
const SETTING = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const GUARD: z.ZodType<SettingsChange> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('owners'), gained: TEXTS, lost: TEXTS }),
  z.strictObject({ kind: z.literal('owner-login'), owner: TEXT, from: TEXT.nullable(), to: TEXT.nullable() }),
  z.strictObject({ kind: z.literal('freeze'), ...gainedLost(CAPABILITY).shape }),
  z.strictObject({ kind: z.literal('max-removals'), from: SETTING, to: SETTING }),
  z.strictObject({ kind: z.literal('state'), from: TEXT.nullable(), to: TEXT.nullable() }),
  z.strictObject({ kind: z.enum(['lab', 'account']), from: TEXT, to: TEXT }),
  z.strictObject({ kind: z.literal('reconcile'), from: SETTING.nullable(), to: SETTING.nullable() }),
  z.strictObject({ kind: z.enum(['key-age', 'drift-period', 'renewal']), from: SETTING, to: SETTING }),
  z.strictObject({ kind: z.literal('keys'), member: TEXT, from: COUNT.nullable(), to: COUNT }),
  z.strictObject({
    kind: z.literal('snooze'),
    finding: TEXT,
    from: z.iso.date().nullable(),
    to: z.iso.date().nullable(),
    reason: TEXT.nullable(),
  }),
]);

const QUESTION: z.ZodType<Question> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['spending-without-end', 'harm-without-end', 'everything']),
    user: TEXT,
    roles: TEXTS,
  }) as unknown as z.ZodType<Question> & z.core.$ZodTypeDiscriminable,
  z.strictObject({ kind: z.enum(['no-sponsor', 'last-owner']), user: TEXT }),
]);

/** Kinds of action as an engine spells them; an unknown one is a block, and is kept to be named. */
export const ACTIONS = z.array(z.string().max(40)).max(8).readonly();

const PLAN: z.ZodType<ReviewedPlan> = z.strictObject({
  digest: DIGEST,
  engine: TEXT,
  provider: TEXT,
  add: COUNT,
  change: COUNT,
  remove: COUNT,
  replace: COUNT,
  importing: COUNT,
  resources: z
    .array(z.strictObject({ address: TEXT, actions: ACTIONS, attributes: TEXTS }))
    .max(100_000)
    .readonly(),
});

const people = <Item extends z.ZodType>(item: Item) => z.array(item).max(20_000).readonly();

/** A review as it travels between jobs: nothing in it but what is known, each text and list with an end. */
export const REVIEW: z.ZodType<Review> = z.strictObject({
  lab: TEXT,
  account: TEXT,
  at: MOMENT,
  risk: CLASS,
  people: people(
    z.strictObject({
      user: TEXT,
      key: TEXT.nullable(),
      name: TEXT.nullable(),
      classes: z.array(CLASS).min(1).max(RISK_CLASSES.length).readonly(),
      change: PERSON_CHANGE,
      roles: z.strictObject({ gained: TEXTS, lost: TEXTS }),
    }),
  ),
  unchanged: COUNT,
  descriptive: TEXTS,
  roles: people(
    z.strictObject({
      key: TEXT,
      kind: z.enum(['added', 'removed', 'changed']),
      gained: OPERATION_LIST,
      lost: OPERATION_LIST,
      members: COUNT,
    }),
  ),
  settings: people(GUARD),
  questions: people(QUESTION),
  unexplained: people(
    z.strictObject({
      kind: z.enum(['drift-reverted', 'not-in-files', 'not-in-plan', 'taken-over']),
      difference: DIFFERENCE.nullable(),
      address: TEXT.nullable(),
      attributes: TEXTS,
    }),
  ),
  blocks: people(BLOCK),
  // What was planned before there was such a setting is still to be applied.
  driftEveryHours: SETTING.default(DEFAULT_SETTINGS.driftEveryHours),
  suspendedDuringApply: TEXTS,
  plan: PLAN.nullable(),
});

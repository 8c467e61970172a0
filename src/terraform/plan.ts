import { z } from 'zod';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';

const VALUES = z.record(z.string(), z.unknown());

const CHANGE = z.object({
  actions: z.array(z.string()),
  before: VALUES.nullable().default(null),
  after: VALUES.nullable().default(null),
  after_unknown: z.unknown().optional().default({}),
  before_sensitive: z.unknown().default(false),
  after_sensitive: z.unknown().default(false),
  importing: z.looseObject({ id: z.string().optional() }).nullable().default(null),
  replace_paths: z.array(z.unknown()).default([]),
});

/** An output's value may be anything. */
const OUTPUT_CHANGE = z
  .object({
    actions: z.array(z.string()).default([]),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    after_unknown: z.unknown().optional(),
    before_sensitive: z.unknown().optional(),
    after_sensitive: z.unknown().optional(),
  })
  .transform((read) => ({
    actions: read.actions,
    before: read.before,
    after: read.after,
    afterUnknown: read.after_unknown,
    beforeSensitive: read.before_sensitive,
    afterSensitive: read.after_sensitive,
  }));

const RESOURCE_CHANGE = z
  .object({
    address: z.string(),
    previous_address: z.string().nullable().default(null),
    mode: z.string().default('managed'),
    type: z.string(),
    name: z.string(),
    deposed: z.string().nullable().default(null),
    action_reason: z.string().nullable().default(null),
    change: CHANGE,
  })
  .transform((read) => ({
    address: read.address,
    previousAddress: read.previous_address,
    mode: read.mode,
    type: read.type,
    name: read.name,
    deposed: read.deposed,
    reason: read.action_reason,
    change: {
      actions: read.change.actions,
      before: read.change.before,
      after: read.change.after,
      afterUnknown: read.change.after_unknown,
      beforeSensitive: read.change.before_sensitive,
      afterSensitive: read.change.after_sensitive,
      importing: read.change.importing,
      replacePaths: read.change.replace_paths,
    },
  }));

const PRIOR_STATE = z.object({
  values: z.object({
    root_module: z.object({
      resources: z.array(z.object({ address: z.string(), type: z.string(), values: VALUES })).default([]),
    }),
  }),
});

interface PriorResource {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

function priorOf(changes: readonly unknown[] | null, state: unknown): readonly PriorResource[] {
  if (changes !== null && changes.length > 0) return [];
  const read = PRIOR_STATE.safeParse(state);
  return read.success ? read.data.values.root_module.resources : [];
}

// What is not stated stays unsaid: OpenTofu tells neither `applyable` nor `complete`.
const PLAN = z
  .object({
    format_version: z.string(),
    terraform_version: z.string().default(''),
    resource_changes: z.array(RESOURCE_CHANGE).nullable().default([]),
    resource_drift: z.array(RESOURCE_CHANGE).nullable().default([]),
    output_changes: z.record(z.string(), OUTPUT_CHANGE).nullable().default({}),
    deferred_changes: z.array(z.unknown()).nullable().default([]),
    deferred_action_invocations: z.array(z.unknown()).nullable().default([]),
    action_invocations: z.array(z.unknown()).nullable().default([]),
    prior_state: z.unknown().optional(),
    errored: z.boolean().default(false),
    applyable: z.boolean().nullable().default(null),
    complete: z.boolean().nullable().default(null),
  })
  .transform((read) => ({
    formatVersion: read.format_version,
    engineVersion: read.terraform_version,
    /** No-ops included: they hold what stays as it is. Ordered by address. */
    changes: read.resource_changes ?? [],
    drift: read.resource_drift ?? [],
    outputs: read.output_changes ?? {},
    deferred: (read.deferred_changes ?? []).length + (read.deferred_action_invocations ?? []).length,
    invocations: (read.action_invocations ?? []).length,
    /** The refreshed state, where the plan only refreshes and so lists no changes; else empty. */
    prior: priorOf(read.resource_changes, read.prior_state),
    errored: read.errored,
    applyable: read.applyable,
    complete: read.complete,
  }));

/** A plan as the engine's `show -json` tells it, with nothing left out that matters to access. */
export type Plan = Readonly<z.infer<typeof PLAN>>;
export type ResourceChange = Readonly<Plan['changes'][number]>;
export type Values = Readonly<Record<string, unknown>>;

/** Whether applying does anything about a resource. */
export function isChange({ change }: Pick<ResourceChange, 'change'>): boolean {
  return change.actions.some((action) => action !== 'no-op' && action !== 'read');
}

/** Whether applying the plan would do anything: the engine's exit code 2, read from the plan itself. */
export function hasChanges(plan: Plan): boolean {
  const actions = [
    ...plan.changes.map(({ change }) => change.actions),
    ...Object.values(plan.outputs).map((output) => output.actions),
  ];
  const imports = plan.changes.some(({ change }) => change.importing !== null);
  return imports || actions.some((list) => list.some((action) => action !== 'no-op' && action !== 'read'));
}

/**
 * Reads plan JSON: any format 1.x, unknown keys ignored, a missing list empty. Whether what it says may be applied is
 * for the blocks: reading is tolerant, acting is strict.
 */
export function readPlan(json: unknown): Result<Plan> {
  const read = PLAN.safeParse(json);
  if (!read.success) {
    const issue = read.error.issues[0];
    return fail('plan-unreadable', { reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a plan'}` });
  }
  if (!/^1\.\d+$/.test(read.data.formatVersion)) {
    return fail('plan-unreadable', { reason: `its format is ${read.data.formatVersion}, and 1.x is understood` });
  }
  return succeed(read.data);
}

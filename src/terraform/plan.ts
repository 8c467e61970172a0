import * as z from 'zod';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';

const VALUES = z.record(z.string(), z.unknown());

/** What a plan does to a resource or an output; an output's values may be anything. */
const changeOf = <Value extends z.ZodType>(value: Value) =>
  z
    .object({
      actions: z.array(z.string()),
      before: value.nullable().default(null),
      after: value.nullable().default(null),
      after_unknown: z.unknown().optional().default({}),
      before_sensitive: z.unknown().default(false),
      after_sensitive: z.unknown().default(false),
      importing: z.looseObject({ id: z.string().optional() }).nullable().default(null),
      replace_paths: z.array(z.unknown()).default([]),
    })
    .transform(({ actions, before, after, importing, ...read }) => ({
      ...{ actions, before, after, importing },
      afterUnknown: read.after_unknown,
      beforeSensitive: read.before_sensitive,
      afterSensitive: read.after_sensitive,
      replacePaths: read.replace_paths,
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
    change: changeOf(VALUES),
  })
  .transform(({ previous_address: previousAddress, action_reason: reason, ...read }) => ({
    ...read,
    previousAddress,
    reason,
  }));

const RESOURCE_CHANGE_OR_TEXT = z.preprocess(
  (given) => (typeof given === 'string' ? JSON.parse(given) : given),
  RESOURCE_CHANGE,
);

// What is not stated stays unknown: OpenTofu does not state `complete`.
const PLAN = z
  .object({
    format_version: z.string(),
    resource_changes: z.array(RESOURCE_CHANGE_OR_TEXT).nullable().default([]),
    resource_drift: z.array(RESOURCE_CHANGE).nullable().default([]),
    output_changes: z.record(z.string(), changeOf(z.unknown())).nullable().default({}),
    deferred_changes: z.array(z.unknown()).nullable().default([]),
    deferred_action_invocations: z.array(z.unknown()).nullable().default([]),
    action_invocations: z.array(z.unknown()).nullable().default([]),
    errored: z.boolean().default(false),
    complete: z.boolean().nullable().default(null),
  })
  .transform((read) => ({
    formatVersion: read.format_version,
    /** No-ops included: they hold what stays as it is. Ordered by address. */
    changes: read.resource_changes ?? [],
    drift: read.resource_drift ?? [],
    outputs: read.output_changes ?? {},
    deferred: (read.deferred_changes ?? []).length + (read.deferred_action_invocations ?? []).length,
    invocations: (read.action_invocations ?? []).length,
    errored: read.errored,
    complete: read.complete,
  }));

/** A plan as `terraform show -json` prints it, with everything that matters to access. */
export type Plan = Readonly<z.infer<typeof PLAN>>;
export type ResourceChange = Readonly<Plan['changes'][number]>;
export type Values = Readonly<Record<string, unknown>>;

/** Whether applying does anything about a resource. */
export function isChange({ change }: { readonly change: { readonly actions: readonly string[] } }): boolean {
  return change.actions.some((action) => action !== 'no-op' && action !== 'read');
}

/** Whether applying the plan would do anything: the engine's exit code 2, read from the plan itself. */
export function hasChanges(plan: Plan): boolean {
  return (
    plan.changes.some((each) => isChange(each) || each.change.importing !== null) ||
    Object.values(plan.outputs).some((change) => isChange({ change }))
  );
}

/** The members of a JSON object or array, by name (empty in an array), unparsed. Throws if the text is cut off. */
function partsOf(text: string): readonly (readonly [name: string, value: string])[] {
  const parts: (readonly [string, string])[] = [];
  const isArray = text.trimStart().startsWith('[');
  let depth = 0;
  let start = 0;
  let name = isArray ? '' : null;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') {
      // An escaped sign goes with its backslash.
      for (at += 1; text[at] !== '"' && at < text.length; at += 1) if (text[at] === '\\') at += 1;
      continue;
    }
    if (sign === '}' || sign === ']') depth -= 1;
    if (sign === ':' && depth === 1 && name === null) {
      name = JSON.parse(text.slice(start, at));
      start = at + 1;
    } else if (name !== null && ((sign === ',' && depth === 1) || ((sign === '}' || sign === ']') && depth === 0))) {
      const value = text.slice(start, at);
      if (value.trim() !== '') parts.push([name, value]);
      name = isArray ? '' : null;
      start = at + 1;
    }
    if (sign === '{' || sign === '[') {
      depth += 1;
      if (depth === 1) start = at + 1;
    }
  }
  if (depth !== 0) throw new SyntaxError('the text is cut off');
  return parts;
}

/** What repeats every resource beside its change. */
const REPEATED = ['planned_values', 'prior_state', 'configuration', 'relevant_attributes', 'checks'];

/**
 * Reads what `show -json` prints of a plan: without what it repeats, and its changes one by one, because a large team's does
 * not fit into memory several times.
 */
export function parsePlan(text: string): Result<Plan> {
  try {
    const parts = new Map(partsOf(text).filter(([name]) => !REPEATED.includes(name)));
    const changes = partsOf(parts.get('resource_changes') ?? '').map(([, change]) => change);
    parts.delete('resource_changes');
    const rest = Object.fromEntries([...parts].map(([name, value]) => [name, JSON.parse(value)]));
    return readPlan({ ...rest, resource_changes: changes });
  } catch {
    return fail('plan-unreadable', { reason: 'what `show -json` printed is not JSON' });
  }
}

/**
 * Reads plan JSON of every format 1.x. Unknown keys are ignored, and a missing list is empty: reading is tolerant, and
 * whether what it says may be applied is for the blocks.
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

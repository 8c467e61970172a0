import { messageOf } from './aws-calls.ts';
import { sameValue } from './codec.ts';
import { type Diagnostic, errorDiagnostic } from './messages.ts';
import { isSameDocument } from './policy-json.ts';
import type { ResourceType } from './resource-type.ts';
import type { Caller } from './session.ts';
import { type Attributes, hasUnknown, isRecord, isUnknown, textMapOf, UNKNOWN, type Value } from './value.ts';

export interface Plan {
  readonly planned: Attributes;
  readonly requiresReplace: readonly string[];
}

export interface PlanInput {
  /** Null for an object that is to be created. */
  readonly prior: Attributes | null;
  /** The engine's merge of configuration and prior state: computed attributes keep their prior value. */
  readonly proposed: Attributes;
  readonly config: Attributes;
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** Plans a create or a change in the manner of the plugin SDK (or of its framework, where the type says so). */
export function planChange(type: ResourceType, input: PlanInput): Plan {
  const { prior, config } = input;
  const desired = withDefaults(type, input);
  const tagged = withAllTags(type, prior, desired, input.defaultTags);
  if (prior === null) return { planned: unknownWhereComputed(type, tagged, config), requiresReplace: [] };
  const settled = keepWhatMeansTheSame(type, prior, tagged);
  const changed = Object.keys(settled).filter((name) => !sameValue(prior[name] ?? null, settled[name] ?? null));
  return {
    planned: recompute(type, settled, changed),
    requiresReplace: changed.filter((name) => type.replacedBy.includes(name)),
  };
}

function withDefaults(type: ResourceType, { proposed }: PlanInput): Attributes {
  const planned: Record<string, Value> = { ...proposed };
  for (const [name, value] of Object.entries(type.defaults ?? {})) planned[name] ??= value;
  for (const [name, form] of Object.entries(type.documents ?? {})) {
    const document = planned[name];
    if (typeof document === 'string') planned[name] = form(document);
  }
  return planned;
}

/** `tags_all` is the union of the provider's default tags and the resource's own, known as soon as those are. */
function withAllTags(
  type: ResourceType,
  prior: Attributes | null,
  desired: Attributes,
  defaultTags: Readonly<Record<string, string>>,
): Attributes {
  if (!('tags_all' in type.schema.attributes)) return desired;
  if (hasUnknown(desired.tags ?? null)) return { ...desired, tags_all: UNKNOWN };
  const all = { ...defaultTags, ...textMapOf(desired, 'tags') };
  if (Object.keys(all).length > 0) return { ...desired, tags_all: all };
  const hadTags = prior !== null && Object.keys(textMapOf(prior, 'tags_all')).length > 0;
  return hadTags ? { ...desired, tags_all: UNKNOWN } : desired;
}

function unknownWhereComputed(type: ResourceType, desired: Attributes, config: Attributes): Attributes {
  const planned: Record<string, Value> = { ...desired };
  for (const [name, attribute] of Object.entries(type.schema.attributes)) {
    const given = attribute.optional === true && (config[name] ?? null) !== null;
    const settled = name === 'tags_all' && desired.tags_all !== null;
    if (attribute.computed === true && !given && !settled) planned[name] = UNKNOWN;
  }
  return planned;
}

/**
 * Takes the prior value where the new one only looks different: another form of the same document, and, for the
 * older SDK, an unset value that the state holds as an empty one.
 */
function keepWhatMeansTheSame(type: ResourceType, prior: Attributes, desired: Attributes): Attributes {
  const settled: Record<string, Value> = { ...desired };
  for (const [name, value] of Object.entries(desired)) {
    const before = prior[name] ?? null;
    const isDocument = type.documents?.[name] !== undefined;
    if (isDocument && typeof before === 'string' && typeof value === 'string') {
      if (isSameDocument(before, value)) settled[name] = before;
    } else if (type.legacy && value === null && isEmpty(before)) {
      settled[name] = before;
    }
  }
  return settled;
}

function recompute(type: ResourceType, planned: Attributes, changed: readonly string[]): Attributes {
  const unknown = Object.entries(type.recomputed ?? {})
    .filter(([, causes]) => causes.some((cause) => changed.includes(cause)))
    .map(([name]): [string, Value] => [name, UNKNOWN]);
  return { ...planned, ...Object.fromEntries(unknown) };
}

function isEmpty(value: Value): boolean {
  return value === '' || (isRecord(value) && Object.keys(value).length === 0);
}

/**
 * What an apply hands back: a set that was planned as null and is empty afterwards stays null, because the engine
 * compares the two. The next read shows it as empty; that is the real provider's noise, and ours.
 */
export function applied(planned: Attributes, state: Attributes): Attributes {
  const settled = Object.entries(state).map(([name, value]): [string, Value] => {
    const emptyMap = isRecord(value) && Object.keys(value).length === 0;
    return [name, emptyMap && planned[name] === null ? null : value];
  });
  return Object.fromEntries(settled);
}

export interface Applied {
  /** What the engine is to record; null where nothing exists. */
  readonly state: Attributes | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Creates, changes or removes one object. A failure says what exists, so that the engine's record stays true. */
export async function applyChange(
  type: ResourceType,
  caller: Caller,
  prior: Attributes | null,
  planned: Attributes | null,
): Promise<Applied> {
  let kept = prior;
  try {
    if (planned === null) {
      if (prior !== null) await type.remove(caller, prior);
      return { state: null, diagnostics: [] };
    }
    const state =
      prior === null
        ? await type.create(caller, planned, (created) => {
            kept = known(created);
          })
        : await change(type, caller, prior, planned);
    return { state: applied(planned, state), diagnostics: [] };
  } catch (error) {
    return { state: kept, diagnostics: [errorDiagnostic(messageOf(error))] };
  }
}

async function change(type: ResourceType, caller: Caller, prior: Attributes, planned: Attributes): Promise<Attributes> {
  if (type.update === undefined) throw new Error('this resource type has nothing that changes in place');
  return type.update(caller, prior, planned);
}

/** A state may hold nothing unknown. */
function known(state: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]): [string, Value] => [name, isUnknown(value) ? null : value]),
  );
}

import { messageOf } from './aws-calls.ts';
import { sameValue } from './codec.ts';
import { type Diagnostic, errorDiagnostic } from './messages.ts';
import { isSameDocument } from './policy-json.ts';
import type { ResourceType } from './resource-type.ts';
import type { Caller } from './session.ts';
import { type Attributes, hasUnknown, isEmpty, isRecord, isUnknown, mapValues, textMapOf, UNKNOWN } from './value.ts';

interface PlanInput {
  /** Null for an object that is to be created. */
  readonly prior: Attributes | null;
  /** The engine's merge of configuration and prior state: computed attributes keep their prior value. */
  readonly proposed: Attributes;
  readonly config: Attributes;
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** Plans a create or a change in the manner of the plugin SDK (or of its framework, where the type says so). */
export function planChange(
  type: ResourceType,
  input: PlanInput,
): { readonly planned: Attributes; readonly requiresReplace: readonly string[] } {
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

function withDefaults({ defaults, documents }: ResourceType, { proposed }: PlanInput): Attributes {
  return mapValues(proposed, (given, name) => {
    const value = given ?? defaults?.[name] ?? null;
    return typeof value === 'string' ? (documents?.[name]?.(value) ?? value) : value;
  });
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
  return mapValues(desired, (value, name) => {
    const { computed, optional } = type.schema.attributes[name] ?? {};
    const given = optional === true && (config[name] ?? null) !== null;
    const settled = name === 'tags_all' && value !== null;
    return computed === true && !given && !settled ? UNKNOWN : value;
  });
}

/**
 * Takes the prior value where the new one only looks different: another form of the same document, and, for the
 * older SDK, an unset value that the state holds as an empty one.
 */
function keepWhatMeansTheSame(type: ResourceType, prior: Attributes, desired: Attributes): Attributes {
  return mapValues(desired, (value, name) => {
    const before = prior[name] ?? null;
    const isDocument = type.documents?.[name] !== undefined;
    if (isDocument && typeof before === 'string' && typeof value === 'string')
      return isSameDocument(before, value) ? before : value;
    // Blocks of the older SDK that the configuration leaves out are computed here.
    if (name in (type.schema.blocks ?? {})) return before;
    return type.legacy && value === null && isEmpty(before) ? before : value;
  });
}

function recompute({ recomputed }: ResourceType, planned: Attributes, changed: readonly string[]): Attributes {
  return mapValues(planned, (value, name) =>
    recomputed?.[name]?.some((cause) => changed.includes(cause)) === true ? UNKNOWN : value,
  );
}

/**
 * What an apply hands back: a set that was planned as null and is empty afterwards stays null, because the engine
 * compares the two. The next read shows it as empty; that is the real provider's noise, and ours.
 */
export function applied(planned: Attributes, state: Attributes): Attributes {
  return mapValues(state, (value, name) => {
    const emptyMap = isRecord(value) && Object.keys(value).length === 0;
    return emptyMap && planned[name] === null ? null : value;
  });
}

/** Creates, changes or removes one object. A failure says what exists (null for nothing), so that the engine's record stays true. */
export async function applyChange(
  type: ResourceType,
  caller: Caller,
  prior: Attributes | null,
  planned: Attributes | null,
): Promise<{ readonly state: Attributes | null; readonly diagnostics: readonly Diagnostic[] }> {
  let kept = prior;
  const keep = (created: Attributes): void => {
    // A state may hold nothing unknown.
    kept = mapValues(created, (value) => (isUnknown(value) ? null : value));
  };
  try {
    if (planned === null) {
      if (prior !== null) await type.remove(caller, prior);
      return { state: null, diagnostics: [] };
    }
    if (prior === null) return { state: applied(planned, await type.create(caller, planned, keep)), diagnostics: [] };
    if (type.update === undefined) throw new Error('this resource type has nothing that changes in place');
    return { state: applied(planned, await type.update(caller, prior, planned)), diagnostics: [] };
  } catch (error) {
    return { state: kept, diagnostics: [errorDiagnostic(messageOf(error))] };
  }
}

import type { Json } from './gate.ts';

export type JsonObject = { readonly [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal as JSON, whatever the order of keys. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  return ordered(one) === ordered(other);
}

/** A value in a few words, for a message. */
export function brief(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= 120 ? text : `${[...text].slice(0, 119).join('')}…`;
}

/** Every text in a value with its path, keys included: Terraform evaluates templates in both. */
export function textsOf(value: Json, at: readonly string[] = []): readonly { at: readonly string[]; text: string }[] {
  if (typeof value === 'string') return [{ at, text: value }];
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => textsOf(item, [...at, String(index)]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [{ at, text: key }, ...textsOf(item, [...at, key])]);
}

/** The resources of a configuration; what is not shaped like one is told by `only-known-arguments`. */
export function resourcesOf(
  configuration: Json,
): readonly { readonly type: string; readonly name: string; readonly at: string; readonly body: Json }[] {
  const resource = isObject(configuration) ? configuration.resource : undefined;
  if (!isObject(resource)) return [];
  return Object.entries(resource).flatMap(([type, named]) =>
    isObject(named)
      ? Object.entries(named).map(([name, body]) => ({ type, name, at: `resource.${type}.${name}`, body }))
      : [{ type, name: '', at: `resource.${type}`, body: named }],
  );
}

function ordered(value: Json | undefined): string {
  return JSON.stringify(value, (_key, item: Json) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1))) : item,
  );
}

import { isObject, type Json, type JsonObject } from './json.ts';

const REFERENCE = /^\$\{(aws_iam_(?:user|group|group_membership))\.([\w-]+)\.name\}$/;

/** The arguments of a resource with its references put in; what cannot be resolved stays as it is. */
export function resolveReferences(body: JsonObject, configuration: Json): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, resolve(value, configuration)]));
}

function resolve(value: Json, configuration: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => resolve(item, configuration));
  if (typeof value !== 'string') return value;
  const [, type = '', name = ''] = REFERENCE.exec(value) ?? [];
  return nameOf(type, name, configuration) ?? value;
}

function nameOf(type: string, name: string, configuration: Json): string | null {
  const resources = isObject(configuration) ? configuration.resource : undefined;
  const named = isObject(resources) ? resources[type] : undefined;
  // Own properties alone: a name such as `constructor` must not be found on the object's own kind.
  const body = isObject(named) && Object.hasOwn(named, name) ? named[name] : undefined;
  return isObject(body) && typeof body.name === 'string' ? body.name : null;
}

import type { Json } from './gate.ts';
import { isObject, type JsonObject } from './gate-json.ts';

const REFERENCE = /^\$\{(aws_iam_(?:user|group|group_membership))\.([\w-]+)\.name\}$/;

/** Where the stacks write references, and to what. */
const PLACES: readonly { readonly at: RegExp; readonly to: string }[] = [
  { at: /^resource\.aws_iam_group_\w+\.[\w-]+\.(group|group_name)$/, to: 'aws_iam_group' },
  { at: /^resource\.aws_iam_group_membership\.[\w-]+\.users\.\d+$/, to: 'aws_iam_user' },
  { at: /^resource\.aws_iam_user_\w+\.[\w-]+\.(user|user_name)$/, to: 'aws_iam_user' },
  { at: /^locals\.enrolled\.\d+$/, to: 'aws_iam_group_membership' },
];

/**
 * Whether a text means itself to Terraform: no `${` and no `%{` but escaped ones. Three signs before a brace would be an
 * escape and a template in one, so exactly two are let through.
 */
export function isWritten(text: string): boolean {
  return [...text.matchAll(/[$%]+(?=\{)/g)].every(([signs]) => signs === '$$' || signs === '%%');
}

/** Whether a text is a reference to a name of this configuration, at a place where the stacks write one. */
export function isKnownReference(at: readonly string[], text: string, configuration: Json): boolean {
  const [, type = '', name = ''] = REFERENCE.exec(text) ?? [];
  const place = PLACES.find((each) => each.at.test(at.join('.')));
  return place !== undefined && place.to === type && nameOf(type, name, configuration) !== null;
}

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

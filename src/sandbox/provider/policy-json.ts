import type { JsonAttribute } from './resource-type.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A managed policy's document: keys in alphabetical order, no spaces. */
export const MANAGED_DOCUMENT: JsonAttribute = { normalise: sorted, equivalent };

/** An inline policy's document: as a managed one's, with `Version` first, as the real provider writes it. */
export const INLINE_DOCUMENT: JsonAttribute = { normalise: versionFirst, equivalent };

/**
 * What a read puts into state: the text that is there while the account's document means the same, else the
 * account's own.
 */
export function documentToSet(attribute: JsonAttribute, inState: string, inAccount: string): string {
  return attribute.normalise(attribute.equivalent(inState, inAccount) ? inState : inAccount);
}

function sorted(document: string): string {
  const parsed = parse(document);
  return parsed === undefined ? document : JSON.stringify(withSortedKeys(parsed));
}

function versionFirst(document: string): string {
  const parsed = parse(document);
  if (!isObject(parsed) || parsed.Version !== '2012-10-17') return sorted(document);
  const { Version, ...rest } = parsed;
  return JSON.stringify({ Version, ...objectWithSortedKeys(rest) });
}

/**
 * Whether IAM would take two documents for the same: the order of keys, statements and list items says nothing, and
 * neither does a list of one against its item.
 */
function equivalent(left: string, right: string): boolean {
  if (left === right) return true;
  const [one, other] = [parse(left), parse(right)];
  return one !== undefined && other !== undefined && JSON.stringify(plain(one)) === JSON.stringify(plain(other));
}

function plain(value: Json): Json {
  if (isObject(value)) {
    const entries = Object.keys(value)
      .sort()
      .map((key): [string, Json] => [key, plain(value[key] ?? null)]);
    return Object.fromEntries(entries);
  }
  if (!Array.isArray(value)) return typeof value === 'boolean' ? String(value) : value;
  const items = value.map(plain).map((item) => ({ item, key: JSON.stringify(item) }));
  const distinct = [...new Map(items.map(({ item, key }) => [key, item]))].sort(([a], [b]) => (a < b ? -1 : 1));
  const [only] = distinct;
  return distinct.length === 1 && only !== undefined ? only[1] : distinct.map(([, item]) => item);
}

function withSortedKeys(value: Json): Json {
  if (isObject(value)) return objectWithSortedKeys(value);
  return Array.isArray(value) ? value.map(withSortedKeys) : value;
}

function objectWithSortedKeys(value: { readonly [key: string]: Json }): { readonly [key: string]: Json } {
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, withSortedKeys(value[key] ?? null)]),
  );
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { canonicalDocument } from '../../iam/canonical.ts';
import type { PolicyDocument } from '../../iam/document.ts';
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

/** Whether IAM takes two documents for the same; texts that are no documents are compared as JSON. */
function equivalent(left: string, right: string): boolean {
  if (left === right) return true;
  const [one, other] = [documentIn(left), documentIn(right)];
  if (one !== null && other !== null) return canonicalDocument(one) === canonicalDocument(other);
  return sorted(left) === sorted(right);
}

function documentIn(text: string): PolicyDocument | null {
  const parsed = parse(text);
  if (!isObject(parsed)) return null;
  const statements = [parsed.Statement].flat();
  return statements.length > 0 && statements.every(isStatement) ? (parsed as unknown as PolicyDocument) : null;
}

/** The least that a comparison needs; whether a statement is right is for IAM to say. */
function isStatement(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  const { Action, NotAction, Resource, NotResource, Condition } = value;
  return isTexts(Action ?? NotAction) && isTexts(Resource ?? NotResource) && isConditions(Condition ?? {});
}

function isConditions(value: Json): boolean {
  return (
    isObject(value) && Object.values(value).every((byKey) => isObject(byKey) && Object.values(byKey).every(isTexts))
  );
}

function isTexts(value: Json | undefined): boolean {
  return [value].flat().every((item) => typeof item === 'string');
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

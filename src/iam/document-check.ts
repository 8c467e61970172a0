import type { ConditionBlock, PolicyDocument, Statement } from './document.ts';

type Json = { readonly [key: string]: unknown };

/** IAM takes tab, line feed, carriage return and U+0020 to U+00FF. */
const ALPHABET = /^[\t\n\r -\u00ff]*$/;
const ACTION = /^(?:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?_-]+|\*:\*)$/;
const RESOURCE = /^(?:\*|arn:.*)$/;
const SID = /^[A-Za-z0-9]*$/;
const VERSIONS: readonly unknown[] = [undefined, '2008-10-17', '2012-10-17'];
const DOCUMENT_KEYS = ['Version', 'Id', 'Statement'];
const STATEMENT_KEYS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

/**
 * The identity policy that a text holds, or null where IAM would call it malformed: no JSON, an element that does not
 * exist, both or none of Action and NotAction (Resource and NotResource), an action without a service, a resource that
 * is no ARN, a principal, characters outside IAM's alphabet. Action names and condition operators are not looked up:
 * IAM does not know every name either, and a policy that could not be read would hide what it grants.
 */
export function parsePolicyDocument(text: string): PolicyDocument | null {
  if (!ALPHABET.test(text)) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || !hasOnly(value, DOCUMENT_KEYS) || !VERSIONS.includes(value.Version)) return null;
  if (value.Id !== undefined && typeof value.Id !== 'string') return null;
  const written: readonly unknown[] = Array.isArray(value.Statement) ? value.Statement : [value.Statement];
  const statements = written.map(parseStatement);
  if (statements.length === 0 || !statements.every((statement) => statement !== null)) return null;
  const sids = statements.flatMap((statement) => (statement.Sid ? [statement.Sid] : []));
  if (new Set(sids).size < sids.length) return null;
  return { ...(value as Json), Statement: statements } as PolicyDocument;
}

function parseStatement(value: unknown): Statement | null {
  if (!isObject(value) || !hasOnly(value, STATEMENT_KEYS)) return null;
  if (value.Effect !== 'Allow' && value.Effect !== 'Deny') return null;
  if (value.Sid !== undefined && (typeof value.Sid !== 'string' || !SID.test(value.Sid))) return null;
  const action = exactlyOne(value, 'Action', 'NotAction', ACTION);
  const resource = exactlyOne(value, 'Resource', 'NotResource', RESOURCE);
  if (!action || !resource) return null;
  if (value.Condition === undefined) return value as unknown as Statement;
  const conditions = parseConditions(value.Condition);
  return conditions === null ? null : ({ ...value, Condition: conditions } as unknown as Statement);
}

function exactlyOne(statement: Json, key: string, notKey: string, form: RegExp): boolean {
  if ((statement[key] === undefined) === (statement[notKey] === undefined)) return false;
  const written = statement[key] ?? statement[notKey];
  const list: readonly unknown[] = Array.isArray(written) ? written : [written];
  return list.length > 0 && list.every((item) => typeof item === 'string' && form.test(item));
}

/** Numbers and booleans become text, which is what IAM compares. */
function parseConditions(value: unknown): ConditionBlock | null {
  if (!isObject(value)) return null;
  const block: Record<string, Record<string, string | string[]>> = {};
  for (const [operator, byKey] of Object.entries(value)) {
    if (!isObject(byKey)) return null;
    const texts: Record<string, string | string[]> = {};
    for (const [key, wanted] of Object.entries(byKey)) {
      const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
      if (!list.every((item) => ['string', 'number', 'boolean'].includes(typeof item))) return null;
      texts[key] = Array.isArray(wanted) ? list.map(String) : String(wanted);
    }
    block[operator] = texts;
  }
  return block;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasOnly(value: Json, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key));
}

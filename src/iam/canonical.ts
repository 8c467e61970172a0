import { conditionsOf, type PolicyDocument, type Statement, statementsOf, toList } from './document.ts';

/** What IAM takes a document without a Version for. */
const DEFAULT_VERSION = '2008-10-17';

/**
 * A text that is equal for two documents exactly when they say the same: order of keys, of statements and of lists, a
 * list of one or the one, repetition, and the case of actions and condition keys make no difference. Ids and Sids do:
 * no access depends on them, but they are text of the policy.
 */
export function canonicalDocument({ Version = DEFAULT_VERSION, ...document }: PolicyDocument): string {
  return canonicalJson({ ...document, Version, Statement: statementsOf(document).map(comparableStatement) });
}

/** Conditions as a list: one operator may be written with keys that differ in case alone. */
function comparableStatement({ Sid, Action, NotAction, ...statement }: Statement) {
  const lower = (items: Statement['Action']) => items && toList(items).map((item) => item.toLowerCase());
  const Condition = conditionsOf(statement).map((each) => ({ ...each, key: each.key.toLowerCase() }));
  return { ...statement, Sid: Sid || undefined, Action: lower(Action), NotAction: lower(NotAction), Condition };
}

function sortedSet(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort();
}

/** JSON with sorted names; lists keep their order. `form` may replace a part before its names are sorted. */
export function stableJson(value: unknown, form = (part: object): unknown => part): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    const formed = isMap(part) ? form(part) : part;
    if (!isMap(formed)) return formed;
    return Object.fromEntries(Object.entries(formed).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The same for JSON of any shape, as trust and bucket policies are: order of keys and of lists, a list of one or the one,
 * and what is left out or undefined make no difference.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    const items = sortedSet(value.map(canonicalJson));
    return items.length === 1 ? (items[0] ?? '') : `[${items.join()}]`;
  }
  if (!isMap(value)) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${entries.sort().join()}}`;
}

/** JSON with sorted keys, so that two equal values have equal text. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/**
 * A value as it is compared: policy documents in text are read, one thing and a list of one are the same, lists of
 * strings are sets, and null, `{}` and `[]` all say "nothing".
 */
export function canonical(value: unknown): unknown {
  if (typeof value === 'string') {
    const document = documentOf(value);
    return document === null ? value : canonical(document);
  }
  if (Array.isArray(value)) {
    const items = value.map(canonical);
    if (items.length === 0) return null;
    if (items.length === 1) return items[0];
    if (items.every((item) => typeof item === 'string')) return [...items].sort();
    return items;
  }
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, inner]) => [key, canonical(inner)] as const);
    const kept = entries.filter(([, inner]) => inner !== null && inner !== undefined);
    return kept.length === 0 ? null : Object.fromEntries(kept);
  }
  return value ?? null;
}

/** Whether two values mean the same. */
export function same(one: unknown, other: unknown): boolean {
  return stableJson(canonical(one)) === stableJson(canonical(other));
}

/** The policy document in a text, URL-encoded or not; null where the text is none. */
export function documentOf(text: string): Readonly<Record<string, unknown>> | null {
  const start = text.trimStart();
  if (!start.startsWith('{') && !start.startsWith('%7B')) return null;
  try {
    const parsed: unknown = JSON.parse(start.startsWith('%7B') ? decodeURIComponent(start) : start);
    return isObject(parsed) && 'Statement' in parsed ? parsed : null;
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

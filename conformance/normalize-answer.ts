import { canonical, documentOf, isObject, stableJson } from './canonical.ts';

/** What an account answered to one call, ready to be compared. */
export type Answer =
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'error'; readonly code: string; readonly status: number }
  | { readonly kind: 'unsupported' };

/**
 * Replaces what an account invents by where it was first seen: the same object has the same placeholder all through,
 * and an id more or less in one answer does not shift the others.
 */
export class Placeholders {
  readonly #known = new Map<string, string>();
  #step = 0;

  /** From now on, what is new was first seen in the next step. */
  nextStep(): void {
    this.#step += 1;
  }

  of(kind: string, value: string): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const placeholder = `<${kind} of step ${this.#step}>`;
    this.#known.set(value, placeholder);
    return placeholder;
  }
}

const INVENTED = new Set([
  'UserId',
  'GroupId',
  'RoleId',
  'PolicyId',
  'AccessKeyId',
  'SSHPublicKeyId',
  'CertificateId',
  'ServiceSpecificCredentialId',
]);
const SECRET = new Set(['SecretAccessKey', 'Base32StringSeed', 'QRCodePNG', 'ServicePassword', 'Fingerprint']);

/**
 * An answer of the SDK without what differs each time: request ids and times go, invented ids become placeholders,
 * secrets are only said to be there, policy documents are compared by what they say, and lists of objects are sorted
 * (AWS promises no order).
 */
export function normalizeAnswer(output: unknown, placeholders: Placeholders): Answer {
  return { kind: 'answer', value: canonical(normalize(output, '', placeholders)) };
}

/** An error by its code and HTTP status; its words are each account's own. */
export function normalizeError(error: unknown): Answer {
  const name = isObject(error) || error instanceof Error ? String(Reflect.get(error, 'name')) : 'Unknown';
  const metadata = error instanceof Error ? Reflect.get(error, '$metadata') : undefined;
  const status = isObject(metadata) && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : 0;
  // An emulator's way of saying that it does not know a call.
  if (status >= 500) return { kind: 'unsupported' };
  return { kind: 'error', code: name.replace(/Exception$/, ''), status };
}

function normalize(value: unknown, key: string, placeholders: Placeholders): unknown {
  if (value instanceof Date) return '<time>';
  if (value instanceof Uint8Array) return key === 'Content' ? reportLines(value) : '<bytes>';
  if (typeof value === 'string') {
    if (SECRET.has(key)) return '<secret>';
    if (INVENTED.has(key)) return placeholders.of(key, value);
    return documentOf(value) ?? value;
  }
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => normalize(item, key, placeholders));
    return items
      .map((item) => [stableJson(canonical(item)), item] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, item]) => item);
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name]) => name !== '$metadata');
  return Object.fromEntries(entries.map(([name, inner]) => [name, normalize(inner, name, placeholders)]));
}

/** The credential report is a table in CSV; its times are each account's own. */
function reportLines(content: Uint8Array): readonly string[] {
  const text = new TextDecoder().decode(content);
  return text
    .trim()
    .split('\n')
    .map((row) => row.replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?/g, '<time>'));
}

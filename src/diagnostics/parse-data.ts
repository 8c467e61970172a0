import * as z from 'zod';

/** Data of another program, or why it is invalid. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string };

/** Limits of data between jobs, and an end for a made-up file: an account at IAM's quotas and a team file of 2 MB have less. */
export const TEXT = z.string().max(4_000);
export const TEXTS = many(TEXT);
export const COUNT = z.int().min(0).max(1_000_000);

export function many<Item extends z.ZodType>(item: Item) {
  return z.array(item).max(1_000_000).readonly();
}

/** An account that is full takes about a third of this. */
const MOST_BYTES = 64 * 1024 * 1024;

/** What a text of JSON says; undefined if it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether it is an object of JSON: neither a list nor null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads JSON as what a schema says. Never throws, whatever it is given. */
export function parseData<Value>(text: string, schema: z.ZodType<Value>): Parsed<Value> {
  if (text.length > MOST_BYTES) return { ok: false, reason: `it is larger than ${MOST_BYTES} bytes` };
  const json = jsonOf(text);
  if (json === undefined) return { ok: false, reason: 'it is not JSON' };
  const read = schema.safeParse(json);
  if (read.success) return { ok: true, value: read.data };
  const issue = read.error.issues[0];
  return { ok: false, reason: `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'not what it should be'}` };
}

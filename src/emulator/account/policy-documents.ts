import { type PolicyDocument, parsePolicyDocument } from '../../iam/document.ts';

export type ReadDocument =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly why: string };

const KEPT = 20_000;
const known = new Map<string, ReadDocument>();

/**
 * A policy's text as the evaluator's document. The same few texts are read at every call, so what was read is kept;
 * the oldest are forgotten.
 */
export function readPolicyDocument(text: string): ReadDocument {
  const before = known.get(text);
  if (before !== undefined) return before;
  const read = parse(text);
  if (known.size >= KEPT) {
    const oldest = known.keys().next();
    if (!oldest.done) known.delete(oldest.value);
  }
  known.set(text, read);
  return read;
}

function parse(text: string): ReadDocument {
  const document = parsePolicyDocument(text);
  return document === null ? { ok: false, why: 'Syntax errors in policy.' } : { ok: true, document };
}

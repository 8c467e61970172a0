import { createHash, createHmac } from 'node:crypto';
import type { AccountState } from './state.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What AWS's id prefixes mean: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export type IdPrefix = 'AIDA' | 'AGPA' | 'ANPA' | 'AKIA' | 'APKA' | 'ACCA' | 'ASCA' | 'AROA';

/** The next id of a kind, in AWS's form: 21 characters, 20 for keys. The same account gives the same ids in the same order. */
export function nextId(state: AccountState, prefix: IdPrefix): string {
  state.ids += 1;
  return idOf(`${state.accountId}:${state.ids}`, prefix);
}

/** An id derived from a text alone, for AWS's own policies and the root's key. */
export function idOf(text: string, prefix: IdPrefix): string {
  const length = (prefix === 'AKIA' ? 20 : 21) - prefix.length;
  const bytes = createHash('sha256').update(`${prefix}:${text}`).digest();
  let id: string = prefix;
  for (const byte of bytes.subarray(0, length)) id += ALPHABET.charAt(byte % 32);
  return id;
}

/** A secret in AWS's form, 40 characters, that depends on the account's seed and on a name. */
export function secretOf(seed: string, name: string): string {
  return createHmac('sha256', seed).update(name).digest('base64').replaceAll(/[=]/g, '').padEnd(43, 'A').slice(0, 40);
}

import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { bech32 } from '@scure/base';
import { PATTERNS } from './schema.ts';

/** Why a text is no recipient: another kind of one, a secret, or a mistake in copying. */
export type RecipientProblem =
  | ('identity' | 'post-quantum' | 'plugin' | 'ssh' | 'no-recipient')
  | ('mistyped' | 'weak' | 'second-form');

/** Public keys are numbers below this one (RFC 7748, section 5). */
const PRIME = 2n ** 255n - 19n;

/** Null for a valid age recipient of an X25519 identity, the only kind that every age program reads. */
export function recipientProblem(text: string): RecipientProblem | null {
  if (/AGE-SECRET-KEY-/i.test(text)) return 'identity';
  if (/^age1(?:tag)?pq1/i.test(text)) return 'post-quantum';
  // The data of a Bech32 text has no `1`, so one more ends the name of a plugin.
  if (/^age1[a-z0-9+._-]+1/i.test(text)) return 'plugin';
  if (/^(?:sk-)?(?:ssh|ecdsa)-/i.test(text)) return 'ssh';
  if (!/^age1/i.test(text)) return 'no-recipient';
  if (!PATTERNS.recipient.test(text)) return 'mistyped';
  const decoded = bech32.decodeUnsafe(text);
  const bytes = decoded === undefined ? undefined : bech32.fromWordsUnsafe(decoded.words);
  if (bytes?.length !== 32) return 'mistyped';
  if (!canAgree(bytes)) return 'weak';
  return isCanonical(bytes) ? null : 'second-form';
}

/** X25519 ignores the last bit and takes numbers modulo the prime: two texts would be the same public key. */
function isCanonical(bytes: Uint8Array): boolean {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) < PRIME;
}

let own: KeyObject | undefined;

/** Whether a secret can be shared with a public key. Points of low order share a known one (RFC 7748, section 6.1). */
function canAgree(bytes: Uint8Array): boolean {
  own ??= generateKeyPairSync('x25519').privateKey;
  const key = { kty: 'OKP', crv: 'X25519', x: Buffer.from(bytes).toString('base64url') };
  try {
    diffieHellman({ privateKey: own, publicKey: createPublicKey({ key, format: 'jwk' }) });
    return true;
  } catch {
    return false;
  }
}

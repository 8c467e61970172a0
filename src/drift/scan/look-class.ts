import { createHash } from 'node:crypto';
import type { DriftCause, DriftClass, DriftFinding } from '../finding.ts';
import { findingDigest } from './finding-digest.ts';

/** What one cause makes of a whole look, the first that is there deciding. */
const CLASS_BY_CAUSE: readonly (readonly [DriftCause, DriftClass])[] = [
  ['manual', 'drift'],
  ['unexplained', 'unexplained'],
  ['unmanaged', 'unmanaged'],
  ['pending', 'pending'],
  ['expired', 'pending'],
  ['unknown', 'pending'],
  ['resolved', 'state-only'],
];

/** How an account stands to its file; what nobody could look at counts only where nothing was found. */
export function classOf(findings: readonly Pick<DriftFinding, 'cause'>[], isSeen: boolean): DriftClass {
  const causes = new Set(findings.map(({ cause }) => cause));
  const [, found] = CLASS_BY_CAUSE.find(([cause]) => causes.has(cause)) ?? [];
  return found ?? (isSeen ? 'clean' : 'error');
}

/**
 * Equal for two looks that found the same, whenever they were made, and another one where something of it has become
 * worse: 64 hexadecimal digits.
 */
export function fingerprintOf(findings: readonly DriftFinding[]): string {
  const lines = findings.map((finding) => JSON.stringify([finding.id, finding.cause, findingDigest(finding)]));
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

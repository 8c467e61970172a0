import { createHash } from 'node:crypto';
import type { AccessChange } from '../../access/diff.ts';
import { differenceKey } from '../../access/model-difference.ts';
import type { AccessKey } from '../../aws/inventory/types.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { type DriftCause, type DriftClass, type DriftFinding, differenceOf } from '../finding.ts';

/** The class of a scan by the causes in it: the first one present decides. */
const CLASS_BY_CAUSE: readonly (readonly [DriftCause, DriftClass])[] = [
  ['manual', 'drift'],
  ['unexplained', 'unexplained'],
  ['unmanaged', 'unmanaged'],
  ['pending', 'pending'],
  ['expired', 'pending'],
  ['unknown', 'pending'],
  ['resolved', 'state-only'],
];

/** `isSeen`: whether everything could be checked; it matters only if nothing was found. */
export function classOf(findings: readonly Pick<DriftFinding, 'cause'>[], isSeen: boolean): DriftClass {
  const causes = new Set(findings.map(({ cause }) => cause));
  const [, found] = CLASS_BY_CAUSE.find(([cause]) => causes.has(cause)) ?? [];
  return found ?? (isSeen ? 'clean' : 'error');
}

/** Equal for two scans that found the same, different if a finding changed or became worse: 64 hexadecimal digits. */
export function fingerprintOf(findings: readonly DriftFinding[]): string {
  const lines = findings.map((finding) => JSON.stringify([finding.id, finding.cause, findingDigest(finding)]));
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

/** Different if documents, members, operations or keys differ; without anything that changes with time alone. */
function findingDigest(finding: Pick<DriftFinding, 'rule' | 'data' | 'changes' | 'escalates'>): string {
  const { changes, escalates } = finding;
  const text = stable([dataOf(finding), changes.map(changeFacts), [...escalates].sort()]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function dataOf(finding: Pick<DriftFinding, 'rule' | 'data'>): unknown {
  const difference = differenceOf(finding);
  if (difference !== null) {
    return [differenceKey(difference), 'document' in difference ? difference.document : null];
  }
  const { rule, data } = finding as DriftFinding;
  // The credential report, the only source of these keys, has no ids.
  if (rule === 'unmanaged-user') {
    const { keys, areKeysKnown: _known, ...rest } = data;
    return [rule, rest, keys.filter(({ active }) => active).length, keys.length];
  }
  if (rule === 'unmanaged-group') return [rule, { ...data, keeps: data.keeps.map(changeFacts) }];
  return [rule, Object.fromEntries(Object.entries(data).filter(([name]) => !TIME_DEPENDENT.includes(name)))];
}

/** Time-dependent fields, excluded from the fingerprint. */
const TIME_DEPENDENT: readonly string[] = ['days', 'lastUsed'];

function changeFacts({ user, operations, ends, suspended, boundary }: AccessChange): unknown {
  return [user, [...operations.gained].sort(), [...operations.lost].sort(), ends, suspended, boundary];
}

/** JSON with sorted names; lists keep their order. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    if (isKey(part)) return [part.id ?? part.created, part.active];
    if (isDocument(part)) return canonicalDocument(part);
    return Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

function isKey(part: object): part is AccessKey {
  return 'active' in part && 'isUseKnown' in part;
}

function isDocument(part: object): part is PolicyDocument {
  return 'Statement' in part;
}

import { createHash } from 'node:crypto';
import type { AccessChange } from '../../access/diff.ts';
import { differenceKey } from '../../access/model-difference.ts';
import type { AccessKey } from '../../aws/inventory/types.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { type DriftFinding, differenceOf } from '../finding.ts';

/**
 * What a finding says, in a text that is another one as soon as it says something worse or something else: documents,
 * members, operations, keys. Nothing in it passes with time alone: an age, or when something was last used.
 */
export function findingDigest(finding: Pick<DriftFinding, 'rule' | 'data' | 'changes' | 'escalates'>): string {
  const { changes, escalates } = finding;
  const text = stable([dataOf(finding), changes.map(personOf), [...escalates].sort()]);
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
  if (rule === 'unmanaged-group') return [rule, { ...data, keeps: data.keeps.map(personOf) }];
  return [rule, Object.fromEntries(Object.entries(data).filter(([name]) => !PASSING.includes(name)))];
}

/** Time-dependent fields, excluded from the fingerprint. */
const PASSING: readonly string[] = ['days', 'lastUsed'];

function personOf({ user, operations, ends, suspended, boundary }: AccessChange): unknown {
  return [user, [...operations.gained].sort(), [...operations.lost].sort(), ends, suspended, boundary];
}

/** JSON in one order of names; lists of names keep theirs, which are sorted where they come from. */
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

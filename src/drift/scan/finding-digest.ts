import { createHash } from 'node:crypto';
import type { AccessChange } from '../../access/diff.ts';
import { differenceKey } from '../../access/model-difference.ts';
import { listOperations } from '../../access/operation-set.ts';
import type { AccessKey } from '../../aws/inventory/inventory.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import type { DriftFinding, DriftWhat } from '../finding.ts';

/**
 * What a finding says, in a text that is another one as soon as it says something worse or something else: documents,
 * members, operations, keys. Nothing in it passes with time alone: an age, or when something was last used.
 */
export function findingDigest(finding: Pick<DriftFinding, 'what' | 'people' | 'administrators'>): string {
  const { what, people, administrators = [] } = finding;
  const said = stable([whatOf(what), people.map(personOf), [...administrators].sort()]);
  return createHash('sha256').update(said).digest('hex').slice(0, 16);
}

function whatOf(what: DriftWhat): unknown {
  switch (what.kind) {
    case 'difference': {
      const { difference } = what;
      const document = 'document' in difference ? difference.document : null;
      return [differenceKey(difference), document];
    }
    case 'stray': {
      const { stray, people, keeps, administrators } = what.effect;
      return [stray, [people, keeps].map((each) => each.map(personOf)), [...administrators].sort()];
    }
    case 'boundary': {
      const { people, ...effect } = what.effect;
      return effect;
    }
    case 'outside': {
      const { user, access, isAdministrator, keys } = what;
      // The credential report, which is all that tells of them, knows no ids.
      const active = keys.filter((key) => key.active).length;
      return [user, listOperations(access.allowed), isAdministrator, active, keys.length];
    }
    default:
      return Object.fromEntries(Object.entries(what).filter(([name]) => !PASSING.includes(name)));
  }
}

/** What is another thing tomorrow although nobody did anything. */
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

import type { AccessChange } from '../../access/diff.ts';
import { isLater } from '../../review/changes/risk.ts';
import type { DriftFinding } from '../finding.ts';

/** What putting a finding right does to somebody's access: `may-give` where nobody here can tell. */
export type RestoreEffect = 'gives' | 'may-give' | 'gives-nothing';

/** What may give something that is not known here: by a condition, by a document that nobody read, by a tag. */
const OPEN = [
  'inline-policy-added',
  'inline-policy-changed',
  'inline-policy-removed',
  'policy-changed',
  'policy-attached',
  'tag-changed',
];

/** Whether putting a finding right gives access: what a person has to know before she says yes. */
export function restoreEffect({ remediation, changes, rule }: DriftFinding): RestoreEffect {
  if (changes.some(getsBack)) return 'gives';
  if (remediation !== 'on-request') return 'gives-nothing';
  return OPEN.includes(rule) ? 'may-give' : 'gives';
}

/** Whether somebody has less than the file gives her, or for a shorter time. */
function getsBack({ operations, ends, suspended, kind }: AccessChange): boolean {
  if (operations.lost.length > 0) return true;
  return kind === 'changed' && (isLater(ends.before, ends.after) || (suspended.after && !suspended.before));
}

import type { AccessChange } from '../../access/diff.ts';
import type { Risk } from '../../catalog/mturk.ts';
import type { DriftCause, Remediation } from '../finding.ts';
import type { DriftWhat } from '../rules/what.ts';

/** A finding before it has an id and a place. */
export interface Draft {
  readonly what: DriftWhat;
  readonly cause: DriftCause;
  readonly remediation: Remediation;
  readonly changes: readonly AccessChange[];
  readonly risk: Risk | null;
  /** See `DriftFinding.administrators`. */
  readonly escalates?: readonly string[];
}

/** What nobody declares and nobody touches, unless something else is said. */
export function draftOf(what: DriftWhat, more: Partial<Omit<Draft, 'what'>> = {}): Draft {
  return { what, cause: 'unmanaged', remediation: 'manual', changes: [], risk: null, ...more };
}

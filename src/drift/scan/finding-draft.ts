import type { AccessChange } from '../../access/diff.ts';
import type { Risk } from '../../catalog/mturk.ts';
import type { DriftCause, DriftWhat, ReconcileFate } from '../finding.ts';

/** A finding before it has an id and a place. */
export interface Draft {
  readonly what: DriftWhat;
  readonly cause: DriftCause;
  readonly fate: ReconcileFate;
  readonly people: readonly AccessChange[];
  readonly risk: Risk | null;
  /** See `DriftFinding.administrators`. */
  readonly administrators?: readonly string[];
}

/** What nobody declares and nobody touches, unless something else is said. */
export function draftOf(what: DriftWhat, more: Partial<Omit<Draft, 'what'>> = {}): Draft {
  return { what, cause: 'unmanaged', fate: 'leave', people: [], risk: null, ...more };
}

import type { Block } from '../../diagnostics/block.ts';
import type { ReconcileRefusal } from './reconcile.ts';
import type { OtherChanges } from './reconcile-plan.ts';

/** Why nothing is done, seen from the look or from the plan that would put it right. Lists of names are never empty. */
export type Refusal =
  | ReconcileRefusal
  | ({ readonly reason: 'other-changes' } & OtherChanges)
  /** Somebody did something after the look. */
  | { readonly reason: 'changed-meanwhile' }
  | { readonly reason: 'blocks'; readonly findings: readonly Block[] }
  /** IAM users for whom it would not be right at every moment, or who would get something by it. */
  | { readonly reason: 'held' | 'gives'; readonly users: readonly string[] };

import type { FailureReason } from '../../diagnostics/pipeline-codes.ts';
import type { Review } from '../changes/review.ts';
import type { StaleDriftCheck } from './stale-drift-check.ts';

/** Where a pull request stands. `offline`: read from its two team files, no plan yet. */
export type CommentState = 'offline' | 'planned' | 'refused' | 'failed' | 'applying' | 'applied' | 'apply-failed';

/** Everything that a comment, a job summary or an issue is made from. */
export interface CommentView {
  /** Null where not even the team files could be read. */
  readonly review: Review | null;
  /** The lab, for the marker, where there is no review to take it from. */
  readonly lab?: string;
  readonly state: CommentState;
  /** `detail` is what the engine, AWS or GitHub said, in their own words; it may be empty and of several lines. */
  readonly failure: { readonly reason: FailureReason; readonly detail: string } | null;
  /** Sentences: where the plan says otherwise than the team files did. They come first. */
  readonly corrected: readonly string[];
  /** That the account is not looked at as it is meant to be; left out, or null, where it is, or nobody can tell. */
  readonly overdue?: StaleDriftCheck | null;
  readonly footer: CommentFooter;
  /** Whether the pull request changes code, too: the plan was made with the base branch's. */
  readonly changesCode?: boolean;
  /** Whether account ids and ARNs are shown in full. */
  readonly reveal: boolean;
  /** The most bytes of UTF-8 that the text may have; 60,000 unless told, and never less than 8,000. */
  readonly budget?: number;
}

interface CommentFooter {
  readonly commit: string | null;
  readonly digest: string | null;
  /** `OpenTofu 1.10.3` */
  readonly engine: string | null;
  readonly runUrl: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
}

import { blockText } from '../../guardrails/block-text.ts';
import { messageOf } from '../../text/finding-message.ts';
import type { Correction } from '../changes/corrections.ts';
import type { Review } from '../changes/review.ts';

/**
 * `review --format json`: version 1. `review` is read again by `comment`; the words of refusals and where the plan says
 * otherwise stand beside it.
 */
export function reviewJson(
  review: Review,
  corrections: readonly Correction[] = [],
): {
  readonly version: 1;
  readonly review: Review;
  readonly corrections: readonly Correction[];
  readonly refusals: readonly { readonly code: string; readonly message: string }[];
} {
  const refusals = review.blocks.map((finding) => ({ code: finding.code, message: messageOf(blockText(finding)) }));
  return { version: 1, review, corrections, refusals };
}

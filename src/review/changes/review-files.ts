import type { Finding } from '../../diagnostics/finding.ts';
import { readTeam } from '../../team/parse/read-team.ts';
import type { Review } from './review.ts';
import { reviewOf } from './review-of.ts';

/**
 * The review of two texts of a team file, from nothing but them. `base` is null where there was no file; one that is
 * empty, or has errors, counts as none, so that everything of `head` is new and is shown. `review` is null where `head`
 * has errors, which are in `findings`.
 */
export function reviewFiles(
  base: string | null,
  head: string,
  options: { readonly today: string; readonly at: Date },
): { readonly review: Review | null; readonly findings: readonly Finding[] } {
  const { today, at } = options;
  const { team, findings } = readTeam(head, { file: 'team.yaml', today });
  if (team === null) return { review: null, findings };
  const before = base === null ? null : readTeam(base, { file: 'team.yaml', today }).team;
  return { review: reviewOf({ before, after: team, today, at }), findings };
}

import { type Failed, type Failure, fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { Comment, GitHub } from './port.ts';

export interface StickyComment {
  readonly pull: number;
  /**
   * First lines that GitHub does not show (`<!-- mturk-team:perception-lab -->`). Any of them marks a comment of ours.
   */
  readonly markers: readonly string[];
  /** Whole, with one of the markers as its first line. */
  readonly body: string;
}

export interface StickyOutcome {
  readonly action: 'created' | 'updated' | 'unchanged';
  readonly url: string;
  /** How many older comments of ours were minimized. */
  readonly minimized: number;
  /** Why an older comment could not be minimized; the new one is written. */
  readonly unfinished: Failure | null;
}

const ATTEMPTS = 3;

/**
 * Writes the one comment of ours on a pull request: the newest that begins with a marker *and* was written by the token's
 * own account. Older ones are minimized as outdated. Comments of other accounts are never touched, whatever their marker.
 */
export async function upsertSticky(github: GitHub, sticky: StickyComment): Promise<Result<StickyOutcome>> {
  const me = await github.me();
  if (!me.ok) return me;
  let lost: Failed | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const comments = await github.comments(sticky.pull);
    if (!comments.ok) return lost ?? comments;
    const ours = comments.value.filter((comment) => isOurs(comment, me.value, sticky.markers));
    const newest = ours.at(-1);
    const written =
      newest === undefined
        ? await github.createComment(sticky.pull, sticky.body)
        : sameText(newest.body, sticky.body)
          ? succeed(newest)
          : await github.updateComment(newest.id, sticky.body);
    if (written.ok) {
      const action = newest === undefined ? 'created' : newest === written.value ? 'unchanged' : 'updated';
      return succeed({ action, url: written.value.url, ...(await tidy(github, ours)) });
    }
    // Deleted since it was listed, or created although the answer was lost: list again.
    const again = newest === undefined ? 'github-unavailable' : 'github-not-found';
    if (written.failure.code !== again) return written;
    lost = written;
  }
  return lost ?? fail('github-unavailable', { request: 'the comment', reason: 'it kept disappearing' });
}

/** `ours` oldest first: shows the last one, minimizes the others. The comment is written already, so a failure is only noted. */
async function tidy(
  github: GitHub,
  ours: readonly Comment[],
): Promise<Pick<StickyOutcome, 'minimized' | 'unfinished'>> {
  const kept = ours.at(-1);
  if (kept === undefined) return { minimized: 0, unfinished: null };
  const hidden = await github.minimized(ours.map(({ nodeId }) => nodeId));
  if (!hidden.ok) return { minimized: 0, unfinished: hidden.failure };
  let minimized = 0;
  for (const { nodeId } of ours.slice(0, -1)) {
    if (hidden.value.has(nodeId)) continue;
    const done = await github.minimize(nodeId);
    if (!done.ok) return { minimized, unfinished: done.failure };
    minimized += 1;
  }
  // Minimized by a comment that is gone, or by a person: its new text is not outdated.
  const shown = hidden.value.has(kept.nodeId) ? await github.unminimize(kept.nodeId) : succeed(null);
  return { minimized, unfinished: shown.ok ? null : shown.failure };
}

/** GitHub's web form sends CRLF. */
function sameText(one: string, other: string): boolean {
  return one.replaceAll('\r\n', '\n').trimEnd() === other.replaceAll('\r\n', '\n').trimEnd();
}

/** Whether the first line is one of the markers and the author is the token's account. Logins ignore case. */
export function isOurs(
  thing: { readonly author: string | null; readonly body: string },
  me: string,
  markers: readonly string[],
): boolean {
  return thing.author?.toLowerCase() === me.toLowerCase() && markers.includes(thing.body.split(/[\r\n]/, 1).join());
}

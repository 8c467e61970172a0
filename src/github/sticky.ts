import { type Failure, fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { Comment, GitHub } from './port.ts';

export interface StickyComment {
  readonly pull: number;
  /**
   * First lines, hidden when rendered (`<!-- mturk-team:perception-lab -->`), by any of which a comment of ours is known.
   */
  readonly markers: readonly string[];
  /** Whole, with one of the markers as its first line. */
  readonly body: string;
}

export interface StickyOutcome {
  readonly action: 'created' | 'updated' | 'unchanged';
  readonly url: string;
  /** How many others of ours were hidden. */
  readonly minimised: number;
  /** Why not everything about it went well although the comment stands. */
  readonly unfinished: Failure | null;
}

const ATTEMPTS = 3;

/**
 * Writes the one comment of ours on a pull request: the newest that begins with a marker *and* is by the token's own
 * account. Others of ours are hidden as outdated; what somebody else writes is never touched, whatever marker it has.
 */
export async function upsertSticky(github: GitHub, sticky: StickyComment): Promise<Result<StickyOutcome>> {
  const me = await github.me();
  if (!me.ok) return me;
  let lost: { readonly ok: false; readonly failure: Failure } | null = null;
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
    // Deleted since it was listed, or created although the answer was lost: the list knows.
    const again = newest === undefined ? 'github-unavailable' : 'github-not-found';
    if (written.failure.code !== again) return written;
    lost = written;
  }
  return lost ?? fail('github-unavailable', { request: 'the comment', reason: 'it kept disappearing' });
}

/** `ours` oldest first: shows the last one, hides the others. The comment stands already, so no failure undoes that. */
async function tidy(
  github: GitHub,
  ours: readonly Comment[],
): Promise<Pick<StickyOutcome, 'minimised' | 'unfinished'>> {
  const kept = ours.at(-1);
  if (kept === undefined) return { minimised: 0, unfinished: null };
  const hidden = await github.minimised(ours.map(({ nodeId }) => nodeId));
  if (!hidden.ok) return { minimised: 0, unfinished: hidden.failure };
  let minimised = 0;
  for (const { nodeId } of ours.slice(0, -1)) {
    if (hidden.value.has(nodeId)) continue;
    const done = await github.minimise(nodeId);
    if (!done.ok) return { minimised, unfinished: done.failure };
    minimised += 1;
  }
  // A newer one that hid it is gone, or a person hid it: what it says now is not outdated.
  const shown = hidden.value.has(kept.nodeId) ? await github.unminimise(kept.nodeId) : succeed(null);
  return { minimised, unfinished: shown.ok ? null : shown.failure };
}

/** Line ends are not ours to keep: a form sends CRLF. */
function sameText(one: string, other: string): boolean {
  return one.replaceAll('\r\n', '\n').trimEnd() === other.replaceAll('\r\n', '\n').trimEnd();
}

/** Whether a text begins with one of the markers as a line of its own and the author is the token's. Logins ignore case. */
export function isOurs(
  thing: { readonly author: string | null; readonly body: string },
  me: string,
  markers: readonly string[],
): boolean {
  return thing.author?.toLowerCase() === me.toLowerCase() && markers.includes(firstLine(thing.body));
}

function firstLine(text: string): string {
  return /^[^\r\n]*/.exec(text)?.[0] ?? '';
}

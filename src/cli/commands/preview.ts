import { readFile } from 'node:fs/promises';
import { type Correction, corrections } from '../../review/changes/corrections.ts';
import type { Review } from '../../review/changes/review.ts';
import { changesNothing, reviewOf } from '../../review/changes/review-of.ts';
import { renderComment } from '../../review/comment/comment.ts';
import { correctionWords } from '../../review/comment/corrections.ts';
import { type Manifest, readManifest } from '../../review/manifest/manifest.ts';
import { reviewLines } from '../../review/text/preview.ts';
import { reviewJson } from '../../review/text/preview-json.ts';
import { manifestUnusable } from '../../review/text/preview-notices.ts';
import { readTeamFile } from '../../team/parse/read-team-file.ts';
import { printFindings } from '../../team/print-findings.ts';
import type { Team } from '../../team/team.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import { readBaseTeam } from '../session/base-team.ts';
import { momentOf } from '../session/read-team.ts';

export interface ReviewCommandOptions {
  /** The team file as it was; an empty one stands for none. */
  readonly base: string;
  readonly head: string;
  /** What a plan of `head` said, where there is one. */
  readonly manifest: string | null;
  readonly format: 'text' | 'markdown' | 'json';
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** The day on which `base` was applied last: whoever's last day lies between has left since. Null for today. */
  readonly since: string | null;
}

/**
 * `review`: says what a change of the team file does to whom, from the two files alone or completed by a manifest.
 * Gives the exit code: 0 nothing changes, 2 something does, 1 the later file has errors or the manifest is none,
 * 2 with nothing on standard output where a file cannot be read.
 */
export async function review(options: ReviewCommandOptions, terminal: Terminal): Promise<number> {
  const { today } = options;
  const head = await readTeamFile(options.head, { today });
  if (head.findings.length > 0) {
    terminal.stderr(printFindings(head, { color: terminal.colour }));
  }
  if (head.team === null) return head.source === null ? 2 : 1;
  const base = await readBaseTeam(options.base, today, terminal);
  if (!base.ok) return reportFailure(base.failure, terminal);
  const before = base.value;
  const at = momentOf(today);
  const since = options.since === null ? {} : { since: options.since };
  const offline = reviewOf({ before, after: head.team, today, at, ...since });
  if (options.manifest === null) return show(offline, [], null, options, terminal);

  const manifest = await manifestOrReport(options.manifest, head.team, terminal);
  if (manifest === null) return 1;
  return show(manifest.review, corrections(offline, manifest.review), manifest, options, terminal);
}

async function manifestOrReport(file: string, team: Team, terminal: Terminal): Promise<Manifest | null> {
  let reason: string;
  try {
    const read = readManifest(await readFile(file, 'utf8'));
    if (read.ok && read.value.lab === team.lab) return read.value;
    reason = read.ok ? `it is about the lab ${read.value.lab}` : read.reason;
  } catch (error) {
    reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  terminal.stderr(`${manifestUnusable(file, reason)}\n`);
  return null;
}

function show(
  shown: Review,
  corrected: readonly Correction[],
  manifest: Manifest | null,
  { format }: ReviewCommandOptions,
  terminal: Terminal,
): number {
  const words = { lab: shown.lab, at: new Date(shown.at) };
  const sentences = corrected.map((correction) => correctionWords(correction, words));
  if (format === 'json') terminal.stdout(`${JSON.stringify(reviewJson(shown, corrected), null, 2)}\n`);
  else if (format === 'text') terminal.stdout(`${reviewLines(shown, sentences).join('\n')}\n`);
  else {
    terminal.stdout(
      renderComment({
        review: shown,
        state: manifest === null ? 'offline' : shown.blocks.length > 0 ? 'refused' : 'planned',
        failure: null,
        corrected: sentences,
        footer: {
          commit: manifest?.head.commit ?? null,
          digest: manifest?.digest ?? null,
          engine: manifest?.tools.engine ?? null,
          runUrl: null,
          at: manifest?.createdAt ?? shown.at,
        },
        reveal: false,
      }),
    );
  }
  return changesNothing(shown) ? 0 : 2;
}

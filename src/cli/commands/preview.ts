import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
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
import { dayOf, examples, exitCodes, finish, GROUPS, parseDay, today } from '../options.ts';
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
 * `preview`: 0 no changes, 2 changes, 1 any error.
 */
export async function review(options: ReviewCommandOptions, terminal: Terminal): Promise<number> {
  const { today } = options;
  const head = await readTeamFile(options.head, { today });
  if (head.findings.length > 0) {
    terminal.stderr(printFindings(head, { color: terminal.color }));
  }
  if (head.team === null) return 1;
  const base = await readBaseTeam(options.base, today, terminal);
  if (!base.ok) {
    reportFailure(base.failure, terminal);
    return 1;
  }
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

export function register(program: Command, terminal: Terminal): void {
  program
    .command('preview')
    .helpGroup(GROUPS.ci)
    .description('Show what a change of team.yaml does, without AWS')
    .requiredOption('--base <file>', 'team file before the change; an empty file if there was none')
    .requiredOption('--head <file>', 'team file after the change')
    .option('--manifest <file>', 'manifest of a plan of it (plan --manifest)')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'markdown', 'json']).default('text'))
    .addOption(
      new Option('--since <YYYY-MM-DD>', 'day on which the base was applied, UTC')
        .argParser(parseDay)
        .default(undefined, 'today'),
    )
    .addOption(today())
    .addHelpText('after', exitCodes('0 no changes', '1 any error or wrong usage', '2 changes'))
    .addHelpText(
      'after',
      examples(
        'mturk-team preview --base main/team.yaml --head team.yaml',
        'mturk-team preview --base main/team.yaml --head team.yaml --manifest manifest.json --format markdown',
      ),
    )
    .action(async (options) => {
      const { base, head, format } = options;
      const [manifest, since] = [options.manifest ?? null, options.since ?? null];
      finish(await review({ base, head, manifest, format, since, today: dayOf(options) }, terminal));
    });
}

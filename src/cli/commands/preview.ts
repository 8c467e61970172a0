import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { changesNothing, reviewOf } from '../../review/changes/review.ts';
import { renderComment } from '../../review/comment/comment.ts';
import { readManifest } from '../../review/manifest/manifest.ts';
import type { Manifest, Review } from '../../review/manifest/schema.ts';
import { blockLines } from '../../review/text/block-text.ts';
import { previewJson } from '../../review/text/json.ts';
import { reviewLines } from '../../review/text/terminal.ts';
import { readTeamFile } from '../../team/parse/read-team.ts';
import { printFindings } from '../../team/print-findings.ts';
import type { Team } from '../../team/team.ts';
import { say } from '../../text/escape.ts';
import { reportFailure, type Terminal } from '../io.ts';
import { dayOf, examples, exitCodes, finish, GROUPS, parseDay, today } from '../options.ts';
import { momentOf, readBaseTeam } from '../session/read-team.ts';

export interface ReviewCommandOptions {
  /** The team file as it was; an empty one stands for none. */
  readonly base: string;
  readonly head: string;
  /** The manifest of a plan of `head`, if there is one. */
  readonly manifest: string | null;
  readonly format: 'text' | 'markdown' | 'json';
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** The day on which `base` was applied last; null for today. */
  readonly since: string | null;
}

/** `preview`: what a change of the team file does. Exit code: 0 no changes, 2 changes, 1 any error. */
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
  if (options.manifest === null) {
    return show(reviewOf({ before, after: head.team, today, at, ...since }), null, options, terminal);
  }
  const manifest = await manifestOrReport(options.manifest, head.team, terminal);
  return manifest === null ? 1 : show(manifest.review, manifest, options, terminal);
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
  const unusable = say`${file} is no manifest of a plan of this lab (${reason}).`;
  terminal.stderr(`${unusable} Run "mturk-team plan --manifest" again with this version.\n`);
  return null;
}

function show(shown: Review, manifest: Manifest | null, { format }: ReviewCommandOptions, terminal: Terminal): number {
  if (format === 'json') terminal.stdout(`${JSON.stringify(previewJson(shown), null, 2)}\n`);
  else if (format === 'text') {
    const blocked = shown.blocks.length === 0 ? [] : ['', ...blockLines(shown.blocks)];
    terminal.stdout(`${[...reviewLines(shown), ...blocked].join('\n')}\n`);
  } else {
    const footer = {
      commit: manifest?.head.commit ?? null,
      digest: manifest?.digest ?? null,
      tools: manifest?.tools ?? null,
      runUrl: null,
      at: manifest?.createdAt ?? shown.at,
    };
    const state = shown.blocks.length > 0 ? 'blocked' : manifest === null ? 'preview' : 'planned';
    terminal.stdout(renderComment({ review: shown, state, failure: null, footer, reveal: false }));
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

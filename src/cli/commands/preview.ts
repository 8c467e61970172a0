import { type Command, InvalidArgumentError, Option } from 'commander';
import { readMergedTeam, readPullRequest } from '../../app/merged-team.ts';
import { readManifestFile } from '../../app/plan/manifest-file.ts';
import { momentOf, readBaseTeam, readTeam } from '../../app/session/read-team.ts';
import type { Terminal } from '../../app/terminal.ts';
import { type Failure, fail, succeed } from '../../diagnostics/failure.ts';
import { changesNothing, reviewOf } from '../../review/changes/review.ts';
import { reportFailure } from '../io.ts';
import { addHelp, DEFAULT_FILE, dayOf, finish, format, json, today } from '../options.ts';
import { showPreview } from '../plan-output.ts';

interface PreviewOptions {
  /** The team file as it was; an empty one means none. Null for that of the default branch. */
  readonly base: string | null;
  readonly head: string;
  /** Both are of this pull request, if it is given. */
  readonly pullRequest: number | null;
  /** The manifest of a plan of `head`, if there is one. */
  readonly manifest: string | null;
  readonly format: 'text' | 'markdown' | 'json';
  readonly today: string;
}

async function preview(options: PreviewOptions, terminal: Terminal): Promise<number> {
  const { today, manifest: file, format } = options;
  // Exit code 2 means that there are changes.
  const failed = (failure: Failure): 1 => {
    reportFailure(failure, terminal);
    return 1;
  };
  const teams = await readTeams(options, terminal);
  if (!teams.ok) return failed(teams.failure);
  const { before, after } = teams.value;
  const read = file === null ? null : await readManifestFile(file, after.lab);
  if (read?.ok === false) return failed(fail('manifest-unusable', { file: file ?? '', reason: read.reason }).failure);
  const manifest = read?.value ?? null;
  const review = manifest?.review ?? reviewOf({ before, after, today, at: momentOf(today) });
  showPreview(review, manifest, format, terminal);
  return changesNothing(review) ? 0 : 2;
}

async function readTeams({ base, head, pullRequest, today }: PreviewOptions, terminal: Terminal) {
  if (pullRequest !== null) return readPullRequest(head, pullRequest, today, terminal);
  const after = await readTeam(head, today, terminal);
  if (!after.ok) return after;
  const before = await (base === null ? readMergedTeam(head, today, terminal) : readBaseTeam(base, today, terminal));
  return before.ok ? succeed({ before: before.value, after: after.value }) : before;
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write the number of a pull request.');
  return Number(text);
}

export function register(command: Command, terminal: Terminal): void {
  addHelp(command, {
    exitCodes: ['0 no changes', '1 any error or wrong usage', '2 changes, blocked or not'],
    examples: ['mturk-team preview', 'mturk-team preview --pull-request 12'],
  });
  command
    .option('--base <file>', 'team file before the change, empty if there was none (default: that of main in Git)')
    .option('--head <file>', 'team file after the change', DEFAULT_FILE)
    .addOption(
      new Option('--pull-request <number>', 'compare this pull request with main, both fetched from GitHub')
        .argParser(parseNumber)
        .conflicts(['base', 'head', 'manifest']),
    )
    .option('--manifest <file>', 'manifest of a plan of it (plan --manifest)')
    .addOption(format('text', 'markdown'))
    .addOption(today())
    .addOption(json())
    .action(async (options) => {
      const { base = null, head, pullRequest = null, manifest = null } = options;
      const format = options.json ? 'json' : options.format;
      finish(await preview({ base, head, pullRequest, manifest, format, today: dayOf(options) }, terminal));
    });
}

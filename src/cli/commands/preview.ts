import { type Command, Option } from 'commander';
import { changesNothing, reviewOf } from '../../review/changes/review.ts';
import { readTeamFile } from '../../team/parse/read-team.ts';
import { printFindings } from '../../team/print-findings.ts';
import { say } from '../../text/escape.ts';
import { reportFailure, type Terminal } from '../io.ts';
import { dayOf, examples, exitCodes, finish, GROUPS, parseDay, today } from '../options.ts';
import { readManifestFile } from '../session/manifest-file.ts';
import { showPreview } from '../session/plan-output.ts';
import { momentOf, readBaseTeam } from '../session/read-team.ts';

interface PreviewOptions {
  /** The team file as it was; an empty one means none. */
  readonly base: string;
  readonly head: string;
  /** The manifest of a plan of `head`, if there is one. */
  readonly manifest: string | null;
  readonly format: 'text' | 'markdown' | 'json';
  readonly today: string;
  /** The day on which `base` was applied last; today by default. */
  readonly since: string | undefined;
}

/** `preview`: what a change of the team file does. Exit code: 0 no changes, 2 changes, 1 any error. */
async function preview(options: PreviewOptions, terminal: Terminal): Promise<number> {
  const { today, since = today, manifest: file, format } = options;
  const head = await readTeamFile(options.head, { today });
  if (head.findings.length > 0) terminal.stderr(printFindings(head, { color: terminal.color }));
  if (head.team === null) return 1;
  const base = await readBaseTeam(options.base, today, terminal);
  if (!base.ok) {
    reportFailure(base.failure, terminal);
    return 1;
  }
  const { team } = head;
  const read = file === null ? null : await readManifestFile(file, team.lab);
  if (read?.ok === false) {
    const unusable = say`${file ?? ''} is no manifest of a plan of this lab (${read.reason}).`;
    terminal.stderr(`${unusable} Run "mturk-team plan --manifest" again with this version.\n`);
    return 1;
  }
  const manifest = read?.value ?? null;
  const review = manifest?.review ?? reviewOf({ before: base.value, after: team, today, at: momentOf(today), since });
  showPreview(review, manifest, format, terminal);
  return changesNothing(review) ? 0 : 2;
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
      const { base, head, format, manifest = null, since } = options;
      finish(await preview({ base, head, manifest, format, since, today: dayOf(options) }, terminal));
    });
}

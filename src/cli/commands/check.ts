import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { CODEOWNERS, readCodeowners } from '../../app/codeowners.ts';
import { readCheckedOut } from '../../app/session/read-team.ts';
import type { Terminal } from '../../app/terminal.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { codeownersBlock, isUpToDate, staleCodeowners } from '../../team/codeowners.ts';
import { type FindingFormat, printFindings } from '../../team/print-findings.ts';
import { addHelp, dayOf, type fileOptions, finish, format, json, teamFile, today } from '../options.ts';

export interface CheckCommandOptions extends Omit<ReturnType<typeof fileOptions>, 'json'> {
  readonly format: FindingFormat;
  readonly color: boolean;
  /** Warnings fail the check, too. */
  readonly strict?: boolean;
}

/**
 * Prints all findings of a team file; in a workflow, a valid file's account and lab are outputs of the step. Returns 0
 * without errors, 1 with findings that fail the check, 2 without a file.
 */
export async function check(
  options: CheckCommandOptions,
  io: Pick<Terminal, 'stdout' | 'stdoutAsIs'>,
): Promise<number> {
  const { file, format, today, color, strict = false } = options;
  const reading = await readCheckedOut(file, today);
  const { team, findings, source } = reading;
  if (team !== null) writeOutputs(process.env, { account: team.account, lab: team.lab });
  // Without the file, GitHub asks no code owner: a pull request that deletes it must not be merged.
  const missing = format === 'github' ? { text: '', ignored: null } : null;
  const codeowners = (await readCodeowners(join(dirname(file), CODEOWNERS))) ?? missing;
  const stale =
    team !== null &&
    codeowners !== null &&
    (codeowners.ignored !== null || !isUpToDate(codeowners.text, codeownersBlock(team)));
  const others = stale ? [staleCodeowners(CODEOWNERS, file, codeowners.ignored)] : [];
  const print = (format === 'github' ? io.stdoutAsIs : null) ?? io.stdout;
  print(printFindings(reading, { file, format, color, others }));
  if (source === null) return 2;
  return stale || findings.some(({ severity }) => strict || severity === 'error') ? 1 : 0;
}

export function register(command: Command, terminal: Terminal): void {
  addHelp(command, {
    exitCodes: ['0 no errors', '1 errors', '2 unreadable file or wrong usage'],
    examples: ['mturk-team check', 'mturk-team check lab.yaml --json'],
  });
  command
    .addArgument(teamFile())
    .addOption(format('text', 'github'))
    .option('--strict', 'fail on warnings, too')
    .addOption(today())
    .addOption(json())
    .action(async (file: string, options) => {
      const { strict = false } = options;
      const format = options.json ? 'json' : options.format;
      finish(await check({ file, format, strict, today: dayOf(options), color: terminal.color }, terminal));
    });
}

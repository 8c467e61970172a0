import { relative } from 'node:path';
import type { Command } from 'commander';
import { readTeamFile } from '../../team/parse/read-team.ts';
import { printFindings } from '../../team/print-findings.ts';
import { synthesize } from '../../terraform/synth/synth.ts';
import type { Io, Terminal } from '../io.ts';
import { dayOf, examples, exitCodes, finish, GROUPS, json, teamFile, today } from '../options.ts';

export interface SynthCommandOptions {
  readonly file: string;
  readonly outDir: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly color: boolean;
  readonly json: boolean;
}

/**
 * Writes the Terraform configuration of both stacks and says what to do with it.
 * Gives the exit code: 0 written, 1 the file has errors, 2 the file cannot be read.
 */
export async function synth(options: SynthCommandOptions, io: Io): Promise<number> {
  const reading = await readTeamFile(options.file, { today: options.today });
  const { team, findings, source } = reading;
  if (findings.length > 0) io.stderr(printFindings(reading, { color: options.color }));
  if (team === null) return source === null ? 2 : 1;

  const { stacks, files } = await synthesize(team, { today: options.today, outDir: options.outDir });
  io.stdout(options.json ? `${JSON.stringify({ version: 1, stacks, files }, null, 2)}\n` : writtenText(stacks));
  return 0;
}

function writtenText(stacks: { readonly team: string; readonly bootstrap: string }): string {
  const [team, bootstrap] = [readable(stacks.team), readable(stacks.bootstrap)];
  return [
    `${bootstrap}/cdk.tf.json   the permissions boundary, for an administrator, once`,
    `${team}/cdk.tf.json   users, groups and policies`,
    '',
    'Nothing has been changed in AWS. Next:',
    '  mturk-team plan --emulator     who would gain and lose what, without an AWS account',
    '  mturk-team plan               the same against the account that your AWS credentials open',
    `  terraform -chdir=${team} init     or use Terraform or OpenTofu on it yourself`,
    '',
  ].join('\n');
}

/** Relative to the working directory, if the path is in it. */
function readable(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}

export function register(program: Command, terminal: Terminal): void {
  program
    .command('synth')
    .helpGroup(GROUPS.setup)
    .description('Write the Terraform configuration of both stacks')
    .addArgument(teamFile())
    .option('--out <dir>', 'output directory', 'cdktf.out')
    .addOption(today())
    .addOption(json())
    .addHelpText('after', exitCodes('0 written', '1 errors in the file', '2 unreadable file or wrong usage'))
    .addHelpText('after', examples('mturk-team synth --out cdktf.out'))
    .action(async (file: string, options) => {
      const { color } = terminal;
      const json = options.json === true;
      finish(await synth({ file, outDir: options.out, today: dayOf(options), color, json }, terminal));
    });
}

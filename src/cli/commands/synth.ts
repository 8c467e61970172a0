import { dirname, relative } from 'node:path';
import type { Command } from 'commander';
import { checkUnlinked, written } from '../../app/files.ts';
import { readTeam } from '../../app/session/read-team.ts';
import type { Terminal } from '../../app/terminal.ts';
import type { Team } from '../../team/team.ts';
import { type SynthResult, stackDirectories, synthesize } from '../../terraform/synth/synth.ts';
import { printJson, reportFailure } from '../io.ts';
import { addHelp, fileOptions, finish, json, teamFile, today } from '../options.ts';

type SynthOptions = ReturnType<typeof fileOptions> & { readonly outDir: string };

/**
 * Writes the Terraform configuration of both stacks and says what to do with it.
 * Gives the exit code: 0 written, 1 the file has errors, 2 the file cannot be read.
 */
async function synth(options: SynthOptions, terminal: Terminal): Promise<number> {
  const { file, today, outDir, json } = options;
  const read = await readTeam(file, today, terminal);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const team = read.value;
  const directories = Object.values(stackDirectories(outDir));
  for (const directory of [outDir, ...directories.map(dirname), ...directories]) {
    const unlinked = await checkUnlinked(directory);
    if (!unlinked.ok) return reportFailure(unlinked.failure, terminal);
  }
  const synthesized = await written(() => synthesize(team, { today, outDir }));
  if (!synthesized.ok) return reportFailure(synthesized.failure, terminal);
  const { stacks, files } = synthesized.value;
  if (json) printJson({ stacks, files }, terminal);
  else terminal.stdout(`${writtenLines(stacks, team).join('\n')}\n`);
  return 0;
}

function writtenLines(stacks: SynthResult['stacks'], { settings }: Team): readonly string[] {
  return [
    `${readable(stacks.bootstrap)}/cdk.tf.json   the permissions boundary, for an administrator, once`,
    `${readable(stacks.team)}/cdk.tf.json   users, groups and policies`,
    '',
    'Nothing was changed in AWS. Next:',
    '  mturk-team plan --emulator   who would gain and lose what, without an AWS account',
    '  mturk-team plan              the same for the account of your AWS credentials',
    '',
    ...(settings.state === null
      ? [
          'Terraform run by hand here has a state of its own, which does not know what mturk-team applied.',
          'It would create everything a second time.',
        ]
      : ["Terraform run by hand here changes the lab's state, past the guardrails and the apply record."]),
    'To end the lab with Terraform, run what mturk-team wind-down prints.',
  ];
}

/** Relative to the working directory, if the path is in it. */
function readable(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}

export function register(command: Command, terminal: Terminal): void {
  addHelp(command, {
    exitCodes: ['0 written', '1 errors in the file', '2 unreadable file or wrong usage'],
    examples: ['mturk-team synth --out cdktf.out'],
  });
  command
    .addArgument(teamFile())
    .option('--out <dir>', 'output directory', 'cdktf.out')
    .addOption(today())
    .addOption(json())
    .action(async (file: string, options) => {
      finish(await synth({ ...fileOptions(file, options), outDir: options.out }, terminal));
    });
}

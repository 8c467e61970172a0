import { join } from 'node:path';
import type { Command } from 'commander';
import { type EjectOptions, ejectLab } from '../../app/eject.ts';
import type { Terminal } from '../../app/terminal.ts';
import { visible } from '../../text/escape.ts';
import { printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

async function eject(
  { json, ...options }: EjectOptions & { readonly json: boolean },
  terminal: Terminal,
): Promise<number> {
  const ejected = await ejectLab(options, terminal);
  if (!ejected.ok) return reportFailure(ejected.failure, terminal);
  const files = ejected.value.map((path) => join(options.out, path));
  if (json) {
    printJson({ directory: options.out, files }, terminal);
    return 0;
  }
  terminal.stdout(`${files.map(visible).join('\n')}\n\nNothing was changed in AWS. Next:\n`);
  terminal.stdout(`  read ${visible(join(options.out, 'README.md'))}: how to go on, and what is lost\n`);
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    exitCodes: [
      '0 written',
      '1 errors in the file, or a directory that is not empty',
      '2 unreadable file or wrong usage',
    ],
    examples: ['mturk-team eject --out ../lab-terraform'],
  });
  command
    .addArgument(cli.teamFile())
    .requiredOption('--out <dir>', 'new or empty directory')
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, options) => {
      cli.finish(await eject({ ...cli.fileOptions(file, options), out: options.out }, terminal));
    });
}

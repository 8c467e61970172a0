import type { Command } from 'commander';
import { explainWhy, type WhyOptions } from '../../app/history/why.ts';
import type { Terminal } from '../../app/terminal.ts';
import { whyJson } from '../../history/json.ts';
import { whyBlocks } from '../../history/text.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

async function whyCommand(options: WhyOptions & { readonly json: boolean }, terminal: Terminal): Promise<number> {
  const answered = await explainWhy(options, process.env);
  if (!answered.ok) return reportFailure(answered.failure, terminal);
  if (options.json) printJson(whyJson(answered.value), terminal);
  else printBlocks(whyBlocks(answered.value), terminal);
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    exitCodes: cli.HISTORY_EXIT_CODES,
    examples: ['mturk-team why bo pay:bonus', 'mturk-team why bo SendBonus --on 2027-03-31'],
  });
  command
    .argument('<member>', 'key of the member, or of a former one')
    .argument('<what>', 'operation, capability or effect')
    .addArgument(cli.teamFile())
    .addOption(cli.on())
    .addOption(cli.json())
    .action(async (member: string, what: string, file: string, options) => {
      const day = options.on ?? new Date().toISOString().slice(0, 10);
      const json = options.json === true;
      cli.finish(await whyCommand({ file, member, what, day, json }, terminal));
    });
}

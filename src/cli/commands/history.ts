import type { Command } from 'commander';
import { readChanges } from '../../app/history/past.ts';
import type { Terminal } from '../../app/terminal.ts';
import { changeJson, noteJson } from '../../history/json.ts';
import { historyBlocks } from '../../history/text.ts';
import { codeText, t } from '../../text/text.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

/** `history [MEMBER|ROLE]`, of all if `key` is null: 0; 1 if the history cannot be read; 2 if no version has that key. */
async function historyCommand(file: string, key: string | null, day: string, json: boolean, terminal: Terminal) {
  const read = await readChanges(file, key, day);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const { branch, changes, notes } = read.value;
  const title = key === null ? t`Access in ${read.value.lab ?? file}` : t`Access of ${codeText(key)}`;
  if (json) printJson({ branch, key, changes: changes.map(changeJson), notes: notes.map(noteJson) }, terminal);
  else printBlocks(historyBlocks(read.value, title), terminal);
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    exitCodes: cli.HISTORY_EXIT_CODES,
    examples: ['mturk-team history', 'mturk-team history bo', 'mturk-team history --json'],
  });
  command
    .argument('[member-or-role]', 'key of a member or role, former ones too (default: all)')
    .option('--file <file>', 'team file', cli.DEFAULT_FILE)
    .addOption(cli.on())
    .addOption(cli.json())
    .action(async (key: string | undefined, { file, on, json }) => {
      const day = on ?? new Date().toISOString().slice(0, 10);
      cli.finish(await historyCommand(file, key ?? null, day, json === true, terminal));
    });
}

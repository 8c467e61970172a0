import type { Command } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { teamSchemaText } from '../../team/schema.ts';
import { addHelp, finish, json } from '../options.ts';

/** Prints the JSON Schema of a team file, for editors. Gives the exit code 0. */
export async function schema(io: Pick<Terminal, 'stdout'>): Promise<number> {
  io.stdout(teamSchemaText());
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  addHelp(command, {
    exitCodes: ['0 printed', '2 wrong usage'],
    examples: ['mturk-team schema > team.schema.json'],
  });
  command.addOption(json()).action(async () => finish(await schema(terminal)));
}

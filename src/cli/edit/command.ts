import { Argument, type Command, Option } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import type { Verb } from '../../edit/verbs.ts';
import { addHelp, DEFAULT_FILE, dayOf, finish, json, parseDay, repository, today } from '../options.ts';
import type { Answers } from './questions.ts';
import { runEdit } from './run.ts';

/** An argument or an option of an edit: the field that it fills, its flags and its phrase. */
export type Field = readonly [field: string, flags: string, phrase: string, kind?: 'day' | 'list'];

type Answer = Answers[string];

/** What commander makes of the options. Those of the edit itself are answers. */
interface ParsedOptions {
  readonly file: string;
  readonly today: string | undefined;
  readonly pullRequest?: boolean;
  readonly repository?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Gives a command the fields of an edit, the options of all edits and the action. */
export function registerEdit(
  command: Command,
  verb: Verb,
  fields: readonly Field[],
  shown: readonly string[],
  terminal: Terminal,
): void {
  const parts = fields.map(([field, flags, phrase, kind]) => {
    if (!flags.startsWith('--')) return { field, argument: new Argument(flags, phrase) };
    const option = new Option(flags, kind === 'list' ? `${phrase}; can be repeated` : phrase);
    if (kind === 'day') option.argParser(parseDay);
    if (kind === 'list') option.argParser((text, before: readonly string[] = []) => [...before, text]);
    return { field, option };
  });
  for (const { argument, option } of parts) {
    if (argument !== undefined) command.addArgument(argument);
    if (option !== undefined) command.addOption(option);
  }
  addHelp(command, {
    exitCodes: [
      '0 written, or nothing to change',
      '1 not possible, not confirmed or not writable',
      '2 unknown key, unreadable file, an answer is missing, or wrong usage',
    ],
    examples: shown.map((line) => `mturk-team ${line}`),
  });
  command
    .option('--file <file>', 'team file', DEFAULT_FILE)
    .option('--pull-request', 'propose it on GitHub, from the file of the default branch')
    .addOption(repository('that of the remote origin'))
    .option('--yes', 'ask nothing')
    .addOption(today())
    .addOption(json())
    .action(async () => {
      const given = command.opts<ParsedOptions>();
      const { file, pullRequest = false, repository: named = null, yes = false, json: isJson = false } = given;
      if (named !== null && !pullRequest) command.error('error: --repository needs --pull-request');
      const values: readonly Answer[] = command.processedArgs;
      const answers = parts.map(({ field, option }, index) => [
        field,
        option === undefined ? values[index] : command.getOptionValue(option.attributeName()),
      ]);
      const common = { file, today: given.today ?? dayOf({}), yes, json: isJson, pullRequest, repository: named };
      const usage = (message: string) => command.error(message);
      finish(await runEdit(verb, Object.fromEntries(answers), common, usage, terminal));
    });
}

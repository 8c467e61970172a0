import { type Command, Option } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import type { Verb } from '../../edit/verbs.ts';
import { DEFAULT_FILE, dayOf, examples, exitCodes, finish, json, parseDay, today } from '../options.ts';
import type { Answers } from './questions.ts';
import { runEdit } from './run.ts';

/** An argument or an option of an edit: the field that it fills, its flags and its phrase. */
export type Field = readonly [field: string, flags: string, phrase: string, kind?: 'day' | 'list'];

/** Gives a command the fields of an edit, the options of all edits and the action. */
export function registerEdit(
  command: Command,
  verb: Verb,
  fields: readonly Field[],
  shown: readonly string[],
  terminal: Terminal,
): void {
  const isArgument = ([, flags]: Field) => !flags.startsWith('--');
  for (const [, flags, phrase] of fields.filter(isArgument)) command.argument(flags, phrase);
  for (const [, flags, phrase, kind] of fields.filter((field) => !isArgument(field))) {
    const option = new Option(flags, kind === 'list' ? `${phrase}; can be repeated` : phrase);
    if (kind === 'day') option.argParser(parseDay);
    if (kind === 'list') option.argParser((text, before: readonly string[] | undefined) => [...(before ?? []), text]);
    command.addOption(option);
  }
  command
    .option('--file <file>', 'team file', DEFAULT_FILE)
    .option('--yes', 'ask nothing')
    .addOption(today())
    .addOption(json())
    .addHelpText(
      'after',
      exitCodes(
        '0 written, or nothing to change',
        '1 not possible, not confirmed or not writable',
        '2 unknown key, unreadable file, an answer is missing, or wrong usage',
      ),
    )
    .addHelpText('after', examples(...shown.map((line) => `mturk-team ${line}`)))
    .action(async (...given: unknown[]) => {
      const options: Readonly<Record<string, unknown>> = command.opts();
      const answers: Record<string, string | readonly string[] | undefined> = {};
      for (const [index, field] of fields.filter(isArgument).entries()) answers[field[0]] = given[index] as string;
      for (const [field, flags] of fields.filter((each) => !isArgument(each))) {
        answers[field] = options[new Option(flags).attributeName()] as string | undefined;
      }
      const lists = fields.filter(([, flags, , kind]) => kind === 'list' || flags.includes('...'));
      for (const [field] of lists) answers[field] ??= [];
      const { file, yes, json: isJson } = options;
      const common = { file: String(file), today: dayOf(options), yes: yes === true, json: isJson === true };
      const usage = (message: string) => command.error(message);
      finish(await runEdit(verb, answers as Answers, common, usage, terminal));
    });
}

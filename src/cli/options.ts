import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import * as z from 'zod';
import { FAILURE_REASONS, type FailureReason, isFailureReason } from '../diagnostics/failure.ts';

export const DEFAULT_FILE = 'team.yaml';
export const DEFAULT_EMULATOR = '.mturk-team/emulator';

export const teamFile = () => new Argument('[file]', 'team file').default(DEFAULT_FILE);
export const today = () => new Option('--today <YYYY-MM-DD>', 'act as if this were today, UTC').argParser(parseDay);
export const on = () =>
  new Option('--on <YYYY-MM-DD>', 'as of the end of this day, UTC, as it was merged').argParser((text) => {
    const day = parseDay(text);
    if (day <= dayOf({})) return day;
    throw new InvalidArgumentError('Write a day that has begun: the future is not merged.');
  });
export const checkedAt = () =>
  new Option('--checked-at <time>', 'with --reconcile: when the check was made that the drift issue shows').argParser(
    (text) => {
      if (text === '' || z.iso.datetime().safeParse(text).success) return text;
      throw new InvalidArgumentError('Write a time as 2026-12-24T08:00:00Z.');
    },
  );
export const emulator = () =>
  new Option('--emulator [dir]', `use a local AWS emulator, kept in DIR (${DEFAULT_EMULATOR})`)
    .env('MTURK_TEAM_EMULATOR')
    .argParser((text) => {
      // The file comes first, or it is taken for the directory.
      if (/\.ya?ml$/i.test(text)) {
        throw new InvalidArgumentError(`A directory follows --emulator. Write the file before it: ${text} --emulator`);
      }
      return text;
    });
export const json = () => new Option('--json', 'print JSON and nothing else on standard output').conflicts(['format']);
/** For commands that print in another form besides text and JSON. */
export const format = (...choices: readonly [string, string]) =>
  new Option('--format <format>', 'how to print, unless --json').choices(choices).default(choices[0]);
export const parallelism = () =>
  new Option('--parallelism <n>', 'resources at a time').argParser((text) => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1 || count > 50) {
      throw new InvalidArgumentError('Write a number from 1 to 50.');
    }
    return count;
  });
export const providerMirror = () =>
  new Option('--provider-mirror <dir|url>', 'install the AWS provider from this mirror only')
    .env('MTURK_TEAM_PROVIDER_MIRROR')
    .argParser((text) => {
      if (text.startsWith('http://')) throw new InvalidArgumentError('The URL of a mirror begins with https://.');
      return text;
    });
/** `otherwise` says which repository it is without the option. */
export const repository = (otherwise: string) =>
  new Option('--repository <owner/name>', `the lab repository (default: ${otherwise})`).argParser(
    matching(/^[\w-]+\/[\w.-]+$/, 'Write OWNER/NAME.'),
  );

interface CommonOptions {
  readonly today?: string;
  readonly json?: boolean;
}

interface AccountOptions extends CommonOptions {
  readonly emulator?: string | true;
  readonly parallelism?: number;
  readonly providerMirror?: string;
}

export function fileOptions(file: string, options: CommonOptions) {
  return { file, today: dayOf(options), json: options.json === true };
}

export function labOptions(file: string, options: AccountOptions) {
  return {
    ...fileOptions(file, options),
    emulator: emulatorOf(options),
    stack: 'team',
    parallelism: options.parallelism ?? null,
    providerMirror: options.providerMirror || null,
  } as const;
}

export const HISTORY_EXIT_CODES = [
  '0 shown, whatever the answer',
  '1 the history, or that version, cannot be read',
  '2 unknown name or wrong usage',
];

/** The arguments and help of commands that read the file, and AWS with --live. `unknown` is one of their code 2. */
export function addAccessOptions(command: Command, unknown: string, examples: readonly string[]): Command {
  const exitCodes = [
    '0 shown',
    '1 errors in the file, or no answer of AWS',
    `2 ${unknown}, unreadable file or wrong usage`,
  ];
  return addHelp(command, { exitCodes, examples })
    .addArgument(teamFile())
    .addOption(new Option('--live', 'ask AWS, and show where it differs from team.yaml'))
    .addOption(emulator())
    .addOption(today())
    .addOption(on().conflicts(['live', 'today']))
    .addOption(json());
}

export function accessOptions(
  file: string,
  options: AccountOptions & { readonly live?: boolean; readonly on?: string },
  command: Command,
) {
  const { live = false, on = null } = options;
  if (!live && command.getOptionValueSource('emulator') === 'cli') command.error('error: --emulator needs --live');
  return { ...fileOptions(file, options), live, on, emulator: emulatorOf(options) };
}

/** The directory of the local AWS emulator; null for the real one. */
function emulatorOf({ emulator: dir }: AccountOptions): string | null {
  // In a workflow, an unset value is an empty text.
  return dir === true ? DEFAULT_EMULATOR : dir || null;
}

/** In AWS, an apply as of another day would end access whose last day has not come. */
export function refuseAnotherDay(command: Command, options: AccountOptions): void {
  const { today: asked } = options;
  const today = new Date().toISOString().slice(0, 10);
  if (emulatorOf(options) !== null || asked === undefined || asked === today) return;
  command.error(`error: --today ${asked} needs --emulator; AWS is changed as of today, ${today}`);
}

export function dayOf(options: CommonOptions): string {
  return options.today ?? new Date().toISOString().slice(0, 10);
}

export function parseDay(text: string): string {
  const time = Date.parse(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('Write a day that exists as YYYY-MM-DD.');
  }
  return text;
}

export function parseReason(text: string): FailureReason | null {
  if (text === '') return null;
  if (!isFailureReason(text)) throw new InvalidArgumentError(`It is one of ${FAILURE_REASONS.join(', ')}.`);
  return text;
}

export const parseCommit = matching(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'Write all digits of a commit.');

/** Parses a text that has a form. */
export function matching(form: RegExp, message: string) {
  return (text: string): string => {
    if (!form.test(text)) throw new InvalidArgumentError(message);
    return text;
  };
}

/** The end of a command's help: what its exit codes mean, and how it is called. */
export function addHelp(
  command: Command,
  shown: { readonly note?: string; readonly exitCodes: readonly string[]; readonly examples: readonly string[] },
): Command {
  const { note, exitCodes, examples } = shown;
  if (note !== undefined) command.addHelpText('after', `\n${note}`);
  return command
    .addHelpText('after', `\nExit codes:\n${exitCodes.map((line) => `  ${line}`).join('\n')}`)
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
}

export function finish(code: number): void {
  process.exitCode = code;
}

import { Argument, type Command, Option } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import type { Verb } from '../../edit/verbs.ts';
import type { Answers } from '../edit/questions.ts';
import { runEdit } from '../edit/run.ts';
import { addHelp, DEFAULT_FILE, fileOptions, finish, json, parseDay, repository, today } from '../options.ts';

interface EditCommand {
  /** Of a subcommand; `--help` of the program has that of a command. */
  readonly phrase?: string;
  readonly fields: readonly Field[];
  readonly examples: readonly string[];
}

const MEMBER: Field = ['member', '[member]', 'key of the member in the team file'];
const ROLE: Field = ['role', '[role]', 'key of the role in the team file'];
const PERMISSIONS: Field = ['permissions', '[permission...]', 'capabilities, operations, or "*" for all'];

/** What each edit takes. The first word of a verb is the command, the second its subcommand. */
const EDITS: Readonly<Record<Verb, EditCommand>> = {
  'member add': {
    phrase: 'Add a member to the team file',
    fields: [
      MEMBER,
      ['name', '--name <name>', 'full name'],
      ['roles', '--role <role>', 'role of the member', 'list'],
      ['until', '--until <YYYY-MM-DD>', 'last day of access, UTC', 'day'],
      ['from', '--from <YYYY-MM-DD>', 'first day of access, UTC', 'day'],
      ['sponsor', '--sponsor <member>', 'who answers for the member'],
      ['email', '--email <address>', 'e-mail address'],
      ['github', '--github <login>', 'GitHub login'],
      ['recipient', '--recipient <recipient>', 'recipient of access keys, from keys request'],
    ],
    examples: [
      'member add',
      'member add zoe --name "Zoë Quist" --role results-reader --until 2027-05-31 --sponsor ada --yes',
    ],
  },
  'member extend': {
    phrase: 'Move the last day of a member',
    fields: [MEMBER, ['until', '--until <YYYY-MM-DD>', 'new last day of access, UTC', 'day']],
    examples: ['member extend bo --until 2027-12-31'],
  },
  'member suspend': {
    phrase: 'Stop all access of a member, and keep them',
    fields: [MEMBER],
    examples: ['member suspend bo'],
  },
  'member resume': { phrase: 'End the suspension of a member', fields: [MEMBER], examples: ['member resume bo'] },
  'member roles': {
    phrase: 'Change the roles of a member',
    fields: [
      MEMBER,
      ['add', '--add <role>', 'role to add', 'list'],
      ['remove', '--remove <role>', 'role to remove', 'list'],
    ],
    examples: ['member roles bo --add paymaster --remove task-publisher'],
  },
  'member recipient': {
    phrase: 'Set where access keys of a member are sent',
    fields: [MEMBER, ['recipient', '[recipient]', 'recipient that the member sent, from keys request']],
    examples: ['member recipient bo age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj'],
  },
  'member sponsor': {
    phrase: 'Set who answers for a member',
    fields: [MEMBER, ['sponsor', '[sponsor]', 'key of the sponsor']],
    examples: ['member sponsor bo ada'],
  },
  'member reviewed': {
    phrase: 'Vouch today for what members can do',
    fields: [['members', '[members...]', 'keys of members in the team file']],
    examples: ['member reviewed bo cy'],
  },
  'member depart': {
    phrase: 'Move a member who leaves to departed',
    fields: [
      MEMBER,
      ['reason', '--reason <text>', 'why they leave'],
      ['left', '--left <YYYY-MM-DD>', 'day of leaving (default: today)', 'day'],
      ['sponsor', '--sponsor <member>', 'who answers for those whom they sponsor'],
      ['owner', '--owner <member>', 'who becomes an owner, if they are the only one'],
    ],
    examples: ['member depart bo --reason graduated'],
  },
  'role add': {
    phrase: 'Add a role to the team file',
    fields: [
      ROLE,
      ['allow', '--allow <permission>', 'capability, operation, or "*" for all', 'list'],
      ['deny', '--deny <permission>', 'what it is not allowed, whatever else allows it', 'list'],
      ['extends', '--extends <role>', 'role whose permissions it has as well', 'list'],
      ['description', '--description <text>', 'what the role is for'],
    ],
    examples: ['role add reviewer --allow pay:approve --allow pay:reject --extends results-reader'],
  },
  'role allow': {
    phrase: 'Allow a role more',
    fields: [ROLE, PERMISSIONS],
    examples: ['role allow paymaster account:read'],
  },
  'role deny': {
    phrase: 'Deny a role something, whatever else allows it',
    fields: [ROLE, PERMISSIONS],
    examples: ['role deny paymaster SendBonus'],
  },
  'role remove': {
    phrase: 'Remove a role, or permissions from its lists',
    fields: [ROLE, PERMISSIONS],
    examples: ['role remove paymaster', 'role remove paymaster pay:bonus'],
  },
  freeze: {
    fields: [['capabilities', '[capability...]', '"spend", the default, or capabilities']],
    examples: ['freeze', 'freeze hits:publish'],
  },
  unfreeze: {
    fields: [['capabilities', '[capability...]', 'what to take from the list; all of it by default']],
    examples: ['unfreeze', 'unfreeze spend'],
  },
  snooze: {
    fields: [
      ['finding', '[finding]', 'ID of the finding, as in the drift issue'],
      ['until', '--until <YYYY-MM-DD>', 'last day of the snooze, UTC', 'day'],
      ['reason', '--reason <text>', 'why the finding is acceptable'],
    ],
    examples: ['snooze unmanaged-user/old-mturk-user/spends --until 2027-01-31 --reason "its last study ends"'],
  },
};

export function register(command: Command, terminal: Terminal): void {
  for (const [verb, { phrase = '', fields, examples }] of Object.entries(EDITS)) {
    const [name, subcommand] = verb.split(' ');
    if (name !== command.name()) continue;
    const of = subcommand === undefined ? command : command.command(subcommand).description(phrase);
    registerEdit(of, verb as Verb, fields, examples, terminal);
  }
}

/** An argument or an option of an edit: the field that it fills, its flags and its phrase. */
type Field = readonly [field: string, flags: string, phrase: string, kind?: 'day' | 'list'];

type Answer = Answers[string];

/** Gives a command the fields of an edit, the options of all edits and the action. */
function registerEdit(
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
      const given = command.opts();
      const { file, pullRequest = false, repository: named = null, yes = false } = given;
      if (named !== null && !pullRequest) command.error('error: --repository needs --pull-request');
      const values: readonly Answer[] = command.processedArgs;
      const answers = parts.map(({ field, option }, index) => [
        field,
        option === undefined ? values[index] : command.getOptionValue(option.attributeName()),
      ]);
      const common = { ...fileOptions(file, given), yes, pullRequest, repository: named };
      const usage = (message: string) => command.error(message);
      finish(await runEdit(verb, Object.fromEntries(answers), common, usage, terminal));
    });
}

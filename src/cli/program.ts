import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { Terminal } from '../app/terminal.ts';
import { escapedJson } from '../text/diagnostic.ts';
import type { ErrorJson } from '../text/problem.ts';
import { codeText, proseText, t, trusted } from '../text/text.ts';
import type { CommandName } from './commands.ts';
import { reportProblem, safeTerminal } from './process-terminal.ts';

/** By the groups of `--help`, in its order: each command's phrase. */
const COMMANDS: Readonly<Record<string, Readonly<Partial<Record<CommandName, string>>>>> = {
  'Everyday:': {
    check: 'Find every error in team.yaml',
    preview: 'Show what a change of team.yaml does, without AWS',
    plan: 'Show who would gain or lose access; changes nothing',
    apply: 'Make AWS match team.yaml',
    drift: 'Show drift between AWS and team.yaml',
    explain: 'Show what a member may do, by which role, until when',
    'who-can': 'Show who can do something, or who has a role',
    why: 'Show why a member may do something, and who decided it',
    history: 'Show every change of access, from Git',
    page: 'Write a page that shows who may do what, and since when',
    offboard: 'Prepare a departure, and prove that it is over',
  },
  'Edit:': {
    member: 'Add, change or depart a member',
    role: 'Add, change or remove a role',
    freeze: 'Deny capabilities to all members at once',
    unfreeze: 'End a freeze',
    snooze: 'Accept a finding of the drift check for a time',
  },
  'Access keys:': {
    keys: 'Show, create, open and revoke access keys',
  },
  'Set up:': {
    init: 'Write the files of a new lab repository',
    adopt: 'Take IAM users of the account into team.yaml',
    synth: 'Write the Terraform configuration of both stacks',
    bootstrap: 'Create the bucket, boundary and roles of a lab',
    doctor: 'Check the settings of AWS and GitHub',
    codeowners: 'Make .github/CODEOWNERS from the owners in team.yaml',
    schema: 'Print the JSON Schema of team.yaml, for editors',
    'wind-down': 'Show how to end a lab, and who can still spend',
    eject: 'Write plain Terraform, to go on without mturk-team',
  },
  'Try it:': {
    demo: 'Run every step on a local AWS emulator and check it',
    emulator: 'Serve or delete a local AWS emulator',
  },
  'CI:': {
    comment: 'Write or update the comment on the pull request',
    'check-approval': 'Check that what is to be applied was approved',
    'drift-issue': 'Write the issues about drift, and the job summary',
  },
};

/** Their exit code 2 means changes, so that wrong usage must not give it. */
const TWO_IS_CHANGES = ['plan', 'drift', 'preview'];

/** Runs the command that the arguments name, and sets the exit code of the process. */
export async function runProgram(args: readonly string[], given: Terminal): Promise<void> {
  const terminal = safeTerminal(given, process.env);
  const asked = args[0] === 'help' ? helpOf(args.slice(1)) : args;
  if (asked.includes('--json')) return withErrorsAsJson(terminal, (noting) => parse(asked, noting));
  return parse(asked, terminal);
}

/** `help COMMAND` is `COMMAND --help`; of a command that does not exist, the error about it. */
function helpOf(named: readonly string[]): readonly string[] {
  const [name] = named;
  const isKnown = name === undefined || Object.values(COMMANDS).some((commands) => Object.hasOwn(commands, name));
  return isKnown ? [...named, '--help'] : named;
}

async function parse(args: readonly string[], terminal: Terminal): Promise<void> {
  const program = newProgram();
  const wanted = args.find((arg) => !arg.startsWith('-'));
  for (const [group, commands] of Object.entries(COMMANDS)) {
    for (const [name, phrase] of Object.entries(commands)) {
      const command = program.command(name).helpGroup(group).description(phrase);
      if (name === wanted) (await moduleOf(name)).register(command, terminal);
    }
  }
  prepare(program, ['mturk-team'], terminal);
  program.hook('preAction', async (_, command) => (await import('./lab-folder.ts')).enterLabFolder(command, terminal));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? error.exitCode : reportInternal(error, terminal);
  }
}

/** The table of modules is apart, so that neither it nor they are loaded for help. */
async function moduleOf(name: string) {
  const { LOAD } = await import('./commands.ts');
  return LOAD[name as CommandName]();
}

/** Standard output always gets one document: that of the command, else its first error. */
async function withErrorsAsJson(terminal: Terminal, work: (noting: Terminal) => Promise<void>): Promise<void> {
  const errors: ErrorJson[] = [];
  let printed = false;
  await work({
    ...terminal,
    stdout(text) {
      printed = true;
      terminal.stdout(text);
    },
    onError: (error) => errors.push(error),
  });
  const [error] = errors;
  if (!printed && error !== undefined) terminal.stdout(`${escapedJson({ version: 1, error })}\n`);
}

/** `keys` and `keys sync` have the same options: those behind a subcommand are its own. */
function newProgram(): Command {
  return new Command('mturk-team')
    .description("Manage a lab's access to Mechanical Turk from one reviewed file")
    .version(packageJson.version)
    .enablePositionalOptions()
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText(
      'after',
      `
Examples:
  $ mturk-team check                 find errors in team.yaml
  $ mturk-team plan --emulator       show changes, on a local AWS emulator
  $ mturk-team explain bo            show what Bo may do
  $ mturk-team demo                  try everything without an AWS account
  $ mturk-team help plan             show options, exit codes and examples of plan

Exit codes: 0 fine, 1 findings or an error, 2 wrong usage or unreadable input.
plan, drift and preview: 0 no changes, 1 any error, 2 changes.`,
    );
}

/** Settings that subcommands do not inherit: where they print, the form of usage errors, their exit code. */
function prepare(command: Command, path: readonly string[], terminal: Terminal): void {
  command.configureOutput({
    writeOut: terminal.stdout,
    writeErr: terminal.stderr,
    outputError: (message) => reportUsage(message, path, terminal),
  });
  command.exitOverride((error) => {
    if (error.exitCode !== 0) error.exitCode = TWO_IS_CHANGES.includes(command.name()) ? 1 : 2;
    throw error;
  });
  command.showSuggestionAfterError();
  for (const child of command.commands) prepare(child, [...path, child.name()], terminal);
}

/** commander's message in the form of every error. */
function reportUsage(message: string, path: readonly string[], terminal: Terminal): void {
  const [, summary = '', similar] =
    /^(?:error: )?([\s\S]*?)\.?\s*(?:\(Did you mean ([^)]*)\?\)\s*)?$/.exec(message) ?? [];
  const usage = t`run ${codeText([...path, '--help'].join(' '))}`;
  const help = similar === undefined ? usage : t`did you mean ${codeText(similar)}? Else ${usage}`;
  const problem = { summary: proseText(summary.replaceAll("'", '`')), reason: null, state: null, help };
  reportProblem(problem, { code: 'usage' }, terminal);
}

/** Expected problems are failures; whatever is thrown is a bug. */
function reportInternal(error: unknown, terminal: Terminal): 1 {
  const debug = Boolean(process.env.MTURK_TEAM_DEBUG);
  const reason = error instanceof Error ? error.message : String(error);
  const problem = {
    summary: trusted('unexpected error (a bug in mturk-team, not in your file)'),
    reason: proseText(reason),
    state: null,
    help: t`run it again with ${codeText('MTURK_TEAM_DEBUG=1')} and report the output`,
  };
  reportProblem(problem, { code: 'internal' }, terminal);
  if (debug && error instanceof Error) terminal.stderr(`${error.stack ?? ''}\n`);
  return 1;
}

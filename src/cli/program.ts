import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { Terminal } from '../app/terminal.ts';
import { escapedJson } from '../text/diagnostic.ts';
import type { ErrorJson } from '../text/problem.ts';
import { codeText, proseText, t, trusted } from '../text/text.ts';
import { reportProblem, safeTerminal } from './process-terminal.ts';

interface CommandModule {
  /** Gives the command its arguments, options and action. */
  register(command: Command, terminal: Terminal): void;
}

/** By the groups of `--help`, in its order: each command's phrase and module. Only that of the command that runs is loaded. */
const COMMANDS: Readonly<Record<string, Readonly<Record<string, readonly [string, () => Promise<CommandModule>]>>>> = {
  'Everyday:': {
    check: ['Find every error in team.yaml', () => import('./commands/check.ts')],
    plan: ['Show who would gain or lose access; changes nothing', () => import('./commands/plan.ts')],
    apply: ['Make AWS match team.yaml', () => import('./commands/apply.ts')],
    drift: ['Show drift between AWS and team.yaml', () => import('./commands/drift.ts')],
    explain: ['Show what a member may do, by which role, until when', () => import('./commands/explain.ts')],
    'who-can': ['Show who can do something, or who has a role', () => import('./commands/who-can.ts')],
    why: ['Show why a member may do something, and who decided it', () => import('./commands/why.ts')],
    history: ['Show every change of access, from Git', () => import('./commands/history.ts')],
    page: ['Write a page that shows who may do what, and since when', () => import('./commands/page.ts')],
    offboard: ['Prepare a departure, and prove that it is over', () => import('./commands/offboard.ts')],
  },
  'Edit:': {
    member: ['Add, change or depart a member', () => import('./commands/member.ts')],
    role: ['Add, change or remove a role', () => import('./commands/role.ts')],
    freeze: ['Deny capabilities to all members at once', () => import('./commands/freeze.ts')],
    unfreeze: ['End a freeze', () => import('./commands/unfreeze.ts')],
    snooze: ['Accept a finding of the drift check for a time', () => import('./commands/snooze.ts')],
  },
  'Access keys:': {
    keys: ['Show, create, open and revoke access keys', () => import('./commands/keys.ts')],
  },
  'Set up:': {
    init: ['Write the files of a new lab repository', () => import('./commands/init.ts')],
    adopt: ['Take IAM users of the account into team.yaml', () => import('./commands/adopt.ts')],
    synth: ['Write the Terraform configuration of both stacks', () => import('./commands/synth.ts')],
    bootstrap: ['Create the bucket, boundary and roles of a lab', () => import('./commands/bootstrap.ts')],
    doctor: ['Check the settings of AWS and GitHub', () => import('./commands/doctor.ts')],
    codeowners: ['Make .github/CODEOWNERS from the owners in team.yaml', () => import('./commands/codeowners.ts')],
    schema: ['Print the JSON Schema of team.yaml, for editors', () => import('./commands/schema.ts')],
    'wind-down': ['Show how to end a lab, and who can still spend', () => import('./commands/wind-down.ts')],
    eject: ['Write plain Terraform, to go on without mturk-team', () => import('./commands/eject.ts')],
  },
  'Try it:': {
    demo: ['Run every step on a local AWS emulator and check it', () => import('./commands/demo.ts')],
    emulator: ['Serve or delete a local AWS emulator', () => import('./commands/emulator.ts')],
  },
  'CI:': {
    preview: ['Show what a change of team.yaml does, without AWS', () => import('./commands/preview.ts')],
    comment: ['Write or update the comment on the pull request', () => import('./commands/comment.ts')],
    'check-approval': ['Check that what is to be applied was approved', () => import('./commands/check-approval.ts')],
    'drift-issue': ['Write the issues about drift, and the job summary', () => import('./commands/drift-issue.ts')],
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
    for (const [name, [phrase, load]] of Object.entries(commands)) {
      const command = program.command(name).helpGroup(group).description(phrase);
      if (name === wanted) (await load()).register(command, terminal);
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

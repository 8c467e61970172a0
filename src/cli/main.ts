import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addAccountCommands } from './account-commands.ts';
import { addFileCommands } from './file-commands.ts';
import { processTerminal } from './io.ts';
import { finish } from './options.ts';
import { addWorkflowCommands } from './workflow-commands.ts';

// The SDK is pinned by the lock file: a warning about its later versions helps nobody who runs this one.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const terminal = processTerminal(process.env);

const program = new Command('mturk-team')
  .description("A lab's team.yaml becomes AWS IAM users, groups and Mechanical Turk policies through Terraform.")
  .version(packageJson.version)
  .showHelpAfterError('(mturk-team --help lists the commands)')
  .configureOutput({ writeOut: terminal.stdout, writeErr: terminal.stderr })
  .addHelpText(
    'after',
    `
Examples:
  $ mturk-team check                 is team.yaml right?
  $ mturk-team plan --emulator        what would change, for whom, in a local AWS emulator
  $ mturk-team explain bo            what may Bo do?
  $ mturk-team demo              the whole story, without an AWS account

Exit codes: 0 fine, 1 findings or an error, 2 wrong usage or unreadable input.
review: 2 also where something changes. plan and drift: 0 no change, 1 error of any kind, 2 changes.`,
  );

addFileCommands(program, terminal);
addAccountCommands(program, terminal);
addWorkflowCommands(program, terminal);

/** Whose 2 says that there are changes: whoever lets that pass must not let a mistake pass. */
const TWO_IS_CHANGES = ['plan', 'drift'];

/** What wrong usage gives: found by whichever command says so first. */
let usageCode = 2;

/** Wrong usage is told by one code wherever it is found; a subcommand inherits neither setting by itself. */
function exitOnUsage(command: Command): void {
  command.exitOverride((error) => {
    usageCode = TWO_IS_CHANGES.includes(command.name()) ? 1 : 2;
    throw error;
  });
  command.showSuggestionAfterError();
  for (const child of command.commands) {
    child.configureOutput({ writeOut: terminal.stdout, writeErr: terminal.stderr });
    exitOnUsage(child);
  }
}

// A reader who has seen enough (`| head`) closes the pipe; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

async function main(): Promise<void> {
  exitOnUsage(program);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      finish(error.exitCode === 0 ? 0 : usageCode);
      return;
    }
    // Whatever a person can do wrong is a finding; what arrives here is our own mistake, and is said to be one.
    const detail =
      error instanceof Error ? (process.env.MTURK_TEAM_DEBUG ? error.stack : error.message) : String(error);
    terminal.stderr(`mturk-team: this is a mistake in mturk-team, not in your file: ${detail}\n`);
    terminal.stderr('Please report it with the command that you ran; MTURK_TEAM_DEBUG=1 shows where it happened.\n');
    finish(1);
  }
}

void main();

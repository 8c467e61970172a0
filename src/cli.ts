import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { processTerminal } from './commands/io.ts';
import { FAILURE_REASONS, type FailureReason, isFailureReason } from './diagnostics/pipeline-codes.ts';

// The SDK is pinned by the lock file: a warning about its later versions helps nobody who runs this one.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const terminal = processTerminal(process.env);
const DEFAULT_FILE = 'team.yaml';
const DEFAULT_SANDBOX = '.mturk-team/sandbox';

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
  $ mturk-team plan --sandbox        what would change, for whom, in an AWS account in a process
  $ mturk-team explain bo            what may Bo do?
  $ mturk-team rehearse              the whole story, without an AWS account

Exit codes: 0 fine, 1 findings or an error, 2 wrong usage or unreadable input.
plan, review and drift: 0 no change, 1 error, 2 changes.`,
  );

const today = () =>
  new Option('--today <YYYY-MM-DD>', 'the date to go by, UTC').argParser(parseDay).default(undefined, 'today');
const sandbox = () =>
  new Option('--sandbox [dir]', `run against an AWS account in a process, kept in DIR (${DEFAULT_SANDBOX})`)
    .env('MTURK_TEAM_SANDBOX')
    .argParser((text) => {
      // The file comes first, or it is taken for the directory.
      if (/\.ya?ml$/i.test(text)) throw new InvalidArgumentError(`It is a directory. Write ${text} before --sandbox.`);
      return text;
    });
const json = () => new Option('--json', 'print JSON on standard output, nothing else');
const parallelism = () =>
  new Option('--parallelism <n>', 'how many resources at a time').argParser((text) => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1 || count > 50)
      throw new InvalidArgumentError('Write a number from 1 to 50.');
    return count;
  });
const synthesised = () =>
  new Option('--synthesised <dir>', 'use the configuration that synth wrote there instead of making it');
const bootstrap = () => new Option('--bootstrap', "the administrator's stack: the permissions boundary");

program
  .command('check')
  .description('find everything that is wrong with a team file')
  .argument('[file]', 'the team file', DEFAULT_FILE)
  .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json', 'github']).default('text'))
  .option('--strict', 'warnings fail the check too')
  .addOption(today())
  .addHelpText('after', examples('mturk-team check', 'mturk-team check lab.yaml --format json'))
  .action(async (file: string, options) => {
    const { check } = await import('./commands/check.ts');
    finish(await check({ ...options, file, today: dayOf(options), colour: terminal.colour }, terminal));
  });

program
  .command('synth')
  .description('write the Terraform configuration of both stacks')
  .argument('[file]', 'the team file', DEFAULT_FILE)
  .option('--out <dir>', 'where to write', 'cdktf.out')
  .addOption(today())
  .addOption(json())
  .addHelpText('after', examples('mturk-team synth --out cdktf.out'))
  .action(async (file: string, options) => {
    const { synth } = await import('./commands/synth.ts');
    finish(
      await synth(
        { file, outDir: options.out, today: dayOf(options), colour: terminal.colour, json: options.json === true },
        terminal,
      ),
    );
  });

program
  .command('plan')
  .description('say who would gain and lose what; exits 0 without changes, 2 with changes, 1 on an error')
  .argument('[file]', 'the team file', DEFAULT_FILE)
  .addOption(sandbox())
  .addOption(parallelism())
  .addOption(bootstrap())
  .option('--resources', 'list the IAM resources too')
  .option('--no-lock', 'do not lock the state, nor write it: for a role that may only read')
  .addOption(synthesised())
  .option('--base <file>', 'the team file as it was applied; an empty one where there was none')
  .option('--manifest <file>', 'write what was reviewed there, for comment and apply; needs --base')
  .addOption(today())
  .addOption(json())
  .addHelpText(
    'after',
    examples(
      'mturk-team plan --sandbox',
      'mturk-team plan --resources',
      'mturk-team plan --no-lock --synthesised cdktf.out --base main/team.yaml --manifest manifest.json',
    ),
  )
  .action(async (file: string, options, command: Command) => {
    const { manifest = null, base = null, lock, resources = false } = options;
    if (manifest !== null && base === null) command.error('error: --manifest needs --base', { exitCode: 2 });
    const { plan } = await import('./commands/plan.ts');
    const { tellingReasons } = await import('./commands/telling-reasons.ts');
    finish(await plan({ ...labOptions(file, options), resources, lock, manifest, base }, tellingReasons(terminal)));
  });

program
  .command('apply')
  .description('make the account what the team file says')
  .argument('[file]', 'the team file', DEFAULT_FILE)
  .addOption(sandbox())
  .addOption(parallelism())
  .addOption(bootstrap())
  .option('--yes', 'do not ask; needed where nobody can answer')
  .addOption(synthesised())
  .option('--reviewed <manifest>', 'apply what this manifest of a plan says, or what is left of it, and nothing else')
  .option('--commit <sha>', 'the commit of the file: refused where a later one was applied')
  .option('--result <file>', 'write how it ended')
  .addOption(today())
  .addOption(json())
  .addHelpText(
    'after',
    examples(
      'mturk-team apply --sandbox',
      'mturk-team apply --bootstrap --yes',
      'mturk-team apply --reviewed manifest.json --commit "$GITHUB_SHA" --yes',
    ),
  )
  .action(async (file: string, options) => {
    refuseAnotherDay(options);
    const { reviewed = null, commit = null, result = null } = options;
    const asked = { ...labOptions(file, options), yes: options.yes === true };
    if (reviewed === null && commit === null && result === null) {
      const { apply } = await import('./commands/apply.ts');
      finish(await apply(asked, terminal));
    } else {
      const { applyReviewed } = await import('./commands/reviewed-apply.ts');
      finish(await applyReviewed({ ...asked, reviewed, commit, result }, terminal));
    }
  });

program
  .command('drift')
  .description('say what somebody changed by hand; exits 0 when nothing differs, 2 with differences, 1 on an error')
  .argument('[file]', 'the team file', DEFAULT_FILE)
  .addOption(sandbox())
  .addOption(parallelism())
  .option('--reconcile', 'put it right')
  .option('--yes', 'do not ask; needed where nobody can answer')
  .addOption(today())
  .addOption(json())
  .addHelpText('after', examples('mturk-team drift --sandbox', 'mturk-team drift --reconcile'))
  .action(async (file: string, options) => {
    if (options.reconcile === true) refuseAnotherDay(options);
    const { drift } = await import('./commands/drift.ts');
    finish(
      await drift(
        { ...labOptions(file, options), reconcile: options.reconcile === true, yes: options.yes === true },
        terminal,
      ),
    );
  });

program
  .command('review')
  .description(
    'say what a change of the team file does to whom; exits 0 without changes, 2 with changes, 1 on an error',
  )
  .requiredOption('--base <file>', 'the team file as it was; an empty one where there was none')
  .requiredOption('--head <file>', 'the team file as it would be')
  .option('--manifest <file>', 'what a plan of it said (plan --manifest)')
  .addOption(new Option('--format <format>', 'how to print').choices(['text', 'markdown', 'json']).default('text'))
  .addOption(
    new Option('--since <YYYY-MM-DD>', 'the day on which the earlier file was applied, UTC')
      .argParser(parseDay)
      .default(undefined, 'today'),
  )
  .addOption(today())
  .addHelpText(
    'after',
    examples(
      'mturk-team review --base main/team.yaml --head team.yaml',
      'mturk-team review --base main/team.yaml --head team.yaml --manifest manifest.json --format markdown',
    ),
  )
  .action(async (options) => {
    const { review } = await import('./commands/review.ts');
    const { base, head, format } = options;
    const [manifest, since] = [options.manifest ?? null, options.since ?? null];
    finish(await review({ base, head, manifest, format, since, today: dayOf(options) }, terminal));
  });

program
  .command('gate')
  .description('let a synthesised configuration through if it is nothing but what this tool writes')
  .argument('<dir>', 'what synth wrote, by whatever code')
  .option('--file <team>', 'the team file whose account, lab and state it must be about', DEFAULT_FILE)
  .addOption(today())
  .addOption(json())
  .addHelpText('after', examples('mturk-team gate cdktf.out', 'mturk-team gate configuration --file base/team.yaml'))
  .action(async (directory: string, options) => {
    const { gate } = await import('./commands/gate.ts');
    finish(await gate({ directory, ...fileOptions(options.file, options) }, terminal));
  });

program
  .command('comment')
  .description("write or update the one comment on the workflow's pull request, and the job's summary")
  .addOption(
    new Option('--state <state>', 'how far the workflow came')
      .choices(['offline', 'planned', 'applying', 'applied'])
      .makeOptionMandatory(),
  )
  .option('--review <file>', 'what review --format json printed')
  .option('--manifest <file>', 'what plan --manifest wrote; left out where it is not there')
  .option('--result <file>', 'what apply --result wrote; left out where it is not there')
  .addOption(new Option('--reason <reason>', 'why it stopped; empty where it did not').argParser(parseReason))
  .option('--detail <text>', 'what was said when it stopped', '')
  .addOption(
    new Option('--pull-request <number>', "instead of the event's; empty where there is none").argParser(
      parsePullRequest,
    ),
  )
  .option('--issue', 'keep the issue about failed applies, too')
  .option('--reveal', 'show account ids and ARNs')
  .addHelpText(
    'after',
    examples(
      'mturk-team comment --state offline --review review.json',
      'mturk-team comment --state planned --review review.json --manifest manifest.json',
      'mturk-team comment --state applied --pull-request 12 --result result.json --issue',
    ),
  )
  .action(async (options) => {
    const { comment } = await import('./commands/comment.ts');
    finish(
      await comment(
        {
          state: options.state,
          review: options.review ?? null,
          manifest: options.manifest ?? null,
          result: options.result ?? null,
          // Commander turns what a parser gives as null into an empty text.
          reason: options.reason || null,
          detail: options.detail,
          pullRequest: options.pullRequest || null,
          issue: options.issue === true,
          reveal: options.reveal === true,
        },
        terminal,
        process.env,
      ),
    );
  });

program
  .command('verify-approval')
  .description('ask GitHub whether a merged commit was approved, and fetch the plan that was reviewed')
  .addOption(new Option('--commit <sha>', 'the merged commit').argParser(parseCommit))
  .option('--base <branch>', "the branch that it was merged into (the repository's default one)")
  .option('--manifest <file>', 'where to write the manifest of the reviewed plan')
  .option('--workflow <file>', 'the workflow that plans', 'plan.yml')
  .addHelpText(
    'after',
    examples(
      'mturk-team verify-approval --commit "$GITHUB_SHA"',
      'mturk-team verify-approval --manifest manifest.json',
    ),
  )
  .action(async (options) => {
    const { verifyApprovalCommand } = await import('./commands/verify-approval.ts');
    const commit = options.commit ?? process.env.GITHUB_SHA ?? '';
    if (!isCommit(commit)) program.error("error: option '--commit <sha>' is needed where GITHUB_SHA is not set");
    finish(
      await verifyApprovalCommand(
        { commit, base: options.base ?? null, manifest: options.manifest ?? null, workflow: options.workflow },
        terminal,
        process.env,
      ),
    );
  });

program
  .command('codeowners')
  .description('make .github/CODEOWNERS from the owners of the team file')
  .argument('[file]', 'the team file', DEFAULT_FILE)
  .option('--write', 'write it beside the team file, in place of printing it')
  .addOption(today())
  .addHelpText('after', examples('mturk-team codeowners', 'mturk-team codeowners --write'))
  .action(async (file: string, options) => {
    const { codeowners } = await import('./commands/codeowners.ts');
    finish(await codeowners({ file, today: dayOf(options), write: options.write === true }, terminal));
  });

program
  .command('who-can')
  .description('who may do this operation, or any of this capability')
  .argument('<what>', 'an operation such as SendBonus, or a capability such as pay:bonus')
  .argument('[file]', 'the team file', DEFAULT_FILE)
  .addOption(today())
  .addOption(json())
  .addHelpText('after', examples('mturk-team who-can SendBonus', 'mturk-team who-can hits:publish'))
  .action(async (what: string, file: string, options) => {
    const { whoCanCommand } = await import('./commands/who-can.ts');
    finish(await whoCanCommand({ what, ...fileOptions(file, options) }, terminal));
  });

program
  .command('explain')
  .description('everything a member may do, with the role that gives it and the day it ends')
  .argument('<member>', "the member's key in the team file")
  .argument('[file]', 'the team file', DEFAULT_FILE)
  .addOption(today())
  .addOption(json())
  .addHelpText('after', examples('mturk-team explain bo', 'mturk-team explain bo --today 2027-06-01'))
  .action(async (member: string, file: string, options) => {
    const { explainCommand } = await import('./commands/explain.ts');
    finish(await explainCommand({ member, ...fileOptions(file, options) }, terminal));
  });

program
  .command('schema')
  .description('print the JSON Schema of team.yaml, for editors')
  .addHelpText('after', examples('mturk-team schema > team.schema.json'))
  .action(async () => {
    const { schema } = await import('./commands/schema.ts');
    finish(await schema(terminal));
  });

const sandboxCommand = program.command('sandbox').description('an AWS account in a process: IAM, STS and MTurk');
sandboxCommand
  .command('start')
  .description('serve it on 127.0.0.1 until interrupted')
  .argument('[dir]', 'where the account is kept', DEFAULT_SANDBOX)
  .addOption(
    new Option('--account <id>', "the account's id, for a new account").default('123456789012').argParser((text) => {
      if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('Write 12 digits.');
      return text;
    }),
  )
  .addOption(
    new Option('--port <port>', 'the port of 127.0.0.1; 0 for any that is free').default(0).argParser((text) => {
      const port = Number(text);
      if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Write a port from 0 to 65535.');
      return port;
    }),
  )
  .addHelpText('after', examples('mturk-team sandbox start'))
  .action(async (dir: string, options) => {
    const { sandboxStart } = await import('./commands/sandbox.ts');
    finish(await sandboxStart({ dir, accountId: options.account, port: options.port }, terminal));
  });
sandboxCommand
  .command('reset')
  .description('forget the account')
  .argument('[dir]', 'where the account is kept', DEFAULT_SANDBOX)
  .addHelpText('after', examples('mturk-team sandbox reset'))
  .action(async (dir: string) => {
    const { sandboxReset } = await import('./commands/sandbox.ts');
    finish(await sandboxReset({ dir }, terminal));
  });

program
  .command('rehearse')
  .description('tell and check the whole story on the sample team, against an AWS account in a process')
  .argument('[file]', 'the team file', DEFAULT_FILE)
  .addOption(today())
  .addHelpText('after', examples('mturk-team rehearse'))
  .action(async (file: string, options) => {
    const { rehearse } = await import('./commands/rehearse.ts');
    finish(await rehearse({ file, today: dayOf(options) }, terminal));
  });

interface CommonOptions {
  readonly today?: string;
  readonly json?: boolean;
}

interface AccountOptions extends CommonOptions {
  readonly sandbox?: string | true;
  readonly bootstrap?: boolean;
  readonly parallelism?: number;
  readonly synthesised?: string;
}

function fileOptions(file: string, options: CommonOptions) {
  return { file, today: dayOf(options), json: options.json === true };
}

function labOptions(file: string, options: AccountOptions) {
  // A repository variable that is not set is an empty text.
  const dir = options.sandbox === true ? DEFAULT_SANDBOX : options.sandbox || null;
  return {
    ...fileOptions(file, options),
    sandbox: dir,
    stack: options.bootstrap === true ? 'bootstrap' : 'team',
    parallelism: options.parallelism ?? null,
    synthesised: options.synthesised ?? null,
  } as const;
}

/** On a real account another day would end the access of people whose last day has not come. */
function refuseAnotherDay({ today: asked, sandbox: dir }: AccountOptions): void {
  const today = new Date().toISOString().slice(0, 10);
  if (dir !== undefined || asked === undefined || asked === today) return;
  program.error(
    `error: a real account is changed as of today, ${today}; --today ${asked} is for --sandbox, plan and drift`,
  );
}

function dayOf(options: CommonOptions): string {
  return options.today ?? new Date().toISOString().slice(0, 10);
}

function parseDay(text: string): string {
  const time = Date.parse(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('Write a day that exists as YYYY-MM-DD.');
  }
  return text;
}

function parseReason(text: string): FailureReason | null {
  if (text === '') return null;
  if (!isFailureReason(text)) throw new InvalidArgumentError(`It is one of ${FAILURE_REASONS.join(', ')}.`);
  return text;
}

function parsePullRequest(text: string): number | null {
  if (text === '') return null;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write the number of a pull request.');
  return Number(text);
}

function parseCommit(text: string): string {
  if (!isCommit(text)) throw new InvalidArgumentError('Write all digits of a commit.');
  return text;
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text);
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

function finish(code: number): void {
  process.exitCode = code;
}

/** Wrong usage is 2 wherever it is found; a subcommand inherits neither setting by itself. */
function exitWithTwo(command: Command): void {
  command.exitOverride();
  command.showSuggestionAfterError();
  for (const child of command.commands) {
    child.configureOutput({ writeOut: terminal.stdout, writeErr: terminal.stderr });
    exitWithTwo(child);
  }
}

// A reader who has seen enough (`| head`) closes the pipe; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

async function main(): Promise<void> {
  exitWithTwo(program);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      finish(error.exitCode === 0 ? 0 : 2);
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

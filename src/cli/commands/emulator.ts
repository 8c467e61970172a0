import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { written } from '../../app/files.ts';
import { loadEmulator, otherAccount } from '../../app/session/emulator.ts';
import { RECORD_FILE } from '../../app/session/records.ts';
import { confirmed, type Terminal } from '../../app/terminal.ts';
import { BOOTSTRAP_RECORD, KEY_MARKERS } from '../../aws/setup/record.ts';
import { readTeamFile } from '../../team/parse/read-team.ts';
import { pasted, visible } from '../../text/escape.ts';
import { counted } from '../../text/text.ts';
import { printJson, reportFailure } from '../io.ts';
import { addHelp, DEFAULT_EMULATOR, DEFAULT_FILE, finish, json, matching } from '../options.ts';

/** What is kept beside the states of an account on the emulator. */
const RECORDS = [RECORD_FILE, BOOTSTRAP_RECORD, KEY_MARKERS];

export interface EmulatorStartOptions {
  readonly dir: string;
  /** 12 digits; null for that of `teamFile` if there is one, else any. */
  readonly accountId: string | null;
  readonly teamFile: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly json?: boolean;
  /** Stops the emulator as a signal to the process would. */
  readonly until?: AbortSignal;
}

/** Serves the account of a directory until interrupted: 0, or 1 if it cannot be served. */
export async function emulatorStart(options: EmulatorStartOptions, terminal: Terminal): Promise<number> {
  const { dir, port } = options;
  const wanted = options.accountId ?? (await accountOf(options.teamFile, terminal));
  const accountId = wanted ?? '123456789012';
  const module = await loadEmulator();
  if (!module.ok) return reportFailure(module.failure, terminal);
  const faults = faultsOf(process.env);
  const opened = await module.value.tryOpenEmulator({ dir, accountId, port, faults, kind: 'server', provider: false });
  if (!opened.ok) return reportFailure(opened.failure, terminal);
  const emulator = opened.value;
  if (wanted !== null && emulator.accountId !== wanted) {
    await emulator.close();
    return reportFailure(otherAccount(dir, wanted, emulator).failure, terminal);
  }
  const stopped = untilStopped(options.until);
  terminal.stderr(
    [
      `Local AWS emulator at ${emulator.endpoint}: account ${visible(emulator.accountId)}, kept in ${dir}.`,
      'To use it with the AWS CLI or an SDK, paste these lines into another shell. `mturk-team --emulator` needs no setup.',
      'Ctrl-C stops it; its data stays.',
      '',
    ].join('\n'),
  );
  const environment = module.value.awsEnvironment(emulator.endpoint, emulator.rootCredentials);
  // Whole in a workflow, too: they are to be pasted, and open no account of AWS.
  const stdout = terminal.stdoutAsIs ?? terminal.stdout;
  if (options.json) {
    printJson({ endpoint: emulator.endpoint, account: emulator.accountId, dir, environment }, { stdout });
  } else for (const [name, value] of Object.entries(environment)) stdout(`export ${name}=${pasted(value)}\n`);
  await stopped;
  await emulator.close();
  return 0;
}

/** Null without a valid file. */
async function accountOf(file: string, terminal: Terminal): Promise<string | null> {
  if (!existsSync(file)) return null;
  const { team } = await readTeamFile(file, { today: new Date().toISOString().slice(0, 10) });
  if (team === null) terminal.stderr(`${file} has errors, so its account is not used.\n`);
  return team?.account ?? null;
}

/** Deletes the account of a directory: 0, or 1 if it is not confirmed, or while a process has it open. */
export async function emulatorReset(
  { dir, yes = false, json = false }: { readonly dir: string; readonly yes?: boolean; readonly json?: boolean },
  terminal: Terminal,
): Promise<number> {
  const agreed = await confirmed(terminal, `Delete the account in ${dir} and its states?`, yes || !existsSync(dir));
  if (!agreed.ok) return reportFailure(agreed.failure, terminal);
  const module = await loadEmulator();
  if (!module.ok) return reportFailure(module.failure, terminal);
  const done = await written(() => module.value.resetEmulator(dir, RECORDS));
  const reset = done.ok ? done.value : done;
  if (!reset.ok) return reportFailure(reset.failure, terminal);
  const files = reset.value.length;
  if (json) printJson({ dir, deleted: reset.value }, terminal);
  terminal.stderr(
    files === 0
      ? `No account in ${dir}: nothing to delete.\n`
      : `Deleted the account in ${dir} (${counted(files, 'file')}).\n`,
  );
  return 0;
}

/** Faults by environment variable, to try how a client takes them, for example MTURK_TEAM_EMULATOR_THROTTLE=0.2. */
function faultsOf(env: NodeJS.ProcessEnv): Readonly<Record<string, number>> {
  const faults: Record<string, number> = {};
  const names = {
    THROTTLE: 'throttleShare',
    ERRORS: 'errorShare',
    DELAY_MS: 'delayMs',
    FAIL_CALL: 'failCall',
    SEED: 'seed',
  };
  for (const [name, key] of Object.entries(names)) {
    const value = Number(env[`MTURK_TEAM_EMULATOR_${name}`]);
    if (Number.isFinite(value)) faults[key] = value;
  }
  return faults;
}

function untilStopped(until: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
      resolve();
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
    until?.addEventListener('abort', end, { once: true });
  });
}

export function register(command: Command, terminal: Terminal): void {
  addHelp(command.command('start').description('Serve IAM, STS, CloudTrail and Mechanical Turk on 127.0.0.1'), {
    exitCodes: ['0 stopped by Ctrl-C', '1 cannot be started', '2 wrong usage'],
    examples: ['mturk-team emulator start'],
  })
    .argument('[dir]', 'directory of the account', DEFAULT_EMULATOR)
    .option(
      '--account <id>',
      `id of the account (default: that of ${DEFAULT_FILE})`,
      matching(/^\d{12}$/, 'Write 12 digits.'),
    )
    .option('--port <port>', 'port; 0 for any that is free', parsePort, 0)
    .addOption(json())
    .action(async (dir: string, { account = null, port, json }) => {
      finish(await emulatorStart({ dir, accountId: account, teamFile: DEFAULT_FILE, port, json }, terminal));
    });
  addHelp(command.command('reset').description('Delete the account and its states'), {
    exitCodes: ['0 deleted, or nothing to delete', '1 not confirmed, or in use', '2 wrong usage'],
    examples: ['mturk-team emulator reset'],
  })
    .argument('[dir]', 'directory of the account', DEFAULT_EMULATOR)
    .option('--yes', 'do not ask for confirmation')
    .addOption(json())
    .action(async (dir: string, { yes, json }) => finish(await emulatorReset({ dir, yes, json }, terminal)));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Write a port from 0 to 65535.');
  return port;
}

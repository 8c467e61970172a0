import { type Command, InvalidArgumentError, Option } from 'commander';
import { counted } from '../../text/text.ts';
import { reportFailure, type Terminal } from '../io.ts';
import { DEFAULT_EMULATOR, examples, exitCodes, finish, GROUPS } from '../options.ts';
import { loadEmulator } from '../session/emulator.ts';

export interface EmulatorStartOptions {
  readonly dir: string;
  /** 12 digits, for an account that does not exist yet. */
  readonly accountId: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Stops the emulator as a signal to the process would. */
  readonly until?: AbortSignal;
}

/** Serves the account of a directory until interrupted: 0, or 1 if it cannot be served. */
export async function emulatorStart(options: EmulatorStartOptions, terminal: Terminal): Promise<number> {
  const { dir, accountId, port } = options;
  const module = await loadEmulator();
  if (!module.ok) return reportFailure(module.failure, terminal);
  const faults = faultsOf(process.env);
  const opened = await module.value.tryOpenEmulator({ dir, accountId, port, faults, kind: 'server', provider: false });
  if (!opened.ok) return reportFailure(opened.failure, terminal);
  const emulator = opened.value;
  const stopped = untilStopped(options.until);
  terminal.stderr(
    [
      `Local AWS emulator at ${emulator.endpoint}: account ${emulator.accountId}, kept in ${dir}.`,
      'To use it with the AWS CLI or an SDK, paste these lines into another shell. `mturk-team --emulator` needs no setup.',
      'Ctrl-C stops it; its data stays.',
      '',
    ].join('\n'),
  );
  const environment = module.value.awsEnvironment(emulator.endpoint, emulator.rootCredentials);
  for (const [name, value] of Object.entries(environment)) terminal.stdout(`export ${name}=${value}\n`);
  await stopped;
  await emulator.close();
  return 0;
}

/** Deletes the account of a directory: 0, or 1 while a process has it open. */
export async function emulatorReset({ dir }: { readonly dir: string }, terminal: Terminal): Promise<number> {
  const module = await loadEmulator();
  if (!module.ok) return reportFailure(module.failure, terminal);
  const reset = await module.value.resetEmulator(dir);
  if (!reset.ok) return reportFailure(reset.failure, terminal);
  const files = reset.value.length;
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

export function register(program: Command, terminal: Terminal): void {
  const group = program.command('emulator').helpGroup(GROUPS.tryIt).description('Serve or delete a local AWS emulator');
  group
    .command('start')
    .description('Serve IAM, STS, CloudTrail and MTurk on 127.0.0.1')
    .argument('[dir]', 'directory of the account', DEFAULT_EMULATOR)
    .addOption(
      new Option('--account <id>', 'id of a new account').default('123456789012').argParser((text) => {
        if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('Write 12 digits.');
        return text;
      }),
    )
    .addOption(
      new Option('--port <port>', 'port; 0 for any that is free').default(0).argParser((text) => {
        const port = Number(text);
        if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Write a port from 0 to 65535.');
        return port;
      }),
    )
    .addHelpText('after', exitCodes('0 stopped by Ctrl-C', '1 cannot be started', '2 wrong usage'))
    .addHelpText('after', examples('mturk-team emulator start'))
    .action(async (dir: string, { account, port }) => {
      finish(await emulatorStart({ dir, accountId: account, port }, terminal));
    });
  group
    .command('reset')
    .description('Delete the account and its states')
    .argument('[dir]', 'directory of the account', DEFAULT_EMULATOR)
    .addHelpText('after', exitCodes('0 deleted, or nothing to delete', '1 in use', '2 wrong usage'))
    .addHelpText('after', examples('mturk-team emulator reset'))
    .action(async (dir: string) => finish(await emulatorReset({ dir }, terminal)));
}

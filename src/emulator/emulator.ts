import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Failure, fail, type Result, succeed } from '../diagnostics/failure.ts';
import { claimHost, type HostRecord, leaveHost } from './host-lock.ts';
import { type AccountHost, type HostedAccount, type HostOptions, startAccountHost } from './hosted-account.ts';
import type { RunningProvider } from './provider/provider.ts';
import type { LoggedCall } from './server/aws-endpoint.ts';
import type { Faults } from './server/faults.ts';
import { STATE_DIRECTORY, stateAddress } from './state-backend.ts';
import { errorCode, isLink, listOf, messageOf } from './system.ts';

const DEFAULT_WAIT_MS = 10_000;

class EmulatorFailed extends Error {
  override readonly name = 'EmulatorFailed';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.code}: ${JSON.stringify(failure.args)}`);
    this.failure = failure;
  }
}

export interface EmulatorOptions extends HostOptions {
  /** `server` runs until it is stopped; commands connect to it. */
  readonly kind?: 'server' | 'command';
  /** Whether the Terraform provider is started, too; it is where this is left out. */
  readonly provider?: boolean;
  /** How often the provider repeats a failed call; its own default where it is left out. */
  readonly providerAttempts?: number;
  /** Milliseconds to wait for another command that has `dir` open. */
  readonly waitMs?: number;
}

/** A local AWS emulator: src/emulator/README.md says what it replaces and what it leaves out. */
export interface Emulator {
  /** `http://127.0.0.1:34567`, for every service. */
  readonly endpoint: string;
  readonly accountId: string;
  /** The root's access key: may everything. */
  readonly rootCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** True where another process hosts the account: then `calls` stays empty, and clock, faults and onCall are its own. */
  readonly connected: boolean;
  /** Every call so far, in order. */
  readonly calls: readonly LoggedCall[];
  /** What goes wrong from now on; setting it resets its counters. */
  faults: Faults;
  /** The environment that makes an engine keep a stack's state here and change this account. */
  engineEnv(stack: string): Record<string, string>;
  /** Gives up the locks that engines of this emulator left behind. None of its engines may be running. */
  releaseLocks(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the account of a directory. One process hosts it at a time. If `emulator start` does, the result works through
 * it; if another command does, it is waited for, then `emulator-busy`. A host that died is replaced without a loss.
 */
export async function tryOpenEmulator(options: EmulatorOptions): Promise<Result<Emulator>> {
  const dir = options.dir ?? '';
  try {
    return succeed(await openEmulator(options));
  } catch (error) {
    if (error instanceof EmulatorFailed) return { ok: false, failure: error.failure };
    // What the system refuses: a port in use, a directory without write permission.
    if (errorCode(error) === undefined) throw error;
    return fail('emulator-not-started', { dir, port: options.port ?? 0, reason: messageOf(error) });
  }
}

/** As `tryOpenEmulator`, for callers that expect no failure: throws `EmulatorFailed` and the system's errors. */
export async function openEmulator(options: EmulatorOptions): Promise<Emulator> {
  const host = await startAccountHost(options);
  const { dir, kind = 'command' } = options;
  let leave = (): void => {};
  try {
    if (dir !== null) {
      mkdirSync(dir, { recursive: true });
      refuseLinks(dir);
      const record = { pid: process.pid, kind, endpoint: host.endpoint, token: host.token };
      const other = await claimOrFind(dir, record, options);
      if (other !== null) {
        await host.close(leave);
        return await connectedEmulator(other, options);
      }
      leave = () => leaveHost(dir, record);
    }
    return await emulatorAt(host, loadOrThrow(host, dir ?? ''), options, {
      connected: false,
      endRun: async (run) => host.endRun(run),
      close: () => host.close(leave),
    });
  } catch (error) {
    await host.close(leave);
    throw error;
  }
}

/** Every write would follow a link, which a commit can bring. */
function refuseLinks(dir: string): void {
  const entries = [dir, join(dir, STATE_DIRECTORY)].flatMap((each) => listOf(each).map((name) => join(each, name)));
  const file = [dir, ...entries].find(isLink);
  if (file === undefined) return;
  throw new EmulatorFailed(fail('file-not-writable', { file, reason: 'it is a symbolic link' }).failure);
}

/** Null where this process is the host now, else the server to connect to. */
async function claimOrFind(dir: string, record: HostRecord, options: EmulatorOptions): Promise<HostRecord | null> {
  const end = Date.now() + (options.waitMs ?? DEFAULT_WAIT_MS);
  for (;;) {
    const other = await claimHost(dir, record);
    if (other === null) return null;
    if (other.kind === 'server' && record.kind === 'command') return other;
    if (other.kind === 'server' || Date.now() > end)
      throw new EmulatorFailed(fail('emulator-busy', { dir, pid: other.pid }).failure);
    await wait(50);
  }
}

function loadOrThrow(host: AccountHost, dir: string): HostedAccount {
  try {
    return host.load();
  } catch (error) {
    // Data that may not be read or written are not damaged.
    if (errorCode(error) !== undefined) throw error;
    throw new EmulatorFailed(fail('emulator-unreadable', { dir, reason: messageOf(error) }).failure);
  }
}

async function connectedEmulator(other: HostRecord, options: EmulatorOptions): Promise<Emulator> {
  const address = `${other.endpoint}/emulator/${other.token}`;
  const hosted = await askHost(address, other, options);
  const host = { endpoint: other.endpoint, calls: [], faults: {} };
  return emulatorAt(host, hosted, options, {
    connected: true,
    async endRun(run) {
      await fetch(`${address}/${run}`, { method: 'DELETE' }).catch(() => {
        // A host that is gone holds no locks.
      });
    },
    close: async () => {},
  });
}

/** A server that has just claimed the directory needs a moment to load it. */
async function askHost(address: string, other: HostRecord, options: EmulatorOptions): Promise<HostedAccount> {
  const end = Date.now() + (options.waitMs ?? DEFAULT_WAIT_MS);
  while (Date.now() <= end) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.status === 200) return (await answer.json()) as HostedAccount;
    await wait(20);
  }
  throw new EmulatorFailed(fail('emulator-busy', { dir: options.dir ?? '', pid: other.pid }).failure);
}

interface Connection {
  readonly connected: boolean;
  endRun(run: string): Promise<void>;
  close(): Promise<void>;
}

async function emulatorAt(
  host: Pick<AccountHost, 'endpoint' | 'calls' | 'faults'>,
  hosted: HostedAccount,
  options: EmulatorOptions,
  { connected, endRun, close }: Connection,
): Promise<Emulator> {
  const provider = await providerOf(host.endpoint, hosted, options);
  let run = newRun();
  const releaseLocks = async (): Promise<void> => {
    const ended = run;
    run = newRun();
    await endRun(ended);
  };
  return {
    endpoint: host.endpoint,
    accountId: hosted.accountId,
    // A copy each: the SDK writes into what it is given.
    get rootCredentials() {
      return { ...hosted.rootCredentials };
    },
    connected,
    calls: host.calls,
    get faults() {
      return host.faults;
    },
    set faults(next) {
      host.faults = next;
    },
    engineEnv: (stack) => engineEnvironment(host.endpoint, hosted, provider, stack, run),
    releaseLocks,
    async close() {
      await provider?.close();
      await releaseLocks();
      await close();
    },
  };
}

function newRun(): string {
  return randomBytes(8).toString('hex');
}

async function providerOf(
  endpoint: string,
  hosted: HostedAccount,
  options: EmulatorOptions,
): Promise<RunningProvider | null> {
  if (options.provider === false) return null;
  // Loaded here, so that a command that needs no provider does not load gRPC.
  const { startProvider } = await import('./provider/provider.ts');
  const { providerAttempts: maxAttempts } = options;
  return startProvider({
    endpoint,
    credentials: hosted.rootCredentials,
    region: EMULATOR_REGION,
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
  });
}

/** IAM is global and signs for us-east-1, the only region of Mechanical Turk. */
const EMULATOR_REGION = 'us-east-1';

/** The environment that makes an engine keep a stack's state at the account's host and change that account. */
function engineEnvironment(
  endpoint: string,
  hosted: HostedAccount,
  provider: RunningProvider | null,
  stack: string,
  run: string,
): Record<string, string> {
  const state = stateAddress(endpoint, hosted.stateToken, stack, { pid: process.pid, run });
  return {
    ...(provider === null ? {} : { TF_REATTACH_PROVIDERS: JSON.stringify(provider.reattach) }),
    TF_HTTP_ADDRESS: state,
    TF_HTTP_UPDATE_METHOD: 'POST',
    TF_HTTP_LOCK_ADDRESS: state,
    TF_HTTP_LOCK_METHOD: 'LOCK',
    TF_HTTP_UNLOCK_ADDRESS: state,
    TF_HTTP_UNLOCK_METHOD: 'UNLOCK',
    ...awsEnvironment(endpoint, hosted.rootCredentials),
  };
}

/** What makes an AWS SDK or the AWS CLI work with the local AWS emulator. */
export function awsEnvironment(endpoint: string, key: HostedAccount['rootCredentials']): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: EMULATOR_REGION,
    AWS_DEFAULT_REGION: EMULATOR_REGION,
    // Nothing must look for other credentials when these are refused.
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

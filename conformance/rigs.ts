import { mkdir } from 'node:fs/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { openEmulator } from '../src/emulator/emulator.ts';
import { startProvider } from '../src/emulator/provider/provider.ts';
import type { Engine, Environment } from '../src/terraform/run/engine.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { ACCOUNT, TODAY } from './lifecycle-team.ts';
import { startMoto } from './moto.ts';
import type { PythonParts } from './python-parts.ts';
import type { Rig } from './run-lifecycle.ts';

const REGION = 'us-east-1';

/** A running IAM account: the emulator or moto. */
export interface RunningAccount {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** TF_HTTP_* of a stack's state, null where the account keeps no states. */
  readonly stateOf: (stack: string) => Environment | null;
  stop(): Promise<void>;
}

const noon = (): Date => new Date(`${TODAY}T12:00:00Z`);

/** Our emulator, in memory, at noon of the scenario's day; every call takes `delayMs` longer. */
export async function startOurs({ delayMs = 0, clock = noon } = {}): Promise<RunningAccount> {
  const emulator = await openEmulator({
    dir: null,
    accountId: ACCOUNT,
    clock,
    faults: { delayMs },
    // Each rig starts its own, behind the counting proxy.
    provider: false,
  });
  return {
    endpoint: emulator.endpoint,
    credentials: emulator.rootCredentials,
    stateOf: (stack) =>
      Object.fromEntries(Object.entries(emulator.engineEnv(stack)).filter(([name]) => name.startsWith('TF_HTTP_'))),
    stop: () => emulator.close(),
  };
}

/** moto, which accepts any key. */
export async function startMotoAccount(parts: PythonParts, sources: string): Promise<RunningAccount> {
  const moto = await startMoto(parts, sources);
  // Not a key that AWS could have issued.
  const credentials = { accessKeyId: 'moto', secretAccessKey: 'moto' };
  return { endpoint: moto.endpoint, credentials, stateOf: () => null, stop: moto.stop };
}

export function clientOf(account: Pick<RunningAccount, 'endpoint' | 'credentials'>): IAMClient {
  return new IAMClient({
    endpoint: account.endpoint,
    region: REGION,
    credentials: account.credentials,
    maxAttempts: 1,
  });
}

/** Our provider, or one that the engine installs, from a mirror or its registry. */
export type ProviderChoice =
  | { readonly kind: 'ours' }
  | {
      readonly kind: 'installed';
      readonly hasExclusives: boolean;
      readonly mirror: string | null;
      readonly environment: Environment;
      readonly configure: (configuration: string, endpoint: string) => string;
    };

/** Puts an account, a provider and an engine together for as long as `use` takes, and ends whatever it started. */
export async function withRig<T>(
  options: {
    readonly account: () => Promise<RunningAccount>;
    readonly provider: ProviderChoice;
    readonly engine: Engine;
    readonly directory: string;
  },
  use: (rig: Rig) => Promise<T>,
): Promise<T> {
  const { engine, directory, provider } = options;
  await mkdir(directory, { recursive: true });
  const started: (() => Promise<void>)[] = [];
  try {
    const account = await options.account();
    started.push(account.stop);
    const proxy = await startCountingProxy(account.endpoint);
    started.push(proxy.stop);
    const iam = clientOf(account);
    started.push(async () => iam.destroy());
    const keys: Environment = {
      AWS_ACCESS_KEY_ID: account.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: account.credentials.secretAccessKey,
    };
    const common = { account, engine, proxy, iam, directory, stateOf: account.stateOf };
    if (provider.kind === 'installed') {
      const { hasExclusives, mirror, environment, configure } = provider;
      return await use({
        ...common,
        hasExclusives,
        providerMirror: mirror,
        extra: { ...keys, ...environment },
        configure: (configuration) => configure(configuration, proxy.endpoint),
      });
    }
    const { endpoint } = proxy;
    const ours = await startProvider({ endpoint, credentials: account.credentials, region: REGION });
    started.push(() => ours.close());
    const reattach = { TF_REATTACH_PROVIDERS: JSON.stringify(ours.reattach) };
    const extra = { ...keys, ...reattach };
    return await use({ ...common, hasExclusives: true, providerMirror: null, extra, configure: (text) => text });
  } finally {
    for (const stop of started.reverse()) await stop();
  }
}

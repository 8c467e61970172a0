import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { type Emulator, type EmulatorOptions, openEmulator } from '../../src/emulator/emulator.ts';
import { startProvider } from '../../src/emulator/provider/provider.ts';
import { type EngineRun, type EngineWhere, runEngine } from './raw-engine.ts';

/** An account, a provider for it and a directory in which an engine works. */
export interface Laboratory {
  readonly emulator: Emulator;
  /** A client of the account's root. */
  readonly iam: IAMClient;
  readonly where: EngineWhere;
  configure(text: string): Promise<void>;
  run(...args: string[]): Promise<EngineRun>;
  close(): Promise<void>;
}

export async function openLaboratory(
  binary: string,
  accountId: string,
  options: Pick<EmulatorOptions, 'onCall' | 'faults'> = {},
): Promise<Laboratory> {
  const emulator = await openEmulator({ dir: null, accountId, ...options });
  const { endpoint, rootCredentials: credentials } = emulator;
  const provider = await startProvider({ endpoint, credentials, region: 'us-east-1' });
  const iam = new IAMClient({ endpoint, credentials, region: 'us-east-1' });
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-provider-'));
  const where = { directory, environment: { TF_REATTACH_PROVIDERS: JSON.stringify(provider.reattach) } };
  return {
    emulator,
    iam,
    where,
    configure: (text) => writeFile(join(directory, 'main.tf.json'), text),
    run: (...args) => runEngine(binary, args, where),
    async close() {
      iam.destroy();
      await provider.close();
      await emulator.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A configuration with a provider block and resources by type and name. */
export function configurationWith(
  resource: Readonly<Record<string, Readonly<Record<string, object>>>>,
  provider: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    terraform: { required_providers: { aws: { source: 'hashicorp/aws', version: '6.25.0' } } },
    provider: { aws: [{ region: 'us-east-1', ...provider }] },
    resource,
  });
}

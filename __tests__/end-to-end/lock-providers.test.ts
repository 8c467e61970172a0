import { join } from 'node:path';
import { lockProviders } from '../../src/terraform/run/commands.ts';
import { findEngine } from '../../src/terraform/run/engine.ts';
import { pinsProvider } from '../../src/terraform/run/lock-file.ts';
import { prepareWorkspace } from '../../src/terraform/run/workspace.ts';
import { scratch } from '../support/command.ts';
import { orThrow } from '../support/lab-in-test.ts';
import { fakeMirror } from '../support/provider-mirror.ts';

const place = scratch();
afterAll(() => place.remove());

test('the engine makes a lock file that pins the provider for every platform, with a state in a bucket too', async () => {
  const engine = orThrow(await findEngine({ env: process.env, account: 'emulator' }));
  const registry = engine.flavour === 'opentofu' ? 'registry.opentofu.org' : 'registry.terraform.io';
  const providerMirror = fakeMirror(place.directory, registry);
  const terraform = {
    required_providers: { aws: { source: 'aws', version: '6.25.0' } },
    backend: { s3: { bucket: 'lab-state', region: 'us-east-1', key: 'mturk-team/bootstrap.tfstate' } },
  };
  const workspace = await prepareWorkspace({
    ...{ engine, directory: join(place.directory, 'work'), configuration: JSON.stringify({ terraform }) },
    ...{ account: 'emulator', env: process.env, providerMirror },
  });
  const lock = orThrow(await lockProviders(workspace, providerMirror));
  expect(pinsProvider(lock, '6.25.0')).toBe(true);
  expect(lock).toContain(`provider "${registry}/hashicorp/aws"`);
  const missing = await lockProviders(workspace, join(place.directory, 'elsewhere'));
  if (missing.ok || missing.failure.code !== 'provider-unavailable')
    throw new Error('it locked a provider from nowhere');
  expect(missing.failure.args.reason).toMatch(/^Could not retrieve providers for locking: .*hashicorp\/aws/);
});

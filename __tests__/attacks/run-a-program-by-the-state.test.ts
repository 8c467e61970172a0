import { existsSync, mkdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { planStack } from '../../src/app/plan/plan.ts';
import { initialize } from '../../src/terraform/run/commands.ts';
import { runEngine } from '../../src/terraform/run/process.ts';
import { unexpectedProviders } from '../../src/terraform/run/state-text.ts';
import { prepareWorkspace } from '../../src/terraform/run/workspace.ts';
import { FIRST_TEAM, labTeam, scratchLab } from '../support/init-files.ts';
import { emptyMemory, type LabInTest, withLab } from '../support/lab-in-test.ts';
import { recordingEngine } from '../support/recording-engine.ts';
import { sampleTeam } from '../support/sample-team.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mturk-team-attack-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A state with a resource of a provider that anyone can publish. */
function stateWith(provider: string): string {
  const attributes = { schema_version: 0, attributes: { id: 'x' } };
  const thing = { mode: 'managed', type: 'evil_thing', name: 'x', provider, instances: [attributes] };
  return JSON.stringify({
    ...{ version: 4, terraform_version: '1.6.2', serial: 1, lineage: '5c7b1b1e-9f1e-4c58-8a4e-1f0a3d2c9b77' },
    ...{ outputs: {}, resources: [thing] },
  });
}

/** Stands for the registries: it has `evil/evil`, whose program leaves a mark. */
async function registryWithEvil(mark: string): Promise<string> {
  const mirror = join(directory, 'registry');
  const system = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  for (const registry of ['registry.opentofu.org', 'registry.terraform.io']) {
    const program = join(mirror, registry, 'evil/evil/1.0.0', system, 'terraform-provider-evil_v1.0.0');
    await mkdir(dirname(program), { recursive: true });
    await writeFile(program, `#!/bin/sh\necho "with $AWS_SECRET_ACCESS_KEY" > '${mark}'\n`);
    await chmod(program, 0o755);
  }
  return mirror;
}

function workspaceIn({ engine, emulator }: LabInTest, name: string, providerMirror: string) {
  return prepareWorkspace({
    ...{ engine, directory: join(directory, name), configuration: '{}', account: 'emulator', env: process.env },
    ...{ extra: emulator.engineEnv('team'), backend: { http: {} }, providerMirror },
  });
}

test('a state that names another provider runs its program in Terraform as it is, and not in ours', async () => {
  const mark = join(directory, 'evil-ran');
  const mirror = await registryWithEvil(mark);
  await withLab(emptyMemory(), async (test) => {
    const { flavour } = test.engine;
    const registry = flavour === 'opentofu' ? 'registry.opentofu.org' : 'registry.terraform.io';
    test.memory.states.set('team', stateWith(`provider["${registry}/evil/evil"]`));

    // As it was: every provider of the registry can be installed.
    const { environment, directory: unprotected, engine } = await workspaceIn(test, 'unprotected', mirror);
    const everything = join(directory, 'everything.tfrc');
    await writeFile(everything, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);
    const run = (command: string) => {
      const env = { ...environment, TF_CLI_CONFIG_FILE: everything };
      return runEngine(engine.binary, [command, '-input=false', '-no-color'], {
        ...{ directory: unprotected, environment: env },
      });
    };
    expect(await run('init')).toMatchObject({ exitCode: 0 });
    await run('plan');
    expect(existsSync(mark)).toBe(true);
    await rm(mark);

    // A state that is written between our look at it and `init`.
    const init = await initialize(await workspaceIn(test, 'protected', mirror));
    expect(init).toMatchObject({ ok: false, failure: { code: 'provider-unavailable' } });

    const plan = await planStack(test.lab(sampleTeam));
    expect(plan).toMatchObject({
      failure: {
        code: 'unexpected-provider',
        args: { state: 'team', providers: [`provider["${registry}/evil/evil"]`] },
      },
    });
    expect(existsSync(mark)).toBe(false);
  });
});

describe('with a real account, the engine is not started on such a state', () => {
  const state = stateWith('provider["registry.opentofu.org/evil/evil"]');
  test('in a file', async () => {
    const place = scratchLab(FIRST_TEAM.replace(/^ {2}state: .*/m, ''));
    const { plan, said } = recordingEngine(place);
    mkdirSync(join(place.directory, '.mturk-team/account/123456789012'), { recursive: true });
    place.write('.mturk-team/account/123456789012/team.tfstate', state);
    expect(await plan()).toContain('error[unexpected-provider]');
    expect(said()).toBeNull();
    place.remove();
  });

  test('in a bucket', async () => {
    const bucketOfLab = labTeam().settings.state?.bucket;
    const bucket = createServer(({ url = '' }, answer) => {
      if (url.startsWith(`/${bucketOfLab}/mturk-team/team.tfstate`)) answer.end(state);
      else answer.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    });
    await new Promise<void>((resolve) => bucket.listen(0, '127.0.0.1', resolve));
    const place = scratchLab();
    const { plan, said } = recordingEngine(place);
    const { port } = bucket.address() as AddressInfo;
    const printed = await plan({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` });
    expect(printed).toContain('error[unexpected-provider]');
    expect(printed).toContain(`s3://${bucketOfLab}/mturk-team/team.tfstate`);
    expect(said()).toBeNull();
    place.remove();
    bucket.close();
  });
});

describe('a provider is found in a state', () => {
  test.each([
    ['of another registry', { resources: [{ provider: 'provider["evil.example/hashicorp/aws"]' }] }],
    ['under an alias', { resources: [{ provider: 'provider["registry.terraform.io/hashicorp/aws"].other' }] }],
    ['of a module', { resources: [{ provider: 'module.m.provider["registry.terraform.io/hashicorp/aws"]' }] }],
    ['built into Terraform', { resources: [{ provider: 'provider["terraform.io/builtin/terraform"]' }] }],
    ['under keys in another case', { Resources: [{ PROVIDER: 'provider["registry.terraform.io/evil/evil"]' }] }],
    ['that is no text', { resources: [{ provider: ['provider["registry.terraform.io/evil/evil"]'] }] }],
  ])('%s', (_, state) => {
    expect(unexpectedProviders(JSON.stringify(state))).toHaveLength(1);
  });

  const evil = stateWith('provider["registry.terraform.io/evil/evil"]');

  test.each([
    ['under a key that comes again, which Terraform lays over the first', evil.replace(/}$/, ',"resources":[{}]}')],
    ['under a key in letters that Go takes for others', evil.replace('"resources"', '"re\u017fource\u017f"')],
    ['under a key with escapes', evil.replace('"provider"', '"\\u0070rovider"')],
    [
      'in the form of Terraform 0.11',
      '{"version":3,"modules":[{"resources":{"evil_thing.x":{"provider":"provider.evil"}}}]}',
    ],
  ])('%s', (_, state) => {
    expect(unexpectedProviders(state)).toHaveLength(1);
  });

  test.each([
    ['no state', ''],
    ['our own', stateWith('provider["registry.terraform.io/hashicorp/aws"]')],
    ['our own of the other registry', stateWith('provider["registry.opentofu.org/hashicorp/aws"]')],
    ['a tag that is called provider', '{"resources":[{"instances":[{"attributes":{"tags":{"provider":"x"}}}]}]}'],
    ['a state that OpenTofu encrypted', '{"encrypted_data":"x","encryption_version":"v0"}'],
  ])('and none in %s', (_, state) => {
    expect(unexpectedProviders(state)).toEqual([]);
  });
});

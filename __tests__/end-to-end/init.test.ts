import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialize } from '../../src/terraform/run/commands.ts';
import { type Engine, findEngine } from '../../src/terraform/run/engine.ts';
import { prepareWorkspace } from '../../src/terraform/run/workspace.ts';

let directory: string;
let engine: Engine;

/** The real binary behind a script that counts its runs. */
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mturk-team-init-'));
  const found = await findEngine({ env: process.env, account: 'emulator' });
  if (!found.ok) throw new Error(found.failure.code);
  const binary = join(directory, 'counted');
  await writeFile(binary, `#!/bin/sh\necho "$1" >> '${directory}/runs'\nexec '${found.value.binary}' "$@"\n`);
  await chmod(binary, 0o755);
  engine = { ...found.value, binary };
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function init(path: string, options: { version?: string; output?: string; http?: string } = {}) {
  const terraform = { backend: { local: { path } } };
  const output = { o: { value: options.output ?? '' } };
  const workspace = await prepareWorkspace({
    engine: { ...engine, version: options.version ?? engine.version },
    directory: join(directory, 'work'),
    configuration: JSON.stringify({ terraform, output }),
    account: 'emulator',
    env: process.env,
    ...(options.http === undefined ? {} : { backend: { http: {} }, extra: { TF_HTTP_ADDRESS: options.http } }),
  });
  return initialize(workspace);
}

async function runs(): Promise<number> {
  return (await readFile(join(directory, 'runs'), 'utf8')).trim().split('\n').length;
}

test('init is skipped while nothing that it depends on changes', async () => {
  expect(await init('a.tfstate')).toEqual({ ok: true, value: null });
  expect(await init('a.tfstate', { output: 'another configuration, the same backend' })).toEqual({
    ok: true,
    value: null,
  });
  expect(await runs()).toBe(1);
});

test.each<[string, () => Promise<unknown>]>([
  ['the backend', () => init('b.tfstate')],
  ['the kind of backend', () => init('a.tfstate', { http: 'http://127.0.0.1:1/state' })],
  ['the version of the binary', () => init('a.tfstate', { version: '1.99.0' })],
  [
    'the lock file',
    async () => {
      await writeFile(join(directory, 'work', '.terraform.lock.hcl'), '# changed\n');
      return init('a.tfstate');
    },
  ],
  [
    'the data directory, which is gone',
    async () => {
      await rm(join(directory, 'work', '.terraform'), { recursive: true });
      return init('a.tfstate');
    },
  ],
])('init runs again after a change of %s', async (_what, change) => {
  await init('a.tfstate');
  await change();
  expect(await runs()).toBe(2);
});

test('init runs again after one that failed', async () => {
  const work = join(directory, 'work');
  await init('a.tfstate');
  await writeFile(join(work, 'broken.tf.json'), '{');
  expect(await init('b.tfstate')).toMatchObject({ ok: false });
  await rm(join(work, 'broken.tf.json'));
  expect(await init('a.tfstate')).toMatchObject({ ok: true });
  expect(await runs()).toBe(3);
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPlan, initialize, planChanges } from '../../src/terraform/run/commands.ts';
import { type Engine, findEngine } from '../../src/terraform/run/engine.ts';
import { prepareWorkspace, type Workspace } from '../../src/terraform/run/workspace.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { begunIn } from '../support/raw-engine.ts';

const test = testInTurn(2);

// terraform_data is built into both engines: a real init, plan and apply with no provider and no network.
const configuration = (values: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    resource: {
      terraform_data: Object.fromEntries(Object.entries(values).map(([name, input]) => [name, { input }])),
    },
  });

async function engines(): Promise<readonly Engine[]> {
  const found = [
    await findEngine({ env: { PATH: '' }, account: 'emulator' }),
    await findEngine({ env: process.env, account: 'emulator' }),
  ].flatMap((result) => (result.ok ? [result.value] : []));
  return found.filter((engine, index) => found.findIndex(({ binary }) => binary === engine.binary) === index);
}

const found = await engines();
const directories: string[] = [];

async function workspaceOf(engine: Engine, text: string, directory?: string): Promise<Workspace> {
  const made = directory ?? (await mkdtemp(join(tmpdir(), 'mturk-team-engine-')));
  if (directory === undefined) directories.push(made);
  return prepareWorkspace({ engine, directory: made, configuration: text, account: 'emulator', env: process.env });
}

afterAll(async () => {
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
});

test('there is an engine to test with', () => {
  expect(found.length).toBeGreaterThan(0);
});

describe.each(found.map((engine) => [`${engine.flavour} ${engine.version}`, engine] as const))(
  '%s',
  (_title, engine) => {
    test('creates, tells each step, and plans empty afterwards', async () => {
      const workspace = await workspaceOf(engine, configuration({ one: 1, two: 2, three: 3 }));
      expect(await initialize(workspace)).toEqual({ ok: true, value: null });
      const planned = await planChanges(workspace);
      if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
      expect(planned.value.plan.changes.map(({ address, change }) => [address, change.actions])).toEqual([
        ['terraform_data.one', ['create']],
        ['terraform_data.three', ['create']],
        ['terraform_data.two', ['create']],
      ]);
      const events: string[] = [];
      let pid = 0;
      const applied = await applyPlan(workspace, planned.value, {
        onStart: (handle) => {
          pid = handle.pid;
        },
        onEvent: (event) => events.push(event.kind === 'done' ? `${event.done}/${event.total}` : event.kind),
      });
      expect(applied).toEqual({ ok: true, value: { done: 3, total: 3 } });
      expect(pid).toBeGreaterThan(0);
      expect(events.filter((text) => text.includes('/'))).toEqual(['1/3', '2/3', '3/3']);

      const again = await planChanges(workspace);
      expect(again.ok && again.value.plan.changes.map(({ change }) => change.actions)).toEqual([
        ['no-op'],
        ['no-op'],
        ['no-op'],
      ]);
    });

    test('an empty configuration is no error', async () => {
      const workspace = await workspaceOf(engine, '{}');
      expect(await initialize(workspace)).toEqual({ ok: true, value: null });
      const planned = await planChanges(workspace);
      expect(planned.ok && planned.value.plan.changes).toEqual([]);
    });

    test('a plan that fails says why in the words of the engine', async () => {
      const workspace = await workspaceOf(engine, configuration({ one: '${no_such_function(1)}' }));
      await initialize(workspace);
      const planned = await planChanges(workspace);
      expect(planned).toMatchObject({ ok: false, failure: { code: 'plan-failed' } });
      expect(JSON.stringify(planned)).toContain('no_such_function');
    });

    test('an apply whose plan is stale is refused', async () => {
      const workspace = await workspaceOf(engine, configuration({ one: 1 }));
      await initialize(workspace);
      const planned = await planChanges(workspace);
      if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
      expect((await applyPlan(workspace, planned.value)).ok).toBe(true);
      expect(await applyPlan(workspace, planned.value)).toMatchObject({ ok: false, failure: { code: 'plan-stale' } });
    });

    test('a plan that another command has overwritten is not applied', async () => {
      const workspace = await workspaceOf(engine, configuration({ one: 1 }));
      await initialize(workspace);
      const confirmed = await planChanges(workspace);
      await writeFile(join(workspace.directory, 'main.tf.json'), configuration({ two: 2 }));
      const other = await planChanges(workspace);
      if (!confirmed.ok || !other.ok) throw new Error('no plan');
      expect(await applyPlan(workspace, confirmed.value)).toMatchObject({ ok: false, failure: { code: 'plan-stale' } });
      expect((await applyPlan(workspace, other.value)).ok).toBe(true);
    });

    test('without init nothing is planned', async () => {
      const workspace = await workspaceOf(engine, configuration({ one: 1 }));
      await writeFile(join(workspace.directory, 'backend.tf.json'), '{"terraform":{"backend":{"http":{}}}}');
      expect(await planChanges(workspace)).toMatchObject({ ok: false, failure: { code: 'backend-changed' } });
    });

    test('a locked state names who holds it', async () => {
      const slow = {
        resource: {
          terraform_data: { slow: { provisioner: [{ 'local-exec': { command: 'touch begun; sleep 1' } }] } },
        },
      };
      const workspace = await workspaceOf(engine, JSON.stringify(slow));
      await initialize(workspace);
      const planned = await planChanges(workspace);
      if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
      const applying = applyPlan(workspace, planned.value);
      await begunIn(workspace.directory);
      const locked = await planChanges(workspace);
      // A role that may only read cannot lock, and plans all the same.
      expect((await planChanges({ ...workspace, parallelism: 2 }, { lock: false })).ok).toBe(true);
      expect(locked).toMatchObject({
        ok: false,
        failure: {
          code: 'state-locked',
          args: { lock: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), operation: 'OperationTypeApply' } },
        },
      });
      expect((await applying).ok).toBe(true);
    });

    test('an apply that is interrupted says how far it came, one that is killed too', async () => {
      const command = (seconds: number) => ({
        provisioner: [{ 'local-exec': { command: `touch begun; sleep ${seconds}` } }],
      });
      const slow = {
        resource: {
          terraform_data: {
            a: { input: 1 },
            b: { depends_on: ['terraform_data.a'], ...command(2) },
            c: { depends_on: ['terraform_data.b'], input: 1 },
          },
        },
      };
      for (const signal of ['SIGINT', 'SIGKILL'] as const) {
        const workspace = await workspaceOf(engine, JSON.stringify(slow));
        await initialize(workspace);
        const planned = await planChanges(workspace);
        if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
        const applied = await applyPlan(workspace, planned.value, {
          onStart: async (handle) => {
            await begunIn(workspace.directory);
            if (signal === 'SIGINT') process.emit('SIGINT', 'SIGINT');
            else handle.kill('SIGKILL');
          },
        });
        const progress = { done: 1, total: 3 };
        const expected =
          signal === 'SIGINT'
            ? { code: 'interrupted', args: { progress } }
            : { code: 'killed', args: { signal, progress } };
        expect(applied).toEqual({ ok: false, failure: expected });
      }
    });

    test('a plan can wait for a lock, and be limited to some addresses', async () => {
      const workspace = await workspaceOf(engine, configuration({ one: 1, two: 2 }));
      await initialize(workspace);
      const limited = await planChanges(workspace, { targets: ['terraform_data.two'], lockTimeoutSeconds: 5 });
      expect(limited.ok && limited.value.plan.changes.map(({ address }) => address)).toEqual(['terraform_data.two']);
      if (!limited.ok) throw new Error(limited.failure.code);
      expect(await applyPlan(workspace, limited.value)).toEqual({ ok: true, value: { done: 1, total: 1 } });
    });

    test('import blocks are written, replaced and taken away', async () => {
      const workspace = await workspaceOf(engine, configuration({ one: 1 }));
      const prepare = (imports: readonly { to: string; id: string }[]) =>
        prepareWorkspace({
          ...workspace,
          configuration: '{}',
          env: process.env,
          imports,
          backend: imports.length > 0 ? { http: {} } : null,
        });
      await prepare([{ to: 'terraform_data.one', id: 'x' }]);
      const read = JSON.parse(await readFile(join(workspace.directory, 'imports.tf.json'), 'utf8'));
      expect(read).toEqual({ import: [{ to: 'terraform_data.one', id: 'x' }] });
      await prepare([]);
      expect(await readdir(workspace.directory)).toEqual(['cdk.tf.json', 'providers.tfrc']);
    });
  },
);

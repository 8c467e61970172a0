import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWorkflow } from './run-workflow.ts';
import type { Workflow } from './workflow-file.ts';

const anywhere = { permissions: {}, on: 'workflow_call' } as const;
const job = { 'runs-on': 'ubuntu-24.04', 'timeout-minutes': 5, steps: [] };

/** Runs a caller whose job may read contents, and whose called workflow has one job. */
function runCall(permissions: Readonly<Record<string, 'read' | 'write'>>, condition: string) {
  const files: Readonly<Record<string, Workflow>> = {
    'caller.yml': {
      ...anywhere,
      name: 'caller',
      jobs: {
        run: { name: 'Run', uses: './called.yml', permissions: { contents: 'read' } },
        last: { ...job, name: 'Last', needs: 'run', permissions: {} },
      },
    },
    'called.yml': { ...anywhere, name: 'called', jobs: { own: { ...job, name: 'Own', if: condition, permissions } } },
  };
  return runWorkflow({
    source: { repository: 'lab/lab', path: 'caller.yml', ref: 'refs/heads/main', sha: '0'.repeat(40) },
    read: ({ path }) => files[path] as Workflow,
    ...{ github: {}, uses: {}, directory, environment: {}, tokenFor: () => 'none' },
  });
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mturk-team-runs-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('a called job may do what its caller may, and the result of the call is that of its jobs', async () => {
  const { jobs, conclusion } = await runCall({ contents: 'read' }, 'true');
  expect(conclusion).toBe('success');
  expect(Object.entries(jobs).map(([id, { result }]) => [id, result])).toEqual([
    ['own', 'success'],
    ['run', 'success'],
    ['last', 'success'],
  ]);
  const skipped = await runCall({}, 'false');
  expect(skipped.jobs).toMatchObject({
    own: { result: 'skipped' },
    run: { result: 'skipped' },
    last: { result: 'skipped' },
  });
});

test.each([[{ contents: 'write' }], [{ 'id-token': 'write' }], [{ issues: 'read' }]] as const)(
  'a call does not start if a called job asks for more: %j',
  async (permissions) => {
    await expect(runCall(permissions, 'true')).rejects.toThrow("the nested job 'own' asks for");
  },
);

import { testInTurn } from '../support/exhaustive.ts';
import type { WorkflowResult } from '../workflows/run-workflow.ts';
import { expectConclusion, joins, results, Scene, TEAM } from '../workflows/scene.ts';

const test = testInTurn(1);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open(TEAM, 'lab');
});
afterAll(async () => {
  await scene.close();
});

const SECRET = /^(AWS_|GITHUB_TOKEN$|ACTIONS_ID_TOKEN)/;

function credentialsIn(run: WorkflowResult): readonly string[] {
  return Object.values(run.jobs).flatMap(({ steps }) =>
    steps.filter(({ environment }) => Object.keys(environment).some((key) => SECRET.test(key))).map(({ name }) => name),
  );
}

// GitHub's expressions ignore case, Git's branches do not: anyone with write access can make `MAIN`.
test('a pull request into a branch MAIN gets no role, and no green check to keep', async () => {
  const pull = scene.propose('into-MAIN', joins('mia', 'Mia', 'reader'));
  const run = await scene.plan(pull, 'MAIN');
  expect([results(run), credentialsIn(run)]).toEqual([
    expect.objectContaining({ preview: 'failure', plan: 'skipped', 'mturk-team': 'failure' }),
    expect.not.arrayContaining(['Plan']),
  ]);
  expectConclusion(run, 'failure');
});

test('a run on a branch MAIN gets no role that writes', async () => {
  for (const run of [await scene.apply(scene.main, 'refs/heads/MAIN'), await scene.drift({ ref: 'refs/heads/MAIN' })]) {
    expectConclusion(run, 'failure');
    expect(credentialsIn(run)).not.toEqual(expect.arrayContaining(['Apply']));
    expect(credentialsIn(run)).not.toEqual(expect.arrayContaining(['Reconcile']));
  }
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { prepareWorkspace } from '../../src/terraform/run/workspace.ts';
import { runHere, scratch } from '../support/command.ts';
import { ejectedProblems, teamsToEject } from '../support/ejected-teams.ts';
import { runs, testInTurn } from '../support/exhaustive.ts';
import { bootstrapped, TODAY, withLab } from '../support/lab-in-test.ts';
import { enginesAtHand, runEngine } from '../support/raw-engine.ts';

const test = testInTurn(3);

const place = scratch();
afterAll(() => place.remove());

test('the sample, the recorded teams and random ones: after an apply, their plain Terraform plans nothing', async () => {
  const teams = teamsToEject(runs(30));
  await withLab(await bootstrapped(), async ({ emulator, engine }) => {
    const { problems, resources } = await ejectedProblems(teams, {
      today: TODAY,
      workspace: (configuration) =>
        prepareWorkspace({
          ...{ engine, configuration, account: 'emulator', env: process.env },
          directory: join(place.directory, 'team'),
          extra: emulator.engineEnv('team'),
          backend: { http: {} },
        }),
    });
    expect(problems).toEqual([]);
    expect(resources).toBeGreaterThan(200);
  });
});

test('the roles of the workflows are all that the plan of bootstrap destroys, as the page says', async () => {
  const bucket = 'lab-mturk-123456789012';
  const state = `settings:\n  state: { bucket: ${bucket}, region: us-east-1 }\n`;
  place.write('lab/team.yaml', readFileSync('team.yaml', 'utf8').replace('settings:\n', state));
  const cwd = join(place.directory, 'lab');
  const given = ['--repository', 'lab/access', '--repository-id', '22', '--owner-id', '11', '--subject', 'ids'];
  expect(await runHere(['bootstrap', '--emulator', 'account', '--yes', ...given], { cwd })).toMatchObject({ code: 0 });
  expect(await runHere(['eject', '--out', 'plain'], { cwd })).toMatchObject({ code: 0 });

  const emulator = await openEmulator({ dir: join(cwd, 'account'), accountId: '123456789012' });
  try {
    const directory = join(cwd, 'plain', 'bootstrap');
    const standIn = { terraform: { required_version: '>= 1.6', backend: { http: {} } } };
    place.write('lab/plain/bootstrap/stand_in_override.tf.json', JSON.stringify(standIn));
    const [[, binary] = ['', '']] = await enginesAtHand();
    const run = (...args: string[]) =>
      runEngine(binary, args, { directory, environment: emulator.engineEnv('bootstrap') });
    expect(await run('init')).toMatchObject({ code: 0 });
    expect(await run('plan', '-out=plan', '-lock=false')).toMatchObject({ code: 0 });
    const shown: { resource_changes: { type: string; address: string; change: { actions: string[] } }[] } = JSON.parse(
      (await run('show', '-json', 'plan')).stdout,
    );
    const doing = (action: string) =>
      shown.resource_changes.filter(({ change }) => change.actions.join() === action).map(({ type }) => type);
    expect(doing('no-op')).toEqual(['aws_iam_policy']);
    expect(new Set(doing('delete'))).toEqual(
      new Set([
        'aws_iam_role',
        'aws_iam_role_policy',
        'aws_iam_role_policies_exclusive',
        'aws_iam_role_policy_attachments_exclusive',
      ]),
    );
    expect(doing('no-op').length + doing('delete').length).toBe(shown.resource_changes.length);
  } finally {
    await emulator.close();
  }
});

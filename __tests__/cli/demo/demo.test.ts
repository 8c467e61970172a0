import { demoOutput } from '../../../src/cli/demo/print.ts';
import { demoChanges, isFindingOf, scenarioOf } from '../../../src/cli/demo/scenario.ts';
import { emptyMemory, orThrow, withLab } from '../../support/lab-in-test.ts';
import { sampleTeam } from '../../support/sample-team.ts';
import { SILENT } from '../../support/silent-terminal.ts';

const TODAY = '2026-11-25';

function printed(env: NodeJS.ProcessEnv) {
  let text = '';
  const output = demoOutput({ ...SILENT, stdout: (more) => (text += more) }, 10, env);
  output.step('Drift check');
  output.check('7 of 7 detected', true, { checks: 2 });
  output.check('a second plan is empty', false, { detail: '1 to add' });
  return { text, output };
}

test('a failed check is marked, explained and listed with its step', () => {
  const { text, output } = printed({ LANG: 'C.UTF-8' });
  expect(text).toBe(' 1/10 Drift check\n      ✓ 7 of 7 detected\n      ✗ a second plan is empty: 1 to add\n');
  expect(output.checks).toBe(3);
  expect(output.failed).toEqual(['step 1: a second plan is empty']);
});

test('a locale without UTF-8 gets ASCII marks', () => {
  const { text } = printed({ LC_ALL: 'C', LANG: 'en_US.UTF-8' });
  expect(text).toContain('      ok 7 of 7 detected\n      FAILED a second plan');
});

test('the sample team has room for seven manual changes, each with findings of its own', () => {
  const scenario = scenarioOf(sampleTeam, TODAY)!;
  const changes = demoChanges(sampleTeam, scenario);
  expect(changes.map(({ kind, remediation }) => `${kind} ${remediation}`)).toEqual([
    'membership-added auto',
    'policy-attached auto',
    'policy-changed auto',
    'membership-removed announced',
    'membership-added auto',
    'console-password manual',
    'unmanaged-user manual',
  ]);
  const [first] = changes;
  expect(isFindingOf('membership-added/eve/paymaster/spends', first!)).toBe(true);
  expect(isFindingOf('membership-added/mallory/paymaster/spends', first!)).toBe(false);
  expect(isFindingOf('membership-removed/eve/paymaster', first!)).toBe(false);
});

test('on a local AWS emulator no configuration names the bucket of a real account', async () => {
  const state = { bucket: 'perception-lab-state', region: 'us-east-1', key: 'mturk-team' };
  await withLab(emptyMemory(), async ({ lab }) => {
    const configuration = lab({ ...sampleTeam, settings: { ...sampleTeam.settings, state } }).configuration('team');
    const { terraform } = JSON.parse(orThrow(await configuration));
    expect(terraform).toMatchObject({ required_version: '>= 1.6' });
    expect(terraform).not.toHaveProperty('backend.s3');
  });
});

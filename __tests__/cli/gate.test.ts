import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, scratch } from '../support/command.ts';

const SAMPLE = readFileSync('team.yaml', 'utf8');
const place = scratch({ 'team.yaml': SAMPLE });
afterAll(() => place.remove());

async function configuration(name: string): Promise<string> {
  expect(await run(['synth', '--out', name], { cwd: place.directory })).toMatchObject({ code: 0 });
  return join(place.directory, name);
}

test('what synth wrote goes through, and the example of the help works', async () => {
  await configuration('good');
  const { code, stdout } = await run(['gate', 'good', '--file', 'team.yaml'], { cwd: place.directory });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'good: nothing but what mturk-team writes.\n' });
});

test.each<[string, (directory: string) => void, RegExp]>([
  [
    'an extra file beside the configuration',
    (at) => writeFileSync(join(at, 'stacks/team/evil.tf'), 'x'),
    /stacks\/team\/evil\.tf/,
  ],
  ['an override', (at) => writeFileSync(join(at, 'stacks/team/override.tf.json'), '{}'), /only-known-files/],
  ['a lock file', (at) => writeFileSync(join(at, 'stacks/team/.terraform.lock.hcl'), ''), /only-known-files/],
  [
    'plugins',
    (at) => {
      mkdirSync(join(at, 'stacks/team/.terraform'));
      writeFileSync(join(at, 'stacks/team/.terraform/x'), '');
    },
    /only-known-files/,
  ],
  ['a link', (at) => symlinkSync('/etc/passwd', join(at, 'stacks/team/terraform.tfvars')), /only-known-files/],
  [
    'a key that stands there twice',
    (at) => {
      const file = join(at, 'stacks/team/cdk.tf.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('{', '{"resource": {"null_resource": {"x": {}}},'));
    },
    /not written by CDKTF/,
  ],
  ['no JSON', (at) => writeFileSync(join(at, 'stacks/team/cdk.tf.json'), '{'), /no JSON/],
])('%s is denied', async (what, attack, message) => {
  const name = what.replaceAll(' ', '-');
  attack(await configuration(name));
  const { code, stdout, stderr } = await run(['gate', name], { cwd: place.directory });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).toContain('gate-denied');
});

test('a directory without a configuration is wrong usage', async () => {
  expect((await run(['gate', 'nowhere'], { cwd: place.directory })).code).toBe(2);
});

test('the state of another lab’s file is denied', async () => {
  await configuration('other');
  place.write('base.yaml', `${SAMPLE}  state: { bucket: lab-state, region: eu-central-1 }\n`);
  const { code, stderr } = await run(['gate', 'other', '--file', 'base.yaml'], { cwd: place.directory });
  expect({ code, says: /backend-as-configured/.test(stderr) }).toEqual({ code: 1, says: true });
});

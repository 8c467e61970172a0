import { readFileSync } from 'node:fs';
import { runHere, scratch } from '../support/command.ts';

const place = scratch();
afterAll(() => place.remove());

test('every command of docs/wind-down.md is one', async () => {
  const page = readFileSync('docs/wind-down.md', 'utf8');
  const commands = [...page.matchAll(/`mturk-team ([^`]+)`/g)].map(([, args = '']) => args);
  expect(commands.length).toBeGreaterThan(12);
  const env = { AWS_EC2_METADATA_DISABLED: 'true', AWS_ACCESS_KEY_ID: '' };
  for (const command of new Set(commands)) {
    place.write('team.yaml', readFileSync('team.yaml', 'utf8'));
    const { stderr } = await runHere(command.split(' '), { cwd: place.directory, env });
    expect({ command, stderr }).not.toMatchObject({ stderr: expect.stringContaining('error[usage]') });
  }
});

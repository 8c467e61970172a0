import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, scratch } from '../support/command.ts';

const place = scratch({ 'team.yaml': readFileSync('team.yaml', 'utf8') });
afterAll(() => place.remove());
const mturk = (...args: string[]) => run(args, { cwd: place.directory });

test('codeowners writes the file, check agrees with it, and finds a stale one', async () => {
  expect((await mturk('check')).code).toBe(0);
  expect((await mturk('codeowners')).stdout).toContain('* @adaoneill');
  expect(await mturk('codeowners', '--write')).toMatchObject({ code: 0, stdout: '' });
  expect((await mturk('check')).code).toBe(0);

  mkdirSync(join(place.directory, '.github'), { recursive: true });
  writeFileSync(join(place.directory, '.github/CODEOWNERS'), '/team.yaml @mallory\n');
  const { code, stdout } = await mturk('check', '--format', 'github');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^::error file=\.github\/CODEOWNERS,title=.*\(stale-codeowners\)::/m);
  expect(await mturk('codeowners', '--write')).toMatchObject({ code: 0 });
  expect((await mturk('check')).code).toBe(0);
});

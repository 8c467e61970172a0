import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, scratch } from '../support/command.ts';
import { smallTeamFile } from '../support/sample-team.ts';

const place = scratch();
const inPlace = (...names: readonly string[]) => join(place.directory, ...names);
const DEEP = inPlace('lab/notes/2026');

beforeAll(() => {
  mkdirSync(DEEP, { recursive: true });
  writeFileSync(inPlace('lab/team.yaml'), smallTeamFile());
});
afterAll(() => place.remove());

test('outside a Git repository, no folder above is searched', async () => {
  expect(await run(['check'], { cwd: DEEP })).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('file-missing'),
  });
});

describe('below the folder of the lab', () => {
  beforeAll(() => void execFileSync('git', ['init', '--quiet', inPlace('lab')]));

  test('commands use its team.yaml, and say so', async () => {
    expect(await run(['check'], { cwd: DEEP })).toMatchObject({ code: 0, stderr: 'Using ../../team.yaml\n' });
    expect((await run(['preview'], { cwd: DEEP })).stderr).toMatch(/^Using \.\.\/\.\.\/team\.yaml\n/);
    const { code, stdout } = await run(['check', '--json'], { cwd: DEEP });
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, findings: [] });
  });

  test('a path that was given keeps its meaning', async () => {
    const { code } = await run(['plan', '--emulator', 'account'], { cwd: DEEP });
    expect({ code, isHere: existsSync(join(DEEP, 'account')), isAbove: existsSync(inPlace('lab/account')) }).toEqual({
      ...{ code: 2, isHere: true, isAbove: false },
    });
  });

  test('a file that was named is not searched for', async () => {
    expect(await run(['check', 'team.yaml'], { cwd: DEEP })).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('file-missing'),
    });
  });

  test('the search ends at the repository', async () => {
    mkdirSync(join(DEEP, 'other'));
    execFileSync('git', ['init', '--quiet', join(DEEP, 'other')]);
    expect(await run(['check'], { cwd: join(DEEP, 'other') })).toMatchObject({ code: 2 });
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHere, scratch } from '../support/command.ts';

const place = scratch({ 'team.yaml': readFileSync('team.yaml', 'utf8'), 'full/mine.tf': '' });
afterAll(() => place.remove());
const cwd = place.directory;

test('eject writes into a new directory, and never into one that has something', async () => {
  const written = await runHere(['eject', '--out', 'out', '--json'], { cwd });
  const { directory, files } = JSON.parse(written.stdout);
  expect(directory).toBe('out');
  const found = readdirSync(join(cwd, 'out'), { recursive: true }).map((path) => join('out', String(path)));
  expect(found.filter((path) => /\.\w+$/.test(path)).sort()).toEqual([...files].sort());
  for (const out of ['out', 'full']) {
    const again = await runHere(['eject', '--out', out], { cwd });
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('reason: the directory is not empty');
  }
  expect(readdirSync(join(cwd, 'full'))).toEqual(['mine.tf']);
  const toFile = await runHere(['eject', '--out', 'team.yaml'], { cwd });
  expect(toFile.stderr).toContain('error[file-not-writable]');
});

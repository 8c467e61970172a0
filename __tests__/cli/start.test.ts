import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { scratch } from '../support/command.ts';

const place = scratch();
afterAll(() => place.remove());
const { bin, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const FILE: string = bin['mturk-team'];

const versionWith = (XDG_CACHE_HOME: string) => {
  const { stdout, stderr } = spawnSync(process.execPath, [FILE, '--version'], {
    env: { XDG_CACHE_HOME },
    encoding: 'utf8',
  });
  return { stdout, stderr };
};

test('the file of bin starts the program, and keeps what is compiled where only the user can enter', () => {
  const cache = join(place.directory, 'cache');
  mkdirSync(cache);
  expect(versionWith(cache)).toEqual({ stdout: `${version}\n`, stderr: '' });
  if ('enableCompileCache' in nodeModule) expect(statSync(join(cache, 'mturk-team')).mode & 0o777).toBe(0o700);
  else expect(readdirSync(cache)).toEqual([]);
  expect(execFileSync(FILE, ['--version'], { env: { ...process.env, XDG_CACHE_HOME: cache }, encoding: 'utf8' })).toBe(
    `${version}\n`,
  );
});

test('without such a directory it starts all the same', () => {
  const linked = join(place.directory, 'linked');
  mkdirSync(linked);
  symlinkSync(place.directory, join(linked, 'mturk-team'));
  const file = join(place.directory, 'file');
  place.write('file', '');
  for (const cache of [linked, file]) expect(versionWith(cache)).toEqual({ stdout: `${version}\n`, stderr: '' });
});

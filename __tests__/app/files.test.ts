import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../src/app/files.ts';
import { run, scratch } from '../support/command.ts';
import { smallTeamFile } from '../support/sample-team.ts';

const place = scratch();
const inPlace = (...names: readonly string[]) => join(place.directory, ...names);
afterAll(() => place.remove());

test('a file is written in the place of a link, also where its text is prepared', async () => {
  writeFileSync(inPlace('mine'), 'mine');
  for (const name of ['adopt.json', 'adopt.json.new']) symlinkSync(inPlace('mine'), inPlace(name));
  await replaceFile(inPlace('adopt.json'), 'new', 0o600);
  expect(readFileSync(inPlace('mine'), 'utf8')).toBe('mine');
  expect(readFileSync(inPlace('adopt.json'), 'utf8')).toBe('new');
  expect(lstatSync(inPlace('adopt.json')).isSymbolicLink()).toBe(false);
  expect(statSync(inPlace('adopt.json')).mode & 0o777).toBe(0o600);
});

test('the access page replaces a link that a commit brought', async () => {
  mkdirSync(inPlace('page'));
  writeFileSync(inPlace('notes'), 'mine');
  writeFileSync(inPlace('team.yaml'), smallTeamFile());
  symlinkSync(inPlace('notes'), inPlace('page/access.html'));
  expect(await run(['page', '--out', 'page'], { cwd: place.directory })).toMatchObject({ code: 0 });
  expect(readFileSync(inPlace('notes'), 'utf8')).toBe('mine');
  expect(readFileSync(inPlace('page/access.html'), 'utf8')).toMatch(/^<!doctype html>/);
});

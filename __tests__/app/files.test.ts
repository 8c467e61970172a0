import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { saveSurvey } from '../../src/app/adopt/survey.ts';
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

test.each(['pages', 'pages/'])('the access page is not written into a folder that is a link: %s', async (out) => {
  mkdirSync(inPlace('home'), { recursive: true });
  writeFileSync(inPlace('team.yaml'), smallTeamFile());
  if (!existsSync(inPlace('pages'))) symlinkSync(inPlace('home'), inPlace('pages'));
  expect(await run(['page', '--out', out], { cwd: place.directory })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('error[file-not-writable]'),
  });
  expect(readdirSync(inPlace('home'))).toEqual([]);
});

test('a folder in the place of a file is not deleted', async () => {
  mkdirSync(inPlace('out', 'access.html.new'), { recursive: true });
  writeFileSync(inPlace('team.yaml'), smallTeamFile());
  expect(await run(['page', '--out', 'out'], { cwd: place.directory })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('error[file-not-writable]'),
  });
});

test('adopt writes through no link', async () => {
  mkdirSync(inPlace('lab'));
  writeFileSync(inPlace('secret'), 'mine');
  symlinkSync('../secret', inPlace('lab', 'adopt.json.new'));
  symlinkSync('../absent', inPlace('lab', '.gitignore'));
  const nothing = { users: [], groups: [], policies: [], existing: [], accepted: [] };
  const adoption = {
    version: 1,
    account: '123456789012',
    lab: 'small-lab',
    at: '2026-11-25T12:00:00Z',
    ...nothing,
  } as const;
  expect(await saveSurvey({ draft: null, adoption }, inPlace('lab', 'team.yaml'))).toMatchObject({ ok: true });
  expect(readFileSync(inPlace('secret'), 'utf8')).toBe('mine');
  expect(existsSync(inPlace('absent'))).toBe(false);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckCommandOptions, check } from '../../../src/cli/commands/check.ts';
import { schema } from '../../../src/cli/commands/schema.ts';
import { scratch } from '../../support/command.ts';
import { TODAY, teamText } from '../../team/team-text.ts';

async function checked(file: string, options: Partial<CheckCommandOptions> = {}) {
  let out = '';
  const io = {
    stdout: (text: string) => {
      out += text;
    },
    stderr: () => {
      throw new Error('a check writes to standard output alone');
    },
  };
  const code = await check({ file, format: 'text', today: TODAY, color: false, ...options }, io);
  return { code, out };
}

const warned = teamText({ roles: 'roles:\n  reader: { allow: [GetHIT] }\n  idle: { allow: [GetHIT] }' });
const folder = scratch({
  'fine.yaml': teamText(),
  'warned.yaml': warned,
  'wrong.yaml': teamText({ version: 'version: 2' }),
  'empty.yaml': '',
  'latin.yaml': Buffer.from([0x6c, 0xe4, 0x62]),
});
afterAll(() => folder.remove());

test.each<[string, string, boolean, number]>([
  ['a file without findings', 'fine.yaml', false, 0],
  ['warnings alone', 'warned.yaml', false, 0],
  ['warnings alone, strictly', 'warned.yaml', true, 1],
  ['a file without findings, strictly', 'fine.yaml', true, 0],
  ['an error', 'wrong.yaml', false, 1],
  ['an empty file', 'empty.yaml', false, 1],
  ['a file that is not UTF-8', 'latin.yaml', false, 2],
  ['a missing file', 'none.yaml', false, 2],
  ['a directory', '.', false, 2],
])('%s', async (_, name, strict, code) => {
  const file = join(folder.directory, name);
  expect((await checked(file, { strict })).code).toBe(code);
  const json = await checked(file, { strict, format: 'json' });
  expect(json.code).toBe(code);
  expect(JSON.parse(json.out)).toMatchObject({ version: 1 });
});

test('an unreadable file is a finding in every format', async () => {
  const file = join(folder.directory, 'none.yaml');
  expect((await checked(file)).out).toMatch(/^error\[file-missing\]: no file /);
  expect((await checked(file, { format: 'github' })).out).toMatch(/^::error file=\S+none\.yaml,title=no file /);
  expect(JSON.parse((await checked(file, { format: 'json' })).out).findings).toEqual([
    expect.objectContaining({ code: 'file-missing', path: '', line: null, column: null, file }),
  ]);
});

test('schema prints what is checked in', async () => {
  let out = '';
  const code = await schema({
    stdout: (text) => {
      out += text;
    },
  });
  expect({ code, out }).toEqual({ code: 0, out: readFileSync('team.schema.json', 'utf8') });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTeamFile } from '../../../src/team/parse/read-team.ts';
import { printFindings } from '../../../src/team/print-findings.ts';
import { TODAY, teamText } from '../team-text.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mturk-team-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (content: string | Uint8Array): string => {
  const path = join(directory, 'team.yaml');
  writeFileSync(path, content);
  return path;
};
const read = (path: string) => readTeamFile(path, { today: TODAY });

test('a team file is read', async () => {
  const { team, findings, source } = await read(file(teamText()));
  expect(findings).toEqual([]);
  expect(team?.lab).toBe('vision');
  expect(source).toBe(teamText());
});

test('a byte order mark is fine', async () => {
  expect((await read(file(`\uFEFF${teamText()}`))).findings).toEqual([]);
});

test.each<[string, () => string, string]>([
  ['a missing file', () => join(directory, 'none.yaml'), 'file-missing'],
  ['a file below a file', () => join(file('x'), 'team.yaml'), 'file-missing'],
  ['a directory', () => directory, 'file-is-directory'],
  ['a file over 2 MB', () => file(`# ${'x'.repeat(2 * 1024 * 1024)}`), 'file-too-large'],
  ['Latin-1', () => file(Buffer.from(teamText().replace("O'Neill", 'Müller'), 'latin1')), 'file-not-utf8'],
  ['UTF-16', () => file(Buffer.from(`\uFEFF${teamText()}`, 'utf16le')), 'file-not-utf8'],
  ['a name that no file can have', () => join(directory, 'x'.repeat(5000)), 'file-unreadable'],
  ['a name with a null', () => `${directory}/a\u0000b`, 'file-unreadable'],
])('%s is one finding without a place', async (_, path, code) => {
  const name = path();
  const { team, findings, source, size } = await read(name);
  expect({ team, source, size }).toEqual({ team: null, source: null, size: null });
  expect(findings.map((finding) => [finding.code, finding.severity, finding.position, finding.file])).toEqual([
    [code, 'error', null, name],
  ]);
  expect(printFindings({ findings, source }, { color: false })).not.toContain('\u0000');
});

test('2 MB exactly are read', async () => {
  const text = teamText();
  const { team } = await read(file(`${text}#${'x'.repeat(2 * 1024 * 1024 - text.length - 1)}`));
  expect(team?.lab).toBe('vision');
});

test('an empty file is not a team without members', async () => {
  const { team, findings, source } = await read(file(''));
  expect(team).toBeNull();
  expect(source).toBe('');
  expect(findings.map(({ code }) => code)).toEqual(['file-empty']);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { type FindingFormat, printFindings } from '../../src/team/print-findings.ts';
import { visibleWidth } from '../../src/text/columns.ts';
import { expectGolden } from '../support/golden.ts';
import { TODAY, teamText } from './team-text.ts';

function printed(text: string, format: FindingFormat = 'text', file = 'team.yaml'): string {
  return printFindings(readTeam(text, { file, today: TODAY }), { file, format, color: false });
}

describe('a file with many mistakes', () => {
  const text = readFileSync(join(import.meta.dirname, '../golden/findings/team.yaml'), 'utf8');
  test('as text', () => expectGolden('findings/team.txt', printed(text)));
  test('as JSON', () => expectGolden('findings/team.json', printed(text, 'json')));
  test('as annotations', () => expectGolden('findings/team.github.txt', printed(text, 'github')));
});

test('a file without findings has its last line alone', () => {
  expect(printed(teamText())).toBe('no errors in team.yaml (1 role, 1 member)\n');
  expect(printed(teamText(), 'github')).toBe('no errors in team.yaml (1 role, 1 member)\n');
  expect(JSON.parse(printed(teamText(), 'json'))).toEqual({ version: 1, findings: [] });
});

describe('the carets are below what is meant', () => {
  const under = (text: string): string | null => {
    const lines = printed(text).split('\n');
    const at = lines.findIndex((line) => /^\s+\|\s+\^+$/.test(line));
    const [line = '', marks = ''] = [lines[at - 1] ?? '', lines[at] ?? ''];
    const from = marks.indexOf('^');
    // Cells, as a terminal has them.
    let cell = 0;
    let found = '';
    for (const character of line) {
      if (cell >= from && cell < marks.length) found += character;
      cell += visibleWidth(character);
    }
    return found;
  };
  const bo = (name: string, rest = '') =>
    teamText({ members: `members:\n  bo: { name: ${name}, roles: [none]${rest} }`, owners: 'owners: [bo]' });

  test.each([
    ['after wide characters', bo('李小龍')],
    ['after characters of two units', bo('𠮷野家')],
    ['after combining accents', bo('Nguyễn Thị Ánh'.normalize('NFD'))],
    ['after a tab', bo('Bo', ',\tsuspended: false').replace('name: ', 'name:\t\t')],
    ['in a long line', bo(`${'x'.repeat(80)}${' '.repeat(400)}`)],
    ['in a long line of wide characters', bo(`${'龍'.repeat(80)}${' '.repeat(400)}`)],
    [
      'at the beginning of a long line',
      teamText({ members: `members:\n  ada: { roles: [none], name: ${'y'.repeat(80)}${' '.repeat(400)} }` }),
    ],
  ])('%s', (_, text) => {
    expect(under(text)).toBe('none');
  });

  test('no line of an excerpt is wider than a page', () => {
    for (const line of printed(bo(`${'龍'.repeat(80)}${' '.repeat(400)}`)).split('\n'))
      expect(visibleWidth(line)).toBeLessThanOrEqual(110);
  });
});

test('what a terminal would obey is spelled out, in the message, the excerpt and the name of the file', () => {
  const text = teamText({ members: "members:\n  ada: { name: 'A\u001B[2Jda\u202E', roles: ['\u009B31m'] }" });
  const output = printed(text, 'text', 'te\u001B]0;am.yaml');
  expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202E]/u);
  expect(output).toContain("'A<U+001B>[2Jda<U+202E>'");
  expect(output).toContain('te<U+001B>]0;am.yaml:8:16');
});

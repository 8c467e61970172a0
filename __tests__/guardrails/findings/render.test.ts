import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../../src/diagnostics/finding.ts';
import { type RenderOptions, renderFindings } from '../../../src/guardrails/findings/render.ts';
import { readTeam } from '../../../src/team/parse/read-team.ts';
import { visibleWidth } from '../../../src/text/columns.ts';
import { expectGolden } from '../../support/golden.ts';
import { TODAY, teamText } from '../../team/team-text.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/findings/team.yaml');

function rendered(text: string, options: Partial<RenderOptions> = {}, file = 'team.yaml'): string {
  const { findings, source, size } = readTeam(text, { file, today: TODAY });
  return renderFindings(findings, { source, colour: false, summary: { file, size }, ...options });
}

describe('a file with many mistakes', () => {
  const text = readFileSync(GOLDEN, 'utf8');
  test('as text', () => expectGolden('findings/team.txt', rendered(text)));
  test('as JSON', () => expectGolden('findings/team.json', rendered(text, { format: 'json' })));
  test('as annotations', () => expectGolden('findings/team.github.txt', rendered(text, { format: 'github' })));
});

test('one finding reads as in the style of the house', () => {
  const text = teamText({ roles: 'roles:\n  reader:\n    allow: [results:read, GrantBonus]' });
  expect(rendered(text)).toBe(`team.yaml:7:27  error  unknown-operation-name
  > 7 |     allow: [results:read, GrantBonus]
      |                           ^^^^^^^^^^
  GrantBonus was renamed SendBonus in 2017; IAM accepts the old name and it grants nothing.
  Write SendBonus, or pay:bonus for the whole capability.

1 error, 0 warnings in team.yaml (1 role, 1 member)
`);
});

test('a file without findings has its last line alone', () => {
  expect(rendered(teamText())).toBe('0 errors, 0 warnings in team.yaml (1 role, 1 member)\n');
  expect(rendered(teamText(), { format: 'github' })).toBe('0 errors, 0 warnings in team.yaml (1 role, 1 member)\n');
  expect(JSON.parse(rendered(teamText(), { format: 'json' }))).toEqual({ version: 1, findings: [] });
});

test('without a summary the counts and the file of the findings are told', () => {
  expect(rendered(teamText({ owners: 'owners: []' }), { summary: undefined })).toMatch(
    /\n1 error, 0 warnings in team.yaml\n$/,
  );
});

describe('the carets stand under what is meant', () => {
  const under = (text: string): string | null => {
    const lines = rendered(text).split('\n');
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
    teamText({ members: `members:\n  bo: { name: ${name}, roles: [nobody]${rest} }`, owners: 'owners: [bo]' });

  test.each([
    ['after wide characters', bo('李小龍')],
    ['after characters of two units', bo('𠮷野家')],
    ['after combining accents', bo('Nguyễn Thị Ánh'.normalize('NFD'))],
    ['after a tab', bo('Bo', ',\tsuspended: false').replace('name: ', 'name:\t\t')],
    ['in a long line', bo('x'.repeat(500))],
    ['in a long line of wide characters', bo('龍'.repeat(500))],
    [
      'at the beginning of a long line',
      teamText({ members: `members:\n  ada: { roles: [nobody], name: ${'y'.repeat(400)} }` }),
    ],
  ])('%s', (_, text) => {
    expect(under(text)).toBe('nobody');
  });

  test('no line of an excerpt is wider than a page', () => {
    for (const line of rendered(bo('龍'.repeat(500))).split('\n')) expect(visibleWidth(line)).toBeLessThanOrEqual(110);
  });
});

test('what a terminal would obey is spelled out, in the message, the excerpt and the name of the file', () => {
  const text = teamText({ members: "members:\n  ada: { name: 'A\u001B[2Jda\u202E', roles: ['\u009B31m'] }" });
  const printed = rendered(text, {}, 'te\u001B]0;am.yaml');
  expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202E]/u);
  expect(printed).toContain("'A<U+001B>[2Jda<U+202E>'");
  expect(printed).toContain('te<U+001B>]0;am.yaml:8:16');
});

describe('annotations', () => {
  const findings: readonly Finding[] = readTeam(
    teamText({
      roles: 'roles:\n  "a,b: 100%\\n::error::x": { allow: [GetHIT] }',
      members: 'members:\n  ada: { name: Ada, roles: [] }',
    }),
    { file: 'labs/a,b:c%.yaml', today: TODAY },
  ).findings;
  const lines = renderFindings(findings, { source: null, format: 'github', colour: false }).trimEnd().split('\n');

  test('a file name cannot end its property, a text cannot begin a command of its own', () => {
    expect(lines[0]).toMatch(
      /^::error file=labs\/a%2Cb%3Ac%25\.yaml,line=6,endLine=6,col=3,endColumn=\d+,title=[^:]+\([a-z-]+\)::/,
    );
    expect(lines.filter((line) => line.startsWith('::'))).toHaveLength(findings.length);
    expect(lines[0]).toContain('100%25\\n::error::x');
  });
});

describe('more than ten of a kind', () => {
  const many = teamText({
    roles: `roles:\n${Array.from({ length: 14 }, (_, index) => `  r${index}: { allow: [GetHIT] }`).join('\n')}\n  reader: { allow: [${Array.from({ length: 12 }, (_, index) => `Nothing${index}`).join(', ')}] }`,
  });

  test.each(['text', 'github'] as const)('%s shows ten, errors first, and counts the rest', (format) => {
    const printed = rendered(many, { format });
    expect(printed.match(/unknown-permission/g)).toHaveLength(10);
    expect(printed.match(/unused-role/g)).toHaveLength(10);
    expect(printed.lastIndexOf('unknown-permission')).toBeLessThan(printed.indexOf('unused-role'));
    expect(printed).toContain('And 2 more errors and 4 more warnings not shown here; --format json has all of them.');
    expect(printed).toContain('12 errors, 14 warnings in team.yaml (15 roles, 1 member)');
  });

  test('JSON has all of them, in the order of the file', () => {
    const { findings } = JSON.parse(rendered(many, { format: 'json' }));
    expect(findings).toHaveLength(26);
    expect(findings[0]).toEqual({
      code: 'unused-role',
      severity: 'warning',
      message: 'Nobody has role r0. Give it to a member, or remove it.',
      path: 'roles.r0',
      file: 'team.yaml',
      line: 6,
      column: 3,
    });
    expect(findings[25].path).toBe('roles.reader.allow[11]');
  });
});

test('colour only repeats what the words say', () => {
  const text = readFileSync(GOLDEN, 'utf8');
  const painted = rendered(text, { colour: true });
  expect(painted).toContain('\u001B[31merror\u001B[39m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences are what is taken away
  expect(painted.replace(/\u001B\[\d+m/g, '')).toBe(rendered(text));
});

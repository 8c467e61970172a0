import { readTeam } from '../../src/team/parse/read-team.ts';
import { printFindings } from '../../src/team/print-findings.ts';
import { TEAM_RULES } from '../../src/team/rules/rules.ts';
import { visibleWidth } from '../../src/text/columns.ts';
import { expectGolden } from '../support/golden.ts';
import { MISTAKES } from './mistakes.ts';
import { findingsOf, pointedAt, TODAY, teamText } from './team-text.ts';

const WARNINGS = new Set([
  'unused-role',
  'until-passed',
  'review-due',
  'until-far-away',
  'comment-after-text',
  'duplicate-person',
  'from-passed',
  'sponsor-expired',
  'owner-expired',
  'snooze-passed',
  'snooze-far-away',
]);

const ROWS = Object.entries(MISTAKES).flatMap(([code, mistakes]) =>
  mistakes.map(([name, file, at]) => {
    const text = typeof file === 'string' ? file : teamText(file);
    return { name, code, text, at, reading: readTeam(text, { file: 'team.yaml', today: TODAY }) };
  }),
);

test('the file that the mistakes are put into has none', () => {
  expect(findingsOf(teamText())).toEqual([]);
});

test('a place of the state with a key of its own is none', () => {
  const settings = 'settings: { state: { bucket: lab-state, region: us-east-1, key: perception } }';
  const members = 'members:\n  ada: { name: Ada, github: ada, roles: [reader] }';
  expect(findingsOf(teamText({ settings, members }))).toEqual([]);
});

test.each(ROWS)('one mistake gives one finding, $code: $name', ({ code, text, at, reading: { findings, team } }) => {
  expect(findings.map((finding) => finding.code)).toEqual([code]);
  const [finding] = findings;
  expect(pointedAt(text, finding!)).toBe(at);
  expect(finding!.severity).toBe(WARNINGS.has(code) ? 'warning' : 'error');
  expect(team === null).toBe(finding!.severity === 'error');
});

test('what each mistake prints', () => {
  const printed = ROWS.map(({ name, reading }) => {
    // The last line is the same everywhere.
    const lines = printFindings(reading, { color: false }).trimEnd().split('\n').slice(0, -2);
    expect({ name, summary: visibleWidth(lines[0]?.replace(/^\w+\[[\w-]+\]: /, '') ?? '') < 80 }).toEqual({
      name,
      summary: true,
    });
    return `# ${name}\n${lines.join('\n')}\n`;
  });
  expectGolden('findings/mistakes.txt', printed.join('\n'));
});

test('every code that a file can cause has a mistake of its own', () => {
  const elsewhere = [
    // read-team-file.test.ts
    'file-converted',
    'file-missing',
    'file-is-directory',
    'file-is-link',
    'file-unreadable',
    'file-too-large',
    'file-not-utf8',
    // rules.test.ts: these come in pairs with others, or need another limit
    'sponsor-expired',
    'owner-expired',
    'role-policy-too-long',
  ];
  const covered = new Set([...Object.keys(MISTAKES), ...elsewhere]);
  expect(TEAM_RULES.map(({ code }) => code).filter((code) => !covered.has(code))).toEqual([]);
});

import { readTeam } from '../../src/team/parse/read-team.ts';
import { printFindings } from '../../src/team/print-findings.ts';
import { TEAM_RULES } from '../../src/team/rules/rules.ts';
import { visibleWidth } from '../../src/text/columns.ts';
import { expectGolden } from '../support/golden.ts';
import { DRIFT_MISTAKES } from './drift-mistakes.ts';
import {
  DOCUMENT_MISTAKES,
  type Mistake,
  PEOPLE_MISTAKES,
  ROLE_MISTAKES,
  SHAPE_MISTAKES,
  TEXT_MISTAKES,
  VALUE_MISTAKES,
} from './mistakes.ts';
import { findingsOf, pointedAt, TODAY, teamText } from './team-text.ts';

const WARNINGS = new Set([
  'unused-role',
  'until-passed',
  'until-far-away',
  'comment-after-text',
  'duplicate-person',
  'from-passed',
  'sponsor-expired',
  'owner-expired',
  'snooze-passed',
  'snooze-far-away',
]);

const TABLES: Readonly<Record<string, readonly Mistake[]>> = {
  'of the document': DOCUMENT_MISTAKES,
  'of shape': SHAPE_MISTAKES,
  'in texts': TEXT_MISTAKES,
  'in values and ids': VALUE_MISTAKES,
  'about roles': ROLE_MISTAKES,
  'about people and settings': PEOPLE_MISTAKES,
  'about keys, snoozes and reconciling': DRIFT_MISTAKES,
};

test('the file that the mistakes are put into has none', () => {
  expect(findingsOf(teamText())).toEqual([]);
});

describe.each(Object.entries(TABLES))('one mistake %s gives one finding', (_, mistakes) => {
  test.each(mistakes.map((mistake) => [mistake.name, mistake] as const))('%s', (_name, mistake) => {
    const text = typeof mistake.file === 'string' ? mistake.file : teamText(mistake.file);
    const { findings, team } = readTeam(text, { file: 'team.yaml', today: TODAY });
    expect(findings.map(({ code }) => code)).toEqual([mistake.code]);
    const [finding] = findings;
    expect(pointedAt(text, finding!)).toBe(mistake.at);
    expect(finding!.severity).toBe(WARNINGS.has(mistake.code) ? 'warning' : 'error');
    expect(team === null).toBe(finding!.severity === 'error');
  });
});

test('what each mistake prints', () => {
  const printed = Object.values(TABLES)
    .flat()
    .map(({ name, file }) => {
      const reading = readTeam(typeof file === 'string' ? file : teamText(file), { file: 'team.yaml', today: TODAY });
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
  const covered = new Set([
    ...Object.values(TABLES)
      .flat()
      .map(({ code }) => code),
    ...elsewhere,
  ]);
  expect(TEAM_RULES.map(({ code }) => code).filter((code) => !covered.has(code))).toEqual([]);
});

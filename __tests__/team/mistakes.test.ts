import { TEAM_FINDING_CODES } from '../../src/diagnostics/team-codes.ts';
import { findingText } from '../../src/team/messages/messages.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { messageOf } from '../../src/text/finding-message.ts';
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
    if (mistake.message !== undefined) expect(messageOf(findingText(finding!))).toBe(mistake.message);
    expect(finding!.severity).toBe(WARNINGS.has(mistake.code) ? 'warning' : 'error');
    expect(team === null).toBe(finding!.severity === 'error');
  });
});

test('every code that a file can cause has a mistake of its own', () => {
  const elsewhere = [
    // read-team-file.test.ts
    'file-missing',
    'file-is-directory',
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
  expect(TEAM_FINDING_CODES.filter((code) => !covered.has(code))).toEqual([]);
});

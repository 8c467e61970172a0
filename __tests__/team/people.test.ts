import { readTeam } from '../../src/team/parse/read-team.ts';
import { codesOf, TODAY, teamText } from './team-text.ts';

const ORDINARY: readonly (readonly [what: string, name: string])[] = [
  ['an apostrophe', "Ada O'Neill"],
  ['Vietnamese, composed', 'Nguyễn Thị Ánh'],
  ['Vietnamese, decomposed', 'Nguyễn Thị Ánh'.normalize('NFD')],
  ['Chinese', '李小龍'],
  ['a hyphen and a dot', 'Jean-Luc P. Müller'],
  ['Hebrew', 'נועה לוי'],
  ['Arabic', 'محمد بن سلمان'],
  ['Persian with a zero width non-joiner', 'علی\u200Cرضا'],
  ['Sinhala with a zero width joiner', 'ශ්\u200Dරී'],
  ['Malayalam with a joiner at the end', 'മോഹന്\u200D'],
  ['Hindi with a zero width non-joiner', 'क्\u200Cष'],
  ['Mongolian with a variation selector', 'ᠣᠷᠣ\u180Bᠠ'],
  ['a Han variant that a family uses', '葛\u{E0100}城'],
  ['an emoji made of two', 'Kim 👩\u200D💻'],
  ['quotes and brackets', 'Anna "Anni" (Lab) [x] {y} $5 100%'],
];

test.each(ORDINARY)('%s is an ordinary part of a name', (_, name) => {
  const text = teamText({ members: `members:\n  ada: { name: ${JSON.stringify(name)}, roles: [reader] }` });
  const { team, findings } = readTeam(text, { file: 'team.yaml', today: TODAY });
  expect(findings).toEqual([]);
  expect(team?.members[0]?.name).toBe(name);
});

test.each([
  ['a joiner alone', '\u200D'],
  ['a joiner before an Arabic letter', 'A\u200Cع'],
  ['a variation selector without a character', 'Bo \u{E0100}'],
  ['two joiners in an Indic name', 'क्\u200C\u200Cष'],
])('%s is not', (_, name) => {
  const text = teamText({ members: `members:\n  ada: { name: ${JSON.stringify(name)}, roles: [reader] }` });
  expect(codesOf(text)).toEqual(['invisible-character']);
});

test('a description may have lines, a name may not', () => {
  const described = 'roles:\n  reader:\n    description: |\n      one\n      two\n    allow: [GetHIT]';
  expect(codesOf(teamText({ roles: described }))).toEqual([]);
});

test('ids may hold all of the alphabet of IAM but the comma, and a role may be called like a member', () => {
  const text = teamText({
    owners: 'owners: ["a+b=c.d.e@f_g-h", "123"]',
    roles: 'roles:\n  ada: { allow: [GetHIT] }',
    members:
      'members:\n  "a+b=c.d.e@f_g-h": { name: A, roles: [ada] }\n  "123": { name: N, roles: [ada] }\n  constructor: { name: C, roles: [ada] }\n  ada: { name: Ada, roles: [ada] }',
  });
  const { team, findings } = readTeam(text, { file: 'team.yaml', today: TODAY });
  expect(findings).toEqual([]);
  expect(team?.members.map(({ key }) => key)).toEqual(['123', 'a+b=c.d.e@f_g-h', 'ada', 'constructor']);
});

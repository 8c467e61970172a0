import { renderComment } from '../../src/review/comment/comment.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { misleads } from '../../src/team/rules/reserved-names.ts';
import { personOf, reviewOfMany } from '../support/many-people.ts';
import { viewOf } from '../support/sample-reviews.ts';
import { TODAY, teamText } from '../team/team-text.ts';

const STATEMENTS = [
  ...['Nobody', 'NOBODY', 'No one', 'No-one', 'No One', 'Noone', 'Everyone', 'Everybody else', 'You', 'All', 'They'],
  ...['All members', 'No members', 'The other 4 members', '4 others', 'Any member', 'Someone', 'Owner', 'None'],
  ...['Nobody gains anything', 'Bo gains nothing', 'No change', 'No changes', 'Nothing changes', 'Bo and Eve'],
  ...['Nobody can', 'Bo, who can spend money', 'Only readers', 'Unknown', 'Bo Chen loses access.'],
];

const DISGUISED = [
  ['spaces', 'N o b o d y'],
  ['two spaces', 'All  members'],
  ['a no-break space', 'No\u00A0one'],
  ['a full stop', 'Nobody.'],
  ['stops inside', 'N.o.b.o.d.y'],
  ['brackets', '(Everyone)'],
  ['accents', 'Nóbŏdy'],
  ['full width', 'Ｎｏｂｏｄｙ'],
  ['mathematical letters', '𝐍𝐨𝐛𝐨𝐝𝐲'],
  ['small capitals', 'ɴᴏʙᴏᴅʏ'],
  ['Lisu letters', 'ꓠꓳꓐꓳꓓꓬ'],
  ['a zero', 'N0body'],
  ['Cyrillic letters', 'Nоbody'],
  ['a Greek letter', 'Νobody'],
] as const;

const PEOPLE = [
  ...["Ada O'Neill", 'He Ying', 'You Jae-suk', 'No Moo-hyun', 'Any Gabrielly', 'Will Smith', 'May Lee', 'Can Yücel'],
  ...['YÜCEL CAN', 'Peter Noone', 'Henry Every', 'Andries Both', 'Malidoma Somé', "Chang'e Li", 'The Anh Nguyen'],
  ...['Anne de Vries', 'Sei no Shōnagon', 'Göran Person', 'I Sang-hwa', 'Ольга (Olga) Орлова', '李小龍', 'Bo'],
];

function codesOfName(name: string): readonly string[] {
  const members = `members:\n  ada: { name: ${JSON.stringify(name)}, roles: [reader] }`;
  return readTeam(teamText({ members }), { file: 'team.yaml', today: TODAY }).findings.map(({ code }) => code);
}

test.each(STATEMENTS)('check refuses a member called %s', (name) => {
  expect(codesOfName(name)).toEqual(['misleading-name']);
});

test.each(DISGUISED)('nor do %s help', (_how, name) => {
  expect(codesOfName(name)).toEqual(['misleading-name']);
});

test.each(PEOPLE)('%s is a name', (name) => {
  expect(misleads(name)).toBeNull();
});

test('no title, alert, question or table of a comment has a name without its key', () => {
  for (const name of ['Nobody', 'All members', 'The other 4 members', 'Nobody gains anything']) {
    const base = reviewOfMany(1, { alike: true, kinds: [0] });
    const person = personOf(0, { user: 'perception-lab-bo', key: 'bo', name });
    const text = renderComment(
      viewOf({ ...base, people: [person], questions: [{ kind: 'everything', user: person.user }] }),
    );
    const named = text.split(name).slice(1);
    expect(named.length).toBeGreaterThanOrEqual(3);
    for (const rest of named) expect(rest).toMatch(/^`? \(`bo`\)/);
  }
});

import { spawnSync } from 'node:child_process';
import { headlineText, memberText } from '../../src/access/text/names.ts';
import { block } from '../../src/diagnostics/block.ts';
import { renderComment } from '../../src/review/comment/comment.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { plainText } from '../../src/text/text.ts';
import { runHere, scratch } from '../support/command.ts';
import { FIRST_TEAM, scratchLab } from '../support/init-files.ts';
import { personOf, reviewOfMany } from '../support/many-people.ts';
import { viewOf } from '../support/sample-reviews.ts';
import { TODAY } from '../team/team-text.ts';

const STATEMENTS = [
  ...['Nobody', 'NOBODY', 'No one', 'No-one', 'No One', 'Noone', 'Everyone', 'Everybody else', 'You', 'All', 'They'],
  ...['All members', 'No members', 'The other 4 members', '4 others', 'Any member', 'Someone', 'None'],
  ...['Nobody gains anything', 'Bo gains nothing', 'No change', 'No changes', 'Nothing changes', 'Bo and Eve'],
  ...['Nobody can', 'Bo, who can spend money', 'Only readers', 'Unknown', 'Bo Chen loses access.'],
  ...[
    'Not one person',
    'Zero people',
    'The whole lab',
    'If merged',
    'Not One Person',
    'ZERO PEOPLE',
    'N0 One',
    '1',
    'Approved',
    'N O B O D Y',
  ],
  // People, who are no less valid for it.
  ...['No Moo-hyun', 'You Jae-suk', 'Sei no Shōnagon'],
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
] as const;

/** Letters of other scripts, which `check` refuses within a word. */
const MIXED = ['Nоbody', 'Νobody', 'Bо Chen'];

const PEOPLE = [
  ...["Ada O'Neill", 'He Ying', 'Owner Smith', 'Anna Nobody', 'Jay No', 'Will Smith', 'May Lee', 'Can Yücel'],
  ...['YÜCEL CAN', 'Peter Noone', 'Henry Every', 'Andries Both', 'Malidoma Somé', "Chang'e Li"],
  ...['Anne de Vries', 'Göran Person', 'I Sang-hwa', 'Ольга (Olga) Орлова', '李小龍', 'Bo'],
];

function codesOfName(name: string): readonly string[] {
  const text = FIRST_TEAM.replace('{ name: ada,', `{ name: ${JSON.stringify(name)},`);
  return readTeam(text, { file: 'team.yaml', today: TODAY }).findings.map(({ code }) => code);
}

/** A person in a headline. */
function headlineOf(name: string): string {
  return plainText(headlineText({ key: 'bo', name }));
}

test.each(STATEMENTS)('a member called %s is valid, and in a headline only a key', (name) => {
  expect(codesOfName(name)).toEqual([]);
  expect(headlineOf(name)).toBe('bo');
});

test.each(DISGUISED)('nor do %s help', (_how, name) => {
  expect(headlineOf(name)).toBe('bo');
});

test.each(MIXED)('check refuses %s', (name) => {
  expect(codesOfName(name)).toEqual(['misleading-name']);
});

test('a schema or editor settings that a pull request brings change nothing of what check finds', async () => {
  const hostile = { 'team.schema.json': '{}', '.vscode/settings.json': '{ "yaml.validate": false }' };
  const place = scratchLab(FIRST_TEAM, hostile);
  place.write(
    'team.yaml',
    FIRST_TEAM.replace('[results:read]', '[GrantBonus]').replace('{ name: ada,', '{ name: Ad\u0430,'),
  );
  const { code, stdout } = await runHere(['check', '--format', 'github'], { cwd: place.directory });
  place.remove();
  expect(code).toBe(1);
  for (const finding of ['(retired-operation)', '(misleading-name)']) expect(stdout).toContain(finding);
});

test.each(PEOPLE)('%s is a name, and valid', (name) => {
  expect(codesOfName(name)).toEqual([]);
  expect(headlineOf(name)).toBe(`${name} (bo)`);
});

test('no title, alert, question, fix or table of a comment has a name without its key', () => {
  for (const name of ['Nobody', 'All members', 'The other 4 members', 'Nobody gains anything']) {
    const base = reviewOfMany(1, { alike: true, kinds: [0] });
    const person = personOf(0, { user: 'perception-lab-bo', key: 'bo', name });
    const asked = { ...base, people: [person], questions: [{ kind: 'everything', user: person.user }] } as const;
    const blocks = [block('member-not-departed', { member: 'bo', user: person.user, today: TODAY, renamed: null })];
    const fix = renderComment(viewOf({ ...asked, blocks })).match(/^- .*$/m);
    expect(fix?.[0]).toMatch(/^- \*\*`bo`: `bo` is missing/);
    const text = renderComment(viewOf(asked));
    const [title = '', ...rest] = text.split('\n').filter((line) => /^(###|>)|bo/.test(line));
    expect(title).toMatch(/`bo`/);
    for (const line of [title, ...rest.filter((line) => line.startsWith('>'))]) expect(line).not.toContain(name);
    const named = text.split(name).slice(1);
    expect(named.length).toBeGreaterThanOrEqual(1);
    for (const after of named) expect(after).toMatch(/^`? \(`bo`\)/);
  }
});

test('on a terminal, a name that could be words of ours is in quotes that it cannot end', () => {
  const shown = (name: string) => plainText(memberText({ key: 'bo', name }));
  expect(shown('Nguyễn Thị Ánh')).toBe('Nguyễn Thị Ánh (bo)');
  expect(shown('Bo" (bo), as before. Cy \u02ba(cy)')).toBe('"Bo\' (bo), as before. Cy \'(cy)" (bo)');
});

test.each([
  ['pr-12', 'main'],
  ['origin/main', 'bo'],
  ['main', 'bo'],
])('a tag %s does not change what a pull request is compared with', async (tag, at) => {
  const [origin, owner] = [scratch({ 'team.yaml': FIRST_TEAM }), scratch()];
  const shell = (directory: string, command: string) =>
    spawnSync('bash', ['-ec', command], { cwd: directory, encoding: 'utf8' });
  const commit = 'git -c user.name=Bo -c user.email=bo@lab.edu commit --quiet --all --message';
  shell(origin.directory, `git init --quiet --initial-branch=main && git add . && ${commit} First`);
  shell(owner.directory, `git clone --quiet '${origin.directory}' . && git update-ref -d refs/remotes/origin/main`);
  origin.write('team.yaml', FIRST_TEAM.replace('members:', 'members:\n  eve: { name: Eve, roles: [results-reader] }'));
  const other = `mkdir -p .github && touch .github/a '!${'x'.repeat(90)}' .npmrc && git add . && ${commit} Settings && git update-ref refs/pull/14/head HEAD`;
  const link = `ln -sf /etc/passwd team.yaml && ${commit} Link && git update-ref refs/pull/15/head HEAD`;
  const attack = `git update-ref refs/pull/12/head HEAD && ${other} && ${link} && git reset --quiet --hard HEAD~2 && git branch bo && git reset --quiet --hard HEAD^ && git tag ${tag} ${at}`;
  shell(origin.directory, `${commit} Typo && ${attack}`);

  shell(owner.directory, 'git checkout --quiet -b mine && git branch --quiet -D main');
  const unavailable = await runHere(['history'], { cwd: owner.directory });
  const [fetch = ''] = /git fetch [^`]*/.exec(unavailable.stderr) ?? [];
  expect(shell(owner.directory, fetch).status).toBe(0);
  expect((await runHere(['history', '--json'], { cwd: owner.directory })).stdout).not.toContain('Typo');
  expect(await runHere(['preview', '--pull-request', '12'], { cwd: owner.directory })).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('If merged: Eve'),
  });
  expect(await runHere(['preview', '--pull-request', '13'], { cwd: owner.directory })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^error\[pull-request-unavailable\].*\n +reason: fatal: .* refs\/pull\/13\/head\n/),
  });
  expect(await runHere(['preview', '--pull-request', '14'], { cwd: owner.directory })).toMatchObject({
    stderr: expect.stringMatching(/It changes more than team.yaml, which GitHub shows: !x+, .github\/a and .npmrc\./),
  });
  expect(await runHere(['preview', '--pull-request', '15'], { cwd: owner.directory })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('reason: team.yaml is no file there, but a link'),
  });
  origin.remove();
  owner.remove();
});

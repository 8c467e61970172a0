import { candidatesIn } from '../../src/adopt/candidates.ts';
import { unaccepted } from '../../src/adopt/differences.ts';
import { type Found, surveyOf } from '../../src/adopt/survey.ts';
import { surveyBlocks } from '../../src/adopt/survey-text.ts';
import { readAuthorizationDetails } from '../../src/aws/inventory/authorization-details.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { printMarkdown } from '../../src/text/github.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { ACCOUNT, iamOf, openAccount } from '../emulator/clients.ts';
import { ADOPTED_ACCOUNTS, type AdoptedAccount, createAccount } from '../support/adopted-accounts.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { FIRST_FILE } from '../support/first-team-file.ts';
import { expectGolden } from '../support/golden.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);

/** What `adopt` reads of an account that was made by hand. */
async function foundIn(shape: AdoptedAccount, text = FIRST_FILE): Promise<Found> {
  const account = await openAccount();
  await createAccount(account, shape);
  const iam = iamOf(account);
  const { access, ids, roles } = await readAuthorizationDetails(iam, ACCOUNT);
  iam.destroy();
  await account.close();
  const team = readTeam(text, { file: 'team.yaml', today: TODAY }).team!;
  return {
    ...{ file: 'team.yaml', text, team, at: AT, today: TODAY, earlier: null },
    account: {
      ...{ access, ids, roles },
      buckets: Object.entries(shape.buckets ?? {}).map(([bucket, json]) => ({ bucket, json })),
    },
    chosen: candidatesIn(access, team, { at: AT, without: new Set(), keys: new Map() }),
    credentials: new Map(
      shape.users.map(({ name, keys = 1, password = false }) => [name, { keys, password }] as const),
    ),
  };
}

function surveyed(found: Found, accept: readonly string[] = []) {
  const survey = surveyOf(found, accept);
  if (!survey.ok) throw new Error(JSON.stringify(survey.failure));
  return survey.value;
}

test.each(sampleOf(ADOPTED_ACCOUNTS, 3))('$title: who is adopted under which key, and who decides', async (shape) => {
  const found = await foundIn(shape);
  const { adoption, people, draft, newMembers } = surveyed(found);
  expect(Object.fromEntries(adoption.users.map(({ key, name }) => [key, name]))).toEqual(shape.adopted);
  expect(unaccepted(adoption, people).map(({ key }) => key)).toEqual(shape.toAccept);
  expect(newMembers).toEqual(['lead']);
  expect(readTeam(draft!.text, { file: 'team.yaml', today: TODAY }).findings).toEqual([]);
  const settled = surveyed(found, shape.toAccept);
  expect(unaccepted(settled.adoption, settled.people)).toEqual([]);
});

test.each([
  'the tutorial of 2017 to the letter',
  'retired names, wildcards and NotAction',
  'a user in a foreign admin group',
  'twelve users mixed',
  'names that collide with ours, with capitals and @',
])('%s: the draft, on a terminal and on GitHub', async (title) => {
  const survey = surveyed(await foundIn(ADOPTED_ACCOUNTS.find((each) => each.title === title)!));
  const blocks = surveyBlocks(survey, []);
  expectGolden(
    `adopt/${title.replace(/\W+/g, '-').toLowerCase()}.txt`,
    `${printTerminal(blocks, 100).join('\n')}\n\n==== on GitHub\n\n${printMarkdown(blocks, { reveal: false })}\n\n==== team.yaml\n\n${survey.draft!.text}`,
  );
});

test('the same says a drafted file that an owner changed, with what follows for whom', async () => {
  const [, , groups] = ADOPTED_ACCOUNTS;
  const found = await foundIn(groups!);
  const first = surveyed(found);
  const text = first
    .draft!.text.replace('roles: [paymasters], keys: 2', 'roles: [readers], keys: 2')
    .replace('roles: [publishers] }', 'roles: [publishers], suspended: true }')
    .replace(/^ {2}gus: .*\n/m, '');
  const team = readTeam(text, { file: 'team.yaml', today: TODAY }).team!;
  const again = surveyed({ ...found, text, team, earlier: first.adoption }, ['fay']);
  expect(again.draft).toBeNull();
  expect(again.left).toEqual([{ user: 'gus', reason: 'not-in-file', meant: [] }]);
  expect(again.adoption.accepted).toEqual([
    { key: 'fay', differences: again.people.find(({ key }) => key === 'fay')!.differences.map(({ id }) => id) },
  ]);
  const losses = again.people.map(({ key, gained, lost }) => [key, gained.length, lost.length]);
  expect(losses).toEqual([
    ['dora', 0, 0],
    ['emil', 0, 25],
    ['fay', 0, 12],
  ]);
  expect(unaccepted(again.adoption, again.people).map(({ key }) => key)).toEqual(['emil']);
  expectGolden(
    'adopt/changed-file.txt',
    `${printTerminal(surveyBlocks(again, ['the policies of S3 buckets']), 100).join('\n')}\n`,
  );
});

test('a user whom adopt --apply moved keeps what was read before', async () => {
  const [, , , shared] = ADOPTED_ACCOUNTS;
  const found = await foundIn(shared!);
  const first = surveyed(found);
  const [user] = found.account.access.users;
  const moved = {
    ...user!,
    name: 'perception-lab-mturk',
    path: '/mturk/perception-lab/',
    groups: ['perception-lab-full-access'],
  };
  const group = { name: 'perception-lab-full-access', path: '/mturk/perception-lab/', attached: [], inline: [] };
  const access = { ...found.account.access, users: [moved], groups: [group] };
  const ids = { ...found.account.ids, user: new Map([[moved.name, found.account.ids.user.get('mturk')!]]) };
  const chosen = candidatesIn(access, first.team, { at: AT, without: new Set(), keys: new Map() });
  const account = { ...found.account, access, ids };
  const again = surveyed({
    ...found,
    text: first.draft!.text,
    team: first.team,
    account,
    chosen,
    earlier: first.adoption,
  });
  expect(again.adoption.users).toEqual(first.adoption.users);
  expect(again).toMatchObject({ draft: null, left: [], people: [{ key: 'mturk', name: 'mturk', differences: [] }] });
});

test('a file with members of its own is not overwritten, and its members stay', async () => {
  const text = FIRST_FILE.replace(
    /^ {2}lead: .*$/m,
    (line) =>
      `${line}\n  Dora: { name: Dora Ek, roles: [results-reader], until: "2027-05-31" }\n  zoe: { name: Zoe Quist, roles: [results-reader] }`,
  );
  const [, , groups] = ADOPTED_ACCOUNTS;
  const { draft, team, newMembers } = surveyed(await foundIn(groups!, text));
  expect(draft!.file).toBe('team.adopt.yaml');
  expect(newMembers).toEqual(['lead', 'zoe']);
  expect(team.members.find(({ key }) => key === 'Dora')).toMatchObject({
    name: 'Dora Ek',
    roles: ['readers'],
    until: '2027-05-31',
  });
});

test('who would be in more groups than IAM allows is named', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `g${index}`);
  const shape: AdoptedAccount = {
    ...{ title: '', toAccept: [], adopted: {} },
    groups: names.map((name) => ({ name })),
    users: [{ name: 'ada', groups: names, attached: ['AmazonMechanicalTurkReadOnly'] }],
  };
  const survey = surveyed(await foundIn(shape));
  expect(survey.fullGroups).toEqual(['ada']);
  expect(printTerminal(surveyBlocks(survey, []), 100).join('\n')).toContain('remove ada from one before adopt --apply');
});

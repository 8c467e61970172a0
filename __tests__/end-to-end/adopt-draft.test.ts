import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADOPTION } from '../../src/adopt/adoption.ts';
import { openAccount } from '../emulator/clients.ts';
import { ADOPTED_ACCOUNTS, createAccount } from '../support/adopted-accounts.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { FIRST_FILE } from '../support/first-team-file.ts';

const test = testInTurn(3);

const DAY = '2026-11-25';
let place: ReturnType<typeof scratch>;
afterEach(() => place.remove());

/** A lab repository and an account of that title. */
async function labWith(title: string): Promise<void> {
  place = scratch({ 'team.yaml': FIRST_FILE, '.gitignore': '.mturk-team/' });
  const shape = ADOPTED_ACCOUNTS.find((each) => each.title === title)!;
  const clock = () => new Date(`${DAY}T12:00:00Z`);
  const account = await openAccount({ dir: join(place.directory, '.mturk-team', 'emulator'), clock });
  await createAccount(account, shape);
  await account.close();
}

const command = (...args: readonly string[]) =>
  runHere([...args, '--emulator', '--today', DAY], { cwd: place.directory });
const file = (name: string) => join(place.directory, name);
const written = (name: string) => readFileSync(file(name), 'utf8');
const adoption = () => ADOPTION.parse(JSON.parse(written('adopt.json')));

test('adopt writes a draft and what it read, and again only what was accepted', async () => {
  await labWith('a user in a foreign admin group');
  const first = await command('adopt');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toContain('Wrote team.yaml, adopt.json, .gitignore. Nothing in AWS was changed.');
  expect(statSync(file('adopt.json')).mode & 0o777).toBe(0o600);
  expect(written('.gitignore')).toBe('.mturk-team/\nadopt.json\n');
  expect(adoption()).toMatchObject({ lab: 'perception-lab', accepted: [], users: [{ key: 'otto' }, { key: 'pia' }] });
  expect(await runHere(['check', '--today', DAY], { cwd: place.directory })).toMatchObject({ code: 0 });
  const edited = written('team.yaml').replace('name: otto', 'name: Otto Falk');
  writeFileSync(file('team.yaml'), edited);
  const again = await command('adopt', '--accept', 'otto', '--json');
  const { people, wrote } = JSON.parse(again.stdout);
  expect(people.map(({ member, accepted }: { member: string; accepted: boolean }) => [member, accepted])).toEqual([
    ['otto', true],
    ['pia', true],
  ]);
  expect(wrote).toEqual(['adopt.json']);
  expect(written('team.yaml')).toBe(edited);
  expect(adoption().accepted).toEqual([
    {
      key: 'otto',
      differences: [
        'other-permission/user/otto/arn:aws:iam::123456789012:policy/S3Results/s3:GetObject,s3:PutObject',
        'other-permission/group/IT/keys/iam:CreateAccessKey,iam:DeleteAccessKey,iam:ListAccessKeys,iam:UpdateAccessKey',
      ],
    },
  ]);
});

test('people are left out and given other keys; what does not exist is refused, and nothing is written then', async () => {
  await labWith('names that collide with ours, with capitals and @');
  const refused = await command('adopt', '--without', 'uma');
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('error[unknown-iam-user]: no IAM user `uma`'),
  });
  expect(await command('adopt', '--accept', 'zoe')).toMatchObject({ code: 2, stdout: '' });
  expect(await command('adopt', '--as', 'UMA')).toMatchObject({ code: 2, stderr: expect.stringContaining('USER=KEY') });
  const twice = await command('adopt', '--as', 'UMA=u', '--as', 'vic=U');
  expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('Give each user another key') });
  expect(written('team.yaml')).toBe(FIRST_FILE);
  const done = await command('adopt', '--without', 'perception-lab-uma', '--as', 'Tess.Park@lab.edu=lead', '--json');
  const { left, newMembers, people } = JSON.parse(done.stdout);
  expect(left).toContainEqual({ user: 'perception-lab-uma', reason: 'without', meant: [] });
  expect(newMembers).toEqual([]);
  expect(people[0]).toMatchObject({ member: 'lead', user: 'Tess.Park@lab.edu', roles: ['full-access'] });
  const again = JSON.parse((await command('adopt', '--as', 'UMA=vic-2', '--json')).stdout);
  expect(again.people.find(({ member }: { member: string }) => member === 'vic-2')).toMatchObject({ user: 'UMA' });
  expect(again.left).toContainEqual({ user: 'vic', reason: 'not-in-file', meant: [] });
  expect(written('team.yaml')).toContain(
    '  lead: { name: lead, email: Tess.Park@lab.edu, github: lab-lead, roles: [full-access] }',
  );
});

test('before the first apply, plan says who is not adopted yet, and a workflow creates no one beside them', async () => {
  await labWith('one shared user');
  await command('adopt');
  const plan = await command('plan');
  expect(plan.code).toBe(2);
  expect(plan.stderr).toContain('Not adopted yet: the IAM users of mturk, made outside Terraform.');
  const apply = await command('apply', '--yes', '--result', 'result.json');
  expect(apply).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('error[not-adopted]: 1 member not adopted yet'),
  });
});

test('between its steps, drift names those who are moved; after the last, there is nothing to adopt', async () => {
  await labWith('one shared user');
  await command('adopt');
  expect(await command('adopt', '--apply', '--yes')).toMatchObject({ code: 0 });
  const drift = await command('drift', '--quick');
  expect(drift.code).toBe(2);
  expect(drift.stdout).toContain('The IAM users of mturk are moved into the lab and keep their earlier access, too.');
  expect(await command('adopt')).toMatchObject({ code: 0, stdout: expect.stringContaining('adopt --finish') });
  expect(await command('adopt', '--finish', '--yes')).toMatchObject({ code: 0 });
  expect(await command('adopt')).toMatchObject({ code: 1, stderr: expect.stringContaining('error[adoption-over]') });
  expect(await command('drift', '--quick')).toMatchObject({ code: 0 });
});

test('an account without users to adopt is said to be one, and nothing is written', async () => {
  place = scratch({ 'team.yaml': FIRST_FILE });
  const result = await command('adopt');
  expect(result).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('0 IAM users to adopt') });
  expect(written('team.yaml')).toBe(FIRST_FILE);
});

import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATIONS } from '../../src/catalog/mturk.ts';
import { allowedWith } from '../../src/cli/demo/calls.ts';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { ACCOUNT } from '../emulator/clients.ts';
import { ADOPTED_ACCOUNTS, createAccount, type KeysOfUsers } from '../support/adopted-accounts.ts';
import { answering, runHere, scratch } from '../support/command.ts';
import { allInTurn, sampleOf } from '../support/exhaustive.ts';
import { readTaskPage } from '../support/setup-page.ts';

// docs/adopt.md from top to bottom, on a local AWS emulator that has an account made by hand.

/** Without its picture, whose marks would be taken for code in a sentence. */
const page = readFileSync('docs/adopt.md', 'utf8').replace(/^```\n[\s\S]*?^```\n/m, '');
const place = scratch();
const LAB = join(place.directory, 'lab');
const [env, dir] = [{ MTURK_TEAM_EMULATOR: join(place.directory, 'account') }, join(place.directory, 'account')];

const account = ADOPTED_ACCOUNTS.find(({ title }) => title === 'a user in a foreign admin group');
if (account === undefined) throw new Error('no account');

let keys: KeysOfUsers;

beforeAll(async () => {
  const emulator = await openEmulator({ dir, accountId: ACCOUNT, provider: false });
  keys = await createAccount(emulator, account);
  await emulator.close();
  execFileSync('git', ['init', '--quiet', LAB]);
});

afterAll(() => place.remove());

/** `init` asks GitHub nothing and takes the answers of its page. */
const INIT = ['--lab', 'perception-lab', '--account', ACCOUNT, '--owner', 'lead=lab-lead', '--yes'];
const TOOL = ['--tool', `lab/mturk-team@${'0'.repeat(40)}`];

/** Runs a command as it is written, by a person who says yes. */
async function run(command: string): Promise<string> {
  const [name, ...args] = command.split(' ');
  expect(name).toBe('mturk-team');
  const more = args[0] === 'init' ? [...INIT, ...TOOL] : [];
  const asks = /--(apply|finish|undo)/.test(command);
  const person = asks ? { person: answering([true]) } : {};
  const { code, stdout, stderr } = await runHere([...args, ...more], { cwd: LAB, env, ...person });
  expect({ command, code, stderr: code === 0 ? '' : stderr }).toEqual({ command, code: 0, stderr: '' });
  return stdout + stderr;
}

const command = (text: string) => runHere(text.split(' '), { cwd: LAB, env });

/** How many of some operations each key of before can call, by the user's name of before. */
async function works(): Promise<Readonly<Record<string, readonly number[]>>> {
  const emulator = await openEmulator({ dir, accountId: ACCOUNT, provider: false });
  const counts: Record<string, number[]> = {};
  for (const [user, pairs] of keys) {
    const own: number[] = [];
    for (const { accessKeyId: id, secretAccessKey: secret } of pairs) {
      own.push((await allowedWith({ id, secret }, emulator.endpoint, sampleOf(OPERATIONS, 8))).size);
    }
    counts[user] = own;
  }
  await emulator.close();
  return counts;
}

/** What a person does, by the beginning of the step. Commands of a step that are not to be carried out as written are here, too. */
const PEOPLE: Readonly<Record<string, () => Promise<unknown>>> = {
  'Read `team.yaml`': async () => {
    const file = join(LAB, 'team.yaml');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('AWS knows neither names nor GitHub logins');
    writeFileSync(file, text.replace('name: pia', 'name: Pia Sorensen'));
  },
  'If a user belongs to an owner of another key': async () => {},
  'Commit and push without `adopt.json`': async () => {
    expect(statSync(join(LAB, 'adopt.json')).mode & 0o777).toBe(0o600);
    execFileSync('git', ['-C', LAB, 'add', '--all']);
    const staged = execFileSync('git', ['-C', LAB, 'diff', '--cached', '--name-only'], { encoding: 'utf8' });
    expect(staged).toContain('team.yaml');
    expect(staged).not.toContain('adopt.json');
  },
  'Do [step 2 of the setup]': async () => {},
  'Try some keys': async () => {
    expect(await run('mturk-team explain pia --live')).toContain('Pia Sorensen');
    expect(await works()).toEqual(atFirst);
    const planned = await command('plan');
    expect(planned).toMatchObject({ code: 2, stderr: expect.stringContaining('adopt --finish') });
    expect(planned.stderr).toContain('Do not apply this plan');
    expect(planned.stdout).not.toMatch(/Delete access keys|another IAM user|--restore/);
    const applied = await command('apply --yes');
    expect(applied).toMatchObject({ code: 1, stderr: expect.stringContaining('adoption-unfinished') });
    // Nor in another clone, which does not have the file.
    const [file, elsewhere] = ['adopt.json', 'adopt.elsewhere'].map((each) => join(LAB, each)) as [string, string];
    renameSync(file, elsewhere);
    const other = await command('apply --yes');
    for (const lost of ['adopt', 'adopt --apply --yes', 'adopt --finish --yes', 'adopt --undo --yes']) {
      expect(await command(lost)).toMatchObject({ code: 1, stderr: expect.stringContaining('adoption-lost') });
    }
    renameSync(elsewhere, file);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('adoption-unfinished') });
  },
  'If anything is wrong': async () => {
    expect(await run('mturk-team adopt --undo')).toContain('Undone');
    expect(await works()).toEqual(atFirst);
    await run('mturk-team adopt --apply');
  },
  'Go on with [step 4 of the setup]': async () => {},
};

let atFirst: Awaited<ReturnType<typeof works>>;

allInTurn()('every step of docs/adopt.md is carried out, and shows what the page says', async () => {
  atFirst = await works();
  const { steps } = readTaskPage(page);
  const people = { ...PEOPLE };
  for (const { text, parts } of steps) {
    const [start, act] = Object.entries(people).find(([begin]) => text.startsWith(begin)) ?? [];
    if (start !== undefined && act !== undefined) {
      delete people[start];
      await act();
      continue;
    }
    let seen = '';
    for (const part of parts) {
      if (part.kind === 'command') seen += await run(part.text);
      else {
        const shown = seen.replace(/\s+/g, ' ');
        const missing = part.spans.filter((span) => !shown.includes(span));
        expect({ text, missing, seen: missing.length > 0 ? seen : '' }).toEqual({ text, missing: [], seen: '' });
      }
    }
    // Section 2 says how to accept what differs.
    if (text.startsWith('Run `mturk-team adopt` again')) {
      expect(seen).toContain('What differs');
      for (const key of account.toAccept) await run(`mturk-team adopt --accept ${key}`);
    }
  }
  expect(people).toEqual({});
  expect(await command('adopt')).toMatchObject({ code: 1, stderr: expect.stringContaining('adoption-over') });
  expect(await works()).toEqual(atFirst);
});

test('every command that the page names in its text exists', () => {
  const commands = readTaskPage(page).prose.flatMap(({ kind, ...part }) =>
    kind === 'command' && 'text' in part ? [part.text] : [],
  );
  expect([...new Set(commands)].sort()).toEqual([
    'mturk-team adopt',
    'mturk-team adopt --accept KEY',
    'mturk-team adopt --apply',
    'mturk-team adopt --finish',
    'mturk-team adopt --undo',
    'mturk-team demo --adopt',
  ]);
});

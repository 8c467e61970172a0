import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decryptWith, messagesIn } from '../../src/keys/encryption.ts';
import { keyIn } from '../../src/keys/profile.ts';
import { TODAY } from '../support/applied-directory.ts';
import { type CommandResult, run, runHere } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { keysLab, keysTeam, STORE, zoe } from '../support/keys-lab.ts';
import { IDENTITIES } from '../support/recipients.ts';

const [ADA, ZOE] = IDENTITIES;

const team = (more = '') =>
  keysTeam({
    ada: `, recipient: ${ADA.recipient}`,
    rest: `  bo: { name: Bo Chen, roles: [results-reader] }\n${zoe(more)}settings: { keys: { rotate-after-days: 180 } }\n`,
  });
const test = testInTurn(2);
const lab = keysLab(team());
const { server, repository, place, stored, workflow } = lab;

let said: CommandResult[];
let secrets: Set<string>;
beforeEach(() => {
  said = [];
  secrets = new Set();
});

/** What the emulator has of its users' keys, by the member. */
function account() {
  return {
    ada: lab.keysOf('ada', (keys) => keys),
    bo: lab.keysOf('bo', (keys) => keys),
    zoe: lab.keysOf('zoe', (keys) => keys),
  };
}

async function command(args: string, given: { today?: string; env?: Record<string, string>; apart?: boolean } = {}) {
  const { today = TODAY, env = {}, apart = false } = given;
  const all = [...args.split(' '), '--emulator', '--today', today];
  const temporary = join(place().directory, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const result = await (apart ? run : runHere)(all, { cwd: place().directory, env: { TMPDIR: temporary, ...env } });
  said.push(result);
  if (existsSync(join(place().directory, STORE))) {
    for (const keys of Object.values(account())) for (const { secret } of keys) secrets.add(secret);
  }
  return result;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** Everything that was written and printed, but for the emulator's own store. */
function everything(): string {
  const store = ['account.json', 'account.journal'].map((name) => join(place().directory, STORE, name));
  const files = filesBelow(place().directory).filter((file) => !store.includes(file));
  return [
    ...files.map((file) => readFileSync(file, 'latin1')),
    ...said.flatMap(({ stdout, stderr }) => [stdout, stderr]),
    JSON.stringify(server().requests),
    JSON.stringify(repository().comments),
  ].join('\n');
}

async function opened(text: string, { identity }: { identity: string }) {
  const [message = ''] = messagesIn(text);
  const decrypted = await decryptWith(identity, message);
  return decrypted.ok ? keyIn(decrypted.text) : null;
}

test('from apply to a key in a comment, rotated, revoked: each secret is nowhere but in the account', async () => {
  expect(await command('apply --yes')).toMatchObject({ code: 0 });
  const env = workflow();
  const first = await command('keys sync --issue --yes', { env, apart: true });
  expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/^::stop-commands::[\w-]+\n$/) });
  expect(first.stdout).toContain("- Ada O'Neill (ada): created a key, delivered to\n  https://");
  const comments = repository().comments.map(({ body }) => body);
  expect(comments.length).toBe(2);
  const { ada, bo, zoe } = account();
  expect([ada.length, zoe.length, bo.length]).toEqual([1, 1, 0]);
  expect(await opened(comments[1] ?? '', ZOE)).toEqual({ id: zoe[0]?.id, secret: zoe[0]?.secret });
  expect(await opened(comments[1] ?? '', ADA)).toBeNull();
  expect(await command('keys sync --issue --yes', { env })).toMatchObject({ code: 0 });
  expect(repository().comments.length).toBe(2);

  // The rest at a terminal, with what shows most.
  const debug = { MTURK_TEAM_DEBUG: '1', NODE_DEBUG: 'http,https,stream' };
  const later = '2027-06-01';
  expect(await command('keys sync --yes --out keys', { today: later, env: debug, apart: true })).toMatchObject({
    code: 0,
  });
  const files = filesBelow(join(place().directory, 'keys'));
  expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  expect(await command('keys', { today: later })).toMatchObject({ code: 0 });
  expect(await command('keys --json', { today: later })).toMatchObject({ code: 0 });
  expect(await command('keys create zoe --yes --json --out keys', { today: '2027-06-03' })).toMatchObject({ code: 0 });
  expect(await command('keys revoke zoe --yes --json', { today: '2027-06-03' })).toMatchObject({ code: 0 });
  expect(account().zoe.map(({ status }) => status)).toEqual(['Inactive']);
  expect(await command('drift --report report.json', { today: '2027-06-03' })).toMatchObject({ code: 2 });
  expect(await command('apply --yes', { today: '2027-06-03' })).toMatchObject({ code: 0 });

  expect(secrets.size).toBeGreaterThanOrEqual(5);
  const all = everything();
  expect([...secrets].filter((secret) => all.includes(secret))).toEqual([]);
  // What a workflow prints and posts has no key ids either.
  const posted = [first.stdout, first.stderr, JSON.stringify(server().requests), ...comments].join('\n');
  expect(posted).not.toMatch(/AKIA[A-Z2-7]{16}/);
});

test('a key without a delivery fails the job after a day, with the command that replaces it', async () => {
  const env = workflow();
  // The comment fails, and so does everything after it: as if the runner had died.
  await command('keys sync --issue --yes --json', { env });
  const [lost] = repository().comments.splice(0, 1);
  expect(lost?.body).toContain('perception-lab-ada');
  expect(await command('keys sync --issue --yes', { env })).toMatchObject({ code: 0 });
  const failed = await command('keys sync --issue --yes', { env, today: '2026-11-27' });
  expect(failed).toMatchObject({ code: 1, stdout: 'No step is due.\n' });
  expect(failed.stderr).toContain('error[keys-not-delivered]: 1 access key was never delivered');
  expect(failed.stderr).toContain('\n    mturk-team keys create ada\n');
  expect(readFileSync(join(place().directory, 'output'), 'utf8')).toMatch(/failure-reason<<end-.+\nkeys-failed\n/);
  // At a terminal, the comments are not known.
  const noted = await command('keys sync --yes', { today: '2026-11-27' });
  expect(noted).toMatchObject({ code: 0, stdout: expect.stringContaining('mturk-team keys create ada') });
  expect(await command('keys create ada --yes', { today: '2026-11-27' })).toMatchObject({ code: 0 });
  // The marker of a file is read by the workflow, too.
  expect(await command('keys sync --issue --yes', { env, today: '2026-11-29' })).toMatchObject({ code: 0 });
  expect(account().ada.length).toBe(1);
});

test('a comment with the token of a person counts for the workflow, too', async () => {
  repository().tokens.set('ada-token', { login: 'adaoneill', kind: 'user', grants: { issues: 'write' } });
  const { GITHUB_API_URL = '', GITHUB_REPOSITORY = '' } = server().environment();
  const env = { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN: 'ada-token' };
  expect(await command('keys sync --issue --yes', { env })).toMatchObject({ code: 0 });
  expect(repository().comments.map(({ author }) => author)).toEqual(['adaoneill', 'adaoneill']);
  expect(await command('keys sync --issue --yes', { env: workflow(), today: '2026-11-27' })).toMatchObject({ code: 0 });
  const asAnotherPerson = { ...env, GITHUB_ACTIONS: 'true' };
  expect(await command('keys create zoe --issue --yes', { env: asAnotherPerson, today: '2026-11-27' })).toMatchObject({
    code: 0,
  });
  // Without the marker, the comment of a person is planted as far as a workflow knows.
  const failed = await command('keys sync --issue --yes', { env: workflow(), today: '2026-11-29' });
  expect(failed.stderr).toContain('mturk-team keys create zoe');
});

test('nothing is done without an answer, without a record, or while an apply has not ended', async () => {
  rmSync(join(place().directory, '.mturk-team'), { recursive: true });
  const noUser = { code: 1, stderr: expect.stringContaining('error[no-user-of-member]') };
  expect(await command('keys revoke bo --yes')).toMatchObject(noUser);
  expect(await command('offboard bo --now --yes')).toMatchObject(noUser);
  expect((await command('keys sync --yes')).stderr).toContain('error[no-apply-record]');
  await command('apply --yes');
  const asked = await command('keys sync');
  expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-confirmed]') });
  expect(asked.stderr).toContain("- Ada O'Neill (ada): create a key\n");
  stored('apply-record.json', (record: { team: object; begun: object[] }) => {
    record.begun = [record.team];
  });
  expect((await command('keys sync --yes')).stderr).toContain('error[apply-unfinished]');
  expect((await command('keys create ada --yes')).stderr).toContain('error[apply-unfinished]');
  expect(account().ada).toEqual([]);
});

test('the applied team decides, not the file', async () => {
  place().write('team.yaml', team(', suspended: true'));
  await command('apply --yes');
  place().write('team.yaml', team());
  expect(await command('keys sync --yes')).toMatchObject({ code: 0 });
  expect(account().zoe).toEqual([]);
  const refused = await command('keys create zoe --yes');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('the member is suspended') });
});

test('keys are deactivated at once, and deleted once none is wanted', async () => {
  await command('keys sync --yes');
  expect((await command('keys revoke zoe --yes --key AKIANONE')).stderr).toContain('error[unknown-access-key]');
  expect((await command('keys revoke zoe --yes --delete')).stderr).toContain('error[keys-still-wanted]');
  expect(await command('keys revoke zoe --yes')).toMatchObject({
    code: 0,
    stdout: 'Deactivated 1 key of perception-lab-zoe.\n',
  });
  expect(await command('keys revoke zoe --yes')).toMatchObject({ stdout: 'No such key is left: nothing to do.\n' });
  // Sync activates none, and adds none.
  const synced = await command('keys sync --yes');
  expect(synced).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^No step is due\.\n[\s\S]*keys create zoe\.\n$/),
  });
  const shown = await command('keys');
  expect(shown.stdout).toContain('every key is inactive');
  expect(shown.stdout).toContain('mturk-team keys create zoe');
  place().write('team.yaml', team(', keys: 0'));
  await command('apply --yes');
  expect(await command('keys revoke zoe --yes --delete')).toMatchObject({
    stdout: 'Deleted 1 key of perception-lab-zoe.\n',
  });
  expect(account().zoe).toEqual([]);
});

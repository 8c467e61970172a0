import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { IAMClient } from '@aws-sdk/client-iam';
import { resetEmulator } from '../../src/emulator/reset-emulator.ts';
import { callIam, iamOf, type Key, openAccount, outcome } from './clients.ts';

/** As long as the emulator's own. */
const TOKEN = 'x'.repeat(24);
const SCRIPT = new URL('./host-process.ts', import.meta.url).pathname;

interface Hosting {
  readonly child: ChildProcess;
  readonly endpoint: string;
  readonly rootCredentials: Key;
}

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
}

async function host(dir: string, kind: 'server' | 'command'): Promise<Hosting> {
  const child = start(dir, kind);
  const line = await new Promise<string>((resolve) => child.stdout!.once('data', (data) => resolve(String(data))));
  return { child, ...JSON.parse(line) };
}

function end(child: ChildProcess, how: 'kill' | 'close'): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (how === 'kill') child.kill('SIGKILL');
  else child.stdin!.write('end\n');
  return ended;
}

async function userNames(iam: IAMClient): Promise<string[]> {
  const { Users } = await callIam(iam, 'ListUsers', { MaxItems: 1_000 });
  return (Users as { UserName: string }[]).map(({ UserName }) => UserName);
}

describe('the account of a directory', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'emulator-host-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  test('is there again, keys, secrets and all, when it is opened again', async () => {
    const first = await openAccount({ dir });
    const iam = iamOf(first);
    await callIam(iam, 'CreateUser', { UserName: 'ada', Path: '/x/', Tags: [{ Key: 'k', Value: 'v' }] });
    await callIam(iam, 'CreateAccessKey', { UserName: 'ada' });
    const details = await callIam(iam, 'GetAccountAuthorizationDetails');
    await first.close();
    const second = await openAccount({ dir, accountId: '999999999999' });
    expect(second.rootCredentials).toEqual(first.rootCredentials);
    expect(second.accountId).toBe('123456789012');
    const again = await callIam(iamOf(second), 'GetAccountAuthorizationDetails');
    expect({ ...again, $metadata: 0 }).toEqual({ ...details, $metadata: 0 });
    await second.close();
  });

  test('nothing that was answered is lost when its process is killed', async () => {
    const hosting = await host(dir, 'command');
    const iam = iamOf(hosting);
    const answered: string[] = [];
    let running = true;
    const callers = [1, 2, 3].map(async (caller) => {
      for (let index = 0; running; index += 1) {
        const UserName = `u-${caller}-${index}`;
        if ((await outcome(callIam(iam, 'CreateUser', { UserName }))) === 'answered') answered.push(UserName);
        else return;
      }
    });
    while (answered.length < 60) await new Promise((resolve) => setTimeout(resolve, 5));
    await end(hosting.child, 'kill');
    running = false;
    await Promise.all(callers);
    const after = await openAccount({ dir });
    const names = new Set(await userNames(iamOf(after)));
    expect(answered.filter((name) => !names.has(name))).toEqual([]);
    expect(names.size - answered.length).toBeLessThanOrEqual(3);
    await after.close();
  });

  test('a journal whose last line is torn is read up to it', async () => {
    const first = await openAccount({ dir });
    await first.close();
    const call = {
      now: '2026-11-25T12:00:00Z',
      caller: { kind: 'root', accessKeyId: first.rootCredentials.accessKeyId },
    };
    const entry = { sequence: 1_000, action: 'CreateUser', params: { UserName: 'ada' }, call };
    writeFileSync(join(dir, 'account.journal'), `${JSON.stringify(entry)}\n${JSON.stringify(entry).slice(0, 50)}`);
    const second = await openAccount({ dir });
    expect(await userNames(iamOf(second))).toEqual(['ada']);
    await second.close();
  });

  test('a torn line that stands alone costs nothing that is answered after it', async () => {
    await (await openAccount({ dir })).close();
    writeFileSync(join(dir, 'account.journal'), '{"sequence":1,"action":"Cre');
    const second = await openAccount({ dir });
    await callIam(iamOf(second), 'CreateUser', { UserName: 'ada' });
    // As a process that is killed now would leave it.
    const [account, journal] = ['account.json', 'account.journal'].map((name) => readFileSync(join(dir, name), 'utf8'));
    await second.close();
    writeFileSync(join(dir, 'account.json'), account ?? '');
    writeFileSync(join(dir, 'account.journal'), journal ?? '');
    const third = await openAccount({ dir });
    expect(await userNames(iamOf(third))).toEqual(['ada']);
    await third.close();
  });

  test('what is in the snapshot already is not carried out twice', async () => {
    const first = await openAccount({ dir });
    await callIam(iamOf(first), 'CreateUser', { UserName: 'ada' });
    const journal = readFileSync(join(dir, 'account.journal'), 'utf8');
    expect(journal).toContain('CreateUser');
    await first.close();
    expect(readFileSync(join(dir, 'account.journal'), 'utf8')).toBe('');
    writeFileSync(join(dir, 'account.journal'), journal);
    const second = await openAccount({ dir });
    expect(await userNames(iamOf(second))).toEqual(['ada']);
    await second.close();
  });

  test('hosted by a server, is worked with through it', async () => {
    const hosting = await host(dir, 'server');
    const connected = await openAccount({ dir });
    expect(connected).toMatchObject({
      connected: true,
      endpoint: hosting.endpoint,
      rootCredentials: hosting.rootCredentials,
    });
    await callIam(iamOf(connected), 'CreateUser', { UserName: 'ada' });
    const state = connected.engineEnv('team').TF_HTTP_ADDRESS!;
    expect((await fetch(state, { method: 'LOCK', body: '{"ID":"one"}' })).status).toBe(200);
    const other = await openAccount({ dir });
    expect(
      (await fetch(other.engineEnv('team').TF_HTTP_ADDRESS!, { method: 'LOCK', body: '{"ID":"two"}' })).status,
    ).toBe(423);
    await connected.close();
    expect(
      (await fetch(other.engineEnv('team').TF_HTTP_ADDRESS!, { method: 'LOCK', body: '{"ID":"two"}' })).status,
    ).toBe(200);
    await other.close();
    expect(await resetEmulator(dir)).toMatchObject({ failure: { args: { pid: hosting.child.pid } } });
    await end(hosting.child, 'close');
    expect(existsSync(join(dir, 'emulator.lock'))).toBe(false);
  });

  test('of a server that was killed, is taken over', async () => {
    const hosting = await host(dir, 'server');
    await end(hosting.child, 'kill');
    expect(existsSync(join(dir, 'emulator.lock'))).toBe(true);
    const next = await openAccount({ dir });
    expect(next.connected).toBe(false);
    await next.close();
  });

  test('of a process that lives but no longer listens, is taken over', async () => {
    const gone = { pid: process.pid, kind: 'command', endpoint: 'http://127.0.0.1:1', token: TOKEN };
    writeFileSync(join(dir, 'emulator.lock'), JSON.stringify(gone));
    const next = await openAccount({ dir });
    expect(next.connected).toBe(false);
    await next.close();
  });

  test.each(['no JSON', 'null', '5'])('is taken over if a commit left %s in the place of its record', async (text) => {
    writeFileSync(join(dir, 'emulator.lock'), text);
    writeFileSync(join(dir, 'emulator.lock.removing'), text);
    const next = await openAccount({ dir });
    expect(next.connected).toBe(false);
    await next.close();
  });

  test.each([
    ['/any/path?x=', TOKEN],
    ['', '../any/path?'],
  ])('is taken over without a request to an address %s, token %s, that a commit chose', async (path, token) => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    writeFileSync(join(dir, 'emulator.lock'), JSON.stringify({ pid: process.pid, kind: 'server', endpoint, token }));
    const next = await openAccount({ dir, waitMs: 0 });
    expect([next.connected, asked]).toEqual([false, []]);
    await next.close();
    server.close();
  });

  test.each([
    '.',
    'state',
    'account.json',
    'account.json.new',
    'account.journal',
    'cloudtrail-events',
    'state/team.tfstate.backup',
  ])('is not opened with a link in the place of %s, which every write would follow', async (name) => {
    const elsewhere = join(dir, 'elsewhere');
    mkdirSync(join(elsewhere, 'state'), { recursive: true });
    writeFileSync(join(elsewhere, 'mine'), 'mine');
    const opened = join(dir, 'opened');
    const link = join(opened, name);
    mkdirSync(dirname(link), { recursive: true });
    const isFile = name.includes('account') || name.includes('events') || name.includes('tfstate');
    symlinkSync(isFile ? join(elsewhere, 'mine') : elsewhere, link);
    const refused = await openAccount({ dir: opened }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ failure: { code: 'file-not-writable', args: { file: link } } });
    expect(readFileSync(join(elsewhere, 'mine'), 'utf8')).toBe('mine');
    expect(readdirSync(elsewhere).sort()).toEqual(['mine', 'state']);
  });

  test('hosted by another command, is waited for, and then refused with a reason', async () => {
    const hosting = await host(dir, 'command');
    const refused = await openAccount({ dir, waitMs: 200 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ failure: { code: 'emulator-busy', args: { dir, pid: hosting.child.pid } } });
    const waiting = openAccount({ dir, waitMs: 10_000 });
    await end(hosting.child, 'close');
    const opened = await waiting;
    expect(opened.connected).toBe(false);
    await opened.close();
  });

  test('wanted by three processes at once, belongs to one after the other', async () => {
    const names = ['a', 'b', 'c'];
    const exits = names.map((name) => new Promise((resolve) => start(dir, 'command', name).once('exit', resolve)));
    expect(await Promise.all(exits)).toEqual([0, 0, 0]);
    const after = await openAccount({ dir });
    expect(await userNames(iamOf(after))).toEqual(names);
    await after.close();
  });

  test('is reset: its own files go, others stay', async () => {
    const emulator = await openAccount({ dir });
    await fetch(emulator.engineEnv('team').TF_HTTP_ADDRESS!, { method: 'POST', body: '{}' });
    await emulator.close();
    writeFileSync(join(dir, 'thesis.txt'), 'mine');
    writeFileSync(join(dir, 'state/notes.txt'), 'mine');
    const elsewhere = mkdtempSync(join(tmpdir(), 'emulator-host-'));
    for (const lab of [dir, join(dir, 'two'), elsewhere]) {
      mkdirSync(join(lab, 'keys'), { recursive: true });
      for (const file of ['record.json', 'keys/AKIA1.json']) writeFileSync(join(lab, file), '{}');
    }
    // As a commit can bring them.
    mkdirSync(join(dir, 'three'));
    symlinkSync(elsewhere, join(dir, 'link'));
    symlinkSync(join(elsewhere, 'keys'), join(dir, 'three/keys'));
    const link = join(elsewhere, 'link');
    symlinkSync(dir, link);
    expect(await resetEmulator(link, ['record.json'])).toMatchObject({ failure: { code: 'file-not-writable' } });
    rmSync(link);
    expect(await resetEmulator(dir, ['record.json', 'keys/'])).toMatchObject({ ok: true });
    expect(readdirSync(dir).sort()).toEqual(['link', 'state', 'thesis.txt', 'three']);
    expect(readdirSync(elsewhere, { recursive: true }).sort()).toEqual(['keys', 'keys/AKIA1.json', 'record.json']);
    rmSync(elsewhere, { recursive: true });
    expect(readdirSync(join(dir, 'state'))).toEqual(['notes.txt']);
  });

  test('is reset where no account is: files with the names of records stay', async () => {
    const place = join(dir, 'other');
    mkdirSync(join(place, 'keys'), { recursive: true });
    for (const file of ['record.json', 'keys/AKIA1.json']) writeFileSync(join(place, file), 'mine');
    expect(await resetEmulator(place, ['record.json', 'keys/'])).toEqual({ ok: true, value: [] });
    expect(readdirSync(place).sort()).toEqual(['keys', 'record.json']);
  });

  test('is reset where there is nothing', async () => {
    expect(await resetEmulator(join(dir, 'nowhere'))).toEqual({ ok: true, value: [] });
  });
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { emulatorReset, emulatorStart } from '../../src/cli/commands/emulator.ts';
import type { ErrorJson } from '../../src/text/problem.ts';
import { undocumented } from '../support/json-page.ts';
import { callIam, outcome } from './clients.ts';

function memoryTerminal() {
  const terminal = {
    out: '',
    err: '',
    isTerminal: false,
    color: false,
    width: 100,
    failures: [] as ErrorJson[],
    confirm: async () => false,
    onError: (error: ErrorJson) => {
      terminal.failures.push(error);
    },
    stdout: (text: string) => {
      terminal.out += text;
    },
    stderr: (text: string) => {
      terminal.err += text;
    },
  };
  return terminal;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('emulator start and reset', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'emulator-command-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  test('what start prints lets an SDK work with the account; it ends with 0, and reset forgets it', async () => {
    const io = memoryTerminal();
    const stop = new AbortController();
    const exit = emulatorStart({ dir, accountId: '123456789012', teamFile: 'none', port: 0, until: stop.signal }, io);
    await until(() => io.out !== '');
    const exported = Object.fromEntries(
      io.out
        .trim()
        .split('\n')
        .map((line) => /^export (\w+)=([A-Za-z0-9/+:.-]+)$/.exec(line)!.slice(1) as [string, string]),
    );
    expect(Object.keys(exported)).toEqual([
      'AWS_ENDPOINT_URL',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_EC2_METADATA_DISABLED',
    ]);
    const before = { ...process.env };
    Object.assign(process.env, exported);
    const iam = new IAMClient({});
    expect(await outcome(callIam(iam, 'CreateUser', { UserName: 'ada' }))).toBe('answered');
    process.env = before;
    expect(io.err).toContain(exported.AWS_ENDPOINT_URL);

    const busy = memoryTerminal();
    expect(await emulatorReset({ dir, yes: true }, busy)).toBe(1);
    expect(busy.failures).toMatchObject([{ code: 'emulator-busy', args: { dir, pid: process.pid } }]);
    const second = memoryTerminal();
    expect(await emulatorStart({ dir, accountId: '123456789012', teamFile: 'none', port: 0 }, second)).toBe(1);
    expect(second.failures).toEqual(busy.failures);

    stop.abort();
    expect(await exit).toBe(0);
    const reset = memoryTerminal();
    expect(await emulatorReset({ dir }, reset)).toBe(1);
    expect(reset.failures).toMatchObject([{ code: 'not-confirmed' }]);
    expect(existsSync(dir)).toBe(true);
    expect(await emulatorReset({ dir, yes: true }, reset)).toBe(0);
    expect(reset.err).toContain(`Deleted the account in ${dir} (3 files).\n`);
    expect(existsSync(dir)).toBe(false);
  });

  test('a port that cannot be had is said to be so', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const io = memoryTerminal();
    expect(await emulatorStart({ dir, accountId: '123456789012', teamFile: 'none', port }, io)).toBe(1);
    expect(io.failures).toMatchObject([{ code: 'emulator-not-started', args: { dir, port } }]);
    taken.close();
  });

  test('an account that cannot be read is said to be so, with the way out', async () => {
    writeFileSync(join(dir, 'account.json'), 'no JSON');
    const io = memoryTerminal();
    expect(await emulatorStart({ dir, accountId: '123456789012', teamFile: 'none', port: 0 }, io)).toBe(1);
    expect(io.failures).toMatchObject([{ code: 'emulator-unreadable', args: { dir } }]);
    expect(existsSync(join(dir, 'emulator.lock'))).toBe(false);
  });

  test('an account of team.yaml is taken, and a stored one of another account is refused with the way out', async () => {
    const before = process.cwd();
    const elsewhere = join(dir, 'lab');
    mkdirSync(elsewhere);
    writeFileSync(
      join(elsewhere, 'team.yaml'),
      readFileSync('team.yaml', 'utf8').replace('123456789012', '210987654321'),
    );
    const start = async (accountId: string | null) => {
      const io = memoryTerminal();
      const stop = new AbortController();
      const exit = emulatorStart(
        { dir: 'emulator', accountId, teamFile: 'team.yaml', port: 0, until: stop.signal, json: true },
        io,
      );
      await until(() => io.out !== '' || io.failures.length > 0);
      stop.abort();
      return { code: await exit, io };
    };
    try {
      process.chdir(elsewhere);
      const first = await start(null);
      expect(first.code).toBe(0);
      expect(undocumented('emulator start', JSON.parse(first.io.out))).toEqual([]);
      expect(JSON.parse(first.io.out)).toMatchObject({ version: 1, account: '210987654321', dir: 'emulator' });
      const other = await start('123456789012');
      expect(other.code).toBe(1);
      expect(other.io.failures).toMatchObject([
        { code: 'emulator-other-account', paste: ['mturk-team emulator reset emulator'] },
      ]);
      writeFileSync('team.yaml', 'no: team');
      expect((await start(null)).io.err).toContain('team.yaml has errors, so its account is not used.');
    } finally {
      process.chdir(before);
    }
  });

  test('a directory that cannot be written is no damaged account, and cannot be reset', async () => {
    writeFileSync(join(dir, 'file'), '');
    const started = memoryTerminal();
    expect(await emulatorStart({ dir: join(dir, 'file'), accountId: null, teamFile: 'none', port: 0 }, started)).toBe(
      1,
    );
    expect(started.failures).toMatchObject([
      { code: 'emulator-not-started', help: 'use a directory that can be written' },
    ]);
    mkdirSync(join(dir, 'account.journal'));
    const held = memoryTerminal();
    expect(await emulatorStart({ dir, accountId: null, teamFile: 'none', port: 0 }, held)).toBe(1);
    expect(held.failures).toMatchObject([{ code: 'emulator-not-started', reason: expect.stringContaining('EISDIR') }]);
    rmSync(join(dir, 'account.journal'), { recursive: true });
    writeFileSync(join(dir, 'state'), '');
    const reset = memoryTerminal();
    expect(await emulatorReset({ dir, yes: true }, reset)).toBe(1);
    expect(reset.failures).toMatchObject([{ code: 'file-not-writable' }]);
  });
});

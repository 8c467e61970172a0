import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { emulatorReset, emulatorStart } from '../../src/cli/session/emulator.ts';
import type { Failure } from '../../src/diagnostics/failure.ts';
import { callIam, outcome } from './clients.ts';

function memoryTerminal() {
  const terminal = {
    out: '',
    err: '',
    isTerminal: false,
    color: false,
    width: 100,
    failures: [] as Failure[],
    confirm: async () => false,
    onFailure: (failure: Failure) => {
      terminal.failures.push(failure);
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
    const exit = emulatorStart({ dir, accountId: '123456789012', port: 0, until: stop.signal }, io);
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
    expect(await emulatorReset({ dir }, busy)).toBe(1);
    expect(busy.failures).toEqual([{ code: 'emulator-busy', args: { dir, pid: process.pid } }]);
    const second = memoryTerminal();
    expect(await emulatorStart({ dir, accountId: '123456789012', port: 0 }, second)).toBe(1);
    expect(second.failures).toEqual(busy.failures);

    stop.abort();
    expect(await exit).toBe(0);
    const reset = memoryTerminal();
    expect(await emulatorReset({ dir }, reset)).toBe(0);
    expect(reset.err).toBe(`Deleted the account in ${dir} (3 files).\n`);
    expect(existsSync(dir)).toBe(false);
  });

  test('a port that cannot be had is said to be so', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const io = memoryTerminal();
    expect(await emulatorStart({ dir, accountId: '123456789012', port }, io)).toBe(1);
    expect(io.failures).toMatchObject([{ code: 'emulator-not-started', args: { dir, port } }]);
    taken.close();
  });

  test('an account that cannot be read is said to be so, with the way out', async () => {
    writeFileSync(join(dir, 'account.json'), 'no JSON');
    const io = memoryTerminal();
    expect(await emulatorStart({ dir, accountId: '123456789012', port: 0 }, io)).toBe(1);
    expect(io.failures).toMatchObject([{ code: 'emulator-unreadable', args: { dir } }]);
    expect(existsSync(join(dir, 'emulator.lock'))).toBe(false);
  });
});

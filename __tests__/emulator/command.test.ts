import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { emulatorReset, emulatorStart } from '../../src/cli/commands/emulator.ts';
import { callIam, outcome } from './clients.ts';

function memoryIo() {
  const io = {
    out: '',
    err: '',
    stdout: (text: string) => {
      io.out += text;
    },
    stderr: (text: string) => {
      io.err += text;
    },
  };
  return io;
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
    const io = memoryIo();
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
    expect(io.err).toContain('AWS account 123456789012 answers at http://127.0.0.1:');

    const busy = memoryIo();
    expect(await emulatorReset({ dir }, busy)).toBe(1);
    expect(busy.err).toContain(`Process ${process.pid} has the account in ${dir} open.`);
    const second = memoryIo();
    expect(await emulatorStart({ dir, accountId: '123456789012', port: 0 }, second)).toBe(1);
    expect(second.err).toBe(busy.err);

    stop.abort();
    expect(await exit).toBe(0);
    const reset = memoryIo();
    expect(await emulatorReset({ dir }, reset)).toBe(0);
    expect(reset.err).toBe(`Deleted the account in ${dir} and its states (3 files).\n`);
    expect(existsSync(dir)).toBe(false);
  });

  test('a port that cannot be had is said to be so', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const io = memoryIo();
    expect(await emulatorStart({ dir, accountId: '123456789012', port }, io)).toBe(1);
    expect(io.err).toContain(`on port ${port} cannot be served: listen EADDRINUSE`);
    taken.close();
  });

  test('an account that cannot be read is said to be so, with the way out', async () => {
    writeFileSync(join(dir, 'account.json'), 'no JSON');
    const io = memoryIo();
    expect(await emulatorStart({ dir, accountId: '123456789012', port: 0 }, io)).toBe(1);
    expect(io.err).toContain(`The account in ${dir} cannot be opened:`);
    expect(io.err).toContain(`mturk-team emulator reset ${dir}`);
    expect(existsSync(join(dir, 'emulator.lock'))).toBe(false);
  });
});

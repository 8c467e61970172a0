import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { openAccount } from './clients.ts';

const lock = (id: string): string => JSON.stringify({ ID: id, Operation: 'OperationTypeApply', Who: 'ada@desk' });

describe('the state of a stack', () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await openAccount();
  });
  afterEach(() => emulator.close());

  const address = (stack = 'team'): string => emulator.engineEnv(stack).TF_HTTP_ADDRESS!;
  const ask = async (method: string, url: string, body?: string, headers?: Record<string, string>): Promise<string> => {
    const response = await fetch(url, {
      method,
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
    return `${response.status} ${await response.text()}`.trim();
  };
  const withId = (url: string, id: string): string => `${url}&ID=${id}`;

  test('is none, is written, read and deleted', async () => {
    expect(await ask('GET', address())).toBe('404');
    expect(await ask('POST', address(), '{"serial":1}')).toBe('200');
    expect(await ask('GET', address())).toBe('200 {"serial":1}');
    expect(await ask('GET', address('bootstrap'))).toBe('404');
    expect(await ask('DELETE', address())).toBe('200');
    expect(await ask('GET', address())).toBe('404');
  });

  testInTurn(2)('may be larger than any team makes it', async () => {
    const state = JSON.stringify({ serial: 1, padding: 'x'.repeat(100_000_000) });
    expect(await ask('POST', address(), state)).toBe('200');
    expect(await ask('GET', address())).toBe(`200 ${state}`);
  });

  test('is locked for others, which learn who has the lock', async () => {
    expect(await ask('LOCK', address(), lock('one'))).toBe('200');
    expect(await ask('LOCK', address(), lock('two'))).toBe(`423 ${lock('one')}`);
    expect(await ask('POST', withId(address(), 'two'), '{}')).toBe(`423 ${lock('one')}`);
    expect(await ask('POST', address(), '{}')).toBe(`423 ${lock('one')}`);
    expect(await ask('DELETE', address())).toBe(`423 ${lock('one')}`);
    expect(await ask('POST', withId(address(), 'one'), '{}')).toBe('200');
    expect(await ask('UNLOCK', address(), lock('two'))).toBe(`423 ${lock('one')}`);
    expect(await ask('UNLOCK', address(), lock('one'))).toBe('200');
    expect(await ask('LOCK', address(), lock('two'))).toBe('200');
    expect(await ask('LOCK', address('bootstrap'), lock('three'))).toBe('200');
  });

  test('a lock is taken away by force', async () => {
    await ask('LOCK', address(), lock('one'));
    expect(await ask('UNLOCK', address())).toBe('200');
    expect(await ask('LOCK', address(), lock('two'))).toBe('200');
  });

  test('locks that a killed engine left are given up when its run has ended', async () => {
    const killed = address();
    await ask('LOCK', killed, lock('one'));
    await emulator.releaseLocks();
    expect(await ask('LOCK', address(), lock('two'))).toBe('200');
    // An engine of the run that ended must not write over what came after it.
    expect(await ask('POST', withId(killed, 'one'), '{"late":true}')).toBe(`423 ${lock('two')}`);
    await ask('UNLOCK', address(), lock('two'));
    expect(await ask('POST', withId(killed, 'one'), '{"late":true}')).toMatch(/^409/);
    expect(await ask('GET', address())).toBe('404');
  });

  test('a lock of another run that lives is respected, and given up when its process has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const foreign = address().replace(/pid=\d+&run=\w+/, `pid=${child.pid}&run=other`);
    await ask('LOCK', foreign, lock('one'));
    await emulator.releaseLocks();
    expect(await ask('LOCK', address(), lock('two'))).toBe(`423 ${lock('one')}`);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(await ask('LOCK', address(), lock('two'))).toBe('200');
  });

  test('is not found without the token, nor under a name that is no stack', async () => {
    await ask('POST', address(), '{"serial":1}');
    expect(await ask('GET', address().replace(/state\/[^/]+/, 'state/guess'))).toBe('404');
    expect(await ask('POST', address('..%2faccount'), '{}')).toBe('404');
    expect(await ask('POST', address('.hidden'), '{}')).toBe('404');
  });

  test('that arrives damaged is not taken', async () => {
    const right = createHash('md5').update('{"serial":2}').digest('base64');
    expect(await ask('POST', address(), '{"serial":2}', { 'content-md5': right })).toBe('200');
    expect(await ask('POST', address(), '{"serial":3', { 'content-md5': right })).toMatch(/^400/);
    expect(await ask('GET', address())).toBe('200 {"serial":2}');
  });

  test('is kept with the one before', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'emulator-state-'));
    const kept = await openAccount({ dir });
    const url = kept.engineEnv('team').TF_HTTP_ADDRESS!;
    await ask('POST', url, '{"serial":1}');
    await ask('POST', url, '{"serial":2}');
    await kept.close();
    expect(readFileSync(join(dir, 'state/team.tfstate'), 'utf8')).toBe('{"serial":2}');
    expect(readFileSync(join(dir, 'state/team.tfstate.backup'), 'utf8')).toBe('{"serial":1}');
    const again = await openAccount({ dir });
    expect(await ask('GET', again.engineEnv('team').TF_HTTP_ADDRESS!)).toBe('200 {"serial":2}');
    await again.close();
    rmSync(dir, { recursive: true });
  });
});

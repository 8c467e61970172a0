import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import { isHosting } from '../../src/emulator/host-lock.ts';
import { startProvider } from '../../src/emulator/provider/provider.ts';
import { openAccount } from '../emulator/clients.ts';

// The account's HTTP server asks for a signature or a token; the provider behind it has the root's key and asks for nothing.
const onWindows = process.platform === 'win32';
(onWindows ? test.skip : test)('no other user of the machine can connect to the provider', async () => {
  const credentials = { accessKeyId: 'AKIAX', secretAccessKey: 'x' };
  const provider = await startProvider({ endpoint: 'http://127.0.0.1:9', credentials, region: 'us-east-1' });
  const addresses = Object.values(provider.reattach) as { Addr: { Network: string; String: string } }[];
  const found = addresses.map(({ Addr: { Network, String: path } }) => [
    Network,
    statSync(path, { throwIfNoEntry: false })?.isSocket(),
    (statSync(dirname(path), { throwIfNoEntry: false })?.mode ?? 0) & 0o777,
  ]);
  await provider.close();
  expect(found).toEqual([
    ['unix', true, 0o700],
    ['unix', true, 0o700],
  ]);
  expect(addresses.map(({ Addr }) => existsSync(dirname(Addr.String)))).toEqual([false, false]);
});

test('a host file that came with a repository cannot send commands to another machine', async () => {
  let asked = 0;
  const server = createServer((_, answer) => {
    asked += 1;
    answer.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const token = 'x'.repeat(24);
  const isHost = (endpoint: string) => isHosting({ pid: process.pid, kind: 'server', token, endpoint });
  // Stands for the other machine: only its name differs.
  const elsewhere = [`http://localhost:${port}`, `http://127.0.0.1:1@localhost:${port}`, 'elsewhere'];
  const answers = [];
  for (const endpoint of elsewhere) answers.push([await isHost(endpoint), asked]);
  const here = await isHost(`http://127.0.0.1:${port}`);
  server.close();
  expect({ answers, here }).toEqual({ answers: elsewhere.map(() => [false, 0]), here: true });
});

test('the emulator answers on 127.0.0.1 alone', async () => {
  const emulator = await openAccount();
  const { port } = new URL(emulator.endpoint);
  const answers = (host: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host, port: Number(port), timeout: 1_000 });
      for (const event of ['error', 'timeout']) socket.once(event, () => resolve(false));
      socket.once('connect', () => resolve(true)).once('connect', () => socket.destroy());
    });
  const outside = Object.values(networkInterfaces()).flatMap((each = []) => each.filter(({ internal }) => !internal));
  // On Linux, every address of 127.0.0.0/8 is this machine.
  const others = [...outside.map(({ address }) => address), ...(process.platform === 'linux' ? ['127.0.0.2'] : [])];
  const found = await Promise.all(['127.0.0.1', ...others].map(answers));
  await emulator.close();
  expect(found).toEqual([true, ...others.map(() => false)]);
});

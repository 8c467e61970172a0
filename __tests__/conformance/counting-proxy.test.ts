import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startCountingProxy } from '../../conformance/counting-proxy.ts';

let account: Server;
let target: string;

beforeEach(async () => {
  account = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const failed = body.includes('DeleteUser');
    response.writeHead(failed ? 409 : 200, { 'x-host': request.headers.host ?? '' }).end(`answer to ${body}`);
  });
  await new Promise<void>((resolve) => account.listen(0, '127.0.0.1', resolve));
  target = `http://127.0.0.1:${(account.address() as AddressInfo).port}`;
});

afterEach(() => new Promise<void>((resolve) => void account.close(() => resolve())));

test('a call waits for who watches it, and is kept with its method, path and status', async () => {
  let goOn = (): void => {};
  const allowed = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const seen: string[] = [];
  const proxy = await startCountingProxy(target, {
    onCall: () => allowed,
    onAnswer: ({ method, path, status }) => seen.push(`${method} ${path} ${status}`),
  });
  const asked = fetch(`${proxy.endpoint}/bucket/key?x-id=PutObject`, { method: 'PUT', body: 'Action=GetUser' });
  expect(await Promise.race([asked, new Promise((resolve) => setImmediate(() => resolve('waits')))])).toBe('waits');
  goOn();
  expect((await asked).status).toBe(200);
  expect(seen).toEqual(['PUT /bucket/key?x-id=PutObject 200']);
  // Only a POST names an action in its body.
  expect(proxy.take()).toEqual({ '(other)': 1 });
  await proxy.stop();
});

test('calls are counted by action, refused ones too, and passed on unchanged', async () => {
  const proxy = await startCountingProxy(target);
  const call = (body: string) => fetch(proxy.endpoint, { method: 'POST', body });
  const first = await call('Action=GetUser&UserName=bo');
  expect(await first.text()).toBe('answer to Action=GetUser&UserName=bo');
  // The signature of a call covers the host that the caller named.
  expect(`http://${first.headers.get('x-host')}`).toBe(proxy.endpoint);
  await call('Action=GetUser&UserName=cy');
  expect((await call('Action=DeleteUser&UserName=cy')).status).toBe(409);
  await call('{}');
  expect(proxy.take()).toEqual({ '(other)': 1, DeleteUser: 1, GetUser: 2 });
  expect(proxy.take()).toEqual({});
  await proxy.stop();
  await expect(fetch(proxy.endpoint)).rejects.toThrow();
});

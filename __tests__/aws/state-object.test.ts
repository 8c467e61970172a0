import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ObjectChanged, readStateObject, writeStateObject } from '../../src/aws/state-object.ts';

const OBJECT = {
  ...{ bucket: 'lab.state', region: 'eu-central-1', account: '123456789012' },
  key: 'mturk-team/apply-record.json',
};
const PATH = '/lab.state/mturk-team/apply-record.json';

interface Stored {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

const stored = new Map<string, Stored>();
let answer: { readonly status: number; readonly code: string } | null = null;
let server: Server;
const before = { ...process.env };

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const error = (status: number, code: string) =>
      response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (answer !== null) error(answer.status, answer.code);
      else if (request.method === 'PUT') {
        stored.set(path, { body: Buffer.concat(chunks).toString('utf8'), headers: request.headers });
        response.writeHead(200, { etag: '"2"' }).end();
      } else if (stored.has(path)) response.writeHead(200, { etag: '"2"' }).end(stored.get(path)?.body);
      else error(404, 'NoSuchKey');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_MAX_ATTEMPTS: '1',
  });
});

afterAll(async () => {
  process.env = before;
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  stored.clear();
  answer = null;
});

test('an object that does not exist is null', async () => {
  expect(await readStateObject(OBJECT)).toBeNull();
});

test('what was written is read, encrypted and signed for the region of the bucket, whose owner is named', async () => {
  expect(await writeStateObject(OBJECT, '{"name":"Nguyễn"}\n', null)).toBe('"2"');
  expect(await readStateObject(OBJECT)).toEqual({ text: '{"name":"Nguyễn"}\n', etag: '"2"' });
  const headers: IncomingHttpHeaders = stored.get(PATH)?.headers ?? {};
  expect(headers['x-amz-server-side-encryption']).toBe('AES256');
  expect(headers.authorization).toContain('/eu-central-1/s3/aws4_request');
  expect(headers['x-amz-expected-bucket-owner']).toBe('123456789012');
});

test('a write replaces the version that was read, or none', async () => {
  const conditions = () => {
    const { 'if-match': match = null, 'if-none-match': none = null } = stored.get(PATH)?.headers ?? {};
    return { match, none };
  };
  await writeStateObject(OBJECT, '{}', null);
  expect(conditions()).toEqual({ match: null, none: '*' });
  await writeStateObject(OBJECT, '{}', '"1"');
  expect(conditions()).toEqual({ match: '"1"', none: null });
  for (const [status, code] of [
    [412, 'PreconditionFailed'],
    [404, 'NoSuchKey'],
    [409, 'ConditionalRequestConflict'],
  ] as const) {
    answer = { status, code };
    await expect(writeStateObject(OBJECT, '{}', '"1"')).rejects.toBeInstanceOf(ObjectChanged);
  }
});

test.each([
  [403, 'AccessDenied'],
  [404, 'NoSuchBucket'],
])('status %i %s is an error, not a missing object', async (status, code) => {
  answer = { status, code };
  await expect(readStateObject(OBJECT)).rejects.toMatchObject({ name: code });
  await expect(writeStateObject(OBJECT, '{}', null)).rejects.toMatchObject({ name: code });
});

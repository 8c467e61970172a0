import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WireAnswer } from './service.ts';
import type { SignedRequest } from './signature.ts';

export interface HttpServer {
  /** `http://127.0.0.1:34567` */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Answers a request; null ends the connection without an answer. */
export type Answering = (request: SignedRequest, sourceIp: string) => Promise<WireAnswer | null>;

/** Listens on a free port of 127.0.0.1 (or the one given) and on nothing else. */
export async function serve(answering: Answering, port = 0): Promise<HttpServer> {
  const server = createServer((request, response) => {
    answer(answering, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  // Engines keep connections open for as long as they run; a closed idle one would look to them like a lost answer.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(answering: Answering, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const address = new URL(request.url ?? '/', 'http://127.0.0.1');
  const result = await answering(
    {
      method: request.method ?? 'GET',
      path: address.pathname,
      query: address.searchParams,
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(await request.toArray()),
    },
    (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
  );
  if (result === null) {
    request.socket.destroy();
    return;
  }
  response.writeHead(result.status, {
    ...result.headers,
    'content-type': result.contentType,
    'content-length': Buffer.byteLength(result.body),
    ...(result.requestId === undefined ? {} : { 'x-amzn-requestid': result.requestId }),
  });
  response.end(result.body);
}

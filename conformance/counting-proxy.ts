import { createServer, request as forward, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer, request as forwardOverTls } from 'node:https';

/** How often each IAM or STS action was called. */
export type Calls = Readonly<Record<string, number>>;

/** A call in the order of events: two calls overlap where one was sent before the other was answered. */
export interface SentCall {
  readonly action: string;
  /** The call's parameters. */
  readonly parameters: URLSearchParams;
  readonly method: string;
  /** With the query, as it was sent. */
  readonly path: string;
  /** Number of the event, counted over all calls. */
  readonly sent: number;
  /** Infinite until it was answered. */
  answered: number;
  /** Null until it was answered. */
  status: number | null;
}

export interface CountingProxy {
  /** `http://127.0.0.1:<port>`, or `https:` as its target. */
  readonly endpoint: string;
  /** The calls since the last time this was asked, by action, sorted. */
  take(): Calls;
  /** The calls since the last time this was asked, in the order in which they were sent. */
  takeSequence(): readonly SentCall[];
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** PEM: the proxy speaks TLS, and so does its target, both with this certificate. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Is waited for before a call is passed on. */
  readonly onCall?: (call: SentCall) => Promise<void> | void;
  readonly onAnswer?: (call: SentCall) => void;
}

/**
 * Stands in front of an account and counts what is asked of it, so that the same instrument measures every account.
 * It changes nothing on the way: the signature covers the Host header, so that is forwarded too.
 */
export async function startCountingProxy(target: string, options: ProxyOptions = {}): Promise<CountingProxy> {
  const { tls, onCall, onAnswer } = options;
  const { hostname, port } = new URL(target);
  let counts = new Map<string, number>();
  let sequence: SentCall[] = [];
  let events = 0;
  const passOn: RequestListener = async (incoming, outgoing) => {
    const body = await readBody(incoming);
    const { method = '', url: path = '', headers } = incoming;
    const parameters = new URLSearchParams(method === 'POST' ? body.toString('utf8') : '');
    // The Query protocol names the action in its form body; anything else is no IAM or STS call.
    const action = parameters.get('Action') ?? '(other)';
    const call: SentCall = {
      ...{ action, parameters, method, path },
      ...{ sent: events++, answered: Number.POSITIVE_INFINITY, status: null },
    };
    sequence.push(call);
    counts.set(action, (counts.get(action) ?? 0) + 1);
    await onCall?.(call);
    const to = { hostname, port, method, path, headers };
    const onward = tls === undefined ? forward(to) : forwardOverTls({ ...to, ca: tls.certificate });
    onward.on('response', (answer) => {
      call.answered = events++;
      call.status = answer.statusCode ?? null;
      onAnswer?.(call);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    onward.end(body);
  };
  const server =
    tls === undefined ? createServer(passOn) : createTlsServer({ cert: tls.certificate, key: tls.key }, passOn);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${own}`,
    take: () => {
      const taken = Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
      counts = new Map();
      return taken;
    },
    takeSequence: () => {
      const taken = sequence;
      sequence = [];
      return taken;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

import { createServer, request as forward, type IncomingMessage } from 'node:http';

/** How often each IAM or STS action was called. */
export type Calls = Readonly<Record<string, number>>;

/** A call in the order of events: two calls overlap where one was sent before the other was answered. */
export interface SentCall {
  readonly action: string;
  /** The call's parameters. */
  readonly parameters: URLSearchParams;
  /** Number of the event, counted over all calls. */
  readonly sent: number;
  /** Infinite until it was answered. */
  answered: number;
}

export interface CountingProxy {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** The calls since the last time this was asked, by action, sorted. */
  take(): Calls;
  /** The calls since the last time this was asked, in the order in which they were sent. */
  takeSequence(): readonly SentCall[];
  stop(): Promise<void>;
}

/**
 * Stands in front of an account and counts what is asked of it, so that the same instrument measures every account.
 * It changes nothing on the way: the signature covers the Host header, so that is forwarded too.
 */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  let counts = new Map<string, number>();
  let sequence: SentCall[] = [];
  let events = 0;
  const server = createServer(async (incoming, outgoing) => {
    const body = await readBody(incoming);
    const parameters = new URLSearchParams(body.toString('utf8'));
    // The Query protocol names the action in its form body; anything else is no IAM or STS call.
    const action = parameters.get('Action') ?? '(other)';
    const call: SentCall = { action, parameters, sent: events++, answered: Number.POSITIVE_INFINITY };
    sequence.push(call);
    counts.set(action, (counts.get(action) ?? 0) + 1);
    const onward = forward(
      { hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        call.answered = events++;
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${own}`,
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

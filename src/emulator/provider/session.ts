import { setImmediate } from 'node:timers/promises';
import { GetUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsCallError } from './aws-calls.ts';

export interface SessionOptions {
  readonly endpoint: string;
  readonly stsEndpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly maxAttempts: number;
  /** Tags that every resource gets besides its own (`default_tags`). */
  readonly defaultTags: Readonly<Record<string, string>>;
}

type Paginate<Input, Page> = (
  config: { readonly client: IAMClient },
  input: Input,
  options: unknown,
) => AsyncIterable<Page>;

/** What a resource type calls IAM with. Every call ends when the engine is gone. */
export interface Caller {
  readonly send: IAMClient['send'];
  /** Everything that a paged listing holds. */
  list<Input, Page, Item>(
    paginate: Paginate<Input, Page>,
    input: Input,
    itemsOf: (page: Page) => readonly Item[] | undefined,
  ): Promise<Item[]>;
  readonly defaultTags: Readonly<Record<string, string>>;
}

export interface Session {
  caller(signal: AbortSignal): Caller;
  /**
   * The account that the credentials belong to, learnt as the real provider learns it: from STS while it checks the
   * credentials, and from IAM where that check is skipped.
   */
  accountId(signal: AbortSignal, checkCredentials: boolean): Promise<string>;
  close(): void;
}

/** What the AWS provider says of itself: by it CloudTrail's events tell an apply from what was done by hand. */
const USER_AGENT: [string, string][] = [
  ['APN', '1.0'],
  ['HashiCorp', '1.0'],
  ['terraform-provider-aws', '6.25.0'],
];

/** Opens clients for IAM and STS. No call is made. */
function openSession(options: SessionOptions): Session {
  const { region, credentials, maxAttempts, defaultTags } = options;
  const retryStrategy = steadyRetries(maxAttempts);
  const shared = { region, credentials, maxAttempts, retryStrategy, customUserAgent: USER_AGENT };
  const iam = new IAMClient({ ...shared, endpoint: options.endpoint });
  const sts = new STSClient({ ...shared, endpoint: options.stsEndpoint });
  iam.middlewareStack.add(operationInErrors('IAM'), { step: 'initialize', name: 'operationInErrors' });
  sts.middlewareStack.add(operationInErrors('STS'), { step: 'initialize', name: 'operationInErrors' });
  iam.middlewareStack.add(
    (next) => async (args) => {
      // A killed engine's connection is closed by the kernel, which this process learns only when its event loop comes
      // around. Without the turn, a call could still be made for an engine that is known to be dead.
      await setImmediate();
      return next(args);
    },
    // After the retries, so that each attempt waits.
    { step: 'finalizeRequest', priority: 'low', name: 'noticeTheEngineHasGone' },
  );
  return {
    caller: (abortSignal) => ({
      send: ((command: GetUserCommand) => iam.send(command, { abortSignal })) as IAMClient['send'],
      async list(paginate, input, itemsOf) {
        const items = [];
        for await (const page of paginate({ client: iam }, input, { abortSignal }))
          items.push(...(itemsOf(page) ?? []));
        return items;
      },
      defaultTags,
    }),
    async accountId(abortSignal, checkCredentials) {
      if (checkCredentials) {
        const identity = await sts.send(new GetCallerIdentityCommand({}), { abortSignal });
        return identity.Account ?? '';
      }
      const { User: user } = await iam.send(new GetUserCommand({}), { abortSignal });
      return user?.Arn?.split(':')[4] ?? '';
    },
    close() {
      iam.destroy();
      sts.destroy();
    },
  };
}

function operationInErrors(service: string) {
  return <Args, Output>(next: (args: Args) => Promise<Output>, { commandName }: { readonly commandName?: string }) =>
    async (args: Args): Promise<Output> => {
      try {
        return await next(args);
      } catch (error) {
        throw new AwsCallError(service, (commandName ?? '').replace(/Command$/, ''), error);
      }
    };
}

/** Opens one session for all engines with the same settings, so that they share its connections. */
export function poolSessions(): { open(options: SessionOptions): Session; closeAll(): void } {
  const sessions = new Map<string, Session>();
  return {
    open(options) {
      const key = JSON.stringify(options);
      const session = sessions.get(key) ?? openSession(options);
      sessions.set(key, session);
      return session;
    },
    closeAll() {
      for (const session of sessions.values()) session.close();
      sessions.clear();
    },
  };
}

const SHORTEST_MS = 40;
const SHORTEST_WHEN_THROTTLED_MS = 150;
const LONGEST_MS = 4_000;

/**
 * How often a call is repeated: up to a number of attempts, with growing random pauses. The SDK's own strategy also keeps
 * a budget over all calls, which a long throttling exhausts. The real provider switches that budget off, and so do we.
 */
export function steadyRetries(maxAttempts: number, random: () => number = Math.random) {
  const attempt = (count: number, delay: number) => ({ getRetryCount: () => count, getRetryDelay: () => delay });
  return {
    acquireInitialRetryToken: async () => attempt(0, 0),
    async refreshRetryTokenForRetry(
      last: { getRetryCount(): number },
      { errorType, error }: { readonly errorType: string; readonly error?: unknown },
    ) {
      const count = last.getRetryCount() + 1;
      if (count >= maxAttempts || errorType === 'CLIENT_ERROR') throw error ?? new Error('no attempt is left');
      const shortest = errorType === 'THROTTLING' ? SHORTEST_WHEN_THROTTLED_MS : SHORTEST_MS;
      return attempt(count, Math.min(LONGEST_MS, shortest * 2 ** (count - 1)) * (0.5 + random() / 2));
    },
    recordSuccess() {},
  };
}

interface Attempt {
  getRetryCount(): number;
  /** Milliseconds to wait before the attempt. */
  getRetryDelay(): number;
}

interface Failure {
  readonly errorType: string;
  readonly error?: unknown;
}

const SHORTEST_MS = 40;
const SHORTEST_WHEN_THROTTLED_MS = 150;
const LONGEST_MS = 4_000;

/**
 * How often a call is repeated: up to a number of attempts, with growing random pauses. The SDK's own strategy also
 * keeps a budget over all calls, which a long throttling exhausts: then it gives up at once. The real provider
 * switches that budget off, and so do we.
 */
export function steadyRetries(maxAttempts: number, random: () => number = Math.random) {
  return {
    async acquireInitialRetryToken(): Promise<Attempt> {
      return attempt(0, 0);
    },
    async refreshRetryTokenForRetry(last: Attempt, failure: Failure): Promise<Attempt> {
      const count = last.getRetryCount() + 1;
      if (count >= maxAttempts || failure.errorType === 'CLIENT_ERROR') {
        throw failure.error ?? new Error('no attempt is left');
      }
      const shortest = failure.errorType === 'THROTTLING' ? SHORTEST_WHEN_THROTTLED_MS : SHORTEST_MS;
      return attempt(count, Math.min(LONGEST_MS, shortest * 2 ** (count - 1)) * (0.5 + random() / 2));
    },
    recordSuccess() {},
  };
}

function attempt(count: number, delay: number): Attempt {
  return { getRetryCount: () => count, getRetryDelay: () => delay };
}

import { type AwsError, otherError, serviceFailure, throttling } from '../account/aws-error.ts';

/** What may be made to go wrong, as it does with AWS. Everything left out never goes wrong. */
export interface Faults {
  /** The share of calls that is answered `Throttling`, 0 to 1. */
  readonly throttleShare?: number;
  /** How many of the first attempts of each distinct call are answered `Throttling`. */
  readonly throttleFirst?: number;
  /** The share of calls that is answered 500 without having been carried out, 0 to 1. */
  readonly errorShare?: number;
  /** The share of calls that is carried out and answered 500 all the same, 0 to 1. */
  readonly errorAfterShare?: number;
  /** The number of the one call that fails for good, counted from 1 since the faults were set. */
  readonly failCall?: number;
  /** Milliseconds that every call waits before it is carried out. */
  readonly delayMs?: number;
  /** What the random faults start from: the same number gives the same faults. */
  readonly seed?: number;
}

export type FaultPlan = ReturnType<typeof planFaults>;

/** Decides, call by call, what goes wrong. */
export function planFaults(faults: Faults) {
  const random = randomNumbers(faults.seed ?? 1);
  const attempts = new Map<string, number>();
  let calls = 0;
  const happens = (share: number | undefined): boolean => share !== undefined && share > 0 && random() < share;
  return {
    faults,
    before(action: string, identity: string): AwsError | null {
      calls += 1;
      if (calls === faults.failCall) {
        return otherError('InvalidInput', 400, `The emulator is configured to fail call ${calls} (${action}).`);
      }
      const attempt = (attempts.get(identity) ?? 0) + 1;
      if (faults.throttleFirst !== undefined) {
        attempts.set(identity, attempt);
        if (attempt <= faults.throttleFirst) return throttling();
        attempts.delete(identity);
      }
      if (happens(faults.throttleShare)) return throttling();
      return happens(faults.errorShare) ? serviceFailure() : null;
    },
    after: (): AwsError | null => (happens(faults.errorAfterShare) ? serviceFailure() : null),
  };
}

/** Numbers from 0 to 1 out of a seed (mulberry32, a public-domain generator). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

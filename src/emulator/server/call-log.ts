/** One call as the account saw it. */
export interface LoggedCall {
  /** Number of the call, from 1. */
  readonly index: number;
  /** Signing name of the service: `iam`. */
  readonly service: string;
  readonly action: string;
  /** ARN of the caller, null if the caller could not be identified. */
  readonly principal: string | null;
  /** AWS's code of the refusal, null where the call was carried out. */
  readonly error: string | null;
}

/** How often each action was called, refused calls included. */
export function countByAction(calls: readonly LoggedCall[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { action } of calls) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

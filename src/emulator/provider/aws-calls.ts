import { setTimeout } from 'node:timers/promises';

/** An AWS call that was answered with an error, or that could not be made. */
export class AwsCallError extends Error {
  /** AWS's code, `EntityAlreadyExists`; the JavaScript error's name where the service did not answer. */
  readonly code: string;

  constructor(service: string, operation: string, cause: unknown) {
    const { code, words } = describe(cause);
    super(`operation error ${service}: ${operation}, ${words}`, { cause });
    this.name = 'AwsCallError';
    this.code = code;
  }
}

/** Whether AWS answered with this code, whatever `doing` said of it. */
function isAwsError(error: unknown, code: string): boolean {
  if (error instanceof AwsCallError) return error.code === code;
  return error instanceof Error && isAwsError(error.cause, code);
}

/** AWS's answer for a user, group or policy that does not exist. */
function isMissing(error: unknown): boolean {
  return isAwsError(error, 'NoSuchEntity');
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describe(cause: unknown): { readonly code: string; readonly words: string } {
  // An answer that is no XML at all makes the SDK add advice for programmers, which is left out.
  const [message = ''] = messageOf(cause).split('\n');
  if (!(cause instanceof Error)) return { code: 'Unknown', words: message };
  // The SDK names the exception's class; the code that the service sent has no suffix.
  const code = cause.name.replace(/Exception$/, '');
  const metadata = '$metadata' in cause && typeof cause.$metadata === 'object' ? cause.$metadata : null;
  const { httpStatusCode: status, requestId }: { httpStatusCode?: number; requestId?: string } = metadata ?? {};
  if (status === undefined) return { code, words: message === '' ? code : message };
  const answer = `https response error StatusCode: ${status}, RequestID: ${requestId ?? ''}`;
  return { code, words: `${answer}, ${code}: ${message}` };
}

/** Runs a step and, where it fails, says what was being done: `creating IAM User (x): operation error IAM: ...`. */
export async function doing<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

const ATTEMPTS = 8;
const PAUSE_MS = 100;

/** Repeats a call about something that was just created while AWS does not know it yet: at most about 3 seconds. */
export function untilFound<T>(call: () => Promise<T>): Promise<T> {
  return repeatWhile(isMissing, call);
}

/** Repeats a call that met another change of the same object at the same moment. */
export function despiteConcurrency<T>(call: () => Promise<T>): Promise<T> {
  return repeatWhile((error) => isAwsError(error, 'ConcurrentModification'), call);
}

/** Makes a call whose object may be gone already; the result is then undefined. */
export async function ifPresent<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function repeatWhile<T>(repeatable: (error: unknown) => boolean, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt === ATTEMPTS || !repeatable(error)) throw error;
      await setTimeout(PAUSE_MS * attempt);
    }
  }
}

import { isAwsError, isMissing } from './aws-calls.ts';

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
      await pause(PAUSE_MS * attempt);
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

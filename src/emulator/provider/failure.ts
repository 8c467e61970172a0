import { messageOf } from './aws-error.ts';

/** Runs a step and, where it fails, says what was being done: `creating IAM User (x): operation error IAM: ...`. */
export async function doing<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

import type { IAMClient } from '@aws-sdk/client-iam';
import { type Failure, fail } from '../diagnostics/failure.ts';
import { awsFailure, isMissing } from './aws-errors.ts';
import type { NotChecked } from './inventory/types.ts';

/** The result of reading from AWS: a value, or why it could not be checked. */
export type ReadResult<Value> =
  | { readonly state: 'read'; readonly value: Value }
  | { readonly state: 'not-checked'; readonly notChecked: NotChecked };

/** A `ReadResult` of something that may not exist. */
export type OptionalReadResult<Value> = ReadResult<Value> | { readonly state: 'missing' };

/** A part of a list as IAM gives it. */
interface Page {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

type Send = IAMClient['send'];

/** An answer that came without an error and is none all the same, as of something in between that speaks for AWS. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/** Reads from an account, counts the calls, and returns errors of AWS as values. */
export interface IamReader {
  /** Calls so far; what the SDK repeats by itself is counted once. */
  readonly calls: number;
  readonly send: Send;
  /** `what` is what could not be looked at if AWS does not tell. Throws what is no answer of AWS. */
  read<Value>(what: string, read: () => Promise<Value>): Promise<ReadResult<Value>>;
  /** As `ask`, where "no such entity" is an answer. */
  readOptional<Value>(what: string, read: () => Promise<Value>): Promise<OptionalReadResult<Value>>;
}

export function iamReader(client: Pick<IAMClient, 'send'>): IamReader {
  let calls = 0;
  const ask: IamReader['read'] = async (what, read) => {
    try {
      return { state: 'read', value: await read() };
    } catch (error) {
      const failure = error instanceof UnreadableAnswer ? unreadable(error) : awsFailure(error);
      if (failure === null) throw error;
      return { state: 'not-checked', notChecked: { what, failure } };
    }
  };
  return {
    get calls() {
      return calls;
    },
    // The overloads of `send` are the client's; here it is only counted.
    send: ((...args: Parameters<Send>) => {
      calls += 1;
      return client.send(...args);
    }) as Send,
    read: ask,
    async readOptional<Value>(what: string, read: () => Promise<Value>): Promise<OptionalReadResult<Value>> {
      try {
        return { state: 'read', value: await read() };
      } catch (error) {
        return isMissing(error) ? { state: 'missing' } : ask(what, () => Promise.reject(error));
      }
    },
  };
}

function unreadable({ message }: UnreadableAnswer): Failure {
  return fail('aws-unavailable', { reason: message, progress: null }).failure;
}

/** All of a list, page after page. A page may be short, or empty, and not be the last. */
export async function everyPage<Answer extends Page>(
  read: (marker: string | undefined) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const pages: Answer[] = [];
  let marker: string | undefined;
  do {
    const page = await read(marker);
    pages.push(page);
    const next = page.IsTruncated === true ? page.Marker : undefined;
    if (next !== undefined && next === marker) throw new UnreadableAnswer('a page of the answer leads to itself');
    marker = next;
  } while (marker !== undefined);
  return pages;
}

/** Whole seconds, as IAM keeps them; other endpoints add fractions in some of their answers and not in others. */
export function isoOf(date: Date | undefined): string {
  return date === undefined ? '' : `${date.toISOString().slice(0, 19)}Z`;
}

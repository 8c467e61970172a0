import type { Account, CallContext } from './account.ts';
import { type AwsError, isAwsError, validationError } from './aws-error.ts';
import { constraint, type Params, text } from './params.ts';

/** A value of an answer; what is null or undefined is left out of it. */
export type ReplyValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly ReplyValue[]
  | { readonly [key: string]: ReplyValue };

export type Reply = { readonly [key: string]: ReplyValue };

/** Reads from a call what an operation needs: a checked text, the user that it names. */
export type Reader<T> = (account: Account, params: Params, call: CallContext) => T | AwsError;

/** Carries a call out. It changes the account only where it answers without an error. */
export type Run = Reader<Reply>;

interface Asked {
  readonly account: Account;
  readonly params: Params;
  readonly call: CallContext;
}

/** An operation whose arguments are read in this order; the first error is the answer. */
export function operation<Args extends Readonly<Record<string, unknown>>>(
  readers: { readonly [Name in keyof Args]: Reader<Args[Name]> },
  run: (args: Args & Asked) => Reply | AwsError,
): Run {
  return (account, params, call) => {
    const args: Record<string, unknown> = {};
    for (const [name, reader] of Object.entries<Reader<unknown>>(readers)) {
      const value = reader(account, params, call);
      if (isAwsError(value)) return value;
      args[name] = value;
    }
    return run({ ...(args as Args), account, params, call });
  };
}

interface Page<T> {
  readonly items: readonly T[];
  /** What goes into the answer beside the items. */
  readonly rest: { readonly IsTruncated: boolean; readonly Marker?: string };
}

/**
 * One page of a list, 100 items unless MaxItems (1 to 1,000) says otherwise. The marker holds the key of the last item
 * and not a count, so that what is deleted between two pages hides nothing.
 */
export function page<T>(params: Params, all: Iterable<T>, keyOf: (item: T) => string): Page<T> | AwsError {
  const size = Number(text(params, 'MaxItems') ?? 100);
  if (!Number.isInteger(size) || size < 1)
    return constraint('maxItems', 'Member must have value greater than or equal to 1');
  if (size > 1000) return constraint('maxItems', 'Member must have value less than or equal to 1000');
  const marker = text(params, 'Marker');
  if (marker !== null && !marker.startsWith('m1:')) return validationError('Invalid Marker.');
  const after = marker === null ? null : Buffer.from(marker.slice(3), 'base64url').toString();
  const keyed = Array.from(all, (item) => ({ key: keyOf(item), item }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const left = after === null ? keyed : keyed.filter(({ key }) => key > after);
  const items = left.slice(0, size);
  const last = items.at(-1);
  const isMore = last !== undefined && items.length < left.length;
  return {
    items: items.map(({ item }) => item),
    rest: isMore
      ? { IsTruncated: true, Marker: `m1:${Buffer.from(last.key).toString('base64url')}` }
      : { IsTruncated: false },
  };
}

/** The answer of a list operation whose items stand under one name. */
export function pageReply<T>(
  params: Params,
  name: string,
  all: Iterable<T>,
  keyOf: (item: T) => string,
  replyOf: (item: T) => ReplyValue,
): Reply | AwsError {
  const found = page(params, all, keyOf);
  return isAwsError(found) ? found : { [name]: found.items.map(replyOf), ...found.rest };
}

/** The order in which IAM lists what has a name. */
export const byName = ({ name }: { readonly name: string }): string => name.toLowerCase();

/** Those under the path that a list operation asks for. */
export function underPath<T extends { readonly path: string }>(params: Params, all: Iterable<T>): T[] {
  const prefix = text(params, 'PathPrefix') ?? '/';
  return [...all].filter(({ path }) => path.startsWith(prefix));
}

import type { Account, CallContext } from './account.ts';
import type { AwsError } from './aws-error.ts';
import type { Params } from './params.ts';

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

/** Carries a call out. It changes the account only where it answers without an error. */
export type Run = (account: Account, params: Params, call: CallContext) => Reply | AwsError;

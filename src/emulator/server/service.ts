import type { RequestContext } from '../../iam/pattern.ts';
import type { Account, CallContext } from '../account/account.ts';
import type { AwsError } from '../account/aws-error.ts';
import type { SignedRequest } from './signature.ts';

/** A call that was read but not yet carried out. */
export interface ServiceCall {
  /** `GetUser` */
  readonly action: string;
  readonly params: unknown;
  /** Whether it changes the account, so that it must be remembered. */
  readonly writes: boolean;
  /** Whether the caller may; null where they may. */
  authorize(account: Account, call: CallContext, context: RequestContext): AwsError | null;
  run(account: Account, call: CallContext): Readonly<Record<string, unknown>> | AwsError;
}

/** One of AWS's services on the wire: how its calls are read and its answers written. */
export interface Service {
  /** `iam` */
  readonly name: string;
  read(request: SignedRequest): ServiceCall | AwsError;
  answer(action: string, body: Readonly<Record<string, unknown>>, requestId: string): WireAnswer;
  refuse(error: AwsError, requestId: string): WireAnswer;
}

export interface WireAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** What AWS calls the request in its header; missing where the answer is not AWS's. */
  readonly requestId?: string;
}

/** An answer of the host's own, beside AWS's services. */
export function plainAnswer(status: number, body = ''): WireAnswer {
  return { status, contentType: 'text/plain', body };
}

import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { awsFailure } from './aws-errors.ts';

export interface Caller {
  /** 12 digits. */
  readonly account: string;
  readonly arn: string;
}

/** Asks AWS whose credentials these are, and refuses every account but the team's before anything else is asked. */
export async function checkCaller(sts: Pick<STSClient, 'send'>, account: string): Promise<Result<Caller>> {
  try {
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    const actual = identity.Account ?? null;
    if (actual !== account) return fail('wrong-account', { expected: account, actual });
    return succeed({ account: actual, arn: identity.Arn ?? '' });
  } catch (error) {
    const failure = awsFailure(error);
    if (failure === null) throw error;
    return { ok: false, failure };
  }
}

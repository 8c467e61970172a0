import type { EngineFindingArgs } from '../../diagnostics/failure.ts';
import { again, type ProblemTable } from '../problem.ts';
import { codeText, t, trusted } from '../text.ts';

export type AwsFailureCode =
  | 'credentials-missing'
  | 'credentials-denied'
  | 'wrong-account'
  | 'throttled'
  | 'aws-unavailable'
  | 'network-failed';

/** Every failure of AWS and of the credentials for it. */
export const AWS_PROBLEMS: Pick<ProblemTable<EngineFindingArgs>, AwsFailureCode> = {
  'credentials-missing': () => ({
    summary: t`no AWS credentials found`,
    reason: null,
    help: t`run ${codeText('aws sso login')} or set ${codeText('AWS_PROFILE')}; to try without an account, add ${codeText('--emulator')}`,
  }),
  'credentials-denied': ({ progress }) => ({
    summary: t`AWS denied a request`,
    help: t`sign in again if the credentials have expired, or use credentials that allow it; then ${again(progress)}`,
  }),
  'wrong-account': ({ expected, actual }) => ({
    summary: t`the AWS credentials are of another account`,
    reason:
      actual === null
        ? null
        : t`they are of ${codeText(actual)}${expected === '' ? trusted('') : t`; ${codeText('team.yaml')} names ${codeText(expected)}`}`,
    help: t`use credentials of that account (${codeText('AWS_PROFILE')}), or correct ${codeText('account')} in ${codeText('team.yaml')}`,
  }),
  throttled: ({ progress }) => ({
    summary: t`AWS throttled the requests`,
    help: t`wait a minute, then ${again(progress)}; ${codeText('--parallelism 2')} sends fewer at a time`,
  }),
  'aws-unavailable': ({ progress }) => ({
    summary: t`AWS answered with an internal error`,
    help: t`wait a few minutes, then ${again(progress)}; AWS status: https://health.aws.amazon.com`,
  }),
  'network-failed': ({ progress }) => ({
    summary: t`no connection to AWS`,
    help: t`this is often transient: ${again(progress)}; if it stays, check network and proxy`,
  }),
};

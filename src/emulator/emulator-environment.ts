import type { HostedAccount } from './hosted-account.ts';
import type { RunningProvider } from './provider/provider.ts';
import { stateAddress } from './state-backend.ts';

/** IAM is global and signs for us-east-1, the only region of MTurk. */
export const EMULATOR_REGION = 'us-east-1';

/** The environment that makes an engine keep a stack's state at the account's host and change that account. */
export function engineEnvironment(
  endpoint: string,
  hosted: HostedAccount,
  provider: RunningProvider | null,
  stack: string,
  run: string,
): Record<string, string> {
  const state = stateAddress(endpoint, hosted.stateToken, stack, { pid: process.pid, run });
  return {
    ...(provider === null ? {} : { TF_REATTACH_PROVIDERS: JSON.stringify(provider.reattach) }),
    TF_HTTP_ADDRESS: state,
    TF_HTTP_UPDATE_METHOD: 'POST',
    TF_HTTP_LOCK_ADDRESS: state,
    TF_HTTP_LOCK_METHOD: 'LOCK',
    TF_HTTP_UNLOCK_ADDRESS: state,
    TF_HTTP_UNLOCK_METHOD: 'UNLOCK',
    ...awsEnvironment(endpoint, hosted.rootCredentials),
  };
}

/** What makes an AWS SDK or the AWS CLI work with the local AWS emulator. */
export function awsEnvironment(endpoint: string, key: HostedAccount['rootCredentials']): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: EMULATOR_REGION,
    AWS_DEFAULT_REGION: EMULATOR_REGION,
    // Nothing must look for other credentials when these are refused.
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

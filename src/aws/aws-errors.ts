import { type Failure, fail } from '../diagnostics/failure.ts';

const MISSING = ['CredentialsProviderError', 'NoCredentialProviders'];
const DENIED = [
  ...['AccessDenied', 'AccessDeniedException', 'InvalidClientTokenId', 'UnrecognizedClientException', 'ExpiredToken'],
  ...['ExpiredTokenException', 'SignatureDoesNotMatch', 'AuthFailure', 'IncompleteSignature', 'InvalidAccessKeyId'],
];
const THROTTLED = ['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException'];
const UNAVAILABLE = ['ServiceFailure', 'ServiceUnavailable', 'InternalFailure', 'InternalError'];
const NETWORK = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'TimeoutError',
  'NetworkingError',
];

/**
 * Why a call to AWS failed, as one reason out of the closed list; null for an error that is no answer of AWS and no
 * trouble on the way there, which is a mistake of ours.
 */
export function awsFailure(error: unknown): Failure | null {
  if (!(error instanceof Error)) return null;
  const names = [error.name, ...namesBelow(error)];
  const is = (list: readonly string[]): boolean => names.some((name) => list.includes(name));
  const reason = `${error.name}: ${error.message}`.replace(/\s+/g, ' ').trim();
  if (is(MISSING)) return fail('credentials-missing', { reason }).failure;
  if (is(DENIED)) return fail('credentials-denied', { reason, progress: null }).failure;
  if (is(THROTTLED)) return fail('throttled', { reason, progress: null }).failure;
  if (is(UNAVAILABLE)) return fail('aws-unavailable', { reason, progress: null }).failure;
  // The SDK wraps an error that is not its own realm's Error, and keeps the reason in the message alone.
  if (is(NETWORK) || NETWORK.some((code) => error.message.includes(` ${code} `)))
    return fail('network-failed', { reason, progress: null }).failure;
  // The SDK sets these for every answer of AWS, unknown error codes included.
  return '$fault' in error || '$metadata' in error ? fail('aws-unavailable', { reason, progress: null }).failure : null;
}

/** Whether that is how IAM says that there is no such thing (any more). */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && /^NoSuchEntity/.test(error.name);
}

/** Node hides the reason of a failed connection in `code`, and in the errors of each address that it tried. */
function namesBelow(error: Error): readonly string[] {
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown; cause?: unknown };
  const below = [...(Array.isArray(errors) ? errors : []), cause].filter(
    (each) => each instanceof Error && each !== error,
  );
  return [...(typeof code === 'string' ? [code] : []), ...below.flatMap((each) => [each.name, ...namesBelow(each)])];
}

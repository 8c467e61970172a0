import { type AwsError, otherError } from '../account/aws-error.ts';
import type { WireAnswer } from './service.ts';

export const JSON_1_1 = 'application/x-amz-json-1.1';

/** The parameters of a call in AWS's JSON protocol. */
export function readJson(body: Buffer): Readonly<Record<string, unknown>> | AwsError {
  try {
    const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // answered below
  }
  return otherError('SerializationException', 400, 'The request body is not a JSON object.');
}

/** JSON services spell the shared errors with a suffix, and answer 400 to what IAM answers 403. */
const JSON_CODES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  Throttling: 'ThrottlingException',
  ServiceFailure: 'ServiceFault',
};

/** The refusal of a call in AWS's JSON protocol; `more` are members that only one service has. */
export function refuseJson(
  error: AwsError,
  message = error.message,
  more: Readonly<Record<string, string>> = {},
): WireAnswer {
  const body = { __type: JSON_CODES[error.code] ?? error.code, Message: message, ...more };
  return { status: error.status >= 500 ? 500 : 400, contentType: JSON_1_1, body: JSON.stringify(body) };
}

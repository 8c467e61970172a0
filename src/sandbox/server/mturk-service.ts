import { actionOf, isOperation } from '../../mturk/operations.ts';
import { type AwsError, isAwsError, otherError } from '../account/aws-error.ts';
import { authorize } from './authorize.ts';
import { mturkReply } from './mturk-replies.ts';
import type { Service, ServiceCall } from './service.ts';
import type { SignedRequest } from './signature.ts';

const TARGET = 'MTurkRequesterServiceV20170117.';
const JSON_1_1 = 'application/x-amz-json-1.1';

/** MTurk's requester API, version 2017-01-17: nothing is ever published, the question is who may ask. */
export const MTURK_SERVICE: Service = {
  name: 'mturk-requester',
  read,
  answer: (_action, { body }) => ({ status: 200, contentType: JSON_1_1, body: JSON.stringify(body) }),
  refuse: (error) => ({ status: wireStatus(error), contentType: JSON_1_1, body: JSON.stringify(wireError(error)) }),
};

function read(request: SignedRequest): ServiceCall | AwsError {
  const target = request.headers['x-amz-target'] ?? '';
  const action = target.startsWith(TARGET) ? target.slice(TARGET.length) : '';
  if (!isOperation(action)) return otherError('UnknownOperationException', 400, `Unknown operation ${target}`);
  const params = readJson(request.body);
  if (isAwsError(params)) return params;
  return {
    action,
    params,
    authorize: (account, call, context) =>
      authorize(account, call.caller, { action: actionOf(action), resource: '*', context }),
    run: (account, call) => {
      const body = mturkReply(action, params, account, call);
      return isAwsError(body) ? body : { body, changed: false };
    },
  };
}

function readJson(body: Buffer): Readonly<Record<string, unknown>> | AwsError {
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

function wireStatus(error: AwsError): number {
  return error.status >= 500 ? 500 : 400;
}

function wireError(error: AwsError): Record<string, string> {
  const type = JSON_CODES[error.code] ?? error.code;
  const [code, message] = error.code === 'RequestError' ? splitTurkCode(error.message) : [null, error.message];
  return code === null ? { __type: type, Message: message } : { __type: type, Message: message, TurkErrorCode: code };
}

/** MTurk's own codes travel at the head of the message: `AWS.MechanicalTurk.HITDoesNotExist: Hit ... does not exist.` */
function splitTurkCode(message: string): [string | null, string] {
  const match = /^(AWS\.[A-Za-z.]+): ([\s\S]*)$/.exec(message);
  return match === null ? [null, message] : [match[1] ?? null, match[2] ?? ''];
}

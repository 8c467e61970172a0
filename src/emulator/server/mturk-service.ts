import { actionOf, isOperation } from '../../catalog/mturk.ts';
import { type AwsError, isAwsError, otherError } from '../account/aws-error.ts';
import { authorize } from './authorize.ts';
import { JSON_1_1, readJson, refuseJson } from './json-protocol.ts';
import { mturkReply } from './mturk-replies.ts';
import type { Service, ServiceCall, WireAnswer } from './service.ts';
import type { SignedRequest } from './signature.ts';

const TARGET = 'MTurkRequesterServiceV20170117.';

/** MTurk's requester API, version 2017-01-17: nothing is ever published, the question is who may ask. */
export const MTURK_SERVICE: Service = {
  name: 'mturk-requester',
  read,
  answer: (_action, { body }) => ({ status: 200, contentType: JSON_1_1, body: JSON.stringify(body) }),
  refuse,
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
    isTraced: false,
    authorize: (account, call, context) =>
      authorize(account, call.caller, { action: actionOf(action), resource: '*', context }),
    run: (account, call) => {
      const body = mturkReply(action, params, account, call);
      return isAwsError(body) ? body : { body, changed: false };
    },
  };
}

function refuse(error: AwsError): WireAnswer {
  const [code, message] = error.code === 'RequestError' ? splitTurkCode(error.message) : [null, error.message];
  return refuseJson(error, message, code === null ? {} : { TurkErrorCode: code });
}

/** MTurk's own codes travel at the head of the message: `AWS.MechanicalTurk.HITDoesNotExist: Hit ... does not exist.` */
function splitTurkCode(message: string): [string | null, string] {
  const match = /^(AWS\.[A-Za-z.]+): ([\s\S]*)$/.exec(message);
  return match === null ? [null, message] : [match[1] ?? null, match[2] ?? ''];
}

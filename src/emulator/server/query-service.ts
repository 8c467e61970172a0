import { rootArn } from '../account/arns.ts';
import { type AwsError, invalidAction, isAwsError } from '../account/aws-error.ts';
import { IAM_OPERATIONS } from '../account/operations.ts';
import type { Reply } from '../account/reply.ts';
import { authorize, callerArn } from './authorize.ts';
import { iamContext } from './context.ts';
import { readQuery } from './query.ts';
import type { Service, ServiceCall, ServiceReply, WireAnswer } from './service.ts';
import type { SignedRequest } from './signature.ts';
import { answerXml, errorXml } from './xml.ts';

const XML = 'text/xml; charset=utf-8';

/** IAM, API version 2010-05-08, in the Query protocol that every SDK speaks to it. */
export const IAM_SERVICE: Service = queryService('iam', 'https://iam.amazonaws.com/doc/2010-05-08/', readIamCall);

/** STS, API version 2011-06-15: who am I. */
export const STS_SERVICE: Service = queryService('sts', 'https://sts.amazonaws.com/doc/2011-06-15/', readStsCall);

function queryService(name: string, namespace: string, read: (form: string) => ServiceCall | AwsError): Service {
  return {
    name,
    read: (request) => read(formOf(request)),
    answer: (action, { body }, requestId): WireAnswer => ({
      status: 200,
      contentType: XML,
      body: answerXml(namespace, action, body as Reply, requestId),
    }),
    refuse: (error, requestId): WireAnswer => ({
      status: error.status,
      contentType: XML,
      body: errorXml(namespace, error, requestId),
    }),
  };
}

function formOf(request: SignedRequest): string {
  return request.method === 'GET' ? request.query.toString() : request.body.toString('utf8');
}

function readIamCall(form: string): ServiceCall | AwsError {
  const { action, params } = readQuery(form);
  const operation = IAM_OPERATIONS.get(action);
  if (operation === undefined) return invalidAction(action);
  return {
    action,
    params,
    // A report changes nothing that CloudTrail events are looked up for.
    isTraced: operation.writes && action !== 'GenerateCredentialReport',
    authorize(account, call, context) {
      const asked = { ...context, ...iamContext(account, action, params) };
      for (const resource of operation.resources(account, params, call)) {
        const denied = authorize(account, call.caller, { action: `iam:${action}`, resource, context: asked });
        if (denied !== null) return denied;
      }
      return null;
    },
    run(account, call): ServiceReply | AwsError {
      const body = operation.run(account, params, call);
      return isAwsError(body) ? body : { body, changed: operation.writes };
    },
  };
}

function readStsCall(form: string): ServiceCall | AwsError {
  const { action, params } = readQuery(form);
  if (action !== 'GetCallerIdentity') return invalidAction(action);
  return {
    action,
    params,
    isTraced: false,
    // AWS answers this one whatever the caller's policies say.
    authorize: () => null,
    run: (account, { caller }) => ({
      body: {
        Arn: caller.kind === 'root' ? rootArn(account.state) : callerArn(account, caller),
        UserId: caller.kind === 'root' ? account.state.accountId : caller.userId,
        Account: account.state.accountId,
      },
      changed: false,
    }),
  };
}

import { type AwsError, invalidAction } from '../account/aws-error.ts';
import type { Reply, ReplyValue } from '../account/operation.ts';
import { IAM_OPERATIONS } from '../account/operations.ts';
import type { Params, ParamValue } from '../account/params.ts';
import { authorize, callerArn, callerId, iamContext } from './authorize.ts';
import type { Service, ServiceCall } from './service.ts';
import { escaped, isList } from './xml.ts';

const XML = 'text/xml; charset=utf-8';

/** IAM, API version 2010-05-08, in the Query protocol that every SDK speaks to it. */
export const IAM_SERVICE = queryService('iam', 'https://iam.amazonaws.com/doc/2010-05-08/', readIamCall);

/** STS, API version 2011-06-15: who am I. AssumeRoleWithWebIdentity, which has no signature, is read elsewhere. */
export const STS_SERVICE = queryService('sts', 'https://sts.amazonaws.com/doc/2011-06-15/', readStsCall);

function queryService(
  name: string,
  namespace: string,
  read: (action: string, params: Params) => ServiceCall | AwsError,
): Service {
  return {
    name,
    read({ method, query, body }) {
      const { action, params } = readQuery(method === 'GET' ? query : new URLSearchParams(body.toString('utf8')));
      return read(action, params);
    },
    answer: (action, body, requestId) => ({
      status: 200,
      contentType: XML,
      body: answerXml(namespace, action, body as Reply, requestId),
    }),
    refuse: (error, requestId) => ({
      status: error.status,
      contentType: XML,
      body: errorXml(namespace, error, requestId),
    }),
  };
}

function readIamCall(action: string, params: Params): ServiceCall | AwsError {
  const operation = IAM_OPERATIONS.get(action);
  if (operation === undefined) return invalidAction(action);
  return {
    action,
    params,
    writes: operation.writes,
    authorize(account, call, context) {
      const asked = { ...context, ...iamContext(account, action, params) };
      for (const resource of operation.resources(account, params, call)) {
        const denied = authorize(account, call.caller, { action: `iam:${action}`, resource, context: asked });
        if (denied !== null) return denied;
      }
      return null;
    },
    run: (account, call) => operation.run(account, params, call),
  };
}

function readStsCall(action: string, params: Params): ServiceCall | AwsError {
  if (action !== 'GetCallerIdentity') return invalidAction(action);
  return {
    action,
    params,
    writes: false,
    // AWS answers this one whatever the caller's policies say.
    authorize: () => null,
    run: (account, { caller }) => ({
      Arn: callerArn(account, caller),
      UserId: callerId(account, caller),
      Account: account.state.accountId,
    }),
  };
}

interface Branch {
  [key: string]: string | Branch;
}

/** A call in AWS's Query protocol: the action and its parameters, `Tags.member.1.Key` made into lists and structures. */
export function readQuery(form: URLSearchParams): { readonly action: string; readonly params: Params } {
  const tree: Branch = Object.create(null);
  let action = '';
  for (const [key, value] of form) {
    if (key === 'Action') action = value;
    else if (key !== 'Version') plant(tree, key.split('.'), value);
  }
  return { action, params: structure(tree) };
}

function plant(tree: Branch, keys: readonly string[], value: string): void {
  let branch = tree;
  for (const key of keys.slice(0, -1)) {
    const next = branch[key];
    const grown: Branch = typeof next === 'object' ? next : Object.create(null);
    branch[key] = grown;
    branch = grown;
  }
  branch[keys.at(-1) ?? ''] = value;
}

function gather(value: string | Branch): ParamValue {
  if (typeof value === 'string') return value;
  const list = value.member;
  if (typeof list === 'object') {
    return Object.keys(list)
      .sort((a, b) => Number(a) - Number(b))
      .map((key) => gather(list[key] ?? ''));
  }
  return structure(value);
}

function structure(branch: Branch): Params {
  return Object.fromEntries(Object.entries(branch).map(([key, value]) => [key, gather(value)]));
}

const SENDER_BELOW = 500;

/** The answer to a call in AWS's Query protocol. */
function answerXml(namespace: string, action: string, reply: Reply, requestId: string): string {
  const result = Object.keys(reply).length === 0 ? '' : `<${action}Result>${members(reply)}</${action}Result>`;
  return `<${action}Response xmlns="${namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;
}

/** The refusal of a call in AWS's Query protocol. */
function errorXml(namespace: string, error: AwsError, requestId: string): string {
  const type = error.status < SENDER_BELOW ? 'Sender' : 'Receiver';
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${error.code}</Code><Message>${escaped(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function members(reply: Reply): string {
  let xml = '';
  for (const [key, value] of Object.entries(reply)) {
    if (value === null || value === undefined) continue;
    // A map travels as entries, everything else that repeats as members.
    if (key === 'entries' && Array.isArray(value)) xml += value.map((item) => `<entry>${inner(item)}</entry>`).join('');
    else xml += `<${key}>${inner(value)}</${key}>`;
  }
  return xml;
}

function inner(value: ReplyValue): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return escaped(String(value));
  if (isList(value)) return value.map((item) => `<member>${inner(item)}</member>`).join('');
  return members(value);
}

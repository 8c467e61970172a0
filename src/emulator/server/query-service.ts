import { type AwsError, invalidAction, isAwsError } from '../account/aws-error.ts';
import type { Reply, ReplyValue } from '../account/operation.ts';
import { IAM_OPERATIONS } from '../account/operations.ts';
import type { Params, ParamValue } from '../account/params.ts';
import { rootArn } from '../account/state.ts';
import { authorize, callerArn, iamContext } from './authorize.ts';
import type { Service, ServiceCall, ServiceReply, WireAnswer } from './service.ts';
import type { SignedRequest } from './signature.ts';

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

interface Branch {
  [key: string]: string | Branch;
}

/** A call in AWS's Query protocol: the action and its parameters, `Tags.member.1.Key` made into lists and structures. */
interface QueryCall {
  readonly action: string;
  readonly params: Params;
}

/** Reads a form (the body of a POST, or the address's query of a GET). */
function readQuery(form: string): QueryCall {
  const tree: Branch = Object.create(null);
  let action = '';
  for (const [key, value] of new URLSearchParams(form)) {
    if (key === 'Action') action = value;
    else if (key !== 'Version') plant(tree, key.split('.'), value);
  }
  const params: Record<string, ParamValue> = {};
  for (const [key, value] of Object.entries(tree)) params[key] = gather(value);
  return { action, params };
}

function plant(tree: Branch, keys: readonly string[], value: string): void {
  let branch = tree;
  for (const key of keys.slice(0, -1)) {
    const next = branch[key];
    if (typeof next === 'object') branch = next;
    else {
      const grown: Branch = Object.create(null);
      branch[key] = grown;
      branch = grown;
    }
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
  const structure: Record<string, ParamValue> = {};
  for (const [key, part] of Object.entries(value)) structure[key] = gather(part);
  return structure;
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

function isList(value: object): value is readonly ReplyValue[] {
  return Array.isArray(value);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\r': '&#13;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"'\r]/g, (character) => ENTITIES[character] ?? character);
}

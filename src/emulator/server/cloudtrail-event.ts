import { randomUUID } from 'node:crypto';
import type { Account, CallContext, Caller } from '../account/account.ts';
import { type AwsError, isAwsError } from '../account/aws-error.ts';
import type { CloudTrailRecord } from '../account/event-history.ts';
import type { Reply, ReplyValue } from '../account/operation.ts';
import type { Params, ParamValue } from '../account/params.ts';
import { callerArn } from './authorize.ts';

/** A call of IAM that was carried out or refused. */
interface TracedCall {
  readonly action: string;
  readonly params: Params;
  readonly call: CallContext;
  readonly reply: Readonly<Record<string, unknown>> | AwsError;
  readonly identity: TracedIdentity;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** Who called, taken before the call: it may rename or delete its own caller. */
interface TracedIdentity {
  readonly arn: string;
  readonly principalId: string;
  /** Null for the root. */
  readonly userName: string | null;
}

export function tracedIdentity(account: Account, caller: Caller): TracedIdentity {
  const user = caller.kind === 'user' ? account.state.users[caller.userId] : undefined;
  return {
    arn: callerArn(account, caller),
    principalId: user?.id ?? account.state.accountId,
    userName: user?.name ?? null,
  };
}

const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';
const SECRET_PARAMETERS = new Set([
  'Password',
  'OldPassword',
  'NewPassword',
  'AuthenticationCode1',
  'AuthenticationCode2',
]);
/** Parts of answers that tell what was made. All else of an answer stays out: some answers hold secrets. */
const DESCRIBED = new Set(['User', 'Group', 'Policy', 'PolicyVersion', 'AccessKey', 'LoginProfile']);
const SECRET_ANSWERS = new Set(['SecretAccessKey']);
const FLAGS = new Set(['SetAsDefault', 'PasswordResetRequired']);
/** Errors that CloudTrail calls by the SDK's names, not by the wire's. */
const EXCEPTIONS = new Set([
  'NoSuchEntity',
  'EntityAlreadyExists',
  'DeleteConflict',
  'LimitExceeded',
  'MalformedPolicyDocument',
  'InvalidInput',
]);

/**
 * The event of a call, in the form of https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html.
 * The event of a denied call has no request parameters, as with AWS.
 */
export function cloudTrailEvent(account: Account, traced: TracedCall): CloudTrailRecord {
  const { action, params, call, identity, reply } = traced;
  const error = isAwsError(reply) ? reply : null;
  const body = isAwsError(reply) ? {} : (reply as Reply);
  const isDenied = error?.code === 'AccessDenied';
  const resources = isDenied ? [] : resourcesOf(params, body);
  const { accountId } = account.state;
  const { userName } = identity;
  const id = randomUUID();
  const event = {
    eventVersion: '1.11',
    userIdentity: {
      type: userName === null ? 'Root' : 'IAMUser',
      principalId: identity.principalId,
      arn: identity.arn,
      accountId,
      accessKeyId: call.caller.accessKeyId,
      ...(userName === null ? {} : { userName }),
    },
    eventTime: call.now,
    eventSource: 'iam.amazonaws.com',
    eventName: action,
    awsRegion: 'us-east-1',
    sourceIPAddress: traced.sourceIp,
    userAgent: traced.userAgent,
    ...(error === null ? {} : { errorCode: errorCode(error), errorMessage: error.message }),
    requestParameters: isDenied ? null : requestParameters(params),
    responseElements: responseElements(body),
    requestID: traced.requestId,
    eventID: id,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: accountId,
    eventCategory: 'Management',
  };
  return {
    id,
    name: action,
    source: 'iam.amazonaws.com',
    at: call.now,
    user: userName ?? 'root',
    key: call.caller.accessKeyId,
    resources,
    event: JSON.stringify(event),
  };
}

function errorCode({ code }: AwsError): string {
  return EXCEPTIONS.has(code) ? `${code}Exception` : code;
}

function requestParameters(params: Params): Readonly<Record<string, unknown>> | null {
  const entries = Object.entries(params).map(([key, value]) => [camel(key), parameter(key, value)]);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function parameter(key: string, value: ParamValue): unknown {
  if (SECRET_PARAMETERS.has(key)) return HIDDEN;
  if (FLAGS.has(key)) return value === 'true';
  return camelled(value);
}

function responseElements(body: Reply): Readonly<Record<string, unknown>> | null {
  const described = Object.entries(body).filter(([key]) => DESCRIBED.has(key));
  return described.length === 0 ? null : (camelled(Object.fromEntries(described)) as Record<string, unknown>);
}

function camelled(value: ParamValue | ReplyValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(camelled);
  const entries = Object.entries(value).filter(([key, part]) => !SECRET_ANSWERS.has(key) && part != null);
  return Object.fromEntries(entries.map(([key, part]) => [camel(key), camelled(part)]));
}

function camel(key: string): string {
  return key.charAt(0).toLowerCase() + key.slice(1);
}

const RESOURCE_TYPES: readonly (readonly [key: string, type: string])[] = [
  ['UserName', 'AWS::IAM::User'],
  ['NewUserName', 'AWS::IAM::User'],
  ['GroupName', 'AWS::IAM::Group'],
  ['NewGroupName', 'AWS::IAM::Group'],
  ['PolicyArn', 'AWS::IAM::Policy'],
  ['PermissionsBoundary', 'AWS::IAM::Policy'],
  ['AccessKeyId', 'AWS::IAM::AccessKey'],
];

/** What an event is found by: names and ARNs that were asked for, and those of what was made. */
function resourcesOf(params: Params, body: Reply): CloudTrailRecord['resources'] {
  const made = Object.entries(body).filter(([key]) => DESCRIBED.has(key));
  const described = [params, ...made.map(([, part]) => part)].flatMap((part) => {
    if (typeof part !== 'object' || part === null) return [];
    const values = part as Readonly<Record<string, unknown>>;
    const arn = 'PolicyName' in values && typeof values.Arn === 'string' ? [['AWS::IAM::Policy', values.Arn]] : [];
    const named = RESOURCE_TYPES.flatMap(([key, type]) =>
      typeof values[key] === 'string' ? [[type, values[key]]] : [],
    );
    return [...named, ...arn];
  });
  const unique = new Map(described.map(([type = '', name = '']) => [`${type} ${name}`, { type, name }]));
  return [...unique.values()];
}

import { createHash, randomUUID } from 'node:crypto';
import type { Account, CallContext, Caller } from '../account/account.ts';
import { type AwsError, isAwsError, otherError } from '../account/aws-error.ts';
import type { CloudTrailRecord } from '../account/event-history.ts';
import type { Reply, ReplyValue } from '../account/operation.ts';
import type { Params, ParamValue } from '../account/params.ts';
import { roleArn } from '../account/state.ts';
import { callerArn, callerId } from './authorize.ts';
import { jsonService } from './json-protocol.ts';

/** The SDKs of today send the short name, older ones the long one. */
const TARGETS = [
  'CloudTrail_20131101.LookupEvents',
  'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
];
const LARGEST_PAGE = 50;
const KEPT_SECONDS = 90 * 24 * 60 * 60;

/** CloudTrail, API version 2013-11-01: what was called in the last 90 days, by one attribute at a time. */
export const CLOUDTRAIL_SERVICE = jsonService<'LookupEvents'>({
  name: 'cloudtrail',
  operationOf: (target) => (TARGETS.includes(target) ? 'LookupEvents' : null),
  permissionOf: () => 'cloudtrail:LookupEvents',
  run: (_operation, input, account, { now }) => lookUp(account.history.events(), input, Date.parse(now) / 1_000),
});

type Input = Readonly<Record<string, unknown>>;
type Attribute = (event: CloudTrailRecord) => readonly string[];

const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  EventId: ({ EventId }) => [EventId],
  EventName: ({ EventName }) => [EventName],
  ReadOnly: ({ ReadOnly }) => [ReadOnly],
  Username: ({ Username }) => [Username],
  ResourceType: ({ Resources }) => Resources.map(({ ResourceType }) => ResourceType),
  ResourceName: ({ Resources }) => Resources.map(({ ResourceName }) => ResourceName),
  EventSource: ({ EventSource }) => [EventSource],
  AccessKeyId: ({ AccessKeyId }) => [AccessKeyId],
};

function lookUp(events: readonly CloudTrailRecord[], input: Input, now: number): Input | AwsError {
  const { LookupAttributes: attributes, MaxResults: size = LARGEST_PAGE, NextToken: token } = input;
  const { StartTime: start, EndTime: end, EventCategory: category } = input;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > LARGEST_PAGE)
    return otherError('InvalidMaxResultsException', 400, `A value of ${String(size)} is not valid for MaxResults.`);
  const hasAttribute = readAttribute(attributes);
  if (isAwsError(hasAttribute)) return hasAttribute;
  if (typeof start === 'number' && typeof end === 'number' && start > end)
    return otherError('InvalidTimeRangeException', 400, 'Start time must be before end time.');
  if (category !== undefined && category !== 'insight')
    return otherError('InvalidEventCategoryException', 400, 'The event category is not valid.');

  const from = Math.max(typeof start === 'number' ? start : 0, now - KEPT_SECONDS);
  const to = typeof end === 'number' ? end : now;
  // Newest first; of two in the same second the later one. Sorting is stable.
  const found = events
    .filter(({ EventTime }) => category === undefined && EventTime >= from && EventTime <= to)
    .filter(hasAttribute)
    .reverse()
    .sort((one, other) => other.EventTime - one.EventTime);
  // A token holds the ID of the last event of the page before, and is good for the same query alone.
  const digest = createHash('sha256')
    .update(JSON.stringify([attributes, start, end, category]))
    .digest('hex');
  const [asked, after] = Buffer.from(String(token), 'base64url').toString().split(' ');
  const first = token === undefined ? 0 : found.findIndex(({ EventId }) => EventId === after) + 1;
  if (token !== undefined && (asked !== digest || first === 0))
    return otherError('InvalidNextTokenException', 400, 'Invalid token.');
  const page = found.slice(first, first + size);
  const last = page.at(-1);
  const isMore = last !== undefined && first + size < found.length;
  return {
    Events: page,
    ...(isMore ? { NextToken: Buffer.from(`${digest} ${last.EventId}`).toString('base64url') } : {}),
  };
}

function readAttribute(written: unknown): ((event: CloudTrailRecord) => boolean) | AwsError {
  if (written === undefined || (Array.isArray(written) && written.length === 0)) return () => true;
  const wrong = (reason: string): AwsError => otherError('InvalidLookupAttributesException', 400, reason);
  if (!Array.isArray(written) || written.length > 1) return wrong('You can specify only one lookup attribute.');
  const { AttributeKey: key, AttributeValue: value } = written[0] as Record<string, unknown>;
  const values = Object.hasOwn(ATTRIBUTES, String(key)) ? ATTRIBUTES[String(key)] : undefined;
  if (values === undefined || typeof value !== 'string' || value === '') return wrong('Invalid lookup attribute.');
  return (event) => values(event).includes(value);
}

/** A call of IAM that was carried out or refused. */
interface TracedCall {
  readonly action: string;
  readonly params: Params;
  readonly call: CallContext;
  readonly reply: Readonly<Record<string, unknown>> | AwsError;
  readonly identity: ReturnType<typeof userIdentity>;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** Who called, taken before the call: it may rename or delete its own caller. */
export function userIdentity(account: Account, caller: Caller) {
  const { accountId, users, roles } = account.state;
  const shared = {
    principalId: callerId(account, caller),
    arn: callerArn(account, caller),
    accountId,
    accessKeyId: caller.accessKeyId,
  };
  if (caller.kind === 'root') return { type: 'Root', ...shared };
  if (caller.kind === 'user') return { type: 'IAMUser', ...shared, userName: users[caller.userId]?.name };
  const { roleId, provider: federatedProvider, issued: creationDate } = caller.session;
  const role = roles[roleId];
  const arn = role === undefined ? '' : roleArn(account.state, role);
  const sessionContext = {
    sessionIssuer: { type: 'Role', principalId: roleId, arn, accountId, userName: role?.name },
    webIdFederationData: { federatedProvider, attributes: {} },
    attributes: { creationDate, mfaAuthenticated: 'false' },
  };
  return { type: 'AssumedRole', ...shared, sessionContext };
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
const DESCRIBED = new Set(['User', 'Group', 'Role', 'Policy', 'PolicyVersion', 'AccessKey', 'LoginProfile']);
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
export function cloudTrailEvent(traced: TracedCall): CloudTrailRecord {
  const { action, params, call, identity, reply } = traced;
  const error = isAwsError(reply) ? reply : null;
  const body = isAwsError(reply) ? {} : (reply as Reply);
  const isDenied = error?.code === 'AccessDenied';
  const resources = isDenied ? [] : resourcesOf(params, body);
  const id = randomUUID();
  const event = {
    eventVersion: '1.11',
    userIdentity: identity,
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
    recipientAccountId: identity.accountId,
    eventCategory: 'Management',
  };
  return {
    EventId: id,
    EventName: action,
    ReadOnly: 'false',
    AccessKeyId: identity.accessKeyId,
    EventTime: Date.parse(call.now) / 1_000,
    EventSource: 'iam.amazonaws.com',
    // The user's name, the session's name, or `root`.
    Username: /[^/:]+$/.exec(identity.arn)?.[0] ?? '',
    Resources: resources,
    CloudTrailEvent: JSON.stringify(event),
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
  ['RoleName', 'AWS::IAM::Role'],
  ['OpenIDConnectProviderArn', 'AWS::IAM::OIDCProvider'],
  ['PolicyArn', 'AWS::IAM::Policy'],
  ['PermissionsBoundary', 'AWS::IAM::Policy'],
  ['AccessKeyId', 'AWS::IAM::AccessKey'],
];

/** What an event is found by: names and ARNs that were asked for, and those of what was made. */
function resourcesOf(params: Params, body: Reply): CloudTrailRecord['Resources'] {
  const made = Object.entries(body).filter(([key]) => DESCRIBED.has(key));
  const found = [params, ...made.map(([, part]) => part)].flatMap((part) => {
    if (typeof part !== 'object' || part === null) return [];
    const values = part as Readonly<Record<string, unknown>>;
    const named = [...RESOURCE_TYPES, ...('PolicyName' in values ? [['Arn', 'AWS::IAM::Policy'] as const] : [])];
    return named.flatMap(([key, ResourceType]) => {
      const ResourceName = values[key];
      return typeof ResourceName === 'string' ? [{ ResourceType, ResourceName }] : [];
    });
  });
  return [...new Map(found.map((each) => [`${each.ResourceType} ${each.ResourceName}`, each])).values()];
}

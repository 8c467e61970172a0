import { createHash } from 'node:crypto';
import { type AwsError, isAwsError, otherError } from '../account/aws-error.ts';
import type { CloudTrailRecord } from '../account/event-history.ts';
import { jsonService } from './json-protocol.ts';

/** The SDKs of today send the short name, older ones the long one. */
const TARGETS = [
  'CloudTrail_20131101.LookupEvents',
  'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
];
const LARGEST_PAGE = 50;
const KEPT_MS = 90 * 24 * 60 * 60 * 1_000;

/** CloudTrail, API version 2013-11-01: what was called in the last 90 days, by one attribute at a time. */
export const CLOUDTRAIL_SERVICE = jsonService<'LookupEvents'>({
  name: 'cloudtrail',
  operationOf: (target) => (TARGETS.includes(target) ? 'LookupEvents' : null),
  permissionOf: () => 'cloudtrail:LookupEvents',
  run(_operation, input, account, { now }) {
    const asked = readLookup(input, Date.parse(now));
    return isAwsError(asked) ? asked : lookUp(account.history.events(), asked);
  },
});

interface Lookup {
  readonly matches: (event: CloudTrailRecord) => boolean;
  readonly size: number;
  /** ID of the last event of the page before. */
  readonly after: string | null;
  /** What a token is good for: the same question alone. */
  readonly digest: string;
}

type Attribute = (event: CloudTrailRecord) => readonly string[];

const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  EventId: ({ id }) => [id],
  EventName: ({ name }) => [name],
  // Calls that only read are not remembered.
  ReadOnly: () => ['false'],
  Username: ({ user }) => [user],
  ResourceType: ({ resources }) => resources.map(({ type }) => type),
  ResourceName: ({ resources }) => resources.map(({ name }) => name),
  EventSource: ({ source }) => [source],
  AccessKeyId: ({ key }) => [key],
};

function readLookup(params: Readonly<Record<string, unknown>>, now: number): Lookup | AwsError {
  const { LookupAttributes: attributes, MaxResults: size = LARGEST_PAGE, NextToken: token, ...range } = params;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > LARGEST_PAGE)
    return otherError('InvalidMaxResultsException', 400, `A value of ${String(size)} is not valid for MaxResults.`);
  const attribute = readAttribute(attributes);
  if (isAwsError(attribute)) return attribute;
  const times = readRange(range, now);
  if (isAwsError(times)) return times;
  if (params.EventCategory !== undefined && params.EventCategory !== 'insight')
    return otherError('InvalidEventCategoryException', 400, 'The event category is not valid.');

  const digest = createHash('sha256')
    .update(JSON.stringify([attributes, range.StartTime, range.EndTime, params.EventCategory]))
    .digest('hex');
  const after = token === undefined ? null : readToken(token, digest);
  if (after === undefined) return otherError('InvalidNextTokenException', 400, 'Invalid token.');
  return {
    size,
    after,
    digest,
    matches(event) {
      const at = Date.parse(event.at);
      return params.EventCategory === undefined && at >= times.start && at <= times.end && attribute(event);
    },
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

/** Milliseconds; the newest 90 days where nothing else is asked for. */
function readRange(
  { StartTime: start, EndTime: end }: Readonly<Record<string, unknown>>,
  now: number,
): { readonly start: number; readonly end: number } | AwsError {
  const from = typeof start === 'number' ? start * 1_000 : null;
  const to = typeof end === 'number' ? end * 1_000 : null;
  if (from !== null && to !== null && from > to)
    return otherError('InvalidTimeRangeException', 400, 'Start time must be before end time.');
  return { start: Math.max(from ?? 0, now - KEPT_MS), end: to ?? now };
}

/** The id that a token stands for; undefined for a token of another query, or an invalid one. */
function readToken(token: unknown, digest: string): string | undefined {
  const [asked, id] = Buffer.from(String(token), 'base64url').toString().split(' ');
  return asked === digest ? id : undefined;
}

function lookUp(
  events: readonly CloudTrailRecord[],
  { matches, size, after, digest }: Lookup,
): Readonly<Record<string, unknown>> | AwsError {
  // Newest first; of two in the same second the later one. Sorting is stable.
  const found = [...events]
    .reverse()
    .filter(matches)
    .sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
  const start = after === null ? 0 : found.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) return otherError('InvalidNextTokenException', 400, 'Invalid token.');
  const page = found.slice(start, start + size);
  const last = page.at(-1);
  const isMore = last !== undefined && start + size < found.length;
  return {
    Events: page.map(answered),
    ...(isMore ? { NextToken: Buffer.from(`${digest} ${last.id}`).toString('base64url') } : {}),
  };
}

function answered({ id, name, source, at, user, key, resources, event }: CloudTrailRecord): object {
  return {
    EventId: id,
    EventName: name,
    ReadOnly: 'false',
    AccessKeyId: key,
    EventTime: Date.parse(at) / 1_000,
    EventSource: source,
    Username: user,
    Resources: resources.map(({ type, name: resource }) => ({ ResourceType: type, ResourceName: resource })),
    CloudTrailEvent: event,
  };
}

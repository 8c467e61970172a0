import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CloudTrailClient,
  type Event,
  type LookupAttribute,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';
import * as z from 'zod';
import { jsonOf } from '../diagnostics/parse-data.ts';
import { DAY_MS } from '../text/dates.ts';
import { askAws } from './client.ts';

/** AWS refuses more than two lookups a second, per account and region. */
const PAUSE_MS = 550;
const MOST_EVENTS = 1_000;
/** The most that AWS gives. */
const PAGE_SIZE = 50;
/** About a minute, for an account of which other services, or calls that were refused, fill the pages. */
const MOST_PAGES = 100;
/** The events of calls that can change something. */
export const WRITES: LookupAttribute = { AttributeKey: 'ReadOnly', AttributeValue: 'false' };
/** AWS keeps events for 90 days. */
export const KEPT_MS = 89 * DAY_MS;

/**
 * IAM's events with an attribute since then, newest first, until there are 1,000: what was refused or is of another service does
 * not count, so that a key without rights in IAM hides nothing by it. They are in us-east-1 and come minutes after the call:
 * "no event" does not mean "no change". `reaches` (ISO 8601) says since when they are complete.
 */
export async function readIamEvents(
  client: CloudTrailClient,
  attribute: LookupAttribute,
  since: Date,
  wait: (milliseconds: number) => Promise<unknown> = sleep,
) {
  const events: CloudTrailEvent[] = [];
  let last: Event | undefined;
  let pages = 0;
  let isWhole = false;
  const asked = await askAws(async () => {
    const input = { LookupAttributes: [attribute], StartTime: since };
    for await (const { Events = [], NextToken } of paginateLookupEvents({ client, pageSize: PAGE_SIZE }, input)) {
      events.push(...Events.flatMap(({ CloudTrailEvent: text = '' }) => parseCloudTrailEvent(text) ?? []));
      last = Events.at(-1) ?? last;
      pages += 1;
      isWhole = NextToken === undefined;
      if (isWhole || events.length >= MOST_EVENTS || pages === MOST_PAGES) break;
      await wait(PAUSE_MS);
    }
  });
  return {
    events,
    reaches: (isWhole ? since : last?.EventTime)?.toISOString() ?? null,
    failure: asked.ok ? null : asked.failure,
  };
}

/** A call by which IAM changed something, as far as CloudTrail shows who made it. */
export interface CloudTrailEvent {
  /** `AddUserToGroup` */
  readonly name: string;
  /** ISO 8601, UTC, whole seconds. */
  readonly at: string;
  /**
   * An IAM user's name, `root` for the root user alone (`user/root` is an IAM user), a role's name with its session
   * (`deploy/alex`), `federated-user/alex`, or what else AWS calls the caller.
   */
  readonly actor: string;
  /** The name of the IAM user who called; null for any other caller. */
  readonly user: string | null;
  /** The ARN of the role whose session called, with its path; null for any other caller. */
  readonly role: string | null;
  /** An address, or an AWS service's name; null where the event has none. */
  readonly sourceIp: string | null;
  readonly userAgent: 'console' | 'cli' | 'sdk' | 'terraform' | 'other';
  /** As CloudTrail spells them: `userName`. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

const TEXT = z.string().max(2_048);
/** Untrusted text, restricted to the characters of IAM names and paths. */
const NAME = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\w+=,.@:/-]+$/);
const FROM = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9.: _-]+$/);

const EVENT = z.object({
  eventName: z
    .string()
    .max(128)
    .regex(/^[A-Za-z0-9]+$/),
  eventSource: z.literal('iam.amazonaws.com'),
  eventTime: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  userIdentity: z.object({
    type: TEXT,
    userName: NAME.optional().catch(undefined),
    arn: NAME.optional().catch(undefined),
    principalId: NAME.optional().catch(undefined),
    accountId: NAME.optional().catch(undefined),
    invokedBy: NAME.optional().catch(undefined),
    sessionContext: z
      .object({ sessionIssuer: z.object({ type: z.literal('Role'), arn: NAME }) })
      .optional()
      .catch(undefined),
  }),
  sourceIPAddress: FROM.optional().catch(undefined),
  userAgent: TEXT.optional().catch(undefined),
  sessionCredentialFromConsole: z.string().optional().catch(undefined),
  // What was refused, or failed, changed nothing.
  errorCode: z.undefined().optional(),
  requestParameters: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((parameters) => parameters ?? {}),
});

type RawEvent = z.infer<typeof EVENT>;

/** What an event's JSON says; null where it is no change of IAM's, or not of the form that AWS documents. */
export function parseCloudTrailEvent(text: string): CloudTrailEvent | null {
  const parsed = EVENT.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { eventName, eventTime, userIdentity, sourceIPAddress, requestParameters } = parsed.data;
  const actor = actorOf(userIdentity);
  if (actor === null || Number.isNaN(Date.parse(eventTime))) return null;
  return {
    name: eventName,
    at: eventTime,
    actor,
    user: userIdentity.type === 'IAMUser' ? (userIdentity.userName ?? null) : null,
    role: userIdentity.sessionContext?.sessionIssuer.arn ?? null,
    sourceIp: sourceIPAddress ?? null,
    userAgent: userAgentOf(parsed.data),
    parameters: requestParameters,
  };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
function actorOf({ type, userName, arn, principalId, accountId, invokedBy }: RawEvent['userIdentity']): string | null {
  // AWS puts the account's alias into the root's `userName`.
  if (type === 'Root') return 'root';
  if (type === 'IAMUser' && userName !== undefined)
    return userName.toLowerCase() === 'root' ? `user/${userName}` : userName;
  // Who calls chooses the name of a federated user, which may be that of an IAM user: it keeps its kind.
  const session = /^arn:[^:]+:sts::\d{12}:(?:assumed-role\/)?(.+)$/.exec(arn ?? '')?.[1];
  return session ?? invokedBy ?? arn ?? principalId ?? accountId ?? null;
}

/** By the user agent, which the caller chooses: shown to people, and only to leave out the calls of an apply. */
function userAgentOf({ userAgent = '', sessionCredentialFromConsole }: RawEvent): CloudTrailEvent['userAgent'] {
  if (/terraform|opentofu|\bAPN\/1\.0 HashiCorp\//i.test(userAgent)) return 'terraform';
  // The console's own shell signs with the console's credentials.
  if (/aws-cli\//i.test(userAgent)) return 'cli';
  if (sessionCredentialFromConsole === 'true') return 'console';
  if (/^(?:console|signin)\.amazonaws\.com$|^Mozilla\/|^aws-internal\/|\bConsole\b/i.test(userAgent)) return 'console';
  return /\b(?:aws-sdk-|boto3\/|botocore\/)/i.test(userAgent) ? 'sdk' : 'other';
}

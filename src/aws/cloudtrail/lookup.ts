import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudTrailClient, type Event, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { awsFailure } from '../aws-errors.ts';
import type { NotChecked } from '../inventory/types.ts';
import { type CloudTrailEvent, parseCloudTrailEvent } from './event.ts';

/** AWS refuses more than two lookups a second, per account and region. */
const PAUSE_MS = 550;
const MOST_SUBJECTS = 20;
const PAGES_EACH = 2;
/** The most that AWS gives, and so the default; said, because what it costs is counted in pages. */
const PAGE_SIZE = 50;
const DAY_MS = 24 * 60 * 60 * 1_000;
const KEPT_MS = 90 * DAY_MS;

interface LookupOptions {
  /** Waits between two lookups, in milliseconds. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
  readonly now?: () => Date;
}

/**
 * What CloudTrail has of IAM's calls about some things, newest first: one lookup for each name or ARN, and no more than
 * two pages of it, for the first 20. To be asked in us-east-1, where IAM's events are. Events come minutes after what
 * the call and are kept for 90 days: "no event" does not mean "no change". A call that fails is in `notChecked`, beside
 * the events read before it; no error of AWS is thrown.
 */
export async function lookUpCloudTrail(
  client: Pick<CloudTrailClient, 'send'>,
  subjects: readonly string[],
  since: Date,
  { wait = sleep, now = () => new Date() }: LookupOptions = {},
): Promise<{ readonly events: readonly CloudTrailEvent[]; readonly unseen: readonly NotChecked[] }> {
  const start = new Date(Math.max(since.getTime(), now().getTime() - KEPT_MS + DAY_MS));
  const found = new Map<string, CloudTrailEvent>();
  const unseen: NotChecked[] = [];
  let isFirst = true;
  const page = async (subject: string, token: string | undefined) => {
    if (!isFirst) await wait(PAUSE_MS);
    isFirst = false;
    return client.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: subject }],
        StartTime: start,
        MaxResults: PAGE_SIZE,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
  };
  try {
    for (const subject of [...new Set(subjects)].slice(0, MOST_SUBJECTS)) {
      let token: string | undefined;
      for (let read = 0; read < PAGES_EACH; read += 1) {
        const answer = await page(subject, token);
        for (const event of answer.Events ?? []) keep(found, event);
        token = answer.NextToken;
        if (token === undefined) break;
      }
    }
  } catch (error) {
    const failure = awsFailure(error);
    if (failure === null) throw error;
    // After a denial or throttling, further lookups would fail too.
    unseen.push({ what: 'CloudTrail events', failure });
  }
  const events = [...found.values()].sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
  return { events, unseen };
}

function keep(found: Map<string, CloudTrailEvent>, { EventId: id, CloudTrailEvent: text }: Event): void {
  if (id === undefined || text === undefined || found.has(id)) return;
  const event = parseCloudTrailEvent(text);
  if (event !== null) found.set(id, event);
}

import { closeSync, existsSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { jsonLines, writeWhole } from '../system.ts';

/** A call that wanted to change something, as CloudTrail's LookupEvents answers it. */
export interface CloudTrailRecord {
  readonly EventId: string;
  /** `AddUserToGroup` */
  readonly EventName: string;
  readonly ReadOnly: 'false';
  readonly AccessKeyId: string;
  /** Whole seconds since 1970. */
  readonly EventTime: number;
  /** `iam.amazonaws.com` */
  readonly EventSource: string;
  /** Name of the IAM user who called, or of the role's session; `root` for the root. */
  readonly Username: string;
  readonly Resources: readonly { readonly ResourceType: string; readonly ResourceName: string }[];
  /** The whole event, as JSON. */
  readonly CloudTrailEvent: string;
}

/** The CloudTrail events of the account. They are kept beside its state, because no access depends on them. */
export interface EventHistory {
  /** The newest ones, oldest first. */
  events(): readonly CloudTrailRecord[];
  record(event: CloudTrailRecord): void;
  close(): void;
}

export const EVENTS_FILE = 'cloudtrail-events';

/** AWS keeps 90 days; here it is a number, so that an account that lives for years stays small. */
const KEPT = 2_000;
const KEPT_BYTES = 4 * 1024 * 1024;

export function memoryHistory(): EventHistory {
  const events: CloudTrailRecord[] = [];
  return {
    events: () => events.slice(-KEPT),
    record(event) {
      events.push(event);
      if (events.length >= 2 * KEPT) events.splice(0, events.length - KEPT);
    },
    close: () => {},
  };
}

/**
 * One event a line. The file is read at the first lookup, because most commands only append. It is compacted when it has
 * twice the size that is kept.
 */
export function directoryHistory(file: string, keptBytes = KEPT_BYTES): EventHistory {
  let read: CloudTrailRecord[] | null = null;
  let descriptor: number | null = null;
  let size = 0;

  const open = (): number => {
    if (descriptor !== null) return descriptor;
    descriptor = openSync(file, 'a', 0o600);
    size = fstatSync(descriptor).size;
    // Ends a line that was torn by the end of an earlier process: what comes behind it would be torn with it.
    if (size > 0) size += writeSync(descriptor, '\n');
    return descriptor;
  };
  const shut = (): void => {
    if (descriptor !== null) closeSync(descriptor);
    descriptor = null;
  };
  const shorten = (): void => {
    shut();
    const lines: string[] = [];
    let bytes = 0;
    for (const event of readEvents(file).slice(-KEPT).reverse()) {
      const line = `${JSON.stringify(event)}\n`;
      bytes += Buffer.byteLength(line);
      if (bytes > keptBytes) break;
      lines.push(line);
    }
    writeWhole(file, lines.reverse().join(''));
    read = null;
  };

  return {
    events() {
      read ??= readEvents(file);
      return read.slice(-KEPT);
    },
    record(event) {
      size += writeSync(open(), `${JSON.stringify(event)}\n`);
      read?.push(event);
      if (size > 2 * keptBytes) shorten();
    },
    close: shut,
  };
}

function readEvents(file: string): CloudTrailRecord[] {
  return existsSync(file) ? (jsonLines(readFileSync(file, 'utf8')) as CloudTrailRecord[]) : [];
}

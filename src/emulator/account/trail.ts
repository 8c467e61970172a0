import { closeSync, existsSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { writeWhole } from './write-whole.ts';

/** A call that wanted to change something, as CloudTrail keeps it. */
export interface TrailRecord {
  readonly id: string;
  /** `AddUserToGroup` */
  readonly name: string;
  /** `iam.amazonaws.com` */
  readonly source: string;
  /** ISO 8601, whole seconds, UTC */
  readonly at: string;
  /** Name of the IAM user who called, `root` for the root. */
  readonly user: string;
  readonly key: string;
  readonly resources: readonly { readonly type: string; readonly name: string }[];
  /** The whole event, as JSON. */
  readonly event: string;
}

/** What the account remembers of who called what: beside its state, because nobody's access depends on it. */
export interface Trail {
  /** The newest ones, oldest first. */
  events(): readonly TrailRecord[];
  record(event: TrailRecord): void;
  close(): void;
}

export const TRAIL_FILE = 'account.trail';

/** AWS keeps 90 days; here it is a number, so that an account that lives for years stays small. */
const KEPT = 2_000;
const KEPT_BYTES = 4 * 1024 * 1024;

export function memoryTrail(): Trail {
  const events: TrailRecord[] = [];
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
 * A line an event. The file is read when somebody asks for the first time: most commands only add to it. It grows to
 * twice of what is kept before it is written anew.
 */
export function directoryTrail(file: string, keptBytes = KEPT_BYTES): Trail {
  let read: TrailRecord[] | null = null;
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

function readEvents(file: string): TrailRecord[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as TrailRecord];
      } catch {
        // torn: its call was never answered
        return [];
      }
    });
}

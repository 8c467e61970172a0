import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { awsFailure } from '../../aws/client.ts';
import { KEY_MARKERS } from '../../aws/setup/record.ts';
import {
  bucketFailure,
  ObjectChanged,
  readStateObject,
  type StateText,
  writeStateObject,
} from '../../aws/state-object.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { many } from '../../diagnostics/parse-data.ts';
import { gitIn } from '../../github/git.ts';
import { stableJson } from '../../iam/canonical.ts';
import type { DeliveredKey } from '../../keys/sync.ts';
import { OWNER } from '../../review/approval/owners.ts';
import { ANNOUNCEMENT } from '../../review/rule/announcements.ts';
import type { Applied } from '../../review/rule/input.ts';
import { APPLIED_TEAM, type AppliedTeam, appliedTeam } from '../../team/applied-team.ts';
import { DEFAULT_STATE_KEY, type StatePlace, type Team } from '../../team/team.ts';
import { timeWords } from '../../text/dates.ts';
import { visible } from '../../text/escape.ts';
import { replaceFile } from '../files.ts';
import type { Terminal } from '../terminal.ts';

/** Where a lab's records are kept: beside its state, writable by the roles that write the state. */
export type RecordPlace =
  | ({ readonly kind: 'bucket'; readonly account: string } & StatePlace)
  | { readonly kind: 'directory'; readonly directory: string };

/**
 * Where the real account's records and state are kept without `settings.state`. The account is part of the path, the lab is
 * not: a renamed lab must find the state of its old name, to be blocked.
 */
export const REAL_DIRECTORY = '.mturk-team/account';

/** The place of the local AWS emulator is its directory, else the state's bucket, else the directory of the local state. */
export function recordPlace(
  { account, settings }: Pick<Team, 'account' | 'settings'>,
  emulator: string | null,
): RecordPlace {
  const { state } = settings;
  if (emulator === null && state !== null) return { kind: 'bucket', account, ...state };
  const isShared = emulator !== null && state !== null && state.key !== DEFAULT_STATE_KEY;
  return { kind: 'directory', directory: isShared ? join(emulator, state.key) : (emulator ?? REAL_DIRECTORY) };
}

/**
 * One small JSON document that is replaced as a whole, read by its schema: null where there is none yet. It is written over what
 * was read or written last, which is nothing at first. Both throw if they cannot, and `ObjectChanged` if something else is there.
 */
function stateRecord<Value>(place: RecordPlace, name: string, schema: z.ZodType<Value>) {
  const texts = place.kind === 'bucket' ? inBucket(place, name) : inFile(join(place.directory, name));
  let last: string | null = null;
  return {
    async read(): Promise<Value | null> {
      const found = await texts.read();
      last = found?.etag ?? null;
      return found === null ? null : schema.parse(JSON.parse(found.text));
    },
    async write(value: Value) {
      last = await texts.write(`${JSON.stringify(value, null, 2)}\n`, last);
    },
  };
}

interface Texts {
  read(): Promise<StateText | null>;
  /** Replaces the text with that ETag, or the one that is not there; the ETag of the new one. */
  write(text: string, replaced: string | null): Promise<string>;
}

function inBucket({ key, ...place }: Extract<RecordPlace, { kind: 'bucket' }>, name: string): Texts {
  const object = { ...place, key: `${key}/${name}` };
  return {
    read: () => readStateObject(object),
    write: (text, replaced) => writeStateObject(object, text, replaced),
  };
}

/** A file's ETag is its text. */
function inFile(file: string): Texts {
  const read = () =>
    readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? null : Promise.reject(error),
    );
  return {
    async read() {
      const text = await read();
      return text === null ? null : { text, etag: text };
    },
    async write(text, replaced) {
      if ((await read()) !== replaced) throw new ObjectChanged();
      await mkdir(dirname(file), { recursive: true });
      await replaceFile(file, text);
      return text;
    },
  };
}

/** What working with a record beside the state gives, or why it could not be used. */
export async function usingRecord<Value>(
  place: RecordPlace,
  work: () => Promise<Value>,
  file = RECORD_FILE,
): Promise<Result<Value>> {
  try {
    return succeed(await work());
  } catch (error) {
    if (error instanceof ObjectChanged) return fail('record-changed', { file });
    const unusable = place.kind === 'bucket' ? bucketFailure(place.bucket, error) : null;
    if (unusable !== null) return unusable;
    const failure = awsFailure(error);
    if (failure !== null) return { ok: false, failure };
    return fail('record-unusable', { file, reason: error instanceof Error ? error.message : String(error) });
  }
}

export const RECORD_FILE = 'apply-record.json';
const MOST_BEGUN = 20;
const MOST_EARLIER = 20;

const IDS = z.record(z.string().max(128), z.string().max(128));
const COMMIT = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);

const RECORD = z.strictObject({
  version: z.literal(1),
  /** The commit of `team`; null if its file was of none. */
  commit: COMMIT.nullable(),
  /** Those before, newest first, once an apply was made at a terminal: which of them the default branch has is not known. */
  earlier: z.array(COMMIT.nullable()).max(MOST_EARLIER).optional(),
  /** ISO 8601, UTC: when the last apply began or ended. */
  at: z.iso.datetime(),
  /** The same: when the last apply of another file or commit at a terminal ended; missing in earlier records. */
  since: z.iso.datetime().optional(),
  /** The team of the last apply that ended; null if none has. */
  team: APPLIED_TEAM.nullable(),
  /** Its owners with a login on GitHub: who approves changes. */
  owners: many(OWNER),
  /** The teams of applies that began since then and did not end, oldest first, with whom they suspended. */
  begun: z.array(APPLIED_TEAM).max(MOST_BEGUN),
  /** IAM's unique ids of the lab's own users and groups, by name. */
  ids: z.strictObject({ user: IDS, group: IDS }),
  /** What reconcile will give back or delete. */
  announcements: many(ANNOUNCEMENT),
  /** ISO 8601, UTC: the last complete drift check that CloudTrail answered; null if there was none. */
  checkedAt: z.iso.datetime().nullable(),
  /** ARNs of those whom that check found to be able to do everything; null if there was none. */
  administrators: z.array(z.string().max(2_048)).max(20_000).nullable(),
});

export type ApplyRecord = Readonly<z.infer<typeof RECORD>>;

const NO_RECORD: ApplyRecord = {
  version: 1,
  commit: null,
  at: new Date(0).toISOString(),
  team: null,
  owners: [],
  begun: [],
  ids: { user: {}, group: {} },
  announcements: [],
  checkedAt: null,
  administrators: null,
};

const DELIVERY = z.strictObject({ version: z.literal(1), user: z.string(), created: z.iso.datetime() });

/** That a key was given to its member as a file: one object for each, beside the apply record. No key id is in it. */
export function deliveryRecord(place: RecordPlace, { user, created }: DeliveredKey) {
  return stateRecord(place, `${KEY_MARKERS}${user}/${created.replace(/[-:]/g, '')}.json`, DELIVERY);
}

/** What was applied last. It is kept beside the state, because every writer of a repository can change what GitHub keeps. */
export function applyRecord(place: RecordPlace) {
  return stateRecord<ApplyRecord>(place, RECORD_FILE, RECORD);
}

/** Null if there is none. Fails if it cannot be read. */
export function readRecord(place: RecordPlace): Promise<Result<ApplyRecord | null>> {
  return usingRecord(place, () => applyRecord(place).read());
}

/** What an apply record knows of applies; null if none has ended. */
export function appliedIn(record: ApplyRecord | null): Applied | null {
  if (record === null || record.team === null) return null;
  const { team, begun, ids, at } = record;
  return {
    team,
    begun,
    at,
    ids: { user: new Map(Object.entries(ids.user)), group: new Map(Object.entries(ids.group)) },
  };
}

/** The same for the rule: before the first apply has ended, the applied team is one without roles and members. */
export function appliedFacts(record: ApplyRecord | null): Applied | null {
  const [first] = record?.begun ?? [];
  if (record === null || record.team !== null || first === undefined) return appliedIn(record);
  return appliedIn({ ...record, team: { ...first, roles: [], members: [] } });
}

/** Changes the record, and returns it; what is not there yet is empty. Null for a record that must not be changed. */
export function changeRecord(
  place: RecordPlace,
  change: (record: ApplyRecord) => ApplyRecord | null,
): Promise<Result<ApplyRecord>> {
  return usingRecord(place, async () => {
    const record = applyRecord(place);
    const changed = change((await record.read()) ?? NO_RECORD);
    if (changed === null) throw new ObjectChanged();
    await record.write(changed);
    return changed;
  });
}

/** Notes what a check found. A deleted record is not made again: it would look like that of a lab before its first apply. */
export function noteInRecord(place: RecordPlace, note: (record: ApplyRecord) => Partial<ApplyRecord>) {
  return changeRecord(place, (record) => (record.team === null ? null : { ...record, ...note(record) }));
}

/** Whether no apply began or ended between two readings of the record. Only drift checks change the rest. */
export function isSameApply(one: ApplyRecord | null, other: ApplyRecord | null): boolean {
  const [first, second] = [one ?? NO_RECORD, other ?? NO_RECORD].map(({ at, team, begun }) => ({ at, team, begun }));
  return stableJson(first) === stableJson(second);
}

/** Fails if an apply began or ended since a record was read. */
export async function checkSameApply(place: RecordPlace, record: ApplyRecord | null): Promise<Result<null>> {
  const now = await readRecord(place);
  if (!now.ok) return now;
  return isSameApply(now.value, record) ? succeed(null) : fail('record-changed', { file: RECORD_FILE });
}

/** The record once an apply of this team has begun; one that is tried again counts once. */
export function withBegun(record: ApplyRecord, team: AppliedTeam, at: Date): ApplyRecord {
  const text = stableJson(team);
  const others = record.begun.filter((each) => stableJson(each) !== text);
  return {
    ...record,
    since: record.since ?? record.at,
    at: at.toISOString(),
    begun: [...others, team].slice(-MOST_BEGUN),
  };
}

/** What a record keeps of the commits that it has once a team is applied at a terminal. Null stands for those of begun applies, too. */
export function earlierCommits({ team, commit, earlier = [] }: ApplyRecord, isBegun: boolean): ApplyRecord['earlier'] {
  const all = [...new Set([...(isBegun ? [null] : []), ...(team === null ? [] : [commit]), ...earlier])];
  return all.length > MOST_EARLIER ? [...all.slice(0, MOST_EARLIER - 1), null] : all;
}

/** The apply record, if a lab can use it: it can be read, and is not another lab's. */
export async function checkRecord(session: {
  readonly team: Pick<Team, 'lab'>;
  readonly records: RecordPlace;
}): Promise<Result<ApplyRecord | null>> {
  const { lab } = session.team;
  const record = await readRecord(session.records);
  if (!record.ok) return record;
  const { team = null, begun = [] } = record.value ?? {};
  const other = (team ?? begun[0])?.lab ?? lab;
  return other === lab ? record : fail('state-of-another-lab', { state: RECORD_FILE, lab: other });
}

/**
 * Says on standard error, and returns, that the file is older than what was applied last: it differs from that, and its
 * clone lacks the commit, so its plan would undo that apply. Workflows check their commit themselves.
 */
export async function noteOldFile(
  { team, records }: { readonly team: Team; readonly records: RecordPlace },
  file: string,
  { isPublic = false, stderr }: Pick<Terminal, 'isPublic' | 'stderr'>,
): Promise<boolean> {
  if (isPublic) return false;
  const read = await readRecord(records);
  const { commit = null, team: applied = null, at = '' } = (read.ok ? read.value : null) ?? {};
  if (commit === null || applied === null) return false;
  if (stableJson(appliedTeam(team, applied.day)) === stableJson(applied)) return false;
  if (!(await lacksCommit(dirname(file), commit))) return false;
  stderr(
    visible(
      `note[old-file]: ${basename(file)} here is not the one applied last (commit ${commit.slice(0, 7)}, ${timeWords(at)})`,
    ),
  );
  stderr('\n  reason: this clone does not have that commit\n  help: run `git pull`, then run this command again\n\n');
  return true;
}

/** The commit of a file as it is, or null: in no clone, changed since, or not the one of which workflows ask who approved it. */
export async function commitOf(file: string): Promise<string | null> {
  const git = (...args: readonly string[]) => gitIn(dirname(file), ...args);
  const isAsCommitted = (await git('diff', '--quiet', 'HEAD', '--', basename(file))) !== null;
  const isTeamFile = (await git('ls-files', '--full-name', '--', basename(file))) === 'team.yaml';
  return isAsCommitted && isTeamFile ? git('rev-parse', '--verify', 'HEAD') : null;
}

/** Whether HEAD does not descend from a commit; false outside a clone. */
async function lacksCommit(directory: string, commit: string): Promise<boolean> {
  const head = await gitIn(directory, 'rev-parse', '--verify', 'HEAD');
  return head !== null && (await gitIn(directory, 'merge-base', '--is-ancestor', commit, head)) === null;
}

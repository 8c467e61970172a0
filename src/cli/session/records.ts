import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { askAws, awsFailure } from '../../aws/client.ts';
import type { IamLookup } from '../../aws/iam-names.ts';
import { ObjectChanged, readStateObject, type StateText, writeStateObject } from '../../aws/state-object.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { APPLIED_TEAM, type Applied, appliedTeam } from '../../drift/applied.ts';
import { RECONCILE_RECORD, type ReconcileRecord } from '../../drift/remediation/decide.ts';
import { APPLIED_OWNERS, appliedOwners } from '../../review/approval/applied-owners.ts';
import { labPath } from '../../team/names.ts';
import { DEFAULT_STATE_KEY, type StatePlace, type Team } from '../../team/team.ts';
import { timeWords } from '../../text/dates.ts';
import { visible } from '../../text/escape.ts';
import type { Terminal } from '../io.ts';

/** Where a lab's records are kept: beside its state, writable by the roles that write the state. */
export type RecordPlace =
  | ({ readonly kind: 'bucket'; readonly account: string } & StatePlace)
  | { readonly kind: 'directory'; readonly directory: string };

/** One small JSON document that is replaced as a whole. */
export interface StateRecord<Value> {
  /** Null where there is none yet. Throws where it cannot be read or is none. */
  read(): Promise<Value | null>;
  /**
   * Replaces what was read or written last, which is nothing at first. Throws `ObjectChanged` if something else is there now,
   * and if it cannot be written.
   */
  write(value: Value): Promise<void>;
}

/** The place of the local AWS emulator is its directory, else the state's bucket, else the directory of the local state. */
export function recordPlace(
  { account, settings }: Pick<Team, 'account' | 'settings'>,
  emulator: string | null,
  localDirectory: string,
): RecordPlace {
  const { state } = settings;
  if (emulator === null && state !== null) return { kind: 'bucket', account, ...state };
  const isShared = emulator !== null && state !== null && state.key !== DEFAULT_STATE_KEY;
  return { kind: 'directory', directory: isShared ? join(emulator, state.key) : (emulator ?? localDirectory) };
}

/** The record of that file name, read by its schema. */
function stateRecord<Schema extends z.ZodType>(
  place: RecordPlace,
  name: string,
  schema: Schema,
): StateRecord<z.output<Schema>> {
  const texts = place.kind === 'bucket' ? inBucket(place, name) : inFile(join(place.directory, name), place.directory);
  let last: string | null = null;
  return {
    async read() {
      const found = await texts.read();
      last = found?.etag ?? null;
      return found === null ? null : schema.parse(JSON.parse(found.text));
    },
    async write(value) {
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
function inFile(file: string, directory: string): Texts {
  const read = async () => {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  };
  return {
    async read() {
      const text = await read();
      return text === null ? null : { text, etag: text };
    },
    async write(text, replaced) {
      if ((await read()) !== replaced) throw new ObjectChanged();
      await mkdir(directory, { recursive: true });
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
      return text;
    },
  };
}

/** What working with a record beside the state gives, or why it could not be used. */
export async function usingRecord<Value>(file: string, work: () => Promise<Value>): Promise<Result<Value>> {
  try {
    return succeed(await work());
  } catch (error) {
    if (error instanceof ObjectChanged) return fail('record-changed', { file });
    const failure = awsFailure(error);
    if (failure !== null) return { ok: false, failure };
    return fail('record-unusable', { file, reason: error instanceof Error ? error.message : String(error) });
  }
}

const FILE = 'apply-record.json';
const MOST_BEGUN = 20;

const IDS = z.record(z.string().max(128), z.string().max(128));

const RECORD = z.strictObject({
  version: z.literal(1),
  /** The last commit that was applied, or began to be; null if every apply was made without one. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/)
    .nullable(),
  state: z.enum(['applying', 'applied']),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  /** The team of the last apply that ended; null if none has. */
  team: APPLIED_TEAM.nullable(),
  /** Its owners, as far as an administrator or a review appointed them; null if no apply has ended. */
  owners: APPLIED_OWNERS.nullable(),
  /** The teams of applies that began since then and did not end, oldest first. */
  begun: z.array(APPLIED_TEAM).max(MOST_BEGUN),
  /** IAM's unique ids of the lab's users and groups, by name, after the last apply that ended. */
  ids: z.strictObject({ user: IDS, group: IDS }).default({ user: {}, group: {} }),
});

export type ApplyRecord = z.infer<typeof RECORD>;

/** What was applied last. It is kept beside the state, because every writer of a repository can change what GitHub keeps. */
export function applyRecord(place: RecordPlace): StateRecord<ApplyRecord> {
  return stateRecord(place, FILE, RECORD);
}

export const RECONCILE_FILE = 'reconcile-record.json';

/** What reconcile reverted and reported. */
export function reconcileRecord(place: RecordPlace): StateRecord<ReconcileRecord> {
  return stateRecord(place, RECONCILE_FILE, RECONCILE_RECORD);
}

/** The applied team; null if no apply has ended. Fails if the apply record cannot be read. */
export async function readApplied(place: RecordPlace): Promise<Result<Applied | null>> {
  return usingRecord(FILE, async () => {
    const record = await applyRecord(place).read();
    if (record === null || record.team === null) return null;
    const { team, begun, ids } = record;
    const recreated = await recreatedByReconcile(place);
    const known = (noted: Readonly<Record<string, string>>) =>
      new Map(Object.entries(noted).map(([name, id]) => [name, recreated.get(id) ?? id]));
    return { team, begun, ids: { user: known(ids.user), group: known(ids.group) } };
  });
}

/** If it cannot be read, a user that reconcile created again is reported: no reason to fail. */
async function recreatedByReconcile(place: RecordPlace): Promise<ReadonlyMap<string, string>> {
  const read = await usingRecord(RECONCILE_FILE, () => reconcileRecord(place).read());
  return new Map(Object.entries(read.ok ? (read.value?.recreated ?? {}) : {}));
}

/**
 * Records that an apply began or ended. An apply without a commit keeps the commit of the one before; `reviewed` is null for
 * an administrator's own. Throws if the record cannot be read or written.
 */
export async function noteApply(
  record: StateRecord<ApplyRecord>,
  session: {
    readonly team: Team;
    readonly today: string;
    readonly names: Pick<IamLookup, 'list'>;
    now(): Date;
  },
  {
    state,
    commit = null,
    reviewed = null,
  }: Pick<ApplyRecord, 'state'> & {
    readonly commit?: string | null;
    readonly reviewed?: Parameters<typeof appliedOwners>[1];
  },
): Promise<void> {
  const { team, today, names, now } = session;
  const last = await record.read();
  const noted = appliedTeam(team, today);
  const at = now();
  await record.write({
    version: 1,
    commit: commit ?? last?.commit ?? null,
    state,
    at: at.toISOString(),
    ...(state === 'applied'
      ? {
          ...{ team: noted, begun: [], ids: await idsOf(team.lab, names) },
          owners: appliedOwners(team, reviewed, last?.owners ?? null, at),
        }
      : {
          ...{ team: last?.team ?? null, begun: withBegun(last?.begun ?? [], noted), ids: last?.ids ?? NO_IDS },
          owners: last?.owners ?? null,
        }),
  });
}

const NO_IDS: ApplyRecord['ids'] = { user: {}, group: {} };

/** Without them a renamed group counts as deleted, so an account that does not answer is no reason to fail. */
export async function idsOf(lab: string, names: Pick<IamLookup, 'list'>): Promise<ApplyRecord['ids']> {
  const of = async (kind: 'user' | 'group') => {
    const own = (await names.list(kind)).filter(({ path }) => path === labPath(lab));
    return Object.fromEntries(own.map(({ name, id }) => [name, id]));
  };
  const asked = await askAws(async () => ({ user: await of('user'), group: await of('group') }));
  return asked.ok ? asked.value : NO_IDS;
}

/** An apply that is tried again counts once. */
function withBegun(begun: ApplyRecord['begun'], team: ApplyRecord['begun'][number]): ApplyRecord['begun'] {
  const text = JSON.stringify(team);
  return [...begun.filter((each) => JSON.stringify(each) !== text), team].slice(-MOST_BEGUN);
}

const run = promisify(execFile);

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
  const read = await usingRecord('', () => applyRecord(records).read());
  const { commit = null, team: applied = null, at = '' } = (read.ok ? read.value : null) ?? {};
  if (commit === null || applied === null) return false;
  if (JSON.stringify(appliedTeam(team, applied.day)) === JSON.stringify(applied)) return false;
  if (!(await lacksCommit(dirname(file), commit))) return false;
  stderr(
    visible(
      `note[old-file]: ${basename(file)} here is not the one applied last (commit ${commit.slice(0, 7)}, ${timeWords(at)})`,
    ),
  );
  stderr('\n  reason: this clone does not have that commit\n  help: run `git pull`, then run this command again\n\n');
  return true;
}

/** Whether HEAD does not descend from a commit; false outside a clone. */
async function lacksCommit(directory: string, commit: string): Promise<boolean> {
  const git = (...args: readonly string[]) =>
    run('git', ['-C', directory, ...args]).then(
      () => true,
      () => false,
    );
  return (await git('rev-parse', '--verify', 'HEAD')) && !(await git('merge-base', '--is-ancestor', commit, 'HEAD'));
}

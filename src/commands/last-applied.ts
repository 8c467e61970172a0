import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readStateObject, type StateObject, writeStateObject } from '../account/state-object.ts';
import type { Team } from '../team/team.ts';

const RECORD = z.strictObject({
  version: z.literal(1),
  /** The commit whose team file was applied, or began to be. */
  commit: z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/),
  /** ISO 8601, UTC. */
  at: z.string(),
  state: z.enum(['applying', 'applied']),
});

type LastApplied = z.infer<typeof RECORD>;

/**
 * Which commit was applied last. It is kept beside the state, by whoever may write the state: what GitHub keeps is for
 * every writer of the repository to change.
 */
export interface LastAppliedRecord {
  /** Null where nothing was applied by commit yet. Throws where the record cannot be read or is none. */
  read(): Promise<LastApplied | null>;
  write(record: LastApplied): Promise<void>;
}

const NAME = 'last-applied.json';

/** The record of an account in a process in its directory, else of a bucket, else beside the local state. */
export function lastAppliedRecord(
  { settings }: Pick<Team, 'settings'>,
  sandbox: string | null,
  localDirectory: string,
): LastAppliedRecord {
  const { state } = settings;
  if (sandbox === null && state !== null) return inBucket({ ...state, key: `mturk-team/${NAME}` });
  return inFile(join(sandbox ?? localDirectory, NAME));
}

function inBucket(object: StateObject): LastAppliedRecord {
  return {
    async read() {
      const text = await readStateObject(object, process.env);
      return text === null ? null : parse(text);
    },
    write: (record) => writeStateObject(object, textOf(record), process.env),
  };
}

function inFile(file: string): LastAppliedRecord {
  return {
    async read() {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (error) {
        if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
      return parse(text);
    },
    async write(record) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.new`, textOf(record));
      await rename(`${file}.new`, file);
    },
  };
}

function parse(text: string): LastApplied {
  return RECORD.parse(JSON.parse(text));
}

function textOf(record: LastApplied): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/**
 * Whether a commit may follow the one applied last: only what has it in its history may. `unknown` where this clone of
 * the repository does not have the last one, so that nobody can tell.
 */
export async function follows(commit: string, last: string, directory: string): Promise<'yes' | 'no' | 'unknown'> {
  if (commit === last) return 'yes';
  const code = await exitCodeOf(['merge-base', '--is-ancestor', last, commit], directory);
  return code === 0 ? 'yes' : code === 1 ? 'no' : 'unknown';
}

function exitCodeOf(args: readonly string[], cwd: string): Promise<number> {
  return new Promise((resolve) => {
    execFile('git', [...args], { cwd }, (error) => {
      resolve(error === null ? 0 : typeof error.code === 'number' ? error.code : 128);
    });
  });
}

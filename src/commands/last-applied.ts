import { execFile } from 'node:child_process';
import { z } from 'zod';
import { declaredDigest } from '../review/declared-digest.ts';
import type { Lab } from './open-lab.ts';
import { type RecordPlace, type StateRecord, stateRecord } from './state-record.ts';

const RECORD = z.strictObject({
  version: z.literal(1),
  /** The last commit whose team file was applied by commit, or began to be; null where none was. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/)
    .nullable(),
  /** ISO 8601, UTC. */
  at: z.string(),
  state: z.enum(['applying', 'applied']),
  /** `declaredDigest` of the file that was applied, or began to be; null in records of before it was noted. */
  declared: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null),
});

export type LastApplied = z.infer<typeof RECORD>;

/**
 * Which commit was applied last, and what the file of the last apply declares. It is kept beside the state, by whoever
 * may write the state: what GitHub keeps is for every writer of the repository to change.
 */
export type LastAppliedRecord = StateRecord<LastApplied>;

export function lastAppliedRecord(place: RecordPlace): LastAppliedRecord {
  return stateRecord(place, 'last-applied.json', RECORD);
}

/**
 * Notes an apply of what a lab's file declares. An apply without a commit leaves the commit of the one before, or an
 * older one could be applied again after it. The administrator's stack is not the team's, and is not noted. Throws where
 * the record cannot be read or written.
 */
export async function noteApply(
  record: LastAppliedRecord,
  lab: Pick<Lab, 'team' | 'stack' | 'now'>,
  { state, commit = null }: Pick<LastApplied, 'state'> & { readonly commit?: string | null },
): Promise<void> {
  if (lab.stack !== 'team') return;
  const last = await record.read();
  const noted = {
    version: 1,
    commit: commit ?? last?.commit ?? null,
    state,
    declared: declaredDigest(lab.team),
  } as const;
  await record.write({ ...noted, at: lab.now().toISOString() });
}

/**
 * Notes that what the file declares is applied where the record does not say so (any more, or yet): for whoever has found
 * that a plan has nothing to do but to put right what was done by hand. Throws as noting does.
 */
export async function noteAsApplied(
  record: LastAppliedRecord,
  lab: Pick<Lab, 'team' | 'stack' | 'now'>,
): Promise<void> {
  const last = await record.read();
  if (last?.state === 'applied' && last.declared === declaredDigest(lab.team)) return;
  await noteApply(record, lab, { state: 'applied' });
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

import { execFile } from 'node:child_process';
import { z } from 'zod';
import { desiredAccessDigest } from '../../access/desired-digest.ts';
import { type Applied, changedSubjects } from '../../drift/scan/look-since.ts';
import { APPLIED_ACCESS, packedAccess, unpackedAccess } from './applied-access.ts';
import type { Lab } from './open-lab.ts';
import { type RecordPlace, type StateRecord, stateRecord } from './state-record.ts';

const MOST_BEGUN = 200_000;

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
  /** What the file declared that was applied last as a whole; null where nobody has noted that. */
  access: APPLIED_ACCESS.nullable().default(null),
  /** `subjectKey`s of all that applies which began since then, and did not end, were to change in it. */
  begun: z.array(z.string().max(4_096)).max(MOST_BEGUN).default([]),
});

export type LastApplied = z.infer<typeof RECORD>;

/**
 * Which commit was applied last, and what the file of the last apply declares. It is kept beside the state, by whoever
 * may write the state: what GitHub keeps is for every writer of the repository to change.
 */
export type LastAppliedRecord = StateRecord<LastApplied>;

type NotedLab = Pick<Lab, 'team' | 'stack' | 'today' | 'now'>;

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
  lab: NotedLab,
  { state, commit = null }: Pick<LastApplied, 'state'> & { readonly commit?: string | null },
): Promise<void> {
  if (lab.stack !== 'team') return;
  const last = await record.read();
  await record.write({
    version: 1,
    commit: commit ?? last?.commit ?? null,
    state,
    declared: desiredAccessDigest(lab.team),
    at: lab.now().toISOString(),
    ...(state === 'applied' ? { access: packedAccess(lab.team, lab.today), begun: [] } : begunAfter(last, lab)),
  });
}

/** Until an apply has ended, what was applied before it is what is known to have been applied. */
function begunAfter(
  last: LastApplied | null,
  { team, today }: Pick<Lab, 'team' | 'today'>,
): Pick<LastApplied, 'access' | 'begun'> {
  if (last === null) return { access: null, begun: [] };
  // A record of before this was noted says as much where the same file is applied again.
  const isSame = last.state === 'applied' && last.declared === desiredAccessDigest(team);
  const access = last.access ?? (isSame ? packedAccess(team, today) : null);
  if (access === null) return { access, begun: [] };
  const changed = changedSubjects(unpackedAccess(access), team, today);
  const begun = [...new Set([...last.begun, ...changed])].sort();
  // Nobody could read more back, and nothing is ever guessed: then the plan alone tells, as without a record.
  return begun.length > MOST_BEGUN ? { access: null, begun: [] } : { access, begun };
}

/** What a look is told of the last apply. */
export function appliedOf(last: LastApplied | null): Applied | null {
  if (last === null) return null;
  const { state, declared, access, begun } = last;
  const isWhole = state === 'applied';
  return {
    // The file of an apply that did not end is none that was applied.
    declared: isWhole ? declared : null,
    file: access === null ? null : { ...unpackedAccess(access), begun, isWhole },
  };
}

/**
 * Notes that what the file declares is applied where the record does not say so (any more, or yet): for whoever has found
 * that a plan has nothing to do but to put right what was done by hand. Throws as noting does.
 */
export async function noteAsApplied(record: LastAppliedRecord, lab: NotedLab): Promise<void> {
  const last = await record.read();
  const isNoted = last?.state === 'applied' && last.access !== null && last.declared === desiredAccessDigest(lab.team);
  if (isNoted) return;
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

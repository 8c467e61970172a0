import { execFile } from 'node:child_process';
import { z } from 'zod';
import type { Result } from '../../diagnostics/failure.ts';
import { APPLIED_TEAM, type Applied, appliedTeam } from '../../drift/applied.ts';
import type { LabSession } from './lab-session.ts';
import { usingRecord } from './record-failure.ts';
import { type RecordPlace, type StateRecord, stateRecord } from './state-record.ts';

const FILE = 'apply-record.json';
const MOST_BEGUN = 20;

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
  /** The teams of applies that began since then and did not end, oldest first. */
  begun: z.array(APPLIED_TEAM).max(MOST_BEGUN),
});

export type ApplyRecord = z.infer<typeof RECORD>;

/** What was applied last. It is kept beside the state, because every writer of a repository can change what GitHub keeps. */
export function applyRecord(place: RecordPlace): StateRecord<ApplyRecord> {
  return stateRecord(place, FILE, RECORD);
}

/** The applied team; null if no apply has ended. Fails if the record cannot be read. */
export async function readApplied(place: RecordPlace): Promise<Result<Applied | null>> {
  return usingRecord(FILE, async () => {
    const record = await applyRecord(place).read();
    return record === null || record.team === null ? null : { team: record.team, begun: record.begun };
  });
}

/**
 * Records that an apply began or ended. An apply without a commit keeps the commit of the one before, so that an older
 * commit cannot follow it. The bootstrap stack is not recorded. Throws if the record cannot be read or written.
 */
export async function noteApply(
  record: StateRecord<ApplyRecord>,
  { team, stack, today, now }: Pick<LabSession, 'team' | 'stack' | 'today' | 'now'>,
  { state, commit = null }: Pick<ApplyRecord, 'state'> & { readonly commit?: string | null },
): Promise<void> {
  if (stack !== 'team') return;
  const last = await record.read();
  const noted = appliedTeam(team, today);
  await record.write({
    version: 1,
    commit: commit ?? last?.commit ?? null,
    state,
    at: now().toISOString(),
    ...(state === 'applied'
      ? { team: noted, begun: [] }
      : { team: last?.team ?? null, begun: withBegun(last?.begun ?? [], noted) }),
  });
}

/** An apply that is tried again counts once. */
function withBegun(begun: ApplyRecord['begun'], team: ApplyRecord['begun'][number]): ApplyRecord['begun'] {
  const text = JSON.stringify(team);
  return [...begun.filter((each) => JSON.stringify(each) !== text), team].slice(-MOST_BEGUN);
}

/**
 * Whether a commit may be applied after `last`: only if `last` is in its history. `unknown` if this clone does not have
 * `last`.
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

import { type Failure, succeed } from '../../diagnostics/failure.ts';
import type { GitHub } from '../../github/port.ts';
import { distanceWords, HOUR_MS, timeWords } from '../../text/dates.ts';
import { failureProblem } from '../../text/failures/failures.ts';
import { codeText, counted, plainText, sentences, type Text, t, trusted } from '../../text/text.ts';

/** A drift check that is overdue. Times are ISO 8601, UTC. */
export interface StaleDriftCheck {
  /** `drift.yml` */
  readonly workflow: string;
  /** Start of the last successful scheduled run; null if there is none. */
  readonly last: string | null;
  /** When GitHub first saw the workflow. */
  readonly since: string;
  readonly everyHours: number;
  /** Who disabled the workflow; null if it is enabled. */
  readonly off: 'github' | 'someone' | null;
}

/**
 * The stale drift check, if the last successful run began more than twice the period ago. Without any, the workflow's own
 * age counts, so that a new repository gets no warning; without the workflow there is no warning either.
 */
export function staleDriftCheck(
  found: {
    readonly file: string;
    readonly workflow: { readonly createdAt: string; readonly state: string } | null;
    readonly last: { readonly at: string } | null;
  },
  { everyHours, now }: { readonly everyHours: number; readonly now: Date },
): StaleDriftCheck | null {
  const { file, workflow, last } = found;
  if (workflow === null) return null;
  const since = Date.parse(last?.at ?? workflow.createdAt);
  // An unreadable time is no reason for a warning.
  if (!(now.getTime() - since > 2 * everyHours * HOUR_MS)) return null;
  const { createdAt, state } = workflow;
  const off = state === 'active' ? null : state === 'disabled_manually' ? 'someone' : 'github';
  return { workflow: file, last: last?.at ?? null, since: createdAt, everyHours, off };
}

/** `Drift was last checked 20 Nov 2026 05:17 UTC (5 days ago), although drift.yml is due every 24 hours.` */
export function staleDriftText({ workflow, last, since, everyHours, off }: StaleDriftCheck, now: Date): Text {
  const period = trusted(everyHours === 1 ? 'hour' : counted(everyHours, 'hour'));
  const when =
    last === null
      ? t`Drift was never checked, although ${codeText(workflow)} has been due every ${period} since ${trusted(timeWords(since))}. Manual changes may be undetected.`
      : t`Drift was last checked ${trusted(timeWords(last))} (${trusted(distanceWords(new Date(last), now))}), although ${codeText(workflow)} is due every ${period}. Newer manual changes may be undetected.`;
  return sentences(when, FIXES[off ?? 'on']);
}

const FIXES = {
  github: t`GitHub disabled the workflow: enable it under Actions.`,
  someone: t`Someone disabled the workflow: enable it under Actions.`,
  on: t`See its runs under Actions.`,
} as const;

/** Asks GitHub whether the drift check is overdue. The result is logged and never a reason to fail. */
export async function findStaleDriftCheck(
  github: GitHub,
  asked: { readonly file: string; readonly branch: string; readonly everyHours: number; readonly now: Date },
  log: (line: string) => void,
): Promise<StaleDriftCheck | null> {
  const { file, branch, now } = asked;
  const workflow = await github.workflow(file);
  if (!workflow.ok) {
    log(driftChecksUnknownText(file, workflow.failure));
    return null;
  }
  const last = workflow.value === null ? succeed(null) : await github.lastSuccess(file, branch);
  if (!last.ok) {
    log(driftChecksUnknownText(file, last.failure));
    return null;
  }
  const stale = staleDriftCheck({ file, workflow: workflow.value, last: last.value }, asked);
  if (stale !== null) log(plainText(staleDriftText(stale, now)));
  return stale;
}

/** A line of a log: GitHub could not be asked. Nothing fails for it. */
function driftChecksUnknownText(workflow: string, failure: Failure): string {
  const { summary } = failureProblem(failure);
  const needed = failure.code === 'github-denied' ? t` Give the job the permission ${codeText('actions: read')}.` : t``;
  return plainText(
    t`The last run of ${codeText(workflow)} is unknown, so a stale drift check is not reported: ${summary}.${needed}`,
  );
}

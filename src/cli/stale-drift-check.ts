import type { GitHub } from '../github/port.ts';
import {
  driftChecksUnknownText,
  type StaleDriftCheck,
  staleDriftCheck,
  staleDriftText,
} from '../review/comment/stale-drift-check.ts';
import { plainText } from '../text/text.ts';
import type { Terminal } from './io.ts';

/**
 * Asks GitHub whether the workflow that checks for drift is overdue; null if it is not, or if GitHub does not answer. The
 * result is logged and never a reason to fail.
 */
export async function findStaleDriftCheck(
  github: GitHub,
  {
    file,
    branch,
    everyHours,
    now,
  }: {
    readonly file: string;
    readonly branch: string;
    readonly everyHours: number;
    readonly now: Date;
  },
  terminal: Terminal,
): Promise<StaleDriftCheck | null> {
  const workflow = await github.workflow(file);
  const last = workflow.ok && workflow.value !== null ? await github.lastSuccess(file, branch) : null;
  const failed = workflow.ok ? last : workflow;
  if (failed?.ok === false) terminal.stderr(`${driftChecksUnknownText(file, failed.failure)}\n`);
  if (!workflow.ok || last?.ok === false) return null;
  const stale = staleDriftCheck({ file, workflow: workflow.value, last: last?.value ?? null }, { everyHours, now });
  if (stale !== null) terminal.stderr(`${plainText(staleDriftText(stale, now))}\n`);
  return stale;
}

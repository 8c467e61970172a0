import type { GitHub } from '../github/port.ts';
import { looksUnknownText, overdueText } from '../review/comment/overdue-text.ts';
import { type StaleDriftCheck, staleDriftCheck } from '../review/comment/stale-drift-check.ts';
import type { Terminal } from './io.ts';

/**
 * Whether the workflow that looks at the account is overdue, asked of GitHub; null where it is not, and where nobody
 * can tell. It is said in the log, and never a reason to fail: whoever cannot ask loses a warning and nothing else.
 */
export async function overdueLooks(
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
  if (failed?.ok === false) terminal.stderr(`${looksUnknownText(file, failed.failure)}\n`);
  if (!workflow.ok || last?.ok === false) return null;
  const overdue = staleDriftCheck({ file, workflow: workflow.value, last: last?.value ?? null }, { everyHours, now });
  if (overdue !== null) terminal.stderr(`${overdueText(overdue, now)}\n`);
  return overdue;
}

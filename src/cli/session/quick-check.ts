import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { findingTitle } from '../../drift/report/finding-view.ts';
import { quickCheckOf } from '../../drift/report/quick-check.ts';
import { findingsBetween } from '../../drift/scan/finding-id.ts';
import type { QuickCheck } from '../../review/manifest/schema.ts';
import { plainText } from '../../text/text.ts';
import { type CompletedScan, quickScan } from '../drift/run-scan.ts';
import { shownNames, type Terminal } from '../io.ts';
import type { LabSession } from './lab-session.ts';
import type { StackPlan } from './plan.ts';

/** Who may do what: the plan role may ask neither CloudTrail nor for the credential report. */
const ACCESS_ALONE = { cloudTrail: false, credentialReport: false };

export interface QuickChecked {
  readonly completed: CompletedScan;
  readonly check: QuickCheck;
}

/** A quick check: of what a plan does not carry out, or of everything if `planned` is null. */
export async function quickCheck(
  session: LabSession,
  planned: StackPlan | null,
  terminal: Terminal,
): Promise<QuickChecked> {
  const completed = await quickScan(session, ACCESS_ALONE, terminal);
  return { completed, check: quickCheckOf(completed, planned?.classification ?? null, session.naming) };
}

/** Whether the account differs from team.yaml as it did at a check before; if not, the failure names what changed. */
export async function changeSince(
  { completed }: QuickChecked,
  session: LabSession,
  terminal: Terminal,
): Promise<Result<'unchanged' | 'unknown'>> {
  const now = await quickScan(session, ACCESS_ALONE, terminal);
  if (!completed.complete || !now.complete) return succeed('unknown');
  const { appeared, gone } = findingsBetween(completed.scan, now.scan);
  if (appeared.length + gone.length === 0) return succeed('unchanged');
  const titles = (findings: typeof gone) =>
    findings.map((finding) => plainText(findingTitle(finding, shownNames(session.naming, terminal))));
  return fail('changed-meanwhile', { appeared: titles(appeared), gone: titles(gone) });
}

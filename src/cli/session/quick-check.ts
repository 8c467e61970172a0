import { quickCheckOf } from '../../drift/report/quick-check.ts';
import type { QuickCheck } from '../../review/manifest/schema.ts';
import { quickScan } from '../drift/run-scan.ts';
import type { Terminal } from '../io.ts';
import type { LabSession } from './lab-session.ts';
import type { StackPlan } from './plan.ts';

/** Who may do what: the plan role may ask neither CloudTrail nor for the credential report. */
const ACCESS_ALONE = { cloudTrail: false, credentialReport: false };

/** A quick check: of what a plan does not carry out, or of everything if `planned` is null. */
export async function quickCheck(
  session: LabSession,
  planned: StackPlan | null,
  terminal: Terminal,
): Promise<QuickCheck> {
  const completed = await quickScan(session, ACCESS_ALONE, terminal);
  return quickCheckOf(completed, planned?.classification ?? null, session.naming);
}

import type { Result } from '../../diagnostics/failure.ts';
import type { DriftClass } from '../../drift/finding.ts';
import type { Refusal } from '../../drift/remediation/reconcile-refusal.ts';
import { driftJson } from '../../drift/text/drift-json.ts';
import { nothingToUndoText, stillDiffersText, undoneText } from '../../drift/text/reconcile-text.ts';
import type { DriftOptions } from '../commands/drift.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import type { Lab } from '../session/open-lab.ts';
import type { Looked } from './look.ts';
import { type Reconciled, reconcile } from './reconcile.ts';
import { blockedReason, writeReconcileReport } from './write-report.ts';

/** What no look makes possible; any other refusal leaves the account as it was found, which is what the code tells. */
const IMPOSSIBLE: readonly Refusal['reason'][] = ['off', 'unknown-keys', 'not-restorable', 'incomplete'];

/**
 * Puts right what is asked, and says in words what was done and how the account stands after it, with --json as one document.
 * Gives the class of the account after it, as `lookAgain` finds it; null where it failed or cannot be.
 */
export async function putRight(
  lab: Lab,
  looked: Looked,
  options: DriftOptions & { readonly lockTimeoutSeconds?: number },
  terminal: Terminal,
  lookAgain: () => Promise<Result<Looked>>,
): Promise<DriftClass | null> {
  const { reconcile: undo, restore, expect, json } = options;
  const say = (text: string) => (json ? terminal.stderr : terminal.stdout)(`\n${text}\n`);
  const ending = await reconcile(lab, looked.look, { undo, restore, expect }, options, terminal);
  if (ending.outcome === 'done') say(undoneText(ending.undone, lab.naming));
  if (ending.outcome === 'nothing') say(nothingToUndoText());
  // What failed may have been done in part: nobody knows before somebody has looked.
  const mayHaveChanged = ending.outcome === 'done' || (ending.outcome === 'failed' && ending.begun);
  const after = mayHaveChanged ? await lookAgain() : null;
  await writeReconcileReport(options, looked, ending, lab, ending.outcome === 'done' ? after : null);
  const now = after === null ? looked : after.ok ? after.value : null;
  if (json) terminal.stdout(`${JSON.stringify(reconciledJson(lab, now, ending), null, 2)}\n`);
  if (after !== null && !after.ok) {
    reportFailure(after.failure, terminal);
    return null;
  }
  if (after !== null && now !== null && !json) say(stillDiffersText(now.look));
  return ending.outcome === 'failed' || isImpossible(ending) ? null : (now?.look.class ?? null);
}

function isImpossible(ending: Reconciled): boolean {
  return ending.outcome === 'refused' && (ending.refusal === null || IMPOSSIBLE.includes(ending.refusal.reason));
}

/** The look after it, or the one before where nothing was changed, with what was put right; `drift` is null where nobody could look. */
function reconciledJson({ team, naming }: Lab, now: Looked | null, ending: Reconciled): Record<string, unknown> {
  const undone = ending.outcome === 'done' ? ending.undone.map(({ id }) => id) : [];
  const reconciled = { outcome: ending.outcome, undone, reason: blockedReason(ending) };
  const look =
    now === null
      ? { version: 2, lab: team.lab, account: team.account, drift: null }
      : driftJson(now.look, team, naming);
  return { ...look, reconciled };
}

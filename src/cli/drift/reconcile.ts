import type { Failure } from '../../diagnostics/failure.ts';
import type { DriftFinding, ScanResult } from '../../drift/finding.ts';
import { keepAsIs } from '../../drift/remediation/keep-as-is.ts';
import { decideReconcile, type ReconcileRequest } from '../../drift/remediation/reconcile.ts';
import type { Refusal } from '../../drift/remediation/reconcile-refusal.ts';
import { standsAgainst } from '../../drift/remediation/stands-against.ts';
import { reconcileLines, reconcileQuestion, refusalWords } from '../../drift/text/reconcile-text.ts';
import { applyWithProgress } from '../apply-plan.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import { planLab } from '../session/lab-plan.ts';
import type { Lab } from '../session/open-lab.ts';
import { usingRecord } from '../session/record-failure.ts';
import { lookFast } from './look.ts';
import { reconcileHistory } from './reconcile-history.ts';
import { isStillAsSeen } from './still-as-seen.ts';

export type Reconciled =
  | { readonly outcome: 'done'; readonly undone: readonly DriftFinding[] }
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'refused'; readonly words: string; readonly refusal: Refusal | null }
  /** `begun`: something may have been changed all the same. */
  | { readonly outcome: 'failed'; readonly failure: Failure; readonly begun: boolean };

const HISTORY = 'reconcile-history.json';

/**
 * Puts right what a look found by hand, as far as that may be: see `decideReconcile`. One plan of the whole stack, with
 * everything else written into it as the account has it, which must do exactly that. Why not is printed.
 */
export async function reconcile(
  lab: Lab,
  look: ScanResult,
  request: ReconcileRequest,
  options: { readonly yes: boolean; readonly lockTimeoutSeconds?: number },
  terminal: Terminal,
): Promise<Reconciled> {
  const refused = (refusal: Refusal): Reconciled => {
    const words = refusalWords(refusal, lab.naming);
    terminal.stderr(`\n${words}\n`);
    return { outcome: 'refused', words, refusal };
  };
  const failed = (failure: Failure, begun = false): Reconciled => {
    reportFailure(failure, terminal);
    return { outcome: 'failed', failure, begun };
  };
  const history = reconcileHistory(lab.records);
  const before = await usingRecord(HISTORY, history.read);
  if (!before.ok) return failed(before.failure);
  const decision = decideReconcile(look, lab.team, request, before.value);
  if (decision.kind === 'nothing') return { outcome: 'nothing' };
  if (decision.kind === 'refused') return refused(decision.refusal);

  const { findings, restored, kept } = decision;
  const { lockTimeoutSeconds } = options;
  const planned = await planLab(lab, {
    edit: (configuration) => keepAsIs(configuration, kept),
    ...(lockTimeoutSeconds === undefined ? {} : { lockTimeoutSeconds }),
  });
  if (!planned.ok) return failed(planned.failure);
  const { saved, ...plan } = planned.value;
  const against = standsAgainst({ ...plan, plan: saved.plan }, lab, look, decision);
  if (against !== null) return refused(against);
  if (!options.yes) {
    terminal.stderr(`\n${reconcileLines(findings, lab.naming).join('\n')}\n\n`);
    if (!(await terminal.confirm(reconcileQuestion(findings, lab.team.account)))) {
      const words =
        terminal.canAsk === true ? 'Nothing was changed.' : 'Nothing was changed. No one can answer here: pass --yes.';
      terminal.stderr(`${words}\n`);
      return { outcome: 'refused', words, refusal: null };
    }
  }

  // Somebody may have thought about the question for an hour, and an emergency does not wait for an answer.
  const now = await lookFast(lab, { trail: false }, terminal);
  if (!now.ok) return failed(now.failure);
  if (!now.value.complete || !isStillAsSeen(look, now.value.look)) return refused({ reason: 'changed-meanwhile' });
  // What a person asked to have put back is no quarrel with whoever took it away.
  const counted = findings.filter((finding) => !restored.includes(finding)).map(({ id }) => id);
  const begun = await usingRecord(HISTORY, () => history.begin(counted, lab.now()));
  if (!begun.ok) return failed(begun.failure);
  const applied = await applyWithProgress(lab, planned.value, terminal);
  if (!applied.ok) return failed(applied.failure, true);
  // Where this is not to be had, what was begun counts all the same.
  const noted = await usingRecord(HISTORY, begun.value);
  if (!noted.ok) reportFailure(noted.failure, terminal);
  return { outcome: 'done', undone: findings };
}

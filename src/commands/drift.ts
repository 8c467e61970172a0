import { lookAtBoundary } from '../account/boundary.ts';
import { lookForStrays } from '../account/strays.ts';
import { driftReportLines, reconcileBlockedText, reconciledText } from '../render/drift-text.ts';
import { planJson } from '../render/plan-json.ts';
import { confirmQuestion, labHeading, notConfirmedText, refusalLines } from '../render/plan-text.ts';
import { besideLines, leftAloneText } from '../render/stray-text.ts';
import { effectsOf } from '../review/drift-effect.ts';
import { type Beside, besideOf, knownTo, lookedClass } from '../review/stray-report.ts';
import { labPath } from '../team/names.ts';
import { applyWithProgress } from './apply.ts';
import type { Terminal } from './io.ts';
import { type LabPlan, planLab } from './lab-plan.ts';
import { type Lab, type LabOptions, openLab } from './open-lab.ts';
import { reportFailure } from './report-failure.ts';

export interface DriftOptions extends LabOptions {
  /** Put right what was changed by hand. */
  readonly reconcile: boolean;
  readonly yes: boolean;
}

/** `drift`: 0 when clean (or put right), 2 with differences, 1 on an error or where reconciling is refused. */
export async function drift(options: DriftOptions, terminal: Terminal): Promise<number> {
  const lab = await openLab(options, terminal);
  if (typeof lab === 'number') return lab;
  try {
    const planned = await planLab(lab);
    if (!planned.ok) return reportFailure(planned.failure, terminal);
    const beside = await lookBeside(lab, planned.value);
    showDrift(lab, planned.value, beside, options, terminal);
    const { report } = planned.value;
    const found = lookedClass(report.class, beside);
    if (found === 'error') return 1;
    if (found === 'clean') return 0;
    if (!options.reconcile) return 2;
    const reconciled = report.class === 'clean' ? 0 : await reconcile(lab, planned.value, options, terminal);
    if (reconciled !== 0) return reconciled;
    const left = leftAloneText(beside);
    if (left === null) return 0;
    terminal.stderr(`${left}\n`);
    return beside.strays.length > 0 || beside.boundary !== null ? 2 : 1;
  } finally {
    await lab.close();
  }
}

/** Asks the account for what no plan asks: a plan makes the provider's calls and no others. */
async function lookBeside(lab: Lab, { saved, report, takenOver }: LabPlan): Promise<Beside> {
  const isKnown = knownTo(saved.plan);
  const taken = new Set(takenOver.map(({ kind, id }) => `${kind} ${id}`));
  const look = await lookForStrays(
    {
      path: labPath(lab.team.lab),
      knows: (thing) =>
        isKnown(thing) || taken.has(`${thing.kind} ${thing.kind === 'policy' ? thing.arn : thing.name}`),
      groups: new Set(report.access.after.groups.map(({ name }) => name)),
    },
    lab.names,
  );
  const boundary = await lookAtBoundary(lab.team, lab.names);
  return besideOf({ look, boundary }, lab.team, report.access.before, lab.today, lab.at);
}

function showDrift(lab: Lab, planned: LabPlan, beside: Beside, options: DriftOptions, terminal: Terminal): void {
  const { report, saved } = planned;
  if (options.json) {
    const json = planJson({ ...planned, plan: saved.plan }, lab.team, lab.engine, lab.naming, beside);
    terminal.stdout(`${JSON.stringify(json, null, 2)}\n`);
    return;
  }
  const lines = driftReportLines(report, effectsOf(report, lab.at), lab.naming, {
    at: lab.at,
    reconcile: options.reconcile,
    width: terminal.width,
    beside: besideLines(report.class, beside, lab.naming),
  });
  terminal.stdout(`${[labHeading(lab.team, lab.engine, lab.kind), '', ...lines].join('\n')}\n`);
}

/** Puts right what was changed by hand: 0 when done, 1 where that is refused or fails. */
async function reconcile(lab: Lab, planned: LabPlan, options: DriftOptions, terminal: Terminal): Promise<number> {
  const { report, rails } = planned;
  if (report.class !== 'drift' || report.pending.length > 0 || report.pendingAddresses.length > 0) {
    terminal.stderr(`${reconcileBlockedText(report)}\n`);
    return 1;
  }
  if (rails.length > 0) {
    terminal.stderr(`\n${refusalLines(rails, terminal.width).join('\n')}\n`);
    return 1;
  }
  if (!options.yes && !(await terminal.confirm(confirmQuestion(lab.team.account)))) {
    terminal.stderr(`${notConfirmedText()}\n`);
    return 1;
  }
  const applied = await applyWithProgress(lab, planned, terminal);
  if (!applied.ok) return reportFailure(applied.failure, terminal);
  // With --json the report is all that goes to standard output: one document, and not two.
  (options.json ? terminal.stderr : terminal.stdout)(`\n${reconciledText(applied.value.done)}\n`);
  return 0;
}

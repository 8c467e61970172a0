import { confirmQuestion, countResources, doneText, notConfirmedText, refusalLines } from '../render/plan-text.ts';
import { progressView } from '../render/progress.ts';
import type { Terminal } from './io.ts';
import { applyLab } from './lab-apply.ts';
import { isEmpty, type LabPlan, planLab } from './lab-plan.ts';
import { type Lab, type LabOptions, openLab, reportFailure } from './open-lab.ts';
import { showPlan } from './plan.ts';

export interface ApplyOptions extends LabOptions {
  /** Do not ask. */
  readonly yes: boolean;
}

/** `apply`: 0 when the account is as the file says, 1 where it was refused, not confirmed, or failed. */
export async function apply(options: ApplyOptions, terminal: Terminal): Promise<number> {
  const lab = await openLab(options, terminal);
  if (typeof lab === 'number') return lab;
  try {
    const planned = await planLab(lab);
    if (!planned.ok) return reportFailure(planned.failure, terminal);
    // With --json the plan is part of what goes to standard output in the end.
    if (!options.json) showPlan(lab, planned.value, { json: false, resources: false }, terminal);
    if (planned.value.rails.length > 0) {
      if (options.json) terminal.stderr(`${refusalLines(planned.value.rails, terminal.width).join('\n')}\n`);
      return 1;
    }
    if (isEmpty(planned.value))
      return done(lab, planned.value, options, 0, terminal, (steps) => doneText(steps, lab.team.account, options.file));
    return await carryOut(lab, planned.value, options, terminal);
  } finally {
    await lab.close();
  }
}

/** Asks where it must, applies with progress, and says how it ended: in the words of an apply, or in others. */
export async function carryOut(
  lab: Lab,
  planned: LabPlan,
  options: ApplyOptions,
  terminal: Terminal,
  endWords: (steps: number) => string = (steps) => doneText(steps, lab.team.account, options.file),
): Promise<number> {
  if (!options.yes && !(await terminal.confirm(confirmQuestion(lab.team.account)))) {
    terminal.stderr(`${notConfirmedText()}\n`);
    return 1;
  }
  const progress = progressView({
    write: terminal.stderr,
    isTerminal: terminal.isTerminal,
    columns: process.stderr.columns,
  });
  const applied = await applyLab(lab, planned, { onEvent: (event) => progress.show(event) });
  progress.end();
  if (!applied.ok) return reportFailure(applied.failure, terminal);
  return done(lab, planned, options, applied.value.done, terminal, endWords);
}

function done(
  lab: Lab,
  planned: LabPlan,
  options: ApplyOptions,
  steps: number,
  terminal: Terminal,
  endWords: (steps: number) => string,
): number {
  if (options.json) {
    const counts = countResources(planned.saved.plan);
    terminal.stdout(
      `${JSON.stringify({ version: 1, lab: lab.team.lab, account: lab.team.account, steps, ...counts }, null, 2)}\n`,
    );
  } else {
    terminal.stdout(`\n${endWords(steps)}\n`);
  }
  return 0;
}

import { planJson } from '../render/plan-json.ts';
import { bootstrapLine, labHeading, planLines, refusalLines } from '../render/plan-text.ts';
import type { Terminal } from './io.ts';
import { isEmpty, type LabPlan, planLab } from './lab-plan.ts';
import { type Lab, type LabOptions, openLab, reportFailure } from './open-lab.ts';

export interface PlanOptions extends LabOptions {
  /** List the IAM resources too. */
  readonly resources: boolean;
}

/** `plan`: 0 without changes, 2 with changes, 1 on an error or where the change would be refused. */
export async function plan(options: PlanOptions, terminal: Terminal): Promise<number> {
  const lab = await openLab(options, terminal);
  if (typeof lab === 'number') return lab;
  try {
    const planned = await planLab(lab);
    if (!planned.ok) return reportFailure(planned.failure, terminal);
    showPlan(lab, planned.value, options, terminal);
    if (planned.value.rails.length > 0) return 1;
    return isEmpty(planned.value) ? 0 : 2;
  } finally {
    await lab.close();
  }
}

/** Prints a plan as text or JSON, and on standard error why it would be refused. */
export function showPlan(
  lab: Lab,
  planned: LabPlan,
  options: { readonly json: boolean; readonly resources: boolean },
  terminal: Terminal,
): void {
  const { width } = terminal;
  const view = { ...planned, plan: planned.saved.plan };
  if (options.json) {
    terminal.stdout(`${JSON.stringify(planJson(view, lab.team, lab.engine, lab.naming), null, 2)}\n`);
    return;
  }
  const heading = labHeading(lab.team, lab.engine, lab.kind);
  const body =
    lab.stack === 'bootstrap' ? [bootstrapLine(isEmpty(planned))] : planLines(view, lab.naming, { ...options, width });
  terminal.stdout(`${[heading, '', ...body].join('\n')}\n`);
  if (planned.rails.length > 0) terminal.stderr(`\n${refusalLines(planned.rails, width).join('\n')}\n`);
}

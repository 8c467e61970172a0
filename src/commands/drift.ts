import { driftReportLines, reconcileBlockedText } from '../render/drift-text.ts';
import { planJson } from '../render/plan-json.ts';
import { labHeading, refusalLines } from '../render/plan-text.ts';
import { effectsOf } from '../review/drift-effect.ts';
import { carryOut } from './apply.ts';
import type { Terminal } from './io.ts';
import { planLab } from './lab-plan.ts';
import { type LabOptions, openLab, reportFailure } from './open-lab.ts';

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
    const { report, saved } = planned.value;
    if (options.json) {
      terminal.stdout(
        `${JSON.stringify(planJson({ ...planned.value, plan: saved.plan }, lab.team, lab.engine, lab.naming), null, 2)}\n`,
      );
    } else {
      const lines = driftReportLines(report, effectsOf(report, lab.at), lab.naming, {
        at: lab.at,
        reconcile: options.reconcile,
        width: terminal.width,
      });
      terminal.stdout(`${[labHeading(lab.team, lab.engine, lab.kind), '', ...lines].join('\n')}\n`);
    }
    if (report.class === 'clean') return 0;
    if (!options.reconcile) return 2;
    if (report.class !== 'drift' || report.pending.length > 0 || report.pendingAddresses.length > 0) {
      terminal.stderr(`${reconcileBlockedText(report)}\n`);
      return 1;
    }
    if (planned.value.rails.length > 0) {
      terminal.stderr(`\n${refusalLines(planned.value.rails, terminal.width).join('\n')}\n`);
      return 1;
    }
    // With --json the report is all that goes to standard output: one document, and not two.
    const rest = options.json ? { ...terminal, stdout: terminal.stderr } : terminal;
    return await carryOut(lab, planned.value, { ...options, json: false }, rest);
  } finally {
    await lab.close();
  }
}

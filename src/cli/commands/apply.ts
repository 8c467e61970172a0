import { awsFailure } from '../../aws/aws-errors.ts';
import type { Result } from '../../diagnostics/failure.ts';
import { recordText } from '../../review/text/pipeline.ts';
import { confirmQuestion, countResources, doneText, notConfirmedText, refusalLines } from '../../review/text/plan.ts';
import type { ApplyResult } from '../../terraform/run/commands.ts';
import { progressView } from '../../terraform/run/progress.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import { applyLab } from '../session/lab-apply.ts';
import { isEmpty, type LabPlan, planLab } from '../session/lab-plan.ts';
import { type LastApplied, lastAppliedRecord, noteApply } from '../session/last-applied.ts';
import { type Lab, type LabOptions, openLab } from '../session/open-lab.ts';
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
    if (planned.value.blocks.length > 0) {
      if (options.json) terminal.stderr(`${refusalLines(planned.value.blocks, terminal.width).join('\n')}\n`);
      return 1;
    }
    if (!isEmpty(planned.value)) return await carryOut(lab, planned.value, options, terminal);
    // What is there already may have come by hand, or by an apply of before this was noted.
    return (await noted(lab, 'applied', terminal)) ?? done(lab, planned.value, options, 0, terminal);
  } finally {
    await lab.close();
  }
}

/** Asks where it must, applies with progress, and says how it ended. */
async function carryOut(lab: Lab, planned: LabPlan, options: ApplyOptions, terminal: Terminal): Promise<number> {
  if (!options.yes && !(await terminal.confirm(confirmQuestion(lab.team.account)))) {
    terminal.stderr(`${notConfirmedText(terminal.canAsk === true)}\n`);
    return 1;
  }
  const unnoted = await noted(lab, 'applying', terminal);
  if (unnoted !== null) return unnoted;
  const applied = await applyWithProgress(lab, planned, terminal);
  if (!applied.ok) return reportFailure(applied.failure, terminal);
  return (await noted(lab, 'applied', terminal)) ?? done(lab, planned, options, applied.value.done, terminal);
}

/** Applies a plan, and shows on standard error how far it is. */
export async function applyWithProgress(lab: Lab, planned: LabPlan, terminal: Terminal): Promise<Result<ApplyResult>> {
  const progress = progressView({
    write: terminal.stderr,
    isTerminal: terminal.isTerminal,
    columns: process.stderr.columns,
  });
  const applied = await applyLab(lab, planned, { onEvent: (event) => progress.show(event) });
  progress.end();
  return applied;
}

/** Null where it is noted what file is applied; else why not is printed, and the exit code is 1. */
async function noted(lab: Lab, state: LastApplied['state'], terminal: Terminal): Promise<number | null> {
  try {
    await noteApply(lastAppliedRecord(lab.records), lab, { state });
    return null;
  } catch (error) {
    const failure = awsFailure(error);
    if (failure !== null) return reportFailure(failure, terminal);
    const reason = error instanceof Error ? error.message : String(error);
    terminal.stderr(`${recordText(reason, state === 'applying' ? 'read' : 'written')}\n`);
    return 1;
  }
}

function done(lab: Lab, planned: LabPlan, options: ApplyOptions, steps: number, terminal: Terminal): number {
  if (options.json) {
    const counts = countResources(planned.saved.plan);
    terminal.stdout(
      `${JSON.stringify({ version: 1, lab: lab.team.lab, account: lab.team.account, steps, ...counts }, null, 2)}\n`,
    );
  } else {
    terminal.stdout(`\n${doneText(steps, lab.team.account, options.file)}\n`);
  }
  return 0;
}

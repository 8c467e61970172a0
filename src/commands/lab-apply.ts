import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { railsOf, type Stage } from '../review/rails.ts';
import { heldTeam } from '../review/transit.ts';
import { keyOfIamName } from '../team/names.ts';
import { limitsAddress } from '../terraform/addresses.ts';
import { type Applied, applyPlan, type CommandOptions, planChanges } from '../terraform/engine-commands.ts';
import type { LabPlan } from './lab-plan.ts';
import type { Lab } from './open-lab.ts';

/** Carries out a plan that its rails let through, so that at no moment anybody may what neither end of it allows. */
export async function applyLab(lab: Lab, plan: LabPlan, options: CommandOptions = {}): Promise<Result<Applied>> {
  const engineOptions = lab.parallelism === null ? options : { ...options, parallelism: lab.parallelism };
  if (plan.held.length === 0) return applyPlan(plan.workspace, plan.saved, engineOptions);

  // A Deny of everything for those at risk comes first and alone, then everything else, then it is lifted.
  const held = heldTeam(lab.team, plan.held, lab.today);
  const keys = plan.held.flatMap((name) => keyOfIamName(lab.team.lab, name) ?? []);
  const targets = keys.map((key) => `aws_iam_user_policy.${limitsAddress(key)}`);
  const steps: readonly { team: typeof held; targets: readonly string[]; stage: Stage }[] = [
    { team: held, targets, stage: 'part' },
    { team: held, targets: [], stage: 'held' },
    { team: lab.team, targets: [], stage: 'whole' },
  ];
  let done = 0;
  for (const step of steps) {
    const workspace = await lab.workspace(lab.stack, step.team, plan.takenOver);
    if (!workspace.ok) return workspace;
    const saved = await planChanges(workspace.value, { ...engineOptions, targets: step.targets });
    if (!saved.ok) return saved;
    // What was let through is the plan before the first step, and this is another one.
    const rails = railsOf(saved.value.plan, step.team, lab.today, lab.stack, step.stage);
    if (rails.length > 0) {
      const codes = [...new Set(rails.map(({ code }) => code))];
      return fail('refused-midway', { codes, progress: { done, total: done } });
    }
    const applied = await applyPlan(workspace.value, saved.value, engineOptions);
    if (!applied.ok) return applied;
    done += applied.value.done;
  }
  return succeed({ done, total: done });
}

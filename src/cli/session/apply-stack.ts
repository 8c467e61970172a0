import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { Phase } from '../../guardrails/guardrail.ts';
import { blocksOf } from '../../guardrails/guardrails.ts';
import { suspendedTeam } from '../../review/apply/suspension.ts';
import { planDigest } from '../../review/manifest/digest.ts';
import { keyOfIamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { limitsAddress } from '../../terraform/addresses.ts';
import type { Plan } from '../../terraform/plan.ts';
import { type ApplyResult, applyPlan, type CommandOptions, planChanges } from '../../terraform/run/commands.ts';
import type { LabSession } from './lab-session.ts';
import type { StackPlan } from './plan-stack.ts';

/** Carries out a plan that its blocks let through, so that at no moment anybody may what neither end of it allows. */
export async function applyStack(
  session: LabSession,
  plan: StackPlan,
  options: CommandOptions = {},
): Promise<Result<ApplyResult>> {
  const engineOptions = session.parallelism === null ? options : { ...options, parallelism: session.parallelism };
  if (plan.suspendedDuringApply.length === 0) return applyPlan(plan.workspace, plan.saved, engineOptions);

  // Each step gets a new plan, so Terraform cannot see that another apply ran since the confirmation.
  const fresh = await planChanges(plan.workspace, engineOptions);
  if (!fresh.ok) return fresh;
  if (effectOf(fresh.value.plan) !== effectOf(plan.saved.plan)) {
    return fail('plan-stale', { reason: 'the plan made again is another one' });
  }
  const interrupts = noteInterrupts();
  try {
    return await applyInSteps(session, plan, engineOptions, interrupts);
  } finally {
    interrupts.end();
  }
}

interface Step {
  readonly team: Team;
  readonly targets: readonly string[];
  readonly phase: Phase;
}

/** A Deny for the members at risk comes first and alone, then everything else, then the Deny is removed. */
async function applyInSteps(
  session: LabSession,
  plan: StackPlan,
  options: CommandOptions,
  interrupts: { readonly seen: boolean },
): Promise<Result<ApplyResult>> {
  const suspended = suspendedTeam(session.team, plan.suspendedDuringApply, session.today);
  const keys = plan.suspendedDuringApply.flatMap((name) => keyOfIamName(session.team.lab, name) ?? []);
  const steps: readonly Step[] = [
    { team: suspended, targets: keys.map((key) => `aws_iam_user_policy.${limitsAddress(key)}`), phase: 'partial' },
    { team: suspended, targets: [], phase: 'suspended' },
    { team: session.team, targets: [], phase: 'whole' },
  ];
  let done = 0;
  for (const step of steps) {
    if (interrupts.seen) return fail('interrupted', { progress: { done, total: done + 1 } });
    const workspace = await session.workspace(session.stack, step.team, plan.imported);
    if (!workspace.ok) return workspace;
    const saved = await planChanges(workspace.value, { ...options, targets: step.targets });
    if (!saved.ok) return saved;
    // The guardrails have checked the plan before the first step, and this is another one.
    const blocks = blocksOf(saved.value.plan, step.team, session.today, session.stack, step.phase);
    if (blocks.length > 0) {
      const codes = [...new Set(blocks.map(({ code }) => code))];
      return fail('blocked-during-apply', { codes, progress: { done, total: done } });
    }
    const applied = await applyPlan(workspace.value, saved.value, options);
    if (!applied.ok) return applied;
    done += applied.value.done;
  }
  return succeed({ done, total: done });
}

/** What a plan does, whatever made it. */
function effectOf(plan: Plan): string {
  return planDigest(plan, { engine: '', provider: '' }).digest;
}

/** Between two steps no Terraform runs to take a signal; Ctrl-C there must not leave members suspended without a message. */
function noteInterrupts(): { readonly seen: boolean; end(): void } {
  let seen = false;
  const note = (): void => {
    seen = true;
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, note);
  return {
    get seen() {
      return seen;
    },
    end() {
      for (const signal of signals) process.off(signal, note);
    },
  };
}

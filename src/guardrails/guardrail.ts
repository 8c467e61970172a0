import type { BlockArgs, BlockCode } from '../diagnostics/block.ts';
import type { Team } from '../team/team.ts';
import type { Plan } from '../terraform/plan.ts';
import type { Problem } from '../text/problem.ts';

/** `bootstrap` is the administrator's stack: the permissions boundary and the workflows' roles. */
export type Stack = 'team' | 'bootstrap';

/**
 * An apply that suspends members has three plans: `partial` is the first, limited to their Deny; in `suspended` all else
 * changes while the Deny stays; `whole` ends it. Any other apply has a `whole` plan only. `adopting` is the plan of
 * `adopt --apply`, which imports users as they are.
 */
export type Phase = 'whole' | 'suspended' | 'partial' | 'adopting';

/** `today` is `YYYY-MM-DD`, UTC. */
export interface PlanContext {
  readonly plan: Plan;
  readonly team: Team;
  readonly today: string;
  readonly stack: Stack;
  readonly phase: Phase;
  /** The file that was applied last, with its names; null if it is not known. */
  readonly before: Team | null;
}

/** Two versions of team.yaml; `before` is null if there was none. */
export interface FileContext {
  readonly before: Team | null;
  readonly after: Team;
  readonly today: string;
}

/** One rule that blocks a change. Its row in docs/reference/findings-failures.md has its code. */
export interface Guardrail<Code extends BlockCode> {
  /** The plans that are checked; all of them by default. */
  readonly appliesTo?: { readonly stack?: Stack; readonly phase?: Phase };
  /** The arguments of each block that a plan gives rise to. */
  readonly checkPlan?: (context: PlanContext) => readonly BlockArgs[Code][];
  /** The same from the two files alone, before there is a plan. */
  readonly checkFiles?: (context: FileContext) => readonly BlockArgs[Code][];
  /** Blocks that say no more than this one: of the same address if this one has one, else all of them. */
  readonly supersedes?: readonly BlockCode[];
  readonly problem: (args: BlockArgs[Code]) => Omit<Problem, 'state'>;
}

export type GuardrailTable = { readonly [Code in BlockCode]: Guardrail<Code> };

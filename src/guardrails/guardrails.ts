import type { Block, BlockCode } from '../diagnostics/block.ts';
import type { Team } from '../team/team.ts';
import type { Plan } from '../terraform/plan.ts';
import { type Problem, UNCHANGED } from '../text/problem.ts';
import type { FileContext, Guardrail, GuardrailTable, Phase, Stack } from './guardrail.ts';
import { MEMBER_GUARDRAILS } from './members.ts';
import { PLAN_GUARDRAILS } from './plan.ts';
import { SCOPE_GUARDRAILS } from './scope.ts';
import { TARGET_GUARDRAILS } from './target.ts';

/** Every guardrail, in the order in which blocks are listed. None can be switched off: the way out is a reviewed change. */
export const GUARDRAILS: GuardrailTable = {
  ...TARGET_GUARDRAILS,
  ...MEMBER_GUARDRAILS,
  ...SCOPE_GUARDRAILS,
  ...PLAN_GUARDRAILS,
};

const CODES = Object.keys(GUARDRAILS) as BlockCode[];

/** Why a plan must not be applied; none means that it may. `today` is `YYYY-MM-DD`, UTC. */
export function blocksOf(
  plan: Plan,
  team: Team,
  today: string,
  stack: Stack = 'team',
  phase: Phase = 'whole',
): readonly Block[] {
  const context = { plan, team, today, stack, phase };
  return withoutSuperseded(
    CODES.flatMap((code) => {
      const { appliesTo, checkPlan } = guardrail(code);
      const applies = (appliesTo?.stack ?? stack) === stack && (appliesTo?.phase ?? phase) === phase;
      return applies && checkPlan !== undefined ? checkPlan(context).map((args) => ({ code, args }) as Block) : [];
    }),
  );
}

/** Why a change of team.yaml must not be applied, as far as the two files alone say. A plan is checked again. */
export function fileBlocks(before: Team | null, after: Team, today: string): readonly Block[] {
  const context: FileContext = { before, after, today };
  return withoutSuperseded(
    CODES.flatMap(
      (code) =>
        guardrail(code)
          .checkFiles?.(context)
          .map((args) => ({ code, args }) as Block) ?? [],
    ),
  );
}

/** Blocks after which no plan must be made: it would be of another account, lab or state than the reviewed ones. */
export function targetBlocks(before: Team | null, after: Team, today: string): readonly Block[] {
  return fileBlocks(before, after, today).filter(({ code }) => Object.hasOwn(TARGET_GUARDRAILS, code));
}

/** The text of a block. */
export function blockProblem({ code, args }: Block): Problem {
  return { ...guardrail(code).problem(args), state: UNCHANGED };
}

function withoutSuperseded(blocks: readonly Block[]): readonly Block[] {
  return blocks.filter(
    (block) =>
      !blocks.some((other) => {
        const isSuperseded = guardrail(other.code).supersedes?.includes(block.code) === true;
        return isSuperseded && (addressOf(other) === null || addressOf(other) === addressOf(block));
      }),
  );
}

function addressOf({ args }: Block): string | null {
  return 'address' in args ? args.address : null;
}

/** Code and arguments belong together by the table, which TypeScript cannot follow. */
function guardrail(code: BlockCode): Guardrail<BlockCode> {
  return GUARDRAILS[code] as Guardrail<BlockCode>;
}

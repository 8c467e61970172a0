import type { BlockArgs, BlockCode, GuardrailBlock } from '../diagnostics/block.ts';
import type { Team } from '../team/team.ts';
import type { Plan } from '../terraform/plan.ts';
import { type Problem, UNCHANGED } from '../text/problem.ts';
import type { Guardrail, GuardrailTable, Phase, Stack } from './guardrail.ts';
import { MEMBER_GUARDRAILS } from './members.ts';
import { PLAN_GUARDRAILS } from './plan.ts';
import { SCOPE_GUARDRAILS } from './scope.ts';
import { TARGET_GUARDRAILS } from './target.ts';

/** Every guardrail, in the order in which blocks are listed. None can be disabled: the way out is a reviewed change. */
export const GUARDRAILS: GuardrailTable = {
  ...TARGET_GUARDRAILS,
  ...MEMBER_GUARDRAILS,
  ...SCOPE_GUARDRAILS,
  ...PLAN_GUARDRAILS,
};

const CODES = Object.keys(GUARDRAILS) as BlockCode[];

/**
 * Why a plan must not be applied; none means that it may. `today` is `YYYY-MM-DD`, UTC; `before` is the file that was
 * applied last.
 */
export function blocksOf(
  plan: Plan,
  team: Team,
  today: string,
  stack: Stack = 'team',
  phase: Phase = 'whole',
  before: Team | null = null,
): readonly GuardrailBlock[] {
  return blocksBy(({ appliesTo, checkPlan }) => {
    const applies = (appliesTo?.stack ?? stack) === stack && (appliesTo?.phase ?? phase) === phase;
    return applies ? checkPlan?.({ plan, team, today, stack, phase, before }) : [];
  });
}

/** Why a change of team.yaml must not be applied, as far as the two files alone say. A plan is checked again. */
export function fileBlocks(before: Team | null, after: Team, today: string): readonly GuardrailBlock[] {
  return blocksBy(({ checkFiles }) => checkFiles?.({ before, after, today }));
}

/** Blocks after which no plan must be made: it would be of another account, lab or state than the reviewed ones. */
export function targetBlocks(before: Team | null, after: Team, today: string): readonly GuardrailBlock[] {
  return fileBlocks(before, after, today).filter(({ code }) => Object.hasOwn(TARGET_GUARDRAILS, code));
}

/** The text of a block. */
export function blockProblem({ code, args }: GuardrailBlock): Problem {
  return { ...guardrail(code).problem(args), state: UNCHANGED };
}

/** What each guardrail finds, without the blocks that another one supersedes. */
function blocksBy(
  check: (guardrail: Guardrail<BlockCode>) => readonly BlockArgs[BlockCode][] | undefined,
): readonly GuardrailBlock[] {
  const blocks = CODES.flatMap((code) =>
    (check(guardrail(code)) ?? []).map((args) => ({ code, args }) as GuardrailBlock),
  );
  const supersedes = (other: GuardrailBlock, block: GuardrailBlock) =>
    guardrail(other.code).supersedes?.includes(block.code) === true &&
    (addressOf(other) === null || addressOf(other) === addressOf(block));
  return blocks.filter((block) => !blocks.some((other) => supersedes(other, block)));
}

function addressOf({ args }: GuardrailBlock): string | null {
  return 'address' in args ? args.address : null;
}

/** Code and arguments belong together by the table, which TypeScript cannot follow. */
function guardrail(code: BlockCode): Guardrail<BlockCode> {
  return GUARDRAILS[code] as Guardrail<BlockCode>;
}

import type { Failure, FailureArgs, FailureCode } from '../../diagnostics/failure.ts';
import { type Problem, printProblem } from '../problem.ts';
import { GITHUB_PROBLEMS } from './github.ts';
import { PIPELINE_PROBLEMS } from './pipeline.ts';
import { TERRAFORM_PROBLEMS } from './terraform.ts';

/** Every failure: what failed, why, what state things are in, and the next step. */
export const FAILURE_PROBLEMS: { readonly [Code in FailureCode]: (args: FailureArgs[Code]) => Problem } = {
  ...TERRAFORM_PROBLEMS,
  ...PIPELINE_PROBLEMS,
  ...GITHUB_PROBLEMS,
};

export function failureProblem(failure: Failure): Problem {
  // TypeScript does not see that code and arguments belong together.
  const problem = FAILURE_PROBLEMS[failure.code] as (args: Failure['args']) => Problem;
  return problem(failure.args);
}

/** The failure as lines of a terminal, without a trailing newline. */
export function failureText(
  failure: Failure,
  options: { readonly color?: boolean; readonly width?: number } = {},
): string {
  return printProblem(failureProblem(failure), { code: failure.code, ...options }).join('\n');
}

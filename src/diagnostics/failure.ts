import type { GitHubFindingArgs } from './github-codes.ts';
import type { PipelineFailureArgs } from './pipeline-codes.ts';
import type { EngineFindingArgs } from './terraform-codes.ts';

/** Every reason with the arguments of its text, by the part that gives it. */
export interface FailureArgs extends EngineFindingArgs, PipelineFailureArgs, GitHubFindingArgs {}

export type FailureCode = keyof FailureArgs;

/** Why something could not be done: one of a closed list. Its text is in `src/text/failures`. */
export type Failure = {
  readonly [Code in FailureCode]: { readonly code: Code; readonly args: FailureArgs[Code] };
}[FailureCode];

/** What an operation gives, or why it could not: expected problems are values. */
export type Result<T, E = Failure> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: E };

export function succeed<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail<Code extends FailureCode>(
  code: Code,
  args: FailureArgs[Code],
): { readonly ok: false; readonly failure: Failure } {
  // The pair is one member of the union by the signature, which TypeScript cannot follow through a generic.
  return { ok: false, failure: { code, args } as Failure };
}

import type { GitHubFindingArgs } from './github-codes.ts';
import { type FailureReason, isFailureReason, type PipelineFailureArgs } from './pipeline-codes.ts';
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

/** What the closed list of the workflows says for failures that have another name there. */
const REASONS: Partial<Record<FailureCode, FailureReason>> = {
  'credentials-missing': 'credentials-failed',
  'credentials-denied': 'credentials-failed',
  'wrong-account': 'credentials-failed',
  'plan-stale': 'plan-changed',
  'configuration-missing': 'plan-failed',
  'blocked-during-apply': 'apply-failed',
  'team-file-invalid': 'validate-failed',
  'manifest-unusable': 'no-approved-plan',
  'not-confirmed': 'apply-failed',
  'record-not-written': 'apply-failed',
};

/** The reason for a failure. One that came after the first change was made is always that the apply failed. */
export function reasonOf(failure: Failure, during: 'plan' | 'apply'): FailureReason {
  const { progress } = failure.args as { readonly progress?: { readonly done: number } | null };
  if (progress !== null && progress !== undefined && failure.code !== 'timeout') return 'apply-failed';
  if (isFailureReason(failure.code)) return failure.code;
  return REASONS[failure.code] ?? (during === 'plan' ? 'plan-failed' : 'apply-failed');
}

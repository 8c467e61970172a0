import type { Failure, FailureCode } from './failure.ts';
import { type FailureReason, isFailureReason } from './pipeline-codes.ts';

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

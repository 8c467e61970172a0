/**
 * Why the workflows did not do what a pull request asks for: a closed list. A reason is stable once released; it is
 * printed, stands in outputs and in the result JSON, and names a section of docs/failures.md.
 */
export const FAILURE_REASONS = [
  'validate-failed',
  'synth-failed',
  'gate-denied',
  'credentials-failed',
  'plan-failed',
  'plan-changed',
  'no-approved-plan',
  'not-approved',
  'superseded',
  'state-locked',
  'blast-radius',
  'apply-failed',
  'not-converged',
  'timeout',
] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];

export function isFailureReason(text: string): text is FailureReason {
  return FAILURE_REASONS.some((reason) => reason === text);
}

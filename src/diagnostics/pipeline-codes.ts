/**
 * Why the workflows did not do what a pull request, or the clock, asks for: a closed list. A reason is stable once released; it is
 * printed, stands in outputs and in the result JSON, and names a section of docs/failures.md.
 */
export const FAILURE_REASONS = [
  'validate-failed',
  'credentials-failed',
  'plan-failed',
  'plan-changed',
  'no-approved-plan',
  'not-approved',
  'superseded',
  'state-locked',
  'guardrail-blocked',
  'apply-failed',
  'not-converged',
  'drift-check-failed',
  'reconcile-failed',
  'timeout',
] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];

export function isFailureReason(text: string): text is FailureReason {
  return FAILURE_REASONS.some((reason) => reason === text);
}

/** Why an apply of what was reviewed stopped, with the arguments of its text; `render/pipeline-text.ts` writes it. */
export type Stop =
  | { readonly reason: 'no-approved-plan'; readonly file: string; readonly because: string }
  | {
      readonly reason: 'plan-changed';
      /** Addresses that would be changed in a way that nobody reviewed. */
      readonly unreviewed: readonly string[];
      /** Addresses that were reviewed and are not planned any more. */
      readonly missing: readonly string[];
      /** What the two plans were made with, where that differs. */
      readonly tools: { readonly reviewed: string; readonly now: string } | null;
    }
  | {
      readonly reason: 'superseded';
      readonly commit: string;
      /** The commit that was applied last, and when (ISO 8601). */
      readonly last: { readonly commit: string; readonly at: string };
      /** Whether the last one comes after this one; else nobody can tell. */
      readonly known: boolean;
    }
  | { readonly reason: 'guardrail-blocked'; readonly codes: readonly string[] }
  | { readonly reason: 'not-converged'; readonly addresses: readonly string[] }
  | { readonly reason: FailureReason; readonly failed: true; readonly text: string };

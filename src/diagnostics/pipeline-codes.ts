import type { Finding } from './finding.ts';

/**
 * Why the workflows did not do what a pull request, or the clock, asks for: a closed list. A reason is stable once released; it is
 * printed, stands in outputs and in the result JSON, and names a section of docs/reference/findings.md.
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

/** Why a command did not do what it was asked, if neither Terraform nor GitHub is the reason. */
export interface PipelineFailureArgs {
  /** `source` is null if the file could not be read. */
  'team-file-invalid': {
    readonly file: string;
    readonly findings: readonly Finding[];
    readonly source: string | null;
  };
  'file-not-readable': { readonly file: string; readonly reason: string };
  'file-not-writable': { readonly file: string; readonly reason: string };
  /** `because` is a date (`YYYY-MM-DD`) for a member who left or whose last day passed. */
  'unknown-member': {
    readonly member: string;
    readonly file: string;
    readonly because:
      | { readonly kind: 'departed' | 'expired'; readonly date: string }
      | { readonly kind: 'similar'; readonly member: string }
      | { readonly kind: 'none'; readonly members: readonly string[] };
  };
  'unknown-operation': {
    readonly name: string;
    readonly because:
      | { readonly kind: 'retired'; readonly successors: readonly string[] }
      | { readonly kind: 'similar'; readonly name: string }
      | { readonly kind: 'none'; readonly capabilities: readonly string[] };
  };
  'guardrail-blocked': { readonly codes: readonly string[] };
  'not-confirmed': { readonly couldAsk: boolean };
  'manifest-unusable': { readonly file: string; readonly reason: string };
  'plan-changed': {
    /** Addresses of planned changes that were not reviewed. */
    readonly unreviewed: readonly string[];
    /** Addresses of reviewed changes that are not planned any more. */
    readonly missing: readonly string[];
    /** What the two plans were made with, if that differs. */
    readonly tools: { readonly reviewed: string; readonly now: string } | null;
  };
  superseded: {
    readonly commit: string;
    /** The commit that was applied last, and when (ISO 8601). */
    readonly last: { readonly commit: string; readonly at: string };
    /** False if this clone does not have the last applied commit. */
    readonly known: boolean;
  };
  'not-converged': { readonly addresses: readonly string[] };
  /** `file` is a record beside the state. */
  'record-not-written': { readonly file: string; readonly reason: string };
}

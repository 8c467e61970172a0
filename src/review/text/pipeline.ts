import type { FailureReason } from '../../diagnostics/failure.ts';

/** Each reason in a few words, for a line of a list. */
export const REASON_TEXT: Readonly<Record<FailureReason, string>> = {
  'validate-failed': 'team.yaml has errors',
  'credentials-failed': 'the AWS role could not be assumed, or is of another account',
  'plan-failed': 'planning failed',
  'plan-changed': 'what would be applied is not what was reviewed',
  'no-approved-plan': 'there is no plan of the commit that was approved',
  'not-approved': 'no owner approved the latest commit',
  superseded: 'a later commit has been applied already',
  'state-locked': 'another run holds the lock of the state',
  'guardrail-blocked': 'a block refuses the change',
  'apply-failed': 'the apply ended with an error',
  'not-converged': 'a second plan after the apply still finds changes',
  'drift-check-failed': 'the drift check failed',
  'reconcile-failed': 'undoing what was added by hand ended with an error',
  timeout: 'it took too long',
};

import type { FailureReason, Stop } from '../../diagnostics/pipeline-codes.ts';
import { visible } from '../../text/visible.ts';

const SHOWN = 10;

/** Each reason in a few words, for a line of a list. */
export const REASON_TEXT: Readonly<Record<FailureReason, string>> = {
  'validate-failed': 'team.yaml has errors',
  'credentials-failed': 'the AWS role could not be assumed, or is of another account',
  'plan-failed': 'planning failed',
  'plan-changed': 'what would be applied is not what was reviewed',
  'no-approved-plan': 'there is no plan of the commit that was approved',
  'not-approved': 'nobody who may has approved the last commit',
  superseded: 'a later commit has been applied already',
  'state-locked': 'another run holds the lock of the state',
  'guardrail-blocked': 'a block refuses the change',
  'apply-failed': 'the apply ended with an error',
  'not-converged': 'a second plan after the apply still finds changes',
  'drift-check-failed': 'the account could not be looked at',
  'reconcile-failed': 'undoing what was added by hand ended with an error',
  timeout: 'it took too long',
};

/** Why an apply of what was reviewed stopped: what is so, what state things are in, what to do. */
export function stopText(stop: Stop): string {
  if ('failed' in stop) return stop.text;
  switch (stop.reason) {
    case 'no-approved-plan':
      return `${visible(stop.file)} is not the manifest of a reviewed plan: ${visible(stop.because)}. Nothing was changed.\nRun the plan workflow on the pull request's last commit again, and approve that.`;
    case 'plan-changed':
      return [
        `What would be applied now is not what was reviewed${stop.tools === null ? '' : `: it was planned with ${stop.tools.reviewed}, and now with ${stop.tools.now}`}. Nothing was changed.`,
        ...listed('Nobody has reviewed', stop.unreviewed),
        ...listed('Reviewed, and not to be done any more', stop.missing),
        'The account, or main, has changed since. Open a pull request with the same content, so that somebody sees the plan of today.',
      ].join('\n');
    case 'superseded':
      return stop.known
        ? `${short(stop.commit)} is older than ${short(stop.last.commit)}, which was applied on ${stop.last.at.slice(0, 16).replace('T', ' ')} UTC. Applying it would give back what has been taken away since. Nothing was changed.\nTo go back on purpose, revert the later commit in a pull request.`
        : `${short(stop.last.commit)} was applied last, and it is not in the history of ${short(stop.commit)}. Nothing was changed.\nCheck out the whole history. Where history was rewritten, an administrator removes last-applied.json beside the state, after comparing a plan with team.yaml.`;
    case 'guardrail-blocked':
      return `The blocks refuse this change (${stop.codes.join(', ')}). Nothing was changed.\nWhat to write in team.yaml stands above; it goes through a pull request.`;
    case 'not-converged':
      return [
        'Everything was applied, and a second plan still finds something to do.',
        ...listed('Still to be changed', stop.addresses),
        'Somebody may be changing the account at the same time: look at "mturk-team drift", then run the workflow again.',
      ].join('\n');
  }
}

/** The record of what was applied last is not to be had. */
export function recordText(reason: string, step: 'read' | 'written'): string {
  return step === 'written'
    ? `Everything was applied, but the record of it could not be written: ${visible(reason)}.\nMend the access to last-applied.json beside the state, then run this again.`
    : `The record of what was applied last cannot be used: ${visible(reason)}. Nothing was changed.\nMend last-applied.json beside the state, or the access to it; see superseded in docs/failures.md.`;
}

function listed(title: string, addresses: readonly string[]): readonly string[] {
  if (addresses.length === 0) return [];
  const rest = addresses.length - SHOWN;
  return [`${title}: ${addresses.slice(0, SHOWN).map(visible).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}.`];
}

function short(commit: string): string {
  return commit.slice(0, 7);
}

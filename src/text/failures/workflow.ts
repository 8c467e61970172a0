import { type Failure, type FailureReason, fail } from '../../diagnostics/failure.ts';
import { ASK, type Problem, UNCHANGED } from '../problem.ts';
import { codeText, TEAM_FILE, t } from '../text.ts';

const LOG = t`the log of the run says why`;
const READ_ERROR = t`read the error, below or in the log of the run; if it is not clear, ${ASK}`;
const LOCK = { id: null, who: null, operation: null, created: null };

/** What to do if a role may not do what it needs. */
export const PERMISSIONS = t`ask an administrator to run ${codeText('mturk-team bootstrap')}, then run the workflow again`;

function ofWorkflow(problem: Pick<Problem, 'summary' | 'help'> & Partial<Problem>): Problem {
  return { reason: null, state: UNCHANGED, ...problem };
}

/** What is said if only a workflow's reason is known: what it means for a workflow, or the failure without details. */
export const REASONS: Readonly<Record<FailureReason, Problem | Failure>> = {
  'validate-failed': ofWorkflow({
    summary: t`${TEAM_FILE} has errors`,
    help: t`fix the errors, which are marked under "Files changed", and push again`,
  }),
  'credentials-failed': ofWorkflow({
    summary: t`AWS rejected the workflow`,
    reason: t`it could not assume its AWS role, or has credentials of another account`,
    help: t`${ASK}: the role's trust policy must name this repository`,
  }),
  'plan-failed': ofWorkflow({
    summary: t`the plan failed`,
    state: t`nothing was changed; what a merge would change in AWS is unknown`,
    help: READ_ERROR,
  }),
  'plan-stale': fail('plan-stale', { reason: '' }).failure,
  'rules-not-enforced': fail('rules-not-enforced', { missing: [] }).failure,
  'not-approved': ofWorkflow({
    summary: t`an approval is missing`,
    reason: t`an owner who did not open the pull request must approve its last commit, unless ${codeText('self-approval')} applies`,
    help: t`an owner approves the pull request, then run the apply again (Actions, ${codeText('apply')}, ${codeText('Run workflow')})`,
  }),
  'state-locked': fail('state-locked', { lock: LOCK, command: '' }).failure,
  'guardrail-blocked': fail('guardrail-blocked', { codes: [] }).failure,
  'apply-failed': ofWorkflow({
    summary: t`the apply failed`,
    reason: LOG,
    state: t`steps that were applied are in force`,
    help: t`run the apply workflow again (Actions, ${codeText('apply')}, ${codeText('Run workflow')}): it applies only the remaining steps`,
  }),
  'not-converged': fail('not-converged', { addresses: [] }).failure,
  'still-has-access': fail('still-has-access', { people: [] }).failure,
  'no-apply-record': fail('no-apply-record', {}).failure,
  'apply-unfinished': fail('apply-unfinished', { at: '' }).failure,
  'record-not-written': fail('record-not-written', { file: 'apply-record.json', reason: '' }).failure,
  'drift-check-failed': ofWorkflow({
    summary: t`whether AWS still matches ${TEAM_FILE} is unknown`,
    reason: LOG,
    help: READ_ERROR,
  }),
  'reconcile-failed': ofWorkflow({
    summary: t`only some manual changes were reverted`,
    reason: LOG,
    state: t`reverted changes stay reverted`,
    help: t`run the drift workflow again: it reverts the remaining changes`,
  }),
  'keys-failed': ofWorkflow({
    summary: t`the sync of access keys failed`,
    reason: LOG,
    state: t`keys that were delivered stay`,
    help: t`run the drift workflow again: it does what is still due`,
  }),
};

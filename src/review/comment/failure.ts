import type { FailureReason } from '../../diagnostics/failure.ts';
import { type Block, details, paragraph } from '../../text/document.ts';
import { codeText, strongText, type Text, t, trusted } from '../../text/text.ts';

interface Failed {
  readonly title: Text;
  /** What failed, and why. */
  readonly what: Text;
  readonly state: string;
  readonly fix: Text;
}

const NOTHING = 'Nothing was changed in AWS.';
const FILE = codeText('team.yaml');

/** Every reason for which a workflow stops: what, why, state, fix. */
const FAILURES: Readonly<Record<FailureReason, Failed>> = {
  'validate-failed': {
    title: t`Not planned: ${FILE} has errors`,
    what: t`${FILE} breaks at least one rule.`,
    state: NOTHING,
    fix: t`fix the errors below, which are also marked under "Files changed", and push again.`,
  },
  'credentials-failed': {
    title: t`Not planned: AWS rejected the workflow`,
    what: t`The workflow could not assume its AWS role, or has credentials of another account.`,
    state: NOTHING,
    fix: t`contact your mturk-team administrator: the role's trust policy must name this repository.`,
  },
  'plan-failed': {
    title: t`Not planned: the plan failed`,
    what: t`What this pull request would change in AWS is unknown.`,
    state: NOTHING,
    fix: t`fix the error below, then push a commit or rerun the workflow.`,
  },
  'plan-stale': {
    title: t`Not applied: AWS changed while the apply was planned`,
    what: t`A second plan differs from the first.`,
    state: NOTHING,
    fix: t`rerun the workflow.`,
  },
  'rules-not-enforced': {
    title: t`Not applied: GitHub does not enforce the rules`,
    what: t`The main branch lacks rules that an apply relies on.`,
    state: NOTHING,
    fix: t`run ${codeText('mturk-team doctor --fix')} as an administrator of the repository, then rerun the workflow.`,
  },
  'not-approved': {
    title: t`Not applied: an approval is missing`,
    what: t`An owner who did not open the pull request must approve its last commit, unless ${codeText('self-approval')} applies.`,
    state: NOTHING,
    fix: t`read the reason below. If only the approval is missing, an owner approves the pull request, then run the apply again: Actions, ${codeText('apply')}, ${codeText('Run workflow')}.`,
  },
  'state-locked': {
    title: t`Stopped: another run is in progress`,
    what: t`Two runs at the same time could overwrite each other's changes.`,
    state: NOTHING,
    fix: t`wait until the other run ends, then rerun the workflow.`,
  },
  'guardrail-blocked': {
    title: t`Blocked: a guardrail stops this change`,
    what: t`This change does more than one change may.`,
    state: NOTHING,
    fix: t`follow the steps below.`,
  },
  'apply-failed': {
    title: t`Partly applied: the apply failed`,
    what: t`The apply stopped before its last step.`,
    state: 'Steps that were applied stay in force.',
    fix: t`rerun the workflow. It applies only the remaining steps.`,
  },
  'not-converged': {
    title: t`Applied, but Terraform still finds changes`,
    what: t`A second plan after the apply still finds changes.`,
    state: 'All steps were applied.',
    fix: t`find what else changes IAM at the same time, then rerun the workflow.`,
  },
  'still-has-access': {
    title: t`Applied, but someone has more access than ${FILE} gives`,
    what: t`AWS was read again after the apply.`,
    state: 'All steps were applied.',
    fix: t`run ${codeText('mturk-team drift')} to see why, then rerun the workflow.`,
  },
  'no-apply-record': {
    title: t`Not applied: nothing says what was applied last`,
    what: t`The lab has users or groups in AWS, and the apply record is missing.`,
    state: NOTHING,
    fix: t`an administrator runs ${codeText('mturk-team apply --restore KEY,KEY')} at a terminal, with the members whose IAM users are the lab's.`,
  },
  'apply-unfinished': {
    title: t`Not reconciled: an apply did not end`,
    what: t`Until it ends, manual changes cannot be distinguished from its own.`,
    state: NOTHING,
    fix: t`run the apply workflow again: Actions, ${codeText('apply')}, ${codeText('Run workflow')}.`,
  },
  'record-not-written': {
    title: t`Applied, but the apply was not recorded`,
    what: t`Drift checks compare AWS with the apply record, which is still the one before.`,
    state: 'All steps were applied.',
    fix: t`restore the access to the file beside the state, then rerun the workflow.`,
  },
  'drift-check-failed': {
    title: t`Drift check failed`,
    what: t`Whether AWS still matches ${FILE} is unknown.`,
    state: NOTHING,
    fix: t`fix the error below, then rerun the workflow.`,
  },
  'reconcile-failed': {
    title: t`Reconcile failed`,
    what: t`Only some manual changes were reverted.`,
    state: 'Reverted changes stay reverted.',
    fix: t`rerun the drift workflow. It reverts the remaining changes.`,
  },
};

/** The title of a failure. */
export function failureTitle(reason: FailureReason): Text {
  return FAILURES[reason].title;
}

/** What failed, and why. */
export function failureSummary(reason: FailureReason): Text {
  return FAILURES[reason].what;
}

/** What failed and what state AWS is in, for an alert. */
export function failureAlert(reason: FailureReason): Block {
  const { what, state } = FAILURES[reason];
  return { kind: 'alert', level: 'caution', lines: [t`${what} ${trusted(state)}`] };
}

/** One next step, and the error as Terraform, AWS or GitHub printed it. */
export function failureBlocks(failure: {
  readonly reason: FailureReason;
  readonly detail: string;
  readonly help?: Text | null;
}): readonly Block[] {
  const { reason, detail, help = null } = failure;
  const fix = paragraph(t`${strongText(t`To fix:`)} ${help === null ? FAILURES[reason].fix : t`${help}.`}`);
  if (detail.trim() === '') return [fix];
  const lines = detail.trimEnd().split(/\r?\n/);
  const error: Block = { kind: 'code', language: 'text', lines };
  return [fix, lines.length > 5 ? details(t`Error (${codeText(reason)})`, error) : error];
}

import type { PipelineFailureArgs } from '../../diagnostics/failure.ts';
import type { Problem } from '../problem.ts';
import {
  codeText,
  counted,
  joinTexts,
  listTexts,
  proseText,
  sentences,
  someTexts,
  type Text,
  t,
  trusted,
} from '../text.ts';
import { short } from './github.ts';
import { UNCHANGED } from './terraform.ts';

const APPLIED = t`everything was applied`;
const SHOWN = 10;

/** Every failure of a command that neither Terraform nor GitHub reports. */
export const PIPELINE_PROBLEMS: {
  readonly [Code in keyof PipelineFailureArgs]: (args: PipelineFailureArgs[Code]) => Problem;
} = {
  'file-not-writable': ({ file, reason }) => ({
    summary: t`cannot write ${codeText(file)}`,
    reason: proseText(reason),
    state: UNCHANGED,
    help: t`name a file in a directory that exists and can be written`,
  }),
  'file-not-readable': ({ file, reason }) => ({
    summary: t`cannot read ${codeText(file)}`,
    reason: proseText(reason),
    state: UNCHANGED,
    help: t`check the name of the file and its permissions`,
  }),
  'team-file-invalid': ({ file, findings }) => ({
    summary: t`${codeText(file)} has ${counted(findings.filter(({ severity }) => severity === 'error').length, 'error')}`,
    reason: null,
    state: UNCHANGED,
    help: t`run ${codeText('mturk-team check')}`,
  }),
  'unknown-member': ({ member, file, because }) => ({
    summary:
      because.kind === 'departed'
        ? t`${codeText(member)} has left the lab`
        : because.kind === 'expired'
          ? t`access of ${codeText(member)} has ended`
          : t`no member ${codeText(member)} in ${codeText(file)}`,
    reason:
      because.kind === 'departed'
        ? t`left on ${because.date}`
        : because.kind === 'expired'
          ? t`the last day was ${because.date}`
          : null,
    state: null,
    help:
      because.kind === 'similar'
        ? t`did you mean ${codeText(because.member)}?`
        : because.kind === 'none'
          ? t`members are ${listTexts(because.members.map(codeText))}`
          : t`for the access of an earlier day, add ${codeText('--today YYYY-MM-DD')}`,
  }),
  'unknown-operation': ({ name, because }) => ({
    summary:
      because.kind === 'retired'
        ? t`${codeText(name)} no longer exists`
        : t`no operation or capability ${codeText(name)}`,
    reason:
      because.kind === 'retired'
        ? because.successors.length === 0
          ? t`removed in 2017 without a successor`
          : t`renamed in 2017`
        : null,
    state: null,
    help:
      because.kind === 'none'
        ? t`capabilities are ${listTexts(because.capabilities.map(codeText))}`
        : because.kind === 'similar'
          ? t`did you mean ${codeText(because.name)}?`
          : because.successors.length === 0
            ? null
            : t`ask for ${listTexts(because.successors.map(codeText))}`,
  }),
  'guardrail-blocked': ({ codes }) => ({
    summary: t`guardrails block this plan`,
    reason: joinTexts(codes.map(codeText), ', '),
    state: UNCHANGED,
    help: t`follow the steps above, in a pull request`,
  }),
  'not-confirmed': ({ couldAsk }) => ({
    summary: couldAsk ? t`not confirmed` : t`confirmation needed, but there is no terminal to ask on`,
    reason: null,
    state: UNCHANGED,
    help: couldAsk ? null : t`add ${codeText('--yes')}`,
  }),
  'manifest-unusable': ({ file, reason }) => ({
    summary: t`${codeText(file)} is not the manifest of a reviewed plan`,
    reason: proseText(reason),
    state: UNCHANGED,
    help: t`run the plan workflow again on the last commit of the pull request, and approve that`,
  }),
  'plan-changed': ({ unreviewed, missing, tools }) => ({
    summary: t`the plan differs from the reviewed one`,
    reason: sentences(
      tools === null
        ? t`AWS or main has changed since the review.`
        : t`reviewed with ${tools.reviewed}, now ${tools.now}`,
      listed('Not reviewed:', unreviewed),
      listed('Reviewed, but no longer planned:', missing),
    ),
    state: UNCHANGED,
    help: t`open a pull request with the same change to get a new plan`,
  }),
  superseded: ({ commit, last, known }) =>
    known
      ? {
          summary: t`commit ${short(commit)} is older than the last applied commit`,
          reason: t`${short(last.commit)} was applied on ${last.at.slice(0, 16).replace('T', ' ')} UTC; applying the older one would grant access that was revoked since`,
          state: UNCHANGED,
          help: t`to go back, revert the later commit in a pull request`,
        }
      : {
          summary: t`the last applied commit is not in the history of ${short(commit)}`,
          reason: t`${short(last.commit)} was applied last`,
          state: UNCHANGED,
          help: t`check out the whole history; if history was rewritten, an administrator compares a plan with ${codeText('team.yaml')} and removes the apply record`,
        },
  'not-converged': ({ addresses }) => ({
    summary: t`a second plan after the apply still finds changes`,
    reason: sentences(listed('still planned:', addresses)),
    state: APPLIED,
    help: t`run ${codeText('mturk-team drift')} to see whether someone else changes the account, then run the workflow again`,
  }),
  'record-not-written': ({ file, reason }) => ({
    summary: t`the apply could not be recorded in ${codeText(file)}`,
    reason: proseText(reason),
    state: APPLIED,
    help: t`restore the access to the file beside the state, then run ${codeText('mturk-team apply')} again`,
  }),
};

function listed(title: string, addresses: readonly string[]): Text | null {
  return addresses.length === 0 ? null : t`${trusted(title)} ${someTexts(addresses.map(codeText), SHOWN)}.`;
}

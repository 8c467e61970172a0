import * as z from 'zod';
import {
  type Failure,
  type FailureArgs,
  type FailureCode,
  type FailureReason,
  type PipelineFailureArgs,
  progressOf,
  reasonOf,
} from '../../diagnostics/failure.ts';
import { timeWords } from '../dates.ts';
import { pasted, pastedOption } from '../escape.ts';
import {
  AGAIN,
  type Again,
  type Problem,
  type ProblemPlace,
  type ProblemTable,
  peopleText,
  printProblem,
  type Reader,
  SHOWN,
  stateAfter,
  UNCHANGED,
} from '../problem.ts';
import {
  codeText,
  counted,
  joinTexts,
  listTexts,
  proseText,
  someTexts,
  TEAM_FILE,
  type Text,
  t,
  trusted,
} from '../text.ts';
import { ADOPT_PROBLEMS } from './adopt.ts';
import { AWS_PROBLEMS } from './aws.ts';
import { GITHUB_PROBLEMS } from './github.ts';
import { HISTORY_PROBLEMS } from './history.ts';
import { KEY_PROBLEMS, MEMBER_KEY_PROBLEMS } from './keys.ts';
import { OFFBOARD_PROBLEMS } from './offboard.ts';
import { TERRAFORM_PROBLEMS } from './terraform.ts';
import { PERMISSIONS, REASONS } from './workflow.ts';

const APPLIED = t`everything was applied`;

/** Every failure of a command that neither Terraform nor GitHub reports. */
const COMMAND_PROBLEMS: ProblemTable<PipelineFailureArgs> = {
  'file-not-writable': ({ file }) => ({
    summary: t`cannot write ${codeText(file)}`,
    help: t`use a directory that exists and can be written`,
  }),
  'repository-unknown': ({ options }) =>
    options.includes('--repository')
      ? {
          summary: t`the lab's repository is not known`,
          reason: t`the team file is in no clone whose remote ${codeText('origin')} is on GitHub`,
          help: t`run it in such a clone, or add ${codeText('--repository OWNER/NAME')}`,
        }
      : {
          summary: t`not enough is known about the lab's repository`,
          reason: t`the trust policies of the roles name its ids, and the form of the subject in its OIDC tokens`,
          help: t`set ${codeText('GITHUB_TOKEN')}, for example to ${codeText('$(gh auth token)')}, or add ${listTexts(options.map(codeText))}`,
        },
  'subject-customized': ({ repository }) => ({
    summary: t`${codeText(repository)} customizes the subject of its OIDC tokens`,
    reason: t`the trust policies of the roles expect GitHub's default subject`,
    help: t`restore the default`,
    paste: [`gh api -X PUT ${pasted(`repos/${repository}/actions/oidc/customization/sub`)} -F use_default=true`],
  }),
  'bucket-unusable': ({ bucket, because, region }) => ({
    summary: t`the bucket ${codeText(bucket)} cannot be used`,
    reason: {
      denied: t`it is another account's, or these credentials are not allowed to use it`,
      missing: t`it does not exist`,
      'other-region': t`it is in another region than ${codeText('settings.state.region')}`,
    }[because],
    help:
      because === 'missing'
        ? t`ask an administrator to run ${codeText('mturk-team bootstrap')}, or correct ${codeText('settings.state')} in ${TEAM_FILE}`
        : region === null
          ? t`use other credentials, or correct ${codeText('settings.state')} in ${TEAM_FILE}`
          : t`set ${codeText('settings.state.region')} in ${TEAM_FILE} to ${codeText(region)}`,
  }),
  'state-of-another-lab': ({ state, lab }) => ({
    summary: t`${codeText(state)} belongs to lab ${codeText(lab)}`,
    reason: t`an apply would delete what that lab has; labs that share a place for their states need a key each`,
    help: t`set another ${codeText('settings.state.key')} in ${TEAM_FILE}; if the lab was renamed, restore its name`,
  }),
  'set-up-elsewhere': ({ lab, here, ...served }) => {
    const { ids, states } = served;
    const others = [
      ...(ids.length > 0 ? [t`another repository`] : []),
      ...(states.length > 0 ? [t`another state`] : []),
    ];
    const copies = here.state === null ? [] : states;
    const copy =
      copies.length > 0 ? t`copy all of its state first, if it is not lost, while no workflow runs, and ` : t``;
    const aim = here.state === null ? t`to delete the roles all the same` : t`to move the lab here`;
    return {
      summary: t`lab ${codeText(lab)} is set up for ${listTexts(others)}`,
      reason: servedText(served),
      help: t`find out who changed ${TEAM_FILE} or the roles; ${aim}, ${copy}add ${codeText(`--repository ${pasted(here.repository)}`)}`,
      paste: copies.map(
        (state) => `aws s3 cp --recursive ${pasted(`s3://${state}/`)} ${pasted(`s3://${here.state}/`)}`,
      ),
    };
  },
  'lab-in-use': ({ lab, by, stack }) => ({
    summary: t`lab ${codeText(lab)} still has ${counted(by.length, 'resource')}`,
    reason: t`in use: ${someTexts(by.map(codeText), SHOWN)}`,
    // What synth writes is for AWS: destroyed, it would end the access of the real lab.
    ...(stack.emulator === null
      ? {
          help: t`${trusted(stack.program === null ? 'install Terraform or OpenTofu, ' : '')}destroy the team stack, delete what was created outside Terraform, then run the command again`,
          paste: destroyCommands(stack.program, stack.state),
        }
      : {
          help: t`delete the whole local AWS emulator`,
          paste: [`mturk-team emulator reset ${pasted(stack.emulator)}`],
        }),
  }),
  'state-damaged': ({ state }) => ({
    summary: t`the Terraform state cannot be read`,
    reason: t`${codeText(state)} is damaged or encrypted, so it is unknown what the lab has`,
    help: t`restore an earlier version of it; a bucket that ${codeText('bootstrap')} created keeps old versions`,
  }),
  'file-not-readable': ({ file }) => ({
    summary: t`cannot read ${codeText(file)}`,
    help: t`check the name of the file and its permissions`,
  }),
  'release-differs': ({ called, own }) => ({
    summary: t`the workflows do not call the release of this command`,
    reason: t`they call ${codeText(called)}; this is ${codeText(own)}, and only its workflows may change AWS`,
    help: t`run the command of the release that they should call; if no owner chose what they call, restore the workflows`,
  }),
  'team-file-invalid': ({ file, findings }) => ({
    summary: t`${codeText(file)} has ${counted(findings.filter(({ severity }) => severity === 'error').length, 'error')}`,
    help: t`run ${codeText('mturk-team check')}`,
  }),
  'unknown-member': ({ member, file, because }) => ({
    summary: t`no member ${codeText(member)} in ${codeText(file)}`,
    state: null,
    help:
      because.kind === 'similar'
        ? t`did you mean ${codeText(because.member)}?`
        : t`members are ${listTexts(because.members.map(codeText))}`,
  }),
  'unknown-role': ({ role, file, similar, roles }) => ({
    summary: t`no role ${codeText(role)} in ${codeText(file)}`,
    state: null,
    help: similar === null ? t`roles are ${listTexts(roles.map(codeText))}` : t`did you mean ${codeText(similar)}?`,
  }),
  'entry-exists': ({ file, section, key }) => ({
    summary: t`${codeText(key)} is already in ${codeText(section)} of ${codeText(file)}`,
    help: t`use another key`,
  }),
  'edit-needs-option': ({ option, member, members }) =>
    option === '--owner'
      ? {
          summary: t`${codeText(member)} is the only owner`,
          reason: t`after the departure, no one could approve a change`,
          help: t`add ${codeText('--owner KEY')}: the member who becomes an owner instead`,
        }
      : {
          summary: t`${codeText(member)} is the sponsor of ${counted(members.length, 'member')}`,
          reason: t`after the departure, no one would answer for ${someTexts(members.map(codeText))}`,
          help: t`add ${codeText('--sponsor KEY')}: the member who answers for them from then on`,
        },
  'edit-not-possible': ({ file, path, line, paste }) => ({
    summary: t`cannot edit ${codeText(path)} without changing something else`,
    reason: t`${codeText(file)} is written there in a way that this command does not know`,
    help:
      paste.length === 0
        ? t`remove it in an editor, near line ${line}, then run ${codeText('mturk-team check')}`
        : t`write it in an editor, near line ${line}, then run ${codeText('mturk-team check')}:`,
    paste,
  }),
  'role-in-use': ({ role, members, roles }) => ({
    summary: t`role ${codeText(role)} is in use`,
    reason: joinTexts(
      [
        ...(members.length === 0 ? [] : [t`used by ${someTexts(members.map(codeText))}`]),
        ...(roles.length === 0 ? [] : [t`extended by ${someTexts(roles.map(codeText))}`]),
      ],
      '; ',
    ),
    help:
      members.length === 0
        ? t`remove it from ${codeText('extends')} of these roles first`
        : t`take it from its members first`,
    paste: members.slice(0, 3).map((member) => `mturk-team member roles ${pasted(member)} --remove ${pasted(role)}`),
  }),
  'edit-adds-error': ({ file, errors }) => {
    const [first] = errors;
    return {
      summary: t`the change would add ${counted(errors.length, 'error')} to ${codeText(file)}`,
      reason: joinTexts(
        errors.slice(0, SHOWN).map(({ path, summary }) => t`at ${codeText(path)}, ${proseText(summary)}`),
        '; ',
      ),
      help: proseText(first?.help ?? 'ask for another change'),
      paste: first?.paste ?? [],
    };
  },
  'file-changed': ({ file }) => ({
    summary: t`${codeText(file)} was changed by someone else meanwhile`,
    help: t`run the command again`,
  }),
  'unknown-operation': ({ name, because }) => {
    if (because.kind === 'retired') {
      const successors = because.successors.map(codeText);
      const retired = { summary: t`${codeText(name)} no longer exists`, state: null };
      if (successors.length === 0) return { ...retired, reason: t`removed in 2017 without a successor` };
      return { ...retired, reason: t`renamed in 2017`, help: t`ask for ${listTexts(successors)}` };
    }
    return {
      summary: t`no operation, capability, effect or role ${codeText(name)}`,
      state: null,
      help:
        because.kind === 'similar'
          ? t`did you mean ${codeText(because.name)}?`
          : t`ask for an operation or one of ${listTexts(because.names.map(codeText))}`,
    };
  },
  'guardrail-blocked': ({ codes }) => ({
    summary: t`guardrails block this plan`,
    reason: codes.length === 0 ? null : joinTexts(codes.map(codeText), ', '),
    help: t`follow what each guardrail says, in a pull request`,
  }),
  'not-confirmed': ({ couldAsk }) => ({
    summary: couldAsk ? t`not confirmed` : t`confirmation needed, but there is no terminal to ask on`,
    help: couldAsk ? null : t`add ${codeText('--yes')}`,
  }),
  'manifest-unusable': ({ file }) => ({
    summary: t`${codeText(file)} is not the manifest of a plan`,
    help: t`write it with ${codeText('mturk-team plan --manifest')}`,
  }),
  'not-restorable': ({ of, key, name, found, other, option }, again) => {
    if (found === null) {
      return {
        summary: t`no ${trusted(of)} ${codeText(key)} in ${TEAM_FILE}`,
        help: t`name members as ${codeText('KEY')} and roles as ${codeText('role/KEY')}, separated by commas`,
      };
    }
    const summary = t`an apply cannot give back ${codeText(of === 'role' ? `role/${key}` : key)}`;
    if (option === null) {
      return {
        summary,
        reason: t`its IAM name or policy ${codeText(name)} is in use by ${codeText(found)}`,
        help:
          other === null
            ? t`rename or delete what has the name, or detach the policy, then ${again()}`
            : t`ask the owners of lab ${codeText(other)}, or use another key in ${TEAM_FILE}`,
      };
    }
    const isRenamed = option.name === '--new-user-name';
    const user = pastedOption('--user-name', isRenamed ? found : name);
    return {
      summary,
      reason: t`its IAM user was ${trusted(isRenamed ? 'renamed' : 'moved')} to ${codeText(found)}`,
      help: t`give the user its ${trusted(isRenamed ? 'name' : 'path')} back, then ${again()}`,
      paste: [`aws iam update-user ${user} ${pastedOption(option.name, option.value)}`],
    };
  },
  'no-apply-record': () => ({
    summary: t`nothing says what was applied last`,
    reason: t`something is under the lab's IAM path, and ${codeText('apply-record.json')} is missing beside the state`,
    help: t`if an adoption has begun, ${codeText('mturk-team adopt --finish')} ends it; else an administrator runs ${codeText('mturk-team apply')} at a terminal and names whose access is restored`,
    paste: ['mturk-team apply --restore KEY,KEY'],
  }),
  'apply-unfinished': ({ at }) => ({
    summary: t`an apply began and did not end`,
    reason: t`${at === '' ? t`` : t`it began ${trusted(timeWords(at))}; `}until it ends, manual changes cannot be distinguished from its own`,
    help: t`run the apply workflow (Actions, ${codeText('apply')}, Run workflow), which applies ${codeText('main')}, or ${codeText('mturk-team apply')} again`,
  }),
  'scan-incomplete': ({ notChecked }) => ({
    summary: t`the account could not be checked completely`,
    reason: notChecked === 0 ? null : t`${counted(notChecked, 'part')} could not be read`,
    help: t`run ${codeText('mturk-team drift')}: it lists what could not be read`,
  }),
  'grants-not-in-file': ({ people }) => ({
    summary: t`the plan would give access that ${TEAM_FILE} does not give`,
    reason: peopleText(people),
    help: t`this is a defect of mturk-team: report it; ${codeText('mturk-team plan --resources')} shows the plan`,
  }),
  'still-has-access': ({ people }) => ({
    summary: t`someone has more access than ${TEAM_FILE} gives, after the apply`,
    reason: people.length === 0 ? null : peopleText(people),
    state: APPLIED,
    help: t`run ${codeText('mturk-team drift')} to see why; if someone changes IAM now, stop them, then apply again`,
  }),
  'not-converged': ({ addresses }, again) => ({
    summary: t`a second plan after the apply still finds changes`,
    reason: addresses.length === 0 ? null : t`still planned: ${someTexts(addresses.map(codeText), SHOWN)}`,
    state: APPLIED,
    help: t`run ${codeText('mturk-team drift')} to see whether someone else changes the account, then ${again()}`,
  }),
  'record-not-written': ({ file }) => ({
    summary: t`the apply could not be recorded in ${codeText(file)}`,
    state: APPLIED,
    help: t`restore the access to the file beside the state, then run ${codeText('mturk-team apply')} again`,
  }),
  ...MEMBER_KEY_PROBLEMS,
  ...ADOPT_PROBLEMS,
  ...OFFBOARD_PROBLEMS,
  ...HISTORY_PROBLEMS,
  ...KEY_PROBLEMS,
};

/**
 * In a folder that `eject` makes: a commit can fill that of `synth`. One line, which ends if `eject` refuses a folder that a commit
 * filled. A state beside the team file is not where Terraform looks for it.
 */
export function destroyCommands(program: string | null, state: string | null): readonly string[] {
  const run = `${program ?? 'tofu'} -chdir=ejected/team`;
  const place = state === null ? '' : ` -state=${pasted(state)}`;
  return [`mturk-team eject --out ejected && ${run} init && ${run} destroy${place}`];
}

/** What the roles of a lab serve. */
export function servedText({ ids, subjects, states }: Omit<FailureArgs['set-up-elsewhere'], 'lab' | 'here'>): Text {
  const subjectsText = subjects.length === 0 ? t`` : t` (${listTexts(subjects.map(codeText))})`;
  const served = [
    ...(ids.length === 0 ? [] : [t`trust repository ID ${listTexts(ids.map(codeText))}${subjectsText}`]),
    ...(states.length === 0
      ? []
      : [t`reach the state at ${listTexts(states.map((state) => codeText(`s3://${state}/`)))}`]),
  ];
  return t`its roles ${listTexts(served)}; there, nothing could be applied or checked any more`;
}

export const FAILURE_PROBLEMS: ProblemTable<FailureArgs> = {
  ...TERRAFORM_PROBLEMS,
  ...AWS_PROBLEMS,
  ...COMMAND_PROBLEMS,
  ...GITHUB_PROBLEMS,
};

/** What failed, why, what state things are in, and the next step. */
export function failureProblem(failure: Failure, reader: Reader = 'terminal'): Problem {
  const { code, args } = failure;
  // TypeScript does not see that code and arguments belong together.
  const problemOf = FAILURE_PROBLEMS[code] as (
    args: Failure['args'],
    again: Again,
  ) => ReturnType<(typeof FAILURE_PROBLEMS)[FailureCode]>;
  const progress = progressOf(failure);
  const problem = {
    reason: 'reason' in args && args.reason !== '' ? proseText(args.reason) : null,
    state: progress === null ? UNCHANGED : stateAfter(progress),
    help: null,
    ...problemOf(args, AGAIN[reader]),
  };
  if (reader === 'terminal') return problem;
  // No one can sign in where a workflow runs.
  if (code === 'credentials-denied') return { ...problem, help: PERMISSIONS };
  const isRole = reasonOf(failure, 'plan') === 'credentials-failed';
  return isRole ? { ...problem, help: reasonProblem('credentials-failed').help, paste: [] } : problem;
}

/** The same if a workflow knows only the reason. */
export function reasonProblem(reason: FailureReason): Problem {
  const known = REASONS[reason];
  return 'code' in known ? failureProblem(known, 'workflow') : known;
}

/** A failure that kept nothing else from being done. */
export function warningText(failure: Failure): string {
  const { summary, reason } = failureProblem(failure);
  const place = { severity: 'warning', code: failure.code } as const;
  return printProblem({ summary, reason, state: null, help: null }, place).join('\n');
}

/** The failure as lines of a terminal, without a trailing newline. */
export function failureText(failure: Failure, options: Pick<ProblemPlace, 'color' | 'width'> = {}): string {
  return printProblem(failureProblem(failure), { code: failure.code, ...options }).join('\n');
}

/** A failure in the file of an earlier job: one whose text can be printed. */
export const FAILURE = z.custom<Failure>((value) => {
  try {
    return failureText(value as Failure) !== '';
  } catch {
    return false;
  }
}, 'it must be a failure');

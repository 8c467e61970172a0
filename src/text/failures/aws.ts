import type { EngineFailureArgs } from '../../diagnostics/failure.ts';
import { pastedOption } from '../escape.ts';
import { type ProblemTable, SHOWN } from '../problem.ts';
import { codeText, joinTexts, someTexts, TEAM_FILE, t, trusted } from '../text.ts';

export const AWS_PROBLEMS = {
  'credentials-missing': () => ({
    summary: t`no AWS credentials found`,
    reason: null,
    help: t`run ${codeText('aws sso login')} or set ${codeText('AWS_PROFILE')}; to try without an account, add ${codeText('--emulator')}`,
  }),
  'profile-missing': ({ profile, files, profiles }) => ({
    summary: t`no AWS profile ${codeText(profile)}, which ${codeText('AWS_PROFILE')} names`,
    reason: t`it is not in ${joinTexts(files.map(codeText), ' or ')}`,
    help:
      profiles.length === 0
        ? t`run ${codeText('aws configure sso')}, or unset ${codeText('AWS_PROFILE')}`
        : t`correct the variable, or unset it; profiles are ${someTexts(profiles.map(codeText), SHOWN)}`,
  }),
  'sign-in-expired': ({ profile }) => ({
    summary: t`the AWS sign-in of profile ${codeText(profile)} has expired`,
    help: t`sign in again, then run the command again`,
    paste: [`aws sso login ${pastedOption('--profile', profile)}`],
  }),
  'credentials-denied': ({ progress }, again) => ({
    summary: t`AWS denied a request`,
    help: t`sign in again if the credentials have expired, or use credentials that allow it; then ${again(progress)}`,
  }),
  'administrator-needed': ({ action, progress }, again) => ({
    summary: t`this needs an administrator`,
    help:
      action === 'DeleteVirtualMFADevice'
        ? t`the MFA device is not the user's any more: ${again(progress)}; an administrator can delete the device`
        : action === 'RemoveUserFromGroup'
          ? t`ask an administrator to remove the user from groups outside the lab, then ${again(progress)}`
          : t`ask an administrator to run ${codeText('mturk-team drift')} and to move back or rename what it names, then ${again(progress)}`,
  }),
  'wrong-account': ({ expected, actual }) => ({
    summary: t`the AWS credentials belong to another account`,
    reason:
      actual === null
        ? null
        : t`they belong to ${codeText(actual)}${expected === '' ? trusted('') : t`; ${TEAM_FILE} names ${codeText(expected)}`}`,
    help: t`use credentials of that account (${codeText('AWS_PROFILE')}), or correct ${codeText('account')} in ${TEAM_FILE}`,
  }),
  throttled: ({ progress }, again) => ({
    summary: t`AWS throttled the requests`,
    help: t`wait a minute, then ${again(progress)}; ${codeText('--parallelism 2')} sends fewer at a time`,
  }),
  'aws-unavailable': ({ progress }, again) => ({
    summary: t`AWS answered with an internal error`,
    help: t`wait a few minutes, then ${again(progress)}; AWS status: https://health.aws.amazon.com`,
  }),
  'network-failed': ({ progress }, again) => ({
    summary: t`no connection to AWS`,
    help: t`this is often transient: ${again(progress)}; if it persists, check network and proxy`,
  }),
} satisfies Partial<ProblemTable<EngineFailureArgs>>;

import type { PipelineFailureArgs } from '../../diagnostics/failure.ts';
import type { ProblemTable } from '../problem.ts';
import { codeText, someTexts, type Text, t } from '../text.ts';

const SHOWN = 5;
const UNWRITTEN = t`nothing was written`;

const NOT_OPENED: Readonly<Record<PipelineFailureArgs['message-not-opened']['because'], readonly [Text, Text]>> = {
  'no-message': [
    t`there is no encrypted message in this text`,
    t`copy everything from the ${codeText('BEGIN AGE')} line to the ${codeText('END AGE')} line`,
  ],
  damaged: [
    t`the message is damaged`,
    t`copy it again, from the ${codeText('BEGIN AGE')} line to the ${codeText('END AGE')} line`,
  ],
  'other-identity': [
    t`the message is for another recipient`,
    t`open it on the computer where you ran ${codeText('mturk-team keys request')}; if that identity is lost, send the lab a new recipient`,
  ],
  'no-key': [
    t`the message holds no access key`,
    t`it is not of ${codeText('mturk-team keys sync')}: ask an administrator of the lab who sent it`,
  ],
};

/** Every failure of the commands by which members get and test their own access keys. */
export const MEMBER_KEY_PROBLEMS = {
  'account-not-merged': ({ file, account, merged }) => ({
    summary: t`the lab has another account on the default branch`,
    reason: t`${codeText(file)} names ${codeText(account)}, and the branch as merged names ${codeText(merged)}`,
    state: UNWRITTEN,
    help: t`check out the default branch; if the account is right, add ${codeText(`--account ${account}`)}`,
  }),
  'identity-unusable': ({ file }) => ({
    summary: t`an identity cannot be read`,
    reason: t`${codeText(file)} is damaged, or was not written by ${codeText('mturk-team keys request')}`,
    help: t`restore it from a copy; without one, move it away, run ${codeText('mturk-team keys request')} and send the lab the new recipient`,
  }),
  'identity-missing': ({ directory }) => ({
    summary: t`no identity found that could open a message`,
    reason: t`${codeText(directory)} holds none`,
    help: t`open it on the computer where you ran ${codeText('mturk-team keys request')}`,
  }),
  'message-not-opened': ({ because, recipients }) => ({
    summary: NOT_OPENED[because][0],
    reason: because === 'other-identity' ? t`your recipients are ${someTexts(recipients.map(codeText), SHOWN)}` : null,
    state: UNWRITTEN,
    help: NOT_OPENED[because][1],
  }),
  'key-refused': ({ reason }) => ({
    summary: t`AWS does not accept this access key`,
    reason: t`${reason}`,
    state: t`it is deactivated or deleted, or was never a key of the lab`,
    help: t`ask an administrator of the lab for another key`,
  }),
  'key-not-own': ({ expected, actual, reason }) =>
    actual === null
      ? {
          summary: t`AWS does not accept the key in this message`,
          reason: t`${reason}`,
          state: UNWRITTEN,
          help: t`open the newest message; if this is the newest, wait a minute and try again, then ask an administrator for another key`,
        }
      : {
          summary: t`the key in this message is not yours`,
          reason: t`it belongs to ${codeText(actual)}, and you are ${codeText(expected)}`,
          state: UNWRITTEN,
          help: t`do not use it, and show the message to an owner of the lab: someone may have planted it`,
        },
  'key-not-stored': ({ file, profile, profiles }) => ({
    summary:
      profile === null ? t`it is not known which access key to test` : t`no access key in profile ${codeText(profile)}`,
    reason: profile === null ? null : t`${codeText(file)} has no key of that profile`,
    help:
      profile !== null || profiles.length === 0
        ? t`open the message with your key first: ${codeText('mturk-team keys open')}`
        : t`add ${codeText('--profile')} with one of ${someTexts(profiles.map(codeText), SHOWN)}`,
  }),
  'mturk-no-answer': () => ({
    summary: t`no answer from Mechanical Turk`,
    state: t`AWS accepts the key; nothing was changed`,
    help: t`try again later; AWS announced that Mechanical Turk closes permanently on 30 September 2026`,
  }),
} satisfies Partial<ProblemTable<PipelineFailureArgs>>;

import type { PipelineFailureArgs } from '../../diagnostics/failure.ts';
import { timeWords } from '../dates.ts';
import { pasted } from '../escape.ts';
import { type ProblemTable, SHOWN } from '../problem.ts';
import { codeText, counted, someTexts, TEAM_FILE, type Text, t, trusted } from '../text.ts';

const SET = t`change ${TEAM_FILE} and apply it`;

/** Why a member gets no access key, and what changes that. */
const WITHOUT: Readonly<Record<PipelineFailureArgs['no-key-allowed']['because'], readonly [Text, Text]>> = {
  'not-applied': [t`no member of that key is in what was applied last`, SET],
  'no-recipient': [
    t`without a recipient, no one could open it`,
    t`the member runs ${codeText('mturk-team keys request')}; then add ${codeText('recipient')} to ${TEAM_FILE} and apply it`,
  ],
  'no-keys': [t`${codeText('keys: 0')} was applied`, SET],
  suspended: [t`the member is suspended`, SET],
  later: [t`access begins in more than 14 days`, t`wait, or set an earlier ${codeText('from')} in ${TEAM_FILE}`],
  ended: [t`the last day is past`, t`set a later ${codeText('until')} in ${TEAM_FILE} and apply it`],
  'file-differs': [
    t`${TEAM_FILE} asks for no key, or for another recipient than what was applied last`,
    t`update the file from the default branch, or apply it`,
  ],
  'no-user': [t`there is no IAM user of that name`, t`run ${codeText('mturk-team drift')}`],
  'replaced-user': [
    t`the IAM user is not the one that was applied`,
    t`run ${codeText('mturk-team drift')}, which says who that is`,
  ],
  'moved-user': [t`the IAM user is not under the lab's path`, t`find out who moved it, then apply ${TEAM_FILE}`],
};

const STATES = {
  create: t`what was done before stays; if AWS created the key all the same, ${codeText('keys sync')} reports it after 24 hours`,
  deliver: t`what was done before stays; the key was deleted again`,
  deactivate: t`what was done before stays`,
  delete: t`what was done before stays`,
};
const STEPS = { create: 'created', deliver: 'delivered', deactivate: 'deactivated', delete: 'deleted' };

export const KEY_PROBLEMS = {
  'key-step-failed': ({ member, step }, again) => ({
    summary: t`an access key of ${codeText(member)} could not be ${trusted(STEPS[step])}`,
    state: STATES[step],
    help: again(),
  }),
  'key-not-encrypted': ({ member }) => ({
    summary: t`the access key of ${codeText(member)} could not be encrypted`,
    state: t`the key was deleted again`,
    help: t`correct the ${codeText('recipient')} of ${codeText(member)} in ${TEAM_FILE}, then apply it`,
  }),
  'key-left-behind': ({ member, created }) => ({
    summary: t`an access key of ${codeText(member)} was not delivered`,
    reason: t`deleting it failed, too; it was created ${trusted(timeWords(created))}`,
    state: t`the key exists, and its secret is known to no one`,
    help: t`replace it after 24 hours, when AWS knows that it was never used`,
    paste: [`mturk-team keys create ${pasted(member)}`],
  }),
  'keys-not-delivered': ({ keys }) => ({
    summary: t`${counted(keys.length, 'access key')} ${trusted(keys.length === 1 ? 'was' : 'were')} never delivered`,
    reason: t`no comment and no file gave it to its member, and it was never used: ${someTexts(
      keys.map(({ member, created }) => t`${codeText(member)} (created ${trusted(timeWords(created))})`),
      SHOWN,
    )}`,
    state: t`a run stopped before it delivered the key, or someone else created it and can use it`,
    help: t`an administrator replaces it`,
    paste: keys.map(({ member }) => `mturk-team keys create ${pasted(member)}`),
  }),
  'no-key-allowed': ({ member, because }) => ({
    summary: t`${codeText(member)} gets no access key`,
    reason: WITHOUT[because][0],
    help: WITHOUT[because][1],
  }),
  'no-user-of-member': ({ member }) => ({
    summary: t`${codeText(member)} has no IAM user under the lab's path`,
    reason: t`there is none of that name, or it was moved out of the path`,
    help: t`check the key of the member; ${codeText('mturk-team drift')} says whether a user was moved`,
  }),
  'keys-in-use': ({ member }) => ({
    summary: t`${codeText(member)} has 2 access keys that may be in use`,
    reason: t`IAM allows 2, and that a key is unused is known only after a day`,
    help: t`list the keys, ask which is not needed, deactivate that one, then run the command again`,
    paste: ['mturk-team keys', `mturk-team keys revoke ${pasted(member)} --key ID`],
  }),
  'key-withdrawn': ({ member }) => ({
    summary: t`another access key of ${codeText(member)} appeared at the same time`,
    state: t`the key that this command created was deleted again`,
    help: t`run ${codeText('mturk-team keys')} to see the keys that there are`,
  }),
  'keys-changed': ({ member }, again) => ({
    summary: t`the access keys of ${codeText(member)} have changed meanwhile`,
    reason: t`something else is due by now than was shown`,
    state: t`this command changed no key of the member`,
    help: again(),
  }),
  'unknown-access-key': ({ user, key }) => ({
    summary: t`${codeText(user)} has no access key ${codeText(key)}`,
    help: t`run ${codeText('mturk-team keys')} to see the ids`,
  }),
  'keys-still-wanted': ({ member }) => ({
    summary: t`${codeText(member)} still gets access keys`,
    reason: t`${codeText('keys sync')} would create another key at once`,
    help: t`set ${codeText('keys: 0')} in ${TEAM_FILE}, or remove ${codeText('recipient')}, and apply it; without ${codeText('--delete')}, keys are deactivated`,
  }),
} satisfies Partial<ProblemTable<PipelineFailureArgs>>;

/** How many recipients or profiles are named. */
const LISTED = 5;
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
    reason: because === 'other-identity' ? t`your recipients are ${someTexts(recipients.map(codeText), LISTED)}` : null,
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
        : t`add ${codeText('--profile')} with one of ${someTexts(profiles.map(codeText), LISTED)}`,
  }),
  'mturk-no-answer': () => ({
    summary: t`no answer from Mechanical Turk`,
    state: t`AWS accepts the key; nothing was changed`,
    help: t`try again later; AWS announced that Mechanical Turk closes permanently on 30 September 2026`,
  }),
} satisfies Partial<ProblemTable<PipelineFailureArgs>>;

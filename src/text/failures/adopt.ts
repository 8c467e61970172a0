import type { PipelineFailureArgs } from '../../diagnostics/failure.ts';
import { pasted } from '../escape.ts';
import { type ProblemTable, peopleText, SHOWN } from '../problem.ts';
import { codeText, counted, listTexts, someTexts, TEAM_FILE, t, trusted } from '../text.ts';

const ADOPT = codeText('mturk-team adopt');
const APPLY_OPTION = codeText('adopt --apply');
const APPLY = codeText('mturk-team adopt --apply');
const FINISH = codeText('mturk-team adopt --finish');
const UNDO = codeText('mturk-team adopt --undo');

const PARTS = {
  missing: 'it no longer exists',
  name: 'its name or path',
  groups: 'its groups',
  attached: 'its attached policies',
  inline: 'its inline policies',
  boundary: 'its permissions boundary',
  tags: 'its tags',
  document: 'what it allows',
  members: 'its members',
  member: 'it is moved already, and team.yaml has no member for it',
  role: 'it is under the path of the lab, and of no role in team.yaml',
} as const;

const UNUSABLE_HELP = {
  missing: t`restore the file, or run ${ADOPT}`,
  unreadable: t`restore the file; before ${APPLY}, delete it and run ${ADOPT}`,
  damaged: t`restore the file; before ${APPLY}, delete it and run ${ADOPT}`,
  open: t`if ${ADOPT} wrote it here, run ${codeText('chmod 600 adopt.json')}; else delete it`,
  tracked: t`if ${ADOPT} wrote it here, run ${codeText('git rm --cached adopt.json')}; else delete it`,
  untold: t`run ${codeText('git ls-files adopt.json')} beside it, and make right what stops Git`,
  other: t`run it where the file of this lab and account is`,
} as const;

const UNEQUAL = {
  plan: {
    summary: t`someone would have too much access for a moment`,
    help: t`give them one role that does the same in ${TEAM_FILE}, or correct a policy that no longer matches their new name`,
  },
  apply: {
    summary: t`someone has not the access that they should have by now`,
    state: t`the users are moved and in their roles; nothing was taken from them`,
    help: t`run ${UNDO}, then ${ADOPT} again`,
  },
  finish: {
    summary: t`the roles alone do not give what ${TEAM_FILE} gives`,
    help: t`if ${TEAM_FILE} changed since ${APPLY}, run ${UNDO} and then ${APPLY} again; else undo what someone changed at the roles`,
  },
} as const;

export const ADOPT_PROBLEMS = {
  'adoption-unusable': ({ file, because }) => ({
    summary: because === 'missing' ? t`no ${codeText(file)}` : t`${codeText(file)} cannot be used`,
    ...(because === 'missing' ? { reason: t`${ADOPT} has not read the account yet` } : {}),
    help: UNUSABLE_HELP[because],
  }),
  'adoption-lost': ({ file, members }) => ({
    summary: t`no ${codeText(file)}, but ${APPLY_OPTION} has moved users`,
    reason: t`only that file says what ${someTexts(members.map(codeText), SHOWN)} had before`,
    help: t`restore it; if it is lost, an administrator gives all of them only what ${TEAM_FILE} gives:`,
    paste: [`mturk-team apply --restore ${members.map(pasted).join(',')}`],
  }),
  'not-adopted': ({ members }) => ({
    summary: t`${counted(members.length, 'member')} not adopted yet`,
    reason: t`the account has IAM users of ${someTexts(members.map(codeText), SHOWN)}; an apply would create others`,
    help: t`an administrator runs ${APPLY}; for other users, they run ${codeText('mturk-team apply')} at a terminal`,
  }),
  'unknown-iam-user': ({ user, account }) => ({
    summary: t`no IAM user ${codeText(user)}`,
    reason: t`account ${codeText(account)} has none of that name; capitals count`,
    help: t`run ${ADOPT} without that option: it lists the users`,
  }),
  'adoption-not-accepted': ({ members }) => ({
    summary: t`${counted(members.length, 'member')} would have other access than before`,
    reason: t`not accepted: ${someTexts(members.map(codeText), SHOWN)}`,
    help: t`run ${ADOPT}, which says what differs; correct ${TEAM_FILE}, or accept it`,
    paste: members.slice(0, SHOWN).map((member) => `mturk-team adopt --accept ${pasted(member)}`),
  }),
  'adoption-changed': ({ changes }) => ({
    summary: t`the account is not as ${codeText('adopt')} read it`,
    reason: someTexts(
      changes.map(({ kind, name, part }) => t`${trusted(kind)} ${codeText(name)}: ${trusted(PARTS[part])}`),
      SHOWN,
    ),
    help: changes.some(({ part }) => part === 'member')
      ? t`restore the member in ${TEAM_FILE}, or run ${UNDO}`
      : changes.some(({ part }) => part === 'role')
        ? t`remove its users; if ${TEAM_FILE} lost a role since ${APPLY}, run ${UNDO}`
        : t`undo that change, or run ${ADOPT} again to read the account as it is`,
  }),
  'adoption-name-taken': ({ names }) => ({
    summary: t`names that members or roles are to have are taken`,
    reason: t`taken by ${listTexts(names.map(codeText))}; names are unique whatever their path and case`,
    help: t`rename these, or give the members or roles other keys in ${TEAM_FILE} and run ${ADOPT} again`,
  }),
  'adoption-groups-full': ({ users }) => ({
    summary: t`${counted(users.length, 'IAM user')} would be in more groups than IAM allows`,
    reason: t`in too many groups to join those of their roles, too: ${someTexts(users.map(codeText), SHOWN)}`,
    help: t`remove each from a group, then run ${ADOPT} again to read the account as it is`,
  }),
  'adoption-unequal': ({ during, people }) => ({
    ...UNEQUAL[during],
    reason: peopleText(people),
  }),
  'adoption-not-applied': ({ users }) => ({
    summary: t`${counted(users.length, 'IAM user')} not in the lab yet`,
    reason: t`not under their new name: ${someTexts(users.map(codeText), SHOWN)}`,
    help: t`run ${APPLY} first`,
  }),
  'adoption-unfinished': () => ({
    summary: t`the lab has not adopted its account yet`,
    reason: t`an adoption has begun: an apply would create users again without their keys, or suspend those that were moved`,
    help: t`run ${APPLY} and ${FINISH}, or delete ${codeText('adopt.json')} if no user is to be adopted`,
  }),
  'adoption-over': ({ ended }) => ({
    summary: ended ? t`the lab has adopted its account already` : t`${codeText('adopt --finish')} has begun`,
    reason: ended
      ? t`${TEAM_FILE} was applied`
      : t`some old access may be gone: only the roles give all that the file gives`,
    help: ended ? t`change ${TEAM_FILE} and run ${codeText('mturk-team apply')}` : t`run ${FINISH} again`,
  }),
} satisfies Partial<ProblemTable<PipelineFailureArgs>>;

import { partAction, type SetupPart, settingWords } from '../../aws/setup/setup-part.ts';
import type { Result } from '../../diagnostics/failure.ts';
import { pasted } from '../../text/escape.ts';
import { codeText, counted, joinTexts, someTexts, type Text, t, trusted } from '../../text/text.ts';
import { type AccountFacts, type Check, inAccount, notChecked, RIGHT, verdictOf, wrong } from './check.ts';

/** AWS rejects signatures that are more than five minutes off (IAM user guide: Signature Version 4 troubleshooting). */
const MOST_SECONDS = 300;
const LONGEST_LOCK_MINUTES = 60;

/** What makes the account safe to apply to. */
export const AWS_CHECKS: readonly Check[] = [
  {
    id: 'account',
    title: t`the credentials are those of the account in the team file`,
    outcome: ({ account }) => {
      if (
        !account.ok &&
        (account.failure.code === 'wrong-account' || account.failure.code === 'emulator-other-account')
      ) {
        return wrong(t`they are those of ${codeText(account.failure.args.actual ?? 'another account')}`);
      }
      return verdictOf(account, () => RIGHT);
    },
    fix: ({ team }) => t`set ${codeText('AWS_PROFILE')} to a profile of account ${codeText(team.account)}`,
  },
  {
    id: 'clock',
    title: t`the clock of this machine is right`,
    outcome: ({ clockAhead }) =>
      verdictOf(clockAhead, (seconds) => {
        if (Math.abs(seconds) <= MOST_SECONDS) return RIGHT;
        const off = counted(Math.round(Math.abs(seconds) / 60), 'minute');
        return wrong(t`it is ${trusted(off)} ${trusted(seconds > 0 ? 'ahead' : 'behind')}`);
      }),
    fix: () => t`set it by network time; AWS rejects what is signed more than five minutes off`,
  },
  partsCheck('boundary', t`the permissions boundary is as this version writes it`, ({ boundary }) => boundary),
  partsCheck(
    'state-bucket',
    t`the bucket of the state is as this version sets it up`,
    ({ workflows }) => workflows?.bucket,
  ),
  partsCheck('identity-provider', t`AWS knows GitHub's identity provider`, ({ workflows }) => workflows?.provider),
  partsCheck('roles', t`the roles trust and may do what this version writes`, ({ workflows }) => workflows?.roles),
  {
    id: 'state-lock',
    title: t`no lock of the state is older than an hour`,
    outcome: inAccount('lockAge', (minutes) =>
      minutes === null || minutes <= LONGEST_LOCK_MINUTES
        ? RIGHT
        : wrong(t`it was taken ${trusted(counted(minutes, 'minute'))} ago`),
    ),
    fix: ({ team: { settings } }) =>
      settings.state === null
        ? t`no action needed`
        : t`if no apply is running, run ${codeText(`aws s3 rm s3://${settings.state.bucket}/${settings.state.key}/team.tfstate.tflock`)}`,
  },
  {
    id: 'users-without-boundary',
    title: t`no IAM user outside the lab is without a permissions boundary`,
    outcome: inAccount('home', ({ usersWithoutBoundary: users }, { isPublic }) =>
      users.length === 0
        ? RIGHT
        : wrong(isPublic ? t`there are ${users.length}` : t`there are: ${someTexts(users.map(codeText))}`),
    ),
    fix: () =>
      t`delete them or give them a boundary; name administrators in ${codeText('settings.administrators')} of the team file`,
  },
  {
    id: 'root-access-key',
    title: t`the root user has no access key`,
    outcome: inAccount('home', ({ hasRootKeys: has }) => {
      if (has === null)
        return notChecked(t`AWS did not say`, t`use credentials that allow ${codeText('iam:GetAccountSummary')}`);
      return has ? wrong(t`it has one`) : RIGHT;
    }),
    fix: () => t`sign in as the root user, and delete it under Security credentials`,
  },
];

/** What bootstrap makes; undefined is what it does not make for this lab. */
function partsCheck(
  id: string,
  title: Text,
  partsOf: (read: AccountFacts) => Result<SetupPart | readonly SetupPart[]> | undefined,
): Check {
  return {
    id,
    title,
    outcome: ({ account, emulator }) =>
      verdictOf(account, (read) => {
        const parts = partsOf(read);
        if (parts === undefined)
          return notChecked(
            t`${codeText('settings.state')} is not set, so that workflows have no roles`,
            t`set it in the team file if workflows are to apply, then run ${bootstrapText(emulator)}`,
          );
        return verdictOf(parts, (found) => {
          const different = [found].flat().filter((part) => partAction(part) !== 'as-wanted');
          return different.length === 0 ? RIGHT : wrong(joinTexts(different.map(differenceText), '; '));
        });
      }),
    fix: ({ emulator }) => t`as an administrator, run ${bootstrapText(emulator)}`,
  };
}

function bootstrapText(emulator: string | null): Text {
  return codeText(`mturk-team bootstrap${emulator === null ? '' : ` --emulator ${pasted(emulator)}`}`);
}

function differenceText(part: SetupPart): Text {
  const name = codeText(part.name);
  if (partAction(part) === 'create') return t`${name} does not exist`;
  if (partAction(part) === 'delete') return t`${name} is a role of an earlier version`;
  return t`${name} differs in: ${trusted(settingWords(part).join(', '))}`;
}

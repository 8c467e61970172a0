import { userText } from '../../access/text/names.ts';
import { dateWords } from '../../text/dates.ts';
import { t, trusted } from '../../text/text.ts';
import { ofUser } from '../attribution/matcher.ts';
import { iamCommand } from './aws-command.ts';
import { detected, type Rule } from './rule.ts';

export const consolePassword: Rule<'console-password'> = {
  id: 'console-password',
  severity: 'low',
  usesCredentialReport: true,
  detect: ({ credentialUsers }) =>
    credentialUsers.flatMap(({ user, credentials: { password } }) =>
      password === null ? [] : [detected('console-password', { user, lastUsed: password.lastUsed })],
    ),
  idParts: ({ user }, names) => names.user(user),
  title: ({ user }, names) => t`${userText(user, names)} has a console password`,
  effect: t`Can sign in to the AWS console`,
  remedy: ({ data: { user, lastUsed } }) => ({
    detail: lastUsed === null ? t`Never used.` : t`Last used ${trusted(dateWords(lastUsed))}.`,
    toFix: t`Delete the password; access keys stay:`,
    commands: [iamCommand('delete-login-profile', ['user-name', user])],
  }),
  cloudTrail: ({ data: { user } }) => ({ subject: user, calls: { CreateLoginProfile: ofUser(user) } }),
};

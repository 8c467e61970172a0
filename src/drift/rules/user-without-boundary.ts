import { canEscalate } from '../../access/escalation/escalation.ts';
import { escalationTargets } from '../../access/escalation/targets.ts';
import type { AccessModel, AccessUser } from '../../access/model.ts';
import { nameOutsideLabText, userText } from '../../access/text/names.ts';
import { iamArn } from '../../iam/arn.ts';
import type { Team } from '../../team/team.ts';
import { sentences, strongText, t } from '../../text/text.ts';
import { iamCommand, withoutOwnPolicies } from './aws-command.ts';
import { detected, type Rule } from './rule.ts';

/** As a boundary it allows all that a program or person does, but no change of IAM. */
const NO_IAM_CHANGES = 'arn:aws:iam::aws:policy/PowerUserAccess';

/**
 * Members whose boundary was removed, one who left among them, and every other IAM user of the account whom none
 * keeps from widening its own access: IAM authorizes AddUserToGroup on the group alone, so a stolen apply role can add them to
 * a group of the lab that allows everything.
 */
export const userWithoutBoundary: Rule<'user-without-boundary'> = {
  severity: 'medium',
  severityOf: (data) => ('kind' in data ? 'medium' : 'low'),
  detect: ({ inventory: { access }, expected, users, team, administrators }) => {
    const staying = new Set(expected.users.map(({ name }) => name));
    // One who left has no boundary to compare with: only the deletion of the user is pending.
    const isJudged = (name: string) => users.has(name) && staying.has(name);
    // One who can do everything gains nothing from a group of the lab.
    const isKnown = ({ name, path, unmanaged }: AccessUser) =>
      unmanaged === true || isJudged(name) || administrators.has(iamArn(access.account, 'user', path, name));
    return usersWithoutBoundary(access, team, isKnown).map(({ name: user, path, boundary }) =>
      detected('user-without-boundary', { user, path, boundary }),
    );
  },
  title: (data, names, cause) => {
    if (!('kind' in data))
      return t`IAM user ${nameOutsideLabText(data.user, names)} has ${data.boundary === null ? t`no permissions boundary` : t`a permissions boundary that lets it widen its own access`}`;
    if (cause === 'pending') return t`Restore the permissions boundary of ${userText(data.user, names)}`;
    return cause === 'manual' || cause === 'resolved'
      ? t`Permissions boundary of ${userText(data.user, names)} removed`
      : t`${userText(data.user, names)} has no permissions boundary`;
  },
  effect: t`No access changes now; a policy added later has ${strongText(t`no upper limit`)}`,
  remedy: ({ data }, { lab }) =>
    'kind' in data
      ? {}
      : {
          detail: sentences(
            t`Not in the lab.`,
            t`IAM lets the apply role add any IAM user to a group of the lab, and only a boundary limits what the user can do there.`,
          ),
          toFix: t`Delete the user if it is unused. Otherwise give it a boundary, such as one that allows everything but changes of IAM:`,
          commands: [
            iamCommand(
              'put-user-permissions-boundary',
              ['user-name', data.user],
              ['permissions-boundary', NO_IAM_CHANGES],
            ),
          ],
          ...withoutOwnPolicies({ kind: 'user', name: data.user }, { path: data.path, attached: [] }, lab),
        },
  calls: /PermissionsBoundary$|^CreateUser$/,
};

/** IAM users without a boundary that keeps them from widening their own access, neither administrators in the team file nor `known`. */
export function usersWithoutBoundary(
  model: AccessModel,
  { settings }: Pick<Team, 'settings'>,
  isKnown: (user: AccessUser) => boolean,
): readonly AccessUser[] {
  const administrators = new Set(settings.administrators);
  return model.users.filter((user) => {
    const arn = iamArn(model.account, 'user', user.path, user.name);
    return !isKnown(user) && !administrators.has(arn) && !isBounded(model, user);
  });
}

/** Whether a boundary keeps a user from widening its own access at any time, whatever its policies come to allow. */
function isBounded(model: AccessModel, user: AccessUser): boolean {
  const { boundary } = user;
  if (boundary === null) return false;
  const most = { ...user, groups: [], inline: [], attached: [boundary], boundary: null };
  return !canEscalate(model, most, escalationTargets('', []), new Date(0));
}

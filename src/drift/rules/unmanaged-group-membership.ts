import { diffAccess, hasEffect } from '../../access/diff.ts';
import type { AccessModel } from '../../access/model.ts';
import { around } from '../../access/model-index.ts';
import { userText } from '../../access/text/names.ts';
import { codeText, t } from '../../text/text.ts';
import { sets } from '../attribution/matcher.ts';
import { worstGain } from '../scan/access-changes.ts';
import { gainedEscalations } from '../scan/escalations.ts';
import { iamCommand } from '../text/aws-command.ts';
import { type Detected, detected, type Rule, type ScanContext } from './rule.ts';

/** Members in groups that are not the lab's. */
export const unmanagedGroupMembership: Rule<'unmanaged-group-membership'> = {
  id: 'unmanaged-group-membership',
  severity: 'low',
  detect: (context) =>
    [...context.members].flatMap((name) =>
      (context.account.users.get(name)?.groups ?? [])
        .filter((group) => !context.groups.has(group))
        .map((group) => membership(name, group, context)),
    ),
  idParts: ({ user, group }, names) => [...names.user(user), group],
  title: ({ user, group }, names) => t`${userText(user, names)} is in the unmanaged group ${codeText(group)}`,
  effect: t`Access that ${codeText('team.yaml')} does not show`,
  remedy: ({ data: { user, group } }) => ({
    detail: t`Access depends on who edits that group.`,
    toFix: t`Remove the member from the group:`,
    commands: [iamCommand('remove-user-from-group', ['user-name', user], ['group-name', group])],
  }),
  cloudTrail: ({ data: { user, group } }) => ({
    subject: user,
    calls: { AddUserToGroup: sets({ userName: user, groupName: group }) },
  }),
};

function membership(user: string, group: string, { account, lab, at }: ScanContext): Detected {
  const within = around(account, [user], [group]);
  const without: AccessModel = {
    ...within,
    users: within.users.map((each) => ({ ...each, groups: each.groups.filter((one) => one !== group) })),
  };
  const changes = diffAccess(without, within, at).people.filter(hasEffect);
  const escalates = gainedEscalations(without, within, lab, at);
  const risk = escalates.length > 0 ? 'spends' : worstGain(changes);
  return detected('unmanaged-group-membership', { user, group }, { changes, risk, escalates });
}

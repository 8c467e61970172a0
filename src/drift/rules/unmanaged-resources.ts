import { type AccessGroup, type AccessModel, around } from '../../access/model.ts';
import { type DisplayNames, nameOutsideLabText, otherPolicyText, userText } from '../../access/text/names.ts';
import type { GroupDetails } from '../../aws/inventory/unmanaged.ts';
import { DENY_ALL_ARN } from '../../catalog/managed-policies.ts';
import { iamArn } from '../../iam/arn.ts';
import { labPath } from '../../team/names.ts';
import { codeText, counted, sentences, someTexts, t, trusted } from '../../text/text.ts';
import { effectBetween, riskOfUnmanaged } from '../access-changes.ts';
import type { DriftCause, FindingOf, UnmanagedGroup } from '../finding.ts';
import { iamCommand, withoutOwnPolicies } from './aws-command.ts';
import { isAllowing } from './policies.ts';
import { type Detected, detected, type RemedyText, type Rule, type ScanContext } from './rule.ts';

export const unmanagedGroup: Rule<'unmanaged-group'> = {
  severity: 'low',
  detect: ({ unmanaged, account, team }) =>
    unmanaged.flatMap((effect) => {
      const { resource, changes, keeps, escalates } = effect;
      if (resource.kind !== 'group') return [];
      const { name, path, details } = resource;
      const data = { ...unmanagedGroupData({ name, path, ...details }, account.model.account, team.lab), keeps };
      return [detected('unmanaged-group', data, { changes, risk: riskOfUnmanaged(effect), escalates })];
    }),
  title: ({ group }, names, cause) => t`${stateText(cause)} group ${nameOutsideLabText(group, names)}`,
  remedy: remedyText,
  calls: /^(CreateGroup|UpdateGroup|Attach|Put)/,
};

const stateText = (cause: DriftCause) => trusted(cause === 'pending' ? 'Delete' : 'Unmanaged');

/** Data about a group of the account. */
export function unmanagedGroupData(
  { name, path, ...details }: Pick<AccessGroup, 'name' | 'path'> & Partial<GroupDetails>,
  account: string,
  lab: string,
): UnmanagedGroup {
  const { members = [], attached = [], inline = [] } = details;
  const inPath = path.startsWith(labPath(lab));
  return { group: name, arn: iamArn(account, 'group', path, name), path, inPath, members, attached, inline, keeps: [] };
}

function remedyText({ changes, escalates, data }: FindingOf<'unmanaged-group'>, names: DisplayNames): RemedyText {
  const { group, members, attached, inline, inPath, keeps } = data;
  const who =
    members.length === 0 ? t`No members` : t`Members: ${someTexts(members.map((user) => userText(user, names)))}`;
  const name = ['group-name', group] as const;
  const ofOther = withoutOwnPolicies({ kind: 'group', name: group }, data, names.lab);
  const detail = sentences(
    t`${who}.`,
    keeps.length === 0
      ? null
      : t`${someTexts(keeps.map(({ user }) => userText(user, names)))} would keep access if ${codeText('team.yaml')} revoked it.`,
  );
  if (ofOther !== null) return { detail, ...ofOther };
  const isGranting =
    escalates.length > 0 || keeps.length > 0 || changes.some(({ operations }) => operations.gained.length > 0);
  // To leave a group that only denies would grant access.
  if (!isGranting) return { detail, toFix: t`It grants nothing. If nothing needs it, delete it in the IAM console.` };
  const policies = [
    ...attached
      .filter((arn) => arn !== DENY_ALL_ARN)
      .map((arn) => iamCommand('detach-group-policy', name, ['policy-arn', arn])),
    ...inline
      .filter(({ document }) => isAllowing(document))
      .map((policy) => iamCommand('delete-group-policy', name, ['policy-name', policy.name])),
  ];
  const others = members.map((user) => iamCommand('remove-user-from-group', ['user-name', user], name));
  // What only denies remains attached, and IAM deletes no group with policies.
  const isEmptied = inPath && policies.length === attached.length + inline.length;
  return {
    detail,
    toFix: t`Detach what grants access, ${isEmptied ? t`remove the members, and delete the group` : t`then remove the members`}:`,
    commands: [...policies, ...others, ...(isEmptied ? [iamCommand('delete-group', name)] : [])],
  };
}

export const unmanagedGroupMembership: Rule<'unmanaged-group-membership'> = {
  severity: 'low',
  detect: (context) =>
    [...context.members].flatMap((name) =>
      (context.account.users.get(name)?.groups ?? [])
        .filter((group) => !context.groups.has(group))
        .map((group) => membership(name, group, context)),
    ),
  idParts: ({ user, group }, names) => [...names.user(user), group],
  title: ({ user, group }, names) =>
    t`${userText(user, names)} is in the unmanaged group ${nameOutsideLabText(group, names)}`,
  effect: t`No access now`,
  remedy: ({ data: { user, group } }, names) => ({
    detail: t`Anyone who can edit this group can give ${userText(user, names)} access that ${codeText('team.yaml')} does not show.`,
    toFix: t`Remove the member from the group:`,
    commands: [iamCommand('remove-user-from-group', ['user-name', user], ['group-name', group])],
  }),
  calls: /ToGroup$|FromGroup$/,
};

function membership(user: string, group: string, { full, lab, at }: ScanContext): Detected {
  const within = around(full, [user], [group]);
  const without: AccessModel = {
    ...within,
    users: within.users.map((each) => ({ ...each, groups: each.groups.filter((one) => one !== group) })),
  };
  return detected('unmanaged-group-membership', { user, group }, effectBetween(without, within, lab, at));
}

export const unmanagedPolicy: Rule<'unmanaged-policy'> = {
  severity: 'low',
  detect: ({ unmanaged }) =>
    unmanaged.flatMap(({ resource }) =>
      resource.kind === 'policy' ? [detected('unmanaged-policy', { arn: resource.arn, ...resource.details })] : [],
    ),
  title: ({ arn }, names, cause) => t`${stateText(cause)} policy ${otherPolicyText(arn, names)}`,
  remedy: ({ data: { arn, attachments } }) => ({
    detail: t`Attached to ${trusted(counted(attachments, 'user, group or role', 'users, groups and roles'))}.`,
    toFix: attachments === 0 ? t`If nothing uses it, delete it:` : t`If nothing needs it, detach it, then delete it.`,
    commands: attachments === 0 ? [iamCommand('delete-policy', ['policy-arn', arn])] : [],
  }),
};

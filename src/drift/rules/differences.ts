import type { Holder } from '../../access/model-difference.ts';
import { type DisplayNames, groupText, holderText, memberKeyOf, userText } from '../../access/text/names.ts';
import { keyOfIamName, LIMITS_POLICY, labPath } from '../../team/names.ts';
import { codeText, type Text, t } from '../../text/text.ts';
import type { DifferenceRule, RuleData } from '../finding.ts';
import { iamCommand } from './aws-command.ts';
import { policyTitle, roleEdit } from './policies.ts';
import type { IdNames, Rule } from './rule.ts';
import { NO_LIMIT } from './user-without-boundary.ts';

type Entry<Id extends DifferenceRule> = Omit<Rule<Id>, 'id' | 'severity'> & Partial<Pick<Rule, 'severity'>>;

/** One entry per kind of difference between the access models of team.yaml and of the account. */
const ENTRIES: { readonly [Id in DifferenceRule]: Entry<Id> } = {
  'membership-added': {
    idParts: membershipParts,
    title: ({ user, group }, names) => t`${userText(user, names)} added to ${groupText(group, names)}`,
    pendingTitle: ({ user, group }, names) => t`Remove ${userText(user, names)} from ${groupText(group, names)}`,
    remedy: ({ data }, names) => ({ ifIntended: membershipEdit(data, names, 'add') }),
    calls: /ToGroup$|FromGroup$/,
  },
  'policy-attached': {
    idParts: ({ holder, arn }, names) => [...holderParts(holder, names), ...names.policy(arn)],
    title: ({ holder, arn }, names) => t`${policyTitle(arn, names)} attached to ${holderText(holder, names)}`,
    pendingTitle: ({ holder, arn }, names) => t`Detach ${policyTitle(arn, names)} from ${holderText(holder, names)}`,
    remedy: ({ data: { holder } }, names) => ({ ifIntended: holderEdit(holder, null, names) }),
    calls: /^(Attach|Detach)/,
  },
  'inline-policy-added': {
    idParts: inlineParts,
    title: ({ holder, policy }, names) => t`Inline policy ${codeText(policy)} added to ${holderText(holder, names)}`,
    pendingTitle: ({ holder, policy }, names) =>
      t`Delete inline policy ${codeText(policy)} of ${holderText(holder, names)}`,
    remedy: ({ data: { holder, policy, document } }, names) => ({
      detail: document === null ? t`Its document is unknown, so it counts as allowing everything.` : null,
      ifIntended: holderEdit(holder, policy, names),
    }),
    calls: /^(Put|Delete)(User|Group)Policy$/,
  },
  'inline-policy-changed': {
    idParts: inlineParts,
    title: ({ holder, policy }, names) => t`Inline policy ${codeText(policy)} of ${holderText(holder, names)} edited`,
    pendingTitle: writeInline,
    remedy: ({ data: { holder, policy } }, names) => ({ ifIntended: holderEdit(holder, policy, names) }),
    calls: /^(Put|Delete)(User|Group)Policy$/,
  },
  'inline-policy-removed': {
    idParts: inlineParts,
    title: ({ holder, policy }, names) => t`Inline policy ${codeText(policy)} of ${holderText(holder, names)} deleted`,
    pendingTitle: writeInline,
    remedy: ({ data: { holder, policy } }, names) => ({ ifIntended: holderEdit(holder, policy, names) }),
    calls: /^(Put|Delete)(User|Group)Policy$/,
  },
  'policy-changed': {
    idParts: ({ arn }, names) => names.policy(arn),
    title: ({ arn }, names) => t`${policyTitle(arn, names)} edited`,
    pendingTitle: ({ arn }, names) => t`Update ${policyTitle(arn, names)}`,
    remedy: ({ data: { arn } }, names) => ({ ifIntended: roleEdit(arn, names) }),
    calls: /PolicyVersion$|^CreatePolicy$/,
  },
  'boundary-changed': {
    idParts: ({ user }, names) => names.user(user),
    title: ({ user }, names) => t`Permissions boundary of ${userText(user, names)} replaced`,
    effect: NO_LIMIT,
    calls: /PermissionsBoundary$|^CreateUser$/,
  },
  'membership-removed': {
    idParts: membershipParts,
    title: ({ user, group }, names) => t`${userText(user, names)} removed from ${groupText(group, names)}`,
    pendingTitle: ({ user, group }, names) => t`Add ${userText(user, names)} to ${groupText(group, names)}`,
    remedy: ({ data }, names) => ({ ifIntended: membershipEdit(data, names, 'remove') }),
    calls: /ToGroup$|FromGroup$/,
  },
  'policy-detached': {
    idParts: ({ holder, arn }, names) => [...holderParts(holder, names), ...names.policy(arn)],
    title: ({ holder, arn }, names) => t`${policyTitle(arn, names)} detached from ${holderText(holder, names)}`,
    pendingTitle: ({ holder, arn }, names) => t`Attach ${policyTitle(arn, names)} to ${holderText(holder, names)}`,
    remedy: ({ data: { holder } }, names) => ({ ifIntended: holderEdit(holder, null, names) }),
    calls: /^(Attach|Detach)/,
  },
  'user-deleted': {
    idParts: ({ user }, names) => names.user(user),
    title: ({ user }, names) => t`IAM user of ${userText(user, names)} deleted`,
    pendingTitle: ({ user }, names) => t`Create the IAM user of ${userText(user, names)}`,
    remedy: ({ cause, data: { user } }, names) => {
      const key = memberKeyOf(user, names);
      return {
        detail: cause === 'manual' ? t`The access keys are gone, and reverting does not bring them back.` : null,
        ifIntended:
          key === null ? null : t`Move ${codeText(key)} from ${codeText('members')} to ${codeText('departed')}.`,
      };
    },
    calls: /^(Delete|Update)User$/,
  },
  'group-deleted': {
    idParts: ({ group }, names) => names.group(group),
    title: ({ group }, names) => t`Group ${groupText(group, names)} deleted`,
    pendingTitle: ({ group }, names) => t`Create group ${groupText(group, names)}`,
    remedy: ({ data: { group } }, names) => ({ ifIntended: holderEdit({ kind: 'group', name: group }, null, names) }),
    calls: /^(Delete|Update)Group$/,
  },
  'policy-deleted': {
    idParts: ({ arn }, names) => names.policy(arn),
    title: ({ arn }, names) => t`${policyTitle(arn, names)} deleted`,
    pendingTitle: ({ arn }, names) => t`Create ${policyTitle(arn, names)}`,
    remedy: ({ data: { arn } }, names) => ({ ifIntended: roleEdit(arn, names) }),
    calls: /^DeletePolicy$/,
  },
  'path-changed': {
    idParts: ({ holder }, names) => holderParts(holder, names),
    title: ({ holder, to }, names) => t`${holderText(holder, names)} moved to path ${codeText(to)}`,
    remedy: ({ data: { holder } }, names) => ({
      detail: t`Permissions granted by path no longer apply to it, and an apply leaves it out.`,
      toFix: t`Move it back:`,
      commands: [
        iamCommand(`update-${holder.kind}`, [`${holder.kind}-name`, holder.name], ['new-path', labPath(names.lab)]),
      ],
    }),
    calls: /^(Create|Update)(User|Group)$/,
  },
  'tag-changed': {
    idParts: ({ user, tag }, names) => [...names.user(user), tag],
    title: ({ user, tag }, names) => t`Tag ${codeText(tag)} of ${userText(user, names)} changed`,
    calls: /^(Tag|Untag|Create)User$/,
  },
};

/** The rule about one kind of difference. */
export function differenceRule<Id extends DifferenceRule>(id: Id): Rule<Id> {
  return { severity: 'low', ...(ENTRIES[id] as Entry<Id>), id };
}

function membershipParts({ user, group }: RuleData['membership-added'], names: IdNames): readonly string[] {
  return [...names.user(user), ...names.group(group)];
}

type Inline = Pick<RuleData['inline-policy-changed'], 'holder' | 'policy'>;

function inlineParts({ holder, policy }: Inline, names: IdNames): readonly string[] {
  return [...holderParts(holder, names), policy];
}

export function holderParts({ kind, name }: Holder, names: IdNames): readonly string[] {
  return [kind, ...names[kind](name)];
}

function writeInline({ holder, policy }: Inline, names: DisplayNames): Text {
  return t`Write inline policy ${codeText(policy)} of ${holderText(holder, names)}`;
}

/** The edit of team.yaml that makes a membership, or its removal, intended. */
function membershipEdit(
  { user, group }: RuleData['membership-added'],
  names: DisplayNames,
  verb: 'add' | 'remove',
): Text | null {
  const role = keyOfIamName(names.lab, group);
  const member = names.people.get(user);
  if (role === null || member === undefined) return null;
  const roles = t`the roles of ${codeText(member.key)} in ${codeText('team.yaml')}`;
  if (verb === 'add') return t`Add ${codeText(role)} to ${roles}.`;
  return member.roles?.every((each) => each === role)
    ? t`Set ${codeText('suspended: true')} for ${codeText(member.key)} in ${codeText('team.yaml')}, or move the member to ${codeText('departed')}.`
    : t`Remove ${codeText(role)} from ${roles}.`;
}

/** The edit of team.yaml that makes a policy of a user or group intended; `policy` is an inline policy's name. */
function holderEdit(holder: Holder, policy: string | null, names: DisplayNames): Text | null {
  if (holder.kind === 'group') {
    const role = keyOfIamName(names.lab, holder.name);
    return role === null ? null : t`Change role ${codeText(role)} in ${codeText('team.yaml')}.`;
  }
  const member = names.people.get(holder.name);
  if (member === undefined) return null;
  return policy === LIMITS_POLICY
    ? t`Change ${codeText('from')}, ${codeText('until')} or ${codeText('suspended')} of ${codeText(member.key)} in ${codeText('team.yaml')}.`
    : t`Add a role that grants it to ${codeText(member.key)} in ${codeText('team.yaml')}.`;
}

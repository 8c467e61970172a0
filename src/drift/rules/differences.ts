import type { Holder } from '../../access/model.ts';
import {
  type DisplayNames,
  groupText,
  holderText,
  memberKeyOf,
  policyText,
  roleKeyOfPolicy,
  userText,
} from '../../access/text/names.ts';
import { keyOfIamName, LIMITS_POLICY, labPath } from '../../team/names.ts';
import { capitalized, codeText, sentences, type Text, t, trusted } from '../../text/text.ts';
import type { DifferenceRule, DriftCause, DriftFinding, RuleData } from '../finding.ts';
import { iamCommand } from './aws-command.ts';
import { roleEdit } from './policies.ts';
import type { Rule } from './rule.ts';

/** What someone did, what is so if the cause is not known, and what an apply will do. */
interface Words {
  readonly did: Text;
  readonly is: Text;
  readonly will: Text;
}

type Entry<Id extends DifferenceRule> = Omit<Rule<Id>, 'severity' | 'title'> & {
  words(data: RuleData[Id], names: DisplayNames): Words;
};

const MEMBERSHIP = { calls: /ToGroup$|FromGroup$/ };

const ATTACHMENT = {
  remedy: (finding: Changing<Held>, names: DisplayNames) => ({ ifIntended: holderEdit(finding, names) }),
  calls: /^(Attach|Detach)/,
};

const INLINE = {
  remedy: (finding: Changing<Inline>, names: DisplayNames) => ({ ifIntended: holderEdit(finding, names) }),
  calls: /^(Put|Delete)(User|Group)Policy$/,
};

const POLICY = {
  remedy: ({ data: { arn } }: { readonly data: { readonly arn: string } }, names: DisplayNames) => ({
    ifIntended: roleEdit(roleKeyOfPolicy(arn, names)),
  }),
};

/** A rule for each kind of difference between the access models of team.yaml and of the account. */
export const DIFFERENCE_RULES: { readonly [Id in DifferenceRule]: Rule<Id> } = {
  'membership-added': differenceRule({
    ...MEMBERSHIP,
    words: ({ user, group, unmanaged }, names) => {
      // Another lab's user can have the IAM name of a member.
      const who = userText(user, unmanaged ? { ...names, people: new Map() } : names);
      const role = groupText(group, names);
      return { did: t`${who} added to ${role}`, is: t`${who} is in ${role}`, will: t`Remove ${who} from ${role}` };
    },
    remedy: ({ data }, names) => ({ ifIntended: data.unmanaged ? null : membershipEdit(data, names, 'add') }),
  }),
  'policy-attached': differenceRule({
    ...ATTACHMENT,
    words: ({ holder, arn }, names) => {
      const [policy, to] = [policyText(arn, names), holderText(holder, names)];
      const did = capitalized(t`${policy} attached to ${to}`);
      return { did, is: did, will: t`Detach ${policy} from ${to}` };
    },
  }),
  'inline-policy-added': differenceRule({
    ...INLINE,
    words: ({ holder, policy }, names) => {
      const [inline, of] = [t`inline policy ${codeText(policy)}`, holderText(holder, names)];
      const did = capitalized(t`${inline} added to ${of}`);
      return { did, is: capitalized(t`${of} has ${inline}`), will: t`Delete ${inline} of ${of}` };
    },
    remedy: ({ data, changes }, names) => ({
      detail: data.document === null ? t`mturk-team cannot read it and assumes that it allows everything.` : null,
      ...INLINE.remedy({ data, changes }, names),
    }),
  }),
  'inline-policy-changed': differenceRule({
    ...INLINE,
    words: (data, names) => inlineWords(data, names, 'edited', 'differs'),
  }),
  'inline-policy-removed': differenceRule({
    ...INLINE,
    words: (data, names) => inlineWords(data, names, 'deleted', 'is missing'),
  }),
  'policy-changed': differenceRule({
    ...POLICY,
    words: ({ arn }, names) => {
      const policy = policyText(arn, names);
      return { ...doneWords(policy, 'edited', 'differs'), will: t`Update ${policy}` };
    },
    calls: /PolicyVersion$|^CreatePolicy$/,
  }),
  'boundary-changed': differenceRule({
    words: ({ user }, names) => {
      const boundary = t`permissions boundary of ${userText(user, names)}`;
      return { ...doneWords(boundary, 'replaced', 'differs'), will: t`Restore the ${boundary}` };
    },
    effect: t`The upper limit on permissions is not the lab's`,
    calls: /PermissionsBoundary$|^CreateUser$/,
  }),
  'membership-removed': differenceRule({
    ...MEMBERSHIP,
    words: ({ user, group }, names) => {
      const [who, role] = [userText(user, names), groupText(group, names)];
      return { did: t`${who} removed from ${role}`, is: t`${who} is not in ${role}`, will: t`Add ${who} to ${role}` };
    },
    remedy: ({ data }, names) => ({ ifIntended: membershipEdit(data, names, 'remove') }),
  }),
  'policy-detached': differenceRule({
    ...ATTACHMENT,
    words: ({ holder, arn }, names) => {
      const [policy, from] = [policyText(arn, names), holderText(holder, names)];
      const did = capitalized(t`${policy} detached from ${from}`);
      return { did, is: capitalized(t`${policy} is not attached to ${from}`), will: t`Attach ${policy} to ${from}` };
    },
  }),
  'user-deleted': differenceRule({
    words: ({ user }, names) => missingWords(t`the IAM user of ${userText(user, names)}`),
    remedy: ({ cause, data: { user } }, names) => {
      const key = memberKeyOf(user, names);
      return {
        detail: cause === 'manual' ? t`The access keys are gone, and reverting does not bring them back.` : null,
        ifIntended:
          key === null ? null : t`Move ${codeText(key)} from ${codeText('members')} to ${codeText('departed')}.`,
      };
    },
    calls: /^(Delete|Update)User$/,
  }),
  'group-deleted': differenceRule({
    words: ({ group }, names) => missingWords(t`group ${groupText(group, names)}`),
    remedy: ({ data: { group }, changes }, names) => ({
      ifIntended: holderEdit({ data: { holder: { kind: 'group', name: group } }, changes }, names),
    }),
    calls: /^(Delete|Update)Group$/,
  }),
  'policy-deleted': differenceRule({
    ...POLICY,
    words: ({ arn }, names) => missingWords(policyText(arn, names)),
    calls: /^DeletePolicy$/,
  }),
  'path-changed': differenceRule({
    words: ({ holder, to, from }, names) => {
      const who = holderText(holder, names);
      const will = t`Move ${who} back to path ${codeText(from)}`;
      return { did: t`${who} moved to path ${codeText(to)}`, is: t`${who} is at path ${codeText(to)}`, will };
    },
    remedy: ({ data: { holder } }, names) => ({
      detail: sentences(
        t`Permissions granted by path no longer apply to it, and an apply leaves it out.`,
        holder.kind === 'user' ? t`After that, no Deny of the lab's groups holds for it.` : null,
      ),
      toFix: t`Move it back:`,
      commands: [
        iamCommand(`update-${holder.kind}`, [`${holder.kind}-name`, holder.name], ['new-path', labPath(names.lab)]),
      ],
    }),
    calls: /^(Create|Update)(User|Group)$/,
  }),
  'tag-changed': differenceRule({
    idParts: ({ user, tag }, names) => [...names.user(user), tag],
    words: ({ user, tag }, names) => {
      const what = t`tag ${codeText(tag)} of ${userText(user, names)}`;
      return { ...doneWords(what, 'changed', 'differs'), will: t`Set ${what}` };
    },
    remedy: ({ cause }) =>
      cause === 'unknown'
        ? { detail: t`Every user that an apply creates has it: another user may have taken the name.` }
        : {},
    calls: /^(Tag|Untag|Create)User$/,
  }),
};

function differenceRule<Id extends DifferenceRule>({ words, ...rule }: Entry<Id>): Rule<Id> {
  return { severity: 'low', ...rule, title: (data, names, cause) => words(data, names)[TENSE[cause] ?? 'is'] };
}

const TENSE: { readonly [Cause in DriftCause]?: keyof Words } = {
  ...({ manual: 'did', resolved: 'did', pending: 'will', expired: 'will' } as const),
};

function inlineWords({ holder, policy }: Inline, names: DisplayNames, did: string, is: string): Words {
  const what = t`inline policy ${codeText(policy)} of ${holderText(holder, names)}`;
  return { ...doneWords(what, did, is), will: t`Write ${what}` };
}

/** No one can say that something was deleted unless an apply is known that made it. */
function missingWords(what: Text): Words {
  return { ...doneWords(what, 'deleted', 'is missing'), will: t`Create ${what}` };
}

function doneWords(what: Text, did: string, is: string): Pick<Words, 'did' | 'is'> {
  return { did: capitalized(t`${what} ${trusted(did)}`), is: capitalized(t`${what} ${trusted(is)}`) };
}

type Held = { readonly holder: Holder };
type Changing<Data> = Pick<DriftFinding, 'changes'> & { readonly data: Data };
type Inline = Held & { readonly policy: string };

/** The edit of team.yaml that makes a membership, or its removal, intended. */
function membershipEdit(
  { user, group }: RuleData['membership-added'],
  names: DisplayNames,
  verb: 'add' | 'remove',
): Text | null {
  // Only groups of the lab are compared with the file.
  const role = keyOfIamName(names.lab, group) ?? group;
  const member = names.people.get(user);
  if (member === undefined) return null;
  const roles = t`the roles of ${codeText(member.key)} in ${codeText('team.yaml')}`;
  if (verb === 'add') return t`Add ${codeText(role)} to ${roles}.`;
  return member.roles?.every((each) => each === role)
    ? t`Set ${codeText('suspended: true')} for ${codeText(member.key)} in ${codeText('team.yaml')}, or move the member to ${codeText('departed')}.`
    : t`Remove ${codeText(role)} from ${roles}.`;
}

/** The edit of team.yaml that makes a policy of a user or group intended. */
function holderEdit(
  { data, data: { holder }, changes }: Changing<Held & Partial<Inline>>,
  names: DisplayNames,
): Text | null {
  if (holder.kind === 'group') return roleEdit(keyOfIamName(names.lab, holder.name));
  const member = names.people.get(holder.name);
  if (member === undefined) return null;
  const key = codeText(member.key);
  if (data.policy === LIMITS_POLICY)
    return t`Change ${codeText('from')}, ${codeText('until')} or ${codeText('suspended')} of ${key} in ${codeText('team.yaml')}.`;
  // Equivalent if mutated: a policy of one user changes the access of that user alone.
  return changes.length > 0 && changes.every(({ operations }) => operations.gained.length === 0)
    ? t`Set ${codeText('suspended: true')} for ${key} in ${codeText('team.yaml')}, or remove the role that grants it.`
    : t`Add a role that grants it to ${key} in ${codeText('team.yaml')}.`;
}

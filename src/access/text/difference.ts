import { codeText, plainText, type Text, t, trusted } from '../../text/text.ts';
import type { Difference } from '../model-difference.ts';
import { groupText, holderText, policyText, userText } from './iam-names.ts';
import { type DisplayNames, policyName } from './names.ts';

/** What somebody did, for "Somebody ...". */
export function differenceText(difference: Difference, naming: DisplayNames): Text {
  switch (difference.kind) {
    case 'user-added':
      return t`created the user ${codeText(difference.user)}`;
    case 'user-deleted':
      return t`deleted the user of ${userText(difference.user, naming)}, with its keys`;
    case 'group-added':
      return t`created the group ${groupText(difference.group, naming)}`;
    case 'group-deleted':
      return t`deleted the group ${groupText(difference.group, naming)}`;
    case 'policy-added':
      return t`created ${policyText(difference.arn, naming)}`;
    case 'policy-deleted':
      return t`deleted ${policyText(difference.arn, naming)}`;
    case 'path-changed':
      return t`moved ${holderText(difference.holder, naming)} from ${codeText(difference.from)} to ${codeText(difference.to)}`;
    case 'membership-added':
      return t`put ${userText(difference.user, naming)} into ${groupText(difference.group, naming)}`;
    case 'membership-removed':
      return t`took ${userText(difference.user, naming)} out of ${groupText(difference.group, naming)}`;
    case 'policy-attached':
      return t`attached ${policyText(difference.arn, naming)} to ${holderText(difference.holder, naming)}`;
    case 'policy-detached':
      return t`took ${policyText(difference.arn, naming)} off ${holderText(difference.holder, naming)}`;
    case 'inline-policy-added':
      return t`wrote a policy ${codeText(difference.policy)} into ${holderText(difference.holder, naming)}`;
    case 'inline-policy-removed':
      return t`deleted the policy ${codeText(difference.policy)} of ${holderText(difference.holder, naming)}`;
    case 'inline-policy-changed':
      return t`edited the policy ${codeText(difference.policy)} of ${holderText(difference.holder, naming)}`;
    case 'policy-changed':
      return t`edited ${policyText(difference.arn, naming)}`;
    case 'boundary-changed': {
      const person = userText(difference.user, naming);
      return difference.to === null
        ? t`took the permissions boundary off ${person}`
        : t`put ${person} under another permissions boundary, ${codeText(policyName(difference.to))}`;
    }
    case 'tag-changed': {
      const [verb, of] =
        difference.to === null ? ['removed', 'of'] : difference.from === null ? ['added', 'to'] : ['changed', 'of'];
      return t`${trusted(verb)} the tag ${codeText(difference.tag)} ${trusted(of)} ${userText(difference.user, naming)}`;
    }
  }
}

/** The same for a terminal. */
export function differenceWords(difference: Difference, naming: DisplayNames): string {
  return plainText(differenceText(difference, naming));
}

/** How the account stands to the file, where nobody may be said to have done anything. */
export function stateText(difference: Difference, naming: DisplayNames): Text {
  switch (difference.kind) {
    case 'user-added':
      return t`The user of ${userText(difference.user, naming)} is still there, and team.yaml does not want it.`;
    case 'user-deleted':
      return t`The user of ${userText(difference.user, naming)} is not there, and team.yaml wants it.`;
    case 'group-added':
      return t`The group ${groupText(difference.group, naming)} is still there, and team.yaml does not want it.`;
    case 'group-deleted':
      return t`The group ${groupText(difference.group, naming)} is not there, and team.yaml wants it.`;
    case 'policy-added':
      return onAccount(t`there is ${policyText(difference.arn, naming)}`);
    case 'policy-deleted':
      return inFile(t`there is ${policyText(difference.arn, naming)}`);
    case 'path-changed':
      return t`On the account ${holderText(difference.holder, naming)} lies under ${codeText(difference.to)}, and belongs under ${codeText(difference.from)}.`;
    case 'membership-added':
    case 'membership-removed': {
      const is = t`${userText(difference.user, naming)} is in ${groupText(difference.group, naming)}`;
      return difference.kind === 'membership-added' ? onAccount(is) : inFile(is);
    }
    case 'policy-attached':
    case 'policy-detached': {
      const has = t`${holderText(difference.holder, naming)} has ${policyText(difference.arn, naming)}`;
      return difference.kind === 'policy-attached' ? onAccount(has) : inFile(has);
    }
    case 'inline-policy-added':
    case 'inline-policy-removed': {
      const is = t`a policy ${codeText(difference.policy)} is written into ${holderText(difference.holder, naming)}`;
      return difference.kind === 'inline-policy-added' ? onAccount(is) : inFile(is);
    }
    case 'inline-policy-changed':
      return t`The policy ${codeText(difference.policy)} of ${holderText(difference.holder, naming)} says something else on the account than by team.yaml.`;
    case 'policy-changed':
      return t`On the account ${policyText(difference.arn, naming)} says something else than by team.yaml.`;
    case 'boundary-changed': {
      const person = userText(difference.user, naming);
      return difference.to === null
        ? t`On the account ${person} has no permissions boundary.`
        : t`On the account ${person} has another permissions boundary, ${codeText(policyName(difference.to))}.`;
    }
    case 'tag-changed':
      return t`On the account the tag ${codeText(difference.tag)} of ${userText(difference.user, naming)} is another one.`;
  }
}

function onAccount(what: Text): Text {
  return t`On the account, but not by team.yaml, ${what}.`;
}

function inFile(what: Text): Text {
  return t`By team.yaml, but not on the account, ${what}.`;
}

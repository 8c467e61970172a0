import { codeText, plainText, type Text, t, trusted } from '../../text/text.ts';
import type { Difference } from '../model-difference.ts';
import { sayGroup, sayHolder, sayPerson, sayPolicy } from './iam-names.ts';
import { type Naming, policyName } from './names.ts';

/** What somebody did, for "Somebody ...". */
export function differenceSaid(difference: Difference, naming: Naming): Text {
  switch (difference.kind) {
    case 'user-added':
      return t`created the user ${codeText(difference.user)}`;
    case 'user-deleted':
      return t`deleted the user of ${sayPerson(difference.user, naming)}, with its keys`;
    case 'group-added':
      return t`created the group ${sayGroup(difference.group, naming)}`;
    case 'group-deleted':
      return t`deleted the group ${sayGroup(difference.group, naming)}`;
    case 'policy-added':
      return t`created ${sayPolicy(difference.arn, naming)}`;
    case 'policy-deleted':
      return t`deleted ${sayPolicy(difference.arn, naming)}`;
    case 'path-changed':
      return t`moved ${sayHolder(difference.holder, naming)} from ${codeText(difference.from)} to ${codeText(difference.to)}`;
    case 'membership-added':
      return t`put ${sayPerson(difference.user, naming)} into ${sayGroup(difference.group, naming)}`;
    case 'membership-removed':
      return t`took ${sayPerson(difference.user, naming)} out of ${sayGroup(difference.group, naming)}`;
    case 'policy-attached':
      return t`attached ${sayPolicy(difference.arn, naming)} to ${sayHolder(difference.holder, naming)}`;
    case 'policy-detached':
      return t`took ${sayPolicy(difference.arn, naming)} off ${sayHolder(difference.holder, naming)}`;
    case 'inline-policy-added':
      return t`wrote a policy ${codeText(difference.policy)} into ${sayHolder(difference.holder, naming)}`;
    case 'inline-policy-removed':
      return t`deleted the policy ${codeText(difference.policy)} of ${sayHolder(difference.holder, naming)}`;
    case 'inline-policy-changed':
      return t`edited the policy ${codeText(difference.policy)} of ${sayHolder(difference.holder, naming)}`;
    case 'policy-changed':
      return t`edited ${sayPolicy(difference.arn, naming)}`;
    case 'boundary-changed': {
      const person = sayPerson(difference.user, naming);
      return difference.to === null
        ? t`took the permissions boundary off ${person}`
        : t`put ${person} under another permissions boundary, ${codeText(policyName(difference.to))}`;
    }
    case 'tag-changed': {
      const [verb, of] =
        difference.to === null ? ['removed', 'of'] : difference.from === null ? ['added', 'to'] : ['changed', 'of'];
      return t`${trusted(verb)} the tag ${codeText(difference.tag)} ${trusted(of)} ${sayPerson(difference.user, naming)}`;
    }
  }
}

/** The same for a terminal. */
export function differenceWords(difference: Difference, naming: Naming): string {
  return plainText(differenceSaid(difference, naming));
}

/** How the account stands to the file, where nobody may be said to have done anything. */
export function stateSaid(difference: Difference, naming: Naming): Text {
  switch (difference.kind) {
    case 'user-added':
      return t`The user of ${sayPerson(difference.user, naming)} is still there, and team.yaml does not want it.`;
    case 'user-deleted':
      return t`The user of ${sayPerson(difference.user, naming)} is not there, and team.yaml wants it.`;
    case 'group-added':
      return t`The group ${sayGroup(difference.group, naming)} is still there, and team.yaml does not want it.`;
    case 'group-deleted':
      return t`The group ${sayGroup(difference.group, naming)} is not there, and team.yaml wants it.`;
    case 'policy-added':
      return onAccount(t`there is ${sayPolicy(difference.arn, naming)}`);
    case 'policy-deleted':
      return inFile(t`there is ${sayPolicy(difference.arn, naming)}`);
    case 'path-changed':
      return t`On the account ${sayHolder(difference.holder, naming)} lies under ${codeText(difference.to)}, and belongs under ${codeText(difference.from)}.`;
    case 'membership-added':
    case 'membership-removed': {
      const is = t`${sayPerson(difference.user, naming)} is in ${sayGroup(difference.group, naming)}`;
      return difference.kind === 'membership-added' ? onAccount(is) : inFile(is);
    }
    case 'policy-attached':
    case 'policy-detached': {
      const has = t`${sayHolder(difference.holder, naming)} has ${sayPolicy(difference.arn, naming)}`;
      return difference.kind === 'policy-attached' ? onAccount(has) : inFile(has);
    }
    case 'inline-policy-added':
    case 'inline-policy-removed': {
      const is = t`a policy ${codeText(difference.policy)} is written into ${sayHolder(difference.holder, naming)}`;
      return difference.kind === 'inline-policy-added' ? onAccount(is) : inFile(is);
    }
    case 'inline-policy-changed':
      return t`The policy ${codeText(difference.policy)} of ${sayHolder(difference.holder, naming)} says something else on the account than by team.yaml.`;
    case 'policy-changed':
      return t`On the account ${sayPolicy(difference.arn, naming)} says something else than by team.yaml.`;
    case 'boundary-changed': {
      const person = sayPerson(difference.user, naming);
      return difference.to === null
        ? t`On the account ${person} has no permissions boundary.`
        : t`On the account ${person} has another permissions boundary, ${codeText(policyName(difference.to))}.`;
    }
    case 'tag-changed':
      return t`On the account the tag ${codeText(difference.tag)} of ${sayPerson(difference.user, naming)} is another one.`;
  }
}

function onAccount(what: Text): Text {
  return t`On the account, but not by team.yaml, ${what}.`;
}

function inFile(what: Text): Text {
  return t`By team.yaml, but not on the account, ${what}.`;
}

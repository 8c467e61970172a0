import { plainOf, type Said, said, sayCode, sayOurs } from '../../text/text.ts';
import type { Difference } from '../model-difference.ts';
import { sayGroup, sayHolder, sayPerson, sayPolicy } from './iam-names.ts';
import { type Naming, policyName } from './names.ts';

/** What somebody did, for "Somebody ...". */
export function differenceSaid(difference: Difference, naming: Naming): Said {
  switch (difference.kind) {
    case 'user-added':
      return said`created the user ${sayCode(difference.user)}`;
    case 'user-removed':
      return said`deleted the user of ${sayPerson(difference.user, naming)}, with its keys`;
    case 'group-added':
      return said`created the group ${sayGroup(difference.group, naming)}`;
    case 'group-removed':
      return said`deleted the group ${sayGroup(difference.group, naming)}`;
    case 'policy-added':
      return said`created ${sayPolicy(difference.arn, naming)}`;
    case 'policy-removed':
      return said`deleted ${sayPolicy(difference.arn, naming)}`;
    case 'moved':
      return said`moved ${sayHolder(difference.holder, naming)} from ${sayCode(difference.from)} to ${sayCode(difference.to)}`;
    case 'member-added':
      return said`put ${sayPerson(difference.user, naming)} into ${sayGroup(difference.group, naming)}`;
    case 'member-removed':
      return said`took ${sayPerson(difference.user, naming)} out of ${sayGroup(difference.group, naming)}`;
    case 'attachment-added':
      return said`attached ${sayPolicy(difference.arn, naming)} to ${sayHolder(difference.holder, naming)}`;
    case 'attachment-removed':
      return said`took ${sayPolicy(difference.arn, naming)} off ${sayHolder(difference.holder, naming)}`;
    case 'inline-added':
      return said`wrote a policy ${sayCode(difference.policy)} into ${sayHolder(difference.holder, naming)}`;
    case 'inline-removed':
      return said`deleted the policy ${sayCode(difference.policy)} of ${sayHolder(difference.holder, naming)}`;
    case 'inline-changed':
      return said`edited the policy ${sayCode(difference.policy)} of ${sayHolder(difference.holder, naming)}`;
    case 'document-changed':
      return said`edited ${sayPolicy(difference.arn, naming)}`;
    case 'boundary-changed': {
      const person = sayPerson(difference.user, naming);
      return difference.to === null
        ? said`took the permissions boundary off ${person}`
        : said`put ${person} under another permissions boundary, ${sayCode(policyName(difference.to))}`;
    }
    case 'tag-changed': {
      const [verb, of] =
        difference.to === null ? ['removed', 'of'] : difference.from === null ? ['added', 'to'] : ['changed', 'of'];
      return said`${sayOurs(verb)} the tag ${sayCode(difference.tag)} ${sayOurs(of)} ${sayPerson(difference.user, naming)}`;
    }
  }
}

/** The same for a terminal. */
export function differenceWords(difference: Difference, naming: Naming): string {
  return plainOf(differenceSaid(difference, naming));
}

/** How the account stands to the file, where nobody may be said to have done anything. */
export function stateSaid(difference: Difference, naming: Naming): Said {
  switch (difference.kind) {
    case 'user-added':
      return said`The user of ${sayPerson(difference.user, naming)} is still there, and team.yaml does not want it.`;
    case 'user-removed':
      return said`The user of ${sayPerson(difference.user, naming)} is not there, and team.yaml wants it.`;
    case 'group-added':
      return said`The group ${sayGroup(difference.group, naming)} is still there, and team.yaml does not want it.`;
    case 'group-removed':
      return said`The group ${sayGroup(difference.group, naming)} is not there, and team.yaml wants it.`;
    case 'policy-added':
      return onAccount(said`there is ${sayPolicy(difference.arn, naming)}`);
    case 'policy-removed':
      return inFile(said`there is ${sayPolicy(difference.arn, naming)}`);
    case 'moved':
      return said`On the account ${sayHolder(difference.holder, naming)} lies under ${sayCode(difference.to)}, and belongs under ${sayCode(difference.from)}.`;
    case 'member-added':
    case 'member-removed': {
      const is = said`${sayPerson(difference.user, naming)} is in ${sayGroup(difference.group, naming)}`;
      return difference.kind === 'member-added' ? onAccount(is) : inFile(is);
    }
    case 'attachment-added':
    case 'attachment-removed': {
      const has = said`${sayHolder(difference.holder, naming)} has ${sayPolicy(difference.arn, naming)}`;
      return difference.kind === 'attachment-added' ? onAccount(has) : inFile(has);
    }
    case 'inline-added':
    case 'inline-removed': {
      const is = said`a policy ${sayCode(difference.policy)} is written into ${sayHolder(difference.holder, naming)}`;
      return difference.kind === 'inline-added' ? onAccount(is) : inFile(is);
    }
    case 'inline-changed':
      return said`The policy ${sayCode(difference.policy)} of ${sayHolder(difference.holder, naming)} says something else on the account than by team.yaml.`;
    case 'document-changed':
      return said`On the account ${sayPolicy(difference.arn, naming)} says something else than by team.yaml.`;
    case 'boundary-changed': {
      const person = sayPerson(difference.user, naming);
      return difference.to === null
        ? said`On the account ${person} has no permissions boundary.`
        : said`On the account ${person} has another permissions boundary, ${sayCode(policyName(difference.to))}.`;
    }
    case 'tag-changed':
      return said`On the account the tag ${sayCode(difference.tag)} of ${sayPerson(difference.user, naming)} is another one.`;
  }
}

function onAccount(what: Said): Said {
  return said`On the account, but not by team.yaml, ${what}.`;
}

function inFile(what: Said): Said {
  return said`By team.yaml, but not on the account, ${what}.`;
}

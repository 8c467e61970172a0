import { keyOfIamName, labPath } from '../../team/names.ts';
import { codeText, type Text, t } from '../../text/text.ts';
import type { Holder } from '../model-difference.ts';
import { type DisplayNames, policyName } from './names.ts';

/** `Bo Chen`, or the IAM name of a user who is not in the file. */
export function userText(user: string, { people }: DisplayNames): Text {
  const person = people.get(user);
  return person === undefined ? t`${user} (not in team.yaml)` : t`${person.name}`;
}

/** The role's key of a group of the lab, and the name of any other group. */
export function groupText(group: string, { lab }: DisplayNames): Text {
  const key = keyOfIamName(lab, group);
  return key === null ? t`group ${codeText(group)} (not in team.yaml)` : codeText(key);
}

export function holderText({ kind, name }: Holder, naming: DisplayNames): Text {
  if (kind === 'user') return userText(name, naming);
  return keyOfIamName(naming.lab, name) === null ? groupText(name, naming) : t`group ${groupText(name, naming)}`;
}

/** `the policy of role paymaster`, or the name of a policy that is no role's. */
export function policyText(arn: string, naming: DisplayNames): Text {
  const key = roleKeyOfPolicy(arn, naming);
  return key === null ? t`the policy ${codeText(policyName(arn))}` : t`the policy of role ${codeText(key)}`;
}

/** The key of the role that a policy of the lab belongs to. */
export function roleKeyOfPolicy(arn: string, { lab }: DisplayNames): string | null {
  return arn.includes(`:policy${labPath(lab)}`) ? keyOfIamName(lab, policyName(arn)) : null;
}

/** The member's key as the file has it, or null for a user who is no member. */
export function memberKeyOf(user: string, { lab, people }: DisplayNames): string | null {
  return people.get(user)?.key ?? keyOfIamName(lab, user);
}

import { keyOfIamName, labPath } from '../../team/names.ts';
import { type Said, said, sayCode } from '../../text/text.ts';
import type { Holder } from '../model-difference.ts';
import { type Naming, policyName } from './names.ts';

/** `Bo Chen`, or the IAM name of somebody who is not in the file. */
export function sayPerson(user: string, { people }: Naming): Said {
  const person = people.get(user);
  return person === undefined ? said`${user} (not in team.yaml)` : said`${person.name}`;
}

/** The role's key of a group of the lab, and the name of any other group. */
export function sayGroup(group: string, { lab }: Naming): Said {
  const key = keyOfIamName(lab, group);
  return key === null ? said`group ${sayCode(group)} (not in team.yaml)` : sayCode(key);
}

export function sayHolder({ kind, name }: Holder, naming: Naming): Said {
  if (kind === 'user') return sayPerson(name, naming);
  return keyOfIamName(naming.lab, name) === null ? sayGroup(name, naming) : said`group ${sayGroup(name, naming)}`;
}

/** `the policy of role paymaster`, or the name of a policy that is no role's. */
export function sayPolicy(arn: string, naming: Naming): Said {
  const key = roleKeyOfPolicy(arn, naming);
  return key === null ? said`the policy ${sayCode(policyName(arn))}` : said`the policy of role ${sayCode(key)}`;
}

/** The key of the role that a policy of the lab belongs to. */
export function roleKeyOfPolicy(arn: string, { lab }: Naming): string | null {
  return arn.includes(`:policy${labPath(lab)}`) ? keyOfIamName(lab, policyName(arn)) : null;
}

/** The member's key as the file has it, or null for somebody who is not of the lab. */
export function memberKeyOf(user: string, { lab, people }: Naming): string | null {
  return people.get(user)?.key ?? keyOfIamName(lab, user);
}

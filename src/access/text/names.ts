import { isAwsPolicy } from '../../iam/arn.ts';
import { keyOfIamName, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { codeText, listTexts, personName, plainText, TEAM_FILE, type Text, t, trusted } from '../../text/text.ts';
import { type Holder, policyName } from '../model.ts';
import type { Grant, UnknownPolicy } from '../policies-of.ts';

/** What turns IAM's names back into those of the file. */
export interface DisplayNames {
  readonly lab: string;
  /** By name of the IAM user. */
  readonly people: ReadonlyMap<string, NamedPerson>;
  /** Whether everyone can read what is printed: names outside the lab are left out. False by default. */
  readonly isPublic?: boolean;
}

interface NamedPerson {
  readonly key: string;
  readonly name: string;
  /** `YYYY-MM-DD`; null or left out if access has no last day. */
  readonly until?: string | null;
  /** Keys of roles; left out for departed members. */
  readonly roles?: readonly string[];
}

/** `paymaster`, `results-reader (policy AmazonMechanicalTurkFullAccess)`, `policy extra (attached directly)`: once each. */
export function grantsText(grants: readonly Grant[], naming: DisplayNames): Text {
  return listOnce(grants.map((grant) => grantText(grant, naming)));
}

function listOnce(texts: readonly Text[]): Text {
  return listTexts([...new Map(texts.map((text) => [plainText(text), text])).values()]);
}

function grantText({ holder, policy }: Grant, naming: DisplayNames): Text {
  const name = policyName(policy);
  if (holder.kind === 'user') return t`policy ${codeText(name)} (attached directly)`;
  const key = keyOfIamName(naming.lab, holder.name);
  const who = key === null ? t`group ${nameOutsideLabText(holder.name, naming)}` : codeText(key);
  // A role's own policy has the group's name; any other comes from `managed` or is a manual change.
  return name === holder.name ? who : t`${who} (policy ${codeText(name)})`;
}

/** Names of policies as code, `a and b`, once each. */
export function policyNames(policies: readonly string[]): Text {
  return listTexts([...new Set(policies.map(policyName))].map(codeText));
}

/** Why a user counts as allowed everything: policies that could not be read; null if there are none. */
export function unknownPolicyText(unknown: readonly UnknownPolicy[]): Text | null {
  if (unknown.length === 0) return null;
  const names = unknown.map(({ holder, policy }) =>
    holder.kind === 'group' && policy === holder.name ? t`group ${codeText(policy)}` : codeText(policyName(policy)),
  );
  return t`mturk-team cannot read ${listOnce(names)} and assumes that everything is allowed`;
}

/** `Bo Chen (bo)`, since a name can be any; the key alone if there is no name. */
export function memberText({ key, name }: { readonly key: string; readonly name: string | null }): Text {
  return name === null || name === key ? codeText(key) : t`${personName(name)} (${codeText(key)})`;
}

/** A member of a team by key. */
export function memberNamed({ members }: Pick<Team, 'members'>, key: string): Text {
  return memberText(members.find((member) => member.key === key) ?? { key, name: null });
}

/** GitHub's form of logins: nothing else becomes a mention. */
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;

/** `@bo-chen`; null without a login, or for one that GitHub does not have. */
export function mentionText(github: string | null): Text | null {
  return github === null || !LOGIN.test(github) ? null : trusted(`@${github}`);
}

/** `Bo Chen (@bo-chen)`; without a login of GitHub's form, as `memberText`. */
export function mentionedText({ key, name, github }: { key: string; name: string; github: string | null }): Text {
  const mention = mentionText(github);
  return mention === null ? memberText({ key, name }) : t`${personName(name)} (${mention})`;
}

/** A word as names have them: with a capital, in a script without capitals, or one such as in Anne de Vries. */
const NAME_WORD =
  /^(?:[\p{Lu}\p{Lt}]|(?!\p{Script=Lisu})\p{Lo}|(?:al|bin|d[aeiou]|das|de[lnr]|dos|el|ibn|l[ae]|te[nr]|van|von|y)$)[^\p{N}]*$/u;
/** As "Not One Person (bo) can spend money" would be read. */
const QUANTITY =
  /^(?:all|approved|both|each|few|less|many|most|neither|none?|not|only|others?|the|they|this|those|unknown|we|whole|you|zero|(?:any|every|no|some)(?:body|one|thing)?)$/;

/** A person in a headline, which says another thing if their name reads as words: then the key alone. */
export function headlineText(person: Parameters<typeof memberText>[0]): Text {
  const name = person.name?.normalize('NFKD').replace(/\p{M}/gu, '') ?? '';
  const words = name.split(/\s+/).filter((word) => /\p{L}/u.test(word));
  const isName = words.length > 0 && words.every((word) => NAME_WORD.test(word.replace(/^\p{P}+/u, '')));
  const [first = ''] = name.split(/[^\p{L}]+/u).filter(Boolean);
  const isQuantity = [first, name.replace(/[^\p{L}]/gu, '')].some((word) => QUANTITY.test(word.toLowerCase()));
  return isName && !isQuantity ? memberText(person) : codeText(person.key);
}

/** A person of the file, or the IAM name of a user who is not in it. */
export function userText(user: string, naming: DisplayNames): Text {
  const person = naming.people.get(user);
  return person === undefined ? t`${nameOutsideLabText(user, naming)} (not in ${TEAM_FILE})` : headlineText(person);
}

/** The name of a user or group outside the lab; `…` where everyone can read it. */
export function nameOutsideLabText(name: string, { isPublic = false }: DisplayNames): Text {
  return codeText(isPublic ? '…' : name);
}

/** A user of the lab or of any other. */
export function anyUserText(name: string, naming: DisplayNames): Text {
  return (naming.people.has(name) ? userText : nameOutsideLabText)(name, naming);
}

/** The role's key of a group of the lab, and the name of any other group. */
export function groupText(group: string, naming: DisplayNames): Text {
  const key = keyOfIamName(naming.lab, group);
  return key === null ? t`group ${nameOutsideLabText(group, naming)} (not in ${TEAM_FILE})` : codeText(key);
}

export function holderText({ kind, name }: Holder, naming: DisplayNames): Text {
  if (kind === 'user') return userText(name, naming);
  return keyOfIamName(naming.lab, name) === null ? groupText(name, naming) : t`group ${groupText(name, naming)}`;
}

/** `the policy of role paymaster`, or the name of a policy that is no role's. */
export function policyText(arn: string, naming: DisplayNames): Text {
  const key = roleKeyOfPolicy(arn, naming);
  return key === null ? t`the policy ${otherPolicyText(arn, naming)}` : t`the policy of role ${codeText(key)}`;
}

/** The name of a policy that is no role's; of AWS's policies even where everyone can read it. */
export function otherPolicyText(arn: string, naming: DisplayNames): Text {
  const name = policyName(arn);
  return isAwsPolicy(arn) ? codeText(name) : nameOutsideLabText(name, naming);
}

/** The key of the role that a policy of the lab belongs to. */
export function roleKeyOfPolicy(arn: string, { lab }: DisplayNames): string | null {
  return arn.includes(`:policy${labPath(lab)}`) ? keyOfIamName(lab, policyName(arn)) : null;
}

/** The member's key as the file has it, or null for a user who is no member. */
export function memberKeyOf(user: string, { lab, people }: DisplayNames): string | null {
  return people.get(user)?.key ?? keyOfIamName(lab, user);
}

/** Key and name in the team file, for JSON; both null for a user who is not in it. */
export function named(user: string, { people }: DisplayNames) {
  const { key = null, name = null } = people.get(user) ?? {};
  return { key, name };
}

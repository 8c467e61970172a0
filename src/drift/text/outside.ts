import { byCapability } from '../../access/capability-access.ts';
import { isEmpty } from '../../access/operation-set.ts';
import { sayPerson } from '../../access/text/iam-names.ts';
import { type Naming, policyName, unknownPolicyWords } from '../../access/text/names.ts';
import type { AccessKey } from '../../aws/inventory/inventory.ts';
import { labPath } from '../../team/names.ts';
import { dateWords } from '../../text/durations.ts';
import { type Said, said, sayCode, sayOurs, sayProse, saySentences, saySome } from '../../text/text.ts';
import type { DriftFinding, DriftWhat } from '../finding.ts';
import { type Command, iamCommand, switchOffAll } from './aws-command.ts';
import { canWords, peopleSaid } from './people.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

type Outside = Extract<DriftWhat, { kind: 'outside' }>;

/** The words of somebody else in the account who may use Mechanical Turk. */
export function outsideWords(
  finding: DriftFinding,
  what: Outside,
  naming: Naming,
  options: DriftWordsOptions,
): DriftWords {
  const { user, access, isAdministrator, keys, areKeysKnown } = what;
  const { attached, inline, groups } = access.user;
  const name = sayCode(user);
  const can = isEmpty(access.allowed) ? null : sayOurs(canWords(byCapability(access.allowed, access.grants)));
  const unread = new Set(access.unknownPolicies.map(({ policy }) => policy));
  const isUnread = unread.size > 0 && [...access.grants.values()].flat().every(({ policy }) => unread.has(policy));
  const verb = sayOurs(isUnread ? 'may be able to' : 'can');
  const everything = sayOurs('can give anybody everything in the account, themselves first');
  const consequence =
    can === null
      ? said`${name}, who is not of the lab, ${everything}.`
      : said`${name}, who is not of the lab, ${verb} ${can}${isAdministrator ? said`, and ${everything}` : said``}.`;
  const policies = [...attached.map(policyName), ...inline.map((policy) => policy.name)].map(sayCode);
  const has = [
    ...(policies.length === 0
      ? []
      : [said`${sayOurs(policies.length === 1 ? 'the policy' : 'the policies')} ${saySome(policies)}`]),
    ...(groups.length === 0
      ? []
      : [
          said`what ${sayOurs(groups.length === 1 ? 'the group' : 'the groups')} ${saySome(groups.map(sayCode))} ${sayOurs(groups.length === 1 ? 'gives' : 'give')}`,
        ]),
  ];
  const unknown =
    access.unknownPolicies.length === 0 ? null : said`${sayProse(unknownPolicyWords(access.unknownPolicies))}.`;
  return {
    consequence,
    cause: saySentences(
      said`The user lies outside ${sayCode(labPath(naming.lab))} and has ${has.length === 0 ? sayOurs('nothing that could be read') : saySome(has)}${attributionSaid(finding.by, naming, options)}; ${areKeysKnown ? keysSaid(keys) : sayOurs('whether it has an access key, the credential report of AWS does not tell yet')}.`,
      unknown,
    ),
    remedy: saySentences(
      said`If this is meant, write down under ${sayCode('snoozed')} in team.yaml why, and until when.`,
      keys.some(({ active }) => active)
        ? said`Else switch the keys off first, which can be taken back, and then take away what it gives:`
        : said`Else take away what it gives:`,
    ),
    commands: outsideCommands(what),
  };
}

function keysSaid(keys: readonly AccessKey[]): Said {
  const active = keys.filter((key) => key.active);
  if (active.length === 0)
    return sayOurs(keys.length === 0 ? 'it has no access key' : 'its access keys are switched off');
  const last = active
    .flatMap(({ lastUsed }) => lastUsed ?? [])
    .sort()
    .at(-1);
  const noun = active.length === 1 ? 'its access key' : `its ${active.length} access keys`;
  const was = active.length === 1 ? 'was' : 'were';
  if (last !== undefined) return sayOurs(`${noun} ${was} last used on ${dateWords(last)}`);
  return sayOurs(
    active.every(({ isUseKnown }) => isUseKnown)
      ? `${noun} ${was} never used`
      : `when ${noun} ${was} used is not known`,
  );
}

/** Only what gives something in Mechanical Turk is taken away, or what makes an administrator. */
function outsideCommands({ user, access, isAdministrator, keys }: Outside): readonly Command[] {
  const who = ['user-name', user] as const;
  const active = keys.filter((key) => key.active);
  const off = active.some(({ id }) => id === null)
    ? [switchOffAll(user)]
    : active.map(({ id }) => iamCommand('update-access-key', who, ['access-key-id', id ?? ''], ['status', 'Inactive']));
  const grants = [...access.grants.values()].flat();
  const gives = (holder: string, policy: string) =>
    isAdministrator || grants.some((grant) => grant.holder === holder && grant.policy === policy);
  const holder = `user ${user}`;
  const { attached, inline, groups } = access.user;
  return [
    ...off,
    ...attached
      .filter((arn) => gives(holder, arn))
      .map((arn) => iamCommand('detach-user-policy', who, ['policy-arn', arn])),
    ...inline
      .filter(({ name }) => gives(holder, name))
      .map(({ name }) => iamCommand('delete-user-policy', who, ['policy-name', name])),
    ...groups
      .filter((group) => isAdministrator || grants.some((grant) => grant.holder === `group ${group}`))
      .map((group) => iamCommand('remove-user-from-group', who, ['group-name', group])),
  ];
}

/** The words of a member of the lab in a group that is not the lab's. */
export function foreignGroupWords(
  finding: DriftFinding,
  { user, group }: Extract<DriftWhat, { kind: 'foreign-group' }>,
  naming: Naming,
  options: DriftWordsOptions,
): DriftWords {
  const today = peopleSaid(finding.people, 'by-hand', naming);
  return {
    consequence:
      today ??
      (finding.risk === 'spends'
        ? said`${sayPerson(user, naming)} can give anybody everything in the account, themselves first, and should not.`
        : said`What ${sayPerson(user, naming)} can do depends on who edits the group ${sayCode(group)}; nobody's access to Mechanical Turk changes by it today.`),
    cause: said`${sayPerson(user, naming)} is in the group ${sayCode(group)}, which is not the lab's${attributionSaid(finding.by, naming, options)}.`,
    remedy: said`Nothing undoes it unasked; this takes them out again:`,
    commands: [iamCommand('remove-user-from-group', ['user-name', user], ['group-name', group])],
  };
}

import { byCapability } from '../../access/capability-access.ts';
import { isEmpty } from '../../access/operation-set.ts';
import { userText } from '../../access/text/iam-names.ts';
import { type DisplayNames, policyName, unknownPolicyWords } from '../../access/text/names.ts';
import type { AccessKey } from '../../aws/inventory/types.ts';
import { labPath } from '../../team/names.ts';
import { dateWords } from '../../text/dates.ts';
import { codeText, proseText, sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import type { DriftWhat } from '../rules/what.ts';
import { type Command, iamCommand, switchOffAll } from './aws-command.ts';
import { canWords, peopleSaid } from './people.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

type Outside = Extract<DriftWhat, { kind: 'outside' }>;

/** The words of somebody else in the account who may use Mechanical Turk. */
export function outsideWords(
  finding: DriftFinding,
  what: Outside,
  naming: DisplayNames,
  options: DriftWordsOptions,
): DriftWords {
  const { user, access, isAdministrator, keys, areKeysKnown } = what;
  const { attached, inline, groups } = access.user;
  const name = codeText(user);
  const can = isEmpty(access.allowed) ? null : trusted(canWords(byCapability(access.allowed, access.grants)));
  const unread = new Set(access.unknownPolicies.map(({ policy }) => policy));
  const isUnread = unread.size > 0 && [...access.grants.values()].flat().every(({ policy }) => unread.has(policy));
  const verb = trusted(isUnread ? 'may be able to' : 'can');
  const everything = trusted('can give anybody everything in the account, themselves first');
  const consequence =
    can === null
      ? t`${name}, who is not of the lab, ${everything}.`
      : t`${name}, who is not of the lab, ${verb} ${can}${isAdministrator ? t`, and ${everything}` : t``}.`;
  const policies = [...attached.map(policyName), ...inline.map((policy) => policy.name)].map(codeText);
  const has = [
    ...(policies.length === 0
      ? []
      : [t`${trusted(policies.length === 1 ? 'the policy' : 'the policies')} ${someTexts(policies)}`]),
    ...(groups.length === 0
      ? []
      : [
          t`what ${trusted(groups.length === 1 ? 'the group' : 'the groups')} ${someTexts(groups.map(codeText))} ${trusted(groups.length === 1 ? 'gives' : 'give')}`,
        ]),
  ];
  const unknown =
    access.unknownPolicies.length === 0 ? null : t`${proseText(unknownPolicyWords(access.unknownPolicies))}.`;
  return {
    consequence,
    cause: sentences(
      t`The user lies outside ${codeText(labPath(naming.lab))} and has ${has.length === 0 ? trusted('nothing that could be read') : someTexts(has)}${attributionSaid(finding.lastChange, naming, options)}; ${areKeysKnown ? keysSaid(keys) : trusted('whether it has an access key, the credential report of AWS does not tell yet')}.`,
      unknown,
    ),
    remedy: sentences(
      t`If this is meant, write down under ${codeText('snoozed')} in team.yaml why, and until when.`,
      keys.some(({ active }) => active)
        ? t`Else switch the keys off first, which can be taken back, and then take away what it gives:`
        : t`Else take away what it gives:`,
    ),
    commands: outsideCommands(what),
  };
}

function keysSaid(keys: readonly AccessKey[]): Text {
  const active = keys.filter((key) => key.active);
  if (active.length === 0)
    return trusted(keys.length === 0 ? 'it has no access key' : 'its access keys are switched off');
  const last = active
    .flatMap(({ lastUsed }) => lastUsed ?? [])
    .sort()
    .at(-1);
  const noun = active.length === 1 ? 'its access key' : `its ${active.length} access keys`;
  const was = active.length === 1 ? 'was' : 'were';
  if (last !== undefined) return trusted(`${noun} ${was} last used on ${dateWords(last)}`);
  return trusted(
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
  { user, group }: Extract<DriftWhat, { kind: 'unmanaged-group-membership' }>,
  naming: DisplayNames,
  options: DriftWordsOptions,
): DriftWords {
  const today = peopleSaid(finding.changes, 'manual', naming);
  return {
    consequence:
      today ??
      (finding.risk === 'spends'
        ? t`${userText(user, naming)} can give anybody everything in the account, themselves first, and should not.`
        : t`What ${userText(user, naming)} can do depends on who edits the group ${codeText(group)}; nobody's access to Mechanical Turk changes by it today.`),
    cause: t`${userText(user, naming)} is in the group ${codeText(group)}, which is not the lab's${attributionSaid(finding.lastChange, naming, options)}.`,
    remedy: t`Nothing undoes it unasked; this takes them out again:`,
    commands: [iamCommand('remove-user-from-group', ['user-name', user], ['group-name', group])],
  };
}

import type { AccessChange } from '../../access/diff.ts';
import { userText } from '../../access/text/iam-names.ts';
import { type DisplayNames, policyName, unknownPolicyWords } from '../../access/text/names.ts';
import type { UnmanagedResource } from '../../aws/inventory/unmanaged.ts';
import { statementsOf } from '../../iam/statement.ts';
import { labPath } from '../../team/names.ts';
import { codeText, isEmptyText, proseText, sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import type { StrayEffect } from '../rules/unmanaged-effect.ts';
import { type Command, iamCommand } from './aws-command.ts';
import { canWords, couldWords } from './people.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

/** The words of something under the lab's path, or with a policy of the lab, that nobody declares. */
export function strayWords(
  finding: DriftFinding,
  effect: StrayEffect,
  naming: DisplayNames,
  options: DriftWordsOptions,
): DriftWords {
  const { stray } = effect;
  const { words, commands } = strayRemedies(effect);
  return {
    consequence: consequenceSaid(effect, naming),
    cause: causeSaid(stray, naming, attributionSaid(finding.lastChange, naming, options)),
    remedy: t`Nothing undoes it unasked; ${words}:`,
    commands,
  };
}

function consequenceSaid({ stray, people, keeps, administrators }: StrayEffect, naming: DisplayNames): Text {
  const { kind, name, details: holding } = stray;
  const thing = t`the ${kindWord(kind)} ${codeText(name)}`;
  if (holding === null) return t`What ${thing} gives to whom is not known: it could not be looked into.`;
  const through = kind === 'user' ? t`` : t` through ${thing}`;
  const all = (users: readonly string[]) => someTexts(users.map((user) => userText(user, naming)));
  const gains = byWords(people, ({ capabilities: { gained } }) => (gained.length === 0 ? null : canWords(gained)));
  const losses = byWords(people, ({ capabilities: { lost } }) => (lost.length === 0 ? null : couldWords(lost)));
  const kept = byWords(keeps, ({ capabilities: { gained } }) => (gained.length === 0 ? null : canWords(gained)));
  const unknown = byWords([...people, ...keeps], ({ unknownPolicies: { after } }) =>
    after.length === 0 ? null : unknownPolicyWords(after),
  );
  const told = [
    ...gains.map(
      ([words, users]) =>
        t`${all(users)} ${trusted(isUnread(stray) ? 'may be able to' : 'can')} ${trusted(words)}${through}, and should not.`,
    ),
    ...losses.map(
      ([words, users]) => t`${all(users)} can no longer ${trusted(words)}, which team.yaml gives${through}.`,
    ),
    ...kept.map(
      ([words, users]) =>
        t`Even if team.yaml took it away, ${all(users)} could ${trusted(words)}${through}, which nobody declares.`,
    ),
  ];
  const whole = sentences(
    ...told.slice(0, SENTENCES),
    told.length <= SENTENCES ? null : trusted('It gives more people something besides.'),
    administrators.length === 0
      ? null
      : t`${kind === 'user' ? trusted('They') : all(administrators)} may attach any policy to anybody${through}: that is everything.`,
    ...unknown.slice(0, SENTENCES).map(([words]) => t`${proseText(words)}.`),
  );
  if (!isEmptyText(whole)) return whole;
  if (kind === 'user') return t`${userText(name, naming)} can do nothing in Mechanical Turk.`;
  return t`Nobody's access changes by ${thing}, which nobody declares.`;
}

/** Whether all that it has counts as allowing everything only because nobody could read it. */
function isUnread({ kind, details: holding }: UnmanagedResource): boolean {
  if (kind === 'policy' || holding === null || !('inline' in holding)) return false;
  return (
    holding.inline.length > 0 &&
    holding.attached.length === 0 &&
    holding.inline.every(({ document }) => document === null)
  );
}

function kindWord(kind: UnmanagedResource['kind']): Text {
  return trusted(kind);
}

/** So many different consequences of one thing are told, the worst first. */
const SENTENCES = 3;

/** Those of whom the same is to be said, together, in the order in which it first is. */
function byWords(
  people: readonly AccessChange[],
  wordsOf: (person: AccessChange) => string | null,
): readonly (readonly [words: string, users: readonly string[]])[] {
  const groups = new Map<string, string[]>();
  for (const person of people) {
    const words = wordsOf(person);
    if (words !== null) groups.set(words, [...(groups.get(words) ?? []), person.user]);
  }
  return [...groups];
}

function causeSaid(stray: UnmanagedResource, { lab }: DisplayNames, who: Text): Text {
  const inside = stray.path.startsWith(labPath(lab));
  const place = inside
    ? t`lies under ${codeText(stray.path)}`
    : t`has a policy of the lab and lies outside it, under ${codeText(stray.path)}`;
  const where = t`The ${kindWord(stray.kind)} ${codeText(stray.name)} ${place}, and neither team.yaml nor the state has it${who}`;
  if (stray.details === null) return t`${where}.`;
  if (stray.kind === 'policy') {
    const { attachments } = stray.details;
    const held = attachments === 0 ? 'nothing' : `${attachments} ${attachments === 1 ? 'holder' : 'holders'}`;
    return t`${where}; it is attached to ${trusted(held)}.`;
  }
  const { attached, inline } = stray.details;
  const policies = [...attached.map(policyName), ...inline.map(({ name }) => name)].map(codeText);
  const words =
    policies.length === 0
      ? trusted('no policy')
      : t`${trusted(policies.length === 1 ? 'the policy' : 'the policies')} ${someTexts(policies)}`;
  if (stray.kind === 'user') {
    const cap = trusted(stray.details.boundary === null ? ' and no permissions boundary' : '');
    const { groups } = stray.details;
    const member = groups.length === 0 ? t`` : t`; it is in ${someTexts(groups.map(codeText))}`;
    return t`${where}; it has ${words}${cap}${member}.`;
  }
  const count = stray.details.members.length;
  const members = count === 0 ? 'nobody' : count === 1 ? '1 user' : `${count} users`;
  return t`${where}: it was made, or renamed, by hand. It has ${words}, and ${trusted(members)} in it.`;
}

interface Remedies {
  /** What the commands are for, before a colon. */
  readonly words: Text;
  readonly commands: readonly Command[];
}

/** What takes away what a stray gives. Nothing deletes a user or a group: whose it is, nobody knows here. */
function strayRemedies(effect: StrayEffect): Remedies {
  const { stray } = effect;
  const { kind, name, arn, details: holding } = stray;
  if (kind === 'policy') {
    const unused = holding !== null && holding.attachments === 0;
    return {
      words: trusted(unused ? 'this deletes it' : 'this tells what has it'),
      commands: [iamCommand(unused ? 'delete-policy' : 'list-entities-for-policy', ['policy-arn', arn])],
    };
  }
  const who = [`${kind}-name`, name] as const;
  // What only denies is what somebody stopped the user with: it stays.
  const commands = [
    ...(stray.kind !== 'user' ? [] : (stray.details?.groups ?? [])).map((group) =>
      iamCommand('remove-user-from-group', who, ['group-name', group]),
    ),
    ...(holding?.attached ?? [])
      .filter((policy) => !DENYING.test(policy))
      .map((policy) => iamCommand(`detach-${kind}-policy`, who, ['policy-arn', policy])),
    ...(holding?.inline ?? [])
      .filter(({ document }) => document === null || statementsOf(document).some(({ Effect }) => Effect === 'Allow'))
      .map((policy) => iamCommand(`delete-${kind}-policy`, who, ['policy-name', policy.name])),
  ];
  const look = [iamCommand(kind === 'user' ? 'list-access-keys' : 'get-group', who)];
  if (holding === null) return { words: trusted('this tells more of it'), commands: look };
  if (commands.length > 0 && !isHarmless(effect)) return { words: trusted('this takes away what it gives'), commands };
  return {
    words: t`delete it in the console (IAM, ${trusted(kind === 'user' ? 'Users' : 'User groups')}) where nobody needs it, or write down under ${codeText('snoozed')} in team.yaml why it stays. This tells more of it`,
    commands: look,
  };
}

/** Policies of AWS that only deny: the one for everything, and those with which it stops keys that were made public. */
const DENYING = /^arn:aws:iam::aws:policy\/(AWSDenyAll|AWSCompromisedKeyQuarantine(V\d+)?)$/;

/** Whether nobody can do anything by it, today or after something is taken away elsewhere. */
function isHarmless({ people, keeps, administrators }: StrayEffect): boolean {
  const gains = [...people, ...keeps].some(
    ({ operations, unknownPolicies }) => operations.gained.length > 0 || unknownPolicies.after.length > 0,
  );
  return !gains && administrators.length === 0;
}

import { memberKeyOf, userText } from '../../access/text/iam-names.ts';
import { type DisplayNames, listWords } from '../../access/text/names.ts';
import type { AccessKey } from '../../aws/inventory/types.ts';
import { dateWords } from '../../text/dates.ts';
import { codeText, isEmptyText, listTexts, sentences, type Text, t, trusted } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import type { DriftWhat } from '../rules/what.ts';
import { type Command, iamCommand } from './aws-command.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

type KeyWhat = Extract<
  DriftWhat,
  {
    kind:
      | 'too-many-access-keys'
      | 'old-access-key'
      | 'unused-access-key'
      | 'key-used-after-leaving'
      | 'root-access-key';
  }
>;

/** The words of what is wrong with access keys: with one, everything of its user can be done from anywhere. */
export function keyWords(
  finding: DriftFinding,
  what: KeyWhat,
  naming: DisplayNames,
  options: DriftWordsOptions,
): DriftWords {
  const who = attributionSaid(finding.lastChange, naming, options);
  switch (what.kind) {
    case 'root-access-key':
      return rootWords(what.keys, who);
    case 'key-used-after-leaving':
      return usedWords(what, naming, who);
    case 'too-many-access-keys':
      return extraWords(what, naming, who);
    case 'old-access-key':
      return oldWords(what, naming, who);
    case 'unused-access-key': {
      const { user, key, days } = what;
      return {
        consequence: t`An access key of ${userText(user, naming)} has not been used once in ${days} days: it can only be stolen.`,
        cause: t`${keySaid(key)}${made(key)}${who}.`,
        remedy: t`Switch it off, and delete it where nobody misses it:`,
        commands: switchOff(user, [key]),
      };
    }
  }
}

function oldWords(what: Extract<KeyWhat, { kind: 'old-access-key' }>, naming: DisplayNames, who: Text): DriftWords {
  const { user, key, days, limit } = what;
  return {
    consequence: t`An access key of ${userText(user, naming)} is ${days} days old, and ${limit} are allowed: whoever got hold of a copy in that time can still use it.`,
    cause: t`${keySaid(key)}${made(key)}${who}; ${useSaid(key)}.`,
    ...replacing(what),
  };
}

/** AWS gives a user two keys at most: there is not always room for a new one. */
function replacing({
  user,
  key,
  days,
  limit,
  other,
  isSuspended,
}: Extract<KeyWhat, { kind: 'old-access-key' }>): Pick<DriftWords, 'remedy' | 'commands'> {
  const off = switchOff(user, [key]);
  if (isSuspended) {
    return { remedy: t`Switch it off; while the member is suspended nobody needs a new one:`, commands: off };
  }
  const create = iamCommand('create-access-key', ['user-name', user]);
  if (other === null) {
    return { remedy: t`Make a new one, use it, then switch this one off:`, commands: [create, ...off] };
  }
  if (!other.active) {
    const free =
      other.id === null
        ? [iamCommand('list-access-keys', ['user-name', user])]
        : [iamCommand('delete-access-key', ['user-name', user], ['access-key-id', other.id])];
    return {
      remedy: t`Two keys are all that AWS gives a user: delete the other one, which is switched off, make a new one, use it, then switch this one off:`,
      commands: [...free, create, ...off],
    };
  }
  const younger = Date.parse(other.created ?? '') - Date.parse(key.created ?? '');
  const otherDays = days - Math.floor((Number.isNaN(younger) ? 0 : younger) / 86_400_000);
  if (otherDays <= limit) {
    return { remedy: t`Use the other, younger one, then switch this one off:`, commands: off };
  }
  return {
    remedy: t`The other one is too old as well, and two keys are all that AWS gives a user: switch off and delete the one that is used less, make a new one in its place, use it, then do the same with the other. This switches this one off:`,
    commands: off,
  };
}

function rootWords(keys: readonly AccessKey[], who: Text): DriftWords {
  const one = keys.length === 1;
  return {
    consequence: t`Whoever has ${trusted(one ? 'the access key' : `one of the ${keys.length} access keys`)} of the root user can do everything in the account, and no policy stops them.`,
    cause: sentences(
      t`The root user of the account has ${trusted(one ? 'an access key' : `${keys.length} access keys`)}${who}.`,
      ...keys.map((key) => t`${keySaid(key)}${made(key)}; ${useSaid(key)}.`),
    ),
    remedy: t`Nobody else can take ${trusted(one ? 'it' : 'them')} away: sign in to the console as the root user and delete ${trusted(one ? 'it' : 'them')} under Security credentials, Access keys.`,
    commands: [],
  };
}

const BECAUSE: Readonly<Record<Extract<KeyWhat, { kind: 'key-used-after-leaving' }>['because'], string>> = {
  suspended: 'is suspended',
  expired: 'has no access any more, because the last day has passed',
  departed: 'has left the lab',
};

function usedWords(
  { user, key, because }: Extract<KeyWhat, { kind: 'key-used-after-leaving' }>,
  naming: DisplayNames,
  who: Text,
): DriftWords {
  const when = key.lastUsed === null ? t`` : t` on ${trusted(dateWords(key.lastUsed))}`;
  return {
    consequence: t`${userText(user, naming)} ${trusted(BECAUSE[because])}, and an access key of theirs was used${when}: somebody still tries it.`,
    cause: t`${keySaid(key)}${made(key)}${who}, and it is switched ${trusted(key.active ? 'on' : 'off')}.`,
    remedy: !key.active
      ? t`Nothing can be done with it any more; ask who used it and for what.`
      : isNamed([key])
        ? t`Switch it off, and ask who used it and for what:`
        : t`Find it by this, switch it off, and ask who used it and for what:`,
    commands: key.active ? switchOff(user, [key]) : [],
  };
}

function extraWords(
  { user, keys, allowed }: Extract<KeyWhat, { kind: 'too-many-access-keys' }>,
  naming: DisplayNames,
  who: Text,
): DriftWords {
  const member = memberKeyOf(user, naming);
  const more = keys.length - allowed;
  // What was used longest ago is the likeliest not to be missed; where nobody knows, nothing is proposed.
  const known = keys.every(({ isUseKnown }) => isUseKnown);
  const idle = [...keys].sort((one, other) => ((one.lastUsed ?? '') < (other.lastUsed ?? '') ? -1 : 1)).slice(0, more);
  const accept =
    member === null || keys.length > 2
      ? t``
      : t` (or write ${codeText(`keys: ${keys.length}`)} for ${codeText(member)} in team.yaml)`;
  return {
    consequence: t`${userText(user, naming)} has ${trusted(countOf(keys.length, 'access key'))}, and team.yaml allows ${trusted(allowed === 0 ? 'none' : String(allowed))}: with each of them all can be done that ${userText(user, naming)} can do.`,
    cause: sentences(keysSaid(keys), isEmptyText(who) ? null : t`Somebody made the newest${who}.`),
    remedy: known
      ? t`Switch off what was used longest ago${accept}:`
      : t`Look which one is in use, and switch off the other${accept}:`,
    commands: known ? switchOff(user, idle) : [iamCommand('list-access-keys', ['user-name', user])],
  };
}

function isNamed(keys: readonly AccessKey[]): boolean {
  return keys.every(({ id }) => id !== null);
}

/** Switching off can be taken back, and deleting not. A key of which only the report told is looked up first. */
function switchOff(user: string, keys: readonly AccessKey[]): readonly Command[] {
  if (!isNamed(keys)) return [iamCommand('list-access-keys', ['user-name', user])];
  return keys.map(({ id }) =>
    iamCommand('update-access-key', ['user-name', user], ['access-key-id', id ?? ''], ['status', 'Inactive']),
  );
}

/** `The key AKIA…WXYZ`, as much of it as is needed to recognise it. */
function keySaid({ id }: AccessKey): Text {
  return id === null ? trusted('A key') : t`The key ${codeText(`${id.slice(0, 4)}…${id.slice(-4)}`)}`;
}

function made({ created }: AccessKey): Text {
  return trusted(created === null ? ' is there' : ` was made on ${dateWords(created)}`);
}

function useSaid({ lastUsed, isUseKnown }: AccessKey): Text {
  if (lastUsed !== null) return trusted(`it was last used on ${dateWords(lastUsed)}`);
  return trusted(isUseKnown ? 'it was never used' : 'when it was used is not known yet');
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `They are AKIA…WXYZ (made on 2 Mar 2026, never used) and …`, or without names where only the report told of them. */
function keysSaid(keys: readonly AccessKey[]): Text {
  if (isNamed(keys)) return t`${trusted(keys.length === 1 ? 'It is' : 'They are')} ${listTexts(keys.map(briefKey))}.`;
  const name = (index: number) => (keys.length === 1 ? 'it' : (ORDER[index] ?? 'another'));
  return trusted(`${capital(keys.map((key, index) => `${name(index)} ${factsOf(key)}`).join('; '))}.`);
}

/** `AKIA…WXYZ (made on 2 Mar 2026, never used)` */
function briefKey(key: AccessKey): Text {
  const { id } = key;
  return t`${codeText(id === null ? '' : `${id.slice(0, 4)}…${id.slice(-4)}`)} (${trusted(factsOf(key, ''))})`;
}

const ORDER = ['one', 'the other'];

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What is known of a key, after `was` where that is given. */
function factsOf({ created, lastUsed, isUseKnown, active }: AccessKey, was = 'was '): string {
  const facts = [
    ...(created === null ? [] : [`${was}made on ${dateWords(created)}`]),
    lastUsed !== null
      ? `${was}last used on ${dateWords(lastUsed)}`
      : isUseKnown
        ? `${was}never used`
        : was === ''
          ? 'its use not known yet'
          : 'is not known to have been used',
    ...(active ? [] : [was === '' ? 'switched off' : 'is switched off']),
  ];
  return was === '' ? facts.join(', ') : listWords(facts);
}

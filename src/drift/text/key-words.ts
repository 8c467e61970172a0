import { memberKeyOf, sayPerson } from '../../access/text/iam-names.ts';
import { listWords, type Naming } from '../../access/text/names.ts';
import type { AccessKey } from '../../aws/inventory/inventory.ts';
import { dateWords } from '../../text/durations.ts';
import { isSilent, type Said, said, sayCode, sayListed, sayOurs, saySentences } from '../../text/text.ts';
import type { DriftFinding, DriftWhat } from '../finding.ts';
import { type Command, iamCommand } from './aws-command.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

type KeyWhat = Extract<DriftWhat, { kind: 'extra-keys' | 'old-key' | 'unused-key' | 'used-key' | 'root-keys' }>;

/** The words of what is wrong with access keys: with one, everything of its user can be done from anywhere. */
export function keyWords(finding: DriftFinding, what: KeyWhat, naming: Naming, options: DriftWordsOptions): DriftWords {
  const who = attributionSaid(finding.by, naming, options);
  switch (what.kind) {
    case 'root-keys':
      return rootWords(what.keys, who);
    case 'used-key':
      return usedWords(what, naming, who);
    case 'extra-keys':
      return extraWords(what, naming, who);
    case 'old-key':
      return oldWords(what, naming, who);
    case 'unused-key': {
      const { user, key, days } = what;
      return {
        consequence: said`An access key of ${sayPerson(user, naming)} has not been used once in ${days} days: it can only be stolen.`,
        cause: said`${keySaid(key)}${made(key)}${who}.`,
        remedy: said`Switch it off, and delete it where nobody misses it:`,
        commands: switchOff(user, [key]),
      };
    }
  }
}

function oldWords(what: Extract<KeyWhat, { kind: 'old-key' }>, naming: Naming, who: Said): DriftWords {
  const { user, key, days, limit } = what;
  return {
    consequence: said`An access key of ${sayPerson(user, naming)} is ${days} days old, and ${limit} are allowed: whoever got hold of a copy in that time can still use it.`,
    cause: said`${keySaid(key)}${made(key)}${who}; ${useSaid(key)}.`,
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
}: Extract<KeyWhat, { kind: 'old-key' }>): Pick<DriftWords, 'remedy' | 'commands'> {
  const off = switchOff(user, [key]);
  if (isSuspended) {
    return { remedy: said`Switch it off; while the member is suspended nobody needs a new one:`, commands: off };
  }
  const create = iamCommand('create-access-key', ['user-name', user]);
  if (other === null) {
    return { remedy: said`Make a new one, use it, then switch this one off:`, commands: [create, ...off] };
  }
  if (!other.active) {
    const free =
      other.id === null
        ? [iamCommand('list-access-keys', ['user-name', user])]
        : [iamCommand('delete-access-key', ['user-name', user], ['access-key-id', other.id])];
    return {
      remedy: said`Two keys are all that AWS gives a user: delete the other one, which is switched off, make a new one, use it, then switch this one off:`,
      commands: [...free, create, ...off],
    };
  }
  const younger = Date.parse(other.created ?? '') - Date.parse(key.created ?? '');
  const otherDays = days - Math.floor((Number.isNaN(younger) ? 0 : younger) / 86_400_000);
  if (otherDays <= limit) {
    return { remedy: said`Use the other, younger one, then switch this one off:`, commands: off };
  }
  return {
    remedy: said`The other one is too old as well, and two keys are all that AWS gives a user: switch off and delete the one that is used less, make a new one in its place, use it, then do the same with the other. This switches this one off:`,
    commands: off,
  };
}

function rootWords(keys: readonly AccessKey[], who: Said): DriftWords {
  const one = keys.length === 1;
  return {
    consequence: said`Whoever has ${sayOurs(one ? 'the access key' : `one of the ${keys.length} access keys`)} of the root user can do everything in the account, and no policy stops them.`,
    cause: saySentences(
      said`The root user of the account has ${sayOurs(one ? 'an access key' : `${keys.length} access keys`)}${who}.`,
      ...keys.map((key) => said`${keySaid(key)}${made(key)}; ${useSaid(key)}.`),
    ),
    remedy: said`Nobody else can take ${sayOurs(one ? 'it' : 'them')} away: sign in to the console as the root user and delete ${sayOurs(one ? 'it' : 'them')} under Security credentials, Access keys.`,
    commands: [],
  };
}

const BECAUSE: Readonly<Record<Extract<KeyWhat, { kind: 'used-key' }>['because'], string>> = {
  suspended: 'is suspended',
  expired: 'has no access any more, because the last day has passed',
  departed: 'has left the lab',
};

function usedWords(
  { user, key, because }: Extract<KeyWhat, { kind: 'used-key' }>,
  naming: Naming,
  who: Said,
): DriftWords {
  const when = key.lastUsed === null ? said`` : said` on ${sayOurs(dateWords(key.lastUsed))}`;
  return {
    consequence: said`${sayPerson(user, naming)} ${sayOurs(BECAUSE[because])}, and an access key of theirs was used${when}: somebody still tries it.`,
    cause: said`${keySaid(key)}${made(key)}${who}, and it is switched ${sayOurs(key.active ? 'on' : 'off')}.`,
    remedy: !key.active
      ? said`Nothing can be done with it any more; ask who used it and for what.`
      : isNamed([key])
        ? said`Switch it off, and ask who used it and for what:`
        : said`Find it by this, switch it off, and ask who used it and for what:`,
    commands: key.active ? switchOff(user, [key]) : [],
  };
}

function extraWords(
  { user, keys, allowed }: Extract<KeyWhat, { kind: 'extra-keys' }>,
  naming: Naming,
  who: Said,
): DriftWords {
  const member = memberKeyOf(user, naming);
  const more = keys.length - allowed;
  // What was used longest ago is the likeliest not to be missed; where nobody knows, nothing is proposed.
  const known = keys.every(({ isUseKnown }) => isUseKnown);
  const idle = [...keys].sort((one, other) => ((one.lastUsed ?? '') < (other.lastUsed ?? '') ? -1 : 1)).slice(0, more);
  const accept =
    member === null || keys.length > 2
      ? said``
      : said` (or write ${sayCode(`keys: ${keys.length}`)} for ${sayCode(member)} in team.yaml)`;
  return {
    consequence: said`${sayPerson(user, naming)} has ${sayOurs(countOf(keys.length, 'access key'))}, and team.yaml allows ${sayOurs(allowed === 0 ? 'none' : String(allowed))}: with each of them all can be done that ${sayPerson(user, naming)} can do.`,
    cause: saySentences(keysSaid(keys), isSilent(who) ? null : said`Somebody made the newest${who}.`),
    remedy: known
      ? said`Switch off what was used longest ago${accept}:`
      : said`Look which one is in use, and switch off the other${accept}:`,
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
function keySaid({ id }: AccessKey): Said {
  return id === null ? sayOurs('A key') : said`The key ${sayCode(`${id.slice(0, 4)}…${id.slice(-4)}`)}`;
}

function made({ created }: AccessKey): Said {
  return sayOurs(created === null ? ' is there' : ` was made on ${dateWords(created)}`);
}

function useSaid({ lastUsed, isUseKnown }: AccessKey): Said {
  if (lastUsed !== null) return sayOurs(`it was last used on ${dateWords(lastUsed)}`);
  return sayOurs(isUseKnown ? 'it was never used' : 'when it was used is not known yet');
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `They are AKIA…WXYZ (made on 2 Mar 2026, never used) and …`, or without names where only the report told of them. */
function keysSaid(keys: readonly AccessKey[]): Said {
  if (isNamed(keys))
    return said`${sayOurs(keys.length === 1 ? 'It is' : 'They are')} ${sayListed(keys.map(briefKey))}.`;
  const name = (index: number) => (keys.length === 1 ? 'it' : (ORDER[index] ?? 'another'));
  return sayOurs(`${capital(keys.map((key, index) => `${name(index)} ${factsOf(key)}`).join('; '))}.`);
}

/** `AKIA…WXYZ (made on 2 Mar 2026, never used)` */
function briefKey(key: AccessKey): Said {
  const { id } = key;
  return said`${sayCode(id === null ? '' : `${id.slice(0, 4)}…${id.slice(-4)}`)} (${sayOurs(factsOf(key, ''))})`;
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

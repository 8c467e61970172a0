import { byCapability, type CapabilityAccess } from '../../access/capability-access.ts';
import type { Difference } from '../../access/model-difference.ts';
import { operationSet } from '../../access/operation-set.ts';
import { differenceWords } from '../../access/text/difference.ts';
import { accessWords, type DisplayNames, listWords, userLabel } from '../../access/text/names.ts';
import type { Operation } from '../../catalog/mturk.ts';
import { keyOfIamName } from '../../team/names.ts';
import { stepText } from '../../terraform/run/progress.ts';
import type { Question, Review, ReviewedRole, Unexplained } from '../changes/review.ts';

/** The names of everybody in a review; users of the lab who are in it only by a difference are known by key. */
export function namingOfReview({ lab, people, unexplained }: Review): DisplayNames {
  const named = new Map<string, { readonly key: string; readonly name: string }>();
  for (const user of unexplained.flatMap(({ difference }) => usersOf(difference))) {
    const key = keyOfIamName(lab, user);
    if (key !== null) named.set(user, { key, name: key });
  }
  for (const { user, key, name } of people) if (key !== null) named.set(user, { key, name: name ?? key });
  return { lab, people: named };
}

function usersOf(difference: Difference | null): readonly string[] {
  if (difference === null) return [];
  if ('user' in difference) return [difference.user];
  return 'holder' in difference && difference.holder.kind === 'user' ? [difference.holder.name] : [];
}

/** `paymaster (14 members) now allows: pays workers bonuses (pay:bonus), which spends money` */
export function roleSentence({ key, kind, gained, lost, members }: ReviewedRole): string {
  const held = members === 0 ? 'nobody has it' : countWords(members, 'member');
  if (kind === 'removed') return `${key} is removed.`;
  const allows = gained.length === 0 ? 'nothing' : accessWords(capabilitiesOf(gained));
  if (kind === 'added') return `${key} is new (${held}) and allows: ${allows}.`;
  if (gained.length + lost.length === 0) return `${key} (${held}) is defined anew and allows what it allowed.`;
  const parts = [
    ...(gained.length === 0 ? [] : [`now allows: ${allows}`]),
    ...(lost.length === 0 ? [] : [`no longer allows: ${accessWords(capabilitiesOf(lost))}`]),
  ];
  return `${key} (${held}) ${parts.join('; and ')}.`;
}

function capabilitiesOf(operations: readonly Operation[]): readonly CapabilityAccess[] {
  const wanted = new Set(operations);
  return byCapability(
    operationSet((operation) => wanted.has(operation)),
    new Map(),
  );
}

const QUESTIONS: Readonly<Record<Question['kind'], (who: string, through: string) => string>> = {
  'spending-without-end': (who, through) => `Should ${who} spend money${through} without a last day (until)?`,
  'harm-without-end': (who, through) => `Should ${who} be able to harm workers${through} without a last day (until)?`,
  everything: (who, through) => `Does ${who} need everything in MTurk${through}, deleting and paying included?`,
  'last-owner': (who) => `${who} is the last owner with access: who approves the next change?`,
  'no-sponsor': (who) => `Who answers for ${who} (sponsor), and is asked before access ends?`,
};

/** So many people are named in one question. */
const NAMED = 5;

/** What to ask before approving, one question for all whom it is about. */
export function questionSentences(questions: readonly Question[], naming: DisplayNames): readonly string[] {
  const kinds = Object.keys(QUESTIONS) as Question['kind'][];
  return kinds.flatMap((kind) => {
    const same = questions.filter((question) => question.kind === kind);
    if (same.length === 0) return [];
    const roles = [...new Set(same.flatMap((question) => ('roles' in question ? question.roles : [])))].sort();
    const through = roles.length === 0 ? '' : ` through ${listWords(roles)}`;
    return [QUESTIONS[kind](nameList(same.map(({ user }) => userLabel(user, naming))), through)];
  });
}

function nameList(names: readonly string[]): string {
  const more = names.length - NAMED;
  return more > 1 ? `${names.slice(0, NAMED).join(', ')} and ${more} others` : listWords(names);
}

/** Something that the files do not account for, as a sentence. */
export function unexplainedSentence(
  { kind, difference, address, attributes }: Unexplained,
  naming: DisplayNames,
): string {
  const resource = stepText(address ?? '', '').trim();
  const which = attributes.length === 0 ? '' : ` (${listWords(attributes)})`;
  const words = difference === null ? '' : differenceWords(difference, naming);
  switch (kind) {
    case 'drift-reverted':
      return difference === null
        ? `${resource}${which} was changed by hand; applying puts it back.`
        : `Somebody ${words}; applying undoes it.`;
    case 'not-in-files':
      return difference === null
        ? `${resource}${which} would change, and nothing explains why.`
        : `Applying would ${infinitive(words)}, and the change of the file does not say so.`;
    case 'not-in-plan':
      return `The change of the file would ${difference === null ? `change ${resource}` : infinitive(words)}, and the plan does not.`;
    case 'taken-over':
      return `${resource} exists already and is taken over instead of created, with all that hangs on it.`;
  }
}

const INFINITIVES: Readonly<Record<string, string>> = {
  created: 'create',
  deleted: 'delete',
  'path-changed': 'move',
  put: 'put',
  took: 'take',
  attached: 'attach',
  wrote: 'write',
  edited: 'edit',
  removed: 'remove',
  added: 'add',
  changed: 'change',
};

/** `created the user x` -> `create the user x`: what was done by hand, as what would be done. */
export function infinitive(words: string): string {
  return words.replace(/^\w+/, (verb) => INFINITIVES[verb] ?? verb);
}

export function countWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

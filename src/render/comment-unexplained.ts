import type { Difference } from '../review/difference.ts';
import type { Review, ReviewedPerson, Unexplained } from '../review/review.ts';
import { keyOfIamName } from '../team/names.ts';
import type { Naming } from './access-words.ts';
import type { Part } from './comment-budget.ts';
import { countOf } from './comment-words.ts';
import { differenceWords } from './drift-text.ts';
import { code, listed, type Markdown, md, prose } from './markdown-text.ts';
import { stepText } from './progress.ts';

/** What nobody asked for stands before what is only put back. */
const ORDER: readonly Unexplained['kind'][] = ['not-in-files', 'not-in-plan', 'drift-reverted', 'taken-over'];

/** What the plan does that this pull request does not explain, by name. */
export function unexplainedPart({ unexplained, people, lab }: Review, rank: number): readonly Part[] {
  if (unexplained.length === 0) return [];
  const naming = namingOf(unexplained, people, lab);
  const rows = [...unexplained]
    .sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind))
    .map((each) => ({ text: `- ${itemMarkdown(each, naming).markdown}`, count: 1 }));
  return [
    {
      head: '**Not explained by this pull request:**\n',
      rows,
      tail: '',
      omitted: (from) =>
        `- … and ${countOf(rows.length - from, 'more such change', 'more such changes')}, left out here.`,
      rank,
    },
  ];
}

function itemMarkdown({ kind, difference, address, attributes }: Unexplained, naming: Naming): Markdown {
  if (difference === null) return resourceMarkdown(kind, address, attributes);
  const words = differenceWords(difference, naming);
  switch (kind) {
    case 'drift-reverted':
      return prose(`Somebody ${words}, by hand on the account. Applying puts it back.`);
    case 'not-in-files':
      return md`**${prose(`It would ${infinitive(words)}.`)}** Neither team.yaml nor a change by hand explains it: ask why.`;
    case 'not-in-plan':
      return prose(`team.yaml asks to ${infinitive(words)}, and the plan does not do it.`);
    case 'taken-over':
      return prose(`${thing(words)} exists on the account already, and is taken over instead of created.`);
  }
}

function resourceMarkdown(kind: Unexplained['kind'], address: string | null, attributes: readonly string[]): Markdown {
  const what = address === null ? md`something` : resourceName(address);
  const which = attributes.length === 0 ? md`` : md` (${listed(attributes.slice(0, 6).map((name) => code(name)))})`;
  switch (kind) {
    case 'drift-reverted':
      return md`Somebody changed ${what}${which} by hand on the account. Applying puts it back.`;
    case 'not-in-files':
      return md`**It would change ${what}**${which}. Neither team.yaml nor a change by hand explains it: ask why.`;
    case 'not-in-plan':
      return md`team.yaml asks to change ${what}${which}, and the plan does not do it.`;
    case 'taken-over':
      return md`${what} exists on the account already, and is taken over instead of created.`;
  }
}

/** `policy results-reader`, or the address of something that is not ours. */
export function resourceName(address: string): Markdown {
  const name = stepText(address, '').trim();
  return name === address ? code(address) : prose(name);
}

const INFINITIVES: Readonly<Record<string, string>> = {
  created: 'create',
  deleted: 'delete',
  moved: 'move',
  took: 'take',
  attached: 'attach',
  wrote: 'write',
  edited: 'edit',
  removed: 'remove',
  added: 'add',
  changed: 'change',
};

function infinitive(words: string): string {
  return words.replace(/^\w+/, (verb) => INFINITIVES[verb] ?? verb);
}

/** `created the user x` -> `The user x` */
function thing(words: string): string {
  const noun = words.replace(/^\w+ /, '');
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}

/** Names for everybody who is in the review, and keys for those of the lab who are only in a difference. */
function namingOf(unexplained: readonly Unexplained[], people: readonly ReviewedPerson[], lab: string): Naming {
  const names = new Map<string, { key: string; name: string }>();
  for (const user of unexplained.flatMap(({ difference }) => usersOf(difference))) {
    const key = keyOfIamName(lab, user);
    if (key !== null) names.set(user, { key, name: key });
  }
  for (const { user, key, name } of people) if (key !== null) names.set(user, { key, name: name ?? key });
  return { lab, people: names };
}

function usersOf(difference: Difference | null): readonly string[] {
  if (difference === null) return [];
  if ('user' in difference) return [difference.user];
  return 'holder' in difference && difference.holder.kind === 'user' ? [difference.holder.name] : [];
}

import { differenceWords } from '../../access/text/difference.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { stepText } from '../../terraform/run/progress.ts';
import type { Part } from '../../text/budget.ts';
import { code, listed, type Markdown, md, ours, prose } from '../../text/markdown.ts';
import type { Review, Unexplained } from '../changes/review.ts';
import { infinitive, namingOfReview } from '../text/change-words.ts';
import { listPart } from './rules.ts';

/** What nobody asked for stands before what is only put back. Each heading is the beginning of every item's sentence. */
const HEADINGS: readonly (readonly [Unexplained['kind'], string])[] = [
  ['not-in-files', '**Neither this pull request nor a change by hand explains why it would:**'],
  ['not-in-plan', '**This pull request asks for this, and the plan does not do it:**'],
  [
    'drift-reverted',
    '**Not explained by this pull request.** Somebody did this by hand on the account, and applying puts it back:',
  ],
  ['taken-over', '**On the account already**, and taken over instead of created:'],
];

/** What the plan does that this pull request does not explain, by name. */
export function unexplainedParts(review: Review, rank: number): readonly Part[] {
  const { unexplained } = review;
  const naming = namingOfReview(review);
  return HEADINGS.flatMap(([kind, heading]) => {
    const same = unexplained.filter((each) => each.kind === kind);
    return listPart(
      `${heading}\n`,
      same.map((each) => itemMarkdown(each, naming)),
      rank,
    );
  });
}

function itemMarkdown({ kind, difference, address, attributes }: Unexplained, naming: DisplayNames): Markdown {
  if (difference === null) return resourceMarkdown(kind, address, attributes);
  const words = differenceWords(difference, naming);
  if (kind === 'drift-reverted') return prose(words);
  return prose(kind === 'taken-over' ? words.replace(/^\w+ /, '') : infinitive(words));
}

function resourceMarkdown(kind: Unexplained['kind'], address: string | null, attributes: readonly string[]): Markdown {
  const what = address === null ? md`something` : resourceName(address);
  const more = attributes.length > 6 ? [md`${attributes.length - 6} more`] : [];
  const names = [...attributes.slice(0, 6).map((name) => code(name)), ...more];
  const which = names.length === 0 ? md`` : md` (${listed(names)})`;
  if (kind === 'taken-over') return what;
  return md`${ours(kind === 'drift-reverted' ? 'changed' : 'change')} ${what}${which}`;
}

/** `policy results-reader`, or the address of something that is not ours. */
export function resourceName(address: string): Markdown {
  const name = stepText(address, '').trim();
  return name === address ? code(address) : prose(name);
}

import { listOperations } from '../access/operation-set.ts';
import { operationsOf } from '../catalog/mturk.ts';
import { dateWords } from '../text/dates.ts';
import { safeText } from '../text/html.ts';
import { COLUMNS, type PageFacts, type PagePerson } from './facts.ts';
import { periodOf, type Stretch } from './stretches.ts';

/** What a cell shows: `y` all operations of the capability, `p` a part of them, `f` frozen, `n` nothing. */
type Mark = 'y' | 'p' | 'f' | 'n';

/** One cell of the matrix on some day; the words name role, since when and until when. */
export interface ShownCell {
  readonly mark: Mark;
  readonly words: string;
}

const NONE: ShownCell = { mark: 'n', words: '' };

/** The cells of a stretch of someone, in the order of the columns. */
export function cellsOf(facts: PageFacts, person: PagePerson, place: number): readonly ShownCell[] {
  return COLUMNS.map((_, column) => cellOf(facts, person, place, column));
}

function cellOf(facts: PageFacts, { stretches }: PagePerson, place: number, column: number): ShownCell {
  const [cell, capability] = [stretches[place]?.cells[column], COLUMNS[column]];
  if (cell === undefined || capability === undefined) return NONE;
  const operations = listOperations(cell.operations);
  const frozen = 'denied to all members by a freeze';
  if (operations.length === 0) return cell.frozen ? { mark: 'f', words: frozen } : NONE;
  const all = operationsOf(capability).length;
  const isPart = operations.length < all;
  const words = [
    ...(isPart ? [`${operations.length} of ${all} operations (${operations.join(', ')})`] : []),
    `by ${cell.roles.length === 0 ? 'a policy' : cell.roles.map(safeText).join(', ')}`,
    ...sinceWords(facts, stretches, place, column),
  ];
  return { mark: isPart ? 'p' : 'y', words: words.join(', ') };
}

function sinceWords({ past, gaps }: PageFacts, stretches: readonly Stretch[], place: number, column: number) {
  const { since, until } = periodOf(stretches, place, column);
  const isLate = gaps.some(({ to }) => to === since?.from);
  const begin =
    since === null || !past.ok
      ? []
      : since.isPending
        ? ['not merged yet']
        : [`${isLate ? 'at the latest since' : 'since'} ${dateWords(since.from)}`];
  return [...begin, ...(until === null ? [] : [`until ${dateWords(until)}`])];
}

/** What the column about the last day says, and the day by which it is sorted: empty for none. */
export function lastDayOf({ standing, starts, until }: Stretch): { readonly words: string; readonly day: string } {
  const last = until === null ? 'no last day' : dateWords(until);
  const day = until ?? '';
  switch (standing) {
    case 'suspended':
      return { words: until === null ? 'suspended' : `suspended; ${last}`, day };
    case 'ended':
      return { words: `ended after ${last}`, day };
    case 'later':
      return { words: `from ${dateWords(starts ?? '')}${until === null ? '' : ` to ${last}`}`, day };
    default:
      return { words: last, day };
  }
}

/**
 * What the script needs to show another day: of each person the stretches from the first day on as `[day, head, cell...]`, and
 * `[day]` for one without an entry. A head is `[last day to sort by, words about it, roles]`; heads and cells are places in lists.
 * Gaps are days of which the page knows nothing: `[first, first after, why]`.
 */
export function dataOf(facts: PageFacts) {
  const [heads, cells] = [new Map<string, number>(), new Map<string, number>()];
  const people = facts.people.map((person) =>
    person.stretches.flatMap((stretch, place): (string | number)[][] => {
      const next = person.stretches[place + 1];
      if (next !== undefined && next.from <= facts.first) return [];
      if (stretch.standing === 'absent') return [[stretch.from]];
      const { words, day } = lastDayOf(stretch);
      const head = JSON.stringify([day, words, stretch.roles.map(safeText).join(', ')]);
      const shown = cellsOf(facts, person, place).map((cell) => placeIn(cells, `${cell.mark}${cell.words}`));
      return [[stretch.from, placeIn(heads, head), ...shown]];
    }),
  );
  const unreadable = 'Not known: the version of team.yaml that was merged then cannot be read.';
  const gaps = [['', facts.first, beforeWords(facts)], ...facts.gaps.map(({ from, to }) => [from, to, unreadable])];
  const texts = { heads: [...heads.keys()].map((head) => JSON.parse(head) as string[]), cells: [...cells.keys()] };
  return { today: facts.today, first: facts.first, gaps, ...texts, people };
}

function beforeWords({ first, isCut, past }: PageFacts): string {
  const day = dateWords(first);
  if (!past.ok) return `This page has no history: it begins on ${day}.`;
  if (!isCut) return `The history begins on ${day}.`;
  return `This page begins on ${day}. For an earlier day, use mturk-team who-can spend --on YYYY-MM-DD.`;
}

function placeIn(list: Map<string, number>, text: string): number {
  const place = list.get(text) ?? list.size;
  list.set(text, place);
  return place;
}

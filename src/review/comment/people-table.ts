import { peopleCount } from '../../access/text/capability-words.ts';
import type { Part } from '../../text/budget.ts';
import type { Review } from '../changes/review.ts';
import { kindsOf } from './headline.ts';
import { PEOPLE_HEADER, type PeopleRow, peopleRows } from './people.ts';

/** So many different changes of people who gain nothing dangerous and lose nothing stand in the open. */
const QUIET_GROUPS = 10;

/** The table of people: what is dangerous and what is lost in full, of many harmless gains three names and a folded list. */
export function peopleParts(
  { people, lab, at }: Review,
  ranks: { loud: number; quiet: number; folded: number },
): readonly Part[] {
  const rows = peopleRows(people, lab, new Date(at));
  const loud = rows.filter((row) => row.loud);
  const quiet = rows.filter((row) => !row.loud);
  const groups = [...new Set(quiet.map(({ group }) => group))].map((group) =>
    quiet.filter((row) => row.group === group),
  );
  // So many that they are told by three names each, and all by name further down.
  const isMany = groups.length > QUIET_GROUPS || groups.some(({ length }) => length > 1);
  const open = isMany ? groups.slice(0, QUIET_GROUPS).map(briefRow) : quiet;
  const more = groups.slice(open.length).flat();
  const parts: Part[] = [];
  if (loud.length > 0) parts.push(tablePart(loud, PEOPLE_HEADER, '', ranks.loud));
  if (open.length > 0) {
    const head = loud.length === 0 ? PEOPLE_HEADER : '';
    const tail = more.length > 0 ? moreRow(more, 'in the list below') : '';
    const where = isMany ? 'in the list below' : 'left out here';
    parts.push({ ...tablePart(open, head, tail, ranks.quiet, where), continues: loud.length > 0 });
  }
  if (isMany) {
    const summary = `All ${peopleCount(sizeOf(quiet))} by name who lose nothing, and gain nothing that spends money, harms workers or deletes data`;
    const head = `<details>\n<summary>${summary}</summary>\n\n${PEOPLE_HEADER}`;
    parts.push(tablePart(quiet, head, '\n</details>', ranks.folded));
  }
  return parts;
}

function briefRow(rows: readonly PeopleRow[]): PeopleRow {
  const [first] = rows;
  if (first === undefined) throw new Error('a group of people has a row');
  return rows.length === 1 ? first : { ...first, people: rows.flatMap(({ people }) => people), text: first.brief };
}

function moreRow(rows: readonly PeopleRow[], where: string): string {
  const people = rows.flatMap((row) => row.people);
  return `| … and ${peopleCount(people.length)} more | ${kindsOf(people)} | ${where} |`;
}

function tablePart(
  people: readonly PeopleRow[],
  head: string,
  tail: string,
  rank: number,
  where = 'left out here',
): Part {
  const rows = people.map((row) => ({ text: row.text, count: row.people.length }));
  return {
    head,
    rows,
    tail,
    omitted: (from) => moreRow(people.slice(from), where),
    rank,
  };
}

function sizeOf(rows: readonly PeopleRow[]): number {
  return rows.reduce((sum, { people }) => sum + people.length, 0);
}

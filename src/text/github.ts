import type { Block, Item } from './document.ts';
import { fenced } from './markdown.ts';
import { formatCount, markdownText, type Text, trusted } from './text.ts';

/**
 * Blocks as GitHub-flavored Markdown, without a trailing newline. No foreign text can make a link, mention or row. `reveal` shows
 * account ids and ARNs whole; rows of tables and lists are left out, and counted, to fit into `budget` bytes of UTF-8.
 */
export function printMarkdown(
  blocks: readonly Block[],
  { reveal, budget = Infinity }: { readonly reveal: boolean; readonly budget?: number },
): string {
  const parts = blocks.flatMap((block) => partsOf(block, reveal));
  return fitParts(parts, budget);
}

/** A longer list or table is folded after so many rows, or after those that are the worst. */
const OPEN = { list: 5, table: 10, sections: Infinity };

function partsOf(block: Block, reveal: boolean, isFolded = false): readonly Part[] {
  const line = (text: Text) => markdownText(text, reveal);
  switch (block.kind) {
    case 'heading':
      return [fixed(`${'#'.repeat(block.level)} ${line(block.text)}`)];
    case 'paragraph':
      return line(block.text) === '' ? [] : [fixed(line(block.text))];
    case 'alert': {
      const lines = block.lines.map((text) => `> ${line(text)}`).join('\n>\n');
      return [fixed(`> [!${block.level.toUpperCase()}]\n${lines}`)];
    }
    case 'list':
      return rowsParts(
        { ...block, isFolded },
        '',
        block.items.map((item, index) => itemText(item, block.ordered === true ? `${index + 1}. ` : '- ', reveal)),
        (text) => `- ${line(text)}`,
      );
    case 'table': {
      const row = (cells: readonly Text[]) => `| ${cells.map(line).join(' | ')} |`;
      const head = [row(block.head), `|${' --- |'.repeat(block.head.length)}`].join('\n');
      const empty = ' |'.repeat(Math.max(0, block.head.length - 1));
      return rowsParts({ ...block, isFolded }, head, block.rows.map(row), (text) => `| ${line(text)} |${empty}`);
    }
    case 'sections':
      return rowsParts(
        { ...block, isFolded },
        '',
        block.sections.map((section, index) => `${index === 0 ? '' : '\n'}${printMarkdown(section, { reveal })}`),
        (text) => `\n${line(text)}`,
      );
    case 'details':
      return [
        fixed(`<details>\n<summary>${line(block.summary)}</summary>`),
        ...block.blocks.flatMap((each) => partsOf(each, reveal, true)),
        fixed('</details>'),
      ];
    case 'code':
      return [fixed(fenced(block.lines, block.language))];
    case 'footer':
      return [fixed(`<sub>${block.parts.map(line).join(' · ')}</sub>`)];
  }
}

function rowsParts(
  block: Extract<Block, { readonly kind: 'list' | 'table' | 'sections' }> & { readonly isFolded: boolean },
  head: string,
  rows: readonly string[],
  print: (text: Text) => string,
): readonly Part[] {
  const { kind, rank, omitted = (from: number) => trusted(`… and ${formatCount(rows.length - from)} more`) } = block;
  const part = (from: number, to: number): Part =>
    rank === undefined
      ? fixed([head, ...rows.slice(from, to)].filter((text) => text !== '').join('\n'))
      : { head, rows: rows.slice(from, to), omitted: (count) => print(omitted(from + count)), rank };
  if (rows.length === 0) return [];
  const open = Math.max(OPEN[kind], block.open ?? 0);
  if (block.isFolded || rows.length <= open) return [part(0, rows.length)];
  const summary = `<summary>${formatCount(rows.length - open)} more</summary>`;
  return [part(0, open), fixed(`<details>\n${summary}`), part(open, rows.length), fixed('</details>')];
}

function itemText({ text, blocks = [] }: Item, bullet: string, reveal: boolean): string {
  const first = `${bullet}${markdownText(text, reveal)}`;
  if (blocks.length === 0) return first;
  const indent = ' '.repeat(bullet.length);
  const below = printMarkdown(blocks, { reveal }).replace(/^(?=.)/gm, indent);
  return `${first}\n\n${below}`;
}

/** A part of a text whose last rows may be left out, each as a whole; in their place it is said how many. */
export interface Part {
  /** Above the rows; always there. */
  readonly head: string;
  readonly rows: readonly string[];
  /** What is said about the rows from that one on, which are left out; itself a row if the part is a table. */
  readonly omitted: (from: number) => string;
  /** Parts with lower numbers are filled first. */
  readonly rank: number;
}

/** A part that is always there in full. */
export function fixed(text: string): Part {
  return { head: text, rows: [], omitted: () => '', rank: 0 };
}

/** The parts as one text of at most `budget` bytes of UTF-8: by rank, each with as many rows as still fit. */
export function fitParts(parts: readonly Part[], budget: number): string {
  let taken: readonly number[] = parts.map(() => 0);
  const order = parts.map(({ rank, rows }, index) => ({ rank, rows, index })).sort((a, b) => a.rank - b.rank);
  for (const { rows, index } of order) {
    const fits = (count: number) => bytes(assemble(parts, taken.with(index, count))) <= budget;
    taken = taken.with(index, mostThatFits(rows.length, fits));
  }
  return assemble(parts, taken);
}

/** The greatest number that fits, by bisection; 0 if none does. */
function mostThatFits(all: number, fits: (count: number) => boolean): number {
  if (fits(all)) return all;
  let [fitting, tooMany] = [0, all];
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2);
    if (fits(middle)) fitting = middle;
    else tooMany = middle;
  }
  return fitting;
}

function assemble(parts: readonly Part[], taken: readonly number[]): string {
  return parts
    .map(({ head, rows, omitted }, index) => {
      const count = taken[index] ?? 0;
      const rest = count < rows.length ? omitted(count) : '';
      return [head, ...rows.slice(0, count), rest].filter((line) => line !== '').join('\n');
    })
    .filter((text) => text !== '')
    .join('\n\n');
}

/** Bytes of UTF-8. */
export function bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

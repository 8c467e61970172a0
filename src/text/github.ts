import type { Block, Item } from './document.ts';
import { fenced } from './markdown.ts';
import { markdownText, type Text } from './text.ts';

interface MarkdownOptions {
  /** Whether account ids and ARNs are shown whole. */
  readonly reveal: boolean;
  /** The most bytes of UTF-8; rows of tables and lists are left out, and counted, to fit. */
  readonly budget?: number;
}

/** Blocks as GitHub-flavored Markdown, without a trailing newline. No foreign text can make a link, mention or row. */
export function printMarkdown(blocks: readonly Block[], { reveal, budget = Infinity }: MarkdownOptions): string {
  return fitParts(
    blocks.flatMap((block) => partsOf(block, reveal)),
    budget,
  );
}

function partsOf(block: Block, reveal: boolean): readonly Part[] {
  const line = (text: Text) => markdownText(text, reveal).markdown;
  switch (block.kind) {
    case 'heading':
      return [fixed(`${'#'.repeat(block.level)} ${line(block.text)}`)];
    case 'paragraph':
      return textPart(line(block.text));
    case 'alert':
      return [
        fixed(
          [`> [!${block.level.toUpperCase()}]`, block.lines.map((text) => `> ${line(text)}`).join('\n>\n')].join('\n'),
        ),
      ];
    case 'list':
      return rowsPart(
        block,
        '',
        block.items.map((item, index) => itemText(item, block.ordered === true ? `${index + 1}. ` : '- ', reveal)),
        (text) => `- ${line(text)}`,
      );
    case 'table': {
      const row = (cells: readonly Text[]) => `| ${cells.map(line).join(' | ')} |`;
      const head = [row(block.head), `|${' --- |'.repeat(block.head.length)}`].join('\n');
      const empty = ' |'.repeat(Math.max(0, block.head.length - 1));
      return rowsPart(block, head, block.rows.map(row), (text) => `| ${line(text)} |${empty}`);
    }
    case 'sections':
      return rowsPart(
        block,
        '',
        block.sections.map((section, index) => `${index === 0 ? '' : '\n'}${printMarkdown(section, { reveal })}`),
        (text) => `\n${line(text)}`,
      );
    case 'details':
      return [
        fixed(`<details>\n<summary>${line(block.summary)}</summary>`),
        ...block.blocks.flatMap((each) => partsOf(each, reveal)),
        fixed('</details>'),
      ];
    case 'code':
      return [fixed(fenced(block.lines, { language: block.language, indent: '' }))];
    case 'footer':
      return [fixed(`<sub>${block.parts.map(line).join(' · ')}</sub>`)];
    case 'hidden':
      return [fixed(`<!-- ${block.data.replaceAll('--', '- -')} -->`)];
  }
}

function textPart(text: string): readonly Part[] {
  return text === '' ? [] : [fixed(text)];
}

function rowsPart(
  block: Extract<Block, { readonly kind: 'list' | 'table' | 'sections' }>,
  head: string,
  rows: readonly string[],
  print: (text: Text) => string,
): readonly Part[] {
  if (rows.length === 0) return [];
  const { omitted, rank = 0 } = block;
  if (omitted === undefined) return [fixed([head, ...rows].filter((text) => text !== '').join('\n'))];
  return [
    { head, rows: rows.map((text) => ({ text, count: 1 })), tail: '', omitted: (from) => print(omitted(from)), rank },
  ];
}

function itemText({ text, blocks = [] }: Item, bullet: string, reveal: boolean): string {
  const first = `${bullet}${markdownText(text, reveal).markdown}`;
  if (blocks.length === 0) return first;
  const indent = ' '.repeat(bullet.length);
  const below = printMarkdown(blocks, { reveal }).replace(/^(?=.)/gm, indent);
  return `${first}\n\n${below}`;
}

/** A row of a part, and for how many things it stands. */
interface Row {
  readonly text: string;
  readonly count: number;
}

/**
 * A part of a text of which rows may be left out, never pieces of a row. What is left out is said in its place.
 */
export interface Part {
  /** What stands above and below the rows. Both are there as soon as there is a row. */
  readonly head: string;
  readonly rows: readonly Row[];
  readonly tail: string;
  /** What is said about the rows from that one on, which are left out; as a row where the part is a table. */
  readonly omitted: (from: number) => string;
  /** Parts with lower numbers are filled first. */
  readonly rank: number;
  /** Whether it goes on with the table of the part before. */
  readonly continues?: boolean;
}

/** A part that is always there in full. */
export function fixed(text: string): Part {
  return { head: text, rows: [], tail: '', omitted: () => '', rank: 0 };
}

/**
 * The parts as one text of at most `budget` bytes of UTF-8. Every head, tail and count of what is left out is kept;
 * rows are given what is left, the first rows of the lowest rank first.
 */
export function fitParts(parts: readonly Part[], budget: number): string {
  const taken = parts.map(() => 0);
  let left = budget - bytes(assemble(parts, taken));
  const order = parts.map((part, index) => ({ part, index })).sort((a, b) => a.part.rank - b.part.rank);
  for (const { part, index } of order) {
    const now = renderPart(part, 0);
    // Reserved for the sentence about the rest, whose length follows the numbers in it.
    const reserve = Math.max(0, ...[0, 1].map((from) => bytes(part.rows.length > 0 ? part.omitted(from) : ''))) + 40;
    const whole = bytes(renderPart(part, part.rows.length)) - bytes(now);
    if (whole <= left) {
      taken[index] = part.rows.length;
      left -= whole;
      continue;
    }
    const frame = bytes(part.head) + bytes(part.tail) + reserve;
    let used = frame - bytes(now);
    for (const { text } of part.rows) {
      used += bytes(text) + 1;
      if (used > left) break;
      taken[index] = (taken[index] ?? 0) + 1;
    }
    left -= bytes(renderPart(part, taken[index] ?? 0)) - bytes(now);
  }
  return tightened(parts, taken, budget);
}

/** Takes rows back, the least important first, should the sum of the estimates have been short. */
function tightened(parts: readonly Part[], taken: number[], budget: number): string {
  const order = parts.map((part, index) => ({ part, index })).sort((a, b) => b.part.rank - a.part.rank);
  for (;;) {
    const text = assemble(parts, taken);
    const victim = order.find(({ index }) => (taken[index] ?? 0) > 0);
    if (bytes(text) <= budget || victim === undefined) return text;
    taken[victim.index] = (taken[victim.index] ?? 0) - 1;
  }
}

function assemble(parts: readonly Part[], taken: readonly number[]): string {
  let text = '';
  parts.forEach((part, index) => {
    const piece = renderPart(part, taken[index] ?? 0);
    if (piece !== '') text += text === '' ? piece : `${part.continues === true ? '\n' : '\n\n'}${piece}`;
  });
  return text;
}

function renderPart({ head, rows, tail, omitted }: Part, count: number): string {
  const rest = count < rows.length ? omitted(count) : '';
  const lines = rows.slice(0, count).map(({ text }) => text);
  return [head, ...lines, rest, tail].filter((line) => line !== '').join('\n');
}

/** Bytes of UTF-8. */
export function bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

import { columns, visibleWidth, WIDEST_NAME, wrapVisible } from './columns.ts';
import type { Block } from './document.ts';
import { visible } from './escape.ts';
import { formatCount, isEmptyText, joinTexts, linesOfText, type Text, t, terminalText, trusted } from './text.ts';

/** Cells of indentation below a list item or a summary. */
const STEP = 2;
/** Items of a list that may be cut; JSON has all of them. */
const LISTED = 30;

/** Blocks as lines of a terminal of `width` cells. Folded blocks are shown. */
export function printTerminal(blocks: readonly Block[], width: number, color = false): readonly string[] {
  return blocks
    .map((block) => linesOf(block, width, color))
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function linesOf(block: Block, width: number, color: boolean): readonly string[] {
  const wrapped = (text: Text) => (isEmptyText(text) ? [] : wrapVisible(terminalText(text, color), width));
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return wrapped(block.text);
    case 'alert':
      return block.lines.flatMap(wrapped);
    case 'list':
      return listLines(block, width, color);
    case 'table':
      return tableLines(block, width, color);
    case 'sections':
      return block.sections.flatMap((section, index) => [
        ...(index === 0 ? [] : ['']),
        ...section.flatMap((each) => linesOf(each, width, color)),
      ]);
    case 'details':
      return [...wrapped(block.summary), ...indented(printTerminal(block.blocks, width - STEP, color), STEP)];
    case 'code':
      return indented(block.lines.map(visible), STEP);
    case 'footer':
      return wrapped(joinTexts(block.parts, ' · '));
  }
}

function indented(lines: readonly string[], cells: number): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `${' '.repeat(cells)}${line}`));
}

type BlockOf<Kind> = Extract<Block, { readonly kind: Kind }>;

function listLines(
  { items, ordered = false, rank }: BlockOf<'list'>,
  width: number,
  color: boolean,
): readonly string[] {
  const isCut = rank !== undefined && items.length > LISTED + 1;
  const rest = trusted(`and ${formatCount(items.length - LISTED)} more (use JSON for all)`);
  const shown = isCut ? [...items.slice(0, LISTED), { text: rest }] : items;
  return shown.flatMap(({ text, blocks = [] }, index) => {
    const bullet = ordered ? `${index + 1}. ` : '- ';
    const inner = width - bullet.length;
    const [first = '', ...others] = wrapVisible(terminalText(text, color), inner);
    return [`${bullet}${first}`, ...indented([...others, ...printTerminal(blocks, inner, color)], bullet.length)];
  });
}

/** Columns, with their heads if there are more than two; rows that are too wide for that as a record each. */
function tableLines({ head, rows, short }: BlockOf<'table'>, width: number, color: boolean): readonly string[] {
  if (rows.length === 0) return [];
  const linesOfRow = (row: readonly Text[]) => cellLines(row, color);
  if (short !== undefined) return columns(short.flatMap(linesOfRow), STEP, width);
  const table = head.length > 2 ? [head, ...rows].flatMap(linesOfRow) : rows.flatMap(linesOfRow);
  if (head.length <= 2) return columns(table, STEP, width, WIDEST_NAME);
  const widths = head.map((_, column) => Math.max(...table.map((row) => visibleWidth(row[column] ?? ''))));
  if (widths.reduce((sum, each) => sum + STEP + each, 0) <= width) return columns(table, STEP, width);
  return rows.flatMap(([name = t``, ...cells]) => {
    const fields = cells.flatMap((cell, index) =>
      isEmptyText(cell) ? [] : linesOfRow([head[index + 1] ?? t``, cell]),
    );
    return [...columns([[terminalText(name, color)]], STEP, width), ...columns(fields, 3 * STEP, width)];
  });
}

/** A row of a table as one row for each line of its cells. */
function cellLines(row: readonly Text[], color: boolean): readonly (readonly string[])[] {
  const cells = row.map((cell) => linesOfText(cell).map((line) => terminalText(line, color)));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) => cells.map((lines) => lines[index] ?? ''));
}

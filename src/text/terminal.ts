import { columns, wrapVisible } from './columns.ts';
import type { Block } from './document.ts';
import { visible } from './escape.ts';
import { plainText, type Text } from './text.ts';

/** Cells of indentation below a list item or a summary. */
const STEP = 2;

/** Blocks as lines of a terminal of `width` cells. Folded blocks are shown, hidden ones are not. */
export function printTerminal(blocks: readonly Block[], width: number): readonly string[] {
  return blocks
    .map((block) => linesOf(block, width))
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function linesOf(block: Block, width: number): readonly string[] {
  const wrapped = (text: Text) => (plainText(text) === '' ? [] : wrapVisible(plainText(text), width));
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return wrapped(block.text);
    case 'alert':
      return block.lines.flatMap(wrapped);
    case 'list':
      return block.items.flatMap(({ text, blocks = [] }, index) => {
        const bullet = block.ordered === true ? `${index + 1}. ` : '- ';
        const inner = width - bullet.length;
        const [first = '', ...rest] = wrapVisible(plainText(text), inner);
        const below = printTerminal(blocks, inner);
        return [`${bullet}${first}`, ...indented([...rest, ...below], bullet.length)];
      });
    case 'table':
      return columns(
        (block.short ?? block.rows).map((row) => row.map(plainText)),
        STEP,
        width,
      );
    case 'sections':
      return block.sections.flatMap((section, index) => [
        ...(index === 0 ? [] : ['']),
        ...section.flatMap((each) => linesOf(each, width)),
      ]);
    case 'details':
      return [...wrapped(block.summary), ...indented(printTerminal(block.blocks, width - STEP), STEP)];
    case 'code':
      return indented(block.lines.map(visible), STEP);
    case 'footer':
      return wrapVisible(block.parts.map(plainText).join(' · '), width);
    case 'hidden':
      return [];
  }
}

function indented(lines: readonly string[], cells: number): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `${' '.repeat(cells)}${line}`));
}

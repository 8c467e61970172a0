import { stripVTControlCharacters } from 'node:util';

/** Where a terminal shows a character two cells wide: the wide blocks of East Asian scripts, and pictographs. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** What takes no cell: accents that stand on the letter before, and joiners. */
const NARROW = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** The cells that a text takes on a terminal; colors take none. */
export function visibleWidth(text: string): number {
  let width = 0;
  for (const character of text.includes('\u001b') ? stripVTControlCharacters(text) : text) {
    if (WIDE.test(character)) width += 2;
    else if (!NARROW.test(character)) width += 1;
  }
  return width;
}

/** The text with spaces behind it up to that many cells. */
export function padVisible(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleWidth(text)));
}

/** Between double spaces there is a word of nothing, so that a name keeps them. */
const WORDS = /(?:`[^`]*`|[^ ])+|(?<= )(?= )/g;

/** Breaks a text at spaces outside backticks into lines of at most that many cells; a longer word stands alone. */
export function wrapVisible(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const [word] of text.matchAll(WORDS)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && visibleWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** A name of more cells than this stands on a line of its own. */
export const WIDEST_NAME = 24;

/** The fewest cells that a last column is squeezed into. */
const NARROWEST = 30;

/** Columns as wide as their widest cell, the last wrapped within `width`. A first cell over `widest` has its own line. */
export function columns(
  rows: readonly (readonly string[])[],
  indent: number,
  width: number,
  widest = Number.POSITIVE_INFINITY,
): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const fits = (cell: string, column: number) => column > 0 || count === 1 || visibleWidth(cell) <= widest;
  const widths = Array.from({ length: count - 1 }, (_, column) =>
    Math.max(
      0,
      ...rows
        .map((row) => row[column] ?? '')
        .filter((cell) => fits(cell, column))
        .map(visibleWidth),
    ),
  );
  const before = indent + widths.reduce((sum, each) => sum + each + 2, 0);
  return rows.flatMap((row) => {
    const [first = '', ...rest] = row;
    const own = fits(first, 0) ? [] : [`${' '.repeat(indent)}${first}`];
    const cells = own.length === 0 ? row : ['', ...rest];
    const head = widths.map((each, column) => `${padVisible(cells[column] ?? '', each)}  `).join('');
    const parts = wrapVisible(cells[count - 1] ?? '', Math.max(NARROWEST, width - before));
    const lines = parts.map((part, index) =>
      (index === 0 ? `${' '.repeat(indent)}${head}${part}` : `${' '.repeat(before)}${part}`).trimEnd(),
    );
    return [...own, ...lines];
  });
}

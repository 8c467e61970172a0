/** A range of a text: 1-based lines and columns (UTF-16 units, as editors count); the end is exclusive. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Offsets at which the lines of a text start. LF, CRLF and a lone CR end a line, as in YAML and in editors. */
export function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}

/**
 * Line and column (1-based, UTF-16 units) of the range `[from, to)` of a text.
 * An empty range is widened to one column, so that there is always something to point at.
 */
export function positionOf(lineStarts: readonly number[], from: number, to: number): Position {
  const start = pointOf(lineStarts, from);
  const end = pointOf(lineStarts, Math.max(to, from + 1));
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function pointOf(lineStarts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

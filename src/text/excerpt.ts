import type { Position } from '../diagnostics/positions.ts';
import { visibleWidth } from './columns.ts';
import { visible } from './visible.ts';

/** Cells of a terminal that an excerpt's text takes at most. */
const WIDTH = 100;
/** How much stands before the place in a line that is too long to be shown from its beginning. */
const LEAD = 40;

export interface Excerpt {
  readonly text: string;
  /** Spaces and carets to print below the text. */
  readonly marks: string;
}

/**
 * The line of a position, and carets below the exact range: wide characters count double, tabs become spaces, invisible
 * characters are spelled out, and a long line is cut around the range.
 */
export function excerptOf(source: string, lineStarts: readonly number[], position: Position): Excerpt {
  const line = lineAt(source, lineStarts, position.line);
  const from = Math.min(position.column - 1, line.length);
  const to = position.endLine > position.line ? line.length : Math.max(from, position.endColumn - 1);
  const lead = shown(line.slice(0, from).slice(-2 * WIDTH));
  const target = cut(shown(line.slice(from, Math.min(to, from + 2 * WIDTH))), WIDTH - LEAD - 4);
  const whole = from <= 2 * WIDTH && visibleWidth(lead) + visibleWidth(target) <= WIDTH;
  const start = whole ? lead : `...${lastCells(lead, LEAD)}`;
  const rest = shown(line.slice(to, to + 2 * WIDTH));
  const text = cut(start + target + (target.endsWith('...') ? '' : rest), WIDTH);
  return { text, marks: ' '.repeat(visibleWidth(start)) + '^'.repeat(Math.max(1, visibleWidth(target))) };
}

function lineAt(source: string, lineStarts: readonly number[], number: number): string {
  const start = lineStarts[number - 1] ?? source.length;
  return source.slice(start, lineStarts[number] ?? source.length).replace(/[\r\n]+$/, '');
}

function shown(text: string): string {
  return visible(text.replaceAll('\t', '  '));
}

/** The text up to that many cells, with dots where something is left out. */
function cut(text: string, cells: number): string {
  if (visibleWidth(text) <= cells) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += visibleWidth(character);
    if (width > cells - 3) break;
    kept += character;
  }
  return `${kept}...`;
}

function lastCells(text: string, cells: number): string {
  const characters = [...text];
  let width = 0;
  let at = characters.length;
  while (at > 0 && width + visibleWidth(characters[at - 1] ?? '') <= cells) {
    at -= 1;
    width += visibleWidth(characters[at] ?? '');
  }
  return characters.slice(at).join('');
}

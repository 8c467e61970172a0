import { padVisible, visibleWidth, wrapVisible } from '../../text/columns.ts';

const LABEL = 10;
const INDENT = '   ';

/** Cells before a text that stands beside a label. */
export const STORY_INDENT = INDENT.length + LABEL;

/** `4. Eve joins as a student                      team.yaml +5 lines` */
export function chapterHeading(number: number, title: string, aside: string, width = 100): string {
  const heading = `${number}. ${title}`;
  return aside === '' ? heading : `${padVisible(heading, width - visibleWidth(aside))}${aside}`;
}

/** A label and a text beside it, wrapped; further lines of a text stand under its first. */
export function storyLines(label: string, texts: readonly string[], width = 100): readonly string[] {
  const lines = texts.flatMap((text) => hanging(text, width - STORY_INDENT));
  return lines.map((line, index) => `${INDENT}${padVisible(index === 0 ? label : '', LABEL)}${line}`.trimEnd());
}

/** What was checked, and at the line's end whether it holds. */
export function checkLines(text: string, holds: boolean, width = 100): readonly string[] {
  const verdict = holds ? 'holds' : 'DOES NOT HOLD';
  const lines = storyLines('check', [text], width);
  const last = lines.at(-1) ?? '';
  const room = width - visibleWidth(verdict);
  if (visibleWidth(last) >= room) return [...lines, `${' '.repeat(room)}${verdict}`];
  return [...lines.slice(0, -1), `${padVisible(last, room)}${verdict}`];
}

/** Wraps a line at the indent that it has itself, so that a column stays a column. */
function hanging(text: string, width: number): readonly string[] {
  if (visibleWidth(text) <= width) return [text];
  const indent = /^ */.exec(text)?.[0] ?? '';
  return wrapVisible(text.trimStart(), width - indent.length).map((line) => `${indent}${line}`);
}

/** `0.4 s` */
export function secondsWords(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

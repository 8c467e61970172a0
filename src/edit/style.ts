import { isMap, isPair, isSeq, type Scalar, stringify } from 'yaml';
import { type Collection, type Entry, entriesOf, isFlow, type Source } from './entries.ts';
import { lineStart } from './lines.ts';

/** What an edit writes. */
export type Plain = string | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** A value on one line in brackets, quoted as the file quotes. */
export function flowText(source: Source, value: Plain): string {
  if (Array.isArray(value)) return `[${value.map((item) => flowText(source, item)).join(', ')}]`;
  if (typeof value !== 'object') return scalarText(source, value);
  const inner = Object.entries(value).map((pair) => flowEntry(source, pair));
  const around = isPadded(source.text) ? ' ' : '';
  return inner.length === 0 ? '{}' : `{${around}${inner.join(', ')}${around}}`;
}

export function flowEntry(source: Source, [key, value]: readonly [string, Plain]): string {
  return `${scalarText(source, key)}: ${flowText(source, value)}`;
}

/** A text that stays one in brackets, and for YAML 1.1: dates are quoted. */
function scalarText({ text }: Source, value: string | boolean): string {
  const single = count(text, /[:[,{] *'/g) > count(text, /[:[,{] *"/g);
  const options = { lineWidth: 0, compat: 'yaml-1.1', collectionStyle: 'flow', flowCollectionPadding: false } as const;
  return stringify([value], { ...options, singleQuote: single ? true : null })
    .trim()
    .slice(1, -1);
}

/** What replaces a scalar, in the quotes that it has. */
export function replacingText(source: Source, { type }: Scalar, value: string | boolean): string {
  if (typeof value === 'string' && type === 'QUOTE_DOUBLE') return JSON.stringify(value);
  if (typeof value === 'string' && type === 'QUOTE_SINGLE' && !/[\r\n]/.test(value)) {
    return `'${value.replaceAll("'", "''")}'`;
  }
  return scalarText(source, value);
}

/** How new entries of a map in block style are written: as those beside them. */
interface EntryStyle {
  /** Whether an entry that is a map has a line for each of its own. */
  readonly isBlock: boolean;
  /** How much deeper these are indented. */
  readonly step: string;
  /** What is before the dashes of lists, beyond the indentation of their key; null if lists are in brackets. */
  readonly dash: string | null;
}

/** Lines of a new entry of a map in block style. `isSection`: it is one of the file's sections, with lines of their own. */
export function newEntryLines(
  source: Source,
  map: Collection,
  [key, value]: readonly [string, Plain],
  { indent, isSection }: { readonly indent: string; readonly isSection: boolean },
): readonly string[] {
  const maps = map.items.flatMap((pair) => (isPair(pair) && isMap(pair.value) ? [pair.value] : []));
  const blocks = maps.filter((node) => !isFlow(node));
  const style = {
    isBlock: isSection || blocks.length * 2 > maps.length,
    step: stepOf(source, blocks[0], indent),
    dash: isSection ? null : dashOf(source, [map, ...blocks]),
  };
  return linesOf(source, [key, value], indent, style);
}

function linesOf(
  source: Source,
  [key, value]: readonly [string, Plain],
  indent: string,
  style: EntryStyle,
): readonly string[] {
  const { isBlock, step, dash } = style;
  const head = `${indent}${scalarText(source, key)}:`;
  if (Array.isArray(value) && value.length > 0 && dash !== null) {
    return [head, ...value.map((item) => `${indent}${dash}- ${flowText(source, item)}`)];
  }
  if (typeof value !== 'object' || Array.isArray(value) || !isBlock) return [`${head} ${flowText(source, value)}`];
  const inner = Object.entries(value);
  return [head, ...inner.flatMap((pair) => linesOf(source, pair, indent + step, { ...style, isBlock: false }))];
}

function dashOf(source: Source, maps: readonly Collection[]): string | null {
  const column = ({ from }: Entry) => from - lineStart(source.text, from);
  for (const entry of maps.flatMap((map) => entriesOf(source, map))) {
    if (!isSeq(entry.value)) continue;
    const [dash] = isFlow(entry.value) ? [] : entriesOf(source, entry.value);
    return dash === undefined ? null : ' '.repeat(Math.max(0, column(dash) - column(entry)));
  }
  return null;
}

function stepOf(source: Source, block: Collection | undefined, indent: string): string {
  const [first] = block === undefined ? [] : entriesOf(source, block);
  if (first === undefined) return '  ';
  return ' '.repeat(Math.max(1, first.from - lineStart(source.text, first.from) - indent.length));
}

/** Whether most maps in brackets have a space inside them. */
function isPadded(text: string): boolean {
  return count(text, /\{ /g) >= count(text, /\{[^\s}]/g);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

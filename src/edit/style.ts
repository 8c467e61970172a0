import { isMap, isPair, isSeq, type Scalar, stringify } from 'yaml';
import { type Collection, type Entry, entriesOf, isFlow, lineStart, type Source } from './entries.ts';

/** What an edit writes. */
export type Plain = string | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** Texts whose style is followed: what is beside the place, then the whole file. */
export type Sample = readonly string[];

export function sampleOf({ text }: Source, beside?: Collection): Sample {
  const { range } = beside ?? {};
  return range ? [text.slice(range[0], range[1]), text] : [text];
}

/** Whether the sample has more of the one than of the other; false if it has neither. */
function hasMore(sample: Sample, one: RegExp, other: RegExp): boolean {
  const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const [difference = 0] = sample.map((text) => count(text, one) - count(text, other)).filter((each) => each !== 0);
  return difference > 0;
}

/** A value on one line in brackets, padded and quoted as the sample is. */
export function flowText(sample: Sample, value: Plain): string {
  if (Array.isArray(value)) return `[${value.map((item) => flowText(sample, item)).join(', ')}]`;
  if (typeof value !== 'object') return scalarText(sample, value);
  const inner = Object.entries(value).map((pair) => flowEntry(sample, pair));
  const around = hasMore(sample, /\{[^\s}]/g, /\{ /g) ? '' : ' ';
  return inner.length === 0 ? '{}' : `{${around}${inner.join(', ')}${around}}`;
}

export function flowEntry(sample: Sample, [key, value]: readonly [string, Plain]): string {
  return `${scalarText(sample, key)}: ${flowText(sample, value)}`;
}

/** A text that stays one in brackets, on one line, and for YAML 1.1: dates are quoted. */
function scalarText(sample: Sample, value: string | boolean): string {
  if (/[\r\n]/.test(String(value))) return JSON.stringify(value);
  const singleQuote = hasMore(sample, /[:[,{] *'/g, /[:[,{] *"/g) ? true : null;
  const options = { lineWidth: 0, compat: 'yaml-1.1', collectionStyle: 'flow', flowCollectionPadding: false } as const;
  return stringify([value], { ...options, singleQuote })
    .trim()
    .slice(1, -1);
}

/** What replaces a scalar, in the quotes that it has. */
export function replacingText(sample: Sample, { type }: Scalar, value: string | boolean): string {
  if (typeof value === 'string' && type === 'QUOTE_DOUBLE') return JSON.stringify(value);
  if (typeof value === 'string' && type === 'QUOTE_SINGLE' && !/[\r\n]/.test(value)) {
    return `'${value.replaceAll("'", "''")}'`;
  }
  return scalarText(sample, value);
}

/** How new entries of a map in block style are written: as those beside them. */
interface EntryStyle {
  /** Whether an entry that is a map has a line for each of its own. */
  readonly isBlock: boolean;
  /** How much deeper these are indented. */
  readonly step: string;
  /** What is before the dashes of lists, beyond the indentation of their key; null if lists are in brackets. */
  readonly dash: string | null;
  readonly sample: Sample;
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
    sample: isSection ? sampleOf(source) : sampleOf(source, map),
  };
  return linesOf([key, value], indent, style);
}

function linesOf([key, value]: readonly [string, Plain], indent: string, style: EntryStyle): readonly string[] {
  const { isBlock, step, dash, sample } = style;
  const head = `${indent}${flowText(sample, key)}:`;
  if (Array.isArray(value) && value.length > 0 && dash !== null) {
    return [head, ...value.map((item) => `${indent}${dash}- ${flowText(sample, item)}`)];
  }
  if (typeof value !== 'object' || Array.isArray(value) || !isBlock) return [`${head} ${flowText(sample, value)}`];
  const inner = Object.entries(value);
  return [head, ...inner.flatMap((pair) => linesOf(pair, indent + step, { ...style, isBlock: false }))];
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

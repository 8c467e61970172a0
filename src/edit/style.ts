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

/**
 * Lines of a new entry of a map in block style, written as those beside it. `isSection`: it is one of the file's sections,
 * with lines of their own.
 */
export function newEntryLines(
  source: Source,
  map: Collection,
  entry: readonly [string, Plain],
  { indent, isSection }: { readonly indent: string; readonly isSection: boolean },
): readonly string[] {
  const maps = map.items.flatMap((pair) => (isPair(pair) && isMap(pair.value) ? [pair.value] : []));
  const blocks = maps.filter((node) => !isFlow(node));
  const sample = isSection ? sampleOf(source) : sampleOf(source, map);
  const dash = isSection ? null : dashOf(source, [map, ...blocks]);
  const linesOf = ([key, value]: readonly [string, Plain], before: string, isBlock: boolean): readonly string[] => {
    const head = `${before}${flowText(sample, key)}:`;
    if (Array.isArray(value) && value.length > 0 && dash !== null) {
      return [head, ...value.map((item) => `${before}${dash}- ${flowText(sample, item)}`)];
    }
    if (typeof value !== 'object' || Array.isArray(value) || !isBlock) return [`${head} ${flowText(sample, value)}`];
    const deeper = before + stepOf(source, blocks[0], indent);
    return [head, ...Object.entries(value).flatMap((pair) => linesOf(pair, deeper, false))];
  };
  return linesOf(entry, indent, isSection || blocks.length * 2 > maps.length);
}

/** What is before the dashes of lists, beyond the indentation of their key; null if lists are in brackets. */
function dashOf(source: Source, maps: readonly Collection[]): string | null {
  const list = maps.flatMap((map) => entriesOf(source, map)).find(({ value }) => isSeq(value));
  if (list === undefined || !isSeq(list.value) || isFlow(list.value)) return null;
  const [dash] = entriesOf(source, list.value);
  return dash === undefined ? null : ' '.repeat(Math.max(0, columnOf(source, dash) - columnOf(source, list)));
}

/** How much deeper the entries of a block are indented. */
function stepOf(source: Source, block: Collection | undefined, indent: string): string {
  const [first] = block === undefined ? [] : entriesOf(source, block);
  return first === undefined ? '  ' : ' '.repeat(Math.max(1, columnOf(source, first) - indent.length));
}

function columnOf({ text }: Source, { from }: Entry): number {
  return from - lineStart(text, from);
}

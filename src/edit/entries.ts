import { type CST, type Document, isMap, isPair, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';

/** A text with its document, in which nodes keep their source tokens. */
export interface Source {
  readonly text: string;
  readonly document: Document.Parsed;
}

export type Collection = YAMLMap | YAMLSeq;

/** A pair of a map, or an item of a list, as it is written. */
export interface Entry {
  /** The key of a pair, the value of an item. */
  readonly name: unknown;
  readonly value: unknown;
  /** Where its key, its dash or its value begins. */
  readonly from: number;
  /** Where its own text ends, before what follows on the line. */
  readonly to: number;
  /** The end of its colon; null if there is none. */
  readonly colon: number | null;
}

type ItemToken = CST.FlowCollection['items'][number];

/** Whether it is written in brackets. */
export function isFlow(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.srcToken?.type === 'flow-collection';
}

/** The tokens of each entry. In brackets, a trailing comma is one more, as are comments at the end of a block. */
export function tokensOf({ srcToken }: Collection): readonly ItemToken[] {
  return srcToken !== undefined && 'items' in srcToken ? (srcToken.items as readonly ItemToken[]) : [];
}

const BEGINNINGS = ['seq-item-ind', 'explicit-key-ind'];

export function entriesOf(source: Source, collection: Collection): readonly Entry[] {
  const tokens = tokensOf(collection).filter(
    ({ key, sep, value, start }) => key || sep || value || start.some(({ type }) => BEGINNINGS.includes(type)),
  );
  return collection.items.map((item, index) => {
    const { start = [], sep = [] } = tokens[index] ?? {};
    const [key, value] = isPair(item) ? [item.key, item.value] : [item, item];
    const [from = 0, keyEnd = 0] = rangeOf(key);
    const [valueFrom, valueTo] = rangeOf(value);
    const begin = start.find(({ type }) => BEGINNINGS.includes(type))?.offset ?? from;
    const indicator = sep.find(({ type }) => type === 'map-value-ind');
    const colon = indicator === undefined ? null : indicator.offset + indicator.source.length;
    const isEmpty = value === null || valueFrom === valueTo;
    const bare = colon ?? (isPair(item) ? keyEnd : begin + 1);
    const name = isScalar(key) ? key.value : undefined;
    return { name, value, from: begin, to: isEmpty ? bare : endOf(source, value), colon };
  });
}

function rangeOf(node: unknown): readonly [number, number] | [] {
  const range = (node as Node | null | undefined)?.range;
  return range ? [range[0], range[1]] : [];
}

/** Where the text of a value ends: before comments and empty lines that follow. */
function endOf(source: Source, node: unknown): number {
  const { text } = source;
  const [from = 0, to = 0] = rangeOf(node);
  if (isScalar(node) && node.type?.startsWith('BLOCK')) {
    // With `+`, empty lines at the end are part of the text, but for the last line break.
    const isKept = text.slice(from, lineEnd(text, from)).includes('+');
    const whole = text.slice(from, to);
    return from + (isKept ? whole.replace(/\r?\n?$/, '') : whole.trimEnd()).length;
  }
  if ((isMap(node) || isSeq(node)) && !isFlow(node)) return entriesOf(source, node).at(-1)?.to ?? to;
  return to;
}

/** Where the line of an offset begins. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Where it ends, before its line break. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  if (end === -1) return text.length;
  return text[end - 1] === '\r' ? end - 1 : end;
}

/** Where the next line begins; the end of the text if there is none. */
export function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

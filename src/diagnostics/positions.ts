import { isMap, isNode, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';

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

export type DocumentPath = readonly (string | number)[];

/** A range `[from, to)` of offsets in the text. */
export type TextRange = readonly [from: number, to: number];

/** Finds places in a YAML document by path. Nothing is computed before it is asked for: most files have no findings. */
export interface DocumentPlaces {
  /** The value at a path, or undefined if there is none. */
  node(path: DocumentPath): Node | undefined;
  /** The range of the key at a path; of the item for a list; of the nearest thing above it that exists. */
  key(path: DocumentPath): TextRange;
  /** The range of the value at a path, of its key if the value takes no room, else of the nearest thing above. */
  value(path: DocumentPath): TextRange;
}

export function placesIn(root: Node | null): DocumentPlaces {
  const indexes = new WeakMap<YAMLMap, Map<string, Pair>>();

  function pairIn(map: YAMLMap, key: string): Pair | undefined {
    let index = indexes.get(map);
    if (index === undefined) {
      index = new Map();
      for (const pair of map.items) {
        const name = keyTextOf(pair.key);
        if (name !== null && !index.has(name)) index.set(name, pair);
      }
      indexes.set(map, index);
    }
    return index.get(key);
  }

  function step(node: unknown, part: string | number): { key: unknown; value: unknown } | undefined {
    if (isMap(node)) {
      const pair = pairIn(node, String(part));
      return pair === undefined ? undefined : { key: pair.key, value: pair.value };
    }
    if (isSeq(node) && typeof part === 'number' && part < node.items.length) {
      return { key: node.items[part], value: node.items[part] };
    }
    return undefined;
  }

  function walk(path: DocumentPath): { found: boolean; key: unknown; value: unknown } {
    let here: { key: unknown; value: unknown } = { key: root, value: root };
    for (const part of path) {
      const next = step(here.value, part);
      if (next === undefined) return { found: false, ...here };
      here = next;
    }
    return { found: true, ...here };
  }

  function start(): TextRange {
    const first = isMap(root) ? rangeOf(root.items[0]?.key) : null;
    return first ?? rangeOf(root) ?? [0, 1];
  }

  return {
    node(path) {
      const { found, value } = walk(path);
      return found && isNode(value) ? value : undefined;
    },
    key(path) {
      if (path.length === 0) return start();
      const { key } = walk(path);
      return key === root ? start() : (rangeOf(key) ?? start());
    },
    value(path) {
      if (path.length === 0) return start();
      const { found, key, value } = walk(path);
      if (!found) return key === root ? start() : (rangeOf(key) ?? start());
      const range = rangeOf(value);
      return range === null || range[0] === range[1] ? (rangeOf(key) ?? range ?? start()) : range;
    },
  };
}

/** The text of a key as the program sees it; null if a key is not a scalar. */
export function keyTextOf(key: unknown): string | null {
  if (!isScalar(key)) return null;
  return typeof key.value === 'string' ? key.value : sourceOf(key);
}

/** A scalar as it is written, before YAML made a number or a boolean of it. */
export function sourceOf(scalar: Scalar): string {
  return typeof scalar.source === 'string' ? scalar.source : String(scalar.value);
}

function rangeOf(node: unknown): TextRange | null {
  return isNode(node) && node.range ? [node.range[0], node.range[1]] : null;
}

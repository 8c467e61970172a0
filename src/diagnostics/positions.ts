import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';

/** A range of a text: 1-based lines and columns (UTF-16 units, as editors count); the end is exclusive. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Where the lines of a text start. LF, CRLF and a lone CR end a line, as in YAML and in editors. */
export function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const match of text.matchAll(/\r\n|\r|\n/g)) lines.addNewLine(match.index + match[0].length);
  return lines;
}

/**
 * Line and column (1-based, UTF-16 units) of the range `[from, to)` of a text.
 * An empty range is widened to one column, so that there is always something to point at.
 */
export function positionOf(lines: LineCounter, from: number, to: number): Position {
  const start = lines.linePos(from);
  const end = lines.linePos(Math.max(to, from + 1));
  return { line: start.line, column: start.col, endLine: end.line, endColumn: end.col };
}

export type DocumentPath = readonly (string | number)[];

/** A range `[from, to)` of offsets in the text. */
export type TextRange = readonly [from: number, to: number];

export type DocumentPlaces = ReturnType<typeof placesIn>;

/** Finds places in a YAML document by path. Nothing is computed before it is asked for: most files have no findings. */
export function placesIn(root: Node | null) {
  const indexes = new WeakMap<YAMLMap, Map<string | null, Pair>>();

  function pairIn(map: YAMLMap, key: string): Pair | undefined {
    let index = indexes.get(map);
    if (index === undefined) {
      // The first of two equal keys counts.
      index = new Map([...map.items].reverse().map((pair) => [keyTextOf(pair.key), pair]));
      indexes.set(map, index);
    }
    return index.get(key);
  }

  function step(node: unknown, part: string | number): { key: unknown; value: unknown } | undefined {
    if (isMap(node)) return pairIn(node, String(part));
    if (!isSeq(node) || typeof part !== 'number' || part >= node.items.length) return undefined;
    return { key: node.items[part], value: node.items[part] };
  }

  function walk(path: DocumentPath): { found: boolean; key: unknown; value: unknown } {
    let here: { key: unknown; value: unknown } = { key: root, value: root };
    for (const part of path) {
      const next = step(here.value, part);
      if (next === undefined) return { found: false, key: here.key, value: here.value };
      here = next;
    }
    return { found: true, key: here.key, value: here.value };
  }

  function rangeOfKey(key: unknown): TextRange {
    const first = isMap(root) ? root.items[0]?.key : null;
    return (key === root ? null : rangeOf(key)) ?? rangeOf(first) ?? rangeOf(root) ?? [0, 1];
  }

  return {
    /** The value at a path, or undefined if there is none. */
    node(path: DocumentPath): Node | undefined {
      const { found, value } = walk(path);
      return found && isNode(value) ? value : undefined;
    },
    /** The range of the key at a path; of the item for a list; of the nearest thing above it that exists. */
    key: (path: DocumentPath): TextRange => rangeOfKey(walk(path).key),
    /** The range of the value at a path, of its key if the value takes no room, else of the nearest thing above. */
    value(path: DocumentPath): TextRange {
      const { found, key, value } = walk(path);
      const range = found && path.length > 0 ? rangeOf(value) : null;
      return range === null || range[0] === range[1] ? rangeOfKey(key) : range;
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

/** The range of a node; null if it has none. */
export function rangeOf(node: unknown): TextRange | null {
  return isNode(node) && node.range ? [node.range[0], node.range[1]] : null;
}

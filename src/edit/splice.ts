import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { isObject } from '../diagnostics/parse-data.ts';
import { linesOf, placesIn, positionOf } from '../diagnostics/positions.ts';
import {
  type Collection,
  type Entry,
  entriesOf,
  isFlow,
  lineEnd,
  lineStart,
  nextLine,
  type Source,
  tokensOf,
} from './entries.ts';
import { flowEntry, flowText, newEntryLines, type Plain, replacingText, sampleOf } from './style.ts';

type KeyPath = readonly string[];

/** One change of the data: a key of a map set or removed, a text added to a list or dropped from it. */
export type Splice =
  | { readonly do: 'set'; readonly path: KeyPath; readonly value: Plain }
  | { readonly do: 'unset'; readonly path: KeyPath }
  | { readonly do: 'add' | 'drop'; readonly path: KeyPath; readonly value: string };

/** A splice that would change, or lose, something else; with the line where to do it in an editor. */
export interface NotSpliced {
  readonly splice: Splice;
  readonly line: number;
}

/** `[from, to)` of a text, and what replaces it. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A team file's text, ready for splices. */
export interface OpenedFile {
  readonly source: Source;
  /** The byte order mark, if there is one. */
  readonly mark: string;
  /** Plain data. Maps have no prototype, so that any text can be a key. */
  readonly data: unknown;
}

export function openFile(text: string): OpenedFile {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const source = sourceOf(text.slice(mark.length));
  return { source, mark, data: dataOf(source) };
}

/**
 * Carries out splices on the text of a YAML file without errors, anchors and tags, and leaves all other bytes as they are.
 * The result is believed only if it reads as the expected data. Comments go with the entry that they are about: beside
 * it, deeper below it, or directly above it.
 */
export function spliced(
  { source, mark, data }: OpenedFile,
  splices: readonly Splice[],
): { readonly text: string } | NotSpliced {
  const { text } = source;
  const together = changed(
    text,
    splices.flatMap((splice) => changesOf(source, splice)),
  );
  const expected = splices.reduce(dataAfter, data);
  // One without source tokens takes half the time.
  if (together !== null && isDeepStrictEqual(dataOf(sourceOf(together, false)), expected)) {
    return { text: mark + together };
  }
  // Changes of one place depend on each other, or one is not possible: then it is named.
  let done = source;
  for (const splice of splices) {
    const after = changed(done.text, changesOf(done, splice));
    const next = after === null ? null : sourceOf(after);
    if (next === null || !isDeepStrictEqual(dataOf(next), dataAfter(dataOf(done), splice))) {
      const [from, to] = placesIn(source.root).key(splice.path);
      return { splice, line: positionOf(linesOf(text), from, to).line };
    }
    done = next;
  }
  return { text: mark + done.text };
}

function sourceOf(text: string, keepSourceTokens = true): Source {
  // Keys that are there twice are errors of the file; the parser would compare every key with every other one.
  const document = parseDocument(text, { keepSourceTokens, uniqueKeys: false, prettyErrors: false });
  return { text, root: document.errors.length > 0 ? null : document.contents };
}

function dataOf({ root }: Source): unknown {
  return root === null ? undefined : plainOf(root);
}

function plainOf(node: unknown): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map(plainOf);
  if (!isMap(node)) return null;
  return mapOf(node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', plainOf(value)]));
}

function mapOf(pairs: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const map: Record<string, unknown> = Object.create(null);
  for (const [key, value] of pairs) map[key] = value;
  return map;
}

/** What the file must say afterwards. */
function dataAfter(data: unknown, splice: Splice): unknown {
  const [key, ...rest] = splice.path;
  if (key !== undefined) {
    const map = mapOf(isObject(data) ? Object.entries(data) : []);
    map[key] = dataAfter(map[key], { ...splice, path: rest });
    if (map[key] === undefined) delete map[key];
    return map;
  }
  if (splice.do === 'set') return plainData(splice.value);
  if (splice.do === 'unset') return undefined;
  const items: readonly unknown[] = Array.isArray(data) ? data : [];
  if (splice.do === 'drop') return Array.isArray(data) ? items.filter((item) => item !== splice.value) : data;
  return items.includes(splice.value) ? items : [...items, splice.value];
}

function plainData(value: Plain): unknown {
  if (Array.isArray(value)) return value.map(plainData);
  return typeof value === 'object' ? mapOf(Object.entries(value).map(([key, each]) => [key, plainData(each)])) : value;
}

/** The text with all changes; null if one of them is not possible, two overlap, or two insert at one place. */
function changed(text: string, changes: readonly (Change | null)[]): string | null {
  const possible = changes.flatMap((change) => change ?? []);
  if (possible.length < changes.length) return null;
  let out = '';
  let at = 0;
  let last = -1;
  for (const { from, to, text: piece } of possible.sort((one, other) => one.from - other.from)) {
    if (from < at || (from === last && from === to)) return null;
    out += text.slice(at, from) + piece;
    [at, last] = [to, from];
  }
  return out + text.slice(at);
}

/** The changes of the text for one splice; with null among them if it is not possible. */
function changesOf(source: Source, splice: Splice): readonly (Change | null)[] {
  switch (splice.do) {
    case 'set':
      return setChanges(source, splice.path, splice.value);
    case 'unset': {
      const map = nodeAt(source, splice.path.slice(0, -1));
      return isMap(map) ? removeChanges(source, map, splice.path.slice(0, -1), splice.path.at(-1)) : [];
    }
    case 'add': {
      const list = nodeAt(source, splice.path);
      if (list === null) return setChanges(source, splice.path, [splice.value]);
      if (!isSeq(list)) return [null];
      const isThere = list.items.some((item) => isScalar(item) && item.value === splice.value);
      return isThere ? [] : [insertItem(source, list, splice.value)];
    }
    case 'drop': {
      const list = nodeAt(source, splice.path);
      return isSeq(list) ? removeChanges(source, list, splice.path, splice.value) : [];
    }
  }
}

/** The value at a path; null if there is none. */
function nodeAt({ root }: Source, path: KeyPath): Node | null {
  let node: unknown = root;
  for (const key of path) node = isMap(node) ? node.get(key, true) : null;
  return (node ?? null) as Node | null;
}

function setChanges(source: Source, path: KeyPath, value: Plain): readonly (Change | null)[] {
  const above = path.slice(0, -1);
  const [key = ''] = path.slice(-1);
  const parent = nodeAt(source, above);
  if (parent === null && above.length > 0) return setChanges(source, above, { [key]: value });
  if (!isMap(parent)) return [null];
  const known = entriesOf(source, parent).find(({ name }) => name === key);
  if (known === undefined) return insertPair(source, parent, path, value);
  const { value: node } = known;
  if (!isScalar(node) || typeof value === 'object' || node.type?.startsWith('BLOCK') || !node.range) return [null];
  if (node.value === value) return [];
  return [{ from: node.range[0], to: node.range[1], text: replacingText(sampleOf(source), node, value) }];
}

function insertPair(source: Source, map: Collection, path: KeyPath, value: Plain): readonly (Change | null)[] {
  const [key = ''] = path.slice(-1);
  if (!isFlow(map)) {
    const isSection = path.length === 1;
    return [insertBelow(source, map, (indent) => newEntryLines(source, map, [key, value], { indent, isSection }))];
  }
  const opened = path.length === 2 ? openedSection(source, map, [key, value]) : null;
  return opened ?? [flowInsert(source, map, flowEntry(sampleOf(source, map), [key, value]))];
}

/** `departed: {}` as a section with a line for each entry; null if it is written otherwise. */
function openedSection(source: Source, map: Collection, pair: readonly [string, Plain]): readonly Change[] | null {
  const { text, root } = source;
  const [from = 0, to = 0] = map.range ?? [];
  if (text.slice(from - 2, to) !== ': {}' || isFlow(root)) return null;
  const lines = newEntryLines(source, map, pair, { indent: '  ', isSection: false });
  return [{ from: from - 1, to, text: '' }, linesAt(source, afterComments(text, to, 0), lines)];
}

function insertItem(source: Source, list: Collection, value: string): Change | null {
  const piece = flowText(sampleOf(source, list), value);
  return isFlow(list)
    ? flowInsert(source, list, piece)
    : insertBelow(source, list, (indent) => [`${indent}- ${piece}`]);
}

/** Inserts an entry below the last one, indented as that is; null if another entry is on its line. */
function insertBelow(
  source: Source,
  collection: Collection,
  linesOf: (indent: string) => readonly string[],
): Change | null {
  const last = entriesOf(source, collection).at(-1);
  const indent = last === undefined ? null : indentBefore(source, last);
  if (last === undefined || indent === null) return null;
  return linesAt(source, afterComments(source.text, last.to, indent.length), linesOf(indent));
}

function linesAt(source: Source, at: number, lines: readonly string[]): Change {
  return { from: at, to: at, text: lines.map((line) => lineBreakOf(source) + line).join('') };
}

function lineBreakOf({ text }: Source): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** What is before an entry on its line; null if that is more than spaces. */
function indentBefore({ text }: Source, { from }: Entry): string | null {
  const before = text.slice(lineStart(text, from), from);
  return /^ *$/.test(before) ? before : null;
}

/** The end of the line of `end`, or of the last comment below it that is indented deeper than `depth`: those belong to it. */
function afterComments(text: string, end: number, depth: number): number {
  let at = lineEnd(text, end);
  for (let look = nextLine(text, end); look < text.length; look = nextLine(text, look)) {
    const line = text.slice(look, lineEnd(text, look));
    if (/^ *#/.test(line) && line.indexOf('#') > depth) at = lineEnd(text, look);
    else if (line.trim() !== '') break;
  }
  return at;
}

/** Inserts an entry at the end of a collection in brackets: on its line, or on one of its own as the last entry is. */
function flowInsert(source: Source, collection: Collection, piece: string): Change | null {
  const { text } = source;
  const [open = 0, end = 0] = collection.range ?? [];
  const close = end - 1;
  const last = entriesOf(source, collection).at(-1);
  if (last === undefined) {
    if (text.slice(open + 1, close).trim() !== '') return null;
    const around = isMap(collection) ? ' ' : '';
    return { from: open + 1, to: close, text: `${around}${piece}${around}` };
  }
  const comma = commaAfter(collection, collection.items.length - 1);
  const at = comma === null ? last.to : comma + 1;
  const indent = indentBefore(source, last);
  const to = lineEnd(text, at);
  if (indent !== null && to < close && isLineEnd(text, at)) {
    const line = `${text.slice(at, to)}${lineBreakOf(source)}${indent}${piece}`;
    return { from: at, to, text: comma === null ? `,${line}` : `${line},` };
  }
  return { from: at, to: at, text: comma === null ? `, ${piece}` : ` ${piece},` };
}

/** Whether nothing but a comment follows on the line. */
function isLineEnd(text: string, at: number): boolean {
  return /^[ \t]*(?:#.*)?$/.test(text.slice(at, lineEnd(text, at)));
}

/** Where the comma after an entry in brackets is; null if there is none. */
function commaAfter(collection: Collection, index: number): number | null {
  const found = tokensOf(collection)[index + 1]?.start.find(({ type }) => type === 'comma');
  return found?.offset ?? null;
}

/** Removes the entry of that name. The last one leaves an empty collection in brackets. */
function removeChanges(source: Source, collection: Collection, path: KeyPath, name: unknown) {
  const entries = entriesOf(source, collection);
  const index = entries.findIndex((entry) => entry.name === name);
  if (index === -1) return [];
  if (isFlow(collection)) return flowRemove(source, collection, entries, index);
  const lines = linesOfEntry(source, entries, index);
  if (entries.length > 1 || lines === null) return [lines];
  const owner = nodeAt(source, path.slice(0, -1));
  const held = isMap(owner) ? entriesOf(source, owner).find((entry) => entry.name === path.at(-1)) : undefined;
  if (held === undefined || held.colon === null) return [null];
  return [{ from: held.colon, to: held.colon, text: isMap(collection) ? ' {}' : ' []' }, lines];
}

/** The whole lines of an entry with the comments that are about it; null if it shares a line with another. */
function linesOfEntry(source: Source, entries: readonly Entry[], index: number): Change | null {
  const { text } = source;
  const entry = entries[index];
  const indent = entry === undefined ? null : indentBefore(source, entry);
  if (entry === undefined || indent === null) return null;
  let from = lineStart(text, entry.from);
  const before = entries[index - 1];
  // What is above the first entry may be about all of them.
  const top = before === undefined ? from : nextLine(text, before.to);
  while (from > top && text.startsWith(`${indent}#`, lineStart(text, from - 1))) from = lineStart(text, from - 1);
  const to = nextLine(text, afterComments(text, entry.to, indent.length));
  // At the end of a file without a last line break, the one before goes.
  const isOpenEnd = to === text.length && !text.endsWith('\n') && from > 0;
  return { from: isOpenEnd ? lineEnd(text, from - 1) : from, to, text: '' };
}

function flowRemove(source: Source, collection: Collection, entries: readonly Entry[], index: number) {
  const { text } = source;
  const [before, entry, after] = [entries[index - 1], entries[index], entries[index + 1]];
  if (entry === undefined) return [null];
  const [open = 0, end = 0] = collection.range ?? [];
  if (entries.length === 1) {
    const others = text.slice(open + 1, entry.from) + text.slice(entry.to, end - 1);
    return others.includes('#') ? [null] : [{ from: open + 1, to: end - 1, text: '' }];
  }
  const comma = commaAfter(collection, index);
  const last = comma === null ? entry.to : comma + 1;
  if (indentBefore(source, entry) !== null && isLineEnd(text, last)) {
    const lines = { from: lineStart(text, entry.from), to: nextLine(text, last), text: '' };
    const spare = comma === null ? commaAfter(collection, index - 1) : null;
    return spare === null ? [lines] : [{ from: spare, to: spare + 1, text: '' }, lines];
  }
  const [from, to] = after !== undefined ? [entry.from, after.from] : [before?.to ?? entry.from, entry.to];
  const between = text.slice(from, entry.from) + text.slice(entry.to, to);
  return between.includes('#') ? [null] : [{ from, to, text: '' }];
}

import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';
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
}

export function openFile(text: string): OpenedFile {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  return { source: sourceOf(text.slice(mark.length)), mark };
}

/**
 * Carries out splices on the text of a YAML file without errors, anchors and tags, and leaves all other bytes as they are.
 * The result is believed only if it reads as the expected data. Comments go with the entry that they are about: beside
 * it, deeper below it, or directly above it.
 */
export function spliced(
  { source, mark }: OpenedFile,
  splices: readonly Splice[],
): { readonly text: string } | NotSpliced {
  // One without source tokens takes half the time.
  const together = sourceAfter(source, splices, false);
  if (together !== null) return { text: mark + together.text };
  // Changes of one place depend on each other, or one is not possible: then it is named.
  let done = source;
  for (const splice of splices) {
    const next = sourceAfter(done, [splice]);
    if (next === null) {
      const [from, to] = placesIn(source.document.contents).key(splice.path);
      return { splice, line: positionOf(linesOf(source.text), from, to).line };
    }
    done = next;
  }
  return { text: mark + done.text };
}

function sourceOf(text: string, keepSourceTokens = true): Source {
  // Keys that are there twice are errors of the file; the parser would compare every key with every other one.
  return { text, document: parseDocument(text, { keepSourceTokens, uniqueKeys: false, prettyErrors: false }) };
}

/** Null if a splice is not possible, or if the text would say anything but the edited data. */
function sourceAfter(source: Source, splices: readonly Splice[], keepSourceTokens = true): Source | null {
  const changes = splices.flatMap((splice) => changesOf(source, splice));
  const text = changed(source.text, changes);
  if (text === null) return null;
  const after = sourceOf(text, keepSourceTokens);
  const expected = splices.reduce(dataAfter, dataOf(source.document));
  return after.document.errors.length === 0 && isDeepStrictEqual(dataOf(after.document), expected) ? after : null;
}

/** With maps that keep any text as a key. */
function dataOf(document: Document): unknown {
  return document.toJS({ mapAsMap: true });
}

/** What the file must say afterwards. */
function dataAfter(data: unknown, splice: Splice): unknown {
  const [key, ...rest] = splice.path;
  if (key !== undefined) {
    const map = new Map<string, unknown>(data instanceof Map ? data : []);
    const value = dataAfter(map.get(key), { ...splice, path: rest });
    if (value === undefined) map.delete(key);
    else map.set(key, value);
    return map;
  }
  if (splice.do === 'set') return dataOf(new Document(splice.value));
  if (splice.do === 'unset') return undefined;
  const items: readonly unknown[] = Array.isArray(data) ? data : [];
  if (splice.do === 'drop') return Array.isArray(data) ? items.filter((item) => item !== splice.value) : data;
  return items.includes(splice.value) ? items : [...items, splice.value];
}

function isText(node: unknown, text: string): boolean {
  return isScalar(node) && node.value === text;
}

/** The text with all changes; null if one of them is not possible, or two overlap. */
function changed(text: string, changes: readonly (Change | null)[]): string | null {
  const possible = changes.flatMap((change) => change ?? []);
  if (possible.length < changes.length) return null;
  let out = '';
  let at = 0;
  for (const { from, to, text: piece } of possible.sort((one, other) => one.from - other.from)) {
    if (from < at) return null;
    out += text.slice(at, from) + piece;
    at = to;
  }
  return out + text.slice(at);
}

/** The changes of the text for one splice; with null among them if it is not possible. */
function changesOf(source: Source, splice: Splice): readonly (Change | null)[] {
  const { path } = splice;
  const node = source.document.getIn(path, true);
  switch (splice.do) {
    case 'set':
      return setChanges(source, path, splice.value);
    case 'unset':
      return removeChanges(source, path.slice(0, -1), path.at(-1));
    case 'drop':
      return isSeq(node) ? removeChanges(source, path, splice.value) : [];
    case 'add':
      if (node === undefined) return setChanges(source, path, [splice.value]);
      if (!isSeq(node)) return [null];
      return node.items.some((item) => isText(item, splice.value)) ? [] : [insertItem(source, node, splice.value)];
  }
}

function setChanges(source: Source, path: KeyPath, value: Plain): readonly (Change | null)[] {
  const above = path.slice(0, -1);
  const [key = ''] = path.slice(-1);
  const parent = source.document.getIn(above, true);
  if (parent === undefined && above.length > 0) return setChanges(source, above, { [key]: value });
  if (!isMap(parent)) return [null];
  const node = parent.get(key, true);
  if (node === undefined) return insertPair(source, parent, path, value);
  if (!isScalar(node) || typeof value === 'object' || node.type?.startsWith('BLOCK') || !node.range) return [null];
  if (node.value === value) return [];
  return [{ from: node.range[0], to: node.range[1], text: replacingText(sampleOf(source), node, value) }];
}

function insertPair(source: Source, map: Collection, path: KeyPath, value: Plain): readonly (Change | null)[] {
  const [key = ''] = path.slice(-1);
  const linesOf = (indent: string, isSection: boolean) =>
    newEntryLines(source, map, [key, value], { indent, isSection });
  if (!isFlow(map)) return [insertBelow(source, map, (indent) => linesOf(indent, path.length === 1))];
  // `departed: {}` becomes a section with a line for each entry.
  const { text } = source;
  const [from = 0, to = 0] = map.range ?? [];
  if (path.length === 2 && text.slice(from - 2, to) === ': {}' && !isFlow(source.document.contents)) {
    return [{ from: from - 1, to, text: '' }, linesAt(source, afterComments(text, to, 0), linesOf('  ', false))];
  }
  return [insertInFlow(source, map, flowEntry(sampleOf(source, map), [key, value]))];
}

function insertItem(source: Source, list: Collection, value: string): Change | null {
  const piece = flowText(sampleOf(source, list), value);
  return isFlow(list)
    ? insertInFlow(source, list, piece)
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

function linesAt({ text }: Source, at: number, lines: readonly string[]): Change {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  return { from: at, to: at, text: lines.map((line) => lineBreak + line).join('') };
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
function insertInFlow(source: Source, collection: Collection, piece: string): Change | null {
  const { text } = source;
  const [open = 0, end = 0] = collection.range ?? [];
  const last = entriesOf(source, collection).at(-1);
  if (last === undefined) {
    const around = isMap(collection) ? ' ' : '';
    const isEmpty = text.slice(open + 1, end - 1).trim() === '';
    return isEmpty ? { from: open + 1, to: end - 1, text: `${around}${piece}${around}` } : null;
  }
  const comma = commaAfter(collection, collection.items.length - 1);
  const [before, after] = comma === null ? [',', ''] : ['', ','];
  const at = comma ?? last.to;
  const from = comma === null ? at : at + 1;
  const indent = indentBefore(source, last);
  const to = lineEnd(text, from);
  if (indent === null || to >= end - 1 || !isLineEnd(text, from)) {
    return { from, to: from, text: `${before} ${piece}${after}` };
  }
  const line = linesAt(source, to, [`${indent}${piece}${after}`]);
  return { from, to, text: `${before}${text.slice(from, to)}${line.text}` };
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
function removeChanges(source: Source, path: KeyPath, name: unknown): readonly (Change | null)[] {
  const { document } = source;
  const collection = document.getIn(path, true);
  if (!isMap(collection) && !isSeq(collection)) return [];
  const entries = entriesOf(source, collection);
  const index = entries.findIndex((entry) => entry.name === name);
  if (index === -1) return [];
  if (isFlow(collection)) return removeInFlow(source, collection, entries, index);
  const lines = linesOfEntry(source, entries, index);
  if (entries.length > 1) return [lines];
  const owner = document.getIn(path.slice(0, -1), true);
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

function removeInFlow(
  source: Source,
  collection: Collection,
  entries: readonly Entry[],
  index: number,
): readonly (Change | null)[] {
  const { text } = source;
  const [before, entry, after] = [entries[index - 1], entries[index], entries[index + 1]];
  const [open = 0, end = 0] = collection.range ?? [];
  if (entry === undefined) return [null];
  const comma = commaAfter(collection, index);
  if (entries.length > 1 && isLineEnd(text, comma === null ? entry.to : comma + 1)) {
    const lines = linesOfEntry(source, entries, index);
    const spare = comma === null ? commaAfter(collection, index - 1) : null;
    if (lines !== null) return spare === null ? [lines] : [{ from: spare, to: spare + 1, text: '' }, lines];
  }
  const [from, to] =
    after !== undefined ? [entry.from, after.from] : before !== undefined ? [before.to, entry.to] : [open + 1, end - 1];
  const between = text.slice(from, entry.from) + text.slice(entry.to, to);
  return between.includes('#') ? [null] : [{ from, to, text: '' }];
}

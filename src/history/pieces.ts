import { isObject } from '../diagnostics/parse-data.ts';
import type { PlainMap } from '../team/draft.ts';
import { parseDocument } from '../team/parse/parse-document.ts';

/** Reads texts of YAML as maps: null for one that is none. An entry with the same text is the same object. */
export type PieceReader = (text: string) => PlainMap | null;

/** Sections whose entries are parsed one by one: a commit changes few of them. */
const SPLIT = /^(roles|members):[ \t]*(?:#.*)?\r?\n/;

/**
 * A reader that parses each distinct entry once, and a section again only if it is not that of the text before. A text that
 * cannot be cut at its lines is parsed as a whole; a cut through a quoted text or a bracket leaves a piece that is no YAML.
 */
export function pieceReader(): PieceReader {
  const known = new Map<string, PlainMap | null>();
  const latest = new Map<string, { readonly text: string; readonly value: PlainMap | null }>();
  const entry = (text: string) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const value = parse(text);
    // A copy: a slice would keep the whole file in memory.
    known.set(Buffer.from(text).toString(), value);
    return value;
  };
  const section = (text: string) => {
    const key = text.slice(0, text.indexOf(':'));
    const before = latest.get(key);
    if (before?.text === text) return before.value;
    const [head] = SPLIT.exec(text) ?? [];
    const entries = head === undefined ? null : joined(cut(text.slice(head.length)), entry);
    const value = entries === null ? parse(text) : { [key]: entries };
    latest.set(key, { text, value });
    return value;
  };
  return (text) => {
    const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
    return joined(cut(source, 0), section) ?? parse(source);
  };
}

/** A key of a map as nearly every file has them; others are left to the parser. */
const KEY = /[A-Za-z][\w+=,.@-]*:(?=[ \t\r\n]|$)/y;
const BLANK = /#|\r?(?:\n|$)/y;

/** Pieces that begin with a key at a depth, by default the first one's. Null if a line there or above is anything else. */
function cut(text: string, given: number | null = null): readonly string[] | null {
  const pieces: string[] = [];
  let depth = given;
  let start = -1;
  for (let at = 0, next = 0; at < text.length; at = next) {
    next = text.indexOf('\n', at) + 1 || text.length;
    let first = at;
    while (text[first] === ' ') first++;
    BLANK.lastIndex = first;
    if (BLANK.test(text)) continue;
    depth ??= first - at;
    KEY.lastIndex = first;
    if (first - at === depth && KEY.test(text)) {
      if (start !== -1) pieces.push(text.slice(start, at));
      start = at;
    } else if (first - at <= depth || start === -1) return null;
  }
  return start === -1 ? null : [...pieces, text.slice(start)];
}

/** The map of all pieces; null if one is none, or two have the same key. */
function joined(pieces: readonly string[] | null, read: PieceReader): PlainMap | null {
  if (pieces === null) return null;
  const all: Record<string, unknown> = Object.create(null);
  for (const piece of pieces) {
    const value = read(piece);
    const [key, ...others] = value === null ? [] : Object.keys(value);
    if (key === undefined || others.length > 0 || key in all) return null;
    all[key] = value?.[key];
  }
  return all;
}

function parse(text: string): PlainMap | null {
  let isBroken = false;
  const { value } = parseDocument(text, ({ severity = 'error' }) => {
    isBroken ||= severity === 'error';
  });
  return !isBroken && isObject(value) ? value : null;
}

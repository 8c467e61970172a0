import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  Parser,
  type Scalar,
  visit,
} from 'yaml';
import {
  type DocumentPath,
  keyTextOf,
  linesOf,
  positionOf,
  sourceOf,
  type TextRange,
} from '../../diagnostics/positions.ts';
import { FILE_RULES, YAML_RULES } from '../rules/file.ts';
import type { Report } from '../rules/finding-collector.ts';
import { reindent } from '../rules/shape.ts';
import { FREE, SPECIAL_SPACES, TEXT_RULES } from '../rules/texts.ts';

/** A team file nests five deep. Far deeper nesting would exhaust the stack of the composer. */
const MAX_DEPTH = 40;

export interface ParsedDocument {
  /** Null if the value must not be read: the syntax is broken or nothing is there. */
  readonly root: Node | null;
  /** Plain data. Maps have no prototype, so that any text may be a key. What could not be read is `undefined`. */
  readonly value: unknown;
  /** Paths of unquoted dates, with their text. */
  readonly unquotedDates: readonly { readonly path: DocumentPath; readonly text: string }[];
}

/** Of a longer comment, only so much is looked at. */
const LONGEST_COMMENT = 200;

const NOTHING: ParsedDocument = { root: null, value: undefined, unquotedDates: [] };

/**
 * Reads one YAML document of the simple kind: maps, lists and scalars. Anchors, aliases, tags, merge keys, directives
 * and further documents are reported, as they let a line mean something else than what a reviewer sees.
 */
export function parseDocument(source: string, report: Report): ParsedDocument {
  if (reportConflicts(source, report)) return NOTHING;
  // YAML knows no line end but those with a line feed, and takes the file for one comment.
  if (source.includes('\r') && !source.includes('\n')) {
    report(YAML_RULES.syntax, [], { reason: '', problem: 'RETURNS' }, { range: [0, 1] });
    return NOTHING;
  }
  const tokens = [...new Parser().parse(source)];
  // Nesting deep enough exhausts the stack in the composer, in Node 20 even fatally, so it is measured beforehand.
  for (const { token, depth } of nestedTokens(tokens)) {
    if (depth <= MAX_DEPTH) continue;
    report(YAML_RULES.tooDeep, [], { limit: MAX_DEPTH }, { range: [token.offset, token.offset + 1] });
    return NOTHING;
  }

  // Duplicate keys are found below: the composer compares every key with every other one.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false });
  const [document, second] = [...composer.compose(tokens, true, source.length)];
  if (document === undefined) return NOTHING;
  reportDirectives(tokens, report);
  if (reportSyntax(document, tokens, source, report)) return NOTHING;
  if (second !== undefined) {
    const separator = source.indexOf('---', document.range[1]);
    const from = separator === -1 ? second.range[0] : separator;
    report(YAML_RULES.manyDocuments, [], {}, { range: [from, from + 3] });
    // A syntax error further down would be hidden behind this, and the first document alone is what is judged.
  }
  if (isNothing(document.contents)) {
    if (second === undefined) report(FILE_RULES.empty, [], {}, { range: [0, 1] });
    return NOTHING;
  }
  const root = document.contents as Node;
  reindent(root, report);
  return readTree(root, source, report);
}

/** What Git writes around both versions of lines that it could not merge. */
const CONFLICT = /^(?:<{7}|\|{7}|={7}|>{7})(?=[ \r\n]|$).*/gm;

/** Reports where each conflict begins; if no beginning is left, its first marker. */
function reportConflicts(source: string, report: Report): boolean {
  const markers = [...source.matchAll(CONFLICT)];
  const starts = markers.filter(([marker]) => marker.startsWith('<'));
  for (const { index, 0: marker } of starts.length > 0 ? starts : markers.slice(0, 1)) {
    report(YAML_RULES.mergeConflict, [], {}, { range: rangeFrom(index, marker.trimEnd()) });
  }
  return markers.length > 0;
}

function reportDirectives(tokens: readonly CST.Token[], report: Report): void {
  for (const token of tokens) {
    if (token.type !== 'directive') continue;
    const { source: directive, offset } = token;
    report(YAML_RULES.directive, [], { directive: directive.trim() }, { range: rangeFrom(offset, directive) });
  }
}

/** Reports the first syntax error alone: what follows one is guesswork of the parser's recovery, and mostly its echo. */
function reportSyntax(document: Document, tokens: readonly CST.Token[], source: string, report: Report): boolean {
  const error = document.errors.find(({ code }) => code !== 'TAG_RESOLVE_FAILED');
  if (error === undefined) return false;
  const from = source.lastIndexOf('\n', error.pos[0] - 1) + 1;
  const [line = ''] = source.slice(from).split(/[\r\n]/, 1);
  const space = MISREAD_SPACES.exec(line);
  const isOpen = endsOpenBracket(document, tokens, error.pos[0]);
  const comment = isOpen ? commentInBrackets(source.slice(0, error.pos[0])) : null;
  if (space !== null) {
    const range = rangeFrom(from + space.index, space[0]);
    report(TEXT_RULES.specialSpace, [], { character: space[0].charAt(0) }, { range });
  } else if (comment !== null) {
    report(YAML_RULES.syntax, [], { reason: error.message, problem: 'COMMENT_IN_BRACKETS' }, { range: comment });
  } else {
    const unspaced = isOpen ? null : UNSPACED.exec(line);
    const known = unspaced !== null ? 'NO_SPACE_AFTER_COLON' : knownMistake(line, source.slice(error.pos[0]));
    const range = unspaced === null ? error.pos : rangeFrom(from + unspaced.index, unspaced[0]);
    const problem = isOpen ? 'OPEN_BRACKET' : (known ?? error.code);
    report(YAML_RULES.syntax, [], { reason: error.message, problem }, { range });
  }
  return true;
}

/** The key at the beginning of a line that has no space after its colon, as `mia:{`. */
const UNSPACED = /(?<=^\s*)[\w-]+:(?=[^\s:,\]}])/;

/** What the parser has no code for, by the line of an error and the text from it on. */
function knownMistake(line: string, rest: string): string | null {
  if (/^,[ \t]*(?:#|[\r\n]|$)/.test(rest)) return 'COMMA_AT_END';
  if (/^\s*\/\//.test(line)) return 'SLASHES';
  if (/^\s*[\w-]+：/.test(line)) return 'WIDE_COLON';
  return /^\s*- *[\w-]+:(?:\s|$)/.test(line) ? 'DASH_BEFORE_KEY' : null;
}

/** Where a space is part of YAML's syntax; within a name it is not what is wrong. */
const MISREAD_SPACES = new RegExp(`(?<=^|[ :,[{])${SPECIAL_SPACES.source}`);

/** Whether a collection in brackets ends at the offset without its closing bracket: the parser has no error code for it. */
function endsOpenBracket(document: Document, tokens: readonly CST.Token[], offset: number): boolean {
  const open = new Set<number>();
  for (const { token } of nestedTokens(tokens)) {
    if (token.type !== 'flow-collection') continue;
    const closing = token.start.source === '{' ? '}' : ']';
    if (token.end[0]?.source !== closing) open.add(token.offset);
  }
  let found = false;
  visit(document, {
    Collection(_key, { range }) {
      if (range && open.has(range[0]) && range[1] === offset) found = true;
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

/** The last comment that begins within brackets and contains what closes them: `{ name: Bo #2, roles: [reader] }`. */
function commentInBrackets(source: string): TextRange | null {
  // All line ends are left out, as each of them begins a line: what is read once is not read again.
  const commented = /^([^#\r\n\u2028\u2029]*) (#[^\r\n\u2028\u2029]*[}\]])/gm;
  const found = [...source.matchAll(commented)].findLast(([, before = '']) => /[{[]/.test(before));
  if (found === undefined) return null;
  const [all, , comment = ''] = found;
  return rangeFrom(found.index + all.length - comment.length, comment);
}

function isNothing(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && sourceOf(contents) === '');
}

function readTree(root: Node, source: string, report: Report): ParsedDocument {
  const unquotedDates: { path: DocumentPath; text: string }[] = [];
  const path: (string | number)[] = [];
  let lines: LineCounter | null = null;

  function read(node: unknown): unknown {
    if (isScalar(node)) {
      reportProperties(node);
      if (node.type === 'PLAIN' && typeof node.value === 'string' && /^\d{4}-\d{1,2}-\d{1,2}/.test(node.value)) {
        unquotedDates.push({ path: [...path], text: node.value });
      }
      reportComment(node);
      return node.value;
    }
    if (isMap(node)) return readMap(node);
    if (isSeq(node)) {
      reportProperties(node);
      return node.items.map((item, index) => {
        path.push(index);
        const value = read(item);
        path.pop();
        return value;
      });
    }
    if (isAlias(node)) {
      report(YAML_RULES.alias, path, { name: node.source }, { range: rangeOf(node), unreadable: true });
      return undefined;
    }
    return null;
  }

  function readMap(map: Node & { items: { key: unknown; value: unknown }[] }): Record<string, unknown> {
    reportProperties(map);
    const result: Record<string, unknown> = Object.create(null);
    const firstKeys: Record<string, Node> = Object.create(null);
    for (const { key, value } of map.items) {
      const name = readKey(key);
      if (name === null) continue;
      path.push(name);
      const first = firstKeys[name];
      if (first !== undefined) {
        lines ??= linesOf(source);
        const firstLine = positionOf(lines, ...rangeOf(first)).line;
        report(YAML_RULES.duplicateKey, path, { key: name, firstLine }, { range: rangeOf(key) });
      } else {
        firstKeys[name] = key as Node;
        result[name] = read(value);
      }
      path.pop();
    }
    return result;
  }

  /** The text of a key; null if the pair is to be left out, which has then been reported. */
  function readKey(key: unknown): string | null {
    if (isAlias(key)) {
      report(YAML_RULES.alias, path, { name: key.source }, { range: rangeOf(key) });
      return null;
    }
    const text = keyTextOf(key);
    if (text === null || !isScalar(key)) {
      report(YAML_RULES.keyNotText, path, { source: null }, { range: rangeOf(key) });
      return null;
    }
    reportProperties(key);
    if (text === '<<' && key.type === 'PLAIN') {
      report(YAML_RULES.mergeKey, path, {}, { range: rangeOf(key) });
      return null;
    }
    // `mia:{ name: Mia }` is a valid pair with a key of two words.
    const [unspaced = null] = key.type === 'PLAIN' ? (/^[\w-]+:(?=[{[])/.exec(text) ?? []) : [];
    if (unspaced !== null) {
      const problem = 'NO_SPACE_AFTER_COLON';
      report(YAML_RULES.syntax, path, { reason: '', problem }, { range: rangeFrom(rangeOf(key)[0], unspaced) });
      return null;
    }
    if (typeof key.value !== 'string') {
      report(YAML_RULES.keyNotText, [...path, text], { source: sourceOf(key) }, { range: rangeOf(key) });
    }
    return text;
  }

  /** A comment without a space after its sign, right behind a text for people. */
  function reportComment(node: Scalar): void {
    const key = path.at(-1);
    if (node.type !== 'PLAIN' || typeof key !== 'string' || !FREE.has(key)) return;
    const [, end] = rangeOf(node);
    const [, spaces = '', comment = ''] =
      /^([ \t]+)(#[^\s#][^\r\n]*)/.exec(source.slice(end, end + LONGEST_COMMENT)) ?? [];
    if (comment === '') return;
    report(
      YAML_RULES.commentAfterText,
      path,
      { key, text: sourceOf(node), comment },
      { range: rangeFrom(end + spaces.length, comment) },
    );
  }

  function reportProperties(node: Node): void {
    if (node.anchor === undefined && node.tag === undefined) return;
    const [from] = rangeOf(node);
    if (node.anchor !== undefined) {
      const at = source.lastIndexOf(`&${node.anchor}`, from);
      const range: TextRange = at === -1 ? rangeOf(node) : [at, at + node.anchor.length + 1];
      report(YAML_RULES.anchor, path, { name: node.anchor }, { range });
    }
    if (node.tag !== undefined) {
      const at = source.lastIndexOf('!', from);
      const begin = source.charAt(at - 1) === '!' ? at - 1 : at;
      const tag = /^!(?:<[^>\s]*>|[^\s,[\]{}]*)/.exec(source.slice(begin))?.[0] ?? node.tag;
      report(YAML_RULES.tag, path, { tag }, { range: at === -1 ? rangeOf(node) : rangeFrom(begin, tag) });
    }
  }

  return { root, value: read(root), unquotedDates };
}

function rangeOf(node: unknown): TextRange {
  const range = (node as Node | null)?.range;
  return range ? [range[0], range[1]] : [0, 0];
}

function rangeFrom(offset: number, text: string): TextRange {
  return [offset, offset + text.length];
}

/** All tokens with their depth, without recursion: they may nest deeper than the stack. */
function* nestedTokens(tokens: readonly CST.Token[]): Generator<{ token: CST.Token; depth: number }> {
  const stack = tokens.map((token) => ({ token, depth: 0 }));
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    yield entry;
    const { token, depth } = entry;
    if (token.type === 'document') {
      if (token.value) stack.push({ token: token.value, depth });
    } else if ('items' in token) {
      for (const item of token.items) {
        if (item.key) stack.push({ token: item.key, depth: depth + 1 });
        if (item.value) stack.push({ token: item.value, depth: depth + 1 });
      }
    }
  }
}

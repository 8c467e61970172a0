import { styleText } from 'node:util';
import { redact, visible, withoutQuotes } from './escape.ts';
import { code, isPlainName, link, nameMarkdown, prose } from './markdown.ts';

/** `trusted` and `risk` are written in this repository; `name`, `person`, `code` come from elsewhere; `prose` is of both. */
type Piece =
  | { readonly kind: 'trusted' | 'risk' | 'name' | 'person' | 'code' | 'prose'; readonly text: string }
  | { readonly kind: 'strong'; readonly content: Text }
  | { readonly kind: 'link'; readonly content: Text; readonly url: string }
  | { readonly kind: 'sign'; readonly text: Sign }
  | { readonly kind: 'break' };

export type Sign = '+' | '~' | '-';

/** One line of text for a terminal and for GitHub. Foreign text stays marked, so that each printer can escape it. */
export interface Text {
  readonly pieces: readonly Piece[];
}

/** A template whose literal parts are trusted. An interpolated string becomes a name, the safe default. */
export function t(literals: TemplateStringsArray, ...values: readonly (string | number | Text)[]): Text {
  return {
    pieces: literals.flatMap((text, index): readonly Piece[] => {
      const value = values[index];
      const after: readonly Piece[] =
        value === undefined
          ? []
          : typeof value === 'string'
            ? [{ kind: 'name', text: value }]
            : typeof value === 'number'
              ? trusted(formatCount(value)).pieces
              : value.pieces;
      return text === '' ? after : [{ kind: 'trusted', text }, ...after];
    }),
  };
}

function textOf(kind: 'trusted' | 'risk' | 'person' | 'code' | 'prose'): (text: string) => Text {
  return (text) => ({ pieces: [{ kind, text }] });
}

/** Text of this repository that is no template, such as an entry of a table. Never foreign text. */
export const trusted = textOf('trusted');
/** Words of this repository for what harms someone: in color on a terminal. */
export const riskText = textOf('risk');
/** What a person is called: in quotes on a terminal, if it could be read as words of ours. */
export const personName = textOf('person');
/** A name from YAML, IAM, AWS or a shell: in code format where there is such a thing. */
export const codeText = textOf('code');
/** A sentence that contains foreign text, such as an error message of Terraform. */
export const proseText = textOf('prose');

/** The one file that owners review. */
export const TEAM_FILE = codeText('team.yaml');

export function strongText(content: Text): Text {
  return { pieces: [{ kind: 'strong', content }] };
}

/** A link on GitHub; a terminal shows the content alone. The printer drops a URL that is not plain. */
export function linkText(content: Text, url: string): Text {
  return { pieces: [{ kind: 'link', content, url }] };
}

/** A sign before what it is about, on a terminal alone. */
export function signText(sign: Sign): Text {
  return { pieces: [{ kind: 'sign', text: sign }] };
}

/** A line break in a table cell; elsewhere on a terminal a space. */
export const lineBreak: Text = { pieces: [{ kind: 'break' }] };

/** The lines of a table cell. */
export function linesOfText({ pieces }: Text): readonly Text[] {
  const lines: Piece[][] = [[]];
  for (const piece of pieces) {
    if (piece.kind === 'break') lines.push([]);
    else lines.at(-1)?.push(piece);
  }
  return lines.map((line) => ({ pieces: line }));
}

export function joinTexts(items: readonly Text[], separator: string | Text): Text {
  const between = typeof separator === 'string' ? trusted(separator).pieces : separator.pieces;
  return { pieces: items.flatMap(({ pieces }, index) => (index === 0 ? pieces : [...between, ...pieces])) };
}

const LIST = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** `a`, `a and b`, `a, b and c` */
export function listTexts(items: readonly Text[]): Text {
  const parts = LIST.formatToParts(items.map((_item, index) => String(index)));
  return {
    pieces: parts.flatMap(({ type, value }) =>
      type === 'literal' ? trusted(value).pieces : (items[Number(value)]?.pieces ?? []),
    ),
  };
}

/** All of a few; of more than `most` + 1, the first `most` and a count: `a, b, c and 4 others`. */
export function someTexts(items: readonly Text[], most = 3): Text {
  if (items.length <= most + 1) return listTexts(items);
  return t`${joinTexts(items.slice(0, most), ', ')} and ${items.length - most} others`;
}

/** With a capital first letter, if the text begins with words of this repository; names keep their letter. */
export function capitalized({ pieces: [first, ...rest] }: Text): Text {
  if (first === undefined) return { pieces: [] };
  if (first.kind === 'trusted' || first.kind === 'risk') {
    return { pieces: [{ ...first, text: first.text.charAt(0).toUpperCase() + first.text.slice(1) }, ...rest] };
  }
  return { pieces: [first.kind === 'strong' ? { ...first, content: capitalized(first.content) } : first, ...rest] };
}

/** A clause as a sentence; nothing for none. */
export function sentence(clause: Text | null): Text | null {
  return clause === null || isEmptyText(clause) ? null : t`${capitalized(clause)}.`;
}

/** Joins sentences with spaces and leaves out empty ones. */
export function sentences(...items: readonly (Text | null)[]): Text {
  const some = items.flatMap((item) => (item === null || isEmptyText(item) ? [] : [item]));
  return joinTexts(some, ' ');
}

export function isEmptyText(text: Text): boolean {
  return plainText(text) === '';
}

const COUNT = new Intl.NumberFormat('en-US');
const PLURAL = new Intl.PluralRules('en-US');

/** `1,234` */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** `1 member`, `2 members`; `many` where the plural is not the singular with an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${PLURAL.select(count) === 'one' ? one : many}`;
}

/** The same as a text. */
export function countedText(count: number, one: string, many?: string): Text {
  return trusted(counted(count, one, many));
}

/** The text as a line of a terminal, invisible characters spelled out. */
export function plainText(text: Text): string {
  return terminalText(text, false);
}

/** The same with names in backticks, as errors show them. */
export function tickedText(text: Text): string {
  return terminalText(text, false, '`');
}

/** The same with signs and risks in color, if the terminal has it. */
export function terminalText({ pieces }: Text, color: boolean, tick = ''): string {
  return pieces
    .map((piece) => {
      switch (piece.kind) {
        case 'trusted':
          return piece.text;
        case 'risk':
          return paint(piece.text, 'red', color);
        case 'strong':
        case 'link':
          return terminalText(piece.content, color, tick);
        case 'sign':
          return `${paint(piece.text, SIGN_COLORS[piece.text], color)} `;
        case 'break':
          return ' ';
        case 'code':
          return `${tick}${visible(piece.text)}${tick}`;
        case 'person':
          return isPlainName(piece.text) ? piece.text : `"${visible(withoutQuotes(piece.text))}"`;
        default:
          return visible(piece.text);
      }
    })
    .join('');
}

const SIGN_COLORS = { '+': 'green', '~': 'yellow', '-': 'red' } as const;

/** Words of this repository in a color, each for itself, so that a line can be broken between them. */
export function paint(words: string, hue: 'green' | 'yellow' | 'red' | 'dim', color: boolean): string {
  return color ? words.replace(/\S+/g, (word) => styleText(hue, word, { validateStream: false })) : words;
}

/** The text as GitHub-flavored Markdown on one line; account ids and ARNs are shortened unless `reveal`. */
export function markdownText({ pieces }: Text, reveal: boolean): string {
  return pieces.map((piece) => markdownPiece(piece, reveal)).join('');
}

function markdownPiece(piece: Piece, reveal: boolean): string {
  switch (piece.kind) {
    case 'trusted':
    case 'risk':
      return redact(piece.text, reveal);
    case 'name':
    case 'person':
      return nameMarkdown(redact(piece.text, reveal));
    case 'code':
      return code(redact(piece.text, reveal), LONGEST_CODE);
    case 'prose':
      return prose(redact(piece.text, reveal));
    case 'strong': {
      const content = markdownText(piece.content, reveal);
      return content === '' ? '' : `**${content}**`;
    }
    case 'link':
      return link(markdownText(piece.content, reveal), piece.url);
    case 'sign':
      return '';
    case 'break':
      return '<br>';
  }
}

/** An IAM name has at most 128 characters, and the id of a finding may contain two. */
const LONGEST_CODE = 300;

import { isObject } from '../../diagnostics/parse-data.ts';
import type { DocumentPath, DocumentPlaces, TextRange } from '../../diagnostics/positions.ts';
import { pathText } from '../../text/diagnostic.ts';
import { codePointOf, WORKFLOW_COMMAND } from '../../text/escape.ts';
import { type Text, t, trusted } from '../../text/text.ts';
import type { Report } from './finding-collector.ts';
import { type Rule, rule, shortValue, value } from './rule.ts';

/** Rules about characters in texts, keys and comments. */

const COMMAND_FORMS = {
  '##[': [t`${value('##')} with a bracket behind it`, t`write it without the bracket`],
  '::': [t`a word that begins with two colons`, t`write it without the colons`],
} as const;

export const TEXT_RULES = {
  templateExpression: rule({
    code: 'template-expression',
    message: ({ marker }: { marker: string }, { path }) => ({
      summary: t`${textAt(path)} contains ${value(marker)}`,
      reason: t`it begins an expression in Terraform; no text of this file may become one`,
      help: t`write it without ${value(marker)}`,
    }),
  }),
  workflowCommand: rule({
    code: 'workflow-command',
    message: ({ marker }: { marker: keyof typeof COMMAND_FORMS }, { path }) => {
      const [form, help] = COMMAND_FORMS[marker];
      return {
        summary: t`${textAt(path)} contains a workflow command`,
        reason: t`in the log of a job, GitHub takes ${form} for a command`,
        help,
      };
    },
  }),
  /** `character` is the character itself. */
  specialSpace: rule({
    code: 'special-space',
    message: ({ character }: { character: string }, { path }) => ({
      summary: t`${textAt(path)} contains a special space`,
      reason: t`${nameOf(codePointOf(character))} looks like a space, but YAML takes it for a letter`,
      help: t`delete it and type a space; text from web pages and word processors contains such characters`,
    }),
  }),
  trailingComma: rule({
    code: 'trailing-comma',
    message: (_found: Record<string, never>, { path }) => ({
      summary: t`${textAt(path)} ends with a comma`,
      reason: t`outside ${value('{ }')} and ${value('[ ]')}, YAML takes a comma for a part of the text`,
      help: t`remove the comma`,
    }),
  }),
  controlCharacter: characterRule(
    'control-character',
    t`a control character`,
    (character) => t`${character} is invisible and can make the text read as another one`,
    t`type the text again; only ${value('description')} and ${value('reason')} can contain line breaks`,
  ),
  bidirectionalCharacter: characterRule(
    'bidirectional-character',
    t`a bidirectional character`,
    (character) => t`${character} makes a text read in another order than it has`,
    t`type the text again; Arabic and Hebrew need no such character`,
  ),
  invisibleCharacter: characterRule(
    'invisible-character',
    t`an invisible character`,
    (character) => t`with ${character}, two names can look equal and differ`,
    t`type the text again instead of pasting it`,
  ),
  brokenCharacter: characterRule(
    'broken-character',
    t`half a character`,
    (character) => t`no program can store or show ${character}`,
    t`type the text again instead of writing it with ${value('\\u')}`,
  ),
};

function textAt(path: DocumentPath): Text {
  return path.length === 0 ? trusted('this line') : shortValue(pathText(path));
}

type Found = { readonly character: string };

/** A rule about a character, given as `U+202E`; the reason names it. */
function characterRule(code: string, what: Text, reason: (character: Text) => Text, help: Text): Rule<Found> {
  return rule({
    code,
    message: ({ character }: Found, { path }) => {
      return { summary: t`${textAt(path)} contains ${what}`, reason: reason(nameOf(character)), help };
    },
  });
}

/** `U+202E (right-to-left override)` */
function nameOf(codePoint: string): Text {
  const name = NAMES[codePoint];
  return trusted(name === undefined ? codePoint : `${codePoint} (${name})`);
}

// What people are called is written in every script, and three of them need invisible characters to be written right:
//  - ZWNJ and ZWJ shape letters in Arabic-script and Indic names, where they follow a letter or vowel sign of such a
//    script (at the end, too: older Malayalam spells a final consonant with virama and ZWJ);
//  - ZWJ also joins emoji, and Mongolian letters take variation selectors of their own;
//  - variation selectors choose the form of a Han character that a Japanese family uses.
// Everywhere else these characters only make two texts look equal that are not, and they are refused.
const JOINING = 'Arab Syrc Nkoo Mong Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Mymr Khmr Tibt Java Bali'
  .split(' ')
  .map((script) => `\\p{scx=${script}}`)
  .join('');
const LEGITIMATE = new RegExp(
  [
    `(?<=[${JOINING}])(?<=[\\p{L}\\p{M}])[\\u200C\\u200D]`,
    '(?<=[\\p{Extended_Pictographic}\\u{1F3FB}-\\u{1F3FF}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
    '(?<=\\p{scx=Mong})[\\u180B-\\u180D\\u180F]',
    '(?<=[\\p{L}\\p{N}\\p{S}#*])[\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}]',
  ].join('|'),
  'gu',
);

const TEMPLATE = /[$%]\{/;
// The separators U+2028 and U+2029 break lines in some programs and not in others.
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const BIDIRECTIONAL = /[\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069]/;
const INVISIBLE = new RegExp(
  `(?!${BIDIRECTIONAL.source})[\\p{Default_Ignorable_Code_Point}\\uFFF9-\\uFFFB\\u2800]`,
  'u',
);
const SURROGATE = /\p{Surrogate}/u;
/** Everything above at once: nearly every text is passed by this alone. */
const SUSPICIOUS = /[$%]\{|[\p{Cc}\u2028\u2029\u2800\uFFF9-\uFFFB\p{Default_Ignorable_Code_Point}\p{Surrogate}]/u;

/** Keys whose texts may have more than one line. */
const MULTILINE: ReadonlySet<unknown> = new Set(['description', 'reason']);
/** Keys whose texts are for people; such spaces divide the parts of a name in French and Japanese. */
export const FREE: ReadonlySet<unknown> = new Set(['name', ...MULTILINE]);
/** Spaces that YAML does not take for any, one after the other. */
export const SPECIAL_SPACES = /[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]+/;
const AT_AN_END = new RegExp(`^${SPECIAL_SPACES.source}|${SPECIAL_SPACES.source}$`);

/** Template expressions and characters that are not seen, in texts, keys and comments: one finding per text and kind. */
export function checkTexts(value: unknown, source: string, places: DocumentPlaces, report: Report): void {
  const path: (string | number)[] = [];
  const covered: TextRange[] = [];

  /** The range of a part of a text if the source has it as it is, else of all of it. */
  function rangeOfPart(part: string, at: 'key' | 'value'): TextRange {
    const [from, to] = places[at](path);
    const index = source.slice(from, to).indexOf(part);
    return index < 0 ? [from, to] : [from + index, from + index + part.length];
  }

  function text(content: string, at: 'key' | 'value'): void {
    const command = WORKFLOW_COMMAND.exec(content)?.[0];
    if (command === '##[' || command === '::') {
      report(TEXT_RULES.workflowCommand, path, { marker: command }, { at, range: rangeOfPart(command, at) });
    }
    if (path.at(-1) === 'name' && content.endsWith(',')) {
      const [, end] = places.value(path);
      report(TEXT_RULES.trailingComma, path, {}, { at, range: [end - 1, end] });
    }
    const isFree = FREE.has(path.at(-1));
    const space = (isFree ? AT_AN_END : SPECIAL_SPACES).exec(content);
    if (space !== null) {
      const range = rangeOfPart(space[0], at);
      report(TEXT_RULES.specialSpace, path, { character: space[0].charAt(0) }, { at, range });
    }
    // Equivalent if mutated: it only ends earlier.
    if (!SUSPICIOUS.test(content)) return;
    const marker = TEMPLATE.exec(content);
    if (marker !== null) report(TEXT_RULES.templateExpression, path, { marker: marker[0] }, { at });
    for (const [found, character] of hiddenIn(content, MULTILINE.has(path.at(-1)))) {
      report(found, path, { character }, { at });
    }
    const [from, to] = places[at](path);
    // The line of a block's `|` or `>` can have a comment.
    covered.push([/[|>]/.test(source[from] ?? '') ? source.indexOf('\n', from) : from, to]);
  }

  function visit(node: unknown): void {
    if (typeof node === 'string') text(node, 'value');
    else if (Array.isArray(node)) {
      for (const [index, item] of node.entries()) {
        path.push(index);
        visit(item);
        path.pop();
      }
    } else if (isObject(node)) {
      for (const key in node) {
        path.push(key);
        text(key, 'key');
        visit(node[key]);
        path.pop();
      }
    }
  }

  visit(value);
  covered.sort(([one], [two]) => one - two);
  reportElsewhere(source, covered, report);
}

/** The first character of each kind that is not allowed. */
function hiddenIn(content: string, multiline: boolean): readonly (readonly [Rule<Found>, string])[] {
  const rest = (multiline ? content.replace(/[\n\t]/g, ' ') : content).replace(LEGITIMATE, ' ');
  return HIDDEN.flatMap(([found, pattern]) => {
    const match = pattern.exec(rest);
    return match === null ? [] : [[found, codePointOf(match[0])] as const];
  });
}

const HIDDEN: readonly (readonly [Rule<Found>, RegExp])[] = [
  [TEXT_RULES.brokenCharacter, SURROGATE],
  [TEXT_RULES.controlCharacter, CONTROL],
  [TEXT_RULES.bidirectionalCharacter, BIDIRECTIONAL],
  [TEXT_RULES.invisibleCharacter, INVISIBLE],
];

// A carriage return that ends no line is a line break to some readers, and none to others.
const OUTSIDE_TEXTS = /\r(?!\n)|[^\t\n\r -~\u00A0-\u061B\u061D-\u200D\u2010-\u2027\u202F-\u2065\u206A-\uFFFF]/g;

/** Comments: only what can make them read as something else than they are, once a line. */
function reportElsewhere(source: string, covered: readonly TextRange[], report: Report): void {
  let next = 0;
  // Equivalent if mutated: what it begins with is before the first character either way.
  let lineEnd = -1;
  for (const match of source.matchAll(OUTSIDE_TEXTS)) {
    const from = match.index;
    // Both come in the order of the file.
    while ((covered[next]?.[1] ?? Number.POSITIVE_INFINITY) <= from) next += 1;
    if (from < lineEnd || from >= (covered[next]?.[0] ?? Number.POSITIVE_INFINITY)) continue;
    const end = source.indexOf('\n', from);
    lineEnd = end === -1 ? source.length : end;
    const found = BIDIRECTIONAL.test(match[0]) ? TEXT_RULES.bidirectionalCharacter : TEXT_RULES.controlCharacter;
    report(found, [], { character: codePointOf(match[0]) }, { range: [from, from + 1] });
  }
}

const NAMES: Readonly<Record<string, string>> = {
  'U+0000': 'null',
  'U+0007': 'bell',
  'U+0008': 'backspace',
  'U+0009': 'tab',
  'U+000A': 'line break',
  'U+000D': 'carriage return',
  'U+001B': 'escape',
  'U+007F': 'delete',
  'U+00A0': 'no-break space',
  'U+00AD': 'soft hyphen',
  'U+061C': 'Arabic letter mark',
  'U+200B': 'zero width space',
  'U+200C': 'zero width non-joiner',
  'U+200D': 'zero width joiner',
  'U+200E': 'left-to-right mark',
  'U+200F': 'right-to-left mark',
  'U+2003': 'em space',
  'U+2007': 'figure space',
  'U+2009': 'thin space',
  'U+2028': 'line separator',
  'U+2029': 'paragraph separator',
  'U+202A': 'left-to-right embedding',
  'U+202B': 'right-to-left embedding',
  'U+202C': 'pop directional formatting',
  'U+202D': 'left-to-right override',
  'U+202E': 'right-to-left override',
  'U+202F': 'narrow no-break space',
  'U+2060': 'word joiner',
  'U+2066': 'left-to-right isolate',
  'U+2067': 'right-to-left isolate',
  'U+2068': 'first strong isolate',
  'U+2069': 'pop directional isolate',
  'U+2800': 'braille blank',
  'U+3000': 'ideographic space',
  'U+3164': 'Hangul filler',
  'U+FEFF': 'byte order mark',
};

import { visible } from './escape.ts';

/** Cut after so many characters: a name, a key or an address of an ordinary lab is shorter. */
const LONGEST = 80;
/** The longest name that is believed to be one. */
const LONGEST_NAME = 40;
/** Sentences of an engine can be long; this is what a reader needs of one. */
const LONGEST_PROSE = 1200;

/** A link, if the URL is plain enough that it can end neither the link nor its line; else the content alone. */
export function link(markdown: string, url: string): string {
  const isPlain = url.length <= 300 && /^https?:\/\/[\w.-]+(:\d+)?(\/[\w.-]+)*\/?(#[\w-]+)?$/.test(url);
  return isPlain ? `[${markdown}](${url})` : markdown;
}

/** Nothing in a code span is markup. A pipe is spelled out: two table parsers differ about one escaped after a backslash. */
export function code(text: string, longest = LONGEST): string {
  const shown = spelledOut(cut(text, longest)).replaceAll('|', '<U+007C>');
  if (shown === '') return '(empty)';
  const runs = shown.match(/`+/g) ?? [];
  const fence = '`'.repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  // GitHub removes one space at both ends again, and only if the content is more than spaces.
  const padding = /^[` ]|[` ]$/.test(shown) && /[^ ]/.test(shown) ? ' ' : '';
  return `${fence}${padding}${shown}${padding}${fence}${afterRightToLeft(shown)}`;
}

/** A name as people have it stays as it is; whatever else the file calls a name stands in a code span. */
export function nameMarkdown(text: string): string {
  return isPlainName(text) ? `${text}${afterRightToLeft(text)}` : code(text, LONGEST_NAME);
}

/** A sentence of ours with texts from elsewhere, as one line: all but words and punctuation stands in code spans. */
export function prose(text: string): string {
  const tokens = cut(text, LONGEST_PROSE)
    .split(/[ \t\r\n]+/)
    .filter((token) => token !== '');
  return tokens.map((token, index) => proseToken(token, index === 0)).join(' ');
}

function proseToken(token: string, first: boolean): string {
  const before = /^["'(]*/.exec(token)?.[0] ?? '';
  const rest = token.slice(before.length);
  const after = /[.,;:!?"')]*$/.exec(rest)?.[0] ?? '';
  const core = rest.slice(0, rest.length - after.length);
  // "1." at the beginning of a line would be a list.
  const startsList = first && /^\d/.test(core);
  if (core === '' || core === 'team.yaml' || (isPlainWord(core) && !startsList))
    return `${token}${afterRightToLeft(token)}`;
  return `${before}${code(core)}${after}`;
}

/** Lines as they are, spelled out and cut, and a fence that none of them can close. A cut command is another command. */
export function fence(lines: readonly string[], language: string): { open: string; lines: string[]; close: string } {
  const shown = lines.map((line) => spelledOut(cut(line, language === 'sh' ? 2000 : 200)));
  const runs = shown.flatMap((line) => line.match(/`+/g) ?? []);
  const close = '`'.repeat(Math.max(3, 1 + Math.max(0, ...runs.map((run) => run.length))));
  return { open: `${close}${language}`, lines: shown, close };
}

/** The same as one text; of more than 20 lines the rest is counted. */
export function fenced(lines: readonly string[], language: string): string {
  const more = lines.length - 20;
  const all = more > 0 ? [...lines.slice(0, 20), `... ${more} more lines`] : lines;
  const { open, lines: shown, close } = fence(all, language);
  return [open, ...shown, close].join('\n');
}

/** What may have a full stop: an initial, or what stands before and behind names. */
const TITLE = /^(\p{L}|Dr|Prof|Mr|Mrs|Ms|Jr|Sr|St)\.$/u;

/** Whether GitHub makes nothing of it but text, and a reader takes it for nothing but a name. */
export function isPlainName(text: string): boolean {
  if ([...text.slice(0, 2 * LONGEST_NAME)].length > LONGEST_NAME || text.length > 2 * LONGEST_NAME) return false;
  const parts = text.split(' ');
  // More words than a name has, or a full stop behind one of them, could be read as a sentence of ours.
  return (
    /^\p{L}/u.test(text) &&
    parts.length <= 6 &&
    parts.every((part) => isPlainWord(part.replace(/^\(|\)$/g, '').replace(TITLE, '$1')))
  );
}

/** A word that is no link, reference or mark-up for GitHub: letters, digits, apostrophes and hyphens. */
function isPlainWord(word: string): boolean {
  return (
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*$/u.test(word) &&
    !/\p{M}{4}/u.test(word) &&
    // A commit: GitHub links 7 to 40 hexadecimal digits.
    !/\b[0-9a-f]{7,}\b/i.test(word) &&
    // GH-123, and the references of other trackers that a repository can set up.
    !/-\d/.test(word) &&
    !/--/.test(word) &&
    visible(word) === word
  );
}

/** Everything that is not seen, and letters buried under accents, spelled out. */
function spelledOut(text: string): string {
  return visible(text).replace(/(\p{M}{3})\p{M}+/gu, '$1…');
}

/** At most so many characters, the last one `…` if some are left out. */
export function cut(text: string, longest: number): string {
  const characters = [...text.slice(0, 2 * longest + 2)];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Behind a name that is written from right to left, what follows would else be drawn into its direction. */
function afterRightToLeft(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? '&lrm;' : '';
}

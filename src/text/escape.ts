/**
 * Where GitHub's runner finds a workflow command: `##[` anywhere in a line, `::` behind nothing but white space. Lines are
 * wrapped at spaces, so each word may begin one. https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export const WORKFLOW_COMMAND = /(?<!\S)::|##\[/;
const COMMANDS = new RegExp(WORKFLOW_COMMAND, 'g');

/** A text of which no line is a workflow command: `<U+003A>:set-output`, `##<U+005B>set-output]`. */
export function withoutCommands(text: string): string {
  return text.replace(COMMANDS, (marker) => (marker === '::' ? `${escaped(':')}:` : `##${escaped('[')}`));
}

/** Texts that need no redaction are the most frequent, and are found by one test. */
const ANYTHING = /\d{12}|\d{4}-\d{4}-\d{4}|arn:|A[A-Z]{3}[A-Z2-7]{12}/;

/** Twelve digits, but not those inside the id of a commit. */
const ACCOUNT_ID = /\b[\da-f]{40}(?:[\da-f]{24})?\b|(?<!\d)\d{8}(\d{4})(?!\d)/g;

/**
 * A text with account ids, ARNs and access key ids shortened: `…9012`, `arn:…:user/mturk/perception-lab/…`, `AKIA…WXYZ`.
 * GitHub masks job logs, but no comments. `reveal` shortens the ids of keys alone, which no reader needs.
 */
export function redact(text: string, reveal: boolean): string {
  if (!ANYTHING.test(text)) return text;
  // IAM's unique identifiers: four letters of kind, then at least 12 of base 32.
  const keys = text.replace(
    /\b(A(?:KIA|SIA|IDA|ROA|GPA|NPA|NVA|PKA|BIA|CCA|SCA))[A-Z2-7]{8,28}([A-Z2-7]{4})\b/g,
    '$1…$2',
  );
  if (reveal) return keys;
  return keys
    .replace(/\barn:[\w-]*:[\w-]*:[\w-]*:\w*:/g, 'arn:…:')
    .replace(ACCOUNT_ID, (id, last?: string) => (last === undefined ? id : `…${last}`))
    .replace(/(?<!\d)\d{4}-\d{4}-(\d{4})(?!\d)/g, '…$1');
}

const JSON_ESCAPE = '(?:[bfnrt]|u[\\da-f]{4})';

/** Where what is not behind one of these characters begins. In JSON, the escape of a line break before it is no part of it. */
function beginning(notBehind: string): string {
  return `(?:(?<=\\\\${JSON_ESCAPE})|(?<!${notBehind})(?!(?<=\\\\)${JSON_ESCAPE}))`;
}

const IPV4 = `${beginning('[\\w.]')}(?!127\\.)\\d{1,3}(?:\\.\\d{1,3}){3}(?![\\w.])`;
const IPV6 = `${beginning('[\\w:]')}(?:(?:[\\da-f]{1,4}:){3,7}[\\da-f]{1,4}|(?:[\\da-f]{1,4}:){1,6}(?::[\\da-f]{1,4}){1,6}|(?:[\\da-f]{1,4}:){2,7}:)(?![\\w:])`;
/** An IPv4 address that is not this machine's, or an IPv6 address. Times have two colons at most. */
const ADDRESS = new RegExp(`${IPV4}|${IPV6}`, 'gi');
const EMAIL = new RegExp(`${beginning('[\\w.+-]')}[\\w.+-]+@(?=[\\w-]+(?:\\.[\\w-]+)*\\.[a-z]{2,}\\b)`, 'gi');

/** A text without addresses of other machines: `…` for `203.0.113.9`. */
export function withoutHosts(text: string): string {
  return text.replace(ADDRESS, '…');
}

/** The same without e-mail addresses: `…@lab.edu`. */
export function withoutAddresses(text: string): string {
  return withoutHosts(text).replace(EMAIL, '…@');
}

/** The same data with every text redacted, keys of objects left as they are. */
export function redactAll<Value>(value: Value, reveal: boolean): Value {
  return redactUnknown(value, reveal) as Value;
}

/** Times hold digits that only look like an account. */
const UNTOUCHED = ['at'];

function redactUnknown(value: unknown, reveal: boolean): unknown {
  if (typeof value === 'string') return redact(value, reveal);
  if (Array.isArray(value)) return value.map((item) => redactUnknown(item, reveal));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, UNTOUCHED.includes(key) ? item : redactUnknown(item, reveal)]),
  );
}

/** Longer texts are cut: a message is read, and pasted into a comment. */
const LONGEST = 80;

const INVISIBLE = /[\p{Cc}\p{Surrogate}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB\u2028\u2029\u2800]/gu;

/**
 * A text with invisible characters spelled out as `<U+202E>`, joiners and variation selectors inside a word included, and
 * without workflow commands: it can neither break a terminal, nor read as something else, nor steer a job that prints it.
 */
export function visible(text: string): string {
  return withoutCommands(text.replace(INVISIBLE, escaped));
}

/** The escaped form of one character, `<U+001B>`. */
export function escaped(character: string): string {
  return `<${codePointOf(character)}>`;
}

/** `U+001B` */
export function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A text from a file or an account for a sentence: visible, and cut if it is long. */
export function quoted(text: string, longest = LONGEST): string {
  const characters = [...text.slice(0, 4 * longest)];
  const short = characters.length <= longest && text.length <= 4 * longest;
  return visible(short ? text : `${characters.slice(0, longest - 3).join('')}...`);
}

/**
 * What can look like the end of a quotation: whatever is no letter, mark of a letter, number or common punctuation, and those
 * letters that look like quotes. https://www.unicode.org/Public/security/latest/confusables.txt
 */
const LIKE_QUOTES =
  /(?:(?<![\p{L}\p{M}])\p{M}|[^\p{Ll}\p{Lu}\p{Lt}\p{Lo}\p{M}\p{N}\p{Pd}\p{Script=Han}\u30fc !#$%&()*+,./:;<=>?@[\\\]^_{|}~…]|[\u05f2\u1425-\u1429\u144a\u16cc\ua78c])+/gu;

/** A text that cannot end the quotes around it. */
export function withoutQuotes(text: string): string {
  return text.replace(LIKE_QUOTES, "'");
}

/** A template whose values are foreign text and whose literal parts are trusted. */
export function say(words: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return words.reduce((text, word, index) => `${text}${quoted(String(values[index - 1]))}${word}`);
}

/** A word of a command line: a path may hold what a shell reads as its own. */
export function pasted(word: string): string {
  // zsh reads `=ls` as a path.
  return /^(?!=)[\w+=,.@:/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** An option of a command line with its value, which may begin with a dash: `--user-name bo`, `--user-name=-bo`. */
export function pastedOption(name: string, value: string, shown = pasted(value)): string {
  return `${name}${value.startsWith('-') ? '=' : ' '}${shown}`;
}

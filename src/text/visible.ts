/** Longer texts are cut: a message is read, and pasted into a comment. */
const LONGEST = 80;

const INVISIBLE = /[\p{Cc}\p{Surrogate}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB\u2028\u2029\u2800]/gu;

/**
 * A text with everything that is not seen spelled out as `<U+202E>`, so that it can neither break a terminal nor read
 * as something else than it is. Joiners and variation selectors inside a word are spelled out too: here the reader is
 * looking for what is wrong.
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, escaped);
}

/** The escaped form of one character, `<U+001B>`. */
function escaped(character: string): string {
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** A text from a file or an account, made fit for a sentence: visible, and cut where it is long. */
export function quoted(text: string, longest = LONGEST): string {
  const characters = [...text.slice(0, 4 * longest)];
  const short = characters.length <= longest && text.length <= 4 * longest;
  return visible(short ? text : `${characters.slice(0, longest - 3).join('')}...`);
}

/** A template whose values are made fit for a sentence; what stands in the template itself is ours. */
export function say(words: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return words.reduce((text, word, index) => `${text}${quoted(String(values[index - 1]))}${word}`);
}

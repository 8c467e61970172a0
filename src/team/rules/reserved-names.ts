import { t } from '../../text/text.ts';
import { rule, shortValue, textsIn, value } from './rule.ts';

/**
 * Words that no person is called by. A name that contains one would make a sentence of ours say something else: "No one can
 * spend money", "All members join".
 */
const NEVER_WORDS = wordSet(
  'access anybody anyone anything bonuses everybody everyone everything member members nobody nothing other others owner owners somebody someone something whoever',
);
/** What no name begins with. */
const FIRST_WORDS = wordSet('all neither none only');
/** What can be part of a name, but is none by itself: He Ying and Any Gabrielly are people. */
const WHOLE_NAMES = wordSet(
  'any both each either every few he her him i it many me most my no noone null one root she some that them they this unknown us we who you your',
);
/** Behind "no", these are no name; No Moo-hyun is one. */
const WORDS_BEHIND_NO = wordSet(
  'action actions body change changes drift effect further longer more new one people person role roles user users',
);
/** Words of sentences. With a capital, Can, May and Will are names; in lower case none is. */
const LOWER_CASE_WORDS = wordSet(
  'also and are can cannot could does for gain gains had has have if is join joins leave leaves lose loses may not of only or spend spends the was will with without would',
);

/** Letters that look like Latin ones and that NFKC leaves as they are: small capitals, Lisu, and a few others. */
const LOOK_ALIKES = new Map(
  Object.entries({
    A: 'ᴀꓮ',
    B: 'ʙꓐ',
    C: 'ᴄꓚ',
    D: 'ᴅꓓ',
    E: 'ᴇꓰ',
    F: 'ꜰꓝ',
    G: 'ɢꓖ',
    H: 'ʜꓧ',
    I: 'ɪꓲ',
    J: 'ᴊꓙ',
    K: 'ᴋꓗ',
    L: 'ʟꓡ',
    M: 'ᴍꓟ',
    N: 'ɴꓠ',
    O: 'ᴏꓳ',
    P: 'ᴘꓑ',
    R: 'ʀꓣ',
    S: 'ꜱꓢ',
    T: 'ᴛꓔ',
    U: 'ᴜꓴ',
    V: 'ᴠꓦ',
    W: 'ᴡꓪ',
    X: 'ꓫ',
    Y: 'ʏꓬ',
    Z: 'ᴢꓜ',
    a: 'ɑ',
    e: '3',
    g: 'ɡ',
    i: 'ı',
    l: 'ł1',
    o: 'ø0',
    s: '5',
  }).flatMap(([letter, alike]) => [...alike].map((each) => [each, letter] as const)),
);

/** Scripts with letters that look like Latin ones. */
const ALIKE_SCRIPTS = ['Latin', 'Greek', 'Cyrillic', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map(
  (script) => new RegExp(`\\p{Script=${script}}`, 'u'),
);

type Misleading = 'statement' | 'mixed-scripts';

export const misleadingName = rule({
  code: 'misleading-name',
  message: ({ name, member, because }: { name: string; member: string; because: Misleading }) =>
    because === 'statement'
      ? {
          summary: t`${shortValue(name)} does not read as a name`,
          reason: t`where a comment says who gains access, it would seem to be about others than ${value(member)}`,
          help: t`write the person's name, with a capital if a part of it is also a word`,
        }
      : {
          summary: t`${shortValue(name)} mixes scripts within a word`,
          reason: t`letters of several scripts look alike, so it can read as another name`,
          help: t`write each word of the name in one script`,
        },
  check(context, report) {
    for (const { key, text, path } of textsIn(context, 'members', 'name')) {
      const because = misleads(text);
      if (because !== null) report(path, { name: text, member: key, because });
    }
  },
});

/** Why a name can be read as something else than a person; null if it cannot. */
export function misleads(name: string): Misleading | null {
  const words = name.split(/[\s\p{Z}\p{P}]+/u).filter((word) => word !== '');
  if (words.some((word) => ALIKE_SCRIPTS.filter((script) => script.test(word)).length > 1)) return 'mixed-scripts';
  const plain = name.replace(/(?<=[\p{L}\p{M}])\p{P}(?=\p{L})/gu, '').split(/[\s\p{Z}\p{P}]+/u);
  const isSentence = words.some((word) => LOWER_CASE_WORDS.has(word));
  return isSentence || isStatement(words) || isStatement(plain) ? 'statement' : null;
}

/** Whether the words, in whatever case and however spaced, are one of ours or a quantity. */
function isStatement(words: readonly string[]): boolean {
  const latin = words.map(latinOf).filter((word) => word !== '');
  const [first = '', second = ''] = latin;
  return (
    latin.some((word) => NEVER_WORDS.has(word)) ||
    FIRST_WORDS.has(first) ||
    (first === 'no' && WORDS_BEHIND_NO.has(second)) ||
    /^\p{N}/u.test(words[0] ?? '') ||
    isNever(latin.join(''))
  );
}

function isNever(whole: string): boolean {
  return WHOLE_NAMES.has(whole) || NEVER_WORDS.has(whole);
}

/** `nobody` for a word that looks like it: accents, width, style, small capitals and case do not count. */
function latinOf(word: string): string {
  return [...word.normalize('NFKD')]
    .map((letter) => LOOK_ALIKES.get(letter) ?? letter)
    .join('')
    .replace(/\p{M}/gu, '')
    .toLowerCase();
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

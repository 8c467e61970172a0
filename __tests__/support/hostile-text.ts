import fc from 'fast-check';

/** What each text would do where it was not escaped. */
export const ATTACKS: Readonly<Record<string, string>> = {
  link: '[click](https://evil.example/x)',
  'reference link': '[click][1]\n\n[1]: https://evil.example',
  image: '![x](https://evil.example/pixel.png)',
  'autolink in angle brackets': '<https://evil.example>',
  'bare address': 'https://evil.example',
  'www address': 'www.evil.example',
  'e-mail address': 'eve@evil.example',
  'mailto address': 'mailto:eve@evil.example',
  html: '<img src=x onerror=alert(1)>',
  script: '<script>alert(1)</script>',
  'html comment': '--><h1>hi</h1><!--',
  'our marker': '<!-- mturk-team:perception-lab -->',
  'closing details': '</details></td></table>',
  'character reference': '&lt;b&gt;&#64;everyone&#x7c;',
  'table pipe': 'Bo | gains nothing | nothing',
  'escaped pipe': 'Bo \\| gains \\\\| nothing',
  'new row': 'Bo |\n| Ada | leaves | nothing |',
  heading: '# Approved',
  'setext heading': 'Approved\n===',
  'thematic break': '---',
  'list item': '- approved',
  'numbered list': '1. approved',
  'numbered list with a bracket': '1) approved',
  'task list': '- [x] approved',
  quote: '> approved',
  alert: '> [!NOTE]\n> approved',
  bold: '**approved**',
  underscores: '__approved__ _yes_',
  strikethrough: '~~Bo~~ ~Chen~',
  'code span': '`code`',
  'unbalanced backtick': 'Bo ` Chen',
  'many backticks': '`` Bo ``` Chen `',
  'only backticks': '```',
  fence: '```\nBo\n```',
  'tilde fence': '~~~\nBo\n~~~',
  'indented code': '    Bo',
  mention: '@octocat',
  'mention of a team': '@perception-lab/owners',
  'mention in words': 'thanks @octocat.',
  issue: '#1',
  'issue with a verb': 'fixes #12',
  'GH reference': 'GH-123',
  'issue elsewhere': 'octo/repo#1',
  'commit with an apostrophe': "3f2c1ab9's",
  'commit elsewhere': 'octo/repo@3f2c1ab9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4',
  commit: '3f2c1ab',
  'commit in words': 'see 3f2c1ab9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4 for more',
  'reference of a tracker': 'LAB-17',
  emoji: ':tada: :+1:',
  formula: '$\\sqrt{x}$',
  'formula in backticks': '$`x`$',
  footnote: '[^1]',
  'backslash at the end': 'Bo\\',
  'hard break': 'Bo  \nChen',
  'carriage return': 'Bo\rChen',
  'right-to-left override': 'Bo \u202egnp.exe',
  'right-to-left isolate': '\u2067Bo\u2069',
  'zero width': 'B\u200bo',
  'byte order mark': '\ufeffBo',
  'null and escape': 'Bo\u0000\u001b[31m',
  'line separator': 'Bo\u2028Chen',
  'no-break space': 'Bo\u00a0Chen',
  'full width sign': '\uff20octocat',
  'lone surrogate': 'Bo\ud800',
  zalgo: `B${'\u0301'.repeat(60)}o`,
  'workflow command': '::set-output name=failure-reason::not-approved',
  'workflow command behind spaces': ' \u3000 ::add-mask::1',
  'workflow command on a second line': 'Bo\n::stop-commands::x',
  'workflow command of a word': 'Bo ::error::approved',
  'older workflow command': 'Bo ##[set-output name=failure-reason]not-approved',
  'halves of a command': '##',
  'a sentence': 'Bo. No other access changes. Approved by the owner',
  'very long': 'x'.repeat(100_000),
  'very long with spaces': 'ab '.repeat(30_000),
  empty: '',
  space: ' ',
  spaces: '   ',
  'right-to-left name': 'שלום',
};

const SURROGATES = 0x800;

/** Any character of Unicode. The unit `binary` of fast-check does the same after a second, in which it makes a map of them all. */
export function character(): fc.Arbitrary<string> {
  return fc
    .integer({ min: 0, max: 0x10ffff - SURROGATES })
    .map((code) => String.fromCodePoint(code < 0xd800 ? code : code + SURROGATES));
}

/** An attack, a mixture of two, or any text. */
export function hostileText(): fc.Arbitrary<string> {
  const attack = fc.constantFrom(...Object.values(ATTACKS).filter((text) => text.length < 1000));
  return fc.oneof(
    attack,
    fc.tuple(attack, fc.constantFrom('', ' ', '\n', '|', '`', '\\'), attack).map((parts) => parts.join('')),
    fc.string({ unit: fc.constantFrom(...'`|\\<>[]()!*_~#@:&$-=+. \n\tab1/"\''), maxLength: 30 }),
    fc.string({ unit: character(), maxLength: 20 }),
  );
}

import fc from 'fast-check';
import { code, fence, nameMarkdown, prose } from '../../../src/text/markdown.ts';
import { markdownText, t } from '../../../src/text/text.ts';
import { runs } from '../../support/exhaustive.ts';
import { codeTexts, GITHUB_MAKES, htmlOf, skeletonOf, textOutsideCode } from '../../support/github-page.ts';
import { ATTACKS, hostileText } from '../../support/hostile-text.ts';

const attacks = Object.entries(ATTACKS);

/** Places in which a text from elsewhere stands, each with what would be left of the page were it a plain word. */
const PLACES: Readonly<Record<string, (text: string) => string>> = {
  'cell of a table': (text) => `| who | change |\n| --- | --- |\n| **${nameMarkdown(text)}** | joins |\n\nAfter.`,
  'last cell of a table': (text) => `| who | change |\n| --- | --- |\n| Bo | ${code(text)} |\n| Ada | leaves |`,
  heading: (text) => `### ${markdownText(t`Adds ${text}; Bo leaves`, true)}\n\nAfter.`,
  'list item': (text) => `- ${prose(text)}\n- ${code(text)}\n- after`,
  sentence: (text) =>
    `Before ${prose(`someone added ${text} to paymaster`)} and ${markdownText(t`${text}, ${text}`, true)}.`,
  'fence in a list': (text) => {
    const { open, lines, close } = fence(text.split('\n'), 'text');
    return `- item\n\n${[open, ...lines, close].map((line) => `  ${line}`).join('\n')}\n- after`;
  },
};

/** What became of a page because a text stands in it where "Bo" could: nothing is right. */
function harmDone(markdown: string, harmless: string): readonly string[] {
  const html = htmlOf(markdown);
  const plain = textOutsideCode(html);
  return [
    ...(skeletonOf(html) === skeletonOf(htmlOf(harmless)) ? [] : ['other elements']),
    ...Object.entries(GITHUB_MAKES).flatMap(([what, pattern]) => (pattern.test(plain) ? [what] : [])),
    ...(INVISIBLE.test(plain) ? ['something that cannot be seen'] : []),
  ];
}

function expectHarmless(place: string, text: string): void {
  const put = PLACES[place]!;
  expect(harmDone(put(text), put('Bo'))).toEqual([]);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const INVISIBLE = /[\0-\x08\x0b-\x1f\x7f\p{Cs}\u200b-\u200d\u202a-\u202e\u2066-\u2069\ufeff]/u;

describe.each(Object.keys(PLACES))('in a %s', (place) => {
  test.each(attacks)('%s stays text', (_name, text) => {
    expectHarmless(place, text);
  });

  test('any text stays text', () => {
    fc.assert(
      fc.property(hostileText(), (text) => expectHarmless(place, text)),
      { numRuns: runs(150) },
    );
  });
});

/** What deceives a reader or another parser, and changes no element of this one's page. */
const DECEIVING = [
  ...['commit elsewhere', 'character reference', 'table pipe', 'escaped pipe', 'code span', 'unbalanced backtick'],
  ...[
    'many backticks',
    'footnote',
    'backslash at the end',
    'line separator',
    'no-break space',
    'full width sign',
    'zalgo',
  ],
  ...Object.keys(ATTACKS).filter((name) => name.includes('command')),
  ...['a sentence', 'very long', 'very long with spaces', 'right-to-left name'],
];

test.each(attacks.filter(([name]) => !DECEIVING.includes(name)))(
  '%s would do harm if it were not escaped',
  (_name, text) => {
    const places = [(some: string) => `| who |\n| --- |\n| ${some} |\n| Ada |`, (some: string) => `${some}\n\nAfter.`];
    expect(places.flatMap((put) => harmDone(put(text), put('Bo')))).not.toEqual([]);
  },
);

test('a pipe or a line break is nowhere, so that no parser can find another cell or row', () => {
  fc.assert(
    fc.property(hostileText(), (text) => {
      for (const markdown of [code(text), nameMarkdown(text), prose(text)]) expect(markdown).not.toMatch(/[|\n\r]/);
    }),
  );
});

test.each([
  ["Ada O'Neill", "Ada O'Neill"],
  ['Nguyễn Thị Ánh', 'Nguyễn Thị Ánh'],
  ['李小龍', '李小龍'],
  ['Dr. Jean-Luc Müller Jr.', 'Dr. Jean-Luc Müller Jr.'],
  ['Bo (visiting)', 'Bo (visiting)'],
  ['שלום', 'שלום&lrm;'],
  ['@octocat', '`@octocat`'],
  ['Bo | Chen', '`Bo <U+007C> Chen`'],
  ['a`b', '``a`b``'],
  ['`a`', '`` `a` ``'],
  ['GH-123', '`GH-123`'],
  ['deadbeef', '`deadbeef`'],
  ['www.evil.example', '`www.evil.example`'],
  ['Bo\u202eChen', '`Bo<U+202E>Chen`'],
  ['', '(empty)'],
  ['x'.repeat(50), `\`${'x'.repeat(39)}…\``],
  ['Bo. No other access changes', '`Bo. No other access changes`'],
  ['Eve J. Lindqvist', 'Eve J. Lindqvist'],
])('the name %j is shown as %s', (name, shown) => {
  expect(nameMarkdown(name)).toBe(shown);
});

test('what is in a code span reads as it was, but for what cannot be seen', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'`\\ab <>&*_'), minLength: 1, maxLength: 30 }), (text) => {
      const [shown] = codeTexts(htmlOf(`Before ${code(text)} after`));
      expect(shown).toBe(text);
    }),
    { numRuns: runs(300) },
  );
});

test('a sentence keeps its words, and its odd words stand in code', () => {
  expect(prose('Someone added Bo to paymaster (not in team.yaml): 3 of 4.')).toBe(
    'Someone added Bo to paymaster (not in team.yaml): 3 of 4.',
  );
  expect(prose('settings.max-removals allows 3, says @ada')).toBe('`settings.max-removals` allows 3, says `@ada`');
  expect(prose('1. approved')).toBe('`1`. approved');
});

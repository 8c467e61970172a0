import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const FEWEST_WORDS = 5;
const PAGES = execFileSync('git', ['ls-files', '-z', 'README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'docs'], {
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file.endsWith('.md'));

/** The sentences of a page as a reader sees them, or cells of a table. No code blocks, titles and heads of tables: links repeat titles. */
function sentencesOf(page: string): readonly string[] {
  return (
    page
      .replace(/^( *)```[\s\S]*?^\1```$/gm, '\n\n')
      .replace(/<!--[\s\S]*?-->/g, '\n\n')
      .replace(/^\|.*\|\n\|(?: *-+ *\|)+$/gm, '')
      .replace(/^ *(?:[-*]|\d+\.) /gm, '\n\n')
      .replace(/^#+ .*$/gm, '\n\n')
      .replace(/^> ?/gm, '')
      .replace(/^\|(.*)\|$/gm, (_row, cells: string) => `\n\n${cells.replace(/(?<!\\)\|/g, '\n\n')}\n\n`)
      .split(/\n\s*\n/)
      .flatMap((paragraph) => paragraph.split(/(?<=[.!?:;])\s+/))
      // A command of two guides is no sentence.
      .filter((sentence) => !/^\s*`[^`]+`\s*$/.test(sentence))
      .map((sentence) =>
        sentence
          .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
          .replace(/<[^>]+>/g, '')
          .replace(/[`*]/g, '')
          .replace(/\s+/g, ' ')
          .trim()
          .replace(/[.:;]$/, '')
          .toLowerCase(),
      )
      .filter((sentence) => sentence.split(' ').length >= FEWEST_WORDS)
  );
}

test('a page is split where a reader stops', () => {
  const page = [
    ...['# A title of a page', '', 'The `first` [sentence](x.md) of\nthis *page*: is it? Then a second one follows.'],
    ...[
      '',
      '| Name of a column | Other |',
      '| --- | --- |',
      '| a cell with five words | `a \\| b` |',
      '| `a command of five words` | x |',
      '',
    ],
    ...['- An item of a list', '', '```sh', 'a command of five words', '```', ''],
  ].join('\n');
  expect(sentencesOf(page)).toEqual([
    ...['the first sentence of this page', 'then a second one follows'],
    ...['a cell with five words', 'an item of a list'],
  ]);
});

test('no sentence of five words or more stands on two pages', () => {
  const places = new Map<string, Set<string>>();
  for (const page of PAGES) {
    for (const sentence of sentencesOf(readFileSync(page, 'utf8'))) {
      // Two guides can have a command, and each says what it prints.
      if (sentence.startsWith('you should see ')) continue;
      places.set(sentence, (places.get(sentence) ?? new Set()).add(page));
    }
  }
  expect(places.size).toBeGreaterThan(1_000);
  const repeated = [...places].filter(([, pages]) => pages.size > 1).map(([text, pages]) => [text, ...pages]);
  expect(repeated).toEqual([]);
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { htmlOf } from '../support/github-page.ts';

/** What the README and all pages have together. */
const WHOLE = 26_000;
/** Of each page: raise one with a reason. */
const BUDGETS: Readonly<Record<string, number>> = {
  'README.md': 380,
  'docs/README.md': 400,
  'docs/adopt.md': 710,
  'docs/audit.md': 430,
  'docs/contributing/architecture.md': 580,
  'docs/contributing/decisions/0001-cdktf-or-cdktn.md': 320,
  'docs/contributing/decisions/README.md': 50,
  'docs/contributing/release.md': 200,
  'docs/contributing/style.md': 670,
  'docs/drift.md': 1_000,
  'docs/edit.md': 410,
  'docs/faq.md': 350,
  'docs/history.md': 540,
  'docs/install.md': 260,
  'docs/member.md': 740,
  'docs/page.md': 460,
  'docs/operations.md': 1_790,
  'docs/reference/cli.md': 1_460,
  'docs/reference/doctor.md': 590,
  'docs/reference/findings-drift.md': 1_750,
  'docs/reference/findings-failures.md': 2_190,
  'docs/reference/findings-file.md': 1_180,
  'docs/reference/glossary.md': 240,
  'docs/reference/json.md': 1_170,
  'docs/reference/roles.md': 600,
  'docs/reference/team-yaml.md': 1_120,
  'docs/review.md': 900,
  'docs/security/threat-model.md': 3_950,
  'docs/setup.md': 1_000,
  'docs/wind-down.md': 420,
};
/** Of a sentence; 20 is the aim. */
const LONGEST = 24;
/** Of a record of a decision. */
const DECISION = 170;

const PAGES = execFileSync('git', ['ls-files', '-z', 'README.md', 'docs'], { encoding: 'utf8' })
  .split('\0')
  .filter((file) => file.endsWith('.md'));
const counted = PAGES.map((page) => ({ page, words: wordsOf(textOf(readFileSync(page, 'utf8'))).length }));
const budgetOf = (page: string) => BUDGETS[page] ?? (page.includes('/decisions/0') ? DECISION : 0);

/** What a reader reads of a page, a line for each paragraph, item or cell: no blocks of code, markup and targets of links. */
function textOf(page: string): string {
  return htmlOf(page)
    .replace(/\n/g, ' ')
    .replace(/<pre>.*?<\/pre>|<!--.*?-->/g, '\n')
    .replace(/<\/?(?:a|code|strong|em)\b[^>]*>/g, '')
    .replace(/<[^>]+>/g, '\n');
}

/** Without bare signs. */
function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
}

test('words are those that a reader reads', () => {
  const page = [
    ...[
      '# A title',
      '',
      '| Name | Text |',
      '| --- | --- |',
      '| <a id="x"></a>`a-b c` | [two words](far/away.md#x) |',
      '',
    ],
    ...[
      '1. First:',
      '',
      '   ```sh',
      '   no words',
      '   ```',
      '',
      '<!-- none -->',
      '> [!NOTE]',
      '> **It** is - so.',
      '',
    ],
    ...['![a picture](images/x.png)', 'Run `a --option <file>`, in 20 words.'],
  ].join('\n');
  const said = 'A title Name Text a-b c two words First: [!NOTE] It is so. Run a --option &lt;file&gt;, in 20 words.';
  expect(wordsOf(textOf(page)).join(' ')).toBe(said);
});

test('every page stays within its budget of words, and all within theirs', () => {
  expect(counted.length).toBeGreaterThan(20);
  expect(counted.filter(({ page, words }) => words > budgetOf(page))).toEqual([]);
  expect(Object.keys(BUDGETS).filter((page) => !PAGES.includes(page))).toEqual([]);
  expect(counted.reduce((sum, { words }) => sum + words, 0)).toBeLessThan(WHOLE);
});

test('no sentence is long: a name in code is one word', () => {
  const long = PAGES.flatMap((page) =>
    textOf(readFileSync(page, 'utf8').replace(/(?<!`)`[^`\n]+`(?!`)/g, 'code'))
      .split(/\n|(?<=[.!?])\s/)
      .filter((sentence) => wordsOf(sentence).length > LONGEST)
      .map((sentence) => `${page}: ${sentence.trim()}`),
  );
  expect(long).toEqual([]);
});

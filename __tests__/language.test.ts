import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Words of the first version's private dialect; see docs/contributing/style.md. */
const BANNED = [
  'mend',
  'mends',
  'anew',
  'unasked',
  'some' + 'body',
  'no' + 'body',
  'who' + 'ever',
  'stray',
  'strays',
].concat(['fate', 'deed', 'told', 'she', 'her', 'hers', 'he', 'his']);
const PATTERN = new RegExp(`\\b(?:${BANNED.join('|')})\\b`, 'i');

/** Searched for banned words. A directory ends in a slash. */
const SEARCHED = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'team.yaml', 'team.schema.json', 'main.ts'],
  ...['.github/', 'docs/', 'src/', 'scripts/', 'conformance/', '__tests__/'],
];

/** A member may be called by these words: the test of what a name could forge has them. */
const EXEMPT = /mislead-by-a-name|language\.test/i;

const files = execFileSync('git', ['ls-files', '-z', ...SEARCHED], { encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && !EXEMPT.test(file) && !/\.(png|zip)$/.test(file));

test('the list names files that exist', () => {
  expect(files.length).toBeGreaterThan(400);
});

function usesOf(pattern: RegExp, searched: readonly string[]): readonly string[] {
  return searched.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 100)}`] : [])),
  );
}

test('no file uses a word of the private dialect', () => {
  expect(usesOf(PATTERN, files)).toEqual([]);
});

/** The one name of Amazon's in prose that is not `Mechanical Turk`: types, such as `MTurkClient`, are no whole word of it. */
const SHORT_NAME = /\bMTurk\b(?! (?:sandbox|policies))/;

test('people read "Mechanical Turk"; "MTurk" is a part of names alone', () => {
  // Tests write code, in which it is the name of a client.
  const read = files.filter((file) => !/^__tests__\/.*\.ts$|^docs\/contributing\/style\.md$/.test(file));
  expect(usesOf(SHORT_NAME, read)).toEqual([]);
});

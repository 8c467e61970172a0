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

/** What is searched: a folder ends in a slash. The list only grows. */
const CLEAN = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'team.schema.json', 'main.ts', '.github/'],
  ...['src/guardrails/', 'src/text/', 'src/diagnostics/', 'src/team/', 'src/github/', 'src/catalog/'],
  ...['src/cli/main.ts', 'src/cli/io.ts', 'src/cli/options.ts', 'src/cli/apply-plan.ts', 'src/cli/session/'],
  ...[
    'src/drift/report/',
    'src/cli/drift/write-report.ts',
    'src/cli/stale-drift-check.ts',
    'docs/*.md',
    'docs/reference/',
  ],
  ...['__tests__/drift/report/', '__tests__/cli/drift-issue.test.ts', '__tests__/golden/drift/expiring-access.md'],
  ...['src/emulator/', 'src/cli/demo/', 'conformance/', 'scripts/', '__tests__/emulator/', '__tests__/conformance/'],
  ...['__tests__/guardrails/', '__tests__/golden/failures.txt', '__tests__/golden/blocks.txt', '__tests__/text/'],
];

/** A member must not be called by these words, so the list of reserved names contains them. */
const EXEMPT = /reserved-names|RESERVED/i;

const files = execFileSync('git', ['ls-files', '-z', ...CLEAN], { encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && !EXEMPT.test(file) && !/\.(png|zip)$/.test(file));

test('the list names files that exist', () => {
  expect(files.length).toBeGreaterThan(100);
});

test('no file uses a word of the private dialect', () => {
  const uses = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (PATTERN.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 100)}`] : [])),
  );
  expect(uses).toEqual([]);
});

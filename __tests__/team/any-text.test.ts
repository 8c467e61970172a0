import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse, parseDocument, stringify } from 'yaml';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { printFindings } from '../../src/team/print-findings.ts';
import { EXHAUSTIVE, runs, sampleOf } from '../support/exhaustive.ts';
import { character } from '../support/hostile-text.ts';
import { TODAY } from './team-text.ts';

// Whatever stands in the file, it is a team or there are findings about it, and both can be printed.

// With what the file of the repository does not need.
const sample = `${readFileSync('team.yaml', 'utf8').replace('suspended: true', 'suspended: true, keys: 2')}
  key-max-age-days: 60
  drift-every-hours: 12
  renew-before-days: 14

snoozed:
  unmanaged-user/old-mturk-user/spends: { until: "2027-01-31", reason: its last study ends in January }
`;
const lines = sample.split('\n');

const SHREDS = [
  '\u0000',
  '\u001B[2J',
  '\u202E',
  '\u200D',
  '\uFEFF',
  '\uD800',
  '𠮷',
  '${x}',
  '%{',
  '&a ',
  '*a',
  '!!binary ',
  '<<: ',
  '? ',
  '- ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|\n',
  '>\n',
  '#',
  '\t',
  '\r',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '~',
  'null',
  '.nan',
  '0x1F',
  '1e400',
  '\u2028',
];

/** A value to put somewhere: what YAML can say, and what it can say only with difficulty. */
const anything = fc.oneof(
  fc.anything({ maxDepth: 2, withNullPrototype: false, withBigInt: false }).map((value) => plain(value)),
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    Number.NaN,
    '',
    ' ',
    'ada',
    'reader',
    '*',
    [],
    {},
    [[]],
    '2027-02-31',
    'GrantBonus',
  ),
  fc.string({ unit: character(), maxLength: 8 }),
);

/** Paths of all that stands in the sample. */
const paths = ((): (string | number)[][] => {
  const found: (string | number)[][] = [];
  const visit = (value: unknown, path: (string | number)[]): void => {
    if (path.length > 0) found.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, entry] of Object.entries(value)) visit(entry, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  visit(parse(sample), []);
  return found;
})();

const anotherText = fc.oneof(
  fc.string({ unit: character(), maxLength: 300 }),
  fc
    .array(fc.constantFrom(...SHREDS, ...lines.map((line) => `${line}\n`)), { maxLength: 40 })
    .map((parts) => parts.join('')),
  anything.map((value) => stringify(value) ?? ''),
);

const mutation: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.nat().map((at) => (text: string) => onLines(text, at, () => [])),
  fc.nat().map((at) => (text: string) => onLines(text, at, (line) => [line, line])),
  fc.tuple(fc.nat(), fc.nat(12)).map(
    ([at, blanks]) =>
      (text: string) =>
        onLines(text, at, (line) => [' '.repeat(blanks) + line.trimStart()]),
  ),
  fc.tuple(fc.nat(), fc.nat()).map(
    ([one, two]) =>
      (text: string) =>
        swapped(text, one, two),
  ),
  fc.tuple(fc.nat(), fc.constantFrom(...SHREDS)).map(
    ([at, shred]) =>
      (text: string) =>
        inserted(text, at, shred),
  ),
  fc.tuple(fc.nat(), fc.nat(20)).map(
    ([at, length]) =>
      (text: string) =>
        inserted(text, at, '', length),
  ),
);

const mutatedText = fc
  .array(mutation, { minLength: 1, maxLength: 6 })
  .map((mutations) => mutations.reduce((text, mutate) => mutate(text), sample));

const changedTree = fc
  .array(fc.tuple(fc.constantFrom(...paths), fc.option(anything, { nil: undefined, freq: 6 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((changes) => {
    const document = parseDocument(sample);
    for (const [path, value] of changes) {
      // An earlier change may have taken away what this one is about.
      if (!document.hasIn(path)) continue;
      if (value === undefined) document.deleteIn(path);
      else document.setIn(path, document.createNode(value, { aliasDuplicateObjects: false }));
    }
    return String(document);
  });

test('random and mutated files give a team or findings, which can be printed, and never an exception', () => {
  let teams = 0;
  fc.assert(
    fc.property(fc.oneof(anotherText, mutatedText, mutatedText, changedTree, changedTree), (text) => {
      const { team, findings, source, size } = readTeam(text, { file: 'team.yaml', today: TODAY });
      if (team !== null) teams += 1;
      const failed = findings.some(({ severity }) => severity === 'error');
      expect(team === null).toBe(failed);
      if (team !== null) expect(JSON.stringify(team)).not.toMatch(/[$%]\{/);
      const places = findings.map(({ position }) => position!);
      for (const [index, place] of places.entries()) {
        const before = places[index - 1] ?? place;
        expect(before.line < place.line || (before.line === place.line && before.column <= place.column)).toBe(true);
      }
      for (const format of ['text', 'json', 'github'] as const) {
        const printed = printFindings({ findings, source, size }, { file: 'team.yaml', format, color: false });
        // Nothing but line breaks among what a terminal obeys; JSON escapes the rest by itself.
        expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
      }
    }),
    { numRuns: runs(2_000) },
  );
  // The mutations are mild enough to leave some files valid, else only the first gate would be tried.
  expect(teams).toBeGreaterThan(runs(20));
});

const GIANTS: readonly (readonly [string, string])[] = [
  ['a list of 50,000 numbers', `owners:\n${'- 1\n'.repeat(50_000)}`],
  // The time grows with the square.
  ['thousands of keys', Array.from({ length: EXHAUSTIVE ? 40_000 : 10_000 }, (_, index) => `k${index}: 1\n`).join('')],
  ['40,000 times the same key', 'a: 1\n'.repeat(40_000)],
  ['a name of 2 MB', `lab: ${'x'.repeat(2_000_000)}`],
  ['a line of 200 kB of quotes', '"'.repeat(200_000)],
  ['2 MB of backslashes', `lab: "${'\\'.repeat(2_000_000)}"`],
  ['2 MB of escape characters', '\u001B'.repeat(2_000_000)],
  ['2 MB of right-to-left overrides in a comment', `# ${'\u202E'.repeat(700_000)}`],
  ['2 MB of an e-mail address', `members:\n  a: { email: "${'a.'.repeat(700_000)}@" }`],
  ['2 MB of an opened template', `lab: '${'${'.repeat(900_000)}'`],
  ['2 MB of open brackets in a text without an end', `members: { ada: { name: "${'['.repeat(2_000_000)}`],
  ['2 MB of carriage returns in brackets without an end', `members: { ada: {${'\r'.repeat(1_900_000)}`],
  ['an indentation of 2 MB', `${' '.repeat(2_000_000)}a: 1`],
  [
    '20,000 roles in a chain',
    `roles:\n${Array.from({ length: 20_000 }, (_, index) => `  r${index}: { extends: [r${index + 1}] }\n`).join('')}`,
  ],
];

test.each(sampleOf(GIANTS, 2))(
  '%s is answered in seconds',
  (_, text) => {
    const { team, findings, source } = readTeam(text, { file: 'team.yaml', today: TODAY });
    expect(team).toBeNull();
    expect(findings.length).toBeGreaterThan(0);
    expect(printFindings({ findings, source }, { color: false }).length).toBeLessThan(40_000);
  },
  20_000,
);

/** What YAML can write: no functions, dates, symbols or maps. */
function plain(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return null;
  }
}

function onLines(text: string, at: number, change: (line: string) => string[]): string {
  const all = text.split('\n');
  const index = at % all.length;
  return all.flatMap((line, each) => (each === index ? change(line) : [line])).join('\n');
}

function swapped(text: string, one: number, two: number): string {
  const characters = [...text];
  const [a, b] = [one % characters.length, two % characters.length];
  [characters[a], characters[b]] = [characters[b] ?? '', characters[a] ?? ''];
  return characters.join('');
}

function inserted(text: string, at: number, shred: string, removed = 0): string {
  const index = at % (text.length + 1);
  return text.slice(0, index) + shred + text.slice(index + removed);
}

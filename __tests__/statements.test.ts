import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decide } from '../src/access/decide.ts';
import { diffAccess } from '../src/access/diff.ts';
import { OPERATIONS } from '../src/catalog/mturk.ts';
import { classifyPlan } from '../src/review/changes/classify-plan.ts';
import { recordedNames, recordedPlan } from './support/recorded-plan.ts';
import { sampleTeam } from './support/sample-team.ts';

const PAGE = readFileSync('__tests__/statements.md', 'utf8');
const ROWS = [...PAGE.matchAll(/^\| `([^`]+)` \| [^|]+ \| `([^`]+)`: (.+) \|$/gm)].map(
  ([, sentence = '', file = '', test = '']) => ({ sentence, file, test }),
);

/** Lines of the product's source, without comments; the emulator says nothing about a lab. */
const LINES = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('emulator'))
  .flatMap((file) => readFileSync(join('src', file), 'utf8').split('\n'))
  .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line));

/** A line that has the sentence, with whatever it fills in. */
function saysIn(sentence: string): (line: string) => boolean {
  const parts = sentence.split('…').filter((part) => part.trim() !== '');
  return (line) => parts.every((part) => line.includes(part));
}

test('every sentence about the account is in src, with a test that exists', () => {
  expect(ROWS.length).toBeGreaterThan(20);
  const wrong = ROWS.filter(
    ({ sentence, file, test }) =>
      !LINES.some(saysIn(sentence)) || !readFileSync(join('__tests__', file), 'utf8').includes(test),
  );
  expect(wrong).toEqual([]);
});

const CLAIM =
  /['"`] ?[^'"`]*(?:\bmatch(?:es)? (?:\$\{|team)|\bdrift(?:[.,;]| remains\.| in what)|nothing left|no change|was not asked|Same as in|nothing (?:of this lab|was changed|is applied|has been applied)|now as in|says the same)/i;
/** Help, names of files, and what the demo checks as it says it. */
const OTHER = [
  ...[/addHelpText|exitCodes: |description\(|\.yml|import\(|^ {4}'?[a-z-]+'?: '[A-Z]|exit code describes|^plan, drift/],
  ...[/output\.check\(|plan finds nothing left|'no change'|Terraform reported no change|must find no changes/],
  ...[/What is reverted: nothing|not match the|that was not asked for|day of access/],
];

test('every sentence of src that claims something about the account is listed', () => {
  const isListed = ROWS.map(({ sentence }) => saysIn(sentence));
  const missing = LINES.filter(
    (line) => CLAIM.test(line) && !OTHER.some((other) => other.test(line)) && !isListed.some((says) => says(line)),
  );
  expect(missing).toEqual([]);
});

test('those without a change by a plan may do the same before and after it', () => {
  const at = new Date('2026-11-25T12:00:00Z');
  for (const name of recordedNames('.plan.json')) {
    const { before, after } = classifyPlan(recordedPlan(name), sampleTeam.account).access;
    for (const user of diffAccess(before, after, at).unchanged) {
      const allowed = (model: typeof before) =>
        OPERATIONS.filter((operation) => decide(model, user, operation, { at }).outcome === 'allowed');
      expect([name, user, allowed(after)]).toEqual([name, user, allowed(before)]);
    }
  }
});

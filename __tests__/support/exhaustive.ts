import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** `npm run test:exhaustive`: every case instead of a sample. */
export const EXHAUSTIVE = process.env.MTURK_TEAM_TESTS === 'exhaustive';

/** How many random cases a property is tried with: a fifth of them unless the run is exhaustive. */
export function runs(all: number): number {
  return EXHAUSTIVE ? all : Math.ceil(all / 5);
}

/** Numbers that follow the commit; jest.sequencer.js has the fourth. */
const [ROTATION_OF_SAMPLES, ROTATION_OF_TURNS, ROTATION_OF_SETS] = [0, 8, 16].map((from) =>
  Number.parseInt((process.env.MTURK_TEAM_COMMIT ?? '').slice(from, from + 8), 16),
) as [number, number, number];

/** `count` cases, evenly spaced, beginning at another one for each commit; all of them in an exhaustive run. */
export function sampleOf<T>(cases: readonly T[], count: number): readonly T[] {
  if (EXHAUSTIVE || cases.length <= count) return cases;
  const step = cases.length / count;
  const offset = ROTATION_OF_SAMPLES % Math.ceil(step);
  return Array.from({ length: count }, (_, index) => cases[Math.floor(index * step + offset) % cases.length] as T);
}

export type Tests = Pick<jest.It, 'each' | 'skip'> &
  ((name: string, body: jest.ProvidesCallback, timeout?: number) => void);

function testFile(): string {
  return basename(expect.getState().testPath ?? '', '.test.ts');
}

/** Where the turns of a test file begin: elsewhere in each file, so that no commit draws many slow ones. */
function firstTurn(): number {
  return ROTATION_OF_TURNS + createHash('sha256').update(testFile()).digest().readUInt16BE();
}

/**
 * `test` for what takes seconds: of the tests and rows of tables in a file, each commit runs one in `share`, beginning at
 * another one in each file; an exhaustive run runs all. One for a file: two of the same share have their turns together.
 * Attacks and end-to-end tests of which all take turns are not even loaded by most commits: see jest.sequencer.js.
 */
export function testInTurn(share: number): Tests {
  let turn = firstTurn();
  const next = () => (EXHAUSTIVE || turn++ % share === 0 ? test : test.skip);
  const inTurn = (name: string, body: jest.ProvidesCallback, timeout?: number) => next()(name, body, timeout);
  const each = (rows: readonly unknown[]) => (name: string, body: (...row: unknown[]) => unknown, timeout?: number) => {
    for (const row of rows) next().each([row])(name, body, timeout);
  };
  return Object.assign(inTurn, { each: each as jest.Each, skip: test.skip });
}

/** Files of which all tests run or none, in sets that take about as long: each commit runs one set. */
const WHOLE_FILES = [
  ['pipeline'],
  ['setup'],
  ['roles'],
  ['manual-changes'],
  ['key-delivery', 'provider'],
  ['adopt-page', 'tutorial'],
];

/** `test` of a file whose tests need each other. */
export function allInTurn(): Tests {
  const set = WHOLE_FILES.findIndex((files) => files.includes(testFile()));
  if (set === -1) throw new Error(`${testFile()} is in no set`);
  return EXHAUSTIVE || ROTATION_OF_SETS % WHOLE_FILES.length === set ? test : test.skip;
}

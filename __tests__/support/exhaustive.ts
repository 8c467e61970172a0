import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** `npm run test:exhaustive`: every case instead of a sample. */
export const EXHAUSTIVE = process.env.MTURK_TEAM_TESTS === 'exhaustive';

/** How many random cases a property is tried with: a fifth of them unless the run is exhaustive. */
export function runs(all: number): number {
  return EXHAUSTIVE ? all : Math.ceil(all / 5);
}

const COMMIT = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
/** Numbers that follow the commit, so that samples and turns rotate and a failure can be repeated. */
const [ROTATION_OF_SAMPLES, ROTATION_OF_TURNS] = [0, 8].map((from) =>
  Number.parseInt(COMMIT.slice(from, from + 8), 16),
) as [number, number];

/** `count` cases, evenly spaced, beginning at another one for each commit; all of them in an exhaustive run. */
export function sampleOf<T>(cases: readonly T[], count: number): readonly T[] {
  if (EXHAUSTIVE || cases.length <= count) return cases;
  const step = cases.length / count;
  const offset = ROTATION_OF_SAMPLES % Math.ceil(step);
  return Array.from({ length: count }, (_, index) => cases[Math.floor(index * step + offset) % cases.length] as T);
}

type Tests = Pick<jest.It, 'each' | 'skip'> & ((name: string, body: jest.ProvidesCallback, timeout?: number) => void);

/** Where the turns of a test file begin: elsewhere in each file, so that no commit draws many slow ones. */
function firstTurn(): number {
  const file = basename(expect.getState().testPath ?? '');
  return ROTATION_OF_TURNS + createHash('sha256').update(file).digest().readUInt16BE();
}

/**
 * `test` for what takes seconds: of the tests and tables in a file, each commit runs one in `share`, beginning at another one
 * in each file; an exhaustive run runs all.
 */
export function testInTurn(share: number): Tests {
  let turn = firstTurn();
  const next = () => (EXHAUSTIVE || turn++ % share === 0 ? test : test.skip);
  const inTurn = (name: string, body: jest.ProvidesCallback, timeout?: number) => next()(name, body, timeout);
  Object.defineProperty(inTurn, 'each', { get: () => next().each });
  return Object.assign(inTurn, { skip: test.skip }) as Tests;
}

/** `test` of a file whose tests need each other: one commit in `share` runs all of them, as an exhaustive run does. */
export function allInTurn(share: number): Tests {
  return EXHAUSTIVE || firstTurn() % share === 0 ? test : test.skip;
}

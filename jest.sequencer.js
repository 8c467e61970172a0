import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** These start processes and take the most time: first, so that all workers end together. */
const SLOW = /\/__tests__\/(attacks|end-to-end|workflows|cli\/[^/]+$)/;

/** In these folders, of the files whose tests all take turns, a commit loads one in so many. */
const FOLDERS_IN_TURN = /\/__tests__\/(attacks|end-to-end)\//;
const TAKES_TURNS = /^const test = testInTurn\(/m;
const SHARE_OF_FILES = 8;

const rotation = () => Number.parseInt(process.env.MTURK_TEAM_COMMIT.slice(24, 32), 16);
const orderOf = (path) => createHash('sha256').update(basename(path)).digest('hex');

/** The slow files first; without paths or names of tests, only those whose turn it is. */
export default class SlowFirst extends Sequencer {
  #isWholeRun;

  constructor(options) {
    super(options);
    const { testPathPatterns, testNamePattern } = options.globalConfig;
    this.#isWholeRun = testPathPatterns.patterns.length === 0 && !testNamePattern;
  }

  sort(tests) {
    const sorted = super.sort(this.#inTurn(tests));
    const isSlow = ({ path }) => SLOW.test(path);
    return [...sorted.filter(isSlow), ...sorted.filter((test) => !isSlow(test))];
  }

  #inTurn(tests) {
    if (!this.#isWholeRun || process.env.MTURK_TEAM_TESTS === 'exhaustive') return tests;
    const takeTurns = tests
      .filter(({ path }) => FOLDERS_IN_TURN.test(path) && TAKES_TURNS.test(readFileSync(path, 'utf8')))
      .sort((a, b) => (orderOf(a.path) < orderOf(b.path) ? -1 : 1));
    const waiting = new Set(takeTurns.filter((_test, index) => (index + rotation()) % SHARE_OF_FILES !== 0));
    console.log(`${waiting.size} of ${tests.length} test files wait for their turn; npm run test:exhaustive runs all`);
    return tests.filter((test) => !waiting.has(test));
  }
}

import Sequencer from '@jest/test-sequencer';

/** These start processes and take the most time: first, so that all workers end together. */
const SLOW = /\/__tests__\/(attacks|end-to-end|workflows|cli\/[^/]+$)/;

export default class SlowFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isSlow = ({ path }) => SLOW.test(path);
    return [...sorted.filter(isSlow), ...sorted.filter((test) => !isSlow(test))];
  }
}

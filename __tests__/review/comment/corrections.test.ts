import { byCapability } from '../../../src/access/capability-access.ts';
import { operationSet } from '../../../src/access/operation-set.ts';
import type { Correction } from '../../../src/review/changes/corrections.ts';
import { correctionWords } from '../../../src/review/comment/corrections.ts';

const bonus = byCapability(
  operationSet((operation) => operation === 'SendBonus'),
  new Map(),
);
const bo = { user: 'perception-lab-bo', name: 'Bo Chen' };
const can = 'pays workers bonuses (pay:bonus), which spends money';

const CASES: readonly (readonly [Correction, string])[] = [
  [{ ...bo, kind: 'gains', capabilities: bonus }, `Bo Chen gains more than team.yaml says: ${can}.`],
  [
    { ...bo, kind: 'does-not-gain', capabilities: bonus },
    `Bo Chen does not gain this, because it is there already: ${can}.`,
  ],
  [{ ...bo, kind: 'loses', capabilities: bonus }, `Bo Chen loses more than team.yaml says: ${can}.`],
  [{ ...bo, kind: 'does-not-lose', capabilities: bonus }, `Bo Chen does not lose this by the plan: ${can}.`],
  [{ ...bo, kind: 'joins' }, 'Bo Chen joins: the account does not have that user yet.'],
  [{ ...bo, kind: 'does-not-join' }, 'Bo Chen does not join anew: the account has that user already.'],
  [{ ...bo, kind: 'leaves' }, 'Bo Chen leaves: the user is deleted, with all keys.'],
  [{ ...bo, kind: 'does-not-leave' }, 'Bo Chen does not leave by the plan.'],
  [{ ...bo, kind: 'replaced' }, 'Bo Chen is deleted and made anew, and loses all keys.'],
  [{ ...bo, kind: 'boundary' }, 'The permissions boundary of Bo Chen, the cap on what they can ever do, changes.'],
  [
    { ...bo, kind: 'ends', files: '2027-06-01T00:00:00.000Z', plan: null },
    'The access of Bo Chen has no last day, and by team.yaml it ends after 31 May 2027 (in 6 months).',
  ],
  [{ ...bo, name: null, kind: 'other' }, 'Something changes about bo on the account.'],
  [{ user: 'stranger', name: null, kind: 'other' }, 'Something changes about stranger on the account.'],
];

test.each(CASES)('%j', (correction, words) => {
  expect(correctionWords(correction, { lab: 'perception-lab', at: new Date('2026-11-25T11:04:00Z') })).toBe(words);
});

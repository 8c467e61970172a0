import { fail } from '../../src/diagnostics/failure.ts';
import { decideKeys, type HeldKey } from '../../src/keys/rules.ts';
import type { KeyFacts, KeyOwner } from '../../src/keys/sync.ts';
import { dueBlocks, outcomeText, statusBlocks } from '../../src/keys/text.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { plainText } from '../../src/text/text.ts';
import { expectGolden } from '../support/golden.ts';
import { naming } from '../support/sample-scans.ts';

const NOW = new Date('2026-11-25T12:00:00Z');

function factsOf(
  key: string,
  keys: readonly HeldKey[],
  given: Partial<KeyOwner & Pick<KeyFacts, 'without'>> = {},
  rotateAfterDays: number | null = 180,
): KeyFacts {
  const { without = null, ...more } = given;
  const owner: KeyOwner = {
    ...{ key, github: null, user: `perception-lab-${key}`, userId: 'AIDA', recipient: 'age1zoe', keys: 1 },
    ...{ from: null, until: null, suspended: false, ...more },
  };
  const delivered = { created: keys.map(({ created }) => created), isComplete: true };
  return { owner, without, keys, delivered, decision: decideKeys(owner, keys, rotateAfterDays, NOW, delivered) };
}
const held = (id: string, created: string, lastUsed: string | null, active = true): HeldKey => ({
  ...{ id: `AKIAEXAMPLEKEY${id}`, created: `${created}T12:00:00Z`, active },
  lastUsed: lastUsed === null ? null : `${lastUsed}T12:00:00Z`,
});

const ALL = [
  factsOf('ada', [held('ADA1', '2026-06-01', '2026-11-24')]),
  factsOf('bo', [held('BO1', '2026-01-01', '2026-11-10'), held('BO2', '2026-11-01', '2026-11-24')]),
  factsOf('kai', [held('KAI1', '2026-01-01', '2026-11-24'), held('KAI2', '2026-11-20', null)]),
  factsOf('lu', [held('LU1', '2026-01-01', '2026-11-24'), held('LU2', '2026-11-20', null)], { keys: 2 }, null),
  factsOf('cy', [], { suspended: true, without: 'suspended' }),
  factsOf('dee', [], { recipient: null, without: 'no-recipient' }),
  factsOf('eve', [held('EVE1', '2026-01-01', '2026-11-20', false), held('EVE2', '2026-10-01', '2026-11-24')]),
  factsOf('fay', [held('FAY1', '2026-08-01', '2026-08-02', false)]),
  factsOf('gus', [held('GUS1', '2026-08-01', '2026-08-02')]),
  factsOf('hal', [], { recipient: null, without: 'moved-user' }),
  factsOf('zoe', []),
];

test('the status: keys, age, last use, what is due, and the commands of what a person decides', () => {
  const lines = printTerminal(statusBlocks(ALL, naming, NOW), 120);
  expectGolden('keys/status.txt', `${lines.join('\n')}\n`);
  expect(printTerminal(statusBlocks([], naming, NOW), 100)).toEqual(['0 access keys of 0 members']);
});

test('what is about to be done, and what was', () => {
  const due = ALL.filter(({ decision }) => decision.step !== null);
  const outcomes = due.flatMap(({ owner, decision: { step } }) =>
    step === null
      ? []
      : (['done', 'withdrawn', 'failed'] as const).map((result) => ({
          ...{ owner, step, result, place: result === 'done' ? 'out/zoe.age' : null },
          failure: result === 'failed' ? fail('key-not-encrypted', { member: owner.key }).failure : null,
        })),
  );
  const lines = [
    ...printTerminal(dueBlocks(due, naming), 120),
    '',
    ...outcomes.map((outcome) => plainText(outcomeText(outcome, naming))),
  ];
  expectGolden('keys/sync.txt', `${lines.join('\n')}\n`);
});

import { allInTurn, sampleOf } from '../support/exhaustive.ts';
import { expectGolden } from '../support/golden.ts';
import { appliedTo, ENGINE_TITLE, inTurns } from '../support/lab-in-test.ts';
import { CREDENTIALS } from '../support/manual-changes/credentials.ts';
import type { ManualChange } from '../support/manual-changes/manual-change.ts';
import { appliedOutcome, decidedOutcome, type Outcome, RECONCILED_TEAM } from '../support/manual-changes/outcome.ts';
import { PEOPLE } from '../support/manual-changes/people.ts';
import { POLICIES } from '../support/manual-changes/policies.ts';

const test = allInTurn();

const TABLE: readonly ManualChange[] = [...PEOPLE, ...POLICIES, ...CREDENTIALS];
/** With Terraform: one that reconcile reverts and one that it leaves; all of them in an exhaustive run. */
const SAMPLE = [true, false].flatMap((isReverted) =>
  sampleOf(
    TABLE.filter((row) => (row.reconcile === 'undone') === isReverted),
    1,
  ),
);

const start = await appliedTo(RECONCILED_TEAM);
const decided = new Map<string, Outcome>();
const applied = new Map<string, Outcome>();

beforeAll(async () => {
  await inTurns(TABLE, async (row) => void decided.set(row.what, await decidedOutcome(row, start)));
});

function outcomeIn(outcomes: ReadonlyMap<string, Outcome>, { what }: ManualChange): Outcome {
  const outcome = outcomes.get(what);
  if (outcome === undefined) throw new Error(`no outcome of: ${what}`);
  return outcome;
}

function expectReconciled(row: ManualChange, outcome: Outcome): void {
  const { withheld, left, isAsBefore, gained } = outcome;
  expect({ withheld, left, gained }).toEqual({
    withheld: row.withholds ?? [],
    left: row.leaves ?? (row.reconcile === 'undone' ? [] : row.finds),
    gained: [],
  });
  if (row.reconcile === 'undone') expect(isAsBefore).toBe(true);
  if (row.reconcile !== 'left') expect(outcome.added).toEqual([]);
}

describe.each(TABLE.map((row) => [row.what, row] as const))('%s', (_what, row) => {
  test('is the only finding', () => {
    expect(outcomeIn(decided, row).full).toEqual(row.finds);
  });

  test(row.access ? 'is found by a quick check, too' : 'is found by a quick check, or changes no access', () => {
    const { quick, full } = outcomeIn(decided, row);
    if (row.access) expect(quick).toEqual(full);
    else expect(full).toEqual(expect.arrayContaining([...quick]));
  });

  test(`is ${row.reconcile} by reconcile, which gives nothing back`, () => {
    expectReconciled(row, outcomeIn(decided, row));
  });
});

describe(`with ${ENGINE_TITLE}`, () => {
  beforeAll(async () => {
    await inTurns(SAMPLE, async (row) => void applied.set(row.what, await appliedOutcome(row, start)));
  });

  test.each(SAMPLE.map((row) => [row.what, row] as const))(
    '%s: found, reported and reverted as decided',
    (_what, row) => {
      const outcome = outcomeIn(applied, row);
      const { full, quick, report } = outcomeIn(decided, row);
      expect({ ...outcome, report: withoutIds(outcome.report) }).toMatchObject({
        ...{ full, quick },
        report: withoutIds(report),
      });
      expectReconciled(row, outcome);
    },
  );
});

test('the report names who made the change and how to revert it', () => {
  const text = TABLE.map((row) => {
    const { report } = outcomeIn(decided, row);
    return `## ${row.what}\n\n${report}\n\n  reconcile: ${row.reconcile}\n`;
  });
  expectGolden('drift/manual-changes.txt', withoutIds(text.join('\n')));
});

/** AWS would make other ids each time. */
function withoutIds(text: string): string {
  return text.replace(/AKIA\w{16}/g, 'AKIA…').replace(/ACCA\w+|APKA\w+/g, 'id…');
}

test('the table has forty kinds at least, each once', () => {
  expect(new Set(TABLE.map(({ what }) => what)).size).toBe(TABLE.length);
  expect(TABLE.length).toBeGreaterThanOrEqual(40);
});

import fc from 'fast-check';
import type { AccessModel } from '../../src/access/model.ts';
import { differenceKey } from '../../src/access/model-difference.ts';
import { lookWhole } from '../../src/cli/drift/look.ts';
import { reconcile } from '../../src/cli/drift/reconcile.ts';
import { applyRecord, noteApply } from '../../src/cli/session/apply-record.ts';
import type { DriftFinding } from '../../src/drift/finding.ts';
import { differenceOf } from '../../src/drift/finding.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import type { Team } from '../../src/team/team.ts';
import { applied, bootstrapped, copyOf, ENGINE_TITLE, inTurns, orThrow, withLab } from '../support/lab-in-test.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { PEOPLE } from '../support/tamperings/people.ts';
import { POLICIES } from '../support/tamperings/policies.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const team: Team = {
  ...sampleTeam,
  settings: { ...sampleTeam.settings, reconcile: { mode: 'additions', perDay: 100 } },
};
const TABLE = [...PEOPLE, ...POLICIES];
const NOON = '2026-11-25T12:00:00Z';
let start: EmulatorMemory;
beforeAll(async () => {
  start = await withLab(await bootstrapped(), async (test) => {
    test.setClock(NOON);
    await applied(test.lab(team));
    return copyOf(test.memory);
  });
}, 120_000);

const someEvening = fc.uniqueArray(fc.constantFrom(...TABLE), {
  selector: ({ what }) => what,
  minLength: 2,
  maxLength: 7,
});

// MTURK_TEAM_EVENINGS=100 tries that many.
test(`whatever is done by hand together, reconciling gives nobody anything, undoes what it says and keeps the rest (${ENGINE_TITLE})`, async () => {
  let undone = 0;
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(someEvening, { minLength: 3, maxLength: 3 }), async (evenings) => {
      await inTurns(evenings, async (evening) => {
        const seen = await seeEvening(evening);
        expect({ evening: evening.map(({ what }) => what), ...seen }).toMatchObject({
          gained: [],
          deleted: [],
          left: seen.wanted,
        });
        undone += seen.undone;
        kept += seen.kept;
      });
    }),
    { numRuns: Number(process.env.MTURK_TEAM_EVENINGS ?? 9) / 3, endOnFailure: true },
  );
  expect(Math.min(undone, kept)).toBeGreaterThan(0);
}, 600_000);

interface Seen {
  /** Who could do, at any moment of the reconcile, what the evening had not left them. */
  readonly gained: readonly string[];
  /** Users, groups and policies that are there no more. */
  readonly deleted: readonly string[];
  /** What differs after it, and what should. */
  readonly left: readonly string[];
  readonly wanted: readonly string[];
  readonly undone: number;
  readonly kept: number;
}

async function seeEvening(evening: readonly (typeof TABLE)[number][]): Promise<Seen> {
  return withLab(start, async (test) => {
    test.setClock(NOON);
    const lab = test.lab(team);
    await noteApply(applyRecord(lab.records), lab, { state: 'applied' });
    for (const { done } of evening) {
      // What one has taken away another cannot change any more.
      await done({ iam: lab.iam, endpoint: test.emulator.endpoint, wait: () => {} }).catch(ofAws);
    }
    const { look } = orThrow(await lookWhole(lab, { trail: false }, SILENT));
    const before = accessIn(test.memory.account);
    const gained = new Set<string>();
    test.listen(() => {
      for (const line of gainedSince(before, accessIn(test.memory.account))) gained.add(line);
      return true;
    });
    const ending = await reconcile(lab, look, { undo: true, restore: [], expect: null }, { yes: true }, SILENT);
    test.listen(null);
    const after = accessIn(test.memory.account);
    for (const line of gainedSince(before, after)) gained.add(line);
    const undone = ending.outcome === 'done' ? ending.undone : [];
    const ids = new Set(undone.map(({ id }) => id));
    const again = orThrow(await lookWhole(test.lab(team), { trail: false }, SILENT)).look;
    const wanted = look.findings.filter(({ id }) => !ids.has(id));
    return {
      gained: [...gained],
      deleted: [...names(before)].filter((name) => !names(after).has(name)),
      left: differencesIn(again.findings),
      wanted: differencesIn(wanted),
      undone: undone.length,
      kept: wanted.filter(({ remediation: fate }) => fate === 'on-request').length,
    };
  });
}

function ofAws(error: unknown): void {
  if (!(error instanceof Error) || !('$fault' in error)) throw error;
}

/** By what they are about: what was undone may make something else more or less bad. */
function differencesIn(findings: readonly DriftFinding[]): readonly string[] {
  return findings
    .flatMap((finding) => differenceOf(finding) ?? [])
    .map(differenceKey)
    .sort();
}

function names({ users, groups, policies }: AccessModel): ReadonlySet<string> {
  return new Set([
    ...users.map(({ name }) => `user ${name}`),
    ...groups.map(({ name }) => `group ${name}`),
    // Those of AWS are there whoever has them.
    ...policies.filter(({ arn }) => !arn.includes('::aws:')).map(({ arn }) => arn),
  ]);
}

function gainedSince(then: AccessModel, now: AccessModel): readonly string[] {
  const was = accessAt(then);
  return [...accessAt(now)].flatMap(([user, operations]) => {
    const more = [...operations].filter((operation) => was.get(user)?.has(operation) !== true);
    return more.length === 0 ? [] : [`${user} gained ${more.join(', ')}`];
  });
}

import fc from 'fast-check';
import { EVE_LEFT, FIRST_TEAM, NARROWED, WITH_EVE } from '../../conformance/lifecycle-team.ts';
import { fullScan, quickScan } from '../../src/app/drift/run-scan.ts';
import type { ScanResult } from '../../src/drift/finding.ts';
import { membersWithUser, type Team } from '../../src/team/team.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { applied, bootstrapped, type LabInTest, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { teams } from '../support/team-arbitrary.ts';

const test = testInTurn(3);

/** Every example team of this project, and some generated teams. */
const EXAMPLES: readonly (readonly [string, Team])[] = [
  ['the sample of the repository', sampleTeam],
  ['the sample, frozen', { ...sampleTeam, freeze: ['pay:bonus', 'pay:approve', 'hits:publish'] }],
  ['the lab of the conformance story', FIRST_TEAM],
  ['that lab with a student', WITH_EVE],
  ['that lab with a narrower role', NARROWED],
  ['that lab when the student has left', EVE_LEFT],
  ...fc.sample(teams(), { numRuns: 4, seed: 5 }).map((team, index): readonly [string, Team] => [
    `a random team, ${index + 1}`,
    {
      ...team,
      lab: sampleTeam.lab,
      account: sampleTeam.account,
      snoozed: [],
      settings: { ...team.settings, state: null },
      owners: ['ada'],
      departed: [],
      members: [
        ...team.members.map((member) => ({ ...member, until: member.until === null ? null : '2026-12-31' })),
        { ...sampleTeam.members[0]!, roles: team.roles.slice(0, 1).map(({ key }) => key) },
      ],
    },
  ]),
];

async function scans(test: LabInTest, team: Team, today = TODAY): Promise<readonly ScanResult[]> {
  const lab = () => test.lab(team, { today });
  const full = orThrow(await fullScan(lab(), { cloudTrail: true }, SILENT)).scan;
  return [full, (await quickScan(lab(), { cloudTrail: true }, SILENT)).scan];
}

const CLEAN = { class: 'clean', findings: [], notChecked: [] };

describe.each(sampleOf(EXAMPLES, 1))('%s', (_what, team) => {
  test('gives an empty report after an apply, after a second one, and after the last day of its members', async () => {
    await withLab(await bootstrapped(), async (test) => {
      test.setClock(`${TODAY}T12:00:00Z`);
      await applied(test.lab(team));
      expect(await scans(test, team)).toEqual([expect.objectContaining(CLEAN), expect.objectContaining(CLEAN)]);
      await applied(test.lab(team));
      expect(await scans(test, team)).toEqual([expect.objectContaining(CLEAN), expect.objectContaining(CLEAN)]);

      const ends = membersWithUser(team, TODAY).flatMap(({ until }) => until ?? []);
      if (ends.length === 0) return;
      const deleting = { ...team, settings: { ...team.settings, deleteAfterDays: 1, maxRemovals: 99 } };
      const last = dayAfter([...ends].sort().at(-1) ?? TODAY);
      test.setClock(`${last}T12:00:00Z`);
      const staying = { ...team, settings: { ...team.settings, deleteAfterDays: null } };
      expect(await scans(test, staying, last)).toEqual([
        expect.objectContaining(CLEAN),
        expect.objectContaining(CLEAN),
      ]);
      const after = dayAfter(last);
      test.setClock(`${after}T12:00:00Z`);
      // Until reconcile deletes them, these users still exist, without any access: this is not drift.
      for (const { class: found, findings } of await scans(test, deleting, after)) {
        expect({ found, causes: [...new Set(findings.map(({ cause }) => cause))] }).toEqual({
          found: 'pending',
          causes: ['expired'],
        });
      }
    });
  });
});

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

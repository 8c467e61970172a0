import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVE_LEFT, FIRST_TEAM, NARROWED, WITH_EVE } from '../../../conformance/lifecycle-team.ts';
import type { AccessModel } from '../../../src/access/model.ts';
import { differenceKey } from '../../../src/access/model-difference.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { type DriftCause, differenceOf, type ScanResult } from '../../../src/drift/finding.ts';
import { findingView } from '../../../src/drift/report/finding-view.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import { classifyPlan, type PlanClassification } from '../../../src/review/changes/classify-plan.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { readTeam } from '../../../src/team/parse/read-team.ts';
import type { Team } from '../../../src/team/team.ts';
import { plainText } from '../../../src/text/text.ts';
import { AT, all, attach, deletesAfter, FULL, NO_IDS, TODAY } from '../../support/changed-account.ts';
import { inventoryOf } from '../../support/inventory-of.ts';
import { RECORDED_TEAMS, recordedAsOurs } from '../../support/recorded-team.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const file = join(import.meta.dirname, '../../../team.yaml');
const ownTeam = readTeam(readFileSync(file, 'utf8'), { file, today: TODAY }).team!;

const EXAMPLES: Readonly<Record<string, Team>> = {
  'team.yaml': ownTeam,
  sample: sampleTeam,
  'the story, first': FIRST_TEAM,
  'the story, with Eve': WITH_EVE,
  'the story, narrowed': NARROWED,
  'the story, without Eve': EVE_LEFT,
  ...Object.fromEntries(
    Object.entries(RECORDED_TEAMS).flatMap(([step, [before, after]]) => [
      ...(before === null ? [] : [[`${step}, before`, before]]),
      [`${step}, after`, after],
    ]),
  ),
};

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

function quickScan(team: Team, today: string, account: AccessModel, applied: Team | null = team): ScanResult {
  return scanOf({
    team,
    today,
    at: new Date(`${today}T00:30:00Z`),
    inventory: inventoryOf(account),
    plan: null,
    applied: applied === null ? null : { team: appliedTeam(applied, TODAY), begun: [], ids: NO_IDS },
  });
}

describe.each(Object.entries(EXAMPLES))('%s', (_what, team) => {
  test('an account that is as the file says gives an empty report, whatever is noted of the last apply', () => {
    const account = desiredAccess(team, TODAY);
    for (const applied of [team, null]) {
      expect(quickScan(team, TODAY, account, applied)).toMatchObject({ class: 'clean', findings: [], notChecked: [] });
    }
  });

  test('past a last day it is clean; once users are to be deleted, that is pending until the workflow runs', () => {
    const staying = deletesAfter(null, team);
    const deleting = deletesAfter(1, team);
    for (const { until } of team.members) {
      if (until === null) continue;
      const last = dayAfter(until);
      expect(quickScan(staying, last, desiredAccess(staying, TODAY))).toMatchObject({ class: 'clean', findings: [] });
      const today = dayAfter(last);
      const gone = team.members.filter((each) => each.until !== null && each.until < last);
      const scan = quickScan(deleting, today, desiredAccess(staying, TODAY));
      const expected = gone.map(({ key }) => `unmanaged-user/${key}`);
      expect(scan.findings.map(({ id }) => id).sort()).toEqual(expected.sort());
      expect(scan.class).toBe(expected.length === 0 ? 'clean' : 'pending');
      // The access ended by date, without an apply.
      expect(scan.findings.flatMap(({ changes: people }) => people)).toEqual([]);
      expect(quickScan(deleting, today, desiredAccess(deleting, today))).toMatchObject({
        class: 'clean',
        findings: [],
      });
    }
  });
});

function planned(step: string, team: Team, applied: Team | null, account?: AccessModel): ScanResult {
  const plan = classifyPlan(recordedAsOurs(step), team.account);
  return scanOf({
    team,
    today: TODAY,
    at: AT,
    inventory: inventoryOf(account ?? plan.access.before),
    plan,
    applied: applied === null ? null : { team: appliedTeam(applied, TODAY), begun: [], ids: NO_IDS },
  });
}

const causes = ({ findings }: ScanResult) => [...new Set(findings.map(({ cause }) => cause))];
const ofAccess = ({ findings }: ScanResult) => findings.filter(({ rule }) => rule !== 'resource-changed');

/** Recorded plans, the class of the scan and the causes of its findings. */
const STEPS: readonly (readonly [string, string, readonly DriftCause[]])[] = [
  ['02-nochange', 'clean', []],
  ['03-add-member', 'pending', ['pending']],
  ['04-change-until', 'pending', ['pending']],
  ['05-remove-until-unsuspend', 'pending', ['pending']],
  ['06-role-loses-bonus', 'pending', ['pending']],
  ['07-freeze', 'pending', ['pending']],
  ['08-unfreeze', 'pending', ['pending']],
  ['09-member-leaves-with-keys', 'pending', ['pending']],
  ['10-role-removed', 'pending', ['pending']],
  ['13-after-drift', 'clean', []],
  ['15-after', 'clean', []],
];

test.each(STEPS)('%s, with its plan, is %s', (step, found, expected) => {
  const [before, after] = RECORDED_TEAMS[step]!;
  const scan = planned(step, after, before);
  expect(scan.class).toBe(found);
  expect(causes(scan)).toEqual(expected);
});

/** Plans of states that know nothing of the account, an older file, or another team. */
const OTHER_STATES = { lost: '01-create', older: '03-add-member', foreign: '12-drift' };

test.each(Object.entries(OTHER_STATES))(
  'with a %s state, the full check finds of access what the quick one finds',
  (_, step) => {
    const [, team] = RECORDED_TEAMS['12-drift']!;
    const clean = desiredAccess(team, TODAY);
    const changed = all(attach(team.members[0]!.key, FULL))(clean);
    for (const [account, count] of [
      [clean, 0],
      [changed, 1],
    ] as const) {
      for (const applied of [team, null]) {
        const full = planned(step, team, applied, account);
        expect(ofAccess(full)).toEqual(quickScan(team, TODAY, account, applied).findings);
        expect(ofAccess(full)).toHaveLength(count);
      }
    }
  },
);

test('twelve recorded manual changes are all found, as manual', () => {
  const [, team] = RECORDED_TEAMS['12-drift']!;
  const scan = planned('12-drift', team, team);
  const found = new Set(scan.findings.flatMap((finding) => differenceOf(finding) ?? []).map(differenceKey));
  const { manualChanges } = classifyPlan(recordedAsOurs('12-drift'), team.account);
  const missing = manualChanges.filter(({ difference }) => !found.has(differenceKey(difference)));
  expect(missing.map(({ difference }) => difference.kind)).toEqual([]);
  expect(causes(scan)).toEqual(['manual']);
});

test('without an inventory of access, a plan says nothing about access, and the scan is an error', () => {
  const [, team] = RECORDED_TEAMS['12-drift']!;
  const plan = classifyPlan(recordedAsOurs('12-drift'), team.account);
  const inventory = inventoryOf(plan.access.before, {}, { isAccessKnown: false });
  const scan = scanOf({ team, today: TODAY, at: AT, inventory, plan, applied: null });
  expect([scan.class, ofAccess(scan)]).toEqual(['error', []]);
});

test('a change that the file has made its own since the last apply is resolved', () => {
  const [member] = sampleTeam.members;
  const roles = [...member!.roles, 'paymaster'].filter((role, at, list) => list.indexOf(role) === at);
  const team: Team = {
    ...sampleTeam,
    members: sampleTeam.members.map((each) => (each === member ? { ...each, roles } : each)),
  };
  const scan = quickScan(team, TODAY, desiredAccess(team, TODAY), sampleTeam);
  expect(scan.findings.map(({ rule, cause }) => [rule, cause])).toEqual([['membership-added', 'resolved']]);
  expect(scan.class).toBe('state-only');
});

test.each([
  ['manual', 'drift', 'reverts the change'],
  ['unexplained', 'unexplained', 'See the change'],
] as const)(
  'a tag on a policy that is %s makes the class %s, and reconcile does not revert it',
  (cause, found, toFix) => {
    const address = 'aws_iam_policy.role_results-reader';
    const changed = [{ address, attributes: ['tags'] }];
    const plan: PlanClassification = {
      ...classifyPlan(recordedAsOurs('02-nochange'), sampleTeam.account),
      ...(cause === 'manual' ? { manualAttributes: changed } : { unexplained: changed }),
    };
    const inventory = inventoryOf(desiredAccess(sampleTeam, TODAY));
    const scan = scanOf({ team: sampleTeam, today: TODAY, at: AT, inventory, plan, applied: null });
    expect(scan.findings).toMatchObject([{ id: `resource-changed/${address}/tags`, cause, remediation: 'manual' }]);
    const [finding] = scan.findings;
    const view = findingView(finding!, { lab: sampleTeam.lab, people: new Map() }, { reconcile: 'all' });
    expect(plainText(view.toFix)).toContain(toFix);
    expect(scan.class).toBe(found);
  },
);

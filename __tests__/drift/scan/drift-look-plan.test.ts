import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVE_LEFT, FIRST_TEAM, NARROWED, WITH_EVE } from '../../../conformance/story-team.ts';
import type { AccessModel } from '../../../src/access/model.ts';
import { differenceKey } from '../../../src/access/model-difference.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { appliedTeam } from '../../../src/drift/applied.ts';
import type { DriftCause, DriftFinding, ScanResult } from '../../../src/drift/finding.ts';
import { differenceOf } from '../../../src/drift/finding.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import { classifyPlan } from '../../../src/review/changes/classify-plan.ts';
import { readTeam } from '../../../src/team/parse/read-team.ts';
import type { Team } from '../../../src/team/team.ts';
import type { Plan } from '../../../src/terraform/plan/plan-read.ts';
import { AT, all, attach, FULL, name, putInto, TODAY, takeOut } from '../../support/hands.ts';
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

function fast(team: Team, today: string, account: AccessModel, applied: Team | null = team): ScanResult {
  return scanOf({
    team,
    today,
    at: new Date(`${today}T00:30:00Z`),
    inventory: inventoryOf(account),
    plan: null,
    applied: applied === null ? null : { team: appliedTeam(applied, TODAY), begun: [] },
  });
}

describe.each(Object.entries(EXAMPLES))('%s', (_what, team) => {
  test('an account that is as the file says gives an empty report, whatever is noted of the last apply', () => {
    const account = desiredAccess(team, TODAY);
    for (const applied of [team, null]) {
      expect(fast(team, TODAY, account, applied)).toMatchObject({ class: 'clean', findings: [], notChecked: [] });
    }
  });

  test('from the day after a last day until the workflow runs, that is pending and nothing else; then it is clean', () => {
    for (const { until } of team.members) {
      if (until === null) continue;
      const today = dayAfter(until);
      const gone = team.members.filter((each) => each.until !== null && each.until < today);
      const look = fast(team, today, desiredAccess(team, TODAY));
      const expected = gone.filter((each) => (each.until ?? '') >= TODAY).map(({ key }) => `user-added/${key}`);
      expect(look.findings.map(({ id }) => id).sort()).toEqual(expected.sort());
      expect(look.class).toBe(expected.length === 0 ? 'clean' : 'pending');
      // She may nothing any more although nothing ran.
      expect(look.findings.flatMap(({ changes: people }) => people)).toEqual([]);
      expect(fast(team, today, desiredAccess(team, today))).toMatchObject({ class: 'clean', findings: [] });
    }
  });
});

function planned(step: string, team: Team, applied: Team | null, account?: AccessModel): ScanResult {
  const plan = recordedAsOurs(step);
  const report = classifyPlan(plan, team.account);
  return scanOf({
    team,
    today: TODAY,
    at: AT,
    inventory: inventoryOf(account ?? report.access.before),
    plan: { report, plan },
    applied: applied === null ? null : { team: appliedTeam(applied, TODAY), begun: [] },
  });
}

const causes = ({ findings }: ScanResult) => [...new Set(findings.map(({ cause }) => cause))];
const line = ({ id, cause, remediation: fate }: DriftFinding) => `${id}: ${cause}, ${fate}`;

/** Of recorded plans: what the look is, and whose doing all of it is. */
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
  const look = planned(step, after, before);
  expect(look.class).toBe(found);
  expect(causes(look)).toEqual(expected);
});

describe('the twelve tamperings', () => {
  const [, team] = RECORDED_TEAMS['12-drift']!;
  const lines = [
    'policy-attached/group/results-reader/AmazonMechanicalTurkFullAccess/spends: manual, auto',
    'policy-attached/user/cy/AmazonMechanicalTurkFullAccess/spends: manual, auto',
  ];

  test.each<[string, Team | null]>([
    ['known to be what was applied', team],
    ['of which nothing is noted', null],
  ])('are all found as done by hand, with a file %s', (_what, applied) => {
    const look = planned('12-drift', team, applied);
    const told = new Set(look.findings.flatMap((finding) => differenceOf(finding) ?? []).map(differenceKey));
    const { manualChanges: tampered } = classifyPlan(recordedAsOurs('12-drift'), team.account);
    const missing = tampered.filter(({ difference }) => !told.has(differenceKey(difference)));
    expect(missing.map(({ difference }) => difference.kind)).toEqual([]);
    expect(look.findings.map(line)).toEqual(expect.arrayContaining(lines));
    expect(look.class).toBe('drift');
    expect(look.findings.filter(({ cause }) => cause !== 'manual').map(({ rule }) => rule)).toEqual([]);
  });

  test('the plan that only refreshes tells of the same', () => {
    const refreshed = planned('11-drift-refresh-only', team, team);
    expect(refreshed.findings.map(({ id }) => id)).toEqual(
      planned('12-drift', team, team).findings.map(({ id }) => id),
    );
  });

  test('are taken from the plan where the inventory does not have them any more', () => {
    const look = planned('12-drift', team, null, desiredAccess(team, TODAY));
    expect(look.findings.map(line)).toEqual(expect.arrayContaining(lines));
    expect(causes(look)).toEqual(['manual']);
    expect(look.findings.length).toBeGreaterThanOrEqual(12);
  });

  test('are all there is to tell where nobody told who may do what, and that is an error', () => {
    const plan = recordedAsOurs('12-drift');
    const report = classifyPlan(plan, team.account);
    const nobody = { account: team.account, users: [], groups: [], policies: [] };
    const look = scanOf({
      ...{ team, today: TODAY, at: AT, applied: null },
      inventory: inventoryOf(nobody, {}, { isAccessKnown: false }),
      plan: { report, plan },
    });
    expect(look.class).toBe('error');
    expect(new Set(look.findings.map(({ remediation: fate }) => fate))).toEqual(new Set(['manual']));
    expect(look.findings.map(({ id }) => id)).toEqual(planned('12-drift', team, null).findings.map(({ id }) => id));
  });
});

test('what was done after the plan was made is found, as done by hand', () => {
  const [before, team] = RECORDED_TEAMS['03-add-member']!;
  const { access } = classifyPlan(recordedAsOurs('03-add-member'), team.account);
  const account = all(
    putInto('bo', name('paymaster')),
    attach('ada', FULL),
    takeOut('dee', name('paymaster')),
  )(access.before);
  const look = planned('03-add-member', team, before, account);
  expect(look.findings.filter(({ cause }) => cause === 'manual').map(({ id }) => id)).toEqual([
    'membership-added/bo/paymaster/spends',
    'membership-removed/dee/paymaster',
    'policy-attached/user/ada/AmazonMechanicalTurkFullAccess',
  ]);
});

test('a removal that the state has forgotten is done by hand for as long as the file is the one that was applied', () => {
  const [, team] = RECORDED_TEAMS['03-add-member']!;
  const eveGone = planned('03-add-member', team, team);
  expect(eveGone.findings.map(line)).toEqual(['user-deleted/eve: manual, on-request']);
});

/** The recorded plan with one resource changed by nobody. */
function withAttribute(cause: 'manual' | 'unexplained'): Plan {
  const plan = structuredClone(recordedAsOurs('15-after')) as Plan;
  const policy = plan.changes.find(({ address }) => address === 'aws_iam_policy.role_results-reader')!;
  const tagged = { ...policy.change.before, tags: { by: 'hand' } };
  const change = { ...policy.change, actions: ['update'], before: tagged };
  const drift = { ...policy, change: { ...policy.change, actions: ['update'], after: tagged } };
  return {
    ...plan,
    changes: plan.changes.map((each) => (each === policy ? { ...policy, change } : each)),
    drift: cause === 'manual' ? [drift] : [],
  };
}

test.each<['manual' | 'unexplained', string, string]>([
  ['manual', 'drift', 'resource-changed/aws_iam_policy.role_results-reader/tags: manual, auto'],
  ['unexplained', 'unexplained', 'resource-changed/aws_iam_policy.role_results-reader/tags: unexplained, manual'],
])('a tag on a policy that is %s is %s', (cause, found, expected) => {
  const [, team] = RECORDED_TEAMS['15-after']!;
  const plan = withAttribute(cause);
  const report = classifyPlan(plan, team.account);
  const inventory = inventoryOf(desiredAccess(team, TODAY));
  const look = scanOf({ team, today: TODAY, at: AT, inventory, plan: { report, plan }, applied: null });
  expect(look.findings.map(line)).toEqual([expected]);
  expect(look.class).toBe(found);
});

import type { StepRecord } from '../../conformance/compare-steps.ts';
import { EVE_LEFT, FIRST_TEAM, NARROWED, TODAY, WITH_EVE } from '../../conformance/lifecycle-team.ts';
import { CHANGED_BEHIND_EXCLUSIVES, MANUALLY_CHANGED } from '../../conformance/manual-changes.ts';
import { accessTable } from '../../conformance/read-account.ts';
import { referenceProblems } from '../../conformance/reference-problems.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import type { Team } from '../../src/team/team.ts';

const PLAN_CALLS = { GetCallerIdentity: 1, GetUser: 15, GetGroup: 25, GetPolicy: 8, GetUserPolicy: 3 };

function record(step: string, team: Team | null, more: Partial<StepRecord> = {}): StepRecord {
  return {
    step,
    plan: { changes: [], drift: [] },
    access: team === null ? {} : accessTable(desiredAccess(team, TODAY)),
    account: {},
    planCalls: PLAN_CALLS,
    applyCalls: {},
    broken: [],
    ...more,
  };
}

const GOOD: readonly StepRecord[] = [
  record('create', FIRST_TEAM),
  record('nothing to do', FIRST_TEAM),
  record('a member joins', WITH_EVE),
  record('a role is narrowed', NARROWED),
  record('a member with a key leaves', EVE_LEFT),
  record('six manual changes', null, { plan: { changes: [], drift: MANUALLY_CHANGED } }),
  record('repaired', EVE_LEFT),
  record('six more, behind the exclusives', null, { plan: { changes: [], drift: CHANGED_BEHIND_EXCLUSIVES } }),
  record('repaired again', EVE_LEFT),
  record('taken over after the state was lost', EVE_LEFT),
  record('nothing to do after that', EVE_LEFT),
  record('all gone', null, { account: { 'policy arn name': '"b"', 'policy arn document': '{}' } }),
  record('the boundary gone', null),
];

function spoiled(step: string, change: Partial<StepRecord>): readonly string[] {
  return referenceProblems(GOOD.map((each) => (each.step === step ? { ...each, ...change } : each)));
}

test('the reference holds where every step left what it must', () => {
  expect(referenceProblems(GOOD)).toEqual([]);
});

const WRONG: readonly [string, string, Partial<StepRecord>, string][] = [
  ['someone may do more', 'create', { access: { ...GOOD[0]!.access, 'perception-lab-cy': ['GetHIT'] } }, 'access'],
  ['someone is missing', 'a member joins', { access: GOOD[0]!.access }, 'access'],
  ['a second plan finds something', 'nothing to do', { plan: { changes: ['x: create'], drift: [] } }, 'not empty'],
  ['a repair leaves drift', 'repaired', { plan: { changes: [], drift: ['x: update (a)'] } }, 'not empty'],
  [
    'a manual change is missed',
    'six manual changes',
    { plan: { changes: [], drift: MANUALLY_CHANGED.slice(1) } },
    'what is found',
  ],
  ['a group is left', 'all gone', { account: { 'policy a name': '""', 'group g path': '"/"' } }, 'are left'],
  ['a plan asks once more', 'nothing to do', { planCalls: { ...PLAN_CALLS, GetUser: 16 } }, '53 calls'],
  ['limits come too late', 'a member joins', { broken: ['eve was put into a group'] }, 'eve was put'],
];

test.each(WRONG)('it does not where %s', (_name, step, change, words) => {
  const problems = spoiled(step, change);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(words);
});

test('a lifecycle that ended early is recorded', () => {
  expect(referenceProblems(GOOD.slice(0, -1))).toEqual(['the boundary gone: the lifecycle did not come this far']);
});

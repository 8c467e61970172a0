import { desiredAccess } from '../src/access/sources/desired.ts';
import type { Team } from '../src/team/team.ts';
import { same } from './canonical.ts';
import type { StepRecord } from './compare-steps.ts';
import type { Calls } from './counting-proxy.ts';
import { EVE_LEFT, FIRST_TEAM, LAB, NARROWED, TODAY, WITH_EVE } from './lifecycle-team.ts';
import { CHANGED_BEHIND_EXCLUSIVES, MANUALLY_CHANGED } from './manual-changes.ts';
import { accessTable } from './read-account.ts';

/** What each step must leave, whatever else it is compared with. */
interface Expectation {
  readonly step: string;
  /** Whose access the account must give, to the last operation. */
  readonly team?: Team;
  /** Nothing changed and nothing drifted. */
  readonly settled?: true;
  /** The resources that are recorded to differ after manual changes, and in which attributes. */
  readonly drifted?: readonly string[];
  /** How many users, groups and policies are left. */
  readonly left?: number;
}

const EXPECTED: readonly Expectation[] = [
  { step: 'create', team: FIRST_TEAM },
  { step: 'nothing to do', team: FIRST_TEAM, settled: true },
  { step: 'a member joins', team: WITH_EVE },
  { step: 'a role is narrowed', team: NARROWED },
  { step: 'a member with a key leaves', team: EVE_LEFT },
  { step: 'six manual changes', drifted: MANUALLY_CHANGED },
  { step: 'repaired', team: EVE_LEFT, settled: true },
  { step: 'six more, behind the exclusives', drifted: CHANGED_BEHIND_EXCLUSIVES },
  { step: 'repaired again', team: EVE_LEFT, settled: true },
  { step: 'taken over after the state was lost', team: EVE_LEFT },
  { step: 'nothing to do after that', team: EVE_LEFT, settled: true },
  { step: 'all gone', left: 1 },
  { step: 'the boundary gone', left: 0 },
];

/** What is wrong with the reference itself, before anything else is held against it. */
export function referenceProblems(records: readonly StepRecord[]): readonly string[] {
  const problems = EXPECTED.flatMap((expected) => {
    const record = records.find(({ step }) => step === expected.step);
    return record === undefined
      ? [`${expected.step}: the lifecycle did not come this far`]
      : stepProblems(record, expected);
  });
  const settled = records.find(({ step }) => step === 'nothing to do');
  return settled === undefined ? problems : [...problems, ...planCallProblems(settled.planCalls)];
}

/** How many checks `referenceProblems` makes. */
export const REFERENCE_CHECKS = EXPECTED.length + 1;

function stepProblems(record: StepRecord, expected: Expectation): readonly string[] {
  const problems: string[] = record.broken.map((promise) => `${expected.step}: ${promise}`);
  if (expected.team !== undefined) {
    const wanted = accessTable(desiredAccess(expected.team, TODAY));
    // The unmanaged user is no resource, and stays until it is deleted.
    const found = Object.fromEntries(Object.entries(record.access).filter(([user]) => user.startsWith(`${LAB}-`)));
    if (!same(wanted, found)) problems.push(`${expected.step}: access is not what the team gives`);
  }
  if (expected.settled === true && record.plan.changes.length + record.plan.drift.length > 0) {
    problems.push(`${expected.step}: the plan is not empty: ${record.plan.changes.join('; ')}`);
  }
  if (expected.drifted !== undefined && !same(record.plan.drift, expected.drifted)) {
    problems.push(`${expected.step}: what is found is ${record.plan.drift.join('; ')}`);
  }
  const left = new Set(Object.keys(record.account).map((fact) => fact.split(' ').slice(0, 2).join(' ')));
  if (expected.left !== undefined && left.size !== expected.left) {
    problems.push(`${expected.step}: ${[...left].join(', ')} ${left.size === 1 ? 'is' : 'are'} left`);
  }
  return problems;
}

/**
 * What one plan of the first team costs with hashicorp/aws: 1 call, 3 a user, 5 a group with one attachment, 2 a
 * policy, 1 for each `limits`, as recorded with the provider's own code.
 */
function planCallProblems(calls: Calls): readonly string[] {
  const users = FIRST_TEAM.members.length;
  const groups = FIRST_TEAM.roles.length;
  const policies = FIRST_TEAM.roles.filter(({ allow, deny }) => allow.length + deny.length > 0).length;
  const limits = FIRST_TEAM.members.filter(({ until, suspended }) => until !== null || suspended).length;
  const wanted = 1 + 3 * users + 5 * groups + 2 * policies + limits;
  const made = Object.values(calls).reduce((sum, count) => sum + count, 0);
  return made === wanted ? [] : [`nothing to do: a plan makes ${made} calls, the real provider ${wanted}`];
}

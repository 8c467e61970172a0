import { canEscalate, type EscalationTargets } from '../../access/escalation.ts';
import type { AccessModel } from '../../access/model.ts';
import { type Difference, inverse } from '../../access/model-difference.ts';
import { around, concernedBy, groupOf, type ModelIndex } from '../../access/model-index.ts';
import { type Documents, withDifferences } from '../../access/with-differences.ts';
import { boundaryPolicy } from '../../team/documents.ts';
import { boundaryArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';

/** Names of the users who can escalate privileges in `after` and cannot in `before`. */
export function gainedEscalations(
  before: AccessModel,
  after: AccessModel,
  lab: EscalationTargets,
  at: Date,
): readonly string[] {
  const were = new Map(before.users.map((user) => [user.name, user]));
  return after.users
    .filter((user) => {
      if (!canEscalate(after, user, lab, at)) return false;
      const was = were.get(user.name);
      return was === undefined || !canEscalate(before, was, lab, at);
    })
    .map(({ name }) => name);
}

/**
 * Who can escalate privileges by a difference: alone, on `desired`, or together with the other changes. A removed
 * boundary and an attached policy can each be harmless alone.
 */
export function escalationsBy(
  difference: Difference,
  desired: ModelIndex,
  account: ModelIndex,
  documents: Documents,
  lab: EscalationTargets,
  at: Date,
): readonly string[] {
  if (difference.kind === 'user-added') {
    const own = around(account, [difference.user]);
    return gainedEscalations({ ...own, users: [] }, own, lab, at);
  }
  const groups = [groupOf(difference)].filter((group) => group !== null);
  const now = around(account, concernedBy(account, difference), groups);
  const together = gainedEscalations(withDifferences(now, [inverse(difference)], documents), now, lab, at);
  const before = around(desired, concernedBy(desired, difference), groups);
  const alone = gainedEscalations(before, withDifferences(before, [difference], documents), lab, at);
  return [...new Set([...together, ...alone])].sort();
}

/** Members who can escalate privileges because the boundary policy was changed. */
export function escalationsByBoundary(
  team: Team,
  { model }: ModelIndex,
  lab: EscalationTargets,
  at: Date,
): readonly string[] {
  const arn = boundaryArn(team);
  const users = model.users.filter(({ boundary }) => boundary === arn);
  const written = { arn, name: arn.slice(arn.lastIndexOf('/') + 1), document: boundaryPolicy(team) };
  const policies = [...model.policies.filter((policy) => policy.arn !== arn), written];
  return gainedEscalations({ ...model, users, policies }, { ...model, users }, lab, at);
}

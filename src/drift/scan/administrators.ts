import { canEscalate, type EscalationTargets } from '../../access/escalation.ts';
import type { AccessModel } from '../../access/model.ts';
import { type Difference, inverse } from '../../access/model-difference.ts';
import { around, concernedBy, groupOf, type ModelIndex } from '../../access/model-index.ts';
import { type Documents, withDifferences } from '../../access/with-differences.ts';
import { boundaryPolicy } from '../../team/documents.ts';
import { boundaryArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';

/** Names of the users who may give anybody anything in the one model and may not in the other. */
export function gainedAdministrators(
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
 * Who may give anybody anything by a difference: by itself, on `declared`, or together with what else was done: that a
 * boundary is off, and that a policy is attached, are each nothing by themselves.
 */
export function administratorsBy(
  difference: Difference,
  declared: ModelIndex,
  account: ModelIndex,
  documents: Documents,
  lab: EscalationTargets,
  at: Date,
): readonly string[] {
  if (difference.kind === 'user-added') {
    const she = around(account, [difference.user]);
    return gainedAdministrators({ ...she, users: [] }, she, lab, at);
  }
  const groups = [groupOf(difference)].filter((group) => group !== null);
  const now = around(account, concernedBy(account, difference), groups);
  const together = gainedAdministrators(withDifferences(now, [inverse(difference)], documents), now, lab, at);
  const before = around(declared, concernedBy(declared, difference), groups);
  const alone = gainedAdministrators(before, withDifferences(before, [difference], documents), lab, at);
  return [...new Set([...together, ...alone])].sort();
}

/** Members who may give anybody anything because the boundary lets it through. */
export function administratorsByBoundary(
  team: Team,
  { model }: ModelIndex,
  lab: EscalationTargets,
  at: Date,
): readonly string[] {
  const arn = boundaryArn(team);
  const users = model.users.filter(({ boundary }) => boundary === arn);
  const written = { arn, name: arn.slice(arn.lastIndexOf('/') + 1), document: boundaryPolicy(team) };
  const policies = [...model.policies.filter((policy) => policy.arn !== arn), written];
  return gainedAdministrators({ ...model, users, policies }, { ...model, users }, lab, at);
}

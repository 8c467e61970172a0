import type { AccessModel } from '../../access/model.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import type { Block } from '../../diagnostics/block.ts';
import { fileBlocks } from '../../guardrails/guardrails.ts';
import type { Team } from '../../team/team.ts';
import type { Plan } from '../../terraform/plan/plan-read.ts';
import type { PlanClassification } from './classify-plan.ts';
import { reviewedPeople } from './people.ts';
import { replacedUsers, reviewedPlan } from './plan.ts';
import { questionsOf } from './questions.ts';
import { reviewedRoles, wordChanges } from './resource-changes.ts';
import type { Review } from './review.ts';
import { riskOf } from './risk.ts';
import { settingsChanges } from './settings-changes.ts';
import { unexplainedBy } from './unexplained.ts';

/** A plan with all that was found out about it. */
export interface PlanOfReview {
  readonly plan: Plan;
  readonly classification: PlanClassification;
  readonly blocks: readonly Block[];
  readonly suspendedDuringApply: readonly string[];
  /** `OpenTofu 1.10.3` and `hashicorp/aws 6.25.0`. */
  readonly tools: { readonly engine: string; readonly provider: string };
}

export interface ReviewInput {
  /** Null for a first version: then everything is new. */
  readonly before: Team | null;
  readonly after: Team;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly at: Date;
  /**
   * The day (`YYYY-MM-DD`, UTC) on which `before` was applied last: whoever's `until` has passed since then leaves.
   * Today where it is left out. A plan knows by itself.
   */
  readonly since?: string;
  readonly plan?: PlanOfReview;
}

/**
 * Reviews a change: from two versions of the team alone, or completed by a plan. With a plan, people are those whose
 * access the plan changes, whatever the files say; what they do not explain is told apart.
 */
export function reviewOf(input: ReviewInput): Review {
  const { before, after, today, at, plan } = input;
  const declared = {
    before: before === null ? nobody(after.account) : desiredAccess(before, input.since ?? today),
    after: desiredAccess(after, today),
  };
  const models = plan === undefined ? declared : plan.classification.access;
  const replaced = plan === undefined ? new Set<string>() : replacedUsers(plan.plan);
  const { people, unchanged } = reviewedPeople(models, { before, after }, { at, replaced });
  const roles = reviewedRoles(before, after);
  const told = {
    people: new Set(people.flatMap(({ key }) => key ?? [])),
    roles: new Set(roles.map(({ key }) => key)),
  };
  const parts = {
    people,
    roles,
    descriptive: wordChanges(before, after, told),
    settings: settingsChanges(before, after),
    unexplained: plan === undefined ? [] : unexplainedBy(plan, before, after, today),
  };
  return {
    lab: after.lab,
    account: after.account,
    at: at.toISOString(),
    risk: riskOf(parts),
    ...parts,
    unchanged: unchanged.length,
    questions: questionsOf(people, models.after, after, { today, at }),
    blocks: plan === undefined ? fileBlocks(before, after, today) : plan.blocks,
    driftEveryHours: (before ?? after).settings.driftEveryHours,
    suspendedDuringApply: plan?.suspendedDuringApply ?? [],
    plan: plan === undefined ? null : reviewedPlan(plan.plan, plan.tools),
  };
}

/** Whether there is nothing to tell but that nothing changes. */
export function changesNothing(review: Review): boolean {
  return review.risk === 'nothing' && review.blocks.length === 0;
}

function nobody(account: string): AccessModel {
  return { account, users: [], groups: [], policies: [] };
}

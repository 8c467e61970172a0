import { type AccessDiff, diffAccess } from '../../access/diff.ts';
import { emptyModel } from '../../access/model.ts';
import { desiredAccessBeforeDeletions } from '../../access/sources/desired.ts';
import type { HeldCredentials } from '../../aws/credentials/user-credentials.ts';
import type { GuardrailBlock } from '../../diagnostics/block.ts';
import { fileBlocks } from '../../guardrails/guardrails.ts';
import { iamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { Plan } from '../../terraform/plan.ts';
import type { QuickCheck, Review } from '../manifest/schema.ts';
import type { Ruled } from '../rule/ruled.ts';
import { reviewedAccess } from './by-file.ts';
import { type PlanClassification, replacedUsers, reviewedPlan } from './classify-plan.ts';
import {
  approverQuestions,
  descriptiveChanges,
  roleChanges,
  settingsChanges,
  unappliedSettings,
} from './file-changes.ts';
import { questionsOf, reviewedPeople, riskOfPerson } from './people.ts';
import { unexplainedBy, unexplainedByPlan } from './unexplained.ts';

export interface PlanOfReview {
  readonly plan: Plan;
  readonly classification: PlanClassification;
  readonly blocks: readonly GuardrailBlock[];
  readonly suspendedDuringApply: readonly string[];
  /** What is written and what is withheld; left out if that is the file's team. */
  readonly ruled?: Pick<Ruled, 'team' | 'withheld'>;
  /** Of imported users; left out if none is imported. */
  readonly credentials?: readonly HeldCredentials[];
}

export interface ReviewInput {
  /** Null for a first version, in which everything is new. */
  readonly before: Team | null;
  readonly after: Team;
  /** What was applied last, where that may be another team than the one before; null or left out if that is unknown. */
  readonly applied?: Team | null;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly at: Date;
  readonly plan?: PlanOfReview;
  /** What a quick check found that the plan does not carry out; null or left out if the account was not asked. */
  readonly quickCheck?: QuickCheck | null;
}

/** With a plan, people are those whose access the plan changes; what the files do not explain is in `unexplained`. */
export function reviewOf(input: ReviewInput): Review {
  const { before, after, applied = null, today, at, plan } = input;
  const desired = {
    before: before === null ? emptyModel(after.account) : desiredAccessBeforeDeletions(before),
    after: desiredAccessBeforeDeletions(after),
  };
  const withheld = (plan?.ruled?.withheld ?? []).map((each) => {
    const found = after.members.find(({ key }) => each.of === 'member' && key === each.key);
    return { ...each, name: found?.name ?? null };
  });
  const replaced = plan === undefined ? new Set<string>() : replacedUsers(plan.plan);
  const change =
    plan === undefined ? diffAccess(desired.before, desired.after, at) : changeOfPlan(input, plan, replaced);
  const withheldFrom = new Set(withheld.flatMap(({ name, key }) => (name === null ? [] : [iamName(after.lab, key)])));
  const { people, unchanged } = reviewedPeople(change, { before, after }, replaced);
  const roles = roleChanges(before, after);
  const staying = new Set(after.members.map(({ key }) => iamName(after.lab, key)));
  const shown = {
    people: new Set(people.flatMap(({ key }) => key ?? [])),
    roles: new Set(roles.map(({ key }) => key)),
  };
  const parts = {
    people,
    roles,
    descriptive: descriptiveChanges(before, after, shown),
    settings: settingsChanges(before, after, applied, today),
    unapplied: applied === null || before === null ? [] : unappliedSettings(applied, before, after, today),
    unexplained: plan === undefined ? [] : unexplainedBy(plan, before, after, applied, today, plan.ruled?.team),
  };
  return {
    lab: after.lab,
    account: after.account,
    at: at.toISOString(),
    risk: riskOfPerson(parts),
    ...parts,
    unchanged: unchanged.filter((user) => !withheldFrom.has(user)).length,
    questions: [
      ...(plan?.credentials ?? []).map((held) => ({ kind: 'imported-credentials' as const, ...held })),
      ...questionsOf(people, desired.after, after, at),
      ...approverQuestions(before, after, today),
    ],
    blocks: plan === undefined ? fileBlocks(before, after, today) : plan.blocks,
    driftEveryHours: (before ?? after).settings.driftEveryHours,
    suspendedDuringApply: (plan?.suspendedDuringApply ?? []).filter((user) => staying.has(user)),
    withheld,
    plan: plan === undefined ? null : reviewedPlan(plan.plan),
    quickCheck: input.quickCheck ?? null,
  };
}

/** As `reviewedAccess`. What is withheld is not given by a plan alone; a pull request gives it once that ends. */
export function changeOfPlan(
  { before, after, applied, at }: Pick<ReviewInput, 'before' | 'after' | 'applied' | 'at'>,
  { classification, ruled }: Pick<PlanOfReview, 'classification' | 'ruled'>,
  replaced?: ReadonlySet<string>,
): AccessDiff {
  const files = [applied ?? before, before].map((team) =>
    team === null ? emptyModel(after.account) : desiredAccessBeforeDeletions(team),
  );
  const written = applied === undefined ? (ruled?.team ?? after) : after;
  const given = { before: files, after: desiredAccessBeforeDeletions(written) };
  return reviewedAccess(classification.access, given, at, replaced);
}

/** Reviews a plan against what was applied last. */
export function reviewOfPlan(
  applied: Team | null,
  team: Team,
  { today, at }: Pick<ReviewInput, 'today' | 'at'>,
  plan: PlanOfReview,
): Review {
  const review = reviewOf({ before: applied, after: team, today, at, plan });
  return { ...review, unexplained: unexplainedByPlan(plan, applied, team, today) };
}

export function changesNothing(review: Review): boolean {
  return review.risk === 'nothing' && review.blocks.length === 0;
}

import { emptyModel } from '../../access/model.ts';
import { desiredAccessBeforeDeletions } from '../../access/sources/desired.ts';
import type { HeldCredentials } from '../../aws/credentials/user-credentials.ts';
import type { GuardrailBlock } from '../../diagnostics/block.ts';
import { fileBlocks } from '../../guardrails/guardrails.ts';
import { iamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { Plan } from '../../terraform/plan.ts';
import type { QuickCheck, Review } from '../manifest/schema.ts';
import type { Ruled } from '../rule/rule.ts';
import { changeByFile, reviewedAccess } from './by-file.ts';
import { type PlanClassification, replacedUsers, reviewedPlan } from './classify-plan.ts';
import { descriptiveChanges, roleChanges, settingsChanges, unappliedSettings } from './file-changes.ts';
import { questionsOf, reviewedPeople, riskOfPerson, withProposed } from './people.ts';
import { unexplainedBy, unexplainedByPlan } from './unexplained.ts';

export interface PlanOfReview {
  readonly plan: Plan;
  readonly classification: PlanClassification;
  readonly blocks: readonly GuardrailBlock[];
  readonly suspendedDuringApply: readonly string[];
  /** What is withheld; left out if nothing is. */
  readonly ruled?: Pick<Ruled, 'withheld'>;
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
  // What was merged earlier and not applied is given with it; what that took and this gives back is given by it.
  const changes = [applied, before].flatMap((team) => (team === null ? [] : [changeByFile(team, after, today)]));
  const models = plan === undefined ? desired : reviewedAccess(plan.classification.access, ...changes);
  const replaced = plan === undefined ? new Set<string>() : replacedUsers(plan.plan);
  const withheld = (plan?.ruled?.withheld ?? []).map((each) => {
    const found = after.members.find(({ key }) => each.of === 'member' && key === each.key);
    return { ...each, name: found?.name ?? null };
  });
  const withheldFrom = new Set(withheld.flatMap(({ name, key }) => (name === null ? [] : [iamName(after.lab, key)])));
  const planned = reviewedPeople(models, { before, after }, { at, replaced });
  const was = applied === null ? desired.before : desiredAccessBeforeDeletions(applied);
  const files = reviewedAccess({ recorded: was, before: was, after: desired.after }, ...changes);
  const proposed = reviewedPeople(files, { before, after }, { at, replaced }).people;
  // Of a plan alone, what is withheld is not given; a pull request gives it once that ends.
  const given = input.applied === undefined ? proposed.filter(({ user }) => !withheldFrom.has(user)) : proposed;
  // What was merged took, even if no apply has: what this gives back is given.
  const ofFiles = applied === null ? [] : reviewedPeople(desired, { before, after }, { at, replaced }).people;
  const { people, unchanged } = plan === undefined ? planned : withProposed(withProposed(planned, given), ofFiles);
  const roles = roleChanges(before, after);
  const shown = {
    people: new Set(people.flatMap(({ key }) => key ?? [])),
    roles: new Set(roles.map(({ key }) => key)),
  };
  const parts = {
    people,
    roles,
    descriptive: descriptiveChanges(before, after, shown),
    settings: settingsChanges(before, after),
    unapplied: applied === null || before === null ? [] : unappliedSettings(applied, before, after),
    unexplained: plan === undefined ? [] : unexplainedBy(plan, before, after, today, changes[0]),
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
      ...questionsOf(people, desired.after, after, { today, at }),
    ],
    blocks: plan === undefined ? fileBlocks(before, after, today) : plan.blocks,
    driftEveryHours: (before ?? after).settings.driftEveryHours,
    suspendedDuringApply: plan?.suspendedDuringApply ?? [],
    withheld,
    plan: plan === undefined ? null : reviewedPlan(plan.plan),
    quickCheck: input.quickCheck ?? null,
  };
}

/** Reviews a plan against what was applied last. */
export function reviewOfPlan(
  applied: Team | null,
  team: Team,
  { today, at }: Pick<ReviewInput, 'today' | 'at'>,
  plan: PlanOfReview,
): Review {
  const review = reviewOf({ before: applied, after: team, today, at, plan });
  const change = applied === null ? null : changeByFile(applied, team, today);
  return { ...review, unexplained: unexplainedByPlan(plan, change) };
}

export function changesNothing(review: Review): boolean {
  return review.risk === 'nothing' && review.blocks.length === 0;
}

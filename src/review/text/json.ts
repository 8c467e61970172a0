import type { AccessDiff } from '../../access/diff.ts';
import { type DisplayNames, named } from '../../access/text/names.ts';
import type { Imported } from '../../aws/iam-names.ts';
import type { GuardrailBlock } from '../../diagnostics/block.ts';
import { blockProblem } from '../../guardrails/guardrails.ts';
import type { Team } from '../../team/team.ts';
import type { Engine } from '../../terraform/run/engine.ts';
import { plainText } from '../../text/text.ts';
import { reviewedPlan } from '../changes/classify-plan.ts';
import type { PlanOfReview } from '../changes/review.ts';
import type { QuickCheck, Review } from '../manifest/schema.ts';

export interface PlanView extends Required<PlanOfReview> {
  readonly change: AccessDiff;
  readonly imported: readonly Imported[];
  readonly quickCheck: QuickCheck | null;
}

/** `plan --json`, version 1. Addresses are Terraform's, users IAM's. */
export function planJson(view: PlanView, team: Team, engine: Engine, naming: DisplayNames): Record<string, unknown> {
  const { manualChanges, manualAttributes, unexplained } = view.classification;
  return {
    version: 1,
    lab: team.lab,
    account: team.account,
    engine: { flavour: engine.flavour, version: engine.version },
    access: {
      ...view.change,
      people: view.change.people.map((person) => ({ ...named(person.user, naming), ...person })),
    },
    plan: reviewedPlan(view.plan),
    drift: { manualChanges, manualAttributes, unexplained },
    imported: view.imported,
    importedCredentials: view.credentials,
    suspendedDuringApply: view.suspendedDuringApply,
    withheld: view.ruled.withheld,
    blocks: blocksJson(view.blocks),
    quickCheck: view.quickCheck,
  };
}

/** `preview --json`, version 1; `comment` reads its review. */
export function previewJson(review: Review): Record<string, unknown> {
  return { version: 1, review, blocks: blocksJson(review.blocks) };
}

function blocksJson(blocks: readonly GuardrailBlock[]): readonly Record<string, unknown>[] {
  return blocks.map((block) => {
    const { summary, reason, help, paste = [] } = blockProblem(block);
    const texts = { summary: plainText(summary), reason: reason && plainText(reason), help: help && plainText(help) };
    return { code: block.code, ...texts, paste, args: block.args };
  });
}

import type { AccessDiff } from '../../access/diff.ts';
import { accessChangeJson } from '../../access/text/explain.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import type { HeldCredentials } from '../../aws/credentials/user-credentials.ts';
import type { Imported } from '../../aws/iam-names.ts';
import type { Block } from '../../diagnostics/block.ts';
import { blockProblem } from '../../guardrails/guardrails.ts';
import type { Team } from '../../team/team.ts';
import type { Plan } from '../../terraform/plan.ts';
import type { Engine } from '../../terraform/run/engine.ts';
import { plainText } from '../../text/text.ts';
import { type PlanClassification, reviewedPlan } from '../changes/classify-plan.ts';
import type { QuickCheck, Review } from '../manifest/schema.ts';
import type { Ruled } from '../rule/rule.ts';

/** A plan with everything that follows from it. */
export interface PlanView {
  readonly plan: Plan;
  readonly classification: PlanClassification;
  readonly change: AccessDiff;
  readonly blocks: readonly Block[];
  readonly imported: readonly Imported[];
  readonly suspendedDuringApply: readonly string[];
  readonly ruled: Pick<Ruled, 'withheld'>;
  readonly credentials: readonly HeldCredentials[];
  readonly quickCheck: QuickCheck | null;
}

/** `plan --json`, version 1. Addresses are Terraform's, users IAM's. */
export function planJson(view: PlanView, team: Team, engine: Engine, naming: DisplayNames): Record<string, unknown> {
  const { class: kind, manualChanges, manualAttributes, unexplained } = view.classification;
  return {
    version: 1,
    lab: team.lab,
    account: team.account,
    engine: { flavour: engine.flavour, version: engine.version },
    access: accessChangeJson(view.change, naming),
    plan: reviewedPlan(view.plan),
    drift: { class: kind, manualChanges, manualAttributes, unexplained },
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

function blocksJson(blocks: readonly Block[]): readonly Record<string, unknown>[] {
  return blocks.map((block) => {
    const { summary, reason, help, paste = [] } = blockProblem(block);
    const texts = { summary: plainText(summary), reason: reason && plainText(reason), help: help && plainText(help) };
    return { code: block.code, ...texts, paste, args: block.args };
  });
}

import { accessChangeJson } from '../../access/text/access-json.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { blockText } from '../../guardrails/block-text.ts';
import type { Team } from '../../team/team.ts';
import type { Engine } from '../../terraform/run/engine.ts';
import { messageOf } from '../../text/finding-message.ts';
import { countResources, type PlanView } from './plan.ts';

/** `plan --json`: version 1. Addresses are Terraform's, users IAM's. What a plan does not see is in `drift --json`. */
export function planJson(view: PlanView, team: Team, engine: Engine, naming: DisplayNames): Record<string, unknown> {
  const { classification: report } = view;
  const { version: _version, ...access } = accessChangeJson(view.change, naming);
  return {
    version: 1,
    lab: team.lab,
    account: team.account,
    engine: { flavour: engine.flavour, version: engine.version },
    access,
    resources: {
      ...countResources(view.plan),
      changes: view.plan.changes
        .filter(({ change }) => change.actions.some((action) => action !== 'no-op' && action !== 'read'))
        .map(({ address, change }) => ({ address, actions: change.actions })),
    },
    drift: {
      class: report.class,
      tampered: report.manualChanges,
      attributes: report.manualAttributes,
      unexplained: report.unexplained,
    },
    takenOver: view.imported,
    heldWhileApplied: view.suspendedDuringApply,
    refusals: view.blocks.map((finding) => ({
      code: finding.code,
      message: messageOf(blockText(finding)),
      args: finding.args,
    })),
  };
}

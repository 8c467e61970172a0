import type { AccessModel } from '../access/model.ts';
import type { BoundaryLook } from '../account/boundary.ts';
import type { NamedThing } from '../account/iam-names.ts';
import type { StrayLook, Unseen } from '../account/strays.ts';
import type { Team } from '../team/team.ts';
import type { Plan } from '../terraform/plan-read.ts';
import type { DriftReport } from './drift.ts';
import { type BoundaryEffect, boundaryEffectOf } from './stray-boundary.ts';
import { type StrayEffect, strayEffectsOf } from './stray-effect.ts';

/** What no plan can tell, because the account holds it beside the state. */
export interface Beside {
  readonly strays: readonly StrayEffect[];
  readonly boundary: BoundaryEffect | null;
  readonly boundaryState: BoundaryLook['state'];
  readonly unseen: readonly Unseen[];
}

/** `unmanaged`: strays are all there is. `error`: nothing was found, and not everything could be looked at. */
export type LookedClass = DriftReport['class'] | 'unmanaged' | 'error';

/** What was seen beside the plan, as what it does to whose access on a day; `account` is what the plan knows of it. */
export function besideOf(
  { look, boundary }: { readonly look: StrayLook; readonly boundary: BoundaryLook },
  team: Team,
  account: AccessModel,
  today: string,
  at: Date,
): Beside {
  return {
    strays: strayEffectsOf(look, team, account, today, at),
    boundary: boundaryEffectOf(boundary, team, today, at),
    boundaryState: boundary.state,
    unseen: [...(boundary.state === 'unseen' ? [boundary.unseen] : []), ...look.unseen],
  };
}

/** How the account stands to the file once what lies beside the plan is counted, too. */
export function lookedClass(found: DriftReport['class'], { strays, boundary, unseen }: Beside): LookedClass {
  if (found !== 'clean') return found;
  if (boundary !== null) return 'drift';
  if (strays.length > 0) return 'unmanaged';
  return unseen.length > 0 ? 'error' : 'clean';
}

const KINDS: Readonly<Record<string, NamedThing['kind']>> = {
  aws_iam_user: 'user',
  aws_iam_group: 'group',
  aws_iam_policy: 'policy',
};

/**
 * Whether the state or the configuration of a plan has a thing of that kind and name. Resources alone count: who occurs
 * as a member, or what as an attachment, is known to nobody.
 */
export function knownTo(plan: Plan): (thing: Pick<NamedThing, 'kind' | 'name'>) => boolean {
  const known = new Set<string>();
  const rows = [
    ...[...plan.changes, ...plan.drift].flatMap(({ type, change }) => [
      { type, values: change.before },
      { type, values: change.after },
    ]),
    ...plan.prior,
  ];
  for (const { type, values } of rows) {
    const kind = KINDS[type];
    if (kind !== undefined && typeof values?.name === 'string') known.add(`${kind} ${values.name}`);
  }
  return ({ kind, name }) => known.has(`${kind} ${name}`);
}

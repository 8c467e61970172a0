import type { IamEntity } from '../../aws/iam-names.ts';
import type { Plan } from '../../terraform/plan/plan-read.ts';
import { RESOURCES } from '../../terraform/resources.ts';

/**
 * Whether the state or the configuration of a plan has a thing of that kind and name. Resources alone count: who occurs
 * as a member, or what as an attachment, is known to nobody.
 */
export function knownTo(plan: Plan): (thing: Pick<IamEntity, 'kind' | 'name'>) => boolean {
  const known = new Set<string>();
  const rows = [
    ...[...plan.changes, ...plan.drift].flatMap(({ type, change }) => [
      { type, values: change.before },
      { type, values: change.after },
    ]),
    ...plan.prior,
  ];
  for (const { type, values } of rows) {
    const kind = RESOURCES[type]?.entity;
    if (kind !== undefined && typeof values?.name === 'string') known.add(`${kind} ${values.name}`);
  }
  return ({ kind, name }) => known.has(`${kind} ${name}`);
}

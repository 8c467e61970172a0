import type { Plan, ResourceChange } from '../src/terraform/plan.ts';
import { isObject, same } from './canonical.ts';

/** Resource type -> the attributes that the configuration sets. */
export type ConfiguredAttributes = ReadonlyMap<string, ReadonlySet<string>>;

/** What a plan says, as sorted lines `address: actions (attributes)`: two plans that say the same have equal lines. */
export interface PlanFacts {
  readonly changes: readonly string[];
  readonly drift: readonly string[];
}

const META_ARGUMENTS = new Set(['//', 'count', 'for_each', 'depends_on', 'lifecycle', 'provider', 'provisioner']);

/** Which attributes these `cdk.tf.json` set, by resource type: only these are compared, the rest is the provider's. */
export function configuredAttributes(configurations: readonly string[]): ConfiguredAttributes {
  const attributes = new Map<string, Set<string>>();
  for (const configuration of configurations) {
    const parsed: unknown = JSON.parse(configuration);
    const resources = isObject(parsed) && isObject(parsed.resource) ? parsed.resource : {};
    for (const [type, byName] of Object.entries(resources)) {
      const set = attributes.get(type) ?? new Set();
      attributes.set(type, set);
      for (const body of isObject(byName) ? Object.values(byName) : []) {
        for (const key of isObject(body) ? Object.keys(body) : []) if (!META_ARGUMENTS.has(key)) set.add(key);
      }
    }
  }
  return attributes;
}

/** The facts of a plan that must be equal for every provider. */
export function planFacts(plan: Plan, configured: ConfiguredAttributes): PlanFacts {
  return {
    changes: plan.changes
      .filter(({ change }) => !isNoOp(change.actions) || change.importing !== null)
      .map((item) => line(item, configured))
      .sort(),
    // Providers report computed attributes (attachment counts, tags that became an empty map) as drift of their own making.
    drift: plan.drift
      .filter((item) => item.change.actions.join() !== 'update' || changed(item, configured).length > 0)
      .map((item) => line(item, configured))
      .sort(),
  };
}

function line(item: ResourceChange, configured: ConfiguredAttributes): string {
  const done = item.change.actions.join('+');
  const attributes = done === 'update' ? changed(item, configured) : [];
  const actions = item.change.importing === null ? done : `taken over, ${done}`;
  return `${item.address}: ${actions}${attributes.length === 0 ? '' : ` (${attributes.join(', ')})`}`;
}

function changed(item: ResourceChange, configured: ConfiguredAttributes): readonly string[] {
  const { before, after, afterUnknown } = item.change;
  return [...(configured.get(item.type) ?? [])]
    .filter((key) => !same(before?.[key], after?.[key]) || (isObject(afterUnknown) && afterUnknown[key] === true))
    .sort();
}

function isNoOp(actions: readonly string[]): boolean {
  return actions.join() === 'no-op' || actions.join() === 'read';
}

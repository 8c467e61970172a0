interface Change {
  readonly actions: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
  readonly after_unknown?: unknown;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
  readonly replace_paths?: readonly unknown[];
  readonly importing?: { readonly id: string };
}

interface PlanJson {
  readonly resource_changes?: readonly { readonly address: string; readonly change: Change }[];
  readonly resource_drift?: readonly { readonly address: string; readonly change: Change }[];
}

export interface ComparablePlan {
  readonly changes: Readonly<Record<string, unknown>>;
  readonly drift: Readonly<Record<string, unknown>>;
}

/**
 * The parts of a plan that are the same for every engine: all but what an account invents (ids, and names of them).
 * @param staleDeletes for an engine that shows what it deletes as it was at the last apply and not as the refresh found
 *   it (Terraform 1.11.4 was seen to): what AWS counts and the provider's own noise are then left out of deletions
 */
export function comparablePlan(plan: unknown, { staleDeletes }: { staleDeletes: boolean }): ComparablePlan {
  const { resource_changes: changes = [], resource_drift: drift = [] } = plan as PlanJson;
  return { changes: byAddress(changes, staleDeletes), drift: byAddress(drift, false) };
}

function byAddress(
  changes: NonNullable<PlanJson['resource_changes']>,
  staleDeletes: boolean,
): Readonly<Record<string, unknown>> {
  const sorted = [...changes].sort((one, other) => (one.address < other.address ? -1 : 1));
  return Object.fromEntries(sorted.map(({ address, change }) => [address, comparableChange(change, staleDeletes)]));
}

function comparableChange(change: Change, staleDeletes: boolean): unknown {
  const stale = staleDeletes && change.actions.join() === 'delete' ? { attachment_count: null, tags: null } : {};
  return {
    actions: change.actions,
    before: change.before === null ? null : { ...withoutInventions(change.before), ...stale },
    after: withoutInventions(change.after),
    after_unknown: change.after_unknown ?? {},
    // The order in which the real provider names them is that of a Go map: none.
    replace_paths: (change.replace_paths ?? []).map((path) => JSON.stringify(path)).sort(),
    importing: change.importing?.id ?? null,
  };
}

const INVENTED: Readonly<Record<string, (value: string) => string>> = {
  unique_id: () => '(id)',
  policy_id: () => '(id)',
  // An attachment's id ends in the time and a counter.
  id: (value) => value.replace(/-\d{18,26}[0-9a-f]{0,8}$/, '-(time)'),
};

function withoutInventions(values: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof values !== 'object' || values === null) return null;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const invented = INVENTED[name];
      return [name, invented !== undefined && typeof value === 'string' ? invented(value) : value];
    }),
  );
}

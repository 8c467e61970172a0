import {
  isManagedPolicyName,
  MANAGED_POLICIES,
  MANAGED_POLICY_NAMES,
  type ManagedPolicyName,
} from '../catalog/managed-policies.ts';
import { actionOf, isCapability, isOperation, OPERATIONS, type Operation, operationsOf } from '../catalog/mturk.ts';
import { actionMatches } from '../iam/evaluate.ts';
import type { RoleDraft } from './draft.ts';
import type { Role } from './team.ts';

/** A role together with all that it extends. */
export interface ResolvedRole {
  readonly allow: ReadonlySet<Operation>;
  readonly deny: ReadonlySet<Operation>;
  readonly managed: ReadonlySet<ManagedPolicyName>;
  /** Keys of the role itself and of all it extends, directly or not. */
  readonly lineage: ReadonlySet<string>;
}

/** Never fails: names that do not exist contribute nothing and a circle is walked once, which rules report. */
export function resolveRoles(roles: readonly RoleDraft[]): ReadonlyMap<string, ResolvedRole> {
  const byKey = new Map(roles.map((role) => [role.key, role]));
  return new Map(roles.map((role) => [role.key, resolve(role, byKey)]));
}

function resolve(role: RoleDraft, byKey: ReadonlyMap<string, RoleDraft>): ResolvedRole {
  const lineage = new Set<string>([role.key]);
  const allow = new Set<Operation>();
  const deny = new Set<Operation>();
  const managed = new Set<ManagedPolicyName>();
  // A set visits what is added to it while it is walked.
  for (const key of lineage) {
    const one = byKey.get(key);
    if (one === undefined) continue;
    for (const entry of one.allow) for (const operation of operationsNamed(entry)) allow.add(operation);
    for (const entry of one.deny) for (const operation of operationsNamed(entry)) deny.add(operation);
    for (const name of one.managed) if (name !== null && isManagedPolicyName(name)) managed.add(name);
    for (const parent of one.extends) if (parent !== null) lineage.add(parent);
  }
  return { allow, deny, managed, lineage };
}

/** The operations that an entry of `allow` or `deny` means; none for an unknown name. */
export function operationsNamed(entry: string | null): readonly Operation[] {
  if (entry === null) return [];
  if (entry === '*') return OPERATIONS;
  if (isCapability(entry)) return operationsOf(entry);
  return isOperation(entry) ? [entry] : [];
}

const OPERATIONS_OF_MANAGED = new Map(
  MANAGED_POLICY_NAMES.map((name) => {
    const { Statement } = MANAGED_POLICIES[name];
    return [name, OPERATIONS.filter((each) => Statement.some((statement) => actionMatches(statement, actionOf(each))))];
  }),
);

/** The operations that one of AWS's policies allows. */
export function operationsOfManaged(name: ManagedPolicyName): readonly Operation[] {
  return OPERATIONS_OF_MANAGED.get(name) ?? [];
}

/** All that a role allows, whatever it denies. */
export function allowedByRole({ allow, managed }: Pick<Role, 'allow' | 'managed'>): readonly Operation[] {
  return [...allow, ...managed.flatMap(operationsOfManaged)];
}

/** A role with what it and all it extends say. */
export function wholeRole(
  { key, description, extends: parents }: Pick<Role, 'key' | 'description' | 'extends'>,
  resolved: ReadonlyMap<string, ResolvedRole>,
): Role {
  const { allow = [], deny = [], managed = [] } = resolved.get(key) ?? {};
  return {
    ...{ key, description, extends: [...parents].sort() },
    ...{ allow: inCatalogOrder(new Set(allow)), deny: inCatalogOrder(new Set(deny)), managed: [...managed].sort() },
  };
}

/** A list of operations in catalog order. */
export function inCatalogOrder(operations: ReadonlySet<Operation>): readonly Operation[] {
  return OPERATIONS.filter((operation) => operations.has(operation));
}

import { grantsOf, type UserAccess } from '../access/access-of.ts';
import { operationsOfRole } from '../access/capability-access.ts';
import { type AccessModel, policyName } from '../access/model.ts';
import {
  ALL_OPERATIONS,
  difference,
  includesOperation,
  intersection,
  isEmpty,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  operationSet,
  union,
} from '../access/operation-set.ts';
import { MANAGED_POLICY_NAMES, type ManagedPolicyName, managedPolicyArn } from '../catalog/managed-policies.ts';
import { CAPABILITY_NAMES, type Capability, operationsOf } from '../catalog/mturk.ts';
import { QUOTAS } from '../iam/quotas.ts';
import { iamName, keyOfIamName } from '../team/names.ts';
import { operationsOfManaged } from '../team/resolve-roles.ts';
import type { Role, Team } from '../team/team.ts';
import type { Candidate } from './candidates.ts';

/** A group or policy that access comes from. */
interface Source {
  readonly kind: 'group' | 'policy';
  readonly name: string;
}

/** A role of the draft: what equal access is called. */
export interface ProposedRole {
  readonly key: string;
  readonly operations: OperationSet;
  readonly extends: readonly string[];
  readonly managed: readonly ManagedPolicyName[];
  /** Whole capabilities, and operations of others. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Capabilities of which `allow` or `deny` has only some operations. */
  readonly parts: readonly Capability[];
  /** Most frequent first; the name is a guess from one of them. */
  readonly sources: readonly Source[];
}

export interface ProposedMember {
  readonly candidate: Candidate;
  /** Key of the one role. */
  readonly role: string;
  readonly suspended: boolean;
}

export interface Proposal {
  /** New ones, smallest first: a role extends only earlier ones and kept ones. */
  readonly roles: readonly ProposedRole[];
  readonly members: readonly ProposedMember[];
  /** Keys of members of the file without a user, and of the roles that they need. */
  readonly kept: { readonly members: readonly string[]; readonly roles: readonly string[] };
}

/** Roles from equal access, and who has which. Members of the file whose user is not adopted stay as they are. */
export function proposalOf(candidates: readonly Candidate[], model: AccessModel, team: Team): Proposal {
  const adopted = new Set(candidates.map(({ key }) => key));
  const members = team.members.filter(({ key }) => !adopted.has(key));
  const kept = keptRoles(
    members.flatMap(({ roles }) => roles),
    team.roles,
  );
  const bySet = new Map<OperationSet, Candidate[]>();
  for (const candidate of candidates) {
    const operations = grantedOf(candidate.access);
    bySet.set(operations, [...(bySet.get(operations) ?? []), candidate]);
  }
  const known: Known[] = kept.map((role) => ({ key: role.key, operations: operationsOfRole(role), deny: role.deny }));
  const isFree = freeRoleKeys(model, team.lab, known);
  const roles: ProposedRole[] = [];
  for (const [operations, people] of [...bySet].sort(bySize)) {
    if (known.some((role) => role.operations === operations)) continue;
    const role = roleOf(operations, people, known, isFree, team.lab);
    roles.push(role);
    known.push(role);
  }
  const roleOfSet = new Map(known.map(({ operations, key }) => [operations, key]));
  return {
    roles,
    members: candidates.map((candidate) => ({
      candidate,
      role: roleOfSet.get(grantedOf(candidate.access)) ?? '',
      suspended: isEmpty(candidate.access.allowed),
    })),
    kept: { members: members.map(({ key }) => key), roles: kept.map(({ key }) => key) },
  };
}

type Known = Pick<ProposedRole, 'key' | 'operations'> & { readonly deny: readonly string[] };

/** What a user may do, or could do if it were not suspended. */
function grantedOf({ allowed, granted, boundary }: UserAccess): OperationSet {
  if (!isEmpty(allowed)) return allowed;
  return boundary === null ? granted : intersection(granted, boundary.allowed);
}

/** Some roles, with those that they extend. */
function keptRoles(keys: readonly string[], roles: readonly Role[]): readonly Role[] {
  const byKey = new Map(roles.map((role) => [role.key, role]));
  const kept = new Set(keys);
  // A set visits what is added to it while it is walked.
  for (const key of kept) for (const parent of byKey.get(key)?.extends ?? []) kept.add(parent);
  return roles.filter(({ key }) => kept.has(key));
}

function bySize([one]: readonly [OperationSet, unknown], [other]: readonly [OperationSet, unknown]): number {
  const size = (set: OperationSet) => listOperations(set).length;
  return size(one) - size(other) || (one < other ? -1 : 1);
}

/** Names of groups and of policies are unique in an account, whatever the path and the case. */
function freeRoleKeys({ groups, policies }: AccessModel, lab: string, known: readonly Known[]) {
  const names = new Set([...groups, ...policies].map(({ name }) => name.toLowerCase()));
  return (key: string) =>
    !names.has(iamName(lab, key).toLowerCase()) && known.every((role) => role.key.toLowerCase() !== key);
}

function roleOf(
  operations: OperationSet,
  people: readonly Candidate[],
  known: readonly Known[],
  isFree: (key: string) => boolean,
  lab: string,
): ProposedRole {
  const grants = people.map(({ access }) => grantsOf({ ...access, allowed: operations }, operations));
  const arns = new Set(grants.flat().map(({ policy }) => policy));
  const sources = sourcesOf(grants);
  const named = { key: roleKey(sources, lab, isFree), operations, sources };
  const plain = { extends: [], managed: [], allow: [], deny: [], parts: [] };
  const managed = MANAGED_POLICY_NAMES.find(
    (name) => arns.has(managedPolicyArn(name)) && operationSet(operationsOfManaged(name)) === operations,
  );
  if (managed !== undefined) return { ...named, ...plain, managed: [managed] };
  const missing = difference(ALL_OPERATIONS, operations);
  if (isEmpty(missing)) return { ...named, ...plain, allow: ['*'] };
  const denied = people.map(({ access }) =>
    access.identity.reduce((set, each) => union(set, each.denied), NO_OPERATIONS),
  );
  if (denied.some((set) => set === missing)) {
    const { names, parts } = namesOf(missing);
    return { ...named, ...plain, allow: ['*'], deny: names, parts };
  }
  const parents = extended(operations, known);
  const inherited = parents.reduce((set, parent) => union(set, parent.operations), NO_OPERATIONS);
  const { names, parts } = namesOf(difference(operations, inherited));
  return { ...named, ...plain, extends: parents.map(({ key }) => key), allow: names, parts };
}

/** Roles that give nothing but what the new one gives, largest first, and nothing twice. */
function extended(operations: OperationSet, known: readonly Known[]): readonly Known[] {
  let left = operations;
  const within = known.filter(
    (role) => role.deny.length === 0 && !isEmpty(role.operations) && isEmpty(difference(role.operations, operations)),
  );
  const sorted = within
    .map((role) => [role.operations, role] as const)
    .sort(bySize)
    .reverse();
  return sorted.flatMap(([given, role]) => {
    if (!isEmpty(difference(given, left))) return [];
    left = difference(left, given);
    return [role];
  });
}

/** Whole capabilities by name, and what is left by operation. */
function namesOf(operations: OperationSet): {
  readonly names: readonly string[];
  readonly parts: readonly Capability[];
} {
  const parts: Capability[] = [];
  const names = CAPABILITY_NAMES.flatMap((capability): readonly string[] => {
    const some = operationsOf(capability).filter((each) => includesOperation(operations, each));
    if (some.length === operationsOf(capability).length) return [capability];
    if (some.length > 0) parts.push(capability);
    return some;
  });
  return { names, parts };
}

/** The groups and policies that give something, those of most people first, groups before policies. */
function sourcesOf(grants: readonly ReturnType<typeof grantsOf>[]): readonly Source[] {
  const counts = new Map<string, { readonly source: Source; readonly count: number }>();
  for (const ofPerson of grants) {
    const sources = ofPerson.map(
      ({ holder: { kind, name }, policy }): Source =>
        kind === 'group' ? { kind, name } : { kind: 'policy', name: policyName(policy) },
    );
    const own = new Map(sources.map((source) => [`${source.kind} ${source.name}`, source]));
    for (const [text, source] of own) counts.set(text, { source, count: (counts.get(text)?.count ?? 0) + 1 });
  }
  // Text begins with the kind: groups come first.
  return [...counts]
    .sort(([one, first], [other, second]) => second.count - first.count || (one < other ? -1 : 1))
    .map(([, { source }]) => source);
}

const NAMES: Readonly<Record<ManagedPolicyName, string>> = {
  AmazonMechanicalTurkFullAccess: 'full-access',
  AmazonMechanicalTurkReadOnly: 'read-only',
};

/** A free key from the name of a source, as names of roles are written: `MTurkResultsOnly` becomes `mturk-results-only`. */
function roleKey(sources: readonly Source[], lab: string, isFree: (key: string) => boolean): string {
  const most = QUOTAS.groupNameLength - iamName(lab, '').length;
  const keys = sources.map(({ name }) => {
    if (Object.hasOwn(NAMES, name)) return NAMES[name as ManagedPolicyName];
    const words = (keyOfIamName(lab, name) ?? name).replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
    return (
      words
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, most - 4) || 'role'
    );
  });
  const free = keys.find(isFree);
  if (free !== undefined) return free;
  const [first = 'role'] = keys;
  for (let number = 2; ; number += 1) if (isFree(`${first}-${number}`)) return `${first}-${number}`;
}

import { managedPolicyByArn } from '../../catalog/managed-policies.ts';
import { iamArn } from '../../iam/arn.ts';
import { type PolicyDocument, parsePolicyDocument } from '../../iam/document.ts';
import { boundaryPolicy } from '../../team/documents.ts';
import { boundaryArn } from '../../team/names.ts';
import {
  type AccessGroup,
  type AccessModel,
  type AccessPolicy,
  type AccessUser,
  byName,
  emptyModel,
  type Holder,
  policyName,
  unmanagedUser,
} from '../model.ts';

type Values = Readonly<Record<string, unknown>>;

interface Change {
  readonly address: string;
  readonly type: string;
  readonly deposed: string | null;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Values | null;
    readonly after: Values | null;
  };
}

/** What of Terraform's plan JSON the access model is read from. */
interface PlannedResources {
  /** No-ops included. */
  readonly changes: readonly Change[];
  readonly drift: readonly Change[];
}

/** Adds what the values of one resource say to the facts; a type without access adds nothing. */
export type CollectAccess = (type: string, values: Values, facts: AccessFacts, account: string) => void;

/** The access in a plan, at three times. */
export interface PlannedAccess {
  /** As the state had it from the last run. */
  readonly recorded: AccessModel;
  /** As the account has it now: the state, refreshed. */
  readonly before: AccessModel;
  /** As it will be once the plan is applied. */
  readonly after: AccessModel;
}

/**
 * The access that a plan describes. Inline policies that only an exclusive-policy resource names have no document; users that
 * only a membership names are unmanaged. All keep the groups of the `existing` account that are not the plan's. `others`: what
 * exists and the state does not know. The boundary's document is assumed to be the one that bootstrap writes.
 */
export function plannedAccess(
  plan: PlannedResources,
  account: string,
  collectAccess: CollectAccess,
  others: readonly PlannedResource[] = [],
  existing: AccessModel = emptyModel(account),
): PlannedAccess {
  const drifted = new Map(plan.drift.map((change) => [keyOf(change), change]));
  const changed = new Set(plan.changes.map(keyOf));
  // First, because what the state knows takes precedence. No manual change follows from what it never knew.
  const rows = [...others];
  for (const each of plan.changes) {
    rows.push({
      type: each.type,
      last: (drifted.get(keyOf(each)) ?? each).change.before,
      // `before` of a deletion is the recorded state; only the drift has the refreshed one.
      now: (drifted.get(keyOf(each))?.change ?? { after: each.change.before }).after,
      later: each.change.actions.includes('forget') ? each.change.before : each.change.after,
    });
  }
  // Deleted in AWS and in the configuration: only the drift lists it.
  for (const each of plan.drift) {
    const { before, after } = each.change;
    if (!changed.has(keyOf(each))) rows.push({ type: each.type, last: before, now: after, later: after });
  }
  const collect = (side: 'last' | 'now' | 'later'): AccessFacts => {
    const facts = new AccessFacts();
    for (const row of rows) if (row[side] !== null) collectAccess(row.type, row[side], facts, account);
    return facts;
  };
  const sides = [collect('last'), collect('now'), collect('later')] as const;
  // An unmanaged user removed from a group still exists, and must not count as deleted.
  const members = new Set(sides.flatMap(membersIn));
  const managed = new Set(sides.flatMap(({ users }) => [...users.keys()]));
  const unmanaged = [...members].filter((user) => !managed.has(user));
  const ofPlan = new Set(sides.flatMap(({ groups, members: of }) => [...groups.keys(), ...of.keys()]));
  const elsewhere = existing.groups.filter(({ name }) => !ofPlan.has(name));
  const [recorded, before, after] = sides.map((side) => modelOf(side, unmanaged, existing, elsewhere));
  return { recorded, before, after } as PlannedAccess;
}

function membersIn({ members }: AccessFacts): readonly string[] {
  return [...members.values()].flatMap((users) => [...users]);
}

/** One resource at the three times; null if it does not exist. */
export interface PlannedResource {
  readonly type: string;
  readonly last: Values | null;
  readonly now: Values | null;
  readonly later: Values | null;
}

function keyOf(change: Change): string {
  return `${change.address} ${change.deposed ?? ''}`;
}

/** Collected access, before it is sorted into a model. */
export class AccessFacts {
  readonly users = new Map<string, Values>();
  readonly groups = new Map<string, Values>();
  readonly policies = new Map<string, AccessPolicy>();
  /** Group name -> user names. */
  readonly members = new Map<string, Set<string>>();
  /** `user perception-lab-bo` -> ARNs. */
  readonly attached = new Map<string, Set<string>>();
  /** Holder -> name of the inline policy -> its document, null if only its name is known. */
  readonly inline = new Map<string, Map<string, PolicyDocument | null>>();

  addUser(values: Values): void {
    this.users.set(text(values.name), values);
  }

  addGroup(values: Values): void {
    this.groups.set(text(values.name), values);
  }

  addPolicy(values: Values, account: string): void {
    // Not `values.arn`: it is unknown before the creation, and still the old one while a rename is planned.
    const arn = iamArn(account, 'policy', text(values.path) || '/', text(values.name));
    this.policies.set(arn, { arn, name: text(values.name), document: documentOf(values.policy) });
  }

  addMembers(group: unknown, users: unknown): void {
    this.members.set(text(group), new Set([...(this.members.get(text(group)) ?? []), ...texts(users)]));
  }

  attach(kind: Holder['kind'], name: unknown, arns: unknown): void {
    const holder = `${kind} ${text(name)}`;
    this.attached.set(holder, new Set([...(this.attached.get(holder) ?? []), ...texts(arns)]));
  }

  /** `policy` is the document's JSON, or undefined if only the name is known. */
  addInline(kind: Holder['kind'], name: unknown, policyNames: unknown, policy?: unknown): void {
    const holder = `${kind} ${text(name)}`;
    const known = this.inline.get(holder) ?? new Map<string, PolicyDocument | null>();
    for (const each of texts(policyNames)) known.set(each, documentOf(policy) ?? known.get(each) ?? null);
    this.inline.set(holder, known);
  }
}

function modelOf(
  from: AccessFacts,
  unmanaged: readonly string[],
  existing: AccessModel,
  elsewhere: readonly AccessGroup[],
): AccessModel {
  const groupsOf = (user: string): readonly string[] =>
    [...from.members].flatMap(([group, users]) => (users.has(user) ? [group] : [])).sort();
  const heldBy = (kind: Holder['kind'], name: string, { path }: Values): AccessGroup => {
    const there = (kind === 'user' ? existing.users : existing.groups).find((each) => each.name === name)?.inline ?? [];
    const known = new Map(there.map((policy) => [policy.name, policy.document]));
    return {
      name,
      path: text(path) || '/',
      attached: [...(from.attached.get(`${kind} ${name}`) ?? [])].sort(),
      inline: [...(from.inline.get(`${kind} ${name}`) ?? [])]
        .map(([policy, document]) => ({ name: policy, document: document ?? known.get(policy) ?? null }))
        .sort(byName),
    };
  };
  const known = new Map(existing.users.map((user) => [user.name, user]));
  const others = new Set(elsewhere.map(({ name }) => name));
  const othersOf = (name: string) => (known.get(name)?.groups ?? []).filter((group) => others.has(group));
  const managed = [...from.users].map(
    ([name, values]): AccessUser => ({
      ...heldBy('user', name, values),
      groups: [...groupsOf(name), ...othersOf(name)].sort(),
      boundary: text(values.permissions_boundary) || null,
      tags: tagsOf(values.tags),
    }),
  );
  // Members without a user resource: unmanaged users, and users whose creation was never recorded.
  const unknown = [...new Set([...unmanaged, ...membersIn(from)])].filter((name) => !from.users.has(name));
  const foreign = unknown.map((name): AccessUser => {
    const user = known.get(name) ?? unmanagedUser(name);
    return { ...user, groups: [...groupsOf(name), ...othersOf(name)].sort(), unmanaged: true };
  });
  const users = [...managed, ...foreign].sort(byName);
  const joined = elsewhere.filter(({ name }) => users.some((user) => user.groups.includes(name)));
  const groups = [...[...from.groups].map(([name, values]) => heldBy('group', name, values)), ...joined].sort(byName);

  const policies = new Map(from.policies);
  const referred = [
    ...users.flatMap(({ attached, boundary }) => [...attached, boundary]),
    ...groups.flatMap(({ attached }) => attached),
  ];
  for (const arn of referred) {
    if (arn !== null && !policies.has(arn)) policies.set(arn, policyElsewhere(arn, existing));
  }
  return { account: existing.account, users, groups, policies: [...policies.values()].sort(byName) };
}

/** A policy that is not in the plan: an AWS managed policy, the boundary, or one created outside Terraform. */
function policyElsewhere(arn: string, { account, policies }: AccessModel): AccessPolicy {
  const found = policies.find((policy) => policy.arn === arn);
  if (found !== undefined) return found;
  const name = policyName(arn);
  const document =
    boundaryArn({ lab: name, account }) === arn ? boundaryPolicy({ lab: name, account }) : managedPolicyByArn(arn);
  return { arn, name, document };
}

function documentOf(policy: unknown): PolicyDocument | null {
  return typeof policy === 'string' ? parsePolicyDocument(policy) : null;
}

function tagsOf(tags: unknown): Readonly<Record<string, string>> {
  if (typeof tags !== 'object' || tags === null) return {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, text(value)]));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

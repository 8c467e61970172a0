import { CAPABILITY_NAMES, OPERATIONS, type Operation } from '../../catalog/mturk.ts';
import { policySize } from '../../iam/size.ts';
import { rolePolicy } from '../documents.ts';
import type { RoleDraft } from '../parse/draft.ts';
import { inCatalogueOrder, operationsNamed, operationsOfManaged, type ResolvedRole } from '../parse/resolve-roles.ts';
import type { Rule, RuleContext } from './rule.ts';

export const everyRoleGrantsSomething: Rule = (context) => {
  for (const { role, whole } of judgeable(context)) {
    const allowed = allowedBy(whole);
    if ([...allowed].some((operation) => !whole.deny.has(operation))) continue;
    const because = allowed.size === 0 ? 'nothing-allowed' : 'all-denied';
    context.report('role-grants-nothing', ['roles', role.key], { role: role.key, because }, { at: 'key' });
  }
};

export const everyDenyTakesSomethingAway: Rule = (context) => {
  for (const { role, whole } of judgeable(context)) {
    if (role.deny.length === 0) continue;
    const allowed = allowedBy(whole);
    for (const [index, name] of role.deny.entries()) {
      if (name === null || operationsNamed(name).some((operation) => allowed.has(operation))) continue;
      context.report('deny-without-effect', ['roles', role.key, 'deny', index], { role: role.key, name });
    }
  }
};

export const everyRoleIsUsed: Rule = ({ draft, resolved, report, roleKeys, suggest }) => {
  // Who has which role is not known while a list of roles cannot be read.
  const unreadable = draft.members.some(({ roles }) => roles === null || roles.includes(null));
  if (!draft.hasMembers || unreadable) return;
  const used = new Set<string>();
  const use = (name: string | null) => {
    if (name === null) return;
    used.add(name);
    // A mistyped name is reported where it stands; the role that was meant is not unused because of it.
    if (!resolved.has(name)) used.add(suggest(name, roleKeys) ?? name);
  };
  for (const role of draft.roles) role.extends.forEach(use);
  for (const member of draft.members) member.roles?.forEach(use);
  for (const { key } of draft.roles) {
    if (!used.has(key)) report('unused-role', ['roles', key], { role: key }, { severity: 'warning', at: 'key' });
  }
};

/**
 * With everything frozen: an emergency brake must not fail because a policy grows too long for IAM by it. With the
 * catalogue as it is no role can come that far, which is asked once; another catalogue may be longer.
 */
export function rolePoliciesFit(limit: number): Rule {
  let longest: number | null = null;
  return function rolePoliciesFitIntoIam(context) {
    longest ??= policyLength(OPERATIONS, OPERATIONS);
    if (longest <= limit) return;
    for (const { role, whole } of judgeable(context)) {
      const length = policyLength(inCatalogueOrder(whole.allow), inCatalogueOrder(whole.deny));
      if (length <= limit) continue;
      context.report('role-policy-too-long', ['roles', role.key], { role: role.key, length, limit }, { at: 'key' });
    }
  };
}

function policyLength(allow: readonly Operation[], deny: readonly Operation[]): number {
  const role = { key: '', description: null, extends: [], allow, deny, managed: [] };
  return policySize(JSON.stringify(rolePolicy(role, CAPABILITY_NAMES)));
}

/** Roles of which everything is known: no mistake stands in them or in a role that they extend. */
function* judgeable(context: RuleContext): Generator<{ role: RoleDraft; whole: ResolvedRole }> {
  for (const role of context.draft.roles) {
    const whole = context.resolved.get(role.key);
    if (whole !== undefined && [...whole.lineage].every((key) => context.intact('roles', key))) yield { role, whole };
  }
}

function allowedBy(whole: ResolvedRole): ReadonlySet<Operation> {
  const managed = [...whole.managed].flatMap(operationsOfManaged);
  return managed.length === 0 ? whole.allow : new Set([...whole.allow, ...managed]);
}

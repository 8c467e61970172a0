import { isManagedPolicyName, MANAGED_POLICY_NAMES } from '../../catalog/managed-policies.ts';
import {
  CAPABILITY_NAMES,
  capabilityOf,
  isCapability,
  isOperation,
  OPERATIONS,
  type Operation,
} from '../../catalog/mturk.ts';
import { retiredOperation } from '../../catalog/retired.ts';
import { policySize, QUOTAS } from '../../iam/quotas.ts';
import { joinTexts, t, trusted } from '../../text/text.ts';
import { rolePolicy } from '../documents.ts';
import { listIn, type RoleDraft } from '../draft.ts';
import { inCatalogOrder, operationsNamed, operationsOfManaged, type ResolvedRole } from '../resolve-roles.ts';
import { type Rule, type RuleContext, rule, shortValue, textCheck, useOr, value, valueList } from './rule.ts';

/** Rules about roles: names in them, and what they grant. */

const ROLE_LISTS = ['roles.*.extends.[]', 'members.*.roles.[]'];
const PERMISSION_LISTS = ['roles.*.allow.[]', 'roles.*.deny.[]'];
const PERMISSIONS: readonly string[] = [...CAPABILITY_NAMES, ...OPERATIONS];

/** With everything frozen, so that no freeze makes a policy too long. Roles of the present catalog cannot become that long. */
export function policyTooLong(limit: number): Rule<{ role: string; length: number; limit: number }> {
  return rule({
    code: 'role-policy-too-long',
    at: 'key',
    message: ({ role, length }: { role: string; length: number; limit: number }) => ({
      summary: t`the policy of role ${shortValue(role)} is too long`,
      reason: t`with everything frozen it has ${length} characters; IAM takes ${limit}`,
      help: t`split the role in two and give members both`,
    }),
    check(context, report) {
      for (const { role, whole } of resolvedRoles(context)) {
        const lists = { allow: inCatalogOrder(whole.allow), deny: inCatalogOrder(whole.deny) };
        const length = policySize(JSON.stringify(rolePolicy(lists, CAPABILITY_NAMES)));
        if (length > limit) report(['roles', role.key], { role: role.key, length, limit });
      }
    },
  });
}

export const ROLE_RULES = [
  /** IAM accepts a retired name, which then grants or denies nothing. */
  rule({
    code: 'retired-operation',
    message: (
      { name, successors, note }: { name: string; successors: readonly Operation[]; note: string | null },
      { path },
    ) => {
      const nothing = trusted(`IAM accepts the old name, but it ${path[2] === 'deny' ? 'denies' : 'grants'} nothing`);
      const summary = t`${shortValue(name)} no longer exists`;
      if (successors.length === 0) {
        return { summary: summary, reason: t`removed in 2017 without a successor; ${nothing}`, help: t`remove it` };
      }
      const capabilities = [...new Set(successors.map(capabilityOf))];
      return {
        summary: summary,
        reason:
          note === null
            ? t`renamed to ${valueList(successors)} in 2017; ${nothing}`
            : t`replaced by ${valueList(successors)} in 2017 (${trusted(note)}); ${nothing}`,
        help: t`use ${valueList(successors)}, or ${valueList(capabilities)} for the whole ${trusted(capabilities.length === 1 ? 'capability' : 'capabilities')}`,
      };
    },
    check: textCheck(PERMISSION_LISTS, (name) => {
      const operation = isPermission(name) ? null : retiredOperation(withoutPrefix(name));
      return operation !== null && { name, successors: operation.successors, note: operation.note ?? null };
    }),
  }),
  /** IAM accepts any name, so a name that Mechanical Turk does not have would grant or deny nothing. */
  rule({
    code: 'unknown-permission',
    message: ({ name, suggestion }: { name: string; suggestion: string | null }) => ({
      summary: t`unknown permission ${shortValue(name)}`,
      reason: t`it is neither a capability nor a Mechanical Turk operation, so it would have no effect`,
      help: useOr(
        suggestion,
        t`use a capability such as ${value('results:read')}, an operation such as ${value('GetHIT')}, or ${value('"*"')}`,
      ),
    }),
    check: textCheck(PERMISSION_LISTS, (name, _at, { suggest }) => {
      const plain = withoutPrefix(name);
      return !isPermission(name) && { name, suggestion: plain === '*' ? '"*"' : suggest(plain, PERMISSIONS) };
    }),
  }),
  rule({
    code: 'unknown-managed-policy',
    message: ({ name, suggestion }: { name: string; suggestion: string | null }) => ({
      summary: t`${shortValue(name)} is not an AWS policy for Mechanical Turk`,
      help: useOr(
        suggestion,
        t`use ${value('AmazonMechanicalTurkFullAccess')} or ${value('AmazonMechanicalTurkReadOnly')}, or list permissions in ${value('allow')}`,
      ),
    }),
    check: textCheck(['roles.*.managed.[]'], (name, _at, { suggest }) => {
      if (isManagedPolicyName(name)) return false;
      // An ARN of a policy ends in its name.
      return { name, suggestion: suggest(name.replace(/^.*\//, ''), MANAGED_POLICY_NAMES) };
    }),
  }),
  rule({
    code: 'unknown-role',
    message: ({ role, suggestion, known }: { role: string; suggestion: string | null; known: readonly string[] }) => {
      const names = role.split(/\s+/);
      return {
        summary: t`role ${shortValue(role)} does not exist`,
        help: names.every((name) => known.includes(name))
          ? t`write a comma between the roles: ${value(names.join(', '))}`
          : isPermission(role)
            ? t`write ${value(role)} in ${value('allow')} of a role, and the key of that role here`
            : suggestion !== null
              ? t`use ${value(suggestion)}, or add ${value(role)} to ${value('roles')}`
              : known.length > 0 && known.length <= 8
                ? t`use one of ${valueList(known)}`
                : t`add ${value(role)} to ${value('roles')}, or use the key of an existing role`,
      };
    },
    check: textCheck(ROLE_LISTS, (role, _at, { draft, roleKeys, resolved, suggest }) => {
      const isKnown = resolved.has(role) || !draft.hasRoles;
      return !isKnown && { role, suggestion: suggest(role, roleKeys), known: roleKeys };
    }),
  }),
  /** Each circle is reported once, at the entry of the file that closes it. `circle` is `[a, b, a]`. */
  rule({
    code: 'role-circle',
    message: ({ circle }: { circle: readonly string[] }) => {
      const names = circle.length <= 8 ? circle : [...circle.slice(0, 5), '...', ...circle.slice(-2)];
      const last = circle.at(-1) ?? '';
      return {
        summary:
          circle.length === 2 ? t`role ${shortValue(last)} extends itself` : t`roles extend each other in a circle`,
        reason: circle.length === 2 ? t`this adds nothing to it` : joinTexts(names.map(value), ' extends '),
        help: t`remove ${value(last)} from this list, or break the circle in another role`,
      };
    },
    check({ draft }, report) {
      const parents = new Map(draft.roles.map((role) => [role.key, role.extends]));
      const finished = new Set<string>();
      // `path` leads from a role to one that it extends; a file with more roles than an account can have is not checked.
      const follow = (key: string, path: readonly string[]): void => {
        const keys = [...path, key];
        for (const [index, parent] of (parents.get(key) ?? []).entries()) {
          // Equivalent if mutated: what is no name is a role of no key.
          if (parent === null || finished.has(parent)) continue;
          const since = keys.indexOf(parent);
          if (since === -1) follow(parent, keys);
          else report(['roles', key, 'extends', index], { circle: [...keys.slice(since), parent] });
        }
        finished.add(key);
      };
      for (const { key } of draft.roles) if (!finished.has(key)) follow(key, []);
    },
  }),
  rule({
    code: 'role-grants-nothing',
    at: 'key',
    message: ({ role, because }: { role: string; because: 'nothing-allowed' | 'all-denied' }) => ({
      summary: t`role ${shortValue(role)} grants nothing`,
      reason: because === 'nothing-allowed' ? t`it allows no operation` : t`it denies all that it allows`,
      help:
        because === 'nothing-allowed'
          ? t`add permissions, for example ${value('allow: [results:read]')}, or remove the role`
          : t`remove entries from ${value('deny')}, or remove the role; to stop one member, set ${value('suspended: true')}`,
    }),
    check(context, report) {
      for (const { role, whole } of resolvedRoles(context)) {
        const allowed = allowedBy(whole);
        if ([...allowed].some((operation) => !whole.deny.has(operation))) continue;
        report(['roles', role.key], {
          role: role.key,
          because: allowed.size === 0 ? 'nothing-allowed' : 'all-denied',
        });
      }
    },
  }),
  rule({
    code: 'deny-without-effect',
    message: ({ role, name }: { role: string; name: string }) => ({
      summary: t`denying ${shortValue(name)} has no effect`,
      reason: t`role ${value(role)} does not allow it`,
      help: t`remove it from ${value('deny')}, or correct the name`,
    }),
    check(context, report) {
      for (const { role, whole } of resolvedRoles(context)) {
        const allowed = allowedBy(whole);
        for (const [index, name] of role.deny.entries()) {
          if (operationsNamed(name).some((operation) => allowed.has(operation))) continue;
          report(['roles', role.key, 'deny', index], { role: role.key, name: name ?? '' });
        }
      }
    },
  }),
  policyTooLong(QUOTAS.managedPolicySize),
  rule({
    code: 'unused-role',
    severity: 'warning',
    at: 'key',
    message: ({ role }: { role: string }) => ({
      summary: t`no member has role ${shortValue(role)}`,
      help: t`give it to a member, or remove it`,
    }),
    check({ draft, resolved, roleKeys, suggest }, report) {
      // Unknown while a list of roles cannot be read.
      const lists = draft.members.map(([, { roles }]) => listIn(roles) ?? [null]);
      if (!draft.hasMembers || lists.some((roles) => roles.includes(null))) return;
      const used = new Set<string>();
      for (const name of [...draft.roles.flatMap((role) => role.extends), ...lists.flat()]) {
        // Equivalent if mutated: no role has that key.
        if (name === null) continue;
        used.add(name);
        // A mistyped name is reported in its place; the role that was meant is not unused.
        if (!resolved.has(name)) used.add(suggest(name, roleKeys) ?? name);
      }
      for (const { key } of draft.roles) if (!used.has(key)) report(['roles', key], { role: key });
    },
  }),
];

function isPermission(name: string): boolean {
  return name === '*' || isCapability(name) || isOperation(name);
}

/** Policies and people write `mechanicalturk:GetHIT` and `mturk:GetHIT`. */
function withoutPrefix(name: string): string {
  return name.replace(/^(?:mechanicalturk|mturk):/i, '');
}

/** Roles without an error in them or in a role that they extend. */
function* resolvedRoles(context: RuleContext): Generator<{ role: RoleDraft; whole: ResolvedRole }> {
  for (const role of context.draft.roles) {
    const whole = context.resolved.get(role.key);
    // Equivalent if mutated: each role is resolved.
    if (whole === undefined) continue;
    if ([...whole.lineage].every((key) => context.intact('roles', key))) yield { role, whole };
  }
}

function allowedBy(whole: ResolvedRole): ReadonlySet<Operation> {
  return new Set([...whole.allow, ...[...whole.managed].flatMap(operationsOfManaged)]);
}

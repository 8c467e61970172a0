import { isManagedPolicyName, MANAGED_POLICY_NAMES } from '../../catalog/managed-policies.ts';
import { CAPABILITY_NAMES, capabilityOf, isCapability, isOperation, OPERATIONS } from '../../catalog/mturk.ts';
import { retiredOperation } from '../../catalog/retired.ts';
import type { Rule } from './rule.ts';

const PERMISSIONS: readonly string[] = [...CAPABILITY_NAMES, ...OPERATIONS];

/** IAM accepts any name in silence, so whatever MTurk does not have would grant, or deny, nothing. */
export const permissionsExist: Rule = ({ draft, intact, report, suggest }) => {
  for (const role of draft.roles) {
    for (const list of ['allow', 'deny'] as const) {
      for (const [index, name] of role[list].entries()) {
        if (name === null || name === '*' || isCapability(name) || isOperation(name)) continue;
        const path = ['roles', role.key, list, index] as const;
        if (!intact(...path)) continue;
        const dead = retiredOperation(withoutPrefix(name));
        if (dead === null) {
          const meant = withoutPrefix(name);
          report('unknown-permission', path, { name, suggestion: meant === '*' ? '"*"' : suggest(meant, PERMISSIONS) });
          continue;
        }
        const { successors, note = null } = dead;
        const capabilities = [...new Set(successors.map(capabilityOf))];
        report('unknown-operation-name', path, { name, successors, capabilities, note });
      }
    }
  }
};

export const managedPoliciesExist: Rule = ({ draft, intact, report, suggest }) => {
  for (const role of draft.roles) {
    for (const [index, name] of role.managed.entries()) {
      if (name === null || isManagedPolicyName(name)) continue;
      const path = ['roles', role.key, 'managed', index] as const;
      // People paste the ARN of the policy, which ends in its name.
      const suggestion = suggest(name.slice(name.lastIndexOf('/') + 1), MANAGED_POLICY_NAMES);
      if (intact(...path)) report('unknown-managed-policy', path, { name, suggestion });
    }
  }
};

export const extendedRolesExist: Rule = ({ draft, roleKeys, resolved, intact, report, suggest }) => {
  for (const role of draft.roles) {
    for (const [index, name] of role.extends.entries()) {
      if (name === null || resolved.has(name)) continue;
      const path = ['roles', role.key, 'extends', index] as const;
      if (!intact(...path)) continue;
      report('unknown-role', path, { role: name, suggestion: suggest(name, roleKeys), known: roleKeys });
    }
  }
};

/** Each circle is reported once, at the entry of the file that closes it. */
export const rolesExtendInNoCircle: Rule = ({ draft, report }) => {
  const parents = new Map(draft.roles.map((role) => [role.key, role.extends]));
  const finished = new Set<string>();

  for (const { key: start } of draft.roles) {
    // A stack of one's own: a chain of extends may be as long as the file.
    const trail: { key: string; next: number }[] = finished.has(start) ? [] : [{ key: start, next: 0 }];
    const onTrail = new Map<string, number>([[start, 0]]);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const index = top.next;
      top.next += 1;
      const list = parents.get(top.key) ?? [];
      if (index >= list.length) {
        finished.add(top.key);
        onTrail.delete(top.key);
        trail.pop();
        continue;
      }
      const parent = list[index];
      if (typeof parent !== 'string' || !parents.has(parent) || finished.has(parent)) continue;
      const since = onTrail.get(parent);
      if (since !== undefined) {
        const circle = [...trail.slice(since).map(({ key }) => key), parent];
        report('role-circle', ['roles', top.key, 'extends', index], { circle });
      } else {
        onTrail.set(parent, trail.length);
        trail.push({ key: parent, next: 0 });
      }
    }
  }
};

/** `mechanicalturk:GetHIT` and `mturk:GetHIT` are how policies and people write it. */
function withoutPrefix(name: string): string {
  return name.replace(/^(?:mechanicalturk|mturk):/i, '');
}

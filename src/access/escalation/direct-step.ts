import { type PolicyDocument, statementsOf } from '../../iam/document.ts';
import { actionMatches, type PrincipalPolicies } from '../../iam/evaluate.ts';
import { type AccountRole, trustsService } from '../account-role.ts';
import { keptFor } from '../kept-for.ts';
import { ESCALATION_METHODS, type EscalationMethod, type EscalationTarget } from './methods.ts';
import {
  allOf,
  canAssume,
  isAllowed,
  mapPolicies,
  mayBeAllowed,
  namesIn,
  type Principal,
  samplesOf,
} from './principal.ts';
import { denies, namesOf } from './principals-of.ts';
import { type End, type Ends, type EscalationStep, type EscalationTargets, NONE, OF_THE_ACCOUNT } from './targets.ts';

/** A step that the principal's own policies allow. */
export function directStepOf(principal: Principal, targets: EscalationTargets): EscalationStep | null {
  const isAsked = isOfInterest(principal);
  for (const method of ESCALATION_METHODS) {
    const { actions, on } = method;
    // Equivalent if mutated: it only ends earlier.
    if (on !== 'assume' && !(isAsked && mayBeAsked(method, principal))) continue;
    const found = endOf(method, principal, targets);
    if (found === null) continue;
    const { arn, control, next } = found;
    return { control, actions, on: thingOf(arn, method), next };
  }
  return null;
}

function isOfInterest({ policies }: Principal): boolean {
  return policies.identity.some(({ document }) => mayEscalate(document));
}

const ALL_ACTIONS = [...new Set(ESCALATION_METHODS.flatMap(({ actions }) => actions))];

/** By document: most users of an account have one of a few. */
const mayEscalate = keptFor((document: PolicyDocument) =>
  statementsOf(document).some(
    // Equivalent if mutated: it only ends earlier.
    (statement) => statement.Effect === 'Allow' && ALL_ACTIONS.some((action) => actionMatches(statement, action)),
  ),
);

/** Equivalent if mutated: it only ends earlier. A role can trust a principal without any Allow. */
export function mayBeAsked({ actions, on }: EscalationMethod, { policies }: Principal): boolean {
  return on === 'assume' || actions.every((each) => mayBeAllowed(policies, each));
}

interface FoundEnd extends End {
  readonly arn: string;
}

/** The first thing on which a method is allowed to a principal. */
function endOf(method: EscalationMethod, principal: Principal, targets: EscalationTargets): FoundEnd | null {
  const { actions, on } = method;
  const isMethodAllowed = (arn: string, by = principal) => actions.every((action) => isAllowed(by, action, arn));
  if (isOfRoles(on)) {
    const { others, lab, roles } = targets;
    const ends = on === 'assume' ? [...others.role, ...lab.role] : [...others.role];
    const isAsked = ends.length > 0 && isAnywhere(method, principal);
    const found = isAsked ? ends.find(([arn]) => leadsTo(method, principal, arn, roles)) : undefined;
    return found === undefined ? null : { arn: found[0], ...found[1] };
  }
  switch (on) {
    case 'anyUser':
    case 'anyGroup':
    case 'anyRole': {
      const unbounded = { ...principal, policies: principal.unbounded() };
      const kind = `${on.slice(3).toLowerCase()}/`;
      const arn = samplesOf(principal, actions, kind).find((each) => isMethodAllowed(each, unbounded));
      return arn === undefined ? null : { arn, ...OF_THE_ACCOUNT };
    }
    default: {
      const { own, others } = thingsOf(on, actions, principal, targets);
      const named = namesIn(principal, actions[0] ?? '');
      for (const [arn, end] of own()) if (isMethodAllowed(arn)) return { arn, ...end };
      for (const ends of others) {
        for (const arn of named ?? ends.keys()) {
          const end = ends.get(arn);
          if (end !== undefined && arn !== principal.arn && isMethodAllowed(arn)) return { arn, ...end };
        }
      }
      return null;
    }
  }
}

export function isOfRoles(on: EscalationTarget): on is 'assume' | 'pass' | 'through' {
  return on === 'assume' || on === 'pass' || on === 'through';
}

/** Whether a principal can act by a method as a user, group or role of that ARN; of what runs in a service, `isAnywhere` says it. */
export function leadsTo(
  method: EscalationMethod,
  principal: Principal,
  arn: string,
  roles: readonly AccountRole[],
): boolean {
  const { actions, on, service = '' } = method;
  const role = rolesOf(roles).get(arn);
  const isMethodAllowed = () => actions.every((action) => isAllowed(principal, action, arn));
  if (!isOfRoles(on)) return isMethodAllowed();
  if (role === undefined || on === 'assume') return role !== undefined && canAssume(principal, role);
  return on === 'pass' ? trustsService(role, null) && isMethodAllowed() : trustsService(role, service);
}

export function isAnywhere({ actions, on }: EscalationMethod, principal: Principal): boolean {
  const isMethodAllowed = (arn: string) => actions.every((action) => isAllowed(principal, action, arn));
  return on !== 'through' || samplesOf(principal, actions, '').some(isMethodAllowed);
}

const rolesOf = keptFor((roles: readonly AccountRole[]) => new Map(roles.map((role) => [role.arn, role])));

type Things = { readonly own: () => Iterable<readonly [string, End]>; readonly others: readonly Ends[] };

/** The principal's own things, which give it everything or no longer deny, and those of others. */
export function thingsOf(
  on: Exclude<EscalationTarget, 'assume' | 'pass' | 'through' | 'anyUser' | 'anyGroup' | 'anyRole'>,
  actions: readonly string[],
  principal: Principal,
  targets: EscalationTargets,
): Things {
  const { kind, arn, groups, policies, account } = principal;
  const { lab, others } = targets;
  const ends = (arns: readonly string[]) => arns.map((each) => [each, OF_THE_ACCOUNT] as const);
  const self = (of: Principal['kind']) =>
    kind === of ? [arn, ...(principal.any.name ? namesOf(principal, actions) : [])] : [];
  const limited = (of: Principal['kind']) =>
    policies.boundary !== null || denies(policies.identity) ? ends(self(of)) : [];
  const nothing = () => [];
  switch (on) {
    case 'user':
      return { own: () => ends(self('user')), others: [lab.user] };
    case 'userLimit':
      return { own: () => limited('user'), others: [lab.user] };
    case 'group':
      return { own: () => ends(groups), others: [lab.group] };
    case 'groupLimit':
      return { own: () => withoutDenies(principal, targets), others: [lab.group] };
    case 'leave':
      return { own: () => withoutDenies(principal, targets), others: [lab.denyingGroup] };
    case 'policy': {
      const isCustomers = (policy: string) => policy.includes(`:${account}:`);
      return {
        own: () => ends(allOf(policies).flatMap(({ policy }) => (isCustomers(policy) ? [policy] : []))),
        others: [lab.policy],
      };
    }
    case 'role':
      return { own: () => ends(self('role')), others: [lab.role] };
    case 'roleLimit':
      return { own: () => limited('role'), others: [] };
    case 'roleBoundary':
      return { own: () => limited('role'), others: [lab.role] };
    case 'key':
      return { own: nothing, others: [others.user, lab.user] };
    case 'join':
      return { own: nothing, others: [others.group, lab.group] };
    case 'trust':
      return { own: nothing, others: [others.role, lab.role] };
    case 'object':
      return { own: nothing, others: [lab.object] };
    case 'bucket':
      return { own: nothing, others: [lab.bucket] };
  }
}

/** The groups whose Denies keep a principal from a way, and that way. */
function withoutDenies(principal: Principal, targets: EscalationTargets): Ends {
  const { limits, policies, unbounded } = principal;
  if (limits.length === 0) return NONE;
  const allows = (from: PrincipalPolicies) => ({ ...from, identity: mapPolicies(from, allowing).identity });
  const free = { ...principal, limits: [], policies: allows(policies), unbounded: () => allows(unbounded()) };
  const next = directStepOf(free, targets);
  return next === null ? NONE : new Map(limits.map((arn) => [arn, { control: next.control, next }]));
}

function allowing(document: PolicyDocument): PolicyDocument {
  return { ...document, Statement: statementsOf(document).filter(({ Effect }) => Effect === 'Allow') };
}

export function thingOf(arn: string, { on }: EscalationMethod): EscalationStep['on'] {
  if (on === 'object' || on === 'bucket') return { kind: on, name: arn.slice(arn.lastIndexOf(':') + 1) };
  const [, kind = 'role', name = arn] = /:(user|group|role|policy)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return { kind: kind as EscalationStep['on']['kind'], name };
}

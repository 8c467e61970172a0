import { type Statement, statementsOf } from '../../iam/document.ts';
import type { PolicySource } from '../../iam/evaluate.ts';
import type { AccessModel, AccessPolicy, AccessUser } from '../model.ts';
import { isEmpty, operationsOfStatement, otherActions } from '../operation-set.ts';
import { groupPolicies, policiesOf } from '../policies-of.ts';
import { directStepOf } from './direct-step.ts';
import { jointStepOf } from './joint-step.ts';
import { type Any, isAllowed, namesIn, type Principal } from './principal.ts';
import {
  canDoEverything,
  FOR_USERS,
  groupArn,
  groupPrincipal,
  RENAME,
  rolePrincipalOf,
  TAG,
  userPrincipal,
} from './principals-of.ts';
import { type End, type EscalationStep, type EscalationTargets, escalationTargets, OF_THE_ACCOUNT } from './targets.ts';

/** Whether a user can gain more than its policies say, at `at` or later; one who can do everything can. */
export function canEscalate(...asked: Parameters<typeof escalationOf>): boolean {
  return escalationOf(...asked) !== null;
}

/** How a user can do that; null if not. */
export function escalationOf(
  model: AccessModel,
  user: AccessUser,
  targets: EscalationTargets,
  at: Date,
): EscalationStep | null {
  for (const principal of userPrincipal(model, user, at)) {
    const step = stepOf(principal, targets);
    if (step !== null) return step;
  }
  return null;
}

/** Whether a user can give itself and others any access. */
export function isAdministrator(model: AccessModel, user: AccessUser, at: Date): boolean {
  const [now] = userPrincipal(model, user, at);
  return FOR_USERS.every((action) => isAllowed(now, action, now.arn));
}

function stepOf(principal: Principal, targets: EscalationTargets): EscalationStep | null {
  return directStepOf(principal, targets) ?? jointStepOf(principal, targets);
}

/** Who in an account controls it, or the lab. */
export interface Reach {
  /** ARNs of the users and roles whose policies allow everything, without a boundary. */
  readonly everything: ReadonlySet<string>;
  /** By ARN: all others who control the account or the lab, and how. */
  readonly steps: ReadonlyMap<string, EscalationStep>;
  /** The same, as what the next step of a user can end in. */
  readonly targets: EscalationTargets;
}

/**
 * Follows the methods until nothing changes: who can act as one who controls the account or the lab does so, too. First for the
 * account alone, because that is more than the lab. `model` is without the lab's own users.
 */
export function reachOf(
  model: AccessModel,
  rolePolicies: readonly AccessPolicy[],
  lab: EscalationTargets,
  at: Date,
): Reach {
  const { account } = model;
  const roles: AccessModel = { account, users: [], groups: [], policies: rolePolicies };
  const principals = [
    ...model.users.map((user) => userPrincipal(model, user, at)),
    ...model.groups.map((group) => groupPrincipal(model, group, at)),
    ...lab.roles.filter(({ arn }) => !lab.lab.role.has(arn)).map((role) => rolePrincipalOf(roles, role, at)),
  ];
  const others = { user: new Map<string, End>(), group: new Map<string, End>(), role: new Map<string, End>() };
  const everything = new Set<string>();
  for (const moments of principals) {
    if (!moments.some(canDoEverything)) continue;
    const [now] = moments;
    others[now.kind].set(now.arn, OF_THE_ACCOUNT);
    if (now.kind !== 'group') everything.add(now.arn);
  }
  const steps = new Map<string, EscalationStep>();
  const nothingOfLab = escalationTargets('', []).lab;
  const actors = { all: principals.flat(), roles: lab.roles };
  for (const targets of [
    { ...lab, lab: nothingOfLab, others, actors },
    { ...lab, others, actors },
  ]) {
    for (let found = -1; found !== 0; ) {
      const gainedBy = (way: typeof stepOf) =>
        principals.flatMap((moments): [Principal, EscalationStep][] => {
          const [{ kind, arn }] = moments;
          if (others[kind].has(arn)) return [];
          const [step] = moments.flatMap((each) => way(each, targets) ?? []);
          return step === undefined ? [] : [[moments[0], step]];
        });
      // Of several ways, the shortest is found first.
      const direct = gainedBy(directStepOf);
      const now = { ...targets };
      const gained = direct.length > 0 ? direct : gainedBy((each) => jointStepOf(each, now));
      for (const [{ kind, arn }, step] of gained) {
        others[kind].set(arn, { control: step.control, next: step });
        steps.set(arn, step);
      }
      found = gained.length;
    }
  }
  return { everything, steps, targets: { ...lab, others, actors } };
}

/** How a user that gains no control can come under another policy. */
export interface OwnChanges extends Any {
  /** The actions by which it renames or tags itself. */
  readonly itself: readonly string[];
  /** Names of groups outside the lab that may use Mechanical Turk. */
  readonly joins: readonly string[];
  /** Groups of its own that deny anything, and the action by which that ends. */
  readonly leaves: readonly { readonly group: string; readonly action: string }[];
}

/** What the users of a model can change of themselves, by ARN: of those who control neither account nor lab. */
export function ownChangesIn(
  model: AccessModel,
  { others }: EscalationTargets,
  at: Date,
): ReadonlyMap<string, OwnChanges> {
  const found = new Map<string, OwnChanges>();
  const using = model.groups
    .map(({ name }) => name)
    .filter((name) => allowsOperations(groupPolicies(model, name).sources));
  for (const user of model.users) {
    const { identity } = policiesOf(model, user);
    // Equivalent if mutated: it is only faster for most members.
    if (identity.every(({ document }) => statementsOf(document).flatMap(otherActions).length === 0)) continue;
    const moments = userPrincipal(model, user, at);
    const [{ arn, limits }] = moments;
    if (others.user.has(arn)) continue;
    const may = (action: string, on: string) => moments.some((each) => isAllowed(each, action, on));
    const joins = using.filter((group) => moments.some((each) => canJoin(each, groupArn(model, group))));
    const leaves = model.groups.flatMap(({ name: group }) => {
      const own = groupArn(model, group);
      const action = limits.includes(own) ? LEAVE.find((each) => may(each, own)) : undefined;
      return action === undefined ? [] : [{ group, action }];
    });
    const tag = TAG.find((each) => may(each, arn));
    const name = moments.some(({ any }) => any.name);
    const itself = [tag ?? [], name ? RENAME : []].flat();
    if (itself.length + joins.length + leaves.length > 0)
      found.set(arn, { tags: tag !== undefined, name, itself, joins, leaves });
  }
  return found;
}

function allowsOperations(sources: readonly PolicySource[]): boolean {
  const isAllowing = (each: Statement) => each.Effect === 'Allow' && !isEmpty(operationsOfStatement(each));
  return sources.some(({ document }) => statementsOf(document).some(isAllowing));
}

function canJoin(principal: Principal, group: string): boolean {
  const named = namesIn(principal, JOIN);
  return (named === null || named.has(group)) && isAllowed(principal, JOIN, group);
}

const JOIN = 'iam:AddUserToGroup';
const LEAVE = ['iam:RemoveUserFromGroup', 'iam:DeleteGroupPolicy', 'iam:DetachGroupPolicy'];

import { accessOf, type UserAccess } from '../access/access-of.ts';
import { conservativeModel } from '../access/conservative.ts';
import type { AccessModel, AccessUser } from '../access/model.ts';
import { intersection, isEmpty, operationsOfStatement } from '../access/operation-set.ts';
import { type Grant, policiesOf } from '../access/policies-of.ts';
import { contextOf, OPEN_KEYS } from '../access/request-context.ts';
import { type Operation, SERVICE_PREFIX } from '../catalog/mturk.ts';
import { RETIRED_OPERATIONS, retiredOperation } from '../catalog/retired.ts';
import { iamArn } from '../iam/arn.ts';
import { type Statement, statementsOf, toList } from '../iam/document.ts';
import { actionMatches, evaluate } from '../iam/evaluate.ts';
import { QUOTAS } from '../iam/quotas.ts';
import { iamName, keyOfIamName, labOfPath } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import { heldBy, isOfMechanicalTurk } from './differences.ts';

/** A user of the account who can become a member. */
export interface Candidate {
  readonly user: AccessUser;
  readonly key: string;
  readonly access: UserAccess;
  readonly retired: readonly RetiredAction[];
}

/** An action of a policy that means nothing today; `successors` is what it meant. */
export interface RetiredAction {
  readonly effect: Statement['Effect'];
  readonly action: string;
  readonly successors: readonly Operation[];
  readonly grant: Grant;
}

/** Why a user is not proposed as a member. */
export type LeftReason =
  | 'administrator'
  | 'no-access'
  | 'retired-only'
  | 'in-a-lab'
  | 'unreadable'
  | 'without'
  | 'not-in-file';

export interface LeftAlone {
  readonly user: string;
  readonly reason: LeftReason;
}

/** How people are chosen: `without` are names of users, `keys` are keys by user name. */
export interface Choice {
  readonly at: Date;
  readonly without: ReadonlySet<string>;
  readonly keys: ReadonlyMap<string, string>;
}

export interface Chosen {
  readonly candidates: readonly Candidate[];
  readonly left: readonly LeftAlone[];
}

/** Who of an account becomes a member under which key, and who is left alone. */
export function candidatesIn(
  model: AccessModel,
  team: Pick<Team, 'lab' | 'departed' | 'owners' | 'members'>,
  { at, without, keys }: Choice,
): Chosen {
  const open = conservativeModel(model);
  const taken = new Set(team.departed.map(({ key }) => key.toLowerCase()));
  const names = new Set(model.users.map(({ name }) => name.toLowerCase()));
  for (const key of keys.values()) taken.add(key.toLowerCase());
  const owners = new Set(team.owners.map((key) => key.toLowerCase()));
  const written = new Map(team.members.map(({ key }) => [key.toLowerCase(), key]));
  const candidates: Candidate[] = [];
  const left: LeftAlone[] = [];
  for (const access of accessOf(model, { at })) {
    const { user } = access;
    const retired = retiredActions(model, user);
    const reason = without.has(user.name) ? 'without' : leftReason(open, access, retired, at);
    if (reason !== null) {
      left.push({ user: user.name, reason });
      continue;
    }
    const isFree = (key: string) => {
      const name = iamName(team.lab, key).toLowerCase();
      // Without access, an owner could approve nothing.
      if (taken.has(key) || (isEmpty(access.allowed) && owners.has(key))) return false;
      return name === user.name.toLowerCase() || !names.has(name);
    };
    const key = keys.get(user.name) ?? keyOf(user.name, team.lab, isFree);
    taken.add(key.toLowerCase());
    candidates.push({ user, key: written.get(key) ?? key, access, retired });
  }
  return { candidates, left };
}

function leftReason(
  open: AccessModel,
  { user, allowed, granted, boundary, suspended, unknownPolicies }: UserAccess,
  retired: readonly RetiredAction[],
  at: Date,
): LeftReason | null {
  if (labOfPath(user.path) !== null) return 'in-a-lab';
  if (unknownPolicies.length > 0) return 'unreadable';
  if (isAdministrator(open, user, at)) return 'administrator';
  const isSuspended = suspended && !isEmpty(boundary === null ? granted : intersection(granted, boundary.allowed));
  if (!isEmpty(allowed) || isSuspended) return null;
  return retired.some(({ effect }) => effect === 'Allow') ? 'retired-only' : 'no-access';
}

/** Whether a user can give itself and others any access. */
function isAdministrator(open: AccessModel, user: AccessUser, at: Date): boolean {
  const policies = policiesOf(open, user);
  const resource = iamArn(open.account, 'user', user.path, user.name);
  const context = contextOf(open, user, { at });
  return ['iam:CreateUser', 'iam:AttachUserPolicy'].every(
    (action) => evaluate(policies, { action, resource, context, openKeys: OPEN_KEYS }).outcome === 'allowed',
  );
}

const RETIRED = Object.keys(RETIRED_OPERATIONS).filter((name) => retiredOperation(name) !== null);

function retiredActions(model: AccessModel, user: AccessUser): readonly RetiredAction[] {
  return heldBy(model, user).flatMap(({ holder, policy, document }) =>
    statementsOf(document).flatMap(({ Effect: effect, Action }) =>
      toList(Action).flatMap((action): RetiredAction[] => {
        const pattern: Statement = { Effect: effect, Action: action };
        if (!isOfMechanicalTurk(action) || !isEmpty(operationsOfStatement(pattern))) return [];
        const meant = RETIRED.filter((name) => actionMatches(pattern, `${SERVICE_PREFIX}:${name}`));
        const successors = [...new Set(meant.flatMap((name) => retiredOperation(name)?.successors ?? []))];
        return meant.length === 0 ? [] : [{ effect, action, successors, grant: { holder, policy } }];
      }),
    ),
  );
}

/** A free key from a user name: in lower case, without the lab's prefix and the host of an address if the rest is free. */
function keyOf(name: string, lab: string, isFree: (key: string) => boolean): string {
  const most = QUOTAS.userNameLength - iamName(lab, '').length;
  const lowered = name.toLowerCase();
  const whole = (keyOfIamName(lab, lowered) ?? lowered).replace(/^[^a-z0-9]+/, '') || 'user';
  const [local = whole] = whole.split('@');
  for (const key of [local, whole]) if (key.length <= most && isFree(key)) return key;
  for (let number = 2; ; number += 1) {
    const key = `${local.slice(0, most - String(number).length - 1)}-${number}`;
    if (isFree(key)) return key;
  }
}

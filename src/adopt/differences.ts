import {
  accessOf,
  accessOnceBegun,
  allowedByName,
  ofUser,
  operationsIn,
  type UserAccess,
} from '../access/access-of.ts';
import { type AccessModel, type AccessUser, mapDocuments } from '../access/model.ts';
import {
  difference,
  intersection,
  listOperations,
  type OperationSet,
  otherActions,
  union,
} from '../access/operation-set.ts';
import { distinctGrants, type Grant, groupPolicies, type HeldPolicy, ownPolicies } from '../access/policies-of.ts';
import { desiredAccess } from '../access/sources/desired.ts';
import type { Operation } from '../catalog/mturk.ts';
import { type PolicyDocument, type Statement, statementsOf, toList } from '../iam/document.ts';
import { iamName } from '../team/names.ts';
import type { AccessTeam } from '../team/team.ts';
import { type Adoption, modelBefore } from './adoption.ts';

/** How an operation is not as it was: `unlimited` was and `conditional` would be allowed under a condition or on a resource alone. */
type OperationChange = 'gained' | 'lost' | 'unlimited' | 'conditional';

/** Something that a member can do after adoption and could not before, or the other way round. `id` is stable. */
export type Difference = { readonly id: string } & (
  | { readonly kind: OperationChange; readonly operation: Operation }
  /** Allows outside Mechanical Turk, which no role of team.yaml can give. */
  | { readonly kind: 'other-permission'; readonly grant: Grant; readonly actions: readonly string[] }
  | { readonly kind: 'unknown-policy'; readonly grant: Grant }
);

/** The access of an adopted member as it was, and as the file has it. */
export interface PersonAccess {
  /** The key in team.yaml. */
  readonly key: string;
  /** The name that the IAM user had. */
  readonly name: string;
  readonly kept: readonly Operation[];
  readonly gained: readonly Operation[];
  readonly lost: readonly Operation[];
  readonly differences: readonly Difference[];
}

/** What differs for each adopted user who is a member of the file, as of a moment: `today` is its day. */
export function differencesOf(
  adoption: Adoption,
  team: AccessTeam,
  { at, today }: { readonly at: Date; readonly today: string },
): readonly PersonAccess[] {
  const members = new Set(team.members.map(({ key }) => key));
  const before = modelBefore(adoption);
  const was = new Map(accessOf(before, { at }).map((access) => [access.user.name, access]));
  const allowedIn = (model: AccessModel) => operationsIn(model, at);
  const most = allowedIn(mapDocuments(before, (document) => withoutLimits(document, 'Allow')));
  const least = allowedIn(mapDocuments(before, (document) => withoutLimits(document, 'Deny')));
  const desired = desiredAccess(team, today);
  const will = allowedIn(desired);
  const begun = allowedByName(accessOnceBegun(desired, { at }));
  return adoption.users.flatMap(({ key, name }): PersonAccess[] => {
    const access = was.get(name);
    if (!members.has(key) || access === undefined) return [];
    const user = iamName(team.lab, key);
    const now = ofUser(will, user);
    const withBegun = union(now, ofUser(begun, user));
    // What was allowed under some condition, or on some resource, and not always.
    const limited = difference(ofUser(most, name), ofUser(least, name));
    const gained = difference(withBegun, access.allowed);
    const lost = difference(access.allowed, now);
    const kept = intersection(access.allowed, now);
    const differences: readonly Difference[] = [
      ...changes('gained', gained),
      ...changes('lost', lost),
      ...changes('unlimited', intersection(limited, kept)),
      ...changes('conditional', difference(limited, union(access.allowed, withBegun))),
      ...otherPermissions(before, access),
      ...distinctGrants(access.unknownPolicies).map((grant) => ({
        ...{ id: `unknown-policy/${idOf(grant)}`, kind: 'unknown-policy' as const, grant },
      })),
    ];
    const lists = { kept: listOperations(kept), gained: listOperations(gained), lost: listOperations(lost) };
    return [{ key, name, ...lists, differences }];
  });
}

function changes(kind: OperationChange, operations: OperationSet): readonly Difference[] {
  return listOperations(operations).map((operation) => ({ id: `${kind}/${operation}`, kind, operation }));
}

/** What policies allow outside Mechanical Turk: an adopted user keeps none of it. */
function otherPermissions(model: AccessModel, { user, unknownPolicies }: UserAccess): readonly Difference[] {
  const unknown = new Set(unknownPolicies.map(idOf));
  return heldBy(model, user).flatMap(({ holder, policy, document }): Difference[] => {
    const grant = { holder, policy };
    const actions = [...new Set(statementsOf(document).flatMap(otherActions))];
    if (actions.length === 0 || unknown.has(idOf(grant))) return [];
    const id = `other-permission/${idOf(grant)}/${[...actions].sort().join()}`;
    return [{ id, kind: 'other-permission', grant, actions }];
  });
}

/** The policies of a user and of the groups. */
export function heldBy(model: AccessModel, user: AccessUser): readonly HeldPolicy[] {
  const held = [ownPolicies(model, user), ...user.groups.map((name) => groupPolicies(model, name))];
  return held.flatMap(({ sources }) => sources);
}

function idOf({ holder, policy }: Grant): string {
  return `${holder.kind}/${holder.name}/${policy}`;
}

/** A document in which limited statements with that effect hold always, and others never. */
function withoutLimits(document: PolicyDocument | null, effect: Statement['Effect']): PolicyDocument | null {
  if (document === null) return null;
  const statements = statementsOf(document).flatMap((statement): readonly Statement[] => {
    if (!isLimited(statement)) return [statement];
    const { Effect, Action, NotAction } = statement;
    return Effect === effect ? [{ Effect, Action, NotAction, Resource: '*' }] : [];
  });
  return { ...document, Statement: statements };
}

/** Whether a statement has a condition, or does not speak about any resource. */
function isLimited({ Condition, Resource }: Statement): boolean {
  return Condition !== undefined || !toList(Resource).includes('*');
}

/** Those whose differences were not all shown when they were accepted. */
export function unaccepted({ accepted }: Adoption, people: readonly PersonAccess[]): readonly PersonAccess[] {
  const byKey = new Map(accepted.map(({ key, differences }) => [key, new Set(differences)]));
  return people.filter(({ key, differences }) => differences.some(({ id }) => byKey.get(key)?.has(id) !== true));
}

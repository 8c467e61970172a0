import { iamArn } from '../../iam/arn.ts';
import { conditionsOf, type PolicyDocument, type Statement, statementsOf, toList } from '../../iam/document.ts';
import type { PolicySource } from '../../iam/evaluate.ts';
import { BOUNDARY_PATH } from '../../team/names.ts';
import { type AccountRole, rolePrincipal } from '../account-role.ts';
import { conservativeDocument, isKnownKey } from '../conservative.ts';
import { type AccessModel, type AccessUser, anyUser, indexModel } from '../model.ts';
import { groupPolicies, policiesOf } from '../policies-of.ts';
import { contextOf, isPersonalKey, sharedContextOf, timeContextOf, userArn } from '../request-context.ts';
import { isLasting, laterMoments, MOST_MOMENTS } from '../time-conditions.ts';
import { type Any, allOf, isAllowed, mapPolicies, mayBeAllowed, type Principal, samplesOf } from './principal.ts';

/** A principal now, and at each later moment at which what it may do can change: with too many, now and in doubt. */
type Moments = readonly [Principal, ...Principal[]];

export function userPrincipal(model: AccessModel, user: AccessUser, at: Date): Moments {
  const { account } = model;
  return nowAndLater({
    ...{ kind: 'user', account, arn: userArn(model, user), at },
    policies: policiesOf(model, user),
    groups: user.groups.map((name) => groupArn(model, name)),
    limits: denyingGroups(model, user.groups),
    context: contextOf(model, user, { at }),
  });
}

/** Any member of a group, by what the group gives. */
export function groupPrincipal(model: AccessModel, { name }: AccessModel['groups'][number], at: Date): Moments {
  const arn = groupArn(model, name);
  return nowAndLater({
    ...{ kind: 'group', account: model.account, arn, groups: [arn], limits: [], at },
    policies: policiesOf(model, anyUser([name])),
    context: sharedContextOf(model, { at }),
  });
}

/** Any session of a role; `model` has the policies of roles. */
export function rolePrincipalOf(model: AccessModel, role: AccountRole, at: Date): Moments {
  const tags = Object.entries(role.tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value] as const);
  const own = { 'aws:PrincipalType': 'AssumedRole', 'aws:PrincipalArn': role.arn, ...Object.fromEntries(tags) };
  return nowAndLater({
    ...{ kind: 'role', account: model.account, arn: role.arn, groups: [], limits: [], at },
    policies: policiesOf(model, rolePrincipal(role)),
    context: { ...sharedContextOf(model, { at }), ...own },
  });
}

export function groupArn(model: AccessModel, name: string): string {
  const { path = '/' } = indexModel(model).groups.get(name) ?? {};
  return iamArn(model.account, 'group', path, name);
}

/** ARNs of groups, of some or all, that deny anything. */
export function denyingGroups(model: AccessModel, of: readonly string[] | null = null): readonly string[] {
  const names = of ?? model.groups.map(({ name }) => name);
  return names.filter((name) => denies(groupPolicies(model, name).sources)).map((name) => groupArn(model, name));
}

export function denies(sources: readonly PolicySource[]): boolean {
  return sources.some(({ document }) => statementsOf(document).some(({ Effect }) => Effect === 'Deny'));
}

type Given = Omit<Principal, 'any' | 'isKnown' | 'unbounded'>;

function nowAndLater(given: Given): Moments {
  const { policies, context } = given;
  const documents = allOf(policies).map(({ document }) => document);
  const later = laterMoments([], documents, given.at);
  if (later.length <= MOST_MOMENTS) {
    const then = (at: Date) => principalOf({ ...given, at, context: { ...context, ...timeContextOf(at) } });
    return [principalOf(given), ...later.map(then)];
  }
  return [principalOf({ ...given, policies: mapPolicies(policies, (each) => conservativeDocument(each, isLasting)) })];
}

/**
 * With policies in which a condition on what is not known is met. Who opens a session of a role chooses its tags, and a group
 * stands for users of any name; a user has any tag if it can tag itself, and any name if it can rename itself.
 */
function principalOf(
  given: Given,
  any: Any = { tags: given.kind !== 'user', name: given.kind === 'group' },
): Principal {
  const { kind, arn, policies } = given;
  const isKnown = knownOf(any);
  const open = (document: PolicyDocument) => conservativeDocument(document, isKnown);
  const opened = mapPolicies(policies, open);
  const { identity } = policies;
  const unbounded = () => mapPolicies({ identity, boundary: null }, (document) => open(withoutBounded(document)));
  const principal: Principal = {
    ...{ ...given, any, isKnown, policies: opened },
    unbounded: () => ({ ...opened, identity: unbounded().identity }),
  };
  const tags = any.tags || TAG.some((action) => isAllowed(principal, action, arn));
  const name = any.name || (kind === 'user' && namesOf(principal, [RENAME]).length > 0);
  return tags === any.tags && name === any.name ? principal : principalOf(given, { tags, name });
}

/** What a call says of itself: through which service and to which region it goes. */
const OF_THE_CALL: readonly string[] = ['aws:viaawsservice', 'aws:requestedregion'];

/** By `Any`, and one function each, because documents are kept by it: whether a condition key has a known value. */
function knownBy(isKnown: (key: string) => boolean) {
  const by = ([tags, name]: readonly [boolean, boolean]) => {
    const isAny = (key: string) => (key.toLowerCase().startsWith('aws:principaltag/') ? tags : name);
    return (key: string) => isKnown(key) && !(isPersonalKey(key) && isAny(key));
  };
  const [neither, tagged, named, both] = [by([false, false]), by([true, false]), by([false, true]), by([true, true])];
  return ({ tags, name }: Any) => (tags ? (name ? both : tagged) : name ? named : neither);
}

/** Of an operation, which a user calls itself, in the one region. */
export const knownOfUse = knownBy(isKnownKey);
const knownOf = knownBy((key) => isKnownKey(key) && !OF_THE_CALL.includes(key.toLowerCase()));

/** Actions by which a user changes its tags, and its name. */
export const TAG = ['iam:TagUser', 'iam:UntagUser'];
export const RENAME = 'iam:UpdateUser';

/** Samples of ARNs that a user can have by another name, of those that its policies name for some actions: IAM asks for both. */
export function namesOf(principal: Principal, actions: readonly string[]): readonly string[] {
  const { arn } = principal;
  if (!mayBeAllowed(principal.policies, RENAME) || !isAllowed(principal, RENAME, arn)) return [];
  return samplesOf(principal, actions, 'user/').filter((other) => other !== arn && isAllowed(principal, RENAME, other));
}

function withoutBounded(document: PolicyDocument): PolicyDocument {
  const isBounded = (statement: Statement) =>
    conditionsOf(statement).some(
      ({ operator, key, values }) =>
        key.toLowerCase() === 'iam:permissionsboundary' &&
        /^(?:String|Arn)(?:Equals|Like)$/.test(operator) &&
        values.every((value) => value.includes(`:policy${BOUNDARY_PATH}`)),
    );
  return { ...document, Statement: statementsOf(document).filter((each) => !isBounded(each)) };
}

/** Its policies allow everything on everything, and neither a Deny nor a boundary keeps it from what counts here. */
export function canDoEverything(principal: Principal): boolean {
  const { identity, boundary } = principal.policies;
  // A Deny of everything would deny each of the probes, too.
  const allowsAll = ({ document }: PolicySource) =>
    statementsOf(document).some(
      ({ Action, Resource, Condition }) =>
        toList(Action).some((action) => action === '*' || action === '*:*') &&
        toList(Resource).includes('*') &&
        Condition === undefined,
    );
  return (
    identity.some(allowsAll) &&
    (boundary === null || allowsAll(boundary)) &&
    PROBES.every((action) => isAllowed(principal, action, '*'))
  );
}

/** What gives a user, and any other one, all access. */
export const FOR_USERS = ['iam:AttachUserPolicy', 'iam:CreateUser'];
const PROBES = [...FOR_USERS, 'iam:PutRolePolicy', 'sts:AssumeRole', 's3:PutObject'];

import { iamArn, isAwsPolicy } from '../iam/arn.ts';
import { conditionsOf, type PolicyDocument, type Statement, statementsOf, toList } from '../iam/document.ts';
import { actionMatches, evaluate, type PolicySource, type PrincipalPolicies } from '../iam/evaluate.ts';
import type { RequestContext } from '../iam/pattern.ts';
import { BOUNDARY_PATH, iamName, labPath, workflowRolePath } from '../team/names.ts';
import type { StatePlace } from '../team/team.ts';
import { type AccountRole, rolePrincipal, trusts, trustsService } from './account-role.ts';
import { conservativeDocument, isKnownKey } from './conservative.ts';
import { ESCALATION_METHODS, type EscalationMethod, type EscalationTarget } from './escalation-methods.ts';
import { type AccessModel, type AccessPolicy, type AccessUser, anyUser, indexModel } from './model.ts';
import { isEmpty, operationsOfStatement, otherActions } from './operation-set.ts';
import { groupPolicies, policiesOf } from './policies-of.ts';
import { contextOf, isPersonalKey, OPEN_KEYS, sharedContextOf, timeContextOf, userArn } from './request-context.ts';
import { isLasting, laterMoments, MOST_MOMENTS } from './time-conditions.ts';

/** One step by which a principal gains more access than its policies say. */
export interface EscalationStep {
  /** Of the account, or of the lab alone: its users, roles, policies, state. With `none` it only gains operations. */
  readonly control: 'account' | 'lab' | 'none';
  readonly actions: readonly string[];
  readonly on: { readonly kind: 'user' | 'group' | 'role' | 'policy' | 'object' | 'bucket'; readonly name: string };
  /** What the principal does next, as that user, group or role; null if nothing is missing. */
  readonly next: EscalationStep | null;
}

type End = Pick<EscalationStep, 'control' | 'next'>;
type Ends = ReadonlyMap<string, End>;

/** What escalation is judged by. All keys are ARNs. */
export interface EscalationTargets {
  readonly lab: Readonly<Record<'user' | 'group' | 'denyingGroup' | 'policy' | 'role' | 'object' | 'bucket', Ends>>;
  /** Users, groups and roles outside the lab, as which one controls the account or the lab. */
  readonly others: Readonly<Record<'user' | 'group' | 'role', Ends>>;
  readonly roles: readonly AccountRole[];
  readonly actors: Actors;
}

/** Users, groups and roles outside the lab, as which one can act. */
interface Actors {
  readonly all: readonly Principal[];
  readonly roles: readonly AccountRole[];
}

const OF_THE_LAB: End = { control: 'lab', next: null };
const OF_THE_ACCOUNT: End = { control: 'account', next: null };
const NONE: Ends = new Map();

/** What an apply goes by, beside the state; bootstrap trusts the repository that the last of them names. */
const OBJECTS = ['team.tfstate', 'apply-record.json', 'bootstrap.json'];

/** The lab's own users, groups and policies in some models, one of each to come, and, if it has workflows, their roles and its state. */
export function escalationTargets(
  lab: string,
  models: readonly AccessModel[],
  more: { readonly roles: readonly AccountRole[]; readonly state: Pick<StatePlace, 'bucket' | 'key'> | null } = {
    roles: [],
    state: null,
  },
): EscalationTargets {
  const ends = (arns: readonly string[]): Ends => new Map(arns.map((arn) => [arn, OF_THE_LAB]));
  const of = (kind: 'user' | 'group' | 'policy', arnsIn: (model: AccessModel) => readonly string[]) =>
    ends(models.flatMap((model) => [...arnsIn(model), iamArn(model.account, kind, labPath(lab), iamName(lab, 'x'))]));
  const bucket = more.state === null ? [] : [`arn:aws:s3:::${more.state.bucket}`];
  return {
    lab: {
      user: of('user', (model) => model.users.map((user) => userArn(model, user))),
      group: of('group', (model) => model.groups.map(({ name }) => groupArn(model, name))),
      denyingGroup: ends(models.flatMap((model) => denyingGroups(model))),
      policy: of('policy', ({ policies }) => policies.map(({ arn }) => arn).filter((arn) => !isAwsPolicy(arn))),
      role: ends(more.roles.flatMap(({ arn, path }) => (more.state && path === workflowRolePath(lab) ? [arn] : []))),
      object: ends(bucket.flatMap((arn) => OBJECTS.map((name) => `${arn}/${more.state?.key}/${name}`))),
      bucket: ends(bucket),
    },
    others: { user: NONE, group: NONE, role: NONE },
    roles: more.roles,
    actors: { all: [], roles: [] },
  };
}

/** A user, a role, or a group, which stands for any of its members. */
interface Principal {
  readonly kind: 'user' | 'group' | 'role';
  readonly arn: string;
  readonly account: string;
  /** With conditions on what is not known met. */
  readonly policies: PrincipalPolicies;
  readonly groups: readonly string[];
  /** Those of its groups that deny anything. */
  readonly limits: readonly string[];
  readonly context: RequestContext;
  readonly at: Date;
  readonly any: Any;
  /** Whether a condition key has a known value. */
  readonly isKnown: (key: string) => boolean;
  /** The same without what may be done only to what has a lab's boundary: who is made that way is limited. */
  readonly unbounded: () => PrincipalPolicies;
}

/** What of a principal can be any, because it can change it itself, or stands for several users or sessions. */
interface Any {
  readonly tags: boolean;
  /** And the path. */
  readonly name: boolean;
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
const TAG = ['iam:TagUser', 'iam:UntagUser'];

function userPrincipal(model: AccessModel, user: AccessUser, at: Date): Moments {
  const { account } = model;
  return nowAndLater({
    ...{ kind: 'user', account, arn: userArn(model, user), at },
    policies: policiesOf(model, user),
    groups: user.groups.map((name) => groupArn(model, name)),
    limits: denyingGroups(model, user.groups),
    context: contextOf(model, user, { at }),
  });
}

function groupArn(model: AccessModel, name: string): string {
  const { path = '/' } = indexModel(model).groups.get(name) ?? {};
  return iamArn(model.account, 'group', path, name);
}

function denyingGroups(model: AccessModel, of: readonly string[] | null = null): readonly string[] {
  const names = of ?? model.groups.map(({ name }) => name);
  return names.filter((name) => denies(groupPolicies(model, name).sources)).map((name) => groupArn(model, name));
}

function denies(sources: readonly PolicySource[]): boolean {
  return sources.some(({ document }) => statementsOf(document).some(({ Effect }) => Effect === 'Deny'));
}

function groupPrincipal(model: AccessModel, { name }: AccessModel['groups'][number], at: Date): Moments {
  const arn = groupArn(model, name);
  return nowAndLater({
    ...{ kind: 'group', account: model.account, arn, groups: [arn], limits: [], at },
    policies: policiesOf(model, anyUser([name])),
    context: sharedContextOf(model, { at }),
  });
}

function rolePrincipalOf(model: AccessModel, role: AccountRole, at: Date): Moments {
  const tags = Object.entries(role.tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value] as const);
  const own = { 'aws:PrincipalType': 'AssumedRole', 'aws:PrincipalArn': role.arn, ...Object.fromEntries(tags) };
  return nowAndLater({
    ...{ kind: 'role', account: model.account, arn: role.arn, groups: [], limits: [], at },
    policies: policiesOf(model, rolePrincipal(role)),
    context: { ...sharedContextOf(model, { at }), ...own },
  });
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

/** A principal now, and at each later moment at which what it may do can change: with too many, now and in doubt. */
type Moments = readonly [Principal, ...Principal[]];

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

const RENAME = 'iam:UpdateUser';

/** Samples of ARNs that a user can have by another name, of those that its policies name for some actions: IAM asks for both. */
function namesOf(principal: Principal, actions: readonly string[]): readonly string[] {
  const { arn } = principal;
  if (!mayBeAllowed(principal.policies, RENAME) || !isAllowed(principal, RENAME, arn)) return [];
  return samplesOf(principal, actions, 'user/').filter((other) => other !== arn && isAllowed(principal, RENAME, other));
}

/** Its policies allow everything on everything, and neither a Deny nor a boundary keeps it from what counts here. */
function canDoEverything(principal: Principal): boolean {
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
const FOR_USERS = ['iam:AttachUserPolicy', 'iam:CreateUser'];
const PROBES = [...FOR_USERS, 'iam:PutRolePolicy', 'sts:AssumeRole', 's3:PutObject'];

function stepOf(principal: Principal, targets: EscalationTargets): EscalationStep | null {
  return directStepOf(principal, targets) ?? jointStepOf(principal, targets);
}

function isOfInterest({ policies }: Principal): boolean {
  return policies.identity.some(({ document }) => mayEscalate(document));
}

/** A step that the principal's own policies allow. */
function directStepOf(principal: Principal, targets: EscalationTargets): EscalationStep | null {
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

type Step = Pick<EscalationStep, 'actions' | 'on'>;

/** A step that is allowed to one principal and gives another more, and what follows. */
interface Widening extends End {
  readonly by: Principal;
  readonly of: Principal;
  readonly step: Step;
}

type Next = readonly (readonly [Principal, Step])[];

const byArnIn = keptFor(({ all }: Actors) => listed(all.map((each) => [each.arn, each] as const)));

/** As whom a principal acts by one step. */
function nextOf(from: Principal, actors: Actors): Next {
  return ESCALATION_METHODS.flatMap((method): Next => {
    const { actions, on } = method;
    if (ACTORS[on] === undefined || !mayBeAsked(method, from) || !isAnywhere(method, from)) return [];
    const named = isOfRoles(on) ? null : namesIn(from, actions[0] ?? '');
    const others = named === null ? actors.all : [...named].flatMap((arn) => byArnIn(actors).get(arn) ?? []);
    return others.flatMap((to): Next => {
      const isAnother = to.kind === ACTORS[on] && to.arn !== from.arn;
      return isAnother && leadsTo(method, from, to.arn, actors.roles)
        ? [[to, { actions, on: thingOf(to.arn, method) }]]
        : [];
    });
  });
}

/** Who of the actors acts by one step as each. */
const beforeIn = keptFor((actors: Actors) =>
  listed(actors.all.flatMap((from) => nextOf(from, actors).map(([to, step]) => [to, [from, step] as const] as const))),
);

const waysIn = keptFor((_actors: Actors) => new Map<string, ReadonlyMap<Principal, readonly Step[]>>());

/** By the fewest steps, who of the actors can act as one of them, itself at any moment included. */
function waysTo(to: Principal, actors: Actors): ReadonlyMap<Principal, readonly Step[]> {
  const known = waysIn(actors).get(to.arn);
  if (known !== undefined) return known;
  const itself = byArnIn(actors).get(to.arn) ?? [to];
  const found = new Map<Principal, readonly Step[]>(itself.map((each) => [each, []]));
  for (const [via, steps] of found) {
    for (const [from, step] of beforeIn(actors).get(via) ?? []) if (!found.has(from)) found.set(from, [step, ...steps]);
  }
  waysIn(actors).set(to.arn, found);
  return found;
}

/** Actors who gain nothing alone, and those of them who may widen any. */
const freeIn = keptFor(({ actors, others }: EscalationTargets) => {
  const all = actors.all.filter(({ kind, arn }) => !others[kind].has(arn));
  return { all, able: all.filter(mayWiden) };
});

const wideningsIn = keptFor((targets: EscalationTargets) => {
  const { all, able } = freeIn(targets);
  return listedBy(wideningsOf(able, all, targets));
});

function wideningsOf(
  who: readonly Principal[],
  whose: readonly Principal[],
  targets: EscalationTargets,
): readonly Widening[] {
  return WIDENING.flatMap((method) => {
    const { actions, on } = method;
    const able = who.filter((each) => mayBeAsked(method, each));
    if (able.length === 0) return [];
    const things = whose.flatMap((of) =>
      [...thingsOf(on, actions, of, targets).own()].map((own) => [of, ...own] as const),
    );
    return able.flatMap((by) => {
      const named = by.kind === 'group' ? null : namesIn(by, actions[0] ?? '');
      // Who may take a boundary of a lab away is not limited by it.
      const policies = WRITTEN.includes(on) ? by.unbounded() : by.policies;
      return things.flatMap(([of, arn, end]): readonly Widening[] => {
        // A policy of a group can ask for the name of a member.
        const context = by.kind === 'group' && of.kind === 'user' ? of.context : by.context;
        const isMethodAllowed = () => actions.every((action) => isAllowed({ ...by, context, policies }, action, arn));
        const isNamed = named === null || named.has(arn);
        return isNamed && isMethodAllowed() ? [{ ...end, by, of, step: { actions, on: thingOf(arn, method) } }] : [];
      });
    });
  });
}

/** By actor: steps by which it acts as two users, groups or roles, of which one may widen the other. */
const jointStepsIn = keptFor((targets: EscalationTargets) => {
  const { actors } = targets;
  const found = new Map<Principal, EscalationStep>();
  for (const [by, widenings] of wideningsIn(targets)) {
    for (const widening of widenings) {
      if (found.size === actors.all.length) return found;
      const [first, then] = [waysTo(by, actors), waysTo(widening.of, actors)];
      for (const each of (first.size < then.size ? first : then).keys()) {
        const step = found.has(each) ? null : stepThrough(widening, first.get(each), then.get(each));
        if (step !== null) found.set(each, step);
      }
    }
  }
  return found;
});

function stepThrough(
  { by, of, step, control, next }: Widening,
  before: readonly Step[] | undefined,
  then: readonly Step[] | undefined,
): EscalationStep | null {
  if (before === undefined || then === undefined) return null;
  const steps = [...before, step, ...(by === of ? [] : then)];
  return steps.reduceRight<EscalationStep | null>((left, each) => ({ ...each, control, next: left }), next);
}

function jointStepOf(principal: Principal, targets: EscalationTargets): EscalationStep | null {
  const { actors } = targets;
  if (byArnIn(actors).get(principal.arn)?.includes(principal)) return jointStepsIn(targets).get(principal) ?? null;
  const { all, able } = freeIn(targets);
  if (able.length === 0 && !mayWiden(principal)) return null;
  const next = nextOf(principal, actors);
  const stepsTo = ({ arn }: Principal, ways: ReadonlyMap<Principal, readonly Step[]>) => {
    if (arn === principal.arn) return [];
    const [first] = next.flatMap(([via, step]) => (ways.has(via) ? [[step, ...(ways.get(via) ?? [])]] : []));
    return first;
  };
  const own = listedBy([...wideningsOf([principal], all, targets), ...wideningsOf(able, [principal], targets)]);
  for (const [by, widenings] of [...wideningsIn(targets), ...own]) {
    const before = stepsTo(by, waysTo(by, actors));
    for (const widening of before === undefined ? [] : widenings) {
      const step = stepThrough(widening, before, stepsTo(widening.of, waysTo(widening.of, actors)));
      if (step !== null) return step;
    }
  }
  return null;
}

function listedBy(widenings: readonly Widening[]): ReadonlyMap<Principal, readonly Widening[]> {
  return listed(widenings.map((each) => [each.by, each] as const));
}

/** Equivalent if mutated: it only ends earlier. A role can trust a principal without any Allow. */
function mayBeAsked({ actions, on }: EscalationMethod, { policies }: Principal): boolean {
  return on === 'assume' || actions.every((each) => mayBeAllowed(policies, each));
}

/** As what one acts by a method. */
const ACTORS: Partial<Record<EscalationTarget, Principal['kind']>> = {
  ...{ key: 'user', join: 'group', trust: 'role', assume: 'role', pass: 'role', through: 'role' },
};

function mayWiden(principal: Principal): boolean {
  return WIDENING.some((method) => mayBeAsked(method, principal));
}

const OWN = [
  'user',
  'userLimit',
  'group',
  'groupLimit',
  'leave',
  'policy',
  'role',
  'roleLimit',
  'roleBoundary',
] as const;
const WRITTEN: readonly EscalationTarget[] = ['user', 'group', 'policy', 'role'];
const WIDENING = OWN.flatMap((on) => ESCALATION_METHODS.flatMap((each) => (each.on === on ? [{ ...each, on }] : [])));

interface FoundEnd extends End {
  readonly arn: string;
}

/** Whether a principal can act by a method as a user, group or role of that ARN; of what runs in a service, `isAnywhere` says it. */
function leadsTo(method: EscalationMethod, principal: Principal, arn: string, roles: readonly AccountRole[]): boolean {
  const { actions, on, service = '' } = method;
  const role = rolesOf(roles).get(arn);
  const isMethodAllowed = () => actions.every((action) => isAllowed(principal, action, arn));
  if (!isOfRoles(on)) return isMethodAllowed();
  if (role === undefined || on === 'assume') return role !== undefined && canAssume(principal, role);
  return on === 'pass' ? trustsService(role, null) && isMethodAllowed() : trustsService(role, service);
}

function isAnywhere({ actions, on }: EscalationMethod, principal: Principal): boolean {
  const isMethodAllowed = (arn: string) => actions.every((action) => isAllowed(principal, action, arn));
  return on !== 'through' || samplesOf(principal, actions, '').some(isMethodAllowed);
}

function isOfRoles(on: EscalationTarget): on is 'assume' | 'pass' | 'through' {
  return on === 'assume' || on === 'pass' || on === 'through';
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

const rolesOf = keptFor((roles: readonly AccountRole[]) => new Map(roles.map((role) => [role.arn, role])));

type Things = { readonly own: () => Iterable<readonly [string, End]>; readonly others: readonly Ends[] };

/** The principal's own things, which give it everything or no longer deny, and those of others. */
function thingsOf(
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

/** A trust policy that names the principal needs no Allow; one that names the account leaves it to the principal's policies. */
function canAssume(principal: Principal, role: AccountRole): boolean {
  const trusted = trusts(role, principal);
  if (trusted === 'none') return false;
  const outcome = outcomeOf(principal, 'sts:AssumeRole', role.arn);
  return outcome === 'allowed' || (trusted === 'itself' && outcome === 'denied-implicitly');
}

function isAllowed(principal: Principal, action: string, resource: string): boolean {
  return outcomeOf(principal, action, resource) === 'allowed';
}

function outcomeOf({ policies, context }: Principal, action: string, resource: string) {
  return evaluate(policies, { action, resource, context, openKeys: OPEN_KEYS }).outcome;
}

function allOf({ identity, boundary }: PrincipalPolicies): readonly PolicySource[] {
  return boundary === null ? identity : [...identity, boundary];
}

function mapPolicies(
  { identity, boundary }: PrincipalPolicies,
  map: (document: PolicyDocument) => PolicyDocument,
): PrincipalPolicies {
  const mapped = (source: PolicySource) => ({ ...source, document: map(source.document) });
  return { identity: identity.map(mapped), boundary: boundary && mapped(boundary) };
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

/** Names of samples. IAM takes no policy that has the second, so that no Deny names it. */
const FILLERS = ['x', '…'];

/** ARNs of each kind to which the principal's policies limit some actions; `kind`: such as `user/`, or any. */
function samplesOf(
  { policies, account, context }: Principal,
  actions: readonly string[],
  kind: string,
): readonly string[] {
  const sources = allOf(policies);
  const samples = [
    ...about('Allow', sources, actions).flatMap(({ Resource = '*' }) => toList(Resource)),
    ...about('Deny', sources, actions).flatMap(({ NotResource }) => toList(NotResource)),
  ];
  const any = kind === '' ? '*' : `arn:aws:iam::${account}:${kind}*`;
  const named = [any, ...samples.filter((text) => text !== '*')];
  const written = FILLERS.flatMap((filler) => named.map((text) => sampleOf(text, account, context, filler)));
  return [...new Set(written)].filter((arn) => kind === '' || arn.includes(`:${kind}`));
}

function sampleOf(pattern: string, account: string, context: RequestContext, filler: string): string {
  if (pattern === '*') return pattern;
  return pattern
    .replace(ANY_ACCOUNT, `arn:aws:iam::${account}:`)
    .replace(OWN_NAME, () => String(context['aws:username'] ?? 'x'))
    .replace(/\$\{[^}]*\}|[*?]/g, filler);
}

/** What some policies allow or deny of some actions. */
function about(
  effect: Statement['Effect'],
  sources: readonly PolicySource[],
  actions: readonly string[],
): readonly Statement[] {
  return sources.flatMap(({ document }) =>
    statementsOf(document).filter(
      (statement) => statement.Effect === effect && actions.some((action) => isAbout(statement, action)),
    ),
  );
}

/** By statement and action: each is asked at many moments. */
const asked = new WeakMap<Statement, Map<string, boolean>>();

function isAbout(statement: Statement, action: string): boolean {
  const byAction = asked.get(statement) ?? new Map<string, boolean>();
  asked.set(statement, byAction);
  const found = byAction.get(action) ?? actionMatches(statement, action);
  byAction.set(action, found);
  return found;
}

/**
 * The ARNs that what allows an action names; null if it names more than can be listed. By far most policies name a user's
 * own things alone, so that a large account is not evaluated for each pair of users.
 */
function namesIn({ policies, account, context }: Principal, action: string): ReadonlySet<string> | null {
  const named = new Set<string>();
  for (const { Resource = '*' } of about('Allow', policies.identity, [action])) {
    for (const text of toList(Resource)) {
      const resource = text
        .replace(ANY_ACCOUNT, `arn:aws:iam::${account}:`)
        .replace(OWN_NAME, () => String(context['aws:username'] ?? ''));
      if (/[*?$]/.test(resource)) return null;
      named.add(resource);
    }
  }
  return named;
}

const ANY_ACCOUNT = /^arn:aws:iam::\*:/;
const OWN_NAME = /\$\{aws:username\}/gi;

/** Quick check before each resource is evaluated: most actions are allowed on none. */
function mayBeAllowed({ identity, boundary }: PrincipalPolicies, action: string): boolean {
  const limits = boundary === null ? [] : [boundary];
  const isOutright = ({ Condition, Resource }: Statement) => Condition === undefined && toList(Resource).includes('*');
  return (
    // Equivalent if mutated: without a part of it, only more is evaluated.
    about('Allow', identity, [action]).length > 0 &&
    limits.every((limit) => about('Allow', [limit], [action]).length > 0) &&
    !about('Deny', allOf({ identity, boundary }), [action]).some(isOutright)
  );
}

const ALL_ACTIONS = [...new Set(ESCALATION_METHODS.flatMap(({ actions }) => actions))];

/** By document: most users of an account have one of a few. */
const mayEscalate = keptFor((document: PolicyDocument) =>
  statementsOf(document).some(
    // Equivalent if mutated: it only ends earlier.
    (statement) => statement.Effect === 'Allow' && ALL_ACTIONS.some((action) => actionMatches(statement, action)),
  ),
);

/** The same function, which is asked once of each object. */
function keptFor<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const kept = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const found = kept.get(key) ?? { value: make(key) };
    kept.set(key, found);
    return found.value;
  };
}

function listed<Key, Value>(entries: readonly (readonly [Key, Value])[]): ReadonlyMap<Key, readonly Value[]> {
  const found = new Map<Key, Value[]>();
  for (const [key, value] of entries) {
    const values = found.get(key);
    if (values === undefined) found.set(key, [value]);
    else values.push(value);
  }
  return found;
}

function thingOf(arn: string, { on }: EscalationMethod): EscalationStep['on'] {
  if (on === 'object' || on === 'bucket') return { kind: on, name: arn.slice(arn.lastIndexOf(':') + 1) };
  const [, kind = 'role', name = arn] = /:(user|group|role|policy)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return { kind: kind as EscalationStep['on']['kind'], name };
}

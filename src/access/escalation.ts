import { iamArn } from '../iam/arn.ts';
import { type PolicyDocument, statementsOf, toList } from '../iam/document.ts';
import { actionMatches, evaluate, type PrincipalPolicies } from '../iam/evaluate.ts';
import { iamName, labPath } from '../team/names.ts';
import { conservativeModel } from './conservative.ts';
import { contextOf, OPEN_KEYS } from './decide.ts';
import { type AccessModel, type AccessUser, around, indexModel } from './model.ts';
import { policiesOf } from './policies-of.ts';

/** The lab's users, groups and policies, by ARN. */
export interface EscalationTargets {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

type Target = 'user' | 'limit' | 'group' | 'policy' | 'otherUser' | 'role';

/** Actions that let a user gain access, by what they act on. Actions that only revoke access are not among them. */
const WAYS: Readonly<Record<Target, readonly string[]>> = {
  user: ['iam:AttachUserPolicy', 'iam:PutUserPolicy'],
  // Removes a Deny or the permissions boundary.
  limit: [
    'iam:DeleteUserPolicy',
    'iam:DetachUserPolicy',
    'iam:DeleteUserPermissionsBoundary',
    'iam:PutUserPermissionsBoundary',
  ],
  group: ['iam:AttachGroupPolicy', 'iam:PutGroupPolicy', 'iam:AddUserToGroup'],
  policy: ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion'],
  // Only of another user: a key or password of someone else is that user's access.
  otherUser: ['iam:CreateAccessKey', 'iam:CreateLoginProfile', 'iam:UpdateLoginProfile'],
  // The access of a role is unknown: it may be everything.
  role: ['sts:AssumeRole', 'iam:PassRole', 'iam:UpdateAssumeRolePolicy'],
};

const TARGETS = Object.keys(WAYS) as readonly Target[];
const ALL_WAYS = Object.values(WAYS).flat();

/** The lab's own users, groups and policies in some models, with one of each that is yet to come. */
export function escalationTargets(lab: string, ...models: readonly AccessModel[]): EscalationTargets {
  const of = (kind: 'user' | 'group' | 'policy', arnsIn: (model: AccessModel) => readonly string[]) =>
    new Set(
      models.flatMap((model) => [...arnsIn(model), iamArn(model.account, kind, labPath(lab), iamName(lab, 'x'))]),
    );
  return {
    users: of('user', ({ account, users }) => users.map(({ path, name }) => iamArn(account, 'user', path, name))),
    groups: of('group', ({ account, groups }) => groups.map(({ path, name }) => iamArn(account, 'group', path, name))),
    policies: of('policy', ({ policies }) =>
      policies.map(({ arn }) => arn).filter((arn) => !arn.startsWith('arn:aws:iam::aws:')),
    ),
  };
}

/**
 * Whether a user can escalate privileges: attach or write a policy, add a user to a group, remove a Deny or a boundary,
 * create another user's key, or assume a role. Evaluated for the user's own and all of the lab's users, groups and
 * policies; a condition on an unknown key counts as fulfilled.
 */
export function canEscalate(model: AccessModel, user: AccessUser, lab: EscalationTargets, at: Date): boolean {
  if (!policiesOf(model, user).identity.some(({ document }) => mayEscalate(document))) return false;
  const index = { ...indexModel(model), users: new Map([[user.name, user]]) };
  const own = conservativeModel(around(index, [user.name]));
  const [self = user] = own.users;
  const policies = policiesOf(own, self);
  const context = contextOf(own, self, { at });
  const things = thingsFor(own, self, policies, lab);
  const isAllowed = (action: string, target: Target): boolean => {
    if (!mayBeAllowed(policies, action)) return false;
    const resources = thingsNamed(policies, action, self, own.account, things[target]);
    return resources.some(
      (resource) => evaluate(policies, { action, resource, context, openKeys: OPEN_KEYS }).outcome === 'allowed',
    );
  };
  return TARGETS.some((target) => WAYS[target].some((action) => isAllowed(action, target)));
}

/** The resources that actions of one kind are evaluated on: the user's own, and the lab's. */
interface Things {
  readonly own: readonly string[];
  readonly labs: ReadonlySet<string>;
  /** The user's own ARN if acting on it does not count. */
  readonly without: string | null;
}

const NONE: ReadonlySet<string> = new Set();

function thingsFor(
  model: AccessModel,
  user: AccessUser,
  { identity }: PrincipalPolicies,
  lab: EscalationTargets,
): Readonly<Record<Target, Things>> {
  const { account } = model;
  const own = iamArn(account, 'user', user.path, user.name);
  const denies = identity.some(({ document }) => statementsOf(document).some(({ Effect }) => Effect === 'Deny'));
  const isLimited = user.boundary !== null || denies;
  const groups = user.groups.map((name) =>
    iamArn(account, 'group', model.groups.find((group) => group.name === name)?.path ?? '/', name),
  );
  const ownPolicyArns = identity.flatMap(({ policy }) => (policy.includes(`:${account}:`) ? [policy] : []));
  return {
    user: { own: [own], labs: lab.users, without: null },
    limit: { own: isLimited ? [own] : [], labs: lab.users, without: isLimited ? null : own },
    group: { own: groups, labs: lab.groups, without: null },
    policy: { own: ownPolicyArns, labs: lab.policies, without: null },
    otherUser: { own: [], labs: lab.users, without: own },
    role: { own: [iamArn(account, 'role', '/', 'x')], labs: NONE, without: null },
  };
}

/**
 * Those of some things that can be meant by what allows an action. By far most policies name a user's own things alone,
 * so that a large account is not evaluated for each pair of users.
 */
function thingsNamed(
  { identity }: PrincipalPolicies,
  action: string,
  { name }: AccessUser,
  account: string,
  { own, labs, without }: Things,
): readonly string[] {
  const named = namesIn(identity, action, name, account);
  return [
    ...own.filter((thing) => named?.has(thing) ?? true),
    ...[...(named ?? labs)].filter((thing) => labs.has(thing) && thing !== without),
  ];
}

/** The ARNs that what allows an action names; null if it names more than can be listed. */
function namesIn(
  identity: PrincipalPolicies['identity'],
  action: string,
  user: string,
  account: string,
): ReadonlySet<string> | null {
  const named = new Set<string>();
  for (const { document } of identity) {
    for (const statement of statementsOf(document)) {
      if (statement.Effect !== 'Allow' || !actionMatches(statement, action)) continue;
      if (statement.Resource === undefined) return null;
      for (const text of toList(statement.Resource)) {
        const resource = text.replace(ANY_ACCOUNT, `arn:aws:iam::${account}:`).replace(OWN_NAME, () => user);
        if (/[*?$]/.test(resource)) return null;
        named.add(resource);
      }
    }
  }
  return named;
}

const ANY_ACCOUNT = /^arn:aws:iam::\*:/;
const OWN_NAME = /\$\{aws:username\}/gi;

/** Quick check before each resource is evaluated: most actions are allowed on none. */
function mayBeAllowed({ identity, boundary }: PrincipalPolicies, action: string): boolean {
  const names = (effect: 'Allow' | 'Deny', documents: readonly PolicyDocument[], isOutright: boolean) =>
    documents.some((document) =>
      statementsOf(document).some(
        (statement) =>
          statement.Effect === effect &&
          (!isOutright || (statement.Condition === undefined && toList(statement.Resource).includes('*'))) &&
          actionMatches(statement, action),
      ),
    );
  const held = identity.map(({ document }) => document);
  const limit = boundary === null ? [] : [boundary.document];
  return (
    names('Allow', held, false) &&
    (boundary === null || names('Allow', limit, false)) &&
    !names('Deny', [...held, ...limit], true)
  );
}

/** By document: most users of an account have one of a few. */
const escalating = new WeakMap<PolicyDocument, boolean>();

function mayEscalate(document: PolicyDocument): boolean {
  let opens = escalating.get(document);
  if (opens === undefined) {
    opens = statementsOf(document).some(
      (statement) => statement.Effect === 'Allow' && ALL_WAYS.some((action) => actionMatches(statement, action)),
    );
    escalating.set(document, opens);
  }
  return opens;
}

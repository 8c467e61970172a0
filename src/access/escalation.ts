import { iamArn } from '../iam/arn.ts';
import { toList } from '../iam/context.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { evaluate, type PrincipalPolicies } from '../iam/evaluate.ts';
import { actionMatches, statementsOf } from '../iam/statement.ts';
import { iamName, labPath } from '../team/names.ts';
import { conservativeModel } from './conservative.ts';
import { contextOf, OPEN_KEYS } from './context.ts';
import type { AccessModel, AccessUser } from './model.ts';
import { policiesOf } from './policies-of.ts';

/** What of the lab somebody could lay hands on: ARNs. */
export interface EscalationTargets {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

type Target = 'user' | 'guard' | 'group' | 'policy' | 'somebody' | 'role';

/**
 * Calls each of which lets somebody get more, by what they are made on. What only takes (out of a group, a key off) is
 * none of them.
 */
const WAYS: Readonly<Record<Target, readonly string[]>> = {
  user: ['iam:AttachUserPolicy', 'iam:PutUserPolicy'],
  // What denies, or caps, is taken off.
  guard: [
    'iam:DeleteUserPolicy',
    'iam:DetachUserPolicy',
    'iam:DeleteUserPermissionsBoundary',
    'iam:PutUserPermissionsBoundary',
  ],
  group: ['iam:AttachGroupPolicy', 'iam:PutGroupPolicy', 'iam:AddUserToGroup'],
  policy: ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion'],
  // Her own keys are everybody's to make; a key of somebody else is that person.
  somebody: ['iam:CreateAccessKey', 'iam:CreateLoginProfile', 'iam:UpdateLoginProfile'],
  // Nobody knows here what a role may: any of them may be everything.
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
 * Whether a user may give herself or the lab's members anything: attach or write a policy, put somebody into a group,
 * take off what denies or caps, make a key of somebody else, or become any role. Asked of her own user, groups and
 * policies and of all of the lab's; in doubt (a condition on what nobody knows here) she may.
 */
export function canEscalate(model: AccessModel, user: AccessUser, lab: EscalationTargets, at: Date): boolean {
  if (!policiesOf(model, user).identity.some(({ document }) => opensAWay(document))) return false;
  const hers = conservativeModel({
    ...model,
    users: [user],
    groups: model.groups.filter(({ name }) => user.groups.includes(name)),
    policies: policiesFor(model, user),
  });
  const [she = user] = hers.users;
  const policies = policiesOf(hers, she);
  const context = contextOf(hers, she, { at });
  const things = thingsFor(hers, she, policies, lab);
  const isAllowed = (action: string, target: Target): boolean => {
    if (!mayBeAllowed(policies, action)) return false;
    for (const resource of thingsNamed(policies, action, she, hers.account, things[target])) {
      if (evaluate(policies, { action, resource, context, openKeys: OPEN_KEYS }).outcome === 'allowed') return true;
    }
    return false;
  };
  return TARGETS.some((target) => WAYS[target].some((action) => isAllowed(action, target)));
}

/** What calls of one kind are asked of: of her own, and what of the lab's is not she. */
interface Things {
  readonly own: readonly string[];
  readonly labs: ReadonlySet<string>;
  /** Her own ARN where a thing of her own does not count. */
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
  const isHeld = user.boundary !== null || denies;
  const groups = user.groups.map((name) =>
    iamArn(account, 'group', model.groups.find((group) => group.name === name)?.path ?? '/', name),
  );
  const hers = identity.flatMap(({ policy }) => (policy.includes(`:${account}:`) ? [policy] : []));
  return {
    user: { own: [own], labs: lab.users, without: null },
    guard: { own: isHeld ? [own] : [], labs: lab.users, without: isHeld ? null : own },
    group: { own: groups, labs: lab.groups, without: null },
    policy: { own: hers, labs: lab.policies, without: null },
    somebody: { own: [], labs: lab.users, without: own },
    role: { own: [iamArn(account, 'role', '/', 'x')], labs: NONE, without: null },
  };
}

/**
 * Those of some things that can be meant by what allows an action. By far most policies name a user's own things alone,
 * and in a large account nobody is asked of everybody else for that.
 */
function* thingsNamed(
  { identity }: PrincipalPolicies,
  action: string,
  { name }: AccessUser,
  account: string,
  { own, labs, without }: Things,
): Generator<string> {
  const named = namesIn(identity, action, name, account);
  for (const thing of own) if (named === null || named.has(thing)) yield thing;
  for (const thing of named ?? labs) if (labs.has(thing) && thing !== without) yield thing;
}

/** The ARNs that what allows an action names; null where it names more than can be listed. */
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

function policiesFor(model: AccessModel, user: AccessUser): AccessModel['policies'] {
  const groups = model.groups.filter(({ name }) => user.groups.includes(name));
  const arns = new Set([...user.attached, ...groups.flatMap(({ attached }) => attached), user.boundary]);
  return model.policies.filter(({ arn }) => arns.has(arn));
}

/** Whether it is worth while to ask of each thing of the lab: by far most answers are no, whatever it is done to. */
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
  const cap = boundary === null ? [] : [boundary.document];
  return (
    names('Allow', held, false) &&
    (boundary === null || names('Allow', cap, false)) &&
    !names('Deny', [...held, ...cap], true)
  );
}

/** By document: most users of an account have one of a few. */
const opening = new WeakMap<PolicyDocument, boolean>();

function opensAWay(document: PolicyDocument): boolean {
  let opens = opening.get(document);
  if (opens === undefined) {
    opens = statementsOf(document).some(
      (statement) => statement.Effect === 'Allow' && ALL_WAYS.some((action) => actionMatches(statement, action)),
    );
    opening.set(document, opens);
  }
  return opens;
}

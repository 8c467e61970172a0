import type { AccountRole } from '../../src/access/account-role.ts';
import { canEscalate, type EscalationTargets, escalationTargets, reachOf } from '../../src/access/escalation.ts';
import {
  ESCALATION_METHODS,
  type EscalationMethod,
  type EscalationTarget,
} from '../../src/access/escalation-methods.ts';
import type { AccessModel, AccessUser } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import type { PolicyDocument, Statement } from '../../src/iam/document.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { boundaryArn, rolePolicyArn } from '../../src/team/names.ts';
import {
  AT,
  all,
  says,
  statement,
  stopArn,
  TODAY,
  withGroup,
  withPolicy,
  withUser,
} from '../support/changed-account.ts';
import { sampleTeam } from '../support/sample-team.ts';

const OWN = 'arn:aws:iam::*:user/${aws:username}';
const MFA = 'aws:MultiFactorAuthPresent';
const ACCOUNT = 'arn:aws:iam::123456789012';
const STATE = { bucket: 'lab-state', key: 'perception-lab' };
const within = (organization: string) => ({ Condition: { StringEquals: { 'aws:PrincipalOrgID': organization } } });
const lab = (kind: 'user' | 'group', key: string) =>
  `arn:aws:iam::123456789012:${kind}/mturk/perception-lab/perception-lab-${key}`;
const on = (action: string | readonly string[], resource: string, more: object = {}): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: action, Resource: resource, ...more },
});

const trusting = (Principal: object | '*', more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }],
});
const role = (name: string, trust: unknown, document: PolicyDocument | null, path = '/'): AccountRole => ({
  ...{ name, path, arn: `${ACCOUNT}:role${path}${name}`, trust, attached: [], boundary: null, tags: {} },
  inline: document === null ? [] : [{ name: 'own', document }],
});
const EVERYTHING = says(statement('Allow', '*'));
const ROOT = { AWS: `${ACCOUNT}:root` };
const APPLY = role(
  'perception-lab-apply',
  trusting({ Federated: `${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com` }),
  null,
  '/mturk-roles/perception-lab/',
);
const ADMIN = role('admin', trusting({ ...ROOT, Service: 'lambda.amazonaws.com' }), EVERYTHING);
/** Everything of the account is there that a method needs, and nothing of it is in reach without one. */
const ROLES = [APPLY, ADMIN, role('backup', trusting(ROOT), says(statement('Allow', 'backup:*')))];

const declared = desiredAccess(sampleTeam, TODAY);
const zoeWith = (document: PolicyDocument, more: Partial<AccessUser> = {}): AccessUser => ({
  ...{ name: 'zoe', path: '/', groups: [], attached: [], boundary: null, tags: {} },
  inline: [{ name: 'own', document }],
  ...more,
});
const ROOTLIKE = { name: 'ops', inline: [{ name: 'all', document: EVERYTHING }] };

function reach(
  user: AccessUser,
  roles: readonly AccountRole[] = ROLES,
  change: (model: AccessModel) => AccessModel = (model) => model,
) {
  const targets = escalationTargets(sampleTeam.lab, [declared], { roles, state: STATE });
  const account = all(
    withPolicy(stopArn('own'), says()),
    withGroup({ name: 'helpers' }),
    withGroup({ name: 'Admins', inline: [{ name: 'all', document: EVERYTHING }] }),
    withUser(ROOTLIKE),
    withUser(user),
    change,
  )({ ...declared, users: [], groups: [] });
  return reachOf(account, [], targets, AT);
}
const wayOf = (user: AccessUser, ...more: [(readonly AccountRole[])?, ((model: AccessModel) => AccessModel)?]) =>
  reach(user, ...more).steps.get(`${ACCOUNT}:user/${user.name}`) ?? null;

describe('each method', () => {
  /** What it is allowed on, and on what it is not allowed to the same effect. */
  const THINGS: Readonly<Record<EscalationTarget, { readonly thing: string; readonly harmless: string | null }>> = {
    user: { thing: `${ACCOUNT}:user/zoe`, harmless: `${ACCOUNT}:user/other` },
    userLimit: { thing: `${ACCOUNT}:user/zoe`, harmless: `${ACCOUNT}:user/other` },
    group: { thing: `${ACCOUNT}:group/helpers`, harmless: `${ACCOUNT}:group/others` },
    policy: { thing: boundaryArn(sampleTeam), harmless: stopArn('own') },
    role: { thing: APPLY.arn, harmless: `${ACCOUNT}:role/other` },
    roleLimit: { thing: '', harmless: null },
    key: { thing: lab('user', 'ada'), harmless: `${ACCOUNT}:user/other` },
    join: { thing: `${ACCOUNT}:group/Admins`, harmless: `${ACCOUNT}:group/helpers` },
    trust: { thing: APPLY.arn, harmless: `${ACCOUNT}:role/backup` },
    assume: { thing: ADMIN.arn, harmless: `${ACCOUNT}:role/backup` },
    pass: { thing: ADMIN.arn, harmless: `${ACCOUNT}:role/backup` },
    through: { thing: '*', harmless: null },
    anyUser: { thing: `${ACCOUNT}:user/other/*`, harmless: null },
    anyGroup: { thing: `${ACCOUNT}:group/other/*`, harmless: null },
    anyRole: { thing: `${ACCOUNT}:role/other/*`, harmless: null },
    object: {
      thing: 'arn:aws:s3:::lab-state/perception-lab/apply-record.json',
      harmless: 'arn:aws:s3:::lab-state/other/x',
    },
    bucket: { thing: 'arn:aws:s3:::lab-state', harmless: 'arn:aws:s3:::data' },
  };
  const name = ({ actions, on: target, service }: EscalationMethod) =>
    [actions.join(' and '), target, service ?? ''].join(', ');

  test.each(
    ESCALATION_METHODS.filter((method) => method.on !== 'roleLimit').map((method) => [name(method), method] as const),
  )('is a way: %s', (_name, { actions, on: target, service }) => {
    const { thing, harmless } = THINGS[target];
    const roles =
      service === undefined ? ROLES : [...ROLES, role('worker', trusting({ Service: service }), EVERYTHING)];
    const deny = target === 'userLimit' ? [statement('Deny', 's3:*')] : [];
    const zoe = (action: readonly string[], resource: string) =>
      zoeWith(says(...([on(action, resource).Statement].flat() as Statement[]), ...deny), { groups: ['helpers'] });
    expect(wayOf(zoe(actions, thing), roles)).toMatchObject({ actions });
    for (const left of actions) {
      const others = actions.filter((each) => each !== left);
      if (others.length > 0) expect(wayOf(zoe(others, thing), roles)).toBeNull();
    }
    if (harmless !== null) expect(wayOf(zoe(actions, harmless), roles)).toBeNull();
    // No role of such a service does anything of interest.
    if (service !== undefined) expect(wayOf(zoe(actions, thing), [APPLY])).toBeNull();
  });

  test.each(ESCALATION_METHODS.filter((method) => method.on === 'roleLimit').map(({ actions }) => actions[0]!))(
    'is a way of a role that a Deny limits, on itself: %s',
    (action) => {
      const own = (...more: Statement[]) =>
        role(
          'limited',
          trusting(ROOT),
          says(...([on(action, `${ACCOUNT}:role/limited`).Statement].flat() as Statement[]), ...more),
        );
      const wayOfRole = (limited: AccountRole) => reach(zoeWith(says()), [limited]).steps.get(limited.arn) ?? null;
      expect(wayOfRole(own(statement('Deny', 's3:*')))).toMatchObject({ actions: [action], control: 'account' });
      expect(wayOfRole(own())).toBeNull();
    },
  );

  test('names its source', () => {
    expect(ESCALATION_METHODS.filter(({ source }) => source.length < 8)).toEqual([]);
    const numbers = ESCALATION_METHODS.flatMap(({ source }) => /, method (\d+)$/.exec(source)?.[1] ?? []);
    expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
  });
});

/** Each user has a boundary that allows everything, as the red team's had. */
const LIMIT = stopArn('all');
const bounded = (document: PolicyDocument, more: Partial<AccessUser> = {}) =>
  zoeWith(document, { boundary: LIMIT, ...more });
const tagged = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'ops' } } };
const service = (name: string) => [APPLY, role('worker', trusting({ Service: name }), EVERYTHING)];

test.each<[string, PolicyDocument, string, (readonly AccountRole[])?]>([
  ["UpdateAssumeRolePolicy on the lab's own apply role", on('iam:UpdateAssumeRolePolicy', APPLY.arn), 'lab'],
  ['s3:*', on('s3:*', '*'), 'lab'],
  ['AttachRolePolicy on everything', on('iam:AttachRolePolicy', '*'), 'lab'],
  ['PutRolePolicy on everything', on('iam:PutRolePolicy', '*'), 'lab'],
  ['AssumeRole of a named role', on('sts:AssumeRole', ADMIN.arn), 'account'],
  ['PassRole of a named role', on('iam:PassRole', ADMIN.arn), 'account'],
  [
    'AddUserToGroup into a foreign group of administrators',
    on('iam:AddUserToGroup', `${ACCOUNT}:group/Admins`),
    'account',
  ],
  ['a key of an administrator', on('iam:CreateAccessKey', `${ACCOUNT}:user/ops`), 'account'],
  [
    'CreateUser and AttachUserPolicy under another path',
    on(['iam:CreateUser', 'iam:AttachUserPolicy'], `${ACCOUNT}:user/other/*`),
    'account',
  ],
  ['ViaAWSService', on('iam:*', '*', { Condition: { Bool: { 'aws:ViaAWSService': 'true' } } }), 'account'],
  [
    'another RequestedRegion',
    on('iam:*', '*', { Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } }),
    'account',
  ],
  [
    'an own tag and TagUser',
    says({ Effect: 'Allow', Action: 'iam:TagUser', Resource: OWN }, { ...statement('Allow', 'iam:*'), ...tagged }),
    'account',
  ],
  ['Lambda', on('lambda:UpdateFunctionCode', '*'), 'account', service('lambda.amazonaws.com')],
  ['SSM', on('ssm:SendCommand', '*'), 'account', service('ec2.amazonaws.com')],
  ['CloudFormation', on('cloudformation:UpdateStack', '*'), 'account', service('cloudformation.amazonaws.com')],
  ['the boundary of the lab', on('iam:CreatePolicyVersion', boundaryArn(sampleTeam)), 'lab'],
])('the red team would be found: %s', (_what, document, control, roles = ROLES) => {
  expect(wayOf(bounded(document), roles, withPolicy(LIMIT, EVERYTHING))).toMatchObject({ control });
});

test('a tag that a user cannot set is not met', () => {
  const document = says({ ...statement('Allow', 'iam:*'), ...tagged });
  expect(wayOf(zoeWith(document))).toBeNull();
  expect(wayOf(zoeWith(document, { tags: { team: 'ops' } }))).not.toBeNull();
  expect(wayOf(zoeWith(document, { tags: { team: 'dev' } }))).toBeNull();
  const tagging = says(
    { Effect: 'Allow', Action: 'iam:TagUser', Resource: OWN },
    ...(document.Statement as Statement[]),
  );
  expect(wayOf(zoeWith(tagging, { tags: { team: 'dev' } }))).not.toBeNull();
});

test.each([
  ['always', {}, true],
  ['until a day', { Condition: { DateLessThan: { 'aws:CurrentTime': '2099-01-01' } } }, false],
])('who may do everything, %s', (_when, more, isEverything) => {
  const { everything, steps } = reach(zoeWith(says({ ...statement('Allow', '*'), ...more })));
  const arn = `${ACCOUNT}:user/zoe`;
  expect([everything.has(arn), steps.has(arn)]).toEqual([isEverything, !isEverything]);
});

test('who may tag themselves is still who they are', () => {
  const itself = { Effect: 'Allow', Action: ['iam:TagUser', 'iam:PutUserPolicy'], Resource: OWN } as const;
  expect(wayOf(zoeWith(says(itself)))).toMatchObject({ actions: ['iam:PutUserPolicy'] });
});

test('who may remove the boundary that alone limits them has a way', () => {
  const limit = withPolicy(LIMIT, says(statement('Allow', 'iam:DeleteUserPermissionsBoundary')));
  expect(wayOf(bounded(EVERYTHING), ROLES, limit)).toMatchObject({ actions: ['iam:DeleteUserPermissionsBoundary'] });
});

test('a role that may assume itself is no way', () => {
  const own = role('own', trusting(ROOT), null);
  const self = { ...own, inline: [{ name: 'own', document: on('sts:AssumeRole', own.arn) }] };
  expect(reach(zoeWith(says()), [self]).steps.has(own.arn)).toBe(false);
});

test('a way leads through others to its end', () => {
  const deploy = role(
    'deploy',
    trusting(ROOT),
    says(...([on('iam:PassRole', ADMIN.arn).Statement].flat() as Statement[])),
  );
  expect(wayOf(zoeWith(on('sts:AssumeRole', deploy.arn)), [...ROLES, deploy])).toEqual({
    control: 'account',
    actions: ['sts:AssumeRole'],
    on: { kind: 'role', name: 'deploy' },
    next: { control: 'account', actions: ['iam:PassRole'], on: { kind: 'role', name: 'admin' }, next: null },
  });
});

test.each<[string, unknown, boolean]>([
  ['the user by name', trusting({ AWS: `${ACCOUNT}:user/zoe` }), true],
  ['everyone', trusting('*'), true],
  [
    'everyone, under an unknown condition',
    trusting({ AWS: '*' }, { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }),
    true,
  ],
  ['another user', trusting({ AWS: `${ACCOUNT}:user/yan` }), false],
  ['the account, which needs a policy', trusting(ROOT), false],
  ['a service', trusting({ Service: 'lambda.amazonaws.com' }), false],
])('a user without policies, and an administrator role that trusts %s', (_whom, trust, expected) => {
  expect(wayOf(zoeWith(says()), [role('admin', trust, EVERYTHING)]) !== null).toBe(expected);
});

test('who may create users only with the boundary of a lab is no way to everything', () => {
  const create = (boundary: string) =>
    on(['iam:CreateUser', 'iam:PutUserPolicy'], `${ACCOUNT}:user/mturk/vision-lab/*`, {
      Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } },
    });
  expect(wayOf(zoeWith(create(`${ACCOUNT}:policy/mturk-boundary/vision-lab`)))).toBeNull();
  expect(wayOf(zoeWith(create('arn:aws:iam::aws:policy/AdministratorAccess')))).toMatchObject({ control: 'account' });
});

test.each<[string, boolean, PolicyDocument, Partial<AccessUser>?]>([
  ['everything', true, says(statement('Allow', '*'))],
  ['everything of IAM', true, says(statement('Allow', 'iam:*'))],
  [
    'everything of IAM, under the boundary of the lab',
    false,
    says(statement('Allow', 'iam:*')),
    { boundary: boundaryArn(sampleTeam) },
  ],
  [
    'everything but IAM, roles, the state and what roles are given to',
    false,
    says(statement('Allow', '*'), statement('Deny', ['iam:*', 'sts:*', 's3:*', 'lambda:*'])),
  ],
  ['everything but IAM, and so any role', true, says(statement('Allow', '*'), statement('Deny', 'iam:*'))],
  ['reading IAM', false, says(statement('Allow', ['iam:Get*', 'iam:List*']))],
  ['attaching policies to itself', true, on('iam:AttachUserPolicy', OWN)],
  ['adding an inline policy to the users of the lab', true, on('iam:PutUserPolicy', 'arn:aws:iam::*:user/mturk/*')],
  [
    'adding users to the groups of the lab',
    true,
    on('iam:AddUserToGroup', 'arn:aws:iam::*:group/mturk/perception-lab/*'),
  ],
  [
    'attaching policies to its own group',
    true,
    on('iam:AttachGroupPolicy', 'arn:aws:iam::*:group/helpers'),
    { groups: ['helpers'] },
  ],
  ['attaching policies to another group', false, on('iam:AttachGroupPolicy', 'arn:aws:iam::*:group/helpers')],
  ['editing an attached policy', true, on('iam:CreatePolicyVersion', stopArn('own')), { attached: [stopArn('own')] }],
  ['editing a policy that is not attached', false, on('iam:CreatePolicyVersion', stopArn('own'))],
  ['creating keys of its own', false, on(['iam:CreateAccessKey', 'iam:UpdateLoginProfile'], OWN)],
  ['creating keys of any user', true, on('iam:CreateAccessKey', '*')],
  ['creating keys of one member', true, on('iam:CreateAccessKey', lab('user', 'ada'))],
  ['creating keys of an unmanaged user', false, on('iam:CreateAccessKey', 'arn:aws:iam::123456789012:user/other')],
  ['changing the password of one member', true, on('iam:UpdateLoginProfile', lab('user', 'ada'))],
  ['creating the password of one member', true, on('iam:CreateLoginProfile', lab('user', 'ada'))],
  ['deactivating the keys of one member', false, on('iam:UpdateAccessKey', lab('user', 'ada'))],
  ['attaching policies to one member', true, on('iam:AttachUserPolicy', lab('user', 'bo'))],
  ['lifting the limits of one member', true, on('iam:DeleteUserPolicy', lab('user', 'bo'))],
  ['detaching policies from one member', true, on('iam:DetachUserPolicy', lab('user', 'bo'))],
  ['removing the boundary of one member', true, on('iam:DeleteUserPermissionsBoundary', lab('user', 'bo'))],
  ['changing the boundary of one member', true, on('iam:PutUserPermissionsBoundary', lab('user', 'bo'))],
  ['deleting policies of its own, none of which denies', false, on('iam:DeleteUserPolicy', OWN)],
  [
    'deleting policies of its own, one of which denies',
    true,
    says(...[on('iam:DeleteUserPolicy', OWN).Statement].flat(), statement('Deny', 's3:*')),
  ],
  ['adding users to one group of the lab', true, on('iam:AddUserToGroup', lab('group', 'paymaster'))],
  ['removing users from one group of the lab', false, on('iam:RemoveUserFromGroup', lab('group', 'paymaster'))],
  ['editing one policy of the lab', true, on('iam:CreatePolicyVersion', rolePolicyArn(sampleTeam, 'paymaster'))],
  ['editing the boundary', true, on('iam:CreatePolicyVersion', boundaryArn(sampleTeam))],
  [
    'going back to another version of a policy of the lab',
    true,
    on('iam:SetDefaultPolicyVersion', rolePolicyArn(sampleTeam, 'paymaster')),
  ],
  ['assuming any role', true, on('sts:AssumeRole', '*')],
  ['assuming one role', false, on('sts:AssumeRole', 'arn:aws:iam::123456789012:role/backup')],
  ['passing any role to a service', true, on('iam:PassRole', '*')],
  ['editing the trust policy of any role', true, on('iam:UpdateAssumeRolePolicy', '*')],
  ['everything, under an unknown condition', true, says(statement('Allow', '*', within('o-a1b2c3')))],
  [
    'everything, but not under an unknown condition',
    true,
    says(statement('Allow', '*'), statement('Deny', '*', { Condition: { BoolIfExists: { [MFA]: 'false' } } })),
  ],
  [
    'everything, under an operator that is not understood',
    true,
    says(statement('Allow', '*', { Condition: { NullIfExists: { 'aws:username': 'false' } } })),
  ],
  [
    'everything, under a condition that is known not to hold',
    false,
    says(statement('Allow', '*', { Condition: { StringEquals: { 'aws:PrincipalAccount': '210987654321' } } })),
  ],
  ['all of Mechanical Turk', false, says(statement('Allow', 'mechanicalturk:*'))],
])('whether a user can escalate: %s', (_what, expected, document, more = {}) => {
  const zoe = zoeWith(document, more);
  const { everything, steps } = reach(zoe, ROLES, withPolicy(boundaryArn(sampleTeam), boundaryPolicy(sampleTeam)));
  const arn = `${ACCOUNT}:user/zoe`;
  expect(everything.has(arn) || steps.has(arn)).toBe(expected);
});

test('a member is judged by what others in the account reach', () => {
  const account = reach(zoeWith(says()));
  const can = (targets: EscalationTargets) =>
    canEscalate(
      withUser(zoeWith(on('sts:AssumeRole', ADMIN.arn)))(declared),
      zoeWith(on('sts:AssumeRole', ADMIN.arn)),
      targets,
      AT,
    );
  expect(can(account.targets)).toBe(true);
  expect(can(escalationTargets(sampleTeam.lab, [declared]))).toBe(false);
});

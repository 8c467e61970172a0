import type { AccountRole } from '../../src/access/account-role.ts';
import { canEscalate, reachOf } from '../../src/access/escalation/escalation.ts';
import {
  ESCALATION_METHODS,
  type EscalationMethod,
  type EscalationTarget,
} from '../../src/access/escalation/methods.ts';
import { type EscalationStep, type EscalationTargets, escalationTargets } from '../../src/access/escalation/targets.ts';
import type { AccessModel, AccessUser } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import type { PolicyDocument, Statement } from '../../src/iam/document.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { boundaryArn, rolePolicyArn } from '../../src/team/names.ts';
import {
  AT,
  after,
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
const STATE_BUCKET = 'arn:aws:s3:::lab-state';
const within = (organization: string) => ({ Condition: { StringEquals: { 'aws:SourceOrgID': organization } } });
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
const trustingService = (name: string) =>
  trusting(name.endsWith('provider') ? { Federated: `${ACCOUNT}:${name}/AWSSSO` } : { Service: name });
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

const STOP = { inline: [{ name: 'no', document: says(statement('Deny', 's3:*')) }] };
/** With a group that denies something, as one whose role has `deny` does. */
const declared = withGroup({ name: 'perception-lab-denying', path: '/mturk/perception-lab/', ...STOP })(
  desiredAccess(sampleTeam, TODAY),
);
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
  return reachOf(account, account.policies, targets, AT);
}
const wayOf = (user: AccessUser, ...more: [(readonly AccountRole[])?, ((model: AccessModel) => AccessModel)?]) =>
  reach(user, ...more).steps.get(`${ACCOUNT}:user/${user.name}`) ?? null;

describe('each method', () => {
  /** What it is allowed on, and on what it is not allowed to the same effect. */
  const THINGS: Readonly<Record<EscalationTarget, { readonly thing: string; readonly harmless: string | null }>> = {
    user: { thing: `${ACCOUNT}:user/zoe`, harmless: `${ACCOUNT}:user/other` },
    userLimit: { thing: `${ACCOUNT}:user/zoe`, harmless: `${ACCOUNT}:user/other` },
    group: { thing: `${ACCOUNT}:group/helpers`, harmless: `${ACCOUNT}:group/others` },
    groupLimit: { thing: lab('group', 'paymaster'), harmless: `${ACCOUNT}:group/helpers` },
    leave: { thing: lab('group', 'denying'), harmless: lab('group', 'paymaster') },
    policy: { thing: boundaryArn(sampleTeam), harmless: stopArn('own') },
    role: { thing: APPLY.arn, harmless: `${ACCOUNT}:role/other` },
    roleLimit: { thing: '', harmless: null },
    roleBoundary: { thing: APPLY.arn, harmless: `${ACCOUNT}:role/other` },
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
      thing: `${STATE_BUCKET}/perception-lab/apply-record.json`,
      harmless: 'arn:aws:s3:::lab-state/other/x',
    },
    bucket: { thing: STATE_BUCKET, harmless: 'arn:aws:s3:::data' },
  };
  const name = ({ actions, on: target, service }: EscalationMethod) =>
    [actions.join(' and '), target, service ?? ''].join(', ');

  test.each(
    ESCALATION_METHODS.filter((method) => method.on !== 'roleLimit').map((method) => [name(method), method] as const),
  )('is a way: %s', (_name, { actions, on: target, service }) => {
    const { thing, harmless } = THINGS[target];
    const roles = service === undefined ? ROLES : [...ROLES, role('worker', trustingService(service), EVERYTHING)];
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

  test.each(
    ESCALATION_METHODS.filter(({ on }) => on.startsWith('role') && on !== 'role').map(({ actions }) => actions[0]!),
  )('is a way of a role that a Deny limits, on itself: %s', (action) => {
    const own = (...more: Statement[]) =>
      role(
        'limited',
        trusting(ROOT),
        says(...([on(action, `${ACCOUNT}:role/limited`).Statement].flat() as Statement[]), ...more),
      );
    const wayOfRole = (limited: AccountRole) => reach(zoeWith(says()), [limited]).steps.get(limited.arn) ?? null;
    expect(wayOfRole(own(statement('Deny', 's3:*')))).toMatchObject({ actions: [action], control: 'account' });
    expect(wayOfRole(own())).toBeNull();
  });

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
const lambda = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const tagged = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'ops' } } };
const service = (name: string) => [APPLY, role('worker', trustingService(name), EVERYTHING)];

test.each<[string, PolicyDocument, string, (readonly AccountRole[])?]>([
  ["UpdateAssumeRolePolicy on the lab's own apply role", on('iam:UpdateAssumeRolePolicy', APPLY.arn), 'lab'],
  ['s3:*', on('s3:*', '*'), 'lab'],
  ['AttachRolePolicy on everything', on('iam:AttachRolePolicy', '*'), 'lab'],
  ['PutRolePolicy on everything', on('iam:PutRolePolicy', '*'), 'lab'],
  ['PutUserPolicy on everything', on('iam:PutUserPolicy', '*'), 'account'],
  ['AssumeRole of a named role', on('sts:AssumeRole', ADMIN.arn), 'account'],
  ['PassRole of a named role', on('iam:PassRole', ADMIN.arn), 'account'],
  [
    'PassRole of a role whose trust cannot be read',
    on('iam:PassRole', `${ACCOUNT}:role/x`),
    'account',
    [role('x', null, EVERYTHING)],
  ],
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
  [
    'CreateUser and AttachUserPolicy on all but the users that there are, and one that a check names',
    says(
      statement('Allow', ['iam:CreateUser', 'iam:AttachUserPolicy'], { Resource: 'arn:aws:iam::1234*' }),
      statement('Deny', '*', {
        Resource: [OWN, `${ACCOUNT}:user/ops`, `${ACCOUNT}:user/mturk/*`, `${ACCOUNT}:user/x`],
      }),
    ),
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
  [
    'Lambda, but for one of two functions',
    says(
      statement('Allow', 'lambda:UpdateFunctionCode', { Resource: ['one', 'other'].map(lambda) }),
      statement('Deny', 'lambda:*', { Resource: lambda('one') }),
    ),
    'account',
    service('lambda.amazonaws.com'),
  ],
  [
    'CreateUser and AttachUserPolicy, denied on all but one path',
    says(statement('Allow', ['iam:CreateUser', 'iam:AttachUserPolicy']), {
      Effect: 'Deny',
      Action: 'iam:*',
      NotResource: `${ACCOUNT}:user/ops/*`,
    }),
    'account',
  ],
  [
    'Lambda, denied on all but some functions',
    says(statement('Allow', 'lambda:UpdateFunctionCode'), {
      Effect: 'Deny',
      Action: 'lambda:*',
      NotResource: lambda('deploy-*'),
    }),
    'account',
    service('lambda.amazonaws.com'),
  ],
  ['SSM', on('ssm:SendCommand', '*'), 'account', service('ec2.amazonaws.com')],
  ['Step Functions', on('states:UpdateStateMachine', '*'), 'account', service('states.us-east-1.amazonaws.com')],
  ['CloudFormation', on('cloudformation:UpdateStack', '*'), 'account', service('cloudformation.amazonaws.com')],
  ['the boundary of the lab', on('iam:CreatePolicyVersion', boundaryArn(sampleTeam)), 'lab'],
])('the red team would be found: %s', (_what, document, control, roles = ROLES) => {
  expect(wayOf(bounded(document), roles, withPolicy(LIMIT, EVERYTHING))).toMatchObject({ control });
});

const hour = (start: string, end: string) => ({
  Condition: {
    DateGreaterThan: { 'aws:CurrentTime': `${start}:00Z` },
    DateLessThan: { 'aws:CurrentTime': `${end}:00Z` },
  },
});

const FOR_USERS = ['iam:CreateUser', 'iam:AttachUserPolicy'];

test.each<[string, boolean, PolicyDocument]>([
  ['allows users under one path', true, on(FOR_USERS, `${ACCOUNT}:user/ops/*`)],
  ['allows some functions', true, on('lambda:UpdateFunctionCode', lambda('deploy-*'))],
  ['allows users for an hour to come', true, on('iam:*', '*', hour('2027-01-01T01', '2027-01-01T02'))],
  ['allows users for an hour that is over', false, on('iam:*', '*', hour('2026-01-01T01', '2026-01-01T02'))],
])('a boundary that %s leaves a way: %p', (_what, expected, limit) => {
  const zoe = bounded(says(statement('Allow', [...FOR_USERS, 'lambda:UpdateFunctionCode'])));
  expect(wayOf(zoe, service('lambda.amazonaws.com'), withPolicy(LIMIT, limit)) !== null).toBe(expected);
});

test.each([
  [1, 16, false],
  [2, 8, false],
  [2, 9, true],
])('an hour of IAM that is over, beside %i policies of %i dates, is met in doubt: %p', (policies, dates, expected) => {
  const past = on('iam:*', '*', hour('2026-01-01T01', '2026-01-01T02'));
  const day = (policy: number, date: number) => `2027-0${policy + 1}-${String(date + 1).padStart(2, '0')}`;
  const dated = Array.from({ length: policies }, (_policy, policy) =>
    says(...Array.from({ length: dates }, (_date, date) => statement('Allow', 'ec2:*', after(day(policy, date))))),
  );
  const inline = [past, ...dated].map((document, index) => ({ name: `p${index}`, document }));
  expect(wayOf(zoeWith(past, { inline })) !== null).toBe(expected);
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

test('a tag that a session of a role or any member of a group can have is met', () => {
  const document = says({ ...statement('Allow', 'iam:*'), ...tagged });
  const ofGroup = withGroup({ name: 'ops', inline: [{ name: 'own', document }] });
  const { steps } = reach(zoeWith(says()), [role('ops', trusting(ROOT), document)], ofGroup);
  expect([...steps.keys()].sort()).toEqual([`${ACCOUNT}:group/ops`, `${ACCOUNT}:role/ops`]);
});

test.each<[string, boolean, object, (PolicyDocument | null)?]>([
  ['always', true, {}],
  ['until a day', false, { Condition: { DateLessThan: { 'aws:CurrentTime': '2099-01-01' } } }],
  ['of every service', true, { Action: '*:*' }],
  ['beside what is named', true, { Action: ['s3:*', '*'] }],
  ['but the services that count, by name', false, { Action: ['iam:*', 'sts:*', 's3:*'] }],
  ['within a boundary that allows it', true, {}, EVERYTHING],
  ['within a boundary that denies IAM', false, {}, says(statement('Allow', '*'), statement('Deny', 'iam:*'))],
  [
    'within a boundary that allows it under an unknown condition',
    true,
    {},
    says(statement('Allow', '*', within('o-1'))),
  ],
])('who may do everything, %s', (_how, isEverything, more, limit = null) => {
  const zoe = zoeWith(says(statement('Allow', '*', more)), { boundary: limit && LIMIT });
  const { everything, steps } = reach(zoe, ROLES, withPolicy(LIMIT, limit ?? says()));
  const arn = `${ACCOUNT}:user/zoe`;
  expect([everything.has(arn), steps.has(arn)]).toEqual([isEverything, !isEverything]);
});

test('who may tag themselves is still who they are', () => {
  const itself = { Effect: 'Allow', Action: ['iam:TagUser', 'iam:PutUserPolicy'], Resource: OWN } as const;
  expect(wayOf(zoeWith(says(itself)))).toMatchObject({ actions: ['iam:PutUserPolicy'] });
});

const named = (key: string, value: string) => ({ Condition: { StringEquals: { [key]: value } } });
const RENAME = statement('Allow', 'iam:UpdateUser', { Resource: `${ACCOUNT}:user/*` });
const OWN_NAME = statement('Allow', 'iam:UpdateUser', { Resource: OWN });
const TAG = statement('Allow', 'iam:TagUser', { Resource: OWN });

test.each<[string, boolean, ...Statement[]]>([
  ['asks for another name', true, RENAME, statement('Allow', 'iam:*', named('aws:username', 'ops'))],
  ['asks for another ARN', true, RENAME, statement('Allow', 'iam:*', named('aws:PrincipalArn', `${ACCOUNT}:user/x/z`))],
  [
    'denies the present name',
    true,
    RENAME,
    statement('Allow', 'iam:Put*'),
    statement('Deny', 'iam:Put*', named('aws:username', 'zoe')),
  ],
  [
    'names its group',
    true,
    RENAME,
    statement('Allow', 'iam:AddUserToGroup', { Resource: `${ACCOUNT}:group/\${aws:username}` }),
  ],
  [
    'names its state',
    true,
    RENAME,
    statement('Allow', 's3:PutObject', { Resource: `${STATE_BUCKET}/\${aws:username}/*` }),
  ],
  [
    'names the user that it becomes',
    true,
    RENAME,
    statement('Allow', 'iam:PutUserPolicy', { Resource: `${ACCOUNT}:user/z2` }),
  ],
  [
    'asks for another name, which asks for a tag',
    true,
    TAG,
    { ...RENAME, ...tagged },
    statement('Allow', 'iam:*', named('aws:username', 'ops')),
  ],
  ['names the user itself', false, RENAME, statement('Allow', 'iam:CreateAccessKey', { Resource: OWN })],
  ['asks for a tag', false, RENAME, statement('Allow', 'iam:*', tagged)],
  [
    'asks for another name, which it cannot take',
    false,
    OWN_NAME,
    statement('Allow', 'iam:*', named('aws:username', 'ops')),
  ],
  [
    'asks for another name, which it can give to others',
    false,
    statement('Allow', 'iam:UpdateUser', { Resource: `${ACCOUNT}:user/other` }),
    statement('Allow', 'iam:*', named('aws:username', 'ops')),
  ],
  [
    'asks for another name, and it can tag itself',
    false,
    TAG,
    statement('Allow', 'iam:*', named('aws:username', 'ops')),
  ],
])('a user that can rename itself, if a policy %s, has a way: %p', (_what, expected, ...statements) => {
  expect(wayOf(zoeWith(says(...statements))) !== null).toBe(expected);
});

test('a group gives a way to a member of the name that its policy asks for', () => {
  const document = says(statement('Allow', 'iam:*', named('aws:username', 'zoe')));
  const ofGroup = withGroup({ name: 'ops', inline: [{ name: 'own', document }] });
  const joins = zoeWith(on('iam:AddUserToGroup', `${ACCOUNT}:group/ops`));
  expect(wayOf(joins, ROLES, ofGroup)).toMatchObject({ actions: ['iam:AddUserToGroup'], on: { name: 'ops' } });
});

test.each([
  [true, [TAG]],
  [false, []],
])('a role that trusts a user of a tag can be assumed by one who can set it: %p', (expected, tagging) => {
  const admin = role('admin', trusting({ AWS: `${ACCOUNT}:user/zoe` }, tagged), EVERYTHING);
  expect(wayOf(zoeWith(says(...tagging)), [admin]) !== null).toBe(expected);
});

test.each(['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion'])(
  'who may change the policy of the boundary that limits them, or a role that they can assume, has a way: %s',
  (action) => {
    const limit = withPolicy(LIMIT, says(statement('Allow', ['s3:GetObject', action])));
    const way = { actions: [action], control: 'account' };
    expect(wayOf(bounded(EVERYTHING), ROLES, limit)).toMatchObject(way);
    const other = withPolicy(LIMIT, says(statement('Allow', 's3:GetObject')));
    expect(wayOf(bounded(EVERYTHING), ROLES, other)).toBeNull();
    const worker = { ...role('worker', trusting({ AWS: `${ACCOUNT}:user/zoe` }), EVERYTHING), boundary: LIMIT };
    expect(wayOf(zoeWith(on(action, LIMIT)), [worker], other)).toMatchObject(way);
    expect(wayOf(zoeWith(on(action, LIMIT)), [], other)).toBeNull();
  },
);

test.each([
  [true, LIMIT],
  [false, null],
])('who may remove the boundary of a role that they can assume has a way, if it has one: %p', (expected, boundary) => {
  const worker = { ...role('worker', trusting({ AWS: `${ACCOUNT}:user/zoe` }), says()), boundary };
  const zoe = zoeWith(on('iam:DeleteRolePermissionsBoundary', worker.arn));
  expect(wayOf(zoe, [worker]) !== null).toBe(expected);
});

test('who may remove the boundary that alone limits them has a way', () => {
  const limit = withPolicy(LIMIT, says(statement('Allow', 'iam:DeleteUserPermissionsBoundary')));
  expect(wayOf(bounded(EVERYTHING), ROLES, limit)).toMatchObject({ actions: ['iam:DeleteUserPermissionsBoundary'] });
});

test.each(['iam:RemoveUserFromGroup', 'iam:DeleteGroupPolicy', 'iam:DetachGroupPolicy'])(
  'a user whom a group alone keeps from a way has one by %s of that group',
  (action) => {
    const stopped = `${ACCOUNT}:group/stopped`;
    const zoe = zoeWith(
      says(statement('Allow', 'iam:PutUserPolicy'), statement('Allow', action, { Resource: stopped })),
      {
        groups: ['stopped'],
      },
    );
    const way = (denied: string) => {
      const inline = [{ name: 'no', document: says(statement('Deny', denied)) }];
      return wayOf(zoe, ROLES, withGroup({ name: 'stopped', inline }));
    };
    expect(way('iam:Put*')).toMatchObject({
      ...{ control: 'account', actions: [action], on: { kind: 'group', name: 'stopped' } },
      next: { actions: ['iam:PutUserPolicy'], on: { kind: 'user', name: 'zoe' }, next: null },
    });
    const limited = zoeWith(says(statement('Allow', ['s3:GetObject', action], { Resource: stopped })), {
      groups: ['stopped'],
    });
    const inline = [{ name: 'no', document: says(statement('Deny', 's3:*')) }];
    expect(wayOf(limited, ROLES, withGroup({ name: 'stopped', inline }))).toBeNull();
  },
);

test('a role that may assume itself is no way', () => {
  const own = role('own', trusting(ROOT), null);
  const self = { ...own, inline: [{ name: 'own', document: on('sts:AssumeRole', own.arn) }] };
  expect(reach(zoeWith(says()), [self]).steps.has(own.arn)).toBe(false);
});

test.each<[string, string, EscalationStep['on']]>([
  [
    's3:PutObject',
    `${STATE_BUCKET}/perception-lab/team.tfstate`,
    { kind: 'object', name: 'lab-state/perception-lab/team.tfstate' },
  ],
  ['s3:PutBucketPolicy', STATE_BUCKET, { kind: 'bucket', name: 'lab-state' }],
  ['iam:CreateAccessKey', lab('user', 'ada'), { kind: 'user', name: 'perception-lab-ada' }],
  ['iam:CreatePolicyVersion', boundaryArn(sampleTeam), { kind: 'policy', name: 'perception-lab' }],
])('%s is a way to the lab on one of its things', (action, thing, named) => {
  expect(wayOf(zoeWith(on(action, thing)))).toMatchObject({ control: 'lab', on: named, next: null });
});

test('a role can act as one that trusts a session of it', () => {
  const deploy = role('deploy', trusting(ROOT), says());
  const admin = role('admin', trusting({ AWS: 'arn:aws:sts::123456789012:assumed-role/deploy/run' }), EVERYTHING);
  expect([...reach(zoeWith(says()), [deploy, admin]).steps.keys()]).toEqual([deploy.arn]);
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

const ZOE = { AWS: `${ACCOUNT}:user/zoe` };
const SVC = `${ACCOUNT}:user/svc`;
const OPEN = `${ACCOUNT}:group/open`;
const may = (action: string, resource: string): Statement => statement('Allow', action, { Resource: resource });
const inline = (...statements: Statement[]) => [{ name: 'own', document: says(...statements) }];
const svc = (more: Partial<AccessUser> = {}) => withUser({ name: 'svc', ...more });
const open = (...statements: Statement[]) => withGroup({ name: 'open', inline: inline(...statements) });
const KEY = may('iam:CreateAccessKey', SVC);
const JOIN = may('iam:AddUserToGroup', OPEN);
const denied = all(
  withGroup({ name: 'denied', inline: inline(statement('Deny', '*')) }),
  svc({ inline: inline(statement('Allow', '*')), groups: ['denied'] }),
);
const ran = role('ran', trustingService('lambda.amazonaws.com'), says());
const assumed = role('assumed', trusting(ROOT), says(may('iam:CreatePolicyVersion', stopArn('own'))));
const SELF = may('iam:PutUserPolicy', OWN);

/** Each is a way, and none without one of what zoe is allowed. */
test.each<[string, (model: AccessModel) => AccessModel, readonly Statement[], string, readonly AccountRole[]]>([
  [
    'the boundary of a user, and a key',
    svc({ boundary: LIMIT }),
    [may('iam:DeleteUserPermissionsBoundary', SVC), KEY],
    'iam:DeleteUserPermissionsBoundary user/svc, iam:CreateAccessKey user/svc',
    [],
  ],
  [
    'the policy of a user, and a password',
    svc({ attached: [stopArn('own')] }),
    [may('iam:CreatePolicyVersion', stopArn('own')), may('iam:CreateLoginProfile', SVC)],
    'iam:CreatePolicyVersion policy/own, iam:CreateLoginProfile user/svc',
    [],
  ],
  [
    'the group that denies a user everything, and a key',
    denied,
    [may('iam:RemoveUserFromGroup', `${ACCOUNT}:group/denied`), KEY],
    'iam:RemoveUserFromGroup group/denied, iam:CreateAccessKey user/svc, iam:AttachUserPolicy user/svc',
    [],
  ],
  [
    'a group that lets members change themselves',
    open(SELF),
    [JOIN],
    'iam:AddUserToGroup group/open, iam:PutUserPolicy user/zoe',
    [],
  ],
  [
    'the policy of a group, and to join it',
    withGroup({ name: 'open', attached: [stopArn('own')] }),
    [may('iam:SetDefaultPolicyVersion', stopArn('own')), JOIN],
    'iam:SetDefaultPolicyVersion policy/own, iam:AddUserToGroup group/open',
    [],
  ],
  [
    'a policy of a user, whose key a group lets one make',
    all(svc(), open(KEY)),
    [may('iam:PutUserPolicy', SVC), JOIN],
    'iam:PutUserPolicy user/svc, iam:AddUserToGroup group/open, iam:CreateAccessKey user/svc',
    [],
  ],
  [
    'a policy of what a service runs, and to change what it runs',
    (model) => model,
    [may('iam:PutRolePolicy', ran.arn), may('lambda:UpdateFunctionCode', '*')],
    'iam:PutRolePolicy role/ran, lambda:UpdateFunctionCode role/ran',
    [ran],
  ],
  [
    'a role that may change the policy of a user, and a key',
    svc({ attached: [stopArn('own')] }),
    [may('sts:AssumeRole', assumed.arn), KEY],
    'sts:AssumeRole role/assumed, iam:CreatePolicyVersion policy/own, iam:CreateAccessKey user/svc',
    [assumed],
  ],
  [
    'two roles that trust zoe by name',
    (model) => model,
    [],
    'sts:AssumeRole role/one, iam:PutRolePolicy role/other, sts:AssumeRole role/other',
    [
      role('one', trusting(ZOE), says(may('iam:PutRolePolicy', `${ACCOUNT}:role/other`))),
      role('other', trusting(ZOE), says()),
    ],
  ],
])('who acts as two, one of whom may widen the other, has a way: %s', (_what, change, statements, expected, roles) => {
  const given = (some: readonly Statement[]) => wayOf(zoeWith(says(...some)), roles, change);
  const textOf = (way: EscalationStep | null): readonly string[] =>
    way === null ? [] : [`${way.actions} ${way.on.kind}/${way.on.name}`, ...textOf(way.next)];
  expect(textOf(given(statements)).join(', ')).toBe(expected);
  for (const left of statements) expect(given(statements.filter((each) => each !== left))).toBeNull();
});

test('a member acts as others do', () => {
  const { targets } = reach(zoeWith(says()), [], svc({ boundary: LIMIT }));
  const isWay = (...statements: Statement[]) => {
    const [ada] = declared.users;
    const member = { ...ada!, boundary: null, inline: inline(...statements) };
    return canEscalate({ ...declared, users: [member] }, member, targets, AT);
  };
  const remove = may('iam:DeleteUserPermissionsBoundary', SVC);
  expect([isWay(remove, KEY), isWay(remove), isWay(KEY)]).toEqual([true, false, false]);
});

test.each<[string, unknown, boolean, boolean]>([
  ['the user by name', trusting(ZOE), true, true],
  ['everyone', trusting('*'), true, true],
  [
    'everyone, under an unknown condition',
    trusting({ AWS: '*' }, { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }),
    true,
    true,
  ],
  [
    'the user, under a name that the caller chooses',
    trusting(ZOE, { Condition: { StringEquals: { 'aws:username': '${aws:UserAgent}' } } }),
    true,
    true,
  ],
  ['the user, for an hour to come', trusting(ZOE, hour('2027-01-01T01', '2027-01-01T02')), true, true],
  ['the user, for an hour that is over', trusting(ZOE, hour('2026-01-01T01', '2026-01-01T02')), false, false],
  ['another user', trusting({ AWS: `${ACCOUNT}:user/yan` }), false, false],
  ['the account, which needs a policy', trusting(ROOT), false, true],
  ['a service', trusting({ Service: 'lambda.amazonaws.com' }), false, false],
  ['what cannot be read, which may be the account', null, false, true],
])('a user without and with a policy, and an administrator role that trusts %s', (_whom, trust, ...expected) => {
  const can = (document: PolicyDocument) => wayOf(zoeWith(document), [role('admin', trust, EVERYTHING)]) !== null;
  expect([can(says()), can(on('sts:AssumeRole', '*'))]).toEqual(expected);
});

test('a service that a trust policy denies is passed no role', () => {
  const denied = { Effect: 'Deny', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const { Version, Statement } = trusting(ROOT);
  const worker = role('worker', { Version, Statement: [...Statement, denied] }, EVERYTHING);
  expect(wayOf(zoeWith(on('iam:PassRole', worker.arn)), [worker])).toBeNull();
});

const [LABS, OTHER] = [`${ACCOUNT}:policy/mturk-boundary/vision-lab`, 'arn:aws:iam::aws:policy/AdministratorAccess'];
const BOUNDARY = 'iam:PermissionsBoundary';

test.each<[string, boolean, Statement['Condition']]>([
  ['with the boundary of a lab', false, { StringEquals: { [BOUNDARY]: LABS } }],
  ['with another boundary', true, { StringEquals: { [BOUNDARY]: OTHER } }],
  ['with either', true, { StringEquals: { [BOUNDARY]: [LABS, OTHER] } }],
  ['without the boundary of a lab', true, { StringNotEquals: { [BOUNDARY]: LABS } }],
  ['with a tag of that text', true, { StringEquals: { 'aws:RequestTag/boundary': LABS } }],
])('who may create users only %s has a way to everything: %p', (_how, expected, Condition) => {
  const create = on(['iam:CreateUser', 'iam:PutUserPolicy'], `${ACCOUNT}:user/mturk/vision-lab/*`, { Condition });
  expect(wayOf(zoeWith(create))?.control === 'account').toBe(expected);
});

test.each<[string, boolean, PolicyDocument, Partial<AccessUser>?]>([
  ['everything', true, says(statement('Allow', '*'))],
  ['everything of IAM', true, says(statement('Allow', 'iam:*'))],
  [
    'everything of IAM but on one user',
    true,
    says(statement('Allow', 'iam:*'), statement('Deny', 'iam:*', { Resource: lab('user', 'bo') })),
  ],
  [
    'everything of IAM until a day',
    true,
    says(statement('Allow', 'iam:*'), statement('Deny', 'iam:*', after('2099-01-01'))),
  ],
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
  [
    'creating users under one path, and attaching policies to users under another',
    false,
    says(
      ...[on('iam:CreateUser', `${ACCOUNT}:user/one/*`).Statement].flat(),
      ...[on('iam:AttachUserPolicy', `${ACCOUNT}:user/other/*`).Statement].flat(),
    ),
  ],
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
  [
    'creating keys of all but one user',
    true,
    says({ Effect: 'Allow', Action: 'iam:CreateAccessKey', NotResource: lab('user', 'bo') }),
  ],
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
    on('iam:DeleteUserPolicy', OWN),
    { attached: [stopArn('stop')] },
  ],
  ['adding users to one group of the lab', true, on('iam:AddUserToGroup', lab('group', 'paymaster'))],
  ['removing users from one group of the lab', false, on('iam:RemoveUserFromGroup', lab('group', 'paymaster'))],
  ['removing users from a group of the lab that denies', true, on('iam:RemoveUserFromGroup', lab('group', 'denying'))],
  ['detaching the policy of one group of the lab', true, on('iam:DetachGroupPolicy', lab('group', 'paymaster'))],
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
  const boundary = withPolicy(boundaryArn(sampleTeam), boundaryPolicy(sampleTeam));
  const stop = withPolicy(stopArn('stop'), says(statement('Deny', 's3:*')));
  const { everything, steps } = reach(zoe, ROLES, all(boundary, stop));
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

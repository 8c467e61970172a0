import type { IAMClient } from '@aws-sdk/client-iam';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { callIam, iamOf, keyOf, openAccount, outcome, policy } from '../clients.ts';

const PATH = '/mturk/lab/';
const user = (name: string): string => `arn:aws:iam::123456789012:user${PATH}${name}`;
const group = (name: string): string => `arn:aws:iam::123456789012:group${PATH}${name}`;
const oidcProvider = (url: string): string => `arn:aws:iam::123456789012:oidc-provider/${url}`;
const TRUST = JSON.stringify({
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
});
const managed = (name: string): string => `arn:aws:iam::123456789012:policy${PATH}${name}`;

describe('who may call IAM', () => {
  let emulator: Emulator;
  let root: IAMClient;
  let count = 0;

  beforeAll(async () => {
    emulator = await openAccount({ clock: () => new Date('2026-11-25T12:00:00Z') });
    root = iamOf(emulator);
    await callIam(root, 'CreateUser', { UserName: 'other', Path: PATH, Tags: [{ Key: 'lab', Value: 'lab' }] });
    await callIam(root, 'CreateUser', { UserName: 'outsider' });
    await callIam(root, 'CreateGroup', { GroupName: 'readers', Path: PATH });
    await callIam(root, 'CreateRole', { RoleName: 'elsewhere', AssumeRolePolicyDocument: TRUST });
    await callIam(root, 'CreatePolicy', {
      PolicyName: 'reader',
      Path: PATH,
      PolicyDocument: policy('Allow', 'iam:GetUser'),
    });
  });
  afterAll(() => emulator.close());

  /** A user with an inline policy and its own key. */
  async function caller(document: string, boundary?: string): Promise<{ iam: IAMClient; name: string }> {
    count += 1;
    const name = `caller-${count}`;
    await callIam(root, 'CreateUser', { UserName: name, Path: PATH, PermissionsBoundary: boundary });
    await callIam(root, 'PutUserPolicy', { UserName: name, PolicyName: 'own', PolicyDocument: document });
    return { iam: iamOf(emulator, await keyOf(root, name)), name };
  }

  /** A policy that allows the call alone, on an ARN or under a condition. */
  const allows = (call: string, scope: string | object) =>
    typeof scope === 'string'
      ? policy('Allow', `iam:${call}`, scope)
      : statement([{ Effect: 'Allow', Action: `iam:${call}`, Resource: '*', Condition: scope }]);
  const statement = (Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  const roles = 'arn:aws:iam::123456789012:role/mturk-roles/lab/*';
  const github = oidcProvider('token.actions.githubusercontent.com');
  const ownPolicies = { ArnLike: { 'iam:PolicyARN': managed('*') } };
  const fullAccess = 'arn:aws:iam::aws:policy/AdministratorAccess';
  const bounded = { StringEquals: { 'iam:PermissionsBoundary': managed('reader') } };
  const tagged = { StringEquals: { 'aws:ResourceTag/lab': 'lab' } };
  const color = { StringEquals: { 'aws:RequestTag/color': 'red' } };
  const Tags = [{ Key: 'color', Value: 'blue' }];
  const trust = { AssumeRolePolicyDocument: TRUST };

  test.each<[name: string, scope: string | object, call: string, input: object]>([
    ['a user by its ARN with the path', user('*'), 'GetUser', { UserName: 'other' }],
    ['a list of everything', '*', 'ListUsers', {}],
    ['a user to be, in the path', user('*'), 'CreateUser', { UserName: 'new-one', Path: PATH }],
    ['a role to be, in the path', roles, 'CreateRole', { RoleName: 'new-role', Path: '/mturk-roles/lab/', ...trust }],
    ['a membership, by the group', group('*'), 'AddUserToGroup', { GroupName: 'readers', UserName: 'outsider' }],
    ['an own policy', ownPolicies, 'AttachGroupPolicy', { GroupName: 'readers', PolicyArn: managed('reader') }],
    ['a user with the boundary', bounded, 'CreateUser', { UserName: 'bound', PermissionsBoundary: managed('reader') }],
    ['by the tag of the user', tagged, 'GetUser', { UserName: 'other' }],
    ['from this machine', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, 'ListUsers', {}],
  ])('allowed: %s', async (_, scope, call, input) => {
    const { iam } = await caller(allows(call, scope));
    expect(await outcome(callIam(iam, call, input))).toBe('answered');
  });

  test.each<[name: string, scope: string | object, call: string, input: object]>([
    ['a user outside the path', user('*'), 'GetUser', { UserName: 'outsider' }],
    ['a user that does not exist, path-scoped', user('*'), 'GetUser', { UserName: 'missing-user' }],
    ['a list, which is about everything', user('*'), 'ListUsers', {}],
    ['a user to be, outside the path', user('*'), 'CreateUser', { UserName: 'new-two' }],
    ['a move out of the path', user('*'), 'UpdateUser', { UserName: 'other', NewPath: '/' }],
    ['a role outside the path', roles, 'UpdateAssumeRolePolicy', { RoleName: 'elsewhere', PolicyDocument: TRUST }],
    [
      'another identity provider',
      github,
      'DeleteOpenIDConnectProvider',
      { OpenIDConnectProviderArn: oidcProvider('gitlab.com') },
    ],
    ['a membership, by the user', user('*'), 'AddUserToGroup', { GroupName: 'readers', UserName: 'other' }],
    ['another policy', ownPolicies, 'AttachGroupPolicy', { GroupName: 'readers', PolicyArn: fullAccess }],
    ['a user without the boundary', bounded, 'CreateUser', { UserName: 'bare' }],
    ['by the tag that a user does not have', tagged, 'GetUser', { UserName: 'outsider' }],
    ['by the tag that is sent', color, 'TagUser', { UserName: 'other', Tags }],
    ['from elsewhere', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, 'ListUsers', {}],
  ])('denied: %s', async (_, scope, call, input) => {
    const { iam } = await caller(allows(call, scope));
    expect(await outcome(callIam(iam, call, input))).toBe('AccessDenied');
  });

  test.each([
    ['2026-11-25T00:00:00Z', 'AccessDenied'],
    ['2026-11-26T00:00:00Z', 'answered'],
  ])('a Deny from %s: %s', async (moment, answer) => {
    const Condition = { DateGreaterThanEquals: { 'aws:CurrentTime': moment } };
    const { iam } = await caller(
      statement([
        { Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' },
        { Effect: 'Deny', Action: '*', Resource: '*', Condition },
      ]),
    );
    expect(await outcome(callIam(iam, 'ListUsers'))).toBe(answer);
  });

  test('own keys, by the policy variable of the name', async () => {
    const own = policy('Allow', 'iam:*AccessKey*', 'arn:aws:iam::123456789012:user/*/${aws:username}');
    const { iam, name } = await caller(own);
    expect(await outcome(callIam(iam, 'ListAccessKeys', { UserName: name }))).toBe('answered');
    expect(await outcome(callIam(iam, 'ListAccessKeys'))).toBe('answered');
    expect(await outcome(callIam(iam, 'ListAccessKeys', { UserName: 'other' }))).toBe('AccessDenied');
  });

  test('a right through a group, lost with the membership', async () => {
    const { iam, name } = await caller(policy('Allow', 'iam:Nothing'));
    await callIam(root, 'CreateGroup', { GroupName: 'listers' });
    await callIam(root, 'PutGroupPolicy', {
      GroupName: 'listers',
      PolicyName: 'p',
      PolicyDocument: policy('Allow', 'iam:ListUsers'),
    });
    const may = () => outcome(callIam(iam, 'ListUsers'));
    expect(await may()).toBe('AccessDenied');
    await callIam(root, 'AddUserToGroup', { GroupName: 'listers', UserName: name });
    expect(await may()).toBe('answered');
    await callIam(root, 'RemoveUserFromGroup', { GroupName: 'listers', UserName: name });
    expect(await may()).toBe('AccessDenied');
  });

  test.each([
    ['Allow', 'iam:GetUser', undefined, 'because no identity-based policy allows the iam:ListUsers action'],
    ['Deny', 'iam:*', undefined, 'with an explicit deny in an identity-based policy'],
    ['Allow', 'iam:*', managed('reader'), 'because no permissions boundary allows the iam:ListUsers action'],
  ] as const)('the words of a denial, %s %s, boundary %s', async (effect, action, boundary, words) => {
    const { iam, name } = await caller(policy(effect, action), boundary);
    const error = await callIam(iam, 'ListUsers').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    expect((error as Error).message).toBe(
      `User: ${user(name)} is not authorized to perform: iam:ListUsers on resource: * ${words}`,
    );
  });

  test('a boundary that denies', async () => {
    const boundary = 'arn:aws:iam::123456789012:policy/denying';
    await callIam(root, 'CreatePolicy', { PolicyName: 'denying', PolicyDocument: policy('Deny', '*') });
    const { iam } = await caller(policy('Allow', '*'), boundary);
    await expect(callIam(iam, 'ListUsers')).rejects.toThrow('with an explicit deny in a permissions boundary');
  });

  test('a denied call changes nothing and is in the log with its caller', async () => {
    const { iam, name } = await caller(policy('Allow', 'iam:GetUser'));
    await outcome(callIam(iam, 'DeleteUser', { UserName: 'outsider' }));
    expect(emulator.calls.at(-1)).toMatchObject({ action: 'DeleteUser', principal: user(name), error: 'AccessDenied' });
    expect(await outcome(callIam(root, 'GetUser', { UserName: 'outsider' }))).toBe('answered');
  });
});

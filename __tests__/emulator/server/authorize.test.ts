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

  const statement = (Statement: object): string => JSON.stringify({ Version: '2012-10-17', Statement });
  const onUsers = (action: string): string => policy('Allow', action, user('*'));
  const allowIf = (Action: string, Condition: object): string =>
    statement({ Effect: 'Allow', Action, Resource: '*', Condition });

  test.each<[name: string, may: boolean, document: string, call: string, input: object]>([
    ['a user by its ARN with the path', true, onUsers('iam:GetUser'), 'GetUser', { UserName: 'other' }],
    ['a user outside the path', false, onUsers('iam:GetUser'), 'GetUser', { UserName: 'outsider' }],
    ['a user that does not exist, path-scoped', false, onUsers('iam:GetUser'), 'GetUser', { UserName: 'missing-user' }],
    ['another action', false, policy('Allow', 'iam:GetUser'), 'DeleteUser', { UserName: 'other' }],
    ['a list is about everything', false, onUsers('iam:ListUsers'), 'ListUsers', {}],
    ['a list of everything', true, policy('Allow', 'iam:ListUsers'), 'ListUsers', {}],
    ['a user to be, in the path', true, onUsers('iam:CreateUser'), 'CreateUser', { UserName: 'new-one', Path: PATH }],
    ['a user to be, outside the path', false, onUsers('iam:CreateUser'), 'CreateUser', { UserName: 'new-two' }],
    [
      'a move out of the path needs leave there, too',
      false,
      onUsers('iam:UpdateUser'),
      'UpdateUser',
      { UserName: 'other', NewPath: '/' },
    ],
    [
      'a role, outside the path of a policy that names one',
      false,
      policy('Allow', 'iam:UpdateAssumeRolePolicy', 'arn:aws:iam::123456789012:role/mturk-roles/lab/*'),
      'UpdateAssumeRolePolicy',
      { RoleName: 'elsewhere', PolicyDocument: TRUST },
    ],
    [
      'a role to be, in the path',
      true,
      policy('Allow', 'iam:CreateRole', 'arn:aws:iam::123456789012:role/mturk-roles/lab/*'),
      'CreateRole',
      { RoleName: 'new-role', Path: '/mturk-roles/lab/', AssumeRolePolicyDocument: TRUST },
    ],
    [
      'another identity provider',
      false,
      policy('Allow', 'iam:DeleteOpenIDConnectProvider', oidcProvider('token.actions.githubusercontent.com')),
      'DeleteOpenIDConnectProvider',
      { OpenIDConnectProviderArn: oidcProvider('gitlab.com') },
    ],
    [
      'a membership is about the group',
      true,
      policy('Allow', 'iam:AddUserToGroup', group('*')),
      'AddUserToGroup',
      { GroupName: 'readers', UserName: 'outsider' },
    ],
    [
      'a membership is not about the user',
      false,
      onUsers('iam:AddUserToGroup'),
      'AddUserToGroup',
      { GroupName: 'readers', UserName: 'other' },
    ],
    [
      'only certain policies may be attached',
      true,
      allowIf('iam:AttachGroupPolicy', { ArnLike: { 'iam:PolicyARN': managed('*') } }),
      'AttachGroupPolicy',
      { GroupName: 'readers', PolicyArn: managed('reader') },
    ],
    [
      'others may not',
      false,
      allowIf('iam:AttachGroupPolicy', { ArnLike: { 'iam:PolicyARN': managed('*') } }),
      'AttachGroupPolicy',
      { GroupName: 'readers', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    ],
    [
      'users only with a boundary: without',
      false,
      allowIf('iam:CreateUser', { StringEquals: { 'iam:PermissionsBoundary': managed('reader') } }),
      'CreateUser',
      { UserName: 'bare' },
    ],
    [
      'users only with a boundary: with',
      true,
      allowIf('iam:CreateUser', { StringEquals: { 'iam:PermissionsBoundary': managed('reader') } }),
      'CreateUser',
      { UserName: 'bound', PermissionsBoundary: managed('reader') },
    ],
    [
      'by the tag of the user',
      true,
      allowIf('iam:GetUser', { StringEquals: { 'aws:ResourceTag/lab': 'lab' } }),
      'GetUser',
      { UserName: 'other' },
    ],
    [
      'by the tag that a user does not have',
      false,
      allowIf('iam:GetUser', { StringEquals: { 'aws:ResourceTag/lab': 'lab' } }),
      'GetUser',
      { UserName: 'outsider' },
    ],
    [
      'by the tag that is sent',
      false,
      allowIf('iam:TagUser', { StringEquals: { 'aws:RequestTag/color': 'red' } }),
      'TagUser',
      { UserName: 'other', Tags: [{ Key: 'color', Value: 'blue' }] },
    ],
    [
      'until a day that is not over',
      true,
      statement([
        { Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' },
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-11-26T00:00:00Z' } },
        },
      ]),
      'ListUsers',
      {},
    ],
    [
      'until a day that is over',
      false,
      statement([
        { Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' },
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-11-25T00:00:00Z' } },
        },
      ]),
      'ListUsers',
      {},
    ],
    [
      'from this machine',
      true,
      allowIf('iam:ListUsers', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }),
      'ListUsers',
      {},
    ],
    [
      'from elsewhere',
      false,
      allowIf('iam:ListUsers', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }),
      'ListUsers',
      {},
    ],
  ])('%s', async (_name, may, document, call, input) => {
    const { iam } = await caller(document);
    expect(await outcome(callIam(iam, call, input))).toBe(may ? 'answered' : 'AccessDenied');
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

  const denials = [
    {
      name: 'nothing allows it',
      document: policy('Allow', 'iam:GetUser'),
      boundary: undefined,
      words: 'because no identity-based policy allows the iam:ListUsers action',
    },
    {
      name: 'a policy denies it',
      document: policy('Deny', 'iam:*'),
      boundary: undefined,
      words: 'with an explicit deny in an identity-based policy',
    },
    {
      name: 'the boundary does not allow it',
      document: policy('Allow', 'iam:*'),
      boundary: managed('reader'),
      words: 'because no permissions boundary allows the iam:ListUsers action',
    },
  ];
  test.each(denials)('the words of a denial: $name', async ({ document, boundary, words }) => {
    const { iam, name } = await caller(document, boundary);
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

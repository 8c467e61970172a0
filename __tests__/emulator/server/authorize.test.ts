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

  type Row = { name: string; document: string; call: string; input: object; may: boolean };
  const statement = (Statement: object): string => JSON.stringify({ Version: '2012-10-17', Statement });
  const rows: Row[] = [
    {
      name: 'a user by its ARN with the path',
      document: policy('Allow', 'iam:GetUser', user('*')),
      call: 'GetUser',
      input: { UserName: 'other' },
      may: true,
    },
    {
      name: 'a user outside the path',
      document: policy('Allow', 'iam:GetUser', user('*')),
      call: 'GetUser',
      input: { UserName: 'outsider' },
      may: false,
    },
    {
      name: 'a user that does not exist, path-scoped',
      document: policy('Allow', 'iam:GetUser', user('*')),
      call: 'GetUser',
      input: { UserName: 'missing-user' },
      may: false,
    },
    {
      name: 'another action',
      document: policy('Allow', 'iam:GetUser'),
      call: 'DeleteUser',
      input: { UserName: 'other' },
      may: false,
    },
    {
      name: 'a list is about everything',
      document: policy('Allow', 'iam:ListUsers', user('*')),
      call: 'ListUsers',
      input: {},
      may: false,
    },
    {
      name: 'a list of everything',
      document: policy('Allow', 'iam:ListUsers'),
      call: 'ListUsers',
      input: {},
      may: true,
    },
    {
      name: 'a user to be, in the path',
      document: policy('Allow', 'iam:CreateUser', user('*')),
      call: 'CreateUser',
      input: { UserName: 'new-one', Path: PATH },
      may: true,
    },
    {
      name: 'a user to be, outside the path',
      document: policy('Allow', 'iam:CreateUser', user('*')),
      call: 'CreateUser',
      input: { UserName: 'new-two' },
      may: false,
    },
    {
      name: 'a move out of the path needs leave there, too',
      document: policy('Allow', 'iam:UpdateUser', user('*')),
      call: 'UpdateUser',
      input: { UserName: 'other', NewPath: '/' },
      may: false,
    },
    {
      name: 'a role, outside the path of a policy that names one',
      document: policy('Allow', 'iam:UpdateAssumeRolePolicy', 'arn:aws:iam::123456789012:role/mturk-roles/lab/*'),
      call: 'UpdateAssumeRolePolicy',
      input: { RoleName: 'elsewhere', PolicyDocument: TRUST },
      may: false,
    },
    {
      name: 'a role to be, in the path',
      document: policy('Allow', 'iam:CreateRole', 'arn:aws:iam::123456789012:role/mturk-roles/lab/*'),
      call: 'CreateRole',
      input: { RoleName: 'new-role', Path: '/mturk-roles/lab/', AssumeRolePolicyDocument: TRUST },
      may: true,
    },
    {
      name: 'another identity provider',
      document: policy('Allow', 'iam:DeleteOpenIDConnectProvider', oidcProvider('token.actions.githubusercontent.com')),
      call: 'DeleteOpenIDConnectProvider',
      input: { OpenIDConnectProviderArn: oidcProvider('gitlab.com') },
      may: false,
    },
    {
      name: 'a membership is about the group',
      document: policy('Allow', 'iam:AddUserToGroup', group('*')),
      call: 'AddUserToGroup',
      input: { GroupName: 'readers', UserName: 'outsider' },
      may: true,
    },
    {
      name: 'a membership is not about the user',
      document: policy('Allow', 'iam:AddUserToGroup', user('*')),
      call: 'AddUserToGroup',
      input: { GroupName: 'readers', UserName: 'other' },
      may: false,
    },
    {
      name: 'only certain policies may be attached',
      document: statement({
        Effect: 'Allow',
        Action: 'iam:AttachGroupPolicy',
        Resource: '*',
        Condition: { ArnLike: { 'iam:PolicyARN': managed('*') } },
      }),
      call: 'AttachGroupPolicy',
      input: { GroupName: 'readers', PolicyArn: managed('reader') },
      may: true,
    },
    {
      name: 'others may not',
      document: statement({
        Effect: 'Allow',
        Action: 'iam:AttachGroupPolicy',
        Resource: '*',
        Condition: { ArnLike: { 'iam:PolicyARN': managed('*') } },
      }),
      call: 'AttachGroupPolicy',
      input: { GroupName: 'readers', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      may: false,
    },
    {
      name: 'users only with a boundary: without',
      document: statement({
        Effect: 'Allow',
        Action: 'iam:CreateUser',
        Resource: '*',
        Condition: { StringEquals: { 'iam:PermissionsBoundary': managed('reader') } },
      }),
      call: 'CreateUser',
      input: { UserName: 'bare' },
      may: false,
    },
    {
      name: 'users only with a boundary: with',
      document: statement({
        Effect: 'Allow',
        Action: 'iam:CreateUser',
        Resource: '*',
        Condition: { StringEquals: { 'iam:PermissionsBoundary': managed('reader') } },
      }),
      call: 'CreateUser',
      input: { UserName: 'bound', PermissionsBoundary: managed('reader') },
      may: true,
    },
    {
      name: 'by the tag of the user',
      document: statement({
        Effect: 'Allow',
        Action: 'iam:GetUser',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/lab': 'lab' } },
      }),
      call: 'GetUser',
      input: { UserName: 'other' },
      may: true,
    },
    {
      name: 'by the tag that a user does not have',
      document: statement({
        Effect: 'Allow',
        Action: 'iam:GetUser',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/lab': 'lab' } },
      }),
      call: 'GetUser',
      input: { UserName: 'outsider' },
      may: false,
    },
    {
      name: 'by the tag that is sent',
      document: statement({
        Effect: 'Allow',
        Action: 'iam:TagUser',
        Resource: '*',
        Condition: { StringEquals: { 'aws:RequestTag/color': 'red' } },
      }),
      call: 'TagUser',
      input: { UserName: 'other', Tags: [{ Key: 'color', Value: 'blue' }] },
      may: false,
    },
    {
      name: 'until a day that is not over',
      document: statement([
        { Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' },
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-11-26T00:00:00Z' } },
        },
      ]),
      call: 'ListUsers',
      input: {},
      may: true,
    },
    {
      name: 'until a day that is over',
      document: statement([
        { Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' },
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-11-25T00:00:00Z' } },
        },
      ]),
      call: 'ListUsers',
      input: {},
      may: false,
    },
    {
      name: 'from this machine',
      document: statement({
        Effect: 'Allow',
        Action: 'iam:ListUsers',
        Resource: '*',
        Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
      }),
      call: 'ListUsers',
      input: {},
      may: true,
    },
    {
      name: 'from elsewhere',
      document: statement({
        Effect: 'Allow',
        Action: 'iam:ListUsers',
        Resource: '*',
        Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      }),
      call: 'ListUsers',
      input: {},
      may: false,
    },
  ];

  test.each(rows)('$name', async ({ document, call, input, may }) => {
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

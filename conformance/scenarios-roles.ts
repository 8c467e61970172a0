import type { Scenario, ScenarioStep } from './scenarios.ts';

const PATH = '/mturk-roles/lab/';
const PROVIDER = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
const URL = 'https://token.actions.githubusercontent.com';
const THUMBPRINT = '6938fd4d98bab03faadb97b34396831e3780aea1';
const READ_ONLY = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly';

/** A trust policy with a subject of GitHub. */
const trust = (subject: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: PROVIDER },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'token.actions.githubusercontent.com:sub': subject } },
      },
    ],
  });
const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' }],
});
const withResource = trust('x').replace('"Effect"', '"Resource":"*","Effect"');

const ROLE = { RoleName: 'lab-plan' };
const createRole: ScenarioStep = {
  call: 'CreateRole',
  input: { ...ROLE, Path: PATH, AssumeRolePolicyDocument: trust('repo:lab/access:pull_request') },
};

/** Roles, and the identity providers that they trust. */
export const roleScenarios: readonly Scenario[] = [
  {
    name: 'the life of a role',
    steps: [
      {
        call: 'CreateRole',
        input: {
          ...{ ...createRole.input, Description: 'Reads', MaxSessionDuration: 7200 },
          Tags: [{ Key: 'mturk-team:lab', Value: 'lab' }],
        },
      },
      { ...createRole, expectError: 'EntityAlreadyExistsException' },
      { call: 'GetRole', input: ROLE },
      { call: 'GetRole', input: { RoleName: 'lab-other' }, expectError: 'NoSuchEntityException' },
      { call: 'ListRoles', input: {} },
      { call: 'ListRoles', input: { PathPrefix: '/elsewhere/' } },
      {
        call: 'UpdateAssumeRolePolicy',
        input: { ...ROLE, PolicyDocument: trust('repo:lab/access:ref:refs/heads/main') },
      },
      { call: 'UpdateRole', input: { ...ROLE, MaxSessionDuration: 3600, Description: 'Reads the account' } },
      { call: 'UpdateRoleDescription', input: { ...ROLE, Description: 'Reads' } },
      { call: 'GetRole', input: ROLE },
      { call: 'TagRole', input: { ...ROLE, Tags: [{ Key: 'colour', Value: 'red' }] } },
      { call: 'UntagRole', input: { ...ROLE, TagKeys: ['mturk-team:lab'] } },
      { call: 'ListRoleTags', input: ROLE },
      { call: 'PutRolePolicy', input: { ...ROLE, PolicyName: 'permissions', PolicyDocument: document } },
      { call: 'GetRolePolicy', input: { ...ROLE, PolicyName: 'permissions' } },
      { call: 'GetRolePolicy', input: { ...ROLE, PolicyName: 'other' }, expectError: 'NoSuchEntityException' },
      { call: 'ListRolePolicies', input: ROLE },
      { call: 'AttachRolePolicy', input: { ...ROLE, PolicyArn: READ_ONLY } },
      { call: 'ListAttachedRolePolicies', input: ROLE },
      { call: 'ListEntitiesForPolicy', input: { PolicyArn: READ_ONLY } },
      { call: 'PutRolePermissionsBoundary', input: { ...ROLE, PermissionsBoundary: READ_ONLY } },
      {
        call: 'GetAccountAuthorizationDetails',
        input: { Filter: ['Role'] },
        awsRule: "a boundary's type is `Policy`, as in the answers that the IAM API reference shows",
      },
      { call: 'DeleteRolePermissionsBoundary', input: ROLE },
      { call: 'ListInstanceProfilesForRole', input: ROLE },
      { call: 'DeleteRole', input: ROLE, expectError: 'DeleteConflictException' },
      { call: 'DetachRolePolicy', input: { ...ROLE, PolicyArn: READ_ONLY } },
      { call: 'DeleteRole', input: ROLE, expectError: 'DeleteConflictException' },
      { call: 'DeleteRolePolicy', input: { ...ROLE, PolicyName: 'permissions' } },
      { call: 'DeleteRole', input: ROLE },
      { call: 'DeleteRole', input: ROLE, expectError: 'NoSuchEntityException' },
    ],
  },
  {
    name: 'names and trust of roles',
    steps: [
      createRole,
      {
        call: 'CreateRole',
        input: { RoleName: 'LAB-plan', AssumeRolePolicyDocument: trust('x') },
        expectError: 'EntityAlreadyExistsException',
        awsRule: 'names are unique in an account ignoring case and path',
      },
      {
        call: 'CreateRole',
        input: { RoleName: 'r'.repeat(65), AssumeRolePolicyDocument: trust('x') },
        expectError: 'ValidationError',
        awsRule: 'a role name has at most 64 characters',
      },
      {
        call: 'CreateRole',
        input: { RoleName: 'long', AssumeRolePolicyDocument: trust('x'.repeat(2_048)) },
        expectError: 'LimitExceededException',
        awsRule: 'a trust policy has at most 2,048 characters',
      },
      {
        call: 'UpdateRole',
        input: { ...ROLE, MaxSessionDuration: 60 },
        expectError: 'ValidationError',
        awsRule: 'a session may last an hour to twelve',
      },
      {
        call: 'UpdateAssumeRolePolicy',
        input: { ...ROLE, PolicyDocument: withResource },
        expectError: 'MalformedPolicyDocumentException',
      },
      {
        call: 'UpdateAssumeRolePolicy',
        input: { ...ROLE, PolicyDocument: document },
        expectError: 'MalformedPolicyDocumentException',
      },
    ],
  },
  {
    name: 'identity providers',
    steps: [
      {
        call: 'CreateOpenIDConnectProvider',
        input: {
          ...{ Url: URL, ClientIDList: ['another'], ThumbprintList: [THUMBPRINT] },
          Tags: [{ Key: 'colour', Value: 'red' }],
        },
      },
      {
        call: 'CreateOpenIDConnectProvider',
        input: { Url: URL, ThumbprintList: [THUMBPRINT] },
        expectError: 'EntityAlreadyExistsException',
      },
      {
        call: 'CreateOpenIDConnectProvider',
        input: { Url: 'http://insecure.example', ThumbprintList: [THUMBPRINT] },
        expectError: 'ValidationError',
        awsRule: 'the URL of an identity provider begins with https://',
      },
      { call: 'ListOpenIDConnectProviders', input: {} },
      {
        call: 'AddClientIDToOpenIDConnectProvider',
        input: { OpenIDConnectProviderArn: PROVIDER, ClientID: 'sts.amazonaws.com' },
      },
      {
        call: 'AddClientIDToOpenIDConnectProvider',
        input: { OpenIDConnectProviderArn: PROVIDER, ClientID: 'sts.amazonaws.com' },
      },
      { call: 'GetOpenIDConnectProvider', input: { OpenIDConnectProviderArn: PROVIDER } },
      {
        call: 'RemoveClientIDFromOpenIDConnectProvider',
        input: { OpenIDConnectProviderArn: PROVIDER, ClientID: 'another' },
      },
      {
        call: 'TagOpenIDConnectProvider',
        input: { OpenIDConnectProviderArn: PROVIDER, Tags: [{ Key: 'mturk-team:lab', Value: 'lab' }] },
      },
      { call: 'UntagOpenIDConnectProvider', input: { OpenIDConnectProviderArn: PROVIDER, TagKeys: ['colour'] } },
      { call: 'ListOpenIDConnectProviderTags', input: { OpenIDConnectProviderArn: PROVIDER } },
      { call: 'GetOpenIDConnectProvider', input: { OpenIDConnectProviderArn: PROVIDER } },
      { call: 'DeleteOpenIDConnectProvider', input: { OpenIDConnectProviderArn: PROVIDER } },
      {
        call: 'GetOpenIDConnectProvider',
        input: { OpenIDConnectProviderArn: PROVIDER },
        expectError: 'NoSuchEntityException',
      },
      { call: 'ListOpenIDConnectProviders', input: {} },
    ],
  },
];

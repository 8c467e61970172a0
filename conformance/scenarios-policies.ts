import type { Scenario, ScenarioStep } from './scenarios.ts';

const ACCOUNT = '123456789012';
const PATH = '/mturk/lab/';
const READ = document('mechanicalturk:GetHIT');
const WRITE = document('mechanicalturk:CreateHIT', 'mechanicalturk:SendBonus');
const FULL_ACCESS = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const READER = `arn:aws:iam::${ACCOUNT}:policy${PATH}reader`;
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/mturk-boundary/lab`;

function document(...actions: string[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });
}

/** A valid document whose length without white space is at least this. */
function longDocument(characters: number): string {
  return document(
    ...Array.from(
      { length: Math.ceil(characters / 30) },
      (_, index) => `mechanicalturk:Padding${String(index).padStart(8, '0')}`,
    ),
  );
}

const createReader: ScenarioStep = {
  call: 'CreatePolicy',
  input: { PolicyName: 'reader', Path: PATH, PolicyDocument: READ },
};
const nextVersion = (asDefault: boolean): ScenarioStep => ({
  call: 'CreatePolicyVersion',
  input: { PolicyArn: READER, PolicyDocument: WRITE, SetAsDefault: asDefault },
});

/** Managed and inline policies, attachments, boundaries. */
export const policyScenarios: readonly Scenario[] = [
  {
    name: 'the life of a managed policy',
    steps: [
      {
        call: 'CreatePolicy',
        input: { PolicyName: 'reader', Path: PATH, PolicyDocument: READ, Tags: [{ Key: 'lab', Value: 'lab' }] },
      },
      {
        call: 'CreatePolicy',
        input: { PolicyName: 'reader', Path: PATH, PolicyDocument: READ },
        expectError: 'EntityAlreadyExistsException',
      },
      { call: 'GetPolicy', input: { PolicyArn: READER } },
      { call: 'GetPolicy', input: { PolicyArn: `${READER}x` }, expectError: 'NoSuchEntityException' },
      { call: 'GetPolicyVersion', input: { PolicyArn: READER, VersionId: 'v1' } },
      { call: 'GetPolicyVersion', input: { PolicyArn: READER, VersionId: 'v9' }, expectError: 'NoSuchEntityException' },
      nextVersion(true),
      nextVersion(false),
      { call: 'ListPolicyVersions', input: { PolicyArn: READER } },
      { call: 'SetDefaultPolicyVersion', input: { PolicyArn: READER, VersionId: 'v3' } },
      { call: 'GetPolicy', input: { PolicyArn: READER } },
      {
        call: 'DeletePolicyVersion',
        input: { PolicyArn: READER, VersionId: 'v3' },
        expectError: 'DeleteConflictException',
      },
      { call: 'DeletePolicyVersion', input: { PolicyArn: READER, VersionId: 'v2' } },
      {
        call: 'DeletePolicyVersion',
        input: { PolicyArn: READER, VersionId: 'v2' },
        expectError: 'NoSuchEntityException',
      },
      { call: 'ListPolicyVersions', input: { PolicyArn: READER } },
      { call: 'TagPolicy', input: { PolicyArn: READER, Tags: [{ Key: 'colour', Value: 'red' }] } },
      { call: 'ListPolicyTags', input: { PolicyArn: READER } },
      { call: 'UntagPolicy', input: { PolicyArn: READER, TagKeys: ['lab'] } },
      { call: 'ListPolicyTags', input: { PolicyArn: READER } },
      { call: 'ListPolicies', input: { Scope: 'Local' } },
      { call: 'ListPolicies', input: { Scope: 'Local', PathPrefix: '/nowhere/' } },
    ],
  },
  {
    name: 'versions of a managed policy',
    steps: [
      createReader,
      ...Array.from({ length: 4 }, () => nextVersion(true)),
      { ...nextVersion(true), expectError: 'LimitExceededException' },
      { call: 'DeletePolicyVersion', input: { PolicyArn: READER, VersionId: 'v1' } },
      nextVersion(true),
      { call: 'GetPolicy', input: { PolicyArn: READER } },
      {
        call: 'DeletePolicy',
        input: { PolicyArn: READER },
        expectError: 'DeleteConflictException',
        awsRule: 'a policy with more than one version is not deleted',
      },
    ],
  },
  {
    name: 'names of policies',
    steps: [
      createReader,
      {
        call: 'CreatePolicy',
        input: { PolicyName: 'Reader', PolicyDocument: READ },
        expectError: 'EntityAlreadyExistsException',
        awsRule: 'names are unique in an account ignoring case and path',
      },
      {
        call: 'CreatePolicy',
        input: { PolicyName: 'p'.repeat(129), PolicyDocument: READ },
        expectError: 'ValidationError',
        awsRule: 'a policy name has at most 128 characters',
      },
    ],
  },
  {
    name: 'documents that IAM takes and does not take',
    steps: [
      {
        call: 'CreatePolicy',
        input: { PolicyName: 'unknown-action', PolicyDocument: document('mechanicalturk:GrantBonus') },
      },
      {
        call: 'CreatePolicy',
        input: { PolicyName: 'no-json', PolicyDocument: '{' },
        expectError: 'MalformedPolicyDocumentException',
      },
      {
        call: 'CreatePolicy',
        input: {
          PolicyName: 'no-effect',
          PolicyDocument: '{"Version":"2012-10-17","Statement":[{"Action":"iam:*","Resource":"*"}]}',
        },
        expectError: 'MalformedPolicyDocumentException',
      },
      {
        call: 'CreatePolicy',
        input: { PolicyName: 'no-vendor', PolicyDocument: document('SendBonus') },
        expectError: 'MalformedPolicyDocumentException',
      },
      {
        call: 'CreatePolicy',
        input: { PolicyName: 'too-long', PolicyDocument: longDocument(6_145) },
        expectError: 'LimitExceededException',
        awsRule: 'a managed policy has at most 6,144 characters without white space',
      },
    ],
  },
  {
    name: 'policies attached to a group and a user',
    steps: [
      createReader,
      { call: 'CreateGroup', input: { GroupName: 'readers' } },
      { call: 'CreateUser', input: { UserName: 'ada' } },
      { call: 'AttachGroupPolicy', input: { GroupName: 'readers', PolicyArn: READER } },
      { call: 'AttachGroupPolicy', input: { GroupName: 'readers', PolicyArn: READER } },
      { call: 'AttachGroupPolicy', input: { GroupName: 'readers', PolicyArn: FULL_ACCESS } },
      { call: 'AttachUserPolicy', input: { UserName: 'ada', PolicyArn: READER } },
      {
        call: 'AttachUserPolicy',
        input: { UserName: 'ada', PolicyArn: `${READER}x` },
        expectError: 'NoSuchEntityException',
      },
      { call: 'ListAttachedGroupPolicies', input: { GroupName: 'readers' } },
      { call: 'ListAttachedUserPolicies', input: { UserName: 'ada' } },
      { call: 'ListEntitiesForPolicy', input: { PolicyArn: READER } },
      { call: 'GetPolicy', input: { PolicyArn: READER } },
      { call: 'GetAccountAuthorizationDetails', input: { Filter: ['User', 'Group', 'LocalManagedPolicy'] } },
      {
        call: 'DeletePolicy',
        input: { PolicyArn: READER },
        expectError: 'DeleteConflictException',
        awsRule: 'an attached policy is not deleted',
      },
    ],
  },
  {
    name: 'policies detached',
    steps: [
      createReader,
      { call: 'CreateGroup', input: { GroupName: 'readers' } },
      { call: 'CreateUser', input: { UserName: 'ada' } },
      { call: 'AttachGroupPolicy', input: { GroupName: 'readers', PolicyArn: READER } },
      { call: 'AttachUserPolicy', input: { UserName: 'ada', PolicyArn: READER } },
      { call: 'DeleteUser', input: { UserName: 'ada' }, expectError: 'DeleteConflictException' },
      { call: 'DetachUserPolicy', input: { UserName: 'ada', PolicyArn: READER } },
      { call: 'DetachUserPolicy', input: { UserName: 'ada', PolicyArn: READER }, expectError: 'NoSuchEntityException' },
      { call: 'DetachGroupPolicy', input: { GroupName: 'readers', PolicyArn: READER } },
      {
        call: 'DetachGroupPolicy',
        input: { GroupName: 'readers', PolicyArn: READER },
        expectError: 'NoSuchEntityException',
      },
      { call: 'ListAttachedGroupPolicies', input: { GroupName: 'readers' } },
      { call: 'DeletePolicy', input: { PolicyArn: READER } },
      { call: 'GetPolicy', input: { PolicyArn: READER }, expectError: 'NoSuchEntityException' },
      { call: 'DeleteGroup', input: { GroupName: 'readers' } },
      { call: 'DeleteUser', input: { UserName: 'ada' } },
    ],
  },
  {
    name: 'an eleventh policy of a group',
    steps: [
      { call: 'CreateGroup', input: { GroupName: 'readers' } },
      ...Array.from(
        { length: 11 },
        (_, index): ScenarioStep => ({
          call: 'CreatePolicy',
          input: { PolicyName: `p-${index}`, PolicyDocument: READ },
        }),
      ),
      ...Array.from(
        { length: 10 },
        (_, index): ScenarioStep => ({
          call: 'AttachGroupPolicy',
          input: { GroupName: 'readers', PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/p-${index}` },
        }),
      ),
      {
        call: 'AttachGroupPolicy',
        input: { GroupName: 'readers', PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/p-10` },
        expectError: 'LimitExceededException',
        awsRule: 'a group has at most 10 managed policies',
      },
    ],
  },
  {
    name: 'inline policies',
    steps: [
      { call: 'CreateUser', input: { UserName: 'ada' } },
      { call: 'CreateGroup', input: { GroupName: 'readers' } },
      { call: 'PutUserPolicy', input: { UserName: 'ada', PolicyName: 'limits', PolicyDocument: READ } },
      { call: 'PutUserPolicy', input: { UserName: 'ada', PolicyName: 'limits', PolicyDocument: WRITE } },
      { call: 'GetUserPolicy', input: { UserName: 'ada', PolicyName: 'limits' } },
      {
        call: 'GetUserPolicy',
        input: { UserName: 'ada', PolicyName: 'nothing' },
        expectError: 'NoSuchEntityException',
      },
      { call: 'ListUserPolicies', input: { UserName: 'ada' } },
      { call: 'PutGroupPolicy', input: { GroupName: 'readers', PolicyName: 'extra', PolicyDocument: READ } },
      { call: 'GetGroupPolicy', input: { GroupName: 'readers', PolicyName: 'extra' } },
      { call: 'ListGroupPolicies', input: { GroupName: 'readers' } },
      {
        call: 'PutUserPolicy',
        input: { UserName: 'ada', PolicyName: 'broken', PolicyDocument: 'no' },
        expectError: 'MalformedPolicyDocumentException',
      },
      { call: 'DeleteUserPolicy', input: { UserName: 'ada', PolicyName: 'limits' } },
      {
        call: 'DeleteUserPolicy',
        input: { UserName: 'ada', PolicyName: 'limits' },
        expectError: 'NoSuchEntityException',
      },
      { call: 'DeleteGroupPolicy', input: { GroupName: 'readers', PolicyName: 'extra' } },
      {
        call: 'DeleteGroupPolicy',
        input: { GroupName: 'readers', PolicyName: 'extra' },
        expectError: 'NoSuchEntityException',
      },
      { call: 'ListGroupPolicies', input: { GroupName: 'readers' } },
      {
        call: 'PutUserPolicy',
        input: { UserName: 'ada', PolicyName: 'long', PolicyDocument: longDocument(2_049) },
        expectError: 'LimitExceededException',
        awsRule: "a user's inline policies have at most 2,048 characters together",
      },
      {
        call: 'PutGroupPolicy',
        input: { GroupName: 'readers', PolicyName: 'long', PolicyDocument: longDocument(5_121) },
        expectError: 'LimitExceededException',
        awsRule: "a group's inline policies have at most 5,120 characters together",
      },
    ],
  },
  {
    name: 'a permissions boundary',
    steps: [
      {
        call: 'CreatePolicy',
        input: { PolicyName: 'lab', Path: '/mturk-boundary/', PolicyDocument: document('mechanicalturk:*') },
      },
      { call: 'CreateUser', input: { UserName: 'ada', PermissionsBoundary: BOUNDARY } },
      {
        call: 'CreateUser',
        input: { UserName: 'bo', PermissionsBoundary: `${BOUNDARY}x` },
        expectError: 'NoSuchEntityException',
      },
      {
        call: 'DeletePolicy',
        input: { PolicyArn: BOUNDARY },
        expectError: 'DeleteConflictException',
        awsRule: 'a policy that is a boundary is not deleted',
      },
      { call: 'DeleteUserPermissionsBoundary', input: { UserName: 'ada' } },
      { call: 'PutUserPermissionsBoundary', input: { UserName: 'ada', PermissionsBoundary: FULL_ACCESS } },
      { call: 'GetUser', input: { UserName: 'ada' } },
    ],
  },
];

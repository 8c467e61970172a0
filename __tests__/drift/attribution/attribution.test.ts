import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { UserAccess } from '../../../src/access/access-of.ts';
import type { Difference } from '../../../src/access/model-difference.ts';
import { NO_OPERATIONS } from '../../../src/access/operation-set.ts';
import { type CloudTrailEvent, lookUpCloudTrail } from '../../../src/aws/cloudtrail.ts';
import type { AccessKey } from '../../../src/aws/inventory/types.ts';
import type { UnmanagedResource } from '../../../src/aws/inventory/unmanaged.ts';
import { attribute, subjectsOf } from '../../../src/drift/attribution/attribution.ts';
import type { DriftFinding } from '../../../src/drift/finding.ts';
import { callIam, iamOf, openAccount, policy } from '../../emulator/clients.ts';
import type { Sample } from '../../support/detected-of.ts';
import { findingOf } from '../../support/sample-scans.ts';

const BO = 'perception-lab-bo';
const CY = 'perception-lab-cy';
const PAYERS = 'perception-lab-paymaster';
const ROLE = 'arn:aws:iam::123456789012:policy/mturk/perception-lab/perception-lab-paymaster';
const OTHER = 'arn:aws:iam::123456789012:policy/mturk/perception-lab/perception-lab-reader';
const BOUNDARY = 'arn:aws:iam::123456789012:policy/mturk-boundary/perception-lab';
const PATH = '/mturk/perception-lab/';
const AT = '2026-11-25T08:00:00Z';
const bo = { kind: 'user', name: BO } as const;
const payers = { kind: 'group', name: PAYERS } as const;

const KEY: AccessKey = { id: 'AKIA1', active: true, created: AT, lastUsed: null, isUseKnown: true };

function finding(what: Sample, cause: DriftFinding['cause'] = 'manual'): DriftFinding {
  return findingOf(what, { cause });
}

function event(
  name: string,
  parameters: Record<string, unknown>,
  more: Partial<CloudTrailEvent> = {},
): CloudTrailEvent {
  return {
    name,
    at: AT,
    actor: 'alex',
    sourceIp: '192.0.2.7',
    userAgent: 'console',
    isError: false,
    parameters,
    ...more,
  };
}

type Asked = readonly [name: string, parameters: Record<string, unknown>, more?: Partial<CloudTrailEvent>];

interface Row {
  readonly what: Sample;
  /** Each of them did it. */
  readonly did: readonly Asked[];
  /** None of them did, though it nearly says the same. */
  readonly not: readonly Asked[];
  readonly subject: string;
}

const of = (difference: Difference): Sample => ({ kind: 'difference', difference });

const unmanaged = (kind: UnmanagedResource['kind'], name: string, path = PATH): Sample => ({
  kind: 'unmanaged',
  resource: { name, arn: `arn:aws:iam::123456789012:${kind}${path}${name}`, path, ...withPolicyOfLab(kind) },
});

const withPolicyOfLab = (kind: UnmanagedResource['kind']) => {
  const held = { attached: [ROLE], inline: [] };
  if (kind === 'policy') return { kind, details: { document: null, attachments: 0 } };
  if (kind === 'group') return { kind, details: { ...held, members: [] } };
  return { kind, details: { ...held, groups: [], boundary: null, tags: {} } };
};

const boundary = (state: 'changed' | 'missing'): Sample => ({
  ...{ kind: 'boundary', state, arn: BOUNDARY, document: null, wider: [], narrower: [] },
});

const otherUser = (grants: UserAccess['grants']): Sample => ({
  kind: 'other-user',
  access: {
    user: { name: 'old', path: '/', groups: [], attached: [], inline: [], boundary: null, tags: {} },
    grants,
    allowed: NO_OPERATIONS,
    suspended: false,
    starts: null,
    ends: null,
    unknownPolicies: [],
  },
  isAdministrator: false,
  keys: [],
});

const dead = (policyName: string, holder: Extract<Sample, { kind: 'retired-operations' }>['holder']): Sample => ({
  kind: 'retired-operations',
  policy: policyName,
  holder,
  names: [],
  users: [],
});

const onBo = (more: object) => ({ userName: BO, ...more });
const onPayers = (more: object) => ({ groupName: PAYERS, ...more });

const DIFFERENCES: Readonly<Record<Difference['kind'], readonly Row[]>> = {
  'user-added': [
    {
      what: of({ kind: 'user-added', user: BO }),
      did: [
        ['CreateUser', onBo({ path: PATH })],
        ['UpdateUser', { userName: 'old', newUserName: BO }],
      ],
      not: [
        ['CreateUser', { userName: CY }],
        ['UpdateUser', onBo({ newUserName: CY })],
      ],
      subject: BO,
    },
  ],
  'user-deleted': [
    {
      what: of({ kind: 'user-deleted', user: BO }),
      did: [
        ['DeleteUser', onBo({})],
        ['UpdateUser', onBo({ newUserName: 'bo' })],
      ],
      not: [
        ['DeleteUser', { userName: CY }],
        ['UpdateUser', onBo({ newPath: '/' })],
        ['UpdateUser', { userName: CY, newUserName: BO }],
      ],
      subject: BO,
    },
  ],
  'group-added': [
    {
      what: of({ kind: 'group-added', group: PAYERS }),
      did: [
        ['CreateGroup', onPayers({})],
        ['UpdateGroup', { groupName: 'old', newGroupName: PAYERS }],
      ],
      not: [
        ['CreateGroup', { groupName: 'others' }],
        ['DeleteGroup', onPayers({})],
      ],
      subject: PAYERS,
    },
  ],
  'group-deleted': [
    {
      what: of({ kind: 'group-deleted', group: PAYERS }),
      did: [
        ['DeleteGroup', onPayers({})],
        ['UpdateGroup', onPayers({ newGroupName: 'old-payers' })],
      ],
      not: [
        ['UpdateGroup', onPayers({ newPath: '/' })],
        ['DeleteGroup', { groupName: 'others' }],
      ],
      subject: PAYERS,
    },
  ],
  'policy-added': [
    {
      what: of({ kind: 'policy-added', arn: ROLE }),
      did: [['CreatePolicy', { policyName: PAYERS, path: PATH, policyDocument: '{}' }]],
      not: [
        ['CreatePolicy', { policyName: PAYERS }],
        ['CreatePolicyVersion', { policyArn: ROLE, setAsDefault: true }],
      ],
      subject: ROLE,
    },
  ],
  'policy-deleted': [
    {
      what: of({ kind: 'policy-deleted', arn: ROLE }),
      did: [['DeletePolicy', { policyArn: ROLE }]],
      not: [
        ['DeletePolicy', { policyArn: OTHER }],
        ['DeletePolicyVersion', { policyArn: ROLE, versionId: 'v1' }],
      ],
      subject: ROLE,
    },
  ],
  'path-changed': [
    {
      what: of({ kind: 'path-changed', holder: bo, from: PATH, to: '/staff/' }),
      did: [
        ['UpdateUser', onBo({ newPath: '/staff/' })],
        ['UpdateUser', { userName: 'old', newUserName: BO, newPath: '/staff/' }],
        ['CreateUser', onBo({ path: '/staff/' })],
      ],
      not: [
        ['UpdateUser', onBo({ newPath: PATH })],
        ['UpdateUser', onBo({ newPath: '/staff/', newUserName: 'gone' })],
        ['CreateUser', onBo({})],
      ],
      subject: BO,
    },
    {
      what: of({ kind: 'path-changed', holder: payers, from: PATH, to: '/' }),
      did: [
        ['UpdateGroup', onPayers({ newPath: '/' })],
        ['CreateGroup', onPayers({})],
      ],
      not: [
        ['UpdateUser', { userName: PAYERS, newPath: '/' }],
        ['UpdateGroup', onPayers({ newPath: PATH })],
      ],
      subject: PAYERS,
    },
  ],
  'membership-added': [
    {
      what: of({ kind: 'membership-added', user: BO, group: PAYERS, unmanaged: false }),
      did: [
        ['AddUserToGroup', onBo({ groupName: PAYERS })],
        ['AddUserToGroup', { userName: BO.toUpperCase(), groupName: PAYERS }],
      ],
      not: [
        ['AddUserToGroup', onBo({ groupName: 'others' })],
        ['AddUserToGroup', { userName: CY, groupName: PAYERS }],
        ['RemoveUserFromGroup', onBo({ groupName: PAYERS })],
      ],
      subject: BO,
    },
  ],
  'membership-removed': [
    {
      what: of({ kind: 'membership-removed', user: BO, group: PAYERS, unmanaged: false }),
      did: [['RemoveUserFromGroup', onBo({ groupName: PAYERS })]],
      not: [
        ['AddUserToGroup', onBo({ groupName: PAYERS })],
        ['RemoveUserFromGroup', { userName: CY, groupName: PAYERS }],
      ],
      subject: BO,
    },
  ],
  'policy-attached': [
    {
      what: of({ kind: 'policy-attached', holder: bo, arn: ROLE }),
      did: [['AttachUserPolicy', onBo({ policyArn: ROLE })]],
      not: [
        ['AttachUserPolicy', onBo({ policyArn: OTHER })],
        ['AttachGroupPolicy', { groupName: BO, policyArn: ROLE }],
        ['PutUserPolicy', onBo({ policyName: ROLE })],
      ],
      subject: BO,
    },
    {
      what: of({ kind: 'policy-attached', holder: payers, arn: OTHER }),
      did: [['AttachGroupPolicy', onPayers({ policyArn: OTHER })]],
      not: [
        ['AttachGroupPolicy', { groupName: 'others', policyArn: OTHER }],
        ['DetachGroupPolicy', onPayers({ policyArn: OTHER })],
      ],
      subject: PAYERS,
    },
  ],
  'policy-detached': [
    {
      what: of({ kind: 'policy-detached', holder: payers, arn: ROLE }),
      did: [['DetachGroupPolicy', onPayers({ policyArn: ROLE })]],
      not: [
        ['AttachGroupPolicy', onPayers({ policyArn: ROLE })],
        ['DetachGroupPolicy', onPayers({ policyArn: OTHER })],
      ],
      subject: PAYERS,
    },
  ],
  'inline-policy-added': [
    {
      what: of({ kind: 'inline-policy-added', holder: bo, policy: 'extra', document: null }),
      did: [['PutUserPolicy', onBo({ policyName: 'extra', policyDocument: '{}' })]],
      not: [
        ['PutUserPolicy', onBo({ policyName: 'limits' })],
        ['PutGroupPolicy', { groupName: BO, policyName: 'extra' }],
        ['DeleteUserPolicy', onBo({ policyName: 'extra' })],
      ],
      subject: BO,
    },
  ],
  'inline-policy-changed': [
    {
      what: of({ kind: 'inline-policy-changed', holder: bo, policy: 'limits', from: null, to: null }),
      did: [['PutUserPolicy', onBo({ policyName: 'limits' })]],
      not: [
        ['DeleteUserPolicy', onBo({ policyName: 'limits' })],
        ['PutUserPolicy', { userName: CY, policyName: 'limits' }],
      ],
      subject: BO,
    },
  ],
  'inline-policy-removed': [
    {
      what: of({ kind: 'inline-policy-removed', holder: payers, policy: 'own', document: null }),
      did: [['DeleteGroupPolicy', onPayers({ policyName: 'own' })]],
      not: [
        ['PutGroupPolicy', onPayers({ policyName: 'own' })],
        ['DeleteGroupPolicy', onPayers({ policyName: 'other' })],
      ],
      subject: PAYERS,
    },
  ],
  'policy-changed': [
    {
      what: of({ kind: 'policy-changed', arn: ROLE, from: null, to: null }),
      did: [
        ['CreatePolicyVersion', { policyArn: ROLE, setAsDefault: true, policyDocument: '{}' }],
        ['SetDefaultPolicyVersion', { policyArn: ROLE, versionId: 'v2' }],
        ['CreatePolicy', { policyName: PAYERS, path: PATH, policyDocument: '{}' }],
      ],
      not: [
        ['CreatePolicyVersion', { policyArn: ROLE, setAsDefault: false }],
        ['CreatePolicyVersion', { policyArn: OTHER, setAsDefault: true }],
        ['SetDefaultPolicyVersion', { policyArn: OTHER, versionId: 'v2' }],
      ],
      subject: ROLE,
    },
  ],
  'boundary-changed': [
    {
      what: of({ kind: 'boundary-changed', user: BO, from: BOUNDARY, to: null }),
      did: [
        ['DeleteUserPermissionsBoundary', onBo({})],
        ['CreateUser', onBo({})],
      ],
      not: [
        ['DeleteUserPermissionsBoundary', { userName: CY }],
        ['PutUserPermissionsBoundary', onBo({ permissionsBoundary: OTHER })],
        ['CreateUser', onBo({ permissionsBoundary: BOUNDARY })],
      ],
      subject: BO,
    },
    {
      what: of({ kind: 'boundary-changed', user: BO, from: BOUNDARY, to: OTHER }),
      did: [
        ['PutUserPermissionsBoundary', onBo({ permissionsBoundary: OTHER })],
        ['CreateUser', onBo({ permissionsBoundary: OTHER })],
      ],
      not: [
        ['PutUserPermissionsBoundary', onBo({ permissionsBoundary: BOUNDARY })],
        ['DeleteUserPermissionsBoundary', onBo({})],
      ],
      subject: BO,
    },
  ],
  'tag-changed': [
    {
      what: of({ kind: 'tag-changed', user: BO, tag: 'mturk-team:member', from: 'bo', to: 'cy' }),
      did: [
        [
          'TagUser',
          onBo({
            tags: [
              { key: 'x', value: 'y' },
              { key: 'mturk-team:member', value: 'cy' },
            ],
          }),
        ],
        ['CreateUser', onBo({ tags: [{ key: 'mturk-team:member', value: 'cy' }] })],
      ],
      not: [
        ['TagUser', onBo({ tags: [{ key: 'mturk-team:member', value: 'bo' }] })],
        ['TagUser', onBo({ tags: [{ key: 'cy', value: 'cy' }, null, 'cy'] })],
        ['TagUser', { userName: CY, tags: [{ key: 'mturk-team:member', value: 'cy' }] }],
        ['UntagUser', onBo({ tagKeys: ['mturk-team:member'] })],
      ],
      subject: BO,
    },
    {
      what: of({ kind: 'tag-changed', user: BO, tag: 'mturk-team:member', from: 'bo', to: null }),
      did: [['UntagUser', onBo({ tagKeys: ['mturk-team:member'] })]],
      not: [
        ['UntagUser', onBo({ tagKeys: ['mturk-team:lab'] })],
        ['UntagUser', onBo({ tagKeys: 'mturk-team:member' })],
      ],
      subject: BO,
    },
  ],
};

const sendsBonus = (holder: string, policyOf: string): UserAccess['grants'] =>
  new Map([['SendBonus', [{ holder, policy: policyOf }]]]);

const OTHERS: Readonly<Record<Exclude<Sample['kind'], 'difference'>, readonly Row[]>> = {
  'resource-changed': [],
  'role-changed': [],
  'bucket-changed': [],
  'identity-provider-changed': [],
  'unmanaged-role': [],
  'nothing-applied': [],
  'user-without-boundary': [
    {
      what: { kind: 'user-without-boundary', user: 'intern', path: '/' },
      did: [
        ['CreateUser', { userName: 'intern' }],
        ['DeleteUserPermissionsBoundary', { userName: 'intern' }],
      ],
      not: [
        ['CreateUser', { userName: CY }],
        ['CreateUser', { userName: 'intern', permissionsBoundary: BOUNDARY }],
      ],
      subject: 'intern',
    },
  ],
  'user-recreated': [
    {
      what: { kind: 'user-recreated', user: BO, created: '2026-11-25T08:00:00Z' },
      did: [['CreateUser', onBo({})]],
      not: [['CreateUser', { userName: CY }]],
      subject: BO,
    },
  ],
  'user-renamed': [
    {
      what: { kind: 'user-renamed', user: BO, to: 'bob' },
      did: [['UpdateUser', onBo({ newUserName: 'bob' })]],
      not: [
        ['UpdateUser', onBo({ newPath: '/' })],
        ['UpdateUser', { userName: 'bob', newUserName: BO }],
      ],
      subject: BO,
    },
  ],
  'group-renamed': [
    {
      what: { kind: 'group-renamed', group: PAYERS, to: 'old-payers' },
      did: [['UpdateGroup', onPayers({ newGroupName: 'old-payers' })]],
      not: [['UpdateGroup', onPayers({ newPath: '/' })]],
      subject: PAYERS,
    },
  ],
  'key-used-after-leaving': [],
  'root-access-key': [],
  unmanaged: [
    {
      what: unmanaged('user', 'mallory'),
      did: [
        ['CreateUser', { userName: 'mallory', path: PATH }],
        ['UpdateUser', { userName: 'old', newUserName: 'mallory', newPath: PATH }],
      ],
      not: [
        ['CreateUser', { userName: 'bo' }],
        ['DeleteUser', { userName: 'mallory' }],
      ],
      subject: 'mallory',
    },
    {
      what: unmanaged('group', 'old-payers'),
      did: [
        ['UpdateGroup', onPayers({ newGroupName: 'old-payers' })],
        ['CreateGroup', { groupName: 'old-payers' }],
      ],
      not: [['UpdateGroup', { groupName: 'old-payers', newGroupName: PAYERS }]],
      subject: 'old-payers',
    },
    {
      what: unmanaged('policy', 'everything'),
      did: [['CreatePolicy', { policyName: 'everything', path: PATH }]],
      not: [['CreatePolicy', { policyName: 'everything', path: '/' }]],
      subject: `arn:aws:iam::123456789012:policy${PATH}everything`,
    },
    {
      what: unmanaged('user', 'mallory', '/staff/'),
      did: [['AttachUserPolicy', { userName: 'mallory', policyArn: ROLE }]],
      not: [['CreateUser', { userName: 'mallory', path: '/staff/' }]],
      subject: 'mallory',
    },
    {
      what: unmanaged('group', 'staff', '/staff/'),
      did: [['AttachGroupPolicy', { groupName: 'staff', policyArn: ROLE }]],
      not: [['AttachUserPolicy', { userName: 'staff', policyArn: ROLE }]],
      subject: 'staff',
    },
  ],
  boundary: [
    {
      what: boundary('changed'),
      did: [
        ['CreatePolicyVersion', { policyArn: BOUNDARY, setAsDefault: true }],
        ['SetDefaultPolicyVersion', { policyArn: BOUNDARY, versionId: 'v1' }],
      ],
      not: [
        ['CreatePolicyVersion', { policyArn: BOUNDARY }],
        ['PutUserPermissionsBoundary', onBo({ permissionsBoundary: BOUNDARY })],
      ],
      subject: BOUNDARY,
    },
    {
      what: boundary('missing'),
      did: [['DeletePolicy', { policyArn: BOUNDARY }]],
      not: [['DeleteUserPermissionsBoundary', onBo({})]],
      subject: BOUNDARY,
    },
  ],
  'non-default-policy-version': [
    {
      what: {
        ...{ kind: 'non-default-policy-version', arn: BOUNDARY, version: 'v2', created: '2026-11-25T09:00:02Z' },
        ...{ operations: [], isBeyond: true, users: [] },
      },
      did: [['CreatePolicyVersion', { policyArn: BOUNDARY }, { at: '2026-11-25T09:00:00Z' }]],
      not: [
        ['CreatePolicyVersion', { policyArn: BOUNDARY }, { at: '2026-11-25T10:00:00Z' }],
        ['SetDefaultPolicyVersion', { policyArn: BOUNDARY, versionId: 'v2' }, { at: '2026-11-25T09:00:00Z' }],
      ],
      subject: BOUNDARY,
    },
  ],
  'unmanaged-group-membership': [
    {
      what: { kind: 'unmanaged-group-membership', user: BO, group: 'admins' },
      did: [['AddUserToGroup', onBo({ groupName: 'admins' })]],
      not: [['AddUserToGroup', onBo({ groupName: PAYERS })]],
      subject: BO,
    },
  ],
  'other-user': [
    {
      what: otherUser(sendsBonus('user old', 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess')),
      did: [
        ['AttachUserPolicy', { userName: 'old', policyArn: 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess' }],
      ],
      not: [
        ['AttachUserPolicy', { userName: 'old', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
        ['AddUserToGroup', { userName: 'old', groupName: 'readers' }],
        ['CreateUser', { userName: 'old' }],
      ],
      subject: 'old',
    },
    {
      what: otherUser(sendsBonus('group admins', 'own')),
      did: [['AddUserToGroup', { userName: 'old', groupName: 'admins' }]],
      not: [
        ['AddUserToGroup', { userName: 'new', groupName: 'admins' }],
        ['PutUserPolicy', { userName: 'old', policyName: 'own' }],
      ],
      subject: 'old',
    },
    {
      what: otherUser(sendsBonus('user old', 'own')),
      did: [['PutUserPolicy', { userName: 'old', policyName: 'own' }]],
      not: [['PutUserPolicy', { userName: 'old', policyName: 'other' }]],
      subject: 'old',
    },
    {
      // An administrator without MTurk operations: the last change that granted access.
      what: otherUser(new Map()),
      did: [['AttachUserPolicy', { userName: 'old', policyArn: 'arn:aws:iam::aws:policy/IAMFullAccess' }]],
      not: [['AttachUserPolicy', { userName: 'new', policyArn: 'arn:aws:iam::aws:policy/IAMFullAccess' }]],
      subject: 'old',
    },
  ],
  'retired-operations': [
    {
      what: dead(ROLE, null),
      did: [['CreatePolicyVersion', { policyArn: ROLE, setAsDefault: true }]],
      not: [['CreatePolicyVersion', { policyArn: OTHER, setAsDefault: true }]],
      subject: ROLE,
    },
    {
      what: dead('no-bonus', { kind: 'group', name: 'old-payers' }),
      did: [['PutGroupPolicy', { groupName: 'old-payers', policyName: 'no-bonus' }]],
      not: [
        ['PutGroupPolicy', { groupName: 'old-payers', policyName: 'own' }],
        ['PutUserPolicy', { userName: 'old-payers', policyName: 'no-bonus' }],
      ],
      subject: 'old-payers',
    },
  ],
  'too-many-access-keys': [
    {
      what: { kind: 'too-many-access-keys', user: BO, keys: [KEY], allowed: 0 },
      did: [
        ['CreateAccessKey', onBo({})],
        ['CreateAccessKey', {}, { actor: BO }],
      ],
      not: [
        ['CreateAccessKey', { userName: CY }],
        ['CreateAccessKey', { userName: CY }, { actor: BO }],
        ['CreateAccessKey', {}],
        ['UpdateAccessKey', onBo({ accessKeyId: 'AKIA1', status: 'Active' })],
      ],
      subject: BO,
    },
  ],
  'old-access-key': [
    {
      what: { kind: 'old-access-key', user: BO, key: KEY, days: 80, limit: 60, other: null, isSuspended: false },
      did: [['CreateAccessKey', onBo({})]],
      not: [
        ['CreateAccessKey', onBo({}), { at: '2026-11-25T08:01:00Z' }],
        ['CreateAccessKey', { userName: CY }],
      ],
      subject: BO,
    },
  ],
  'unused-access-key': [
    {
      what: { kind: 'unused-access-key', user: BO, key: KEY, days: 31 },
      did: [['CreateAccessKey', onBo({}), { at: '2026-11-25T08:00:01Z' }]],
      not: [['CreateAccessKey', onBo({}), { at: '2026-11-25T07:59:00Z' }]],
      subject: BO,
    },
  ],
  'console-password': [
    {
      what: { kind: 'console-password', user: BO, lastUsed: null },
      did: [['CreateLoginProfile', onBo({ password: 'HIDDEN_DUE_TO_SECURITY_REASONS' })]],
      not: [
        ['UpdateLoginProfile', onBo({})],
        ['CreateLoginProfile', { userName: CY }],
      ],
      subject: BO,
    },
  ],
  'ssh-key': [
    {
      what: { kind: 'ssh-key', user: BO, ids: ['APKA1'] },
      did: [['UploadSSHPublicKey', onBo({})]],
      not: [['DeleteSSHPublicKey', onBo({ sSHPublicKeyId: 'APKA1' })]],
      subject: BO,
    },
  ],
  'signing-certificate': [
    {
      what: { kind: 'signing-certificate', user: BO, ids: ['1'] },
      did: [['UploadSigningCertificate', onBo({})]],
      not: [['UploadSSHPublicKey', onBo({})]],
      subject: BO,
    },
  ],
  'service-specific-credential': [
    {
      what: { kind: 'service-specific-credential', user: BO, credentials: [] },
      did: [['CreateServiceSpecificCredential', onBo({ serviceName: 'codecommit.amazonaws.com' })]],
      not: [['CreateServiceSpecificCredential', { userName: CY, serviceName: 'codecommit.amazonaws.com' }]],
      subject: BO,
    },
  ],
};

const ROWS: readonly (readonly [string, Row])[] = [...Object.entries(DIFFERENCES), ...Object.entries(OTHERS)].flatMap(
  ([kind, rows]) => rows.map((row, index) => [`${kind} ${index + 1}`, row] as const),
);

describe('who did it', () => {
  test.each(ROWS)('%s', (_kind, { what, did, not, subject }) => {
    const one = finding(what);
    expect(subjectsOf([one])).toEqual([subject]);
    expect(did.length).toBeGreaterThan(0);
    expect(not.length).toBeGreaterThan(0);
    for (const [name, parameters, more] of did) {
      const call = event(name, parameters, more);
      expect([name, attribute([one], [call])[0]?.lastChange]).toMatchObject([
        name,
        { actor: call.actor, at: call.at, sourceIp: '192.0.2.7', userAgent: 'console' },
      ]);
      // What was refused changed nothing.
      expect(attribute([one], [{ ...call, isError: true }])).toEqual([one]);
    }
    for (const [name, parameters, more] of not)
      expect([name, parameters, attribute([one], [event(name, parameters, more)])[0]?.lastChange]).toEqual([
        name,
        parameters,
        null,
      ]);
  });

  test.each<Sample>([
    { kind: 'resource-changed', address: 'aws_iam_user.member_bo', attributes: ['force_destroy'] },
    { kind: 'key-used-after-leaving', user: BO, key: KEY, because: 'suspended' },
    { kind: 'root-access-key', keys: [KEY] },
  ])('$kind: no call of IAM tells', (what) => {
    const one = finding(what);
    expect(subjectsOf([one])).toEqual([]);
    expect(attribute([one], [event('CreateAccessKey', {}, { actor: 'root' }), event('TagUser', onBo({}))])).toEqual([
      one,
    ]);
  });

  const added = of({ kind: 'membership-added', user: BO, group: PAYERS, unmanaged: false });
  const call = (more: Partial<CloudTrailEvent>) => event('AddUserToGroup', onBo({ groupName: PAYERS }), more);

  test('the newest one that was carried out, whatever the order', () => {
    const events = [
      call({ actor: 'first', at: '2026-11-24T08:00:00Z' }),
      call({ actor: 'last', at: '2026-11-25T08:00:00Z' }),
      call({ actor: 'refused', at: '2026-11-25T09:00:00Z', isError: true }),
    ];
    for (const order of [events, [...events].reverse()])
      expect(attribute([finding(added)], order)[0]?.lastChange).toMatchObject({ actor: 'last' });
  });

  test('a later rename is reported too', () => {
    const gone = finding(of({ kind: 'user-deleted', user: BO }));
    const by = (name: string, parameters: object) =>
      attribute([gone], [event(name, { userName: BO, ...parameters })])[0]?.lastChange?.renamedTo;
    expect(by('UpdateUser', { newUserName: 'bo-2' })).toBe('bo-2');
    expect(by('DeleteUser', {})).toBeUndefined();
  });

  test('an apply is named as such, and no actor is given if none is recorded', () => {
    const by = (events: readonly CloudTrailEvent[]) => attribute([finding(added)], events)[0]?.lastChange;
    expect(by([call({ actor: 'mturk-team-apply/GitHubActions', userAgent: 'terraform' })])).toEqual({
      actor: 'mturk-team-apply/GitHubActions',
      at: AT,
      sourceIp: '192.0.2.7',
      userAgent: 'terraform',
    });
    expect(by([])).toBeNull();
  });

  test('a change of the file has no actor', () => {
    const pending = finding(added, 'pending');
    expect(subjectsOf([pending])).toEqual([]);
    expect(attribute([pending], [call({})])).toEqual([pending]);
  });

  test('every name is asked for once, the worst first', () => {
    const others = [
      finding(boundary('changed')),
      finding(added),
      finding({ kind: 'console-password', user: BO, lastUsed: null }),
      finding({ kind: 'console-password', user: CY, lastUsed: null }),
    ];
    expect(subjectsOf(others)).toEqual([BOUNDARY, BO, CY]);
  });

  test('an event with a name of no call does no harm', () => {
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(attribute([finding(added)], [event(name, onBo({ groupName: PAYERS }))])[0]?.lastChange).toBeNull();
  });
});

test('from an account that was changed by several hands to who did what', async () => {
  let now = new Date('2026-11-25T08:00:00Z');
  const emulator = await openAccount({ clock: () => now });
  const iam = iamOf(emulator);
  const cloudTrail = new CloudTrailClient({
    endpoint: emulator.endpoint,
    credentials: emulator.rootCredentials,
    region: 'us-east-1',
  });
  const call = async (name: string, input: object) => {
    now = new Date(now.getTime() + 60_000);
    return callIam(iam, name, input);
  };
  const document = policy('Allow', 'mechanicalturk:*');
  await call('CreateUser', { UserName: BO, Path: PATH });
  await call('CreateGroup', { GroupName: PAYERS, Path: PATH });
  await call('CreatePolicy', { PolicyName: PAYERS, Path: PATH, PolicyDocument: document });
  now = new Date(now.getTime() + 60_000);
  const done: [Sample, string, object][] = [
    [
      of({ kind: 'membership-added', user: BO, group: PAYERS, unmanaged: false }),
      'AddUserToGroup',
      { UserName: BO, GroupName: PAYERS },
    ],
    [
      of({ kind: 'policy-changed', arn: ROLE, from: null, to: null }),
      'CreatePolicyVersion',
      { PolicyArn: ROLE, PolicyDocument: document, SetAsDefault: true },
    ],
    [
      of({ kind: 'inline-policy-added', holder: bo, policy: 'extra', document: null }),
      'PutUserPolicy',
      { UserName: BO, PolicyName: 'extra', PolicyDocument: document },
    ],
    [of({ kind: 'policy-attached', holder: bo, arn: ROLE }), 'AttachUserPolicy', { UserName: BO, PolicyArn: ROLE }],
    [
      of({ kind: 'boundary-changed', user: BO, from: null, to: ROLE }),
      'PutUserPermissionsBoundary',
      { UserName: BO, PermissionsBoundary: ROLE },
    ],
    [
      of({ kind: 'tag-changed', user: BO, tag: 'mturk-team:lab', from: null, to: 'other' }),
      'TagUser',
      { UserName: BO, Tags: [{ Key: 'mturk-team:lab', Value: 'other' }] },
    ],
    [{ kind: 'too-many-access-keys', user: BO, keys: [], allowed: 0 }, 'CreateAccessKey', { UserName: BO }],
    [
      { kind: 'console-password', user: BO, lastUsed: null },
      'CreateLoginProfile',
      { UserName: BO, Password: 'Correct-Horse-1' },
    ],
    [unmanaged('user', 'mallory'), 'CreateUser', { UserName: 'mallory', Path: PATH }],
  ];
  const times: string[] = [];
  for (const [, name, input] of done) {
    await call(name, input);
    times.push(`${now.toISOString().slice(0, 19)}Z`);
  }
  const findings = [
    ...done.map(([what]) => finding(what)),
    finding({ kind: 'console-password', user: CY, lastUsed: null }),
  ];
  const { events, notChecked } = await lookUpCloudTrail(cloudTrail, subjectsOf(findings), {
    now: () => now,
    wait: async () => {},
  });
  expect(notChecked).toEqual([]);
  expect(attribute(findings, events).map(({ lastChange: by }) => by)).toEqual([
    ...times.map((at) => ({ actor: 'root', at, sourceIp: '127.0.0.1', userAgent: 'sdk' })),
    null,
  ]);
  iam.destroy();
  cloudTrail.destroy();
  await emulator.close();
});

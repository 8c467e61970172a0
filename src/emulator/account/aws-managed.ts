import { MANAGED_POLICIES, MANAGED_POLICY_NAMES } from '../../catalog/managed-policies.ts';
import { idOf, type PolicyRecord } from './state.ts';

/**
 * AWS's own policies that exist in the account. Versions and dates of the two for Mechanical Turk are those of its public
 * list; the others stand in for the hundreds that an account has, with the part that matters to a laboratory.
 */
export const AWS_MANAGED_POLICIES: readonly PolicyRecord[] = [
  ...MANAGED_POLICY_NAMES.map((name) => {
    const isReadOnly = name === 'AmazonMechanicalTurkReadOnly';
    const updated = isReadOnly ? '2019-09-25T19:06:09Z' : '2015-12-11T19:08:19Z';
    return managed(name, isReadOnly ? 3 : 1, '2015-12-11T19:08:19Z', updated, MANAGED_POLICIES[name]);
  }),
  managed('AdministratorAccess', 1, '2015-02-06T18:39:46Z', '2015-02-06T18:39:46Z', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  }),
  managed('PowerUserAccess', 5, '2015-02-06T18:39:47Z', '2023-07-06T22:04:00Z', {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      {
        Effect: 'Allow',
        Action: [
          'iam:CreateServiceLinkedRole',
          'iam:DeleteServiceLinkedRole',
          'iam:ListRoles',
          'organizations:DescribeOrganization',
          'account:ListRegions',
          'account:GetAccountInformation',
        ],
        Resource: '*',
      },
    ],
  }),
  // Attached in emergencies.
  managed('AWSDenyAll', 2, '2019-05-01T22:36:14Z', '2023-12-18T16:42:05Z', {
    Version: '2012-10-17',
    Statement: [{ Sid: 'DenyAll', Effect: 'Deny', Action: ['*'], Resource: '*' }],
  }),
  managed('IAMReadOnlyAccess', 4, '2015-02-06T18:40:38Z', '2018-01-25T19:11:27Z', {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['iam:GenerateCredentialReport', 'iam:GenerateServiceLastAccessedDetails', 'iam:Get*', 'iam:List*'],
        Resource: '*',
      },
    ],
  }),
  managed('IAMFullAccess', 2, '2015-02-06T18:40:38Z', '2019-06-21T19:40:00Z', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['iam:*'], Resource: '*' }],
  }),
];

const byArn = new Map(AWS_MANAGED_POLICIES.map((policy) => [policy.arn, policy]));

export function awsManagedPolicy(arn: string): PolicyRecord | null {
  return byArn.get(arn) ?? null;
}

function managed(name: string, version: number, created: string, updated: string, document: unknown): PolicyRecord {
  return {
    id: idOf(name, 'ANPA'),
    name,
    path: '/',
    arn: `arn:aws:iam::aws:policy/${name}`,
    description: null,
    created,
    updated,
    defaultVersion: `v${version}`,
    nextVersion: version + 1,
    versions: [{ id: `v${version}`, document: JSON.stringify(document), created: updated }],
    tags: [],
  };
}

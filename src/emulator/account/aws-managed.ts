import { MANAGED_POLICIES, MANAGED_POLICY_NAMES } from '../../catalog/managed-policies.ts';
import type { PolicyRecord } from './state.ts';
import { idOf } from './state.ts';

const PREFIX = 'arn:aws:iam::aws:policy/';

interface Known {
  readonly name: string;
  readonly document: unknown;
  readonly version: number;
  readonly created: string;
  readonly updated: string;
}

// Versions and dates of AWS's MTurk policies are those of its public list; the others stand in for the hundreds that
// an account has, with the part of their documents that matters to a laboratory.
const KNOWN: readonly Known[] = [
  ...MANAGED_POLICY_NAMES.map((name) => ({
    name,
    document: MANAGED_POLICIES[name],
    version: name === 'AmazonMechanicalTurkReadOnly' ? 3 : 1,
    created: '2015-12-11T19:08:19Z',
    updated: name === 'AmazonMechanicalTurkReadOnly' ? '2019-09-25T19:06:09Z' : '2015-12-11T19:08:19Z',
  })),
  {
    name: 'AdministratorAccess',
    document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    version: 1,
    created: '2015-02-06T18:39:46Z',
    updated: '2015-02-06T18:39:46Z',
  },
  {
    // Attached in emergencies.
    name: 'AWSDenyAll',
    document: {
      Version: '2012-10-17',
      Statement: [{ Sid: 'DenyAll', Effect: 'Deny', Action: ['*'], Resource: '*' }],
    },
    version: 2,
    created: '2019-05-01T22:36:14Z',
    updated: '2023-12-18T16:42:05Z',
  },
  {
    name: 'IAMReadOnlyAccess',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['iam:GenerateCredentialReport', 'iam:GenerateServiceLastAccessedDetails', 'iam:Get*', 'iam:List*'],
          Resource: '*',
        },
      ],
    },
    version: 4,
    created: '2015-02-06T18:40:38Z',
    updated: '2018-01-25T19:11:27Z',
  },
  {
    name: 'IAMFullAccess',
    document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['iam:*'], Resource: '*' }] },
    version: 2,
    created: '2015-02-06T18:40:38Z',
    updated: '2019-06-21T19:40:00Z',
  },
];

const byArn = new Map<string, PolicyRecord>(KNOWN.map((known) => [PREFIX + known.name, record(known)]));

/** AWS's own policies that exist in the account, the two for Mechanical Turk among them. */
export const AWS_MANAGED_POLICIES: readonly PolicyRecord[] = [...byArn.values()];

export function awsManagedPolicy(arn: string): PolicyRecord | null {
  return byArn.get(arn) ?? null;
}

function record(known: Known): PolicyRecord {
  const version = `v${known.version}`;
  return {
    id: idOf(known.name, 'ANPA'),
    name: known.name,
    path: '/',
    arn: PREFIX + known.name,
    description: null,
    created: known.created,
    updated: known.updated,
    defaultVersion: version,
    nextVersion: known.version + 1,
    versions: [{ id: version, document: JSON.stringify(known.document), created: known.updated }],
    tags: [],
  };
}

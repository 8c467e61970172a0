import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { ScanResult } from '../../../src/drift/finding.ts';
import { findingsBetween } from '../../../src/drift/scan/finding-id.ts';
import {
  all,
  attach,
  type Change,
  type Credentials,
  changeGroup,
  changeUser,
  FULL,
  putInto,
  says,
  scanOfAccount,
  statement,
  stopArn,
  TODAY,
  withGroup,
  withPolicy,
  withUser,
  write,
} from '../../support/changed-account.ts';
import { keyOf } from '../../support/inventory-of.ts';
import { sampleTeam } from '../../support/sample-team.ts';

interface Given {
  readonly change?: Change;
  readonly credentials?: Credentials;
}

const PATH = `/mturk/${sampleTeam.lab}/`;

function scan({ change = (account) => account, credentials = {} }: Given): ScanResult {
  return scanOfAccount({ account: change(desiredAccess(sampleTeam, TODAY)), credentials });
}

const reads = says(statement('Allow', 'mechanicalturk:GetHIT'));
const both = says(statement('Allow', ['mechanicalturk:GetHIT', 'mechanicalturk:ListHITs']));
const unmanaged = (document: typeof reads, ...more: string[]): Change =>
  withUser({ name: 'old', inline: [{ name: 'own', document }], attached: more });

test.each<[string, Given, Given]>([
  [
    'an unmanaged user gets a first key',
    { change: unmanaged(reads) },
    { change: unmanaged(reads), credentials: { old: { keys: [keyOf({ id: null })] } } },
  ],
  [
    "an unmanaged user's key is activated",
    { change: unmanaged(reads), credentials: { old: { keys: [keyOf({ id: null, active: false })] } } },
    { change: unmanaged(reads), credentials: { old: { keys: [keyOf({ id: null })] } } },
  ],
  [
    'an unmanaged user gets another operation of the same risk',
    { change: unmanaged(reads) },
    { change: unmanaged(both) },
  ],
  [
    'an inline policy that was added manually grants more of the same risk',
    { change: write('cy', 'extra', reads) },
    { change: write('cy', 'extra', both) },
  ],
  [
    'one more user is added to an unmanaged group',
    { change: all(withGroup({ name: 'helpers', path: PATH, attached: [FULL] }), putInto('bo', 'helpers')) },
    {
      change: all(
        withGroup({ name: 'helpers', path: PATH, attached: [FULL] }),
        putInto('bo', 'helpers'),
        putInto('gus', 'helpers'),
      ),
    },
  ],
  [
    'a policy of an unmanaged user grants something other than Mechanical Turk',
    { change: withUser({ name: 'intern', path: PATH, inline: [{ name: 'own', document: says() }] }) },
    {
      change: withUser({
        name: 'intern',
        path: PATH,
        inline: [{ name: 'own', document: says(statement('Allow', 's3:*')) }],
      }),
    },
  ],
  [
    'what is attached to a role manually grants more',
    {
      change: all(
        withPolicy(stopArn('more'), says(statement('Allow', 'mechanicalturk:CreateHIT'))),
        changeGroup('paymaster', ({ attached }) => ({ attached: [...attached, stopArn('more')] })),
      ),
    },
    {
      change: all(
        withPolicy(stopArn('more'), says(statement('Allow', 'mechanicalturk:CreateHIT*'))),
        changeGroup('paymaster', ({ attached }) => ({ attached: [...attached, stopArn('more')] })),
      ),
    },
  ],
  [
    'a boundary is off, and then all of IAM attached elsewhere',
    { change: changeUser('fay', () => ({ boundary: null })) },
    {
      change: all(
        changeUser('fay', () => ({ boundary: null })),
        withGroup({ name: 'Admins', inline: [{ name: 'all', document: says(statement('Allow', 'iam:*')) }] }),
        putInto('fay', 'Admins'),
      ),
    },
  ],
])('between two scans a finding appears when something becomes worse: %s', (_what, before, after) => {
  expect(findingsBetween(scan(before), scan(after)).appeared).not.toEqual([]);
});

test.each<[string, Given, Given]>([
  [
    "an unmanaged user's key is used",
    { change: unmanaged(reads), credentials: { old: { keys: [keyOf({ id: null, lastUsed: null })] } } },
    { change: unmanaged(reads), credentials: { old: { keys: [keyOf({ id: null })] } } },
  ],
  [
    'statements and names are in another order',
    { change: all(attach('bo', FULL), write('cy', 'extra', both)) },
    {
      change: all(
        write('cy', 'extra', says(statement('Allow', ['mechanicalturk:ListHITs', 'mechanicalturk:GetHIT']))),
        attach('bo', FULL),
      ),
    },
  ],
])('between two scans no finding appears when nothing is worse: %s', (_what, before, after) => {
  const [one, other] = [scan(before), scan(after)];
  expect(one.findings.length).toBeGreaterThan(0);
  expect(findingsBetween(one, other)).toEqual({ appeared: [], gone: [] });
});

import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { ScanResult } from '../../../src/drift/finding.ts';
import {
  all,
  attach,
  type Change,
  type Credentials,
  changeGroup,
  changeUser,
  FULL,
  name,
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
  readonly today?: string;
}

const PATH = `/mturk/${sampleTeam.lab}/`;

function scan({ change = (account) => account, credentials = {}, today = TODAY }: Given): ScanResult {
  return scanOfAccount({ account: change(desiredAccess(sampleTeam, TODAY)), credentials, today });
}

const reads = says(statement('Allow', 'mechanicalturk:GetHIT'));
const both = says(statement('Allow', ['mechanicalturk:GetHIT', 'mechanicalturk:ListHITs']));
const unmanaged = (document: typeof reads, ...more: string[]): Change =>
  withUser({ name: 'old', inline: [{ name: 'own', document }], attached: more });
const unused = keyOf({ created: '2026-10-01T09:00:00Z', lastUsed: null });

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
  [
    'another key becomes old in place of the first',
    { credentials: { [name('ada')]: { keys: [unused] } } },
    { credentials: { [name('ada')]: { keys: [{ ...unused, id: 'AKIAIOSFODNN7EXAMPL2' }] } } },
  ],
])('the fingerprint of a scan changes when something of it becomes worse: %s', (_what, before, after) => {
  const [one, other] = [scan(before), scan(after)];
  expect(other.findings.length).toBeGreaterThan(0);
  expect(other.fingerprint).not.toBe(one.fingerprint);
});

test.each<[string, Given, Given]>([
  [
    "an unmanaged user's key is used",
    { change: unmanaged(reads), credentials: { old: { keys: [keyOf({ id: null, lastUsed: null })] } } },
    { change: unmanaged(reads), credentials: { old: { keys: [keyOf({ id: null })] } } },
  ],
  [
    'a key is a day older',
    { credentials: { [name('ada')]: { keys: [unused] } } },
    { credentials: { [name('ada')]: { keys: [unused] } }, today: '2026-11-26' },
  ],
  [
    'a password is used',
    { credentials: { [name('ada')]: { password: { lastUsed: null } } } },
    { credentials: { [name('ada')]: { password: { lastUsed: '2026-11-25T09:00:00Z' } } } },
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
])('the fingerprint of a scan stays when nothing of it is worse: %s', (_what, before, after) => {
  const [one, other] = [scan(before), scan(after)];
  expect(one.findings.length).toBeGreaterThan(0);
  expect(other.fingerprint).toBe(one.fingerprint);
});

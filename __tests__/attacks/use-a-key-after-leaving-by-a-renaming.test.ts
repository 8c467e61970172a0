import { desiredAccess } from '../../src/access/sources/desired.ts';
import { type GivenScan, idOf, name, scanOfAccount, TODAY, withMember } from '../support/changed-account.ts';
import { keyOf } from '../support/inventory-of.ts';
import { sampleTeam } from '../support/sample-team.ts';

const NAME = 'perception-lab-bo2';
const suspended = withMember('bo', { suspended: true });
const account = desiredAccess(suspended, TODAY);
const renamed = {
  ...account,
  users: account.users.map((each) => (each.name === name('bo') ? { ...each, name: NAME } : each)),
};
const idsOf = (scan: ReturnType<typeof scanOfAccount>) =>
  [...scan.findings, ...scan.snoozed.map(({ finding }) => finding)].map(({ id }) => id);

const used = {
  keys: [keyOf({ lastUsed: '2026-11-25T09:00:00Z' })],
  password: { created: '2026-11-01T00:00:00Z', lastUsed: null } as never,
};
const GIVEN: GivenScan = { team: suspended, applied: suspended, noted: idOf('user', name('bo'), 'AIDABO') };

test.each([
  [
    'the name that was applied',
    { ...GIVEN, account, credentials: { [name('bo')]: used }, inventory: { ids: idOf('user', name('bo'), 'AIDABO') } },
  ],
  [
    'another name',
    { ...GIVEN, account: renamed, credentials: { [NAME]: used }, inventory: { ids: idOf('user', NAME, 'AIDABO') } },
  ],
  [
    'the name that was applied, and a file waits, or was refused, that ends the suspension',
    {
      ...GIVEN,
      team: sampleTeam,
      account,
      credentials: { [name('bo')]: used },
      inventory: { ids: idOf('user', name('bo'), 'AIDABO') },
    },
  ],
])("the use of a suspended member's key is a finding, if the user has %s", (_what, given) => {
  const scan = scanOfAccount(given);
  expect(idsOf(scan).filter((id) => /^(key-used-after-leaving)/.test(id))).toHaveLength(1);
});

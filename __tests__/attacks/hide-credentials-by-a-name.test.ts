import { desiredAccess } from '../../src/access/sources/desired.ts';
import {
  type GivenScan,
  idOf,
  name,
  scanOfAccount,
  TODAY,
  withMember,
  withoutMember,
} from '../support/changed-account.ts';
import { keyOf } from '../support/inventory-of.ts';
import { sampleTeam } from '../support/sample-team.ts';

const NAME = 'perception-lab-bo2';
const used = {
  keys: [keyOf({ lastUsed: '2026-11-25T09:00:00Z' })],
  password: { created: '2026-11-01T00:00:00Z', lastUsed: null } as never,
};
const idsOf = (given: GivenScan) => scanOfAccount(given).findings.map(({ id }) => id);
const account = desiredAccess(sampleTeam, TODAY);
const suspended = withMember('bo', { suspended: true });
const renamed = {
  ...account,
  users: account.users.map((each) => (each.name === name('bo') ? { ...each, name: NAME } : each)),
};
const noted = idOf('user', name('bo'), 'AIDABO');
const left = [...sampleTeam.departed, { key: 'bo', left: '2026-11-20', reason: 'x' }];

test("the password of a member's replaced user is a finding, although someone renamed the member's own before", () => {
  const users = [...renamed.users, ...account.users.filter((each) => each.name === name('bo'))];
  const ids = {
    user: new Map([
      [NAME, 'AIDABO'],
      [name('bo'), 'AIDANEW'],
    ]),
    group: new Map<string, string>(),
  };
  const found = idsOf({
    team: sampleTeam,
    account: { ...renamed, users },
    credentials: { [name('bo')]: used },
    noted,
    inventory: { ids },
  });
  expect(found).toContain('console-password/bo');
});

test.each<[string, GivenScan]>([
  [
    'a suspended member, whom a file that waits leaves out',
    {
      team: withoutMember('bo'),
      applied: suspended,
      account: desiredAccess(suspended, TODAY),
      credentials: { [name('bo')]: used },
      inventory: { ids: noted },
    },
  ],
  [
    'a former member whose user someone renamed, before the apply',
    {
      team: { ...withoutMember('bo'), departed: left },
      applied: sampleTeam,
      account: renamed,
      credentials: { [NAME]: used },
      inventory: { ids: idOf('user', NAME, 'AIDABO') },
    },
  ],
])('the use of a key is a finding of %s', (_what, given) => {
  expect(idsOf({ ...given, noted }).filter((id) => id.startsWith('key-used-after-leaving'))).toHaveLength(1);
});

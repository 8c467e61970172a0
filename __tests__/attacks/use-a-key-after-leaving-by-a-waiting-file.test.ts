import { desiredAccess } from '../../src/access/sources/desired.ts';
import { idOf, NO_IDS, name, scanOfAccount, TODAY, withMember, withoutMember } from '../support/changed-account.ts';
import { keyOf } from '../support/inventory-of.ts';
import { sampleTeam } from '../support/sample-team.ts';

/** Bo left and that was applied. The user is still there, moved out of the path before (`moved`, `user-renamed`), or by hand. */
const without = withoutMember('bo');
const departed = { ...without, departed: [...without.departed, { key: 'bo', left: '2026-11-01', reason: 'left' }] };
const account = desiredAccess(sampleTeam, TODAY);
const used = { keys: [keyOf({ lastUsed: '2026-11-25T09:00:00Z' })] };
const moved = {
  ...account,
  users: account.users.map((each) =>
    each.name === name('bo') ? { ...each, path: '/', groups: [], inline: [], attached: [] } : each,
  ),
};
const idsOf = (scan: ReturnType<typeof scanOfAccount>) =>
  [...scan.findings, ...scan.snoozed.map(({ finding }) => finding)].map(({ id }) => id);
const GIVEN = {
  applied: departed,
  account: moved,
  credentials: { [name('bo')]: used },
  inventory: { ids: idOf('user', name('bo'), 'AIDABO') },
  noted: NO_IDS,
};

test.each([
  ['says so, too', departed],
  ['has the person again', sampleTeam],
  ['has forgotten the person', without],
])("the use of a former member's key is a finding, if the newest file %s", (_what, team) => {
  const ids = idsOf(scanOfAccount({ ...GIVEN, team }));
  expect(ids.filter((id) => id.startsWith('key-used-after-leaving'))).toHaveLength(1);
});

test.each([
  ['has the same last day', { until: '2026-11-10' }],
  ['has a later one, which passed as well', { until: '2026-11-24' }],
  ['suspends the member instead', { until: null, suspended: true }],
])('the use of a key after the last day that was applied is a finding, if the newest file %s', (_what, more) => {
  const applied = withMember('bo', { until: '2026-11-10' });
  const ids = idsOf(
    scanOfAccount({
      ...GIVEN,
      applied,
      team: withMember('bo', more),
      account: desiredAccess(applied, TODAY),
      credentials: { [name('bo')]: { keys: [keyOf({ lastUsed: '2026-11-15T09:00:00Z' })] } },
      noted: idOf('user', name('bo'), 'AIDABO'),
    }),
  );
  expect(ids.filter((id) => id.startsWith('key-used-after-leaving'))).toHaveLength(1);
});

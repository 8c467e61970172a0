import type { AccessModel } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { EntityIds } from '../../../src/aws/types.ts';
import type { Rename as Renaming } from '../../../src/drift/finding.ts';
import { findingView } from '../../../src/drift/report/finding-view.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import {
  AT,
  all,
  type Change,
  changeUser,
  FULL,
  idOf,
  NO_IDS,
  name,
  says,
  scanOfAccount,
  statement,
  stopArn,
  TODAY,
  withoutMember,
  write,
} from '../../support/changed-account.ts';
import { inventoryOf } from '../../support/inventory-of.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const FAY = { kind: 'user', name: name('fay'), to: 'fay-fox' } as const;
const PAYERS = { kind: 'group', name: name('paymaster'), to: 'payers' } as const;
type Rename = Omit<Renaming, 'isFree'>;

const renamed =
  ({ kind, name: from, to }: Rename): Change =>
  (account) => ({
    ...account,
    users: account.users.map((user) => ({
      ...user,
      name: kind === 'user' && user.name === from ? to : user.name,
      groups: user.groups.map((group) => (kind === 'group' && group === from ? to : group)),
    })),
    groups: account.groups.map((group) => (kind === 'group' && group.name === from ? { ...group, name: to } : group)),
  });

interface Given {
  readonly change: Change;
  readonly noted?: EntityIds;
  readonly found?: EntityIds;
  readonly team?: typeof sampleTeam;
}

function scanned({ change, noted = NO_IDS, found = NO_IDS, team = sampleTeam }: Given) {
  const account: AccessModel = change(desiredAccess(sampleTeam, TODAY));
  return scanOf({
    ...{ team, today: TODAY, at: AT, plan: null },
    inventory: inventoryOf(account, {}, { ids: found }),
    applied: { team: appliedTeam(sampleTeam, TODAY), begun: [], ids: noted },
  });
}

/** What was renamed, known by id, beside other changes. */
const known = (rename: Rename, ...others: readonly Change[]): Given => ({
  change: all(renamed(rename), ...others),
  noted: idOf(rename.kind, rename.name, 'ID1'),
  found: idOf(rename.kind, rename.to, 'ID1'),
});

const lines = (given: Given) =>
  scanned(given).findings.map(({ id, cause, remediation }) => `${id}: ${cause}, ${remediation}`);
const idsIn = (given: Given) => scanned(given).findings.map(({ id }) => id);
const changeOf =
  (user: string, change: (user: AccessModel['users'][number]) => Partial<AccessModel['users'][number]>): Change =>
  (account) => ({
    ...account,
    users: account.users.map((each) => (each.name === user ? { ...each, ...change(each) } : each)),
  });

describe('one finding says all of', () => {
  const without = (user: string) => changeOf(user, () => ({ groups: [] }));
  const within = (user: string, group: string) => changeOf(user, ({ groups }) => ({ groups: [...groups, group] }));
  const helpers: Change = (account) => ({
    ...account,
    groups: [
      ...account.groups,
      {
        ...{ name: 'helpers', path: '/', attached: [] },
        inline: [
          {
            name: 'all',
            document: says(
              statement('Allow', 'mechanicalturk:*', { Condition: { StringEquals: { 'aws:username': 'bob' } } }),
            ),
          },
        ],
      },
    ],
  });
  const BO = { kind: 'user', name: name('bo'), to: 'bob' } as const;
  const policies =
    (group: string, change: (attached: readonly string[]) => readonly string[]): Change =>
    (account) => ({
      ...account,
      groups: account.groups.map((each) => (each.name === group ? { ...each, attached: change(each.attached) } : each)),
    });
  test.each<[string, Given, string]>([
    ['a renamed user', known(FAY), 'user-renamed/fay'],
    ['one who has the name of a group', known({ ...FAY, to: name('results-reader') }), 'user-renamed/fay'],
    [
      'one whose tags are gone',
      known(
        FAY,
        changeOf('fay-fox', () => ({ tags: {} })),
      ),
      'user-renamed/fay',
    ],
    [
      'one who was moved',
      known(
        FAY,
        changeOf('fay-fox', () => ({ path: '/elsewhere/' })),
      ),
      'user-renamed/fay',
    ],
    ['one whom an apply took out of the groups', known(FAY, without('fay-fox')), 'user-renamed/fay'],
    ['one in another group of the lab', known(BO, within('bob', name('paymaster'))), 'user-renamed/bo/spends'],
    [
      'one with a policy',
      known(
        BO,
        changeOf('bob', () => ({ attached: [FULL] })),
      ),
      'user-renamed/bo/spends',
    ],
    [
      'one in a group that asks for the present name',
      known(BO, helpers, within('bob', 'helpers')),
      'user-renamed/bo/spends',
    ],
    [
      'one without limits',
      known(
        BO,
        changeOf('bob', () => ({ inline: [] })),
      ),
      'user-renamed/bo/spends',
    ],
    [
      'one who can escalate',
      known(
        FAY,
        changeOf('fay-fox', () => ({
          boundary: null,
          inline: [{ name: 'own', document: says(statement('Allow', 'iam:PutUserPolicy')) }],
        })),
      ),
      'user-renamed/fay/escalates',
    ],
    ['a renamed group', known(PAYERS), 'group-renamed/paymaster'],
    ['one with another member', known(PAYERS, within(name('bo'), 'payers')), 'group-renamed/paymaster/spends'],
    ['one without its member', known(PAYERS, without(name('fay'))), 'group-renamed/paymaster'],
    [
      'one with a policy',
      known(
        PAYERS,
        policies('payers', (own) => [...own, 'arn:aws:iam::aws:policy/AdministratorAccess']),
      ),
      'group-renamed/paymaster/spends',
    ],
    [
      'one without its policy',
      known(
        PAYERS,
        policies('payers', () => []),
      ),
      'group-renamed/paymaster',
    ],
  ])('%s', (_what, given, id) => {
    expect(lines(given)).toEqual([`${id}: manual, manual`]);
  });

  test('who loses what by it is said under the name of the file', () => {
    const [user] = scanned(known(FAY, without('fay-fox'))).findings;
    expect(user?.changes).toMatchObject([
      { user: FAY.name, operations: { lost: expect.arrayContaining(['SendBonus']) } },
    ]);
    const [group] = scanned(
      known(
        PAYERS,
        policies('payers', () => []),
      ),
    ).findings;
    expect(group?.changes).toMatchObject([
      { user: FAY.name, operations: { lost: expect.arrayContaining(['SendBonus']) } },
    ]);
  });
});

test('a user and a group that are renamed are two findings, which gain nothing', () => {
  const given: Given = {
    change: all(renamed(PAYERS), renamed(FAY)),
    noted: { user: idOf('user', FAY.name, 'ID1').user, group: idOf('group', PAYERS.name, 'ID2').group },
    found: { user: idOf('user', FAY.to, 'ID1').user, group: idOf('group', PAYERS.to, 'ID2').group },
  };
  expect(lines(given).sort()).toEqual(['group-renamed/paymaster: manual, manual', 'user-renamed/fay: manual, manual']);
});

describe('is not the one that was deleted', () => {
  test.each<[string, Given, string]>([
    ['another user with the same tags', { ...known(FAY), found: idOf('user', FAY.to, 'ID2') }, 'user-deleted/fay'],
    ['one of whom the record has no id', { ...known(FAY), noted: NO_IDS }, 'user-deleted/fay'],
    [
      'one whose name differs in case alone',
      { ...known({ ...FAY, to: 'Perception-Lab-Fay' }), noted: NO_IDS },
      'user-deleted/fay',
    ],
    [
      'a group with the members',
      { ...known(PAYERS), found: idOf('group', PAYERS.to, 'ID2') },
      'group-deleted/paymaster',
    ],
  ])('%s', (_what, given, id) => {
    const found = idsIn(given);
    expect(found).toContain(id);
    expect(found.filter((each) => each.includes('renamed'))).toEqual([]);
  });
});

test('a member who is gone from the file is not a renamed one', () => {
  const team = { ...withoutMember('fay'), departed: [{ key: 'fay', left: '2026-11-01', reason: 'graduated' }] };
  expect(idsIn({ ...known(FAY), team }).some((id) => id.startsWith('user-renamed'))).toBe(false);
});

describe("what is another lab's is no user or group of a member or role", () => {
  const theirs =
    (kind: 'users' | 'groups', of: string): Change =>
    (account) => ({
      ...account,
      [kind]: account[kind].map((each) => (each.name === of ? { ...each, path: '/mturk/perception/' } : each)),
    });
  test.each<[string, Given, string[]]>([
    ['its name', { change: theirs('users', FAY.name) }, ['name-taken/user/fay']],
    [
      'its name, and another unique id',
      {
        change: theirs('users', FAY.name),
        ...{ noted: idOf('user', FAY.name, 'AIDA1'), found: idOf('user', FAY.name, 'AIDA2') },
      },
      ['name-taken/user/fay'],
    ],
    [
      'its name in another case',
      { change: all(theirs('users', FAY.name), renamed({ ...FAY, to: 'Perception-Lab-Fay' })) },
      ['name-taken/user/fay'],
    ],
    ["a group's name", { change: theirs('groups', PAYERS.name) }, ['name-taken/group/paymaster']],
    [
      "a policy's name",
      {
        change: (account) => ({
          ...account,
          policies: account.policies.map((each) =>
            each.name === PAYERS.name ? { ...each, arn: stopArn(`mturk/perception/${PAYERS.name}`) } : each,
          ),
          groups: account.groups.map((each) => (each.name === PAYERS.name ? { ...each, attached: [] } : each)),
        }),
      },
      ['name-taken/group/paymaster'],
    ],
  ])('%s', (_what, given, expected) => {
    const { findings } = scanned(given);
    // Its user in a group of the lab, and its group with a policy of the lab, are found as such.
    const others = findings.filter(
      ({ rule }) => !['membership-added', 'unmanaged-user', 'unmanaged-group'].includes(rule),
    );
    expect(others.map(({ id }) => id)).toEqual(expected);
    const commands = others.flatMap((each) => findingView(each, { lab: sampleTeam.lab, people: new Map() }).commands);
    expect(commands).toEqual([]);
  });

  test('what the last apply noted is not, though someone moved it there, and is found with all that it has', () => {
    const full = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
    const attached = changeUser('fay', () => ({ attached: [full] }));
    const found = idsIn({
      change: all(theirs('users', FAY.name), attached),
      ...{ noted: idOf('user', FAY.name, 'AIDA1'), found: idOf('user', FAY.name, 'AIDA1') },
    });
    expect(found).toContain('path-changed/user/fay');
    expect(found).toContain('policy-attached/user/fay/AmazonMechanicalTurkFullAccess/spends');
  });

  test.each([[[]], [['perception']]])(
    'its user under a member’s name is found with what it may do, beside neighbors %j',
    (neighbors) => {
      const full = changeUser('fay', () => ({ attached: ['arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess'] }));
      const team = { ...sampleTeam, settings: { ...sampleTeam.settings, neighbors } };
      const found = idsIn({
        ...{ change: all(theirs('users', FAY.name), full), team },
        ...{ noted: idOf('user', FAY.name, 'AIDA1'), found: idOf('user', FAY.name, 'AIDA2') },
      });
      expect(found).toEqual(expect.arrayContaining(['name-taken/user/fay', 'unmanaged-user/fay/spends']));
    },
  );

  test('its user is found with no key, password, Deny or missing tag, in no group of the lab', () => {
    const user = { groups: [], tags: {}, path: '/mturk/perception/' };
    const key = { id: 'AKIA', active: true, created: '2020-01-01T00:00:00Z', lastUsed: null, isUseKnown: true };
    const account = all(
      changeUser('fay', () => user),
      changeUser('gus', () => user),
      write('fay', 'limits', says(statement('Deny', 'mechanicalturk:SendBonus'))),
    );
    const { findings } = scanOfAccount({
      team: { ...withoutMember('gus'), departed: [{ key: 'gus', left: '2026-11-01', reason: 'graduated' }] },
      account: account(desiredAccess(sampleTeam, TODAY)),
      credentials: Object.fromEntries(
        ['fay', 'gus'].map((of) => [name(of), { keys: [key, key], password: { lastUsed: null } }]),
      ),
    });
    const about = findings.filter(({ rule }) => rule !== 'unmanaged-user');
    expect(about.map(({ id }) => id)).toEqual(['name-taken/user/fay']);
  });

  test('its user in a group of the lab is an addition, also under the name of a member', () => {
    const found = lines({ change: theirs('users', FAY.name) });
    expect(found).toContain('membership-added/fay/paymaster/spends: manual, auto');
  });
});

test.each<[Rename, Change, string]>([
  [
    FAY,
    all(),
    'aws iam update-user --user-name fay-fox --new-user-name perception-lab-fay --new-path /mturk/perception-lab/',
  ],
  [
    FAY,
    changeOf('fay-fox', () => ({ path: '/x/' })),
    'aws iam update-user --user-name fay-fox --new-user-name perception-lab-fay --new-path /mturk/perception-lab/',
  ],
  [
    PAYERS,
    all(),
    'aws iam update-group --group-name payers --new-group-name perception-lab-paymaster --new-path /mturk/perception-lab/',
  ],
])('the command gives the name back: %j', (rename, change, command) => {
  const [finding] = scanned(known(rename, change)).findings;
  expect(findingView(finding!, { lab: sampleTeam.lab, people: new Map() }).commands).toEqual([command]);
});

const desired = desiredAccess(sampleTeam, TODAY);
const unrecorded = { team: sampleTeam, today: TODAY, at: AT, plan: null, applied: null };

test('a user with the name of a member and another unique id was deleted and created again', () => {
  const noted = idOf('user', name('fay'), 'AIDA1');
  const of = (found: EntityIds) => scanned({ change: (account) => account, noted, found }).findings;
  expect(of(noted)).toEqual([]);
  const found = of(idOf('user', name('fay'), 'AIDA2'));
  expect(found).toMatchObject([{ id: 'user-recreated/fay/2026-01-01/spends', cause: 'manual', remediation: 'manual' }]);
  const Condition = { StringEquals: { 'aws:SourceOrgID': 'o' } };
  const document = says(statement('Allow', 'mechanicalturk:*', { Condition }));
  const doubted = changeUser('fay', () => ({ groups: [], inline: [{ name: 'in-doubt', document }] }));
  expect(idsIn({ change: doubted, noted, found: idOf('user', name('fay'), 'AIDA2') })).toContain(
    'user-recreated/fay/2026-01-01/spends',
  );
  // Whose roles are gone: no apply and no reconcile gives them back.
  const without = changeUser('fay', () => ({ groups: [] }));
  expect(idsIn({ change: without, noted, found: idOf('user', name('fay'), 'AIDA2') })).toEqual([
    'user-recreated/fay/2026-01-01',
  ]);
  // Of whom no apply noted an id, no apply made the user.
  expect(idsIn({ change: (account) => account, found: noted })).toEqual(['user-recreated/fay/2026-01-01/spends']);
  // In an account without a record, nothing is known of it.
  expect(scanOf({ ...unrecorded, inventory: inventoryOf(desired, {}, { ids: noted }) }).findings).toEqual([]);
});

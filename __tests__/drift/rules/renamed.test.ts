import type { AccessModel } from '../../../src/access/model.ts';
import type { Difference } from '../../../src/access/model-difference.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { EntityIds } from '../../../src/aws/types.ts';
import type { Rename } from '../../../src/drift/finding.ts';
import { findingView } from '../../../src/drift/report/finding-view.ts';
import { isRevertibleDespite } from '../../../src/drift/rules/renamed.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import {
  AT,
  all,
  type Change,
  changeUser,
  name,
  putInto,
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
const NO_IDS: EntityIds = { user: new Map(), group: new Map() };
const ids = (kind: 'user' | 'group', of: string, id: string): EntityIds => ({ ...NO_IDS, [kind]: new Map([[of, id]]) });
const untagged = changeUser('fay', () => ({ tags: {} }));

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
  readonly known?: readonly Rename[];
  readonly team?: typeof sampleTeam;
}

function scanned({ change, noted = NO_IDS, found = NO_IDS, known = [], team = sampleTeam }: Given) {
  const account: AccessModel = change(desiredAccess(sampleTeam, TODAY));
  return scanOf({
    ...{ team, today: TODAY, at: AT, plan: null, known },
    inventory: inventoryOf(account, {}, { ids: found }),
    applied: { team: appliedTeam(sampleTeam, TODAY), begun: [], ids: noted },
  });
}

const lines = (given: Given) =>
  scanned(given).findings.map(({ id, cause, remediation }) => `${id}: ${cause}, ${remediation}`);
const DELETED = ['membership-added/fay-fox/paymaster/spends', 'unmanaged-user/fay-fox/spends', 'user-deleted/fay'];
const idsIn = (given: Given) => scanned(given).findings.map(({ id }) => id);

describe('one finding, known by', () => {
  test.each<[string, Given, string[]]>([
    ['the tags', { change: renamed(FAY) }, ['user-renamed/fay: manual, manual']],
    [
      'the unique id, although the tags are gone',
      {
        change: all(untagged, renamed(FAY)),
        noted: ids('user', FAY.name, 'AIDA1'),
        found: ids('user', FAY.to, 'AIDA1'),
      },
      [
        'tag-changed/fay/mturk-team=3Alab: manual, manual',
        'tag-changed/fay/mturk-team=3Amember: manual, manual',
        'user-renamed/fay: manual, manual',
      ],
    ],
    [
      "a group's unique id",
      { change: renamed(PAYERS), noted: ids('group', PAYERS.name, 'AGPA1'), found: ids('group', PAYERS.to, 'AGPA1') },
      ['group-renamed/paymaster: manual, manual'],
    ],
    ['CloudTrail', { change: renamed(PAYERS), known: [PAYERS] }, ['group-renamed/paymaster: manual, manual']],
    [
      'CloudTrail, which saw another rename of that name',
      {
        change: all(untagged, renamed(FAY)),
        known: [
          { ...FAY, name: name('bo') },
          { ...FAY, kind: 'group' },
          { ...FAY, to: 'fay-2' },
        ],
      },
      [
        'membership-added/fay-fox/paymaster/spends: manual, auto',
        'unmanaged-user/fay-fox/spends: unmanaged, manual',
        'user-deleted/fay: manual, announced',
      ],
    ],
    [
      'the tags, of one who now has the name of a group',
      { change: renamed({ ...FAY, to: name('results-reader') }) },
      ['user-renamed/fay: manual, manual'],
    ],
    [
      'the tags, of two who are renamed',
      { change: all(renamed(FAY), renamed({ ...FAY, name: name('bo'), to: 'bob' })) },
      ['user-renamed/bo: manual, manual', 'user-renamed/fay: manual, manual'],
    ],
  ])('%s', (_what, given, expected) => {
    expect(lines(given).sort()).toEqual(expected);
  });

  test.each<[string, string, Partial<Given>]>([
    ['with the same tags', FAY.to, { noted: ids('user', FAY.name, 'AIDA1'), found: ids('user', FAY.to, 'AIDA2') }],
    [
      'whose name differs in case alone',
      'Perception-Lab-Fay',
      { noted: ids('user', FAY.name, 'AIDA1'), found: ids('user', 'Perception-Lab-Fay', 'AIDA2') },
    ],
  ])('another user %s is not the one that was deleted', (_what, to, given) => {
    const found = idsIn({ change: renamed({ ...FAY, to }), ...given });
    expect(found).toEqual(DELETED.map((id) => id.replace(FAY.to, to)));
  });

  test('another group whose name differs in case alone is not the one that was deleted', () => {
    const found = idsIn({ change: renamed({ ...PAYERS, to: 'Perception-Lab-Paymaster' }) });
    expect(found).toContain('group-deleted/paymaster');
  });

  test('of two users with the same tags, neither is', () => {
    const twice: Change = (account) => ({
      ...account,
      users: account.users.flatMap((user) =>
        user.name === FAY.name
          ? [
              { ...user, name: FAY.to },
              { ...user, name: 'fay-2' },
            ]
          : [user],
      ),
    });
    expect(idsIn({ change: twice })).toContain('user-deleted/fay');
  });
});

test('what else differs about a renamed user is found under the name of the file', () => {
  const given = { change: all(putInto('fay', name('task-publisher')), renamed(FAY)) };
  expect(lines(given)).toEqual([
    'membership-added/fay/task-publisher/spends: manual, auto',
    'user-renamed/fay: manual, manual',
  ]);
});

test('a member who is gone from the file is not a renamed one', () => {
  const team = { ...withoutMember('fay'), departed: [{ key: 'fay', left: '2026-11-01', reason: 'graduated' }] };
  expect(idsIn({ change: renamed(FAY), team }).some((id) => id.startsWith('user-renamed'))).toBe(false);
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
        ...{ noted: ids('user', FAY.name, 'AIDA1'), found: ids('user', FAY.name, 'AIDA2') },
      },
      ['name-taken/user/fay'],
    ],
    [
      'its name in another case',
      { change: all(theirs('users', FAY.name), renamed({ ...FAY, to: 'Perception-Lab-Fay' })) },
      ['name-taken/user/fay'],
    ],
    ['its tags', { change: all(theirs('users', FAY.name), renamed(FAY)) }, ['user-deleted/fay']],
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
      ...{ noted: ids('user', FAY.name, 'AIDA1'), found: ids('user', FAY.name, 'AIDA1') },
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
        ...{ noted: ids('user', FAY.name, 'AIDA1'), found: ids('user', FAY.name, 'AIDA2') },
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

test.each<[Rename, string]>([
  [FAY, 'aws iam update-user --user-name fay-fox --new-user-name perception-lab-fay'],
  [PAYERS, 'aws iam update-group --group-name payers --new-group-name perception-lab-paymaster'],
])('the command gives the name back: %j', (rename, command) => {
  const [finding] = scanned({ change: renamed(rename), known: [rename] }).findings;
  expect(findingView(finding!, { lab: sampleTeam.lab, people: new Map() }).commands).toEqual([command]);
});

test('a user with the name of a member and another unique id was deleted and created again', () => {
  const noted = ids('user', name('fay'), 'AIDA1');
  const of = (found: EntityIds) => scanned({ change: (account) => account, noted, found }).findings;
  expect(of(noted)).toEqual([]);
  const found = of(ids('user', name('fay'), 'AIDA2'));
  expect(found).toMatchObject([{ id: 'user-recreated/fay/2026-01-01/spends', cause: 'manual', remediation: 'manual' }]);
  const Condition = { StringEquals: { 'aws:SourceOrgID': 'o' } };
  const document = says(statement('Allow', 'mechanicalturk:*', { Condition }));
  const doubted = changeUser('fay', () => ({ groups: [], inline: [{ name: 'in-doubt', document }] }));
  expect(idsIn({ change: doubted, noted, found: ids('user', name('fay'), 'AIDA2') })).toContain(
    'user-recreated/fay/2026-01-01/spends',
  );
  // Whose roles are gone: no apply and no reconcile gives them back.
  const without = changeUser('fay', () => ({ groups: [] }));
  expect(idsIn({ change: without, noted, found: ids('user', name('fay'), 'AIDA2') })).toEqual([
    'user-recreated/fay/2026-01-01',
  ]);
  // An apply without a note knows nothing of it.
  expect(scanned({ change: (account) => account, found: noted }).findings).toEqual([]);
});

describe('an apply reverts a difference beside a rename', () => {
  const holder = (kind: 'user' | 'group', of: string) => ({ holder: { kind, name: of } });
  const member = { group: name('task-publisher'), user: FAY.name, unmanaged: false } as const;
  const arn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  const inline = { policy: 'extra', document: null };
  test.each<[string, Difference, boolean]>([
    ['the renamed user was added to a group', { kind: 'membership-added', ...member }, true],
    ['the renamed user was removed from one', { kind: 'membership-removed', ...member }, false],
    ['another was', { kind: 'membership-removed', ...member, user: name('bo') }, true],
    ['a user was added to the renamed group', { kind: 'membership-added', ...member, group: PAYERS.name }, false],
    ['a policy of the renamed user', { kind: 'policy-attached', arn, ...holder('user', FAY.name) }, true],
    ['its inline policy', { kind: 'inline-policy-added', ...inline, ...holder('user', FAY.name) }, true],
    ['one that it lost', { kind: 'policy-detached', arn, ...holder('user', FAY.name) }, false],
    ['an inline one that it lost', { kind: 'inline-policy-removed', ...inline, ...holder('user', FAY.name) }, false],
    [
      'one that a user of the name of the group lost',
      { kind: 'policy-detached', arn, ...holder('user', PAYERS.name) },
      true,
    ],
    ['a policy of the renamed group', { kind: 'policy-attached', arn, ...holder('group', PAYERS.name) }, false],
    ['the boundary of the renamed user', { kind: 'boundary-changed', user: FAY.name, from: arn, to: null }, false],
    ['the boundary of another', { kind: 'boundary-changed', user: name('bo'), from: arn, to: null }, true],
    ['a policy', { kind: 'policy-deleted', arn }, true],
  ])('%s', (_what, difference, expected) => {
    expect(isRevertibleDespite([FAY, PAYERS], difference)).toBe(expected);
  });
});

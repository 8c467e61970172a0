import type { AccessModel } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { pendingChanges } from '../../src/drift/applied.ts';
import { recreatedIn } from '../../src/drift/renames.ts';
import { scanOf } from '../../src/drift/scan/scan.ts';
import type { Applied } from '../../src/review/rule/input.ts';
import { appliedTeam } from '../../src/team/applied-team.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import {
  AT,
  all,
  attach,
  type Change,
  changeUser,
  deletesAfter,
  edit,
  FULL,
  idOf,
  NO_IDS,
  name,
  putInto,
  says,
  statement,
  TODAY,
  takeOut,
  withMember,
  withoutMember,
  withoutUser,
  withUser,
  write,
} from '../support/changed-account.ts';
import { inventoryOf, keyOf } from '../support/inventory-of.ts';
import { member, sampleTeam } from '../support/sample-team.ts';

function appliedOf(team: Team, ...begun: readonly Team[]): Applied {
  return { team: appliedTeam(team, TODAY), begun: begun.map((each) => appliedTeam(each, TODAY)), ids: NO_IDS };
}

const eve = member({ key: 'eve', name: 'Eve', roles: ['paymaster'] });
const withEve: Team = { ...sampleTeam, members: [...sampleTeam.members, eve] };
const ended = withMember('bo', { until: '2026-11-20' });
const extended = withMember('bo', { until: '2027-05-31' });

const suspendsGus = withMember('gus', { suspended: true });
const anything = says(statement('Allow', 'mechanicalturk:*'));
/** The team in which a role allows other operations; without it if null. */
const withRole = (key: string, allow: Team['roles'][number]['allow'] | null): Team => ({
  ...sampleTeam,
  roles: sampleTeam.roles.flatMap((role) => (role.key !== key ? [role] : allow === null ? [] : [{ ...role, allow }])),
  members: sampleTeam.members.map((each) => ({
    ...each,
    roles: each.roles.filter((role) => role !== key || allow !== null),
  })),
});

const withoutBo = withMember('bo', { roles: ['task-publisher'] });
const widensWithoutBo: Team = { ...withRole('results-reader', ['GetHIT', 'SendBonus']), members: withoutBo.members };
const policyOf = (team: Team) => {
  const arn = rolePolicyArn(team, 'results-reader');
  return desiredAccess(team, TODAY).policies.find((each) => each.arn === arn)?.document ?? null;
};

/** A quick check: without Terraform. */
function quickScan(team: Team, applied: Applied, account: AccessModel): readonly string[] {
  const inventory = inventoryOf(account);
  const { findings } = scanOf({ team, today: TODAY, at: AT, inventory, plan: null, applied });
  return findings.map(({ id, cause }) => `${id}: ${cause}`).sort();
}

const mishap = all(takeOut('bo', name('task-publisher')), attach('ada', FULL));
const MISHAP = [
  'policy-attached/user/ada/AmazonMechanicalTurkFullAccess: manual',
  'membership-removed/bo/task-publisher: manual',
];

const CASES: readonly (readonly [string, Team, Applied, Change, readonly string[]])[] = [
  ['the file changes elsewhere', withEve, appliedOf(sampleTeam), mishap, [...MISHAP, 'user-deleted/eve: pending']],
  [
    'the file changes that very thing',
    withMember('bo', { roles: ['paymaster', 'results-reader', 'task-publisher'] }),
    appliedOf(sampleTeam),
    (account) => account,
    ['membership-removed/bo/paymaster: pending'],
  ],
  [
    'a member was removed from the file, and an unmanaged user was created',
    withoutMember('bo'),
    appliedOf(sampleTeam),
    withUser({ name: name('zed'), path: '/mturk/perception-lab/' }),
    ['unmanaged-user/perception-lab-zed: unmanaged', 'unmanaged-user/perception-lab-bo/spends: pending'],
  ],
  [
    'a member past their last day has a later one',
    deletesAfter(3, extended),
    appliedOf(deletesAfter(3, ended)),
    withoutUser('bo'),
    ['user-deleted/bo: pending'],
  ],
  [
    'the file lets access begin later, and the account does not yet',
    withMember('bo', { from: '2027-01-10' }),
    appliedOf(sampleTeam),
    (account) => account,
    ['inline-policy-changed/user/bo/limits/spends: pending'],
  ],
  [
    'the first day was removed manually',
    withMember('fay', { from: '2027-01-10' }),
    appliedOf(withMember('fay', { from: '2027-01-10' })),
    (account) => account,
    ['inline-policy-removed/user/fay/limits/spends: manual'],
  ],
  [
    'a member is deleted manually while their last day is moved',
    extended,
    appliedOf(withMember('bo', { until: '2027-01-31' })),
    withoutUser('bo'),
    ['user-deleted/bo: manual'],
  ],
  [
    'an apply began that adds a member, and did not end',
    withEve,
    appliedOf(sampleTeam, withEve),
    mishap,
    [...MISHAP, 'user-deleted/eve: pending'],
  ],
  [
    'an apply that removes a member began, and the file has the member again',
    sampleTeam,
    appliedOf(sampleTeam, withoutMember('bo')),
    all(withoutUser('bo'), putInto('ada', name('task-publisher'))),
    ['membership-added/ada/task-publisher: manual', 'user-deleted/bo: pending'],
  ],
  [
    'an apply that ended partway leaves a member suspended',
    sampleTeam,
    appliedOf(sampleTeam, withMember('gus', { suspended: true })),
    () => desiredAccess(suspendsGus, TODAY),
    ['inline-policy-changed/user/gus/limits: pending'],
  ],
  [
    'someone adds to the limits of that member',
    sampleTeam,
    appliedOf(sampleTeam, suspendsGus),
    write('gus', 'limits', anything),
    ['inline-policy-changed/user/gus/limits/spends: manual'],
  ],
  [
    'someone adds to limits that no apply changes',
    withEve,
    appliedOf(sampleTeam, withEve),
    write('ada', 'limits', anything),
    ['inline-policy-added/user/ada/limits: manual', 'user-deleted/eve: pending'],
  ],
  [
    'someone gives other limits than the file, whose last day waits',
    extended,
    appliedOf(withMember('bo', { until: '2027-01-31' })),
    write('bo', 'limits', anything),
    ['inline-policy-changed/user/bo/limits/spends: manual'],
  ],
  [
    'someone widens the policy of a role that a change widens',
    withRole('results-reader', ['GetHIT', 'CreateHIT']),
    appliedOf(sampleTeam),
    edit(rolePolicyArn(sampleTeam, 'results-reader'), anything),
    ['policy-changed/results-reader/spends: manual'],
  ],
  [
    'someone gives anything to a member who is to be deleted',
    withoutMember('bo'),
    appliedOf(sampleTeam),
    write('bo', 'limits', anything),
    [
      'inline-policy-added/user/perception-lab-bo/limits/spends: manual',
      'unmanaged-user/perception-lab-bo/spends: pending',
    ],
  ],
  [
    'someone frees a suspended member who is to be deleted',
    withoutMember('gus'),
    appliedOf(suspendsGus),
    changeUser('gus', () => ({ inline: [] })),
    ['access-not-given/perception-lab-gus/spends: manual', 'unmanaged-user/perception-lab-gus/spends: pending'],
  ],
  [
    'someone does half of a change that widens a role and takes a member out of it',
    widensWithoutBo,
    appliedOf(sampleTeam),
    edit(rolePolicyArn(sampleTeam, 'results-reader'), policyOf(widensWithoutBo)),
    [
      'access-not-given/bo/spends: manual',
      'membership-added/bo/results-reader/spends: pending',
      'policy-changed/results-reader: resolved',
    ],
  ],
  [
    'someone widens the policy of a role that is to be deleted',
    withRole('results-reader', null),
    appliedOf(sampleTeam),
    edit(rolePolicyArn(sampleTeam, 'results-reader'), anything),
    [
      'access-not-given/bo/spends: manual',
      'unmanaged-group/perception-lab-results-reader/spends: pending',
      'unmanaged-policy/perception-lab-results-reader/spends: pending',
    ],
  ],
];

test.each(CASES)('%s', (_what, team, applied, change, expected) => {
  const account = change(desiredAccess(sampleTeam, TODAY));
  expect(quickScan(team, applied, account)).toEqual([...expected].sort());
});

test.each([
  ['an unfinished apply', appliedOf(sampleTeam, withEve), [['eve', true]]],
  ['an unfinished apply, without credentials', appliedOf(sampleTeam, withEve), [['eve', false]]],
  ['what was applied, and an apply begins with', appliedOf(withEve, withEve), [['eve', false]]],
  ['what was applied', appliedOf(withEve), [['eve', false]]],
  ['neither', appliedOf(sampleTeam), [['zoe', true]]],
] as const)('a user whom no apply created, under the name of a member of %s', (what, applied, [[key, hasKey]]) => {
  const account = withUser({ name: name(key) })(desiredAccess(sampleTeam, TODAY));
  const keys = hasKey ? [keyOf()] : [];
  const inventory = inventoryOf(account, { [name(key)]: { keys } }, { ids: idOf('user', name(key), 'AIDA') });
  const isFound = recreatedIn(inventory, sampleTeam, applied).length > 0;
  expect(isFound).toBe(what !== 'neither' && !what.endsWith('without credentials'));
});

test('nothing is known of the applies of another account, and nothing is pending if the file was applied', () => {
  const { team, begun, ids } = appliedOf(sampleTeam);
  expect(pendingChanges({ team: { ...team, account: '999999999999' }, begun, ids }, withEve, TODAY, AT)).toBeNull();
  expect(pendingChanges(null, sampleTeam, TODAY, AT)).toBeNull();
  const pending = pendingChanges({ team, begun, ids }, sampleTeam, TODAY, AT);
  const part = withoutUser('bo')(desiredAccess(sampleTeam, TODAY));
  expect(pending?.areIn(part)({ kind: 'user-deleted', user: name('bo') })).toBe(false);
});

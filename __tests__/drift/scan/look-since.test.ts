import { desiredAccessDigest, desiredAccessOnAnyDay } from '../../../src/access/desired-digest.ts';
import type { AccessModel } from '../../../src/access/model.ts';
import { type Difference, differences } from '../../../src/access/model-difference.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { lookOf } from '../../../src/drift/scan/drift-look.ts';
import { withHands } from '../../../src/drift/scan/look-hands.ts';
import { type Applied, sinceApplied } from '../../../src/drift/scan/look-since.ts';
import type { PlanClassification } from '../../../src/review/changes/classify-plan.ts';
import type { Team } from '../../../src/team/team.ts';
import {
  AT,
  all,
  attach,
  type Change,
  FULL,
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
} from '../../support/hands.ts';
import { inventoryOf } from '../../support/inventory-of.ts';
import { member, sampleTeam } from '../../support/sample-team.ts';

/** What a record tells of that file, applied as a whole unless something began since. */
function appliedOf(team: Team, more: Partial<NonNullable<Applied['file']>> = {}): Applied {
  const isWhole = more.isWhole ?? true;
  return {
    declared: isWhole ? desiredAccessDigest(team) : null,
    file: { model: desiredAccessOnAnyDay(team), ended: [], begun: [], isWhole, ...more },
  };
}

const eve = member({ key: 'eve', name: 'Eve', roles: ['paymaster'] });
const withEve: Team = { ...sampleTeam, members: [...sampleTeam.members, eve] };
const ended = withMember('bo', { until: '2026-11-20' });
const extended = withMember('bo', { until: '2027-05-31' });
const BO = `["user",{"user":"${name('bo')}"}]`;

/** A look in a hurry, without an engine. */
function fast(team: Team, applied: Applied, account: AccessModel): readonly string[] {
  const inventory = inventoryOf(account);
  const { findings } = lookOf({ team, today: TODAY, at: AT, inventory, plan: null, applied });
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
    'somebody has left the file, and a stray was made beside her',
    withoutMember('bo'),
    appliedOf(sampleTeam),
    withUser({ name: name('zed'), path: '/mturk/perception-lab/' }),
    ['stray/user/perception-lab-zed: unmanaged', 'user-added/perception-lab-bo/spends: pending'],
  ],
  [
    'whoever had reached her last day has a later one',
    extended,
    appliedOf(ended, { ended: [name('bo')] }),
    withoutUser('bo'),
    ['user-deleted/bo: pending'],
  ],
  [
    'she who was there is deleted by hand while her last day is moved',
    extended,
    appliedOf(withMember('bo', { until: '2027-01-31' })),
    withoutUser('bo'),
    ['user-deleted/bo: manual'],
  ],
  [
    'an apply began that adds somebody, and ended half-way',
    withEve,
    appliedOf(sampleTeam, { isWhole: false }),
    mishap,
    [...MISHAP, 'user-deleted/eve: pending'],
  ],
  [
    'an apply began that took somebody out, and the file has her again',
    sampleTeam,
    appliedOf(sampleTeam, { isWhole: false, begun: [BO] }),
    all(withoutUser('bo'), putInto('ada', name('task-publisher'))),
    ['membership-added/ada/task-publisher: manual', 'user-deleted/bo: pending'],
  ],
  [
    'an apply that ended half-way holds somebody',
    sampleTeam,
    appliedOf(sampleTeam, { isWhole: false }),
    write('gus', 'limits', says(statement('Deny', '*'))),
    ['inline-policy-changed/user/gus/limits: pending'],
  ],
];

test.each(CASES)('%s', (_what, team, applied, change, expected) => {
  const account = change(desiredAccess(sampleTeam, TODAY));
  expect(fast(team, applied, account)).toEqual([...expected].sort());
});

test('nobody knows of an account that is another one, and of a record that has only a digest', () => {
  const other = { ...desiredAccessOnAnyDay(sampleTeam), account: '999999999999' };
  expect(sinceApplied(appliedOf(sampleTeam, { model: other }), withEve, TODAY)).toBeNull();
  expect(sinceApplied({ declared: desiredAccessDigest(sampleTeam) }, withEve, TODAY)).toBeNull();
  expect(sinceApplied(null, sampleTeam, TODAY)).toBeNull();
  const since = sinceApplied({ declared: desiredAccessDigest(sampleTeam) }, sampleTeam, TODAY);
  expect(since?.has({ kind: 'user-deleted', user: name('bo') })).toBe(false);
});

describe('what a plan is told that its state has forgotten', () => {
  const report = (
    before: AccessModel,
    after: AccessModel,
    more: Partial<PlanClassification> = {},
  ): PlanClassification => ({
    class: 'pending',
    ...{ manualChanges: [], manualAttributes: [], unexplained: [], imported: [], pendingAddresses: ['a.b'] },
    pending: differences(before, after),
    access: { recorded: before, before, after },
    ...more,
  });
  const told = ({ manualChanges: tampered }: PlanClassification) =>
    tampered.map(({ difference }: { difference: Difference }) => difference.kind);
  const now = desiredAccess(sampleTeam, TODAY);
  const hands = takeOut('bo', name('task-publisher'))(now);

  test('is what the file has not changed; without that, its resources are nobody else’s', () => {
    const since = sinceApplied(appliedOf(sampleTeam), sampleTeam, TODAY);
    expect(withHands(report(hands, now), since)).toMatchObject({
      class: 'drift',
      manualChanges: [{ difference: { kind: 'membership-removed', user: name('bo') }, outcome: 'reverted' }],
      ...{ pending: [], pendingAddresses: [] },
    });
    expect(withHands(report(hands, now), null)).toEqual(report(hands, now));
    const both = withHands(
      report(hands, desiredAccess(withEve, TODAY)),
      sinceApplied(appliedOf(sampleTeam), withEve, TODAY),
    );
    expect(told(both)).toEqual(['membership-removed']);
    expect(both.pending.map(({ kind }) => kind)).toContain('user-added');
    expect(both.pendingAddresses).toEqual(['a.b']);
  });

  test('is not who leaves by the day, and not what belongs to whom a state has lost', () => {
    const since = sinceApplied(appliedOf(ended), ended, TODAY);
    const leaving = report(desiredAccessOnAnyDay(ended), desiredAccess(ended, TODAY));
    expect(withHands(leaving, since)).toEqual(leaving);
    const lost = report(hands, now, { imported: [{ address: 'aws_iam_user.member_bo', id: name('bo') }] });
    expect(withHands(lost, sinceApplied(appliedOf(sampleTeam), sampleTeam, TODAY))).toEqual(lost);
  });
});

import fc from 'fast-check';
import { declare } from '../../src/access/declare.ts';
import { OPERATIONS, operationsOf } from '../../src/mturk/operations.ts';
import type { Team } from '../../src/team/team.ts';
import { unsafeInOneApply } from '../../src/terraform/unsafe-in-one-apply.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';
import { teams } from '../support/team-arbitrary.ts';

const TODAY = '2026-11-25';
const AT = { at: new Date('2026-11-25T12:00:00Z') };
const BONUS = operationsOf('pay:bonus');
const READ = operationsOf('results:read');

const reader = role({ key: 'reader', allow: READ });
const payer = role({ key: 'payer', allow: BONUS });
const wide = role({ key: 'payer', allow: [...READ, ...BONUS] });
const nobonus = role({ key: 'nobonus', allow: OPERATIONS, deny: ['SendBonus'] });
const full = role({ key: 'full', managed: ['AmazonMechanicalTurkFullAccess'] });
const fullButBonus = role({ key: 'full', managed: ['AmazonMechanicalTurkFullAccess'], deny: ['SendBonus'] });
const bo = (roles: string[], more: { suspended?: boolean; until?: string } = {}) =>
  member({ key: 'bo', roles, ...more });

type Side = Partial<Pick<Team, 'roles' | 'members' | 'freeze'>>;

function unsafe(before: Side, after: Side) {
  const whole = (side: Side): Team => ({ ...sampleTeam, roles: [reader, payer], members: [], ...side });
  return unsafeInOneApply(declare(whole(before), TODAY), declare(whole(after), TODAY), AT).map(
    ({ userName, operations }) => [userName.replace('perception-lab-', ''), operations],
  );
}

const SAFE: [string, Side, Side][] = [
  ['a member joins', {}, { members: [bo(['payer'])] }],
  ['a suspended member joins', {}, { members: [bo(['payer'], { suspended: true })] }],
  ['a member leaves', { members: [bo(['payer'])] }, {}],
  ['a suspended member leaves', { members: [bo(['payer'], { suspended: true })] }, {}],
  ['a member changes roles', { members: [bo(['payer'])] }, { members: [bo(['reader'])] }],
  [
    'a suspension ends and a role is lost',
    { members: [bo(['payer'], { suspended: true })] },
    { members: [bo(['reader'])] },
  ],
  [
    'a suspension begins and a role is won',
    { members: [bo(['reader'])] },
    { members: [bo(['payer'], { suspended: true })] },
  ],
  [
    'a role narrows while one joins it',
    { roles: [reader, wide] },
    { roles: [reader, payer], members: [bo(['payer'])] },
  ],
  [
    'a role narrows while a suspension ends',
    { roles: [reader, wide], members: [bo(['payer'], { suspended: true })] },
    { members: [bo(['payer'])] },
  ],
  [
    'a freeze begins while a suspension ends',
    { members: [bo(['payer'], { suspended: true })] },
    { freeze: ['pay:bonus'], members: [bo(['payer'])] },
  ],
  [
    'a freeze begins while one joins',
    { roles: [full] },
    { roles: [full], freeze: ['pay:bonus'], members: [bo(['full'])] },
  ],
  [
    "a Deny takes the place of AWS's policy",
    { roles: [fullButBonus], members: [bo(['full'])] },
    { roles: [role({ key: 'full', allow: READ })], members: [bo(['full'])] },
  ],
  ['a role goes', { roles: [reader, payer], members: [bo(['payer'])] }, { roles: [reader], members: [bo(['reader'])] }],
];

test.each(SAFE)('one apply is enough where %s', (_what, before, after) => {
  expect(unsafe(before, after)).toEqual([]);
});

const UNSAFE: [string, Side, Side, [string, readonly string[]][]][] = [
  [
    'a role widens while one leaves it',
    { members: [bo(['payer'])] },
    { roles: [reader, role({ key: 'payer', allow: [...BONUS, 'DeleteHIT'] })], members: [bo(['reader'])] },
    [['bo', ['DeleteHIT']]],
  ],
  [
    'a freeze ends while one leaves the role',
    { freeze: ['pay:bonus'], members: [bo(['payer'])] },
    { members: [bo(['reader'])] },
    [['bo', ['SendBonus']]],
  ],
  [
    'one leaves a role that denied what another role of hers allows',
    { roles: [reader, payer, nobonus], members: [bo(['payer', 'nobonus'])] },
    { roles: [reader, payer, nobonus], members: [bo(['reader'])] },
    [['bo', ['SendBonus']]],
  ],
  [
    'one joins both at once',
    { roles: [reader, payer, nobonus], members: [bo(['reader'])] },
    { roles: [reader, payer, nobonus], members: [bo(['payer', 'nobonus'])] },
    [['bo', ['SendBonus']]],
  ],
  [
    'a suspension becomes a last day while a role is lost',
    { members: [bo(['payer'], { suspended: true })] },
    { members: [bo(['reader'], { until: '2027-05-31' })] },
    [['bo', ['SendBonus']]],
  ],
];

test.each(UNSAFE)('it takes two where %s', (_what, before, after, moments) => {
  expect(unsafe(before, after)).toEqual(moments);
});

test('nothing is unsafe where nothing changes', () => {
  fc.assert(
    fc.property(teams(), (team) => {
      const model = declare(team, TODAY);
      expect(unsafeInOneApply(model, model, AT)).toEqual([]);
    }),
  );
});

test('to suspend everybody first is safe, and so is to let them loose last', () => {
  fc.assert(
    fc.property(teams(), (team) => {
      const held = { ...team, members: team.members.map((one) => ({ ...one, suspended: true })) };
      const [free, stopped] = [declare(team, TODAY), declare(held, TODAY)];
      expect(unsafeInOneApply(free, stopped, AT)).toEqual([]);
      expect(unsafeInOneApply(stopped, free, AT)).toEqual([]);
    }),
  );
});

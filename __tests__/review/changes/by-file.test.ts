import type { AccessModel } from '../../../src/access/model.ts';
import { desiredAccessBeforeDeletions } from '../../../src/access/sources/desired.ts';
import { reviewedAccess } from '../../../src/review/changes/by-file.ts';
import { LIMITS_POLICY } from '../../../src/team/names.ts';
import type { Member, Team } from '../../../src/team/team.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const AT = new Date('2026-11-25T12:00:00Z');
const BO = sampleTeam.members.find(({ key }) => key === 'bo')!;
const USER = 'perception-lab-bo';

/** The team with a change of Bo; without Bo if it is null. */
function edit(change: Partial<Member> | null): Team {
  const members = sampleTeam.members.flatMap((each) => {
    if (each !== BO) return [each];
    return change === null ? [] : [{ ...each, ...change }];
  });
  return { ...sampleTeam, members };
}
type Bo = Partial<Member> | null;
const access = (change: Bo) => desiredAccessBeforeDeletions(edit(change));

const PAYS = { roles: [...BO.roles, 'paymaster'] };
const ALL = { roles: [...PAYS.roles, 'full-access'] };
const ENDLESS = { until: null };
const NONE = { roles: [] };

interface Row {
  readonly account?: readonly [Bo, Bo] | readonly [AccessModel, AccessModel];
  /** What was applied, and the base if that is another. */
  readonly before?: readonly Bo[];
  readonly file: Bo;
}

const modelOf = (one: Bo | AccessModel): AccessModel => (one !== null && 'users' in one ? one : access(one));

/** With a Deny of everything that someone wrote. */
const denied = (change: Bo, more: object = {}): AccessModel => {
  const model = access(change);
  const Statement = [{ Effect: 'Deny' as const, Action: '*', Resource: '*', ...more }];
  const inline = { name: 'x', document: { Version: '2012-10-17' as const, Statement } };
  return {
    ...model,
    users: model.users.map((user) => (user.name === USER ? { ...user, inline: [...user.inline, inline] } : user)),
  };
};
const FROM_TENTH = { Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-12-10T00:00:00Z' } } };

function changeOf({ account = [{}, {}], before = [{}], file }: Row) {
  const [was, will] = account.map(modelOf) as [AccessModel, AccessModel];
  const files = { before: before.map(access), after: access(file) };
  const { people, unchanged } = reviewedAccess({ before: was, after: will }, files, AT);
  const [change, ...others] = people.filter(({ user }) => user === USER);
  expect(others).toEqual([]);
  expect(unchanged.includes(USER)).toBe(change === undefined && (was.users.length > 4 || will.users.length > 4));
  if (change === undefined) return '';
  const { kind, operations, groups, ends, starts, suspended } = change;
  const pay = ['SendBonus', 'CreateWorkerBlock', 'GetHIT'] as const;
  const side = (name: 'gained' | 'lost', sign: string) => [
    ...pay.filter((each) => operations[name].includes(each)).map((each) => `${sign}${each}`),
    ...groups[name].map((each) => `${sign}${each.slice('perception-lab-'.length)}`),
  ];
  const day = (moment: string | null) => moment?.slice(0, 10) ?? 'never';
  return [
    ...(kind === 'changed' ? [] : [kind]),
    ...side('gained', '+'),
    ...side('lost', '-'),
    ...(starts.before === starts.after ? [] : [`starts ${day(starts.before)} ${day(starts.after)}`]),
    ...(ends.before === ends.after ? [] : [`ends ${day(ends.before)} ${day(ends.after)}`]),
    ...(suspended.before === suspended.after ? [] : [suspended.after ? 'suspended' : 'not suspended']),
  ].join(' ');
}

const PAID = '+SendBonus +paymaster';
test.each<[what: string, row: Row, shown: string]>([
  ['the plan does what the file says', { account: [{}, PAYS], file: PAYS }, PAID],
  ['the plan does nothing, and the file nothing', { file: {} }, ''],
  ['someone did it before', { account: [PAYS, PAYS], file: PAYS }, PAID],
  [
    'someone did a part of it',
    { account: [PAYS, ALL], file: ALL },
    '+SendBonus +CreateWorkerBlock +full-access +paymaster',
  ],
  ['the plan does less', { account: [{}, PAYS], file: ALL }, '+SendBonus +CreateWorkerBlock +full-access +paymaster'],
  ['the plan does nothing of it', { file: PAYS }, PAID],
  ['the plan reverts what someone gave', { account: [PAYS, {}], file: {} }, '-SendBonus -paymaster'],
  [
    'the plan reverts one thing, and the file gives another',
    { account: [ALL, PAYS], file: PAYS },
    `${PAID} -CreateWorkerBlock -full-access`,
  ],
  ['someone took it before', { account: [NONE, NONE], file: NONE }, ''],
  ['someone took all, and the file gives more', { account: [NONE, NONE], file: PAYS }, PAID],
  [
    'someone took all, and the plan gives more',
    { account: [NONE, { roles: ['paymaster'] }], file: PAYS },
    '+SendBonus +GetHIT +paymaster',
  ],
  ['it was merged and not applied', { account: [{}, PAYS], before: [{}, PAYS], file: PAYS }, PAID],
  ['it was merged, refused and done', { account: [PAYS, PAYS], before: [{}, PAYS], file: PAYS }, PAID],
  ['a merged loss ends', { before: [{}, NONE], file: {} }, '+GetHIT +results-reader +task-publisher'],
  ['a merged suspension ends', { before: [{}, { suspended: true }], file: {} }, '+GetHIT not suspended'],
  ['a merged departure ends', { before: [{}, null], file: {} }, '+GetHIT +results-reader +task-publisher'],
  ['a merged day ends', { before: [{}, { until: '2026-12-31' }], file: {} }, 'ends 2027-01-01 2027-06-01'],
  [
    'a merged loss stays',
    { account: [{}, NONE], before: [{}, NONE], file: NONE },
    '-GetHIT -results-reader -task-publisher',
  ],
  [
    'they join',
    { account: [null, {}], before: [null], file: {} },
    'joins +GetHIT +results-reader +task-publisher ends never 2027-06-01',
  ],
  [
    'they join, and the user is there',
    { account: [NONE, {}], before: [null], file: {} },
    '+GetHIT +results-reader +task-publisher',
  ],
  [
    'they leave',
    { account: [{}, null], before: [{}], file: null },
    'leaves -GetHIT -results-reader -task-publisher ends 2027-06-01 never',
  ],
  ['the user is gone', { account: [null, null], file: {} }, ''],
  ['the user is gone, and the file gives more', { account: [null, null], file: PAYS }, PAID],
  [
    'the user is gone, and the file drops a last day',
    { account: [null, null], file: ENDLESS },
    'ends 2027-06-01 never',
  ],
  [
    'the user is created again',
    { account: [null, {}], file: {} },
    'joins +GetHIT +results-reader +task-publisher ends never 2027-06-01',
  ],
  ['the file drops a last day', { account: [{}, ENDLESS], file: ENDLESS }, 'ends 2027-06-01 never'],
  ['someone dropped it before', { account: [ENDLESS, ENDLESS], file: ENDLESS }, 'ends 2027-06-01 never'],
  [
    'a last day where there is no role',
    { account: [NONE, NONE], before: [NONE], file: { ...NONE, ...ENDLESS } },
    'ends 2027-06-01 never',
  ],
  ['the file begins at once', { before: [{ from: '2027-01-10' }], file: {} }, '+GetHIT starts 2027-01-10 never'],
  [
    'the file begins earlier',
    { before: [{ from: '2027-01-10' }], file: { from: '2026-12-10' } },
    'starts 2027-01-10 2026-12-10',
  ],
  ['days that have begun', { before: [{ from: '2026-11-10' }], file: { from: '2026-11-01' } }, ''],
  ['a Deny by hand is kept', { account: [denied({}), denied({})], file: PAYS }, PAID],
  [
    'a Deny by hand from a day on is kept',
    { account: [denied({}, FROM_TENTH), denied({}, FROM_TENTH)], file: PAYS },
    PAID,
  ],
  [
    'a Deny by hand from a day on is kept, and the file drops the last day',
    { account: [denied({}, FROM_TENTH), denied(ENDLESS, FROM_TENTH)], file: { ...PAYS, ...ENDLESS } },
    `${PAID} ends 2027-06-01 never`,
  ],
  [
    'what is withheld is no part of it',
    { account: [NONE, { roles: ['paymaster'] }], before: [PAYS], file: PAYS },
    '+SendBonus +GetHIT +paymaster',
  ],
])('%s', (_what, row, shown) => {
  expect(changeOf(row)).toBe(shown);
});

test('what is said to give it is what the file has', () => {
  const same = { before: access(PAYS), after: access(PAYS) };
  const { people } = reviewedAccess(same, { before: [access({})], after: access(PAYS) }, AT);
  const [bo] = people.filter(({ user }) => user === USER);
  expect(bo?.capabilities.gained.flatMap(({ grants }) => grants)).not.toEqual([]);
  expect(bo?.ownPolicies.gained.filter((each) => each !== LIMITS_POLICY)).toEqual([]);
});

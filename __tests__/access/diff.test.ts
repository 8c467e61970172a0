import { accessOf } from '../../src/access/access-of.ts';
import { type AccessChange, diffAccess, effectsBetween, gainsOf, hasEffect } from '../../src/access/diff.ts';
import {
  accessDifference,
  explain,
  explainEnded,
  queryNamed,
  whoCan,
  whoCanDifference,
} from '../../src/access/explain.ts';
import type { AccessModel, AccessUser } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { operationsOf } from '../../src/catalog/mturk.ts';
import type { Statement } from '../../src/iam/document.ts';
import type { Member, Team } from '../../src/team/team.ts';
import {
  after,
  all,
  type Change,
  changeGroup,
  putInto,
  says,
  statement,
  stopArn,
  withGroup,
  withPolicy,
  withUser,
  write,
} from '../support/changed-account.ts';
import { member, sampleTeam } from '../support/sample-team.ts';

const AT = new Date('2026-11-25T12:00:00Z');
const BEFORE = desiredAccess(sampleTeam, '2026-11-25');

/** The member who may do everything but pay bonuses. */
const GUS = sampleTeam.members.find(({ key }) => key === 'gus')!;

function change(key: string, after: Team | AccessModel): AccessChange | undefined {
  const model = 'lab' in after ? desiredAccess(after, '2026-11-25') : after;
  return diffAccess(BEFORE, model, AT).people.find(({ user }) => user === `perception-lab-${key}`);
}

function changed(key: string, changes: Partial<Member>): Team {
  return {
    ...sampleTeam,
    members: sampleTeam.members.map((each) => (each.key === key ? { ...each, ...changes } : each)),
  };
}

function able(model: AccessModel, name: string, at: Date) {
  return whoCan(model, 'perception-lab', queryNamed(name, sampleTeam)!, at);
}

function byHand(key: string, changes: Partial<AccessUser>): AccessModel {
  const users = BEFORE.users.map((user) => (user.name === `perception-lab-${key}` ? { ...user, ...changes } : user));
  return { ...BEFORE, users };
}

test('a role more: what it brings, what it comes through, and nothing else', () => {
  const bo = change('bo', changed('bo', { roles: ['paymaster', 'results-reader', 'task-publisher'] }));
  expect(bo?.kind).toBe('changed');
  expect(bo?.capabilities.gained.map(({ capability, whole }) => [capability, whole])).toEqual([
    ['pay:approve', true],
    ['pay:bonus', true],
    ['pay:reject', true],
    ['account:read', true],
  ]);
  expect(bo?.capabilities.gained[0]?.grants.map(({ holder }) => holder.name)).toEqual(['perception-lab-paymaster']);
  expect(bo?.operations.lost).toEqual([]);
  expect(bo?.groups).toEqual({ gained: ['perception-lab-paymaster'], lost: [] });
  expect(bo?.worstGain).toBe('spends');
});

test('one operation of a capability is a part of it', () => {
  const roles = sampleTeam.roles.map((each) =>
    each.key === 'paymaster' ? { ...each, deny: ['GetHIT'] as const } : each,
  );
  const fay = change('fay', { ...sampleTeam, roles });
  expect(fay?.capabilities.lost.map(({ capability, operations, whole }) => [capability, operations, whole])).toEqual([
    ['results:read', ['GetHIT'], false],
  ]);
});

test('joining, leaving, being suspended, and a new last day', () => {
  const joined = change('eve', {
    ...sampleTeam,
    members: [...sampleTeam.members, member({ key: 'eve', roles: ['results-reader'] })],
  });
  expect([joined?.kind, joined?.operations.gained.length, joined?.allowed]).toEqual([
    'joins',
    8,
    { before: 0, after: 8 },
  ]);
  const left = change('fay', { ...sampleTeam, members: sampleTeam.members.filter(({ key }) => key !== 'fay') });
  expect([left?.kind, left?.operations.gained, left?.worstLoss]).toEqual(['leaves', [], 'spends']);
  const suspended = change('ada', changed('ada', { suspended: true }));
  expect([suspended?.suspended, suspended?.operations.lost.length]).toEqual([{ before: false, after: true }, 39]);
  const moved = change('bo', changed('bo', { until: '2027-08-31' }));
  expect(moved?.ends).toEqual({ before: '2027-06-01T00:00:00.000Z', after: '2027-09-01T00:00:00.000Z' });
  expect(moved?.operations).toEqual({ gained: [], lost: [] });
});

describe('access that begins later', () => {
  const starts = '2027-01-10T00:00:00.000Z';
  const eve = member({ key: 'eve', roles: ['paymaster'], from: '2027-01-10' });
  const withEve = { ...sampleTeam, members: [...sampleTeam.members, eve] };

  test('counts as a gain when it is granted', () => {
    const joined = change('eve', withEve);
    expect(joined).toMatchObject({ worstGain: 'spends', starts: { before: null, after: starts } });
    expect(joined?.allowed).toEqual({ before: 0, after: expect.any(Number) });
    expect(joined?.capabilities.gained[0]?.grants.map(({ holder }) => holder.name)).toEqual([
      'perception-lab-paymaster',
    ]);
  });

  test('is lost until then by a member who has it, and gained by one who would have waited', () => {
    const later = change('bo', changed('bo', { from: '2027-01-10' }));
    expect([later?.operations.gained, later?.operations.lost.length, later?.allowed.after]).toEqual([[], 17, 17]);
    const waiting = desiredAccess(changed('bo', { from: '2027-01-10' }), '2026-11-25');
    const [now] = diffAccess(waiting, BEFORE, AT).people;
    expect([now?.operations.gained.length, now?.operations.lost, now?.starts.after]).toEqual([17, [], null]);
  });

  test('changes nothing once it has begun', () => {
    expect(change('bo', changed('bo', { from: '2026-11-25' }))).toBeUndefined();
  });

  test('begins right after the moment up to which `DateLessThanEquals` denies it', () => {
    const Condition = { DateLessThanEquals: { 'aws:CurrentTime': starts } };
    const document = { Statement: { Effect: 'Deny', Action: '*', Resource: '*', Condition } } as const;
    const model = byHand('bo', { inline: [{ name: 'wait', document }] });
    const bo = able(model, 'CreateHIT', AT).users.find(({ user }) => user === 'perception-lab-bo');
    expect(bo?.starts).toBe('2027-01-10T00:00:01.000Z');
  });

  test('differs in AWS from access that has begun, and not from access that begins, too', () => {
    const can = (more: Partial<Member>) => able(desiredAccess(changed('bo', more), '2026-11-25'), 'CreateHIT', AT);
    const [now, later] = [can({}), can({ from: '2027-01-10' })];
    const end = '2027-06-01T00:00:00.000Z';
    const bo = { user: 'perception-lab-bo', onlyInAws: [], onlyInFile: [], ends: { before: end, after: end } };
    expect(whoCanDifference(later, now)).toEqual([{ ...bo, onlyInAws: ['CreateHIT'] }]);
    expect(whoCanDifference(now, later)).toEqual([{ ...bo, onlyInFile: ['CreateHIT'] }]);
    expect(whoCanDifference(later, can({ from: '2027-02-01' }))).toEqual([]);
    const reading = can({ from: '2027-01-10', roles: ['results-reader'] });
    expect(whoCanDifference(later, reading)).toEqual([{ ...bo, onlyInFile: ['CreateHIT'] }]);
    const longer = { before: end, after: '2027-07-01T00:00:00.000Z' };
    expect(whoCanDifference(now, can({ until: '2027-06-30' }))).toEqual([{ ...bo, ends: longer }]);
  });

  test('is explained, and is among those who can', () => {
    const model = desiredAccess(withEve, '2026-11-25');
    expect(explain(model, 'perception-lab-eve', AT)).toMatchObject({ allowed: [], starts });
    const { users } = able(model, 'SendBonus', AT);
    expect(users.map((each) => [each.user, each.starts])).toEqual([
      ['perception-lab-ada', null],
      ['perception-lab-fay', null],
      ['perception-lab-eve', starts],
    ]);
  });
});

test('a new name or email changes no access', () => {
  const words = { ...sampleTeam, members: sampleTeam.members.map((each) => ({ ...each, name: 'X', email: 'x@y.z' })) };
  expect(diffAccess(BEFORE, desiredAccess(words, '2026-11-25'), AT).people).toEqual([]);
});

test('a replaced user has changed, even with the same access', () => {
  const { people } = diffAccess(BEFORE, BEFORE, AT, new Set(['perception-lab-bo']));
  expect(people.map(({ user, kind }) => [user, kind])).toEqual([['perception-lab-bo', 'changed']]);
});

test('manual changes besides operations are reported too', () => {
  const inline = [{ name: 'extra', document: { Version: '2012-10-17', Statement: [] } }];
  expect(change('ada', byHand('ada', { inline }))?.ownPolicies).toEqual({ gained: ['extra'], lost: [] });
  expect(change('ada', byHand('ada', { boundary: null }))?.boundary.after).toBeNull();
  const admin = change('cy', byHand('cy', { groups: ['Admins'], inline: [] }));
  expect(admin?.unknownPolicies.after).toEqual([{ holder: { kind: 'group', name: 'Admins' }, policy: 'Admins' }]);
  expect(admin?.operations.gained).toHaveLength(39);
  const unreadable = { holder: { kind: 'group', name: 'perception-lab-full-access' }, policy: 'extra' };
  const unread = changeGroup('full-access', () => ({ inline: [{ name: 'extra', document: null }] }));
  expect(change('ada', unread(BEFORE))?.unknownPolicies).toEqual({ before: [], after: [unreadable] });
  expect(change('zed', withUser({ name: 'perception-lab-zed' })(BEFORE))?.kind).toBe('joins');
});

test.each<[string, Change, object]>([
  [
    'a group that brings nothing',
    all(withGroup({ name: 'g' }), putInto('bo', 'g')),
    { groups: { gained: ['g'], lost: [] } },
  ],
  [
    'a policy that takes effect later',
    write('bo', 'bonus', says(statement('Allow', 'mechanicalturk:SendBonus', after('2027-01-01')))),
    { operations: { gained: ['SendBonus'], lost: [] } },
  ],
])('%s is a difference of AWS from the file', (_what, change, expected) => {
  expect(accessDifference(BEFORE, change(BEFORE), 'perception-lab-bo', AT)).toMatchObject([expected]);
});

test('the worst comes first: gains before losses, spending before reading', () => {
  const abe = member({ key: 'abe', roles: ['results-reader'] });
  const before = desiredAccess({ ...sampleTeam, members: [abe, ...sampleTeam.members] }, '2026-11-25');
  const team: Team = {
    ...sampleTeam,
    members: [
      member({ key: 'reads', roles: ['results-reader'] }),
      member({ key: 'spends', roles: ['task-publisher'] }),
      ...sampleTeam.members.filter(({ key }) => key !== 'fay'),
    ].map((each) => (each.key === 'bo' ? { ...each, roles: ['results-reader'] } : each)),
  };
  expect(diffAccess(before, desiredAccess(team, '2026-11-25'), AT).people.map(({ user }) => user)).toEqual([
    'perception-lab-spends',
    'perception-lab-reads',
    'perception-lab-bo',
    'perception-lab-fay',
    'perception-lab-abe',
  ]);
});

test('what each gains now and later, the worst first, and of two who gain the same the first by name', () => {
  const allow = (operation: string, more?: object) => says(statement('Allow', `mechanicalturk:${operation}`, more));
  const account = all(
    write('bo', 'bonus', allow('SendBonus', after('2027-01-01'))),
    write('bo', 'notify', allow('NotifyWorkers')),
    write('cy', 'limits', allow('SendBonus')),
  )(BEFORE);
  expect(effectsBetween(BEFORE, account, AT).map(({ user, worstGain }) => [user, worstGain])).toEqual([
    ['perception-lab-bo', 'spends'],
    ['perception-lab-cy', 'spends'],
    ['perception-lab-bo', 'contacts-people'],
  ]);
});

test('who gains something at all, now or later, if there was no one before', () => {
  const waiting = desiredAccess(changed('fay', { from: '2027-01-10' }), '2026-11-25');
  expect(gainsOf(waiting, AT).map(({ user }) => user)).toEqual(
    ['ada', 'bo', 'fay', 'gus'].map((key) => `perception-lab-${key}`),
  );
});

test('what is lost on an earlier last day counts, not that the day is another one', () => {
  const sooner = desiredAccess(changed('bo', { until: '2027-03-31' }), '2026-11-25');
  expect(effectsBetween(BEFORE, sooner, AT)).toMatchObject([
    { user: 'perception-lab-bo', worstLoss: 'spends', starts: { after: '2027-04-01T00:00:00.000Z' } },
  ]);
});

test.each([
  [63, '2099-01-01T00:00:00.000Z'],
  [64, null],
])(
  'a gain beside %i dates of other policies begins at its moment, or of more dates in doubt at once',
  (dates, start) => {
    const dated = Array.from({ length: dates }, (_, day) =>
      write('fay', `p${day}`, says(statement('Allow', 's3:*', after(new Date(Date.UTC(2027, 1, day)).toISOString())))),
    );
    const full = all(
      ...dated,
      write('bo', 'later', says(statement('Allow', 'mechanicalturk:SendBonus', after('2099-01-01')))),
    )(BEFORE);
    const only = (model: AccessModel): AccessModel => ({
      ...model,
      users: model.users
        .filter(({ name }) => /-(?:bo|fay)$/.test(name))
        .map(({ inline, ...user }) => ({ ...user, inline: inline.filter(({ name }) => name !== 'limits') })),
    });
    const of = effectsBetween(only(BEFORE), only(full), AT, [only(BEFORE), only(full)]);
    expect(of).toMatchObject([{ user: 'perception-lab-bo', worstGain: 'spends', starts: { after: start } }]);
  },
);

describe('the end of access is found in the documents', () => {
  const ends = (statement: Statement) => {
    const model = byHand('ada', {
      inline: [{ name: 'limits', document: { Version: '2012-10-17', Statement: statement } }],
    });
    const access = accessOf(model, { at: AT }).find(({ user }) => user.name === 'perception-lab-ada');
    return [access?.ends === null ? null : new Date(access!.ends).toISOString().slice(0, 10), access?.suspended];
  };
  const deny = { Effect: 'Deny', Action: '*', Resource: '*' } as const;
  const from = (operator: string, key: string, value: string) => ({ [operator]: { [key]: value } });

  test.each<[what: string, statement: Statement, end: string | null, suspended: boolean]>([
    ['a Deny of everything', deny, null, true],
    ['of all of Mechanical Turk', { ...deny, Action: 'mechanicalturk:*' }, null, true],
    ['of all but IAM', { Effect: 'Deny', NotAction: 'iam:*', Resource: '*' }, null, true],
    ['of one operation', { ...deny, Action: 'mechanicalturk:SendBonus' }, null, false],
    ['of no resource of Mechanical Turk', { ...deny, Resource: 'arn:aws:s3:::b' }, null, false],
    [
      'from a day on',
      { ...deny, Condition: from('DateGreaterThanEquals', 'aws:CurrentTime', '2027-06-01') },
      '2027-06-01',
      false,
    ],
    [
      'after a moment',
      { ...deny, Condition: from('DateGreaterThan', 'AWS:currenttime', '2027-06-01T00:00:00Z') },
      '2027-06-01',
      false,
    ],
    [
      'from an epoch time on',
      { ...deny, Condition: from('DateGreaterThanEquals', 'aws:EpochTime', '1811808000') },
      '2027-06-01',
      false,
    ],
    ['until a day', { ...deny, Condition: from('DateLessThan', 'aws:CurrentTime', '2027-06-01') }, null, false],
    [
      'from a day on, of some operations',
      { ...deny, Action: 'mechanicalturk:Get*', Condition: from('DateGreaterThan', 'aws:CurrentTime', '2027-06-01') },
      null,
      false,
    ],
    [
      'from a day on, from one address',
      {
        ...deny,
        Condition: {
          ...from('DateGreaterThan', 'aws:CurrentTime', '2027-06-01'),
          IpAddress: { 'aws:SourceIp': '192.0.2.1' },
        },
      },
      null,
      false,
    ],
  ])('%s', (_what, statement, end, suspended) => {
    expect(ends(statement)).toEqual([end, suspended]);
  });
});

describe('explain', () => {
  test('says what a role allows and another policy takes away', () => {
    const gus = explain(BEFORE, 'perception-lab-gus', AT);
    expect(gus?.denied.map(({ operations, by, byBoundary }) => [operations, by[0]?.holder.name, byBoundary])).toEqual([
      [['SendBonus'], 'perception-lab-everything-but-bonus', false],
    ]);
    expect(gus?.ends).toBe('2027-09-01T00:00:00.000Z');
  });

  test('says that a suspended member has no access, and lists what is denied', () => {
    const cy = explain(BEFORE, 'perception-lab-cy', AT);
    expect([cy?.allowed, cy?.suspended]).toEqual([[], true]);
    expect(cy?.denied.flatMap(({ operations }) => operations)).toHaveLength(8);
  });

  test('is null for an unknown user', () => {
    expect(explain(BEFORE, 'perception-lab-zed', AT)).toBeNull();
  });

  test.each([
    ['dee', '2026-07-01T00:00:00.000Z'],
    ['bo', '2027-06-01T00:00:00.000Z'],
    ['ada', undefined],
    ['zed', undefined],
  ])('says when the access of %s ended, whose user is deleted: %p', (key, ends) => {
    expect(explainEnded(sampleTeam, key, AT)?.ends).toBe(ends);
  });
});

describe('who can', () => {
  test.each<[asked: string, users: string[]]>([
    ['SendBonus', ['ada', 'fay']],
    ['pay:approve', ['ada', 'fay', 'gus']],
    ['GetHIT', ['ada', 'bo', 'fay', 'gus']],
    ['workers:block', ['ada', 'gus']],
    ['spend', ['ada', 'bo', 'fay', 'gus']],
    ['harm', ['ada', 'gus', 'fay']],
    ['delete', ['ada', 'gus']],
    ['contact', ['ada', 'gus']],
    ['results-reader', ['bo', 'cy']],
    ['paymaster', ['fay']],
  ])('%s', (asked, users) => {
    const answer = able(BEFORE, asked, AT);
    expect(answer.users.map(({ user }) => user)).toEqual(users.map((key) => `perception-lab-${key}`));
    expect(answer.outOf).toBe(5);
  });

  test.each<[string, users: number, frozen: boolean, Partial<Team>]>([
    ['SendBonus', 0, true, { freeze: ['pay:bonus'] }],
    ['spend', 4, false, { freeze: ['pay:bonus'] }],
    ['pay:approve', 0, true, { freeze: ['pay:approve'], members: [GUS] }],
    ['SendBonus', 0, false, { freeze: ['pay:bonus'], members: [GUS] }],
    ['SendBonus', 0, false, { members: sampleTeam.members.map((each) => ({ ...each, suspended: true })) }],
  ])('%s: %p users; none because of the freeze: %p', (asked, users, frozen, more) => {
    const answer = able(desiredAccess({ ...sampleTeam, ...more }, '2026-11-25'), asked, AT);
    expect([answer.users.length, answer.frozen]).toEqual([users, frozen]);
  });

  test('no user may because of a boundary that allows nothing, which is no freeze', () => {
    const users = BEFORE.users.map((user) => ({ ...user, boundary: stopArn('none') }));
    const bounded = withPolicy(stopArn('none'), says())({ ...BEFORE, users });
    expect(able(bounded, 'SendBonus', AT)).toMatchObject({ users: [], frozen: false });
  });

  test('a name of nothing asks for nothing', () => {
    expect(queryNamed('results-raeder', sampleTeam)).toBeNull();
  });

  test('by a role only what its group gives, not the policy of a user of that name', () => {
    const reader = { name: 'perception-lab-results-reader', groups: ['perception-lab-results-reader'] };
    const inline = [{ name: 'bonus', document: says(statement('Allow', 'mechanicalturk:SendBonus')) }];
    const model = withUser({ ...reader, inline })(BEFORE);
    const found = able(model, 'results-reader', AT).users.find(({ user }) => user === reader.name);
    expect(found?.operations).toEqual(operationsOf('results:read'));
  });

  test('a member is not listed after their last day', () => {
    expect(able(BEFORE, 'CreateHIT', new Date('2027-06-01T00:00:00Z')).users.map(({ user }) => user)).toEqual([
      'perception-lab-ada',
      'perception-lab-gus',
    ]);
  });
});

test.each<[string, Partial<Parameters<typeof hasEffect>[0]>, boolean]>([
  ['nothing', {}, false],
  ['a gain', { operations: { gained: ['GetHIT'], lost: [] } }, true],
  ['a loss', { operations: { gained: [], lost: ['GetHIT'] } }, true],
  ['a first day', { starts: { before: null, after: '2027-01-01' } }, true],
  ['a last day', { ends: { before: '2027-01-01', after: null } }, true],
  ['a boundary', { boundary: { before: null, after: 'arn' } }, true],
  ['a suspension', { suspended: { before: false, after: true } }, true],
])('%s has an effect: %p', (_what, given, expected) => {
  const same = { before: null, after: null };
  const unchanged = { before: false, after: false };
  const none = { operations: { gained: [], lost: [] }, starts: same, ends: same, boundary: same, suspended: unchanged };
  expect(hasEffect({ ...none, ...given })).toBe(expected);
});

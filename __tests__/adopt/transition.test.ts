import { emptyModel } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import type { AdoptedUser, Adoption } from '../../src/adopt/adoption.ts';
import { changesSince, type Move, orderedMoves } from '../../src/adopt/progress.ts';
import {
  adoptingTeams,
  beforeFinish,
  changingAtOnce,
  coverOf,
  unequalThroughRoles,
} from '../../src/adopt/transition.ts';
import { OPERATIONS } from '../../src/catalog/mturk.ts';
import { DENY_ALL, type PolicyDocument } from '../../src/iam/document.ts';
import { policySize } from '../../src/iam/quotas.ts';
import { appliedTeam } from '../../src/team/applied-team.ts';
import { iamName, labPath, memberTags } from '../../src/team/names.ts';
import type { Member, Team } from '../../src/team/team.ts';
import { TODAY } from '../support/lab-in-test.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';

const AT = new Date(`${TODAY}T12:00:00Z`);

function adoptedUser(given: Pick<AdoptedUser, 'key'> & Partial<AdoptedUser>): AdoptedUser {
  const { key } = given;
  const none = { groups: [], attached: [], inline: [], boundary: null, tags: {} };
  return { id: `AIDA${key}`, name: key, path: '/', ...none, ...given };
}

function adoptionOf(...users: readonly AdoptedUser[]): Adoption {
  const { account, lab } = sampleTeam;
  return {
    version: 1,
    account,
    lab,
    at: AT.toISOString(),
    users,
    groups: [],
    policies: [],
    existing: [],
    accepted: [],
  };
}

describe('the order of moves', () => {
  const move = (from: string, to: string): Move => ({ from: { name: from, path: '/' }, to: { name: to, path: '/l/' } });
  const users = (...names: readonly string[]) => names.map((name) => ({ name, path: '/' }));
  test.each<[string, readonly Move[], readonly string[], readonly string[], readonly string[]]>([
    ['none wants the name of another', [move('a', 'l-a'), move('b', 'l-b')], ['a', 'b'], ['l-a', 'l-b'], []],
    ['who has the name moves first', [move('a', 'l-b'), move('l-b', 'l-c')], ['a', 'l-b'], ['l-c', 'l-b'], []],
    ['another case is the same name', [move('a', 'l-b'), move('L-B', 'l-c')], ['a', 'L-B'], ['l-c', 'l-b'], []],
    ['a user keeps the name and changes its case', [move('L-A', 'l-a')], ['L-A'], ['l-a'], []],
    ['a stranger has the name', [move('a', 'l-a')], ['a', 'L-A'], [], ['L-A']],
    ['two have the names of each other', [move('a', 'b'), move('b', 'a')], ['a', 'b'], [], ['b', 'a']],
  ])('%s', (_title, moves, names, ordered, taken) => {
    const found = orderedMoves(moves, users(...names));
    expect({ ordered: found.moves.map(({ to }) => to.name), taken: found.taken }).toEqual({ ordered, taken });
  });
});

describe('the team of adopt --apply', () => {
  const team: Team = {
    ...sampleTeam,
    members: [
      member({ key: 'bo', roles: ['results-reader'], until: '2027-05-31' }),
      member({ key: 'cy', roles: ['results-reader'], suspended: true }),
      member({ key: 'dee', roles: ['results-reader'], until: '2026-11-01' }),
      member({ key: 'eve', roles: ['results-reader'], from: '2027-01-01' }),
      member({ key: 'new', roles: ['results-reader'] }),
    ],
  };
  const keys = ['bo', 'cy', 'dee', 'eve'].map((key) => adoptedUser({ key }));

  test('it has adopted members without limits, and without roles those who have no access now', () => {
    const { members } = adoptingTeams(team, adoptionOf(...keys), TODAY).written;
    expect(members.map(({ key, roles, from, until, suspended }) => ({ key, roles, from, until, suspended }))).toEqual(
      ['bo', 'cy', 'dee', 'eve'].map((key) => ({
        ...{ key, roles: key === 'bo' ? ['results-reader'] : [] },
        ...{ from: null, until: null, suspended: false },
      })),
    );
  });
});

test('denies and a freeze come with adopt --finish, but where AWS would give too much', () => {
  const roles = [
    role({ key: 'own', allow: ['GetHIT', 'SendBonus'], deny: ['SendBonus'] }),
    role({ key: 'aws', managed: ['AmazonMechanicalTurkFullAccess'], deny: ['SendBonus'] }),
  ];
  const team: Team = { ...sampleTeam, roles, members: [member({ key: 'bo', roles: ['own'] })], freeze: ['pay:bonus'] };
  const { written } = adoptingTeams(team, adoptionOf(adoptedUser({ key: 'bo' })), TODAY);
  expect(written.freeze).toEqual([]);
  expect(written.roles.map(({ allow, deny }) => ({ allow, deny }))).toEqual([
    { allow: ['GetHIT'], deny: [] },
    { allow: [], deny: ['SendBonus'] },
  ]);
});

test('two roles of which one denies what the other allows give too much for a moment, unless the user had it', () => {
  const team: Team = {
    ...sampleTeam,
    roles: [
      role({ key: 'all', allow: OPERATIONS }),
      role({ key: 'no-bonus', allow: ['GetHIT'], deny: ['SendBonus'] }),
      role({ key: 'one', allow: OPERATIONS, deny: ['SendBonus'] }),
    ],
    members: [
      member({ key: 'bo', roles: ['all', 'no-bonus'] }),
      member({ key: 'cy', roles: ['one'] }),
      member({ key: 'dee', roles: ['all', 'no-bonus'] }),
    ],
  };
  const document: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
  };
  const dee = adoptedUser({ key: 'dee', inline: [{ name: 'pay', document }] });
  const adoption = adoptionOf(adoptedUser({ key: 'bo' }), adoptedUser({ key: 'cy' }), dee);
  expect(changingAtOnce(adoption, adoptingTeams(team, adoption, TODAY), AT).gaining).toEqual([
    { user: 'perception-lab-bo', operations: ['SendBonus'] },
  ]);
});

test('a role gives too much until the Deny of the next one holds, unless what the user has denies it, too', () => {
  const team: Team = {
    ...sampleTeam,
    roles: [
      role({ key: 'payer', allow: ['SendBonus'] }),
      role({ key: 'reader', managed: ['AmazonMechanicalTurkReadOnly'], deny: ['SendBonus'] }),
    ],
    members: ['bo', 'cy'].map((key) => member({ key, roles: ['payer', 'reader'] })),
  };
  const document: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
  };
  const cy = adoptedUser({ key: 'cy', inline: [{ name: 'no-bonus', document }] });
  const adoption = adoptionOf(adoptedUser({ key: 'bo' }), cy);
  expect(changingAtOnce(adoption, adoptingTeams(team, adoption, TODAY), AT)).toEqual({
    losing: [],
    gaining: [{ user: 'perception-lab-bo', operations: ['SendBonus'] }],
  });
});

test('a user gains by a policy that names the new name, until the roles deny it', () => {
  const team: Team = {
    ...sampleTeam,
    roles: [role({ key: 'reader', managed: ['AmazonMechanicalTurkReadOnly'], deny: ['SendBonus'] })],
    members: [member({ key: 'bo', roles: ['reader'] })],
  };
  const Condition = { StringEquals: { 'aws:username': 'perception-lab-bo' } };
  const document: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:SendBonus', Resource: '*', Condition }],
  };
  const adoption = adoptionOf(adoptedUser({ key: 'bo', inline: [{ name: 'pay', document }] }));
  expect(changingAtOnce(adoption, adoptingTeams(team, adoption, TODAY), AT).gaining).toEqual([
    { user: 'perception-lab-bo', operations: ['SendBonus'] },
  ]);
});

describe('the cover of a user while the old access goes', () => {
  const team: Team = {
    ...sampleTeam,
    members: [member({ key: 'bo', roles: ['results-reader'] }), member({ key: 'cy' })],
  };
  const small: PolicyDocument = { Version: '2012-10-17', Statement: [] };
  const large: PolicyDocument = { ...small, Id: 'x'.repeat(1_700) };
  const whole = { Statement: [{ Sid: 'Adopting', ...[DENY_ALL.Statement].flat()[0] }] };
  const cover = (key: string, inline: AdoptedUser['inline']) => {
    const user = adoptedUser({ key, inline });
    return coverOf({ ...user, name: `perception-lab-${key}` }, team, TODAY, AT);
  };

  test('it denies everything but what the file gives', () => {
    const { name, document, first } = cover('bo', []);
    const [statement] = [document.Statement].flat();
    expect(name).toBe('mturk-team-adopting');
    expect(statement).toMatchObject({ Effect: 'Deny', Resource: '*' });
    expect(statement?.NotAction).toContain('mechanicalturk:GetHIT');
    expect(statement?.NotAction).not.toContain('mechanicalturk:SendBonus');
    expect(first).toBe(document);
    expect(cover('cy', []).document).toEqual(whole);
  });

  test('it replaces an inline policy, and is a Deny of everything while others leave no room', () => {
    expect(cover('bo', [{ name: 'a', document: large }])).toMatchObject({ name: 'a' });
    const both = cover('bo', [
      { name: 'a', document: small },
      { name: 'b', document: large },
    ]);
    expect(both).toMatchObject({ name: 'a', first: whole });
    expect(both?.document).not.toEqual(whole);
    // Others may leave no more room than this took.
    expect(policySize(JSON.stringify(both.first))).toBeLessThanOrEqual(policySize(JSON.stringify(DENY_ALL)));
    // A second call after an interruption keeps the one that it wrote.
    const again = cover('bo', [
      { name: 'a', document: small },
      { name: 'mturk-team-adopting', document: small },
    ]);
    expect(again?.name).toBe('mturk-team-adopting');
  });
});

test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  ['those it had', { project: 'vision' }, []],
  ['none yet', {}, []],
  ['those of the lab', memberTags(sampleTeam.lab, 'bo'), []],
  ['one by hand beside them', { ...memberTags(sampleTeam.lab, 'bo'), stop: 'yes' }, ['tags']],
  ['another value by hand', { project: 'audio' }, ['tags']],
])('a user whose adopt --finish was interrupted has %s', (_title, tags, changed) => {
  const team: Team = { ...sampleTeam, members: [member({ key: 'bo', roles: ['results-reader'] })] };
  const user = adoptedUser({ key: 'bo', tags: { project: 'vision' } });
  const { id, key: _key, ...held } = user;
  const place = { name: iamName(team.lab, 'bo'), path: labPath(team.lab) };
  const account = {
    access: { ...emptyModel(team.account), users: [{ ...held, ...place, tags }] },
    ids: { user: new Map([[place.name, id]]), group: new Map() },
  };
  const adoption = adoptionOf(user);
  const changes = changesSince(adoption, team, beforeFinish(adoption, account, team, [appliedTeam(team, TODAY)]));
  expect(changes.map(({ part }) => part)).toEqual(changed);
});

describe('the one inline policy of a user whose adopt --finish was interrupted', () => {
  const bo = member({ key: 'bo', roles: ['results-reader'], until: TODAY });
  const began: Team = { ...sampleTeam, members: [bo] };
  const changed: Team = { ...sampleTeam, members: [{ ...bo, roles: ['task-publisher'] }] };
  const [LATER, AT_LATER] = ['2026-11-27', new Date('2026-11-27T12:00:00Z')];
  const place = { name: iamName(sampleTeam.lab, 'bo'), path: labPath(sampleTeam.lab) };
  const user = adoptedUser({ key: 'bo', inline: [{ name: 'old', document: DENY_ALL }] });
  const coverBy = (team: Team, day: string, at: Date) => coverOf({ ...user, name: place.name }, team, day, at).document;
  const stop = { Effect: 'Deny', NotAction: ['mechanicalturk:GetAccountBalance'], Resource: '*' } as const;

  test.each<[string, PolicyDocument, readonly string[]]>([
    ['the first run wrote', coverBy(began, TODAY, AT), []],
    ['a later run wrote, when their last day was over', coverBy(began, LATER, AT_LATER), []],
    ['a later run of a changed file wrote', coverBy(changed, TODAY, AT), []],
    ['someone wrote', { Version: '2012-10-17', Statement: [stop] }, ['inline']],
  ])('holds what %s', (_who, document, parts) => {
    const { id, key: _key, ...held } = user;
    const inline = [{ name: 'old', document }];
    const account = {
      access: { ...emptyModel(sampleTeam.account), users: [{ ...held, ...place, inline }] },
      ids: { user: new Map([[place.name, id]]), group: new Map() },
    };
    const adoption = adoptionOf(user);
    const begun = [appliedTeam(began, TODAY), appliedTeam(changed, TODAY), appliedTeam(began, LATER)];
    const changes = changesSince(adoption, changed, beforeFinish(adoption, account, changed, begun));
    expect(changes.map(({ part }) => part)).toEqual(parts);
  });
});

test.each<[string, Partial<Member>, string]>([
  ['is suspended', { suspended: true }, TODAY],
  ['had left', { until: '2026-11-01' }, TODAY],
  ['had not begun when it did', { from: '2026-11-26' }, '2026-11-27'],
  ['left since it began', { until: '2026-11-26' }, '2026-11-27'],
])('adopt --finish goes on with who %s and is in the group of the role', (_title, dates, today) => {
  const team: Team = { ...sampleTeam, members: [member({ key: 'bo', roles: ['results-reader'], ...dates })] };
  const adoption = adoptionOf(adoptedUser({ key: 'bo' }));
  const ids = { user: new Map([[iamName(team.lab, 'bo'), 'AIDAbo']]), group: new Map() };
  const at = new Date(`${today}T12:00:00Z`);
  const begun = [appliedTeam(team, TODAY)];
  const before = beforeFinish(adoption, { access: desiredAccess(team, today), ids }, team, begun);
  const { written } = adoptingTeams(team, adoption, TODAY);
  expect(unequalThroughRoles(written, before.access, at)).toEqual([]);
});

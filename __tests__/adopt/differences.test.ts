import type { AdoptedUser, Adoption } from '../../src/adopt/adoption.ts';
import { differencesOf, unaccepted } from '../../src/adopt/differences.ts';
import type { Statement } from '../../src/iam/document.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { ACCOUNT } from '../emulator/clients.ts';

const TODAY = '2026-11-25';
const WHEN = { at: new Date(`${TODAY}T12:00:00Z`), today: TODAY };

/** A team in which bo has one role. */
function teamOf({ allow = '[GetHIT]', member = '', freeze = '[]' } = {}) {
  const text = `version: 1
lab: perception-lab
account: "${ACCOUNT}"
owners: [ada]
freeze: ${freeze}
roles: { r: { allow: ${allow} }, all: { allow: ["*"] } }
members:
  ada: { name: Ada, roles: [all] }
  bo: { name: Bo, roles: [r]${member} }
`;
  return readTeam(text, { file: 'team.yaml', today: TODAY }).team!;
}

const allow = (action: string, more: Partial<Statement> = {}): Statement => ({
  ...{ Effect: 'Allow', Action: `mechanicalturk:${action}`, Resource: '*' },
  ...more,
});

function adoptionOf(...Statement: readonly Statement[]): Adoption {
  const document = Statement.length === 0 ? null : { Version: '2012-10-17', Statement };
  const user: AdoptedUser = {
    ...{ key: 'bo', id: 'AIDABO', name: 'Bo', path: '/', groups: [], attached: [], boundary: null, tags: {} },
    inline: [{ name: 'p', document }],
  };
  return {
    ...{ version: 1, account: ACCOUNT, lab: 'perception-lab', at: WHEN.at.toISOString() },
    ...{ users: [user, { ...user, key: 'zoe', name: 'zoe' }], groups: [], policies: [], existing: [], accepted: [] },
  };
}

const idsOf = (adoption: Adoption, team = teamOf()) => {
  const people = differencesOf(adoption, team, WHEN);
  // Those whose member is not in the file are left alone.
  expect(people.map(({ key, name }) => [key, name])).toEqual([['bo', 'Bo']]);
  return people[0]!.differences.map(({ id }) => id);
};

const OFFICE = { Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } };
const LONG_AGO = { Condition: { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } };
const own = 'user/Bo/p';

test.each<[name: string, before: readonly Statement[], team: ReturnType<typeof teamOf>, expected: readonly string[]]>([
  ['the same', [allow('GetHIT')], teamOf(), []],
  ['the same by a wildcard', [allow('GetHI?')], teamOf(), []],
  ['more', [allow('GetHIT')], teamOf({ allow: '[GetHIT, pay:bonus]' }), ['gained/SendBonus']],
  ['less', [allow('GetHIT'), allow('SendBonus')], teamOf(), ['lost/SendBonus']],
  ['an address', [allow('GetHIT', OFFICE)], teamOf(), ['unlimited/GetHIT']],
  ['an address, and without it too', [allow('GetHIT', OFFICE), allow('GetHIT')], teamOf(), []],
  [
    'a Deny from elsewhere',
    [allow('GetHIT'), allow('GetHIT', { Effect: 'Deny', ...OFFICE })],
    teamOf(),
    ['unlimited/GetHIT'],
  ],
  ['a time that passed', [allow('GetHIT'), allow('SendBonus', LONG_AGO)], teamOf(), ['conditional/SendBonus']],
  ['a time that passed, without it', [allow('GetHIT', LONG_AGO)], teamOf(), ['gained/GetHIT']],
  [
    'a resource',
    [allow('GetHIT', { Resource: 'arn:aws:mechanicalturk:us-east-1:1:hit/1' })],
    teamOf(),
    ['gained/GetHIT'],
  ],
  [
    'S3',
    [allow('GetHIT'), { Effect: 'Allow', Action: ['s3:Get*', 'mechanicalturk:GetHIT'], Resource: '*' }],
    teamOf(),
    [`other-permission/${own}/s3:Get*`],
  ],
  [
    'NotAction',
    [{ Effect: 'Allow', NotAction: 'mechanicalturk:SendBonus', Resource: '*' }],
    teamOf({ allow: '["*"]', member: '' }),
    ['gained/SendBonus', `other-permission/${own}/*`],
  ],
  ['a Deny of S3', [allow('GetHIT'), { Effect: 'Deny', Action: 's3:*', Resource: '*' }], teamOf(), []],
  ['a retired operation', [allow('GetHIT'), allow('SearchHITs')], teamOf(), []],
  [
    'suspended before',
    [allow('GetHIT'), { Effect: 'Deny', Action: '*', Resource: '*' }],
    teamOf({ member: ', suspended: true' }),
    [],
  ],
  ['suspended after', [allow('GetHIT')], teamOf({ member: ', suspended: true' }), ['lost/GetHIT']],
  ['a last day to come', [allow('GetHIT')], teamOf({ member: ', until: "2027-05-31"' }), []],
  ['a first day to come', [allow('GetHIT')], teamOf({ member: ', from: "2027-05-31"' }), ['lost/GetHIT']],
  [
    'a first day to come, with more',
    [allow('GetHIT')],
    teamOf({ allow: '[GetHIT, pay:bonus]', member: ', from: "2027-05-31"' }),
    ['gained/SendBonus', 'lost/GetHIT'],
  ],
  [
    'a freeze',
    [allow('GetHIT'), allow('SendBonus')],
    teamOf({ allow: '[GetHIT, pay:bonus]', freeze: '[spend]' }),
    ['lost/SendBonus'],
  ],
])('what differs: %s', (_name, before, team, expected) => {
  expect(idsOf(adoptionOf(...before), team)).toEqual(expected);
});

test('a policy that cannot be read may give anything', () => {
  expect(idsOf(adoptionOf(), teamOf({ allow: '["*"]' }))).toEqual([`unknown-policy/${own}`]);
});

test('what was accepted holds for what was shown, and for nothing else', () => {
  const adoption = adoptionOf(allow('GetHIT'), allow('SendBonus'));
  const people = differencesOf(adoption, teamOf(), WHEN);
  const keys = (accepted: Adoption['accepted'], team = teamOf()) =>
    unaccepted({ ...adoption, accepted }, differencesOf(adoption, team, WHEN)).map(({ key }) => key);
  expect(unaccepted(adoption, people)).toEqual(people);
  expect(keys([{ key: 'bo', differences: ['lost/SendBonus', 'gained/DeleteHIT'] }])).toEqual([]);
  expect(keys([{ key: 'zoe', differences: ['lost/SendBonus'] }])).toEqual(['bo']);
  expect(keys([{ key: 'bo', differences: ['lost/SendBonus'] }], teamOf({ allow: '[pay:bonus]' }))).toEqual(['bo']);
});

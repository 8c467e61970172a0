import type { AccountRole } from '../../../src/access/account-role.ts';
import type { AccessGroup, AccessUser } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { rolePolicyArn } from '../../../src/team/names.ts';
import {
  all,
  changeUser,
  type GivenScan,
  idOf,
  name,
  says,
  scanOfAccount,
  statement,
  TODAY,
  withGroup,
  withPolicy,
  withUser,
} from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const ACCOUNT = 'arn:aws:iam::123456789012';
const ADMINISTRATOR = `${ACCOUNT}:role/Admin`;
const BOUNDARY = 'arn:aws:iam::aws:policy/AdministratorAccess';
const spare = (action: string) => says(statement('Allow', action, { Resource: `${ACCOUNT}:group/spare` }));
const inline = (document: ReturnType<typeof says>) => [{ name: 'own', document }];
const role = (named: string, ...trusted: readonly string[]): AccountRole => ({
  ...{ name: named, path: '/', arn: `${ACCOUNT}:role/${named}`, attached: [], boundary: null, tags: {} },
  inline: inline(says(statement('Allow', '*'))),
  trust: { Statement: { Effect: 'Allow', Principal: { AWS: trusted }, Action: 'sts:AssumeRole' } },
});
const administratorTrusting = (users: readonly string[], ...others: readonly AccountRole[]): GivenScan => ({
  knownAdministrators: [ADMINISTRATOR],
  inventory: { roles: [role('Admin', ...users), ...others] },
});
const arnOf = (key: string) => `${ACCOUNT}:user/mturk/perception-lab/${name(key)}`;
const desired = desiredAccess(sampleTeam, TODAY);
/** Into one group without rights, and to write its policies: only both lead anywhere. */
const withHalves = (...attached: readonly string[]) =>
  all(
    withPolicy(BOUNDARY, says(statement('Allow', '*'))),
    withPolicy(`${ACCOUNT}:policy/half`, spare('iam:PutGroupPolicy')),
    withGroup({ name: 'spare' }),
    withGroup({ name: 'helpers', attached, inline: inline(spare('iam:AddUserToGroup')) }),
    withUser({ name: 'zed', attached: [`${ACCOUNT}:policy/half`], boundary: BOUNDARY, groups: ['helpers'] }),
  )(desired);

const CASES: [what: string, given: GivenScan, ...ids: string[]][] = [
  [
    'members whom the role of an administrator trusts, in one finding',
    administratorTrusting([arnOf('bo'), arnOf('fay')]),
    'access-not-given/bo=2Ffay/escalates',
  ],
  [
    'a replaced user whom it trusts',
    {
      inventory: { ...administratorTrusting([arnOf('bo')]).inventory, ids: idOf('user', name('bo'), 'AIDAAFTER') },
      ...{ knownAdministrators: [ADMINISTRATOR], noted: idOf('user', name('bo'), 'AIDABEFORE') },
    },
    'access-not-given/bo/escalates',
  ],
  [
    'an outsider with half of a way in a group with a policy of the lab',
    { account: withHalves(rolePolicyArn(sampleTeam, 'results-reader')) },
    'unmanaged-user/zed/escalates',
  ],
  [
    'a member whom it trusts, beside another role with the name of that member',
    administratorTrusting([arnOf('bo')], role(name('bo'), 'arn:aws:iam::210987654321:root')),
    'access-not-given/bo/escalates',
    `unmanaged-role/${name('bo')}/escalates`,
  ],
  [
    'an outsider who can join a group of administrators with a policy of the lab',
    {
      account: all(
        withPolicy(BOUNDARY, says(statement('Allow', '*'))),
        withGroup({ name: 'admins', attached: [BOUNDARY, rolePolicyArn(sampleTeam, 'results-reader')] }),
        withUser({ name: 'zed', inline: inline(says(statement('Allow', 'iam:AddUserToGroup'))), boundary: BOUNDARY }),
      )(desired),
    },
    'unmanaged-user/zed/escalates',
  ],
  ['an outsider with both halves elsewhere', { account: withHalves() }, 'unmanaged-user/zed/escalates'],
];

test.each<[what: string, given: GivenScan, ...ids: string[]]>(CASES)(
  'control of the account is found, of %s',
  (_what, given, ...ids) => {
    const { findings } = scanOfAccount(given);
    expect(findings.filter(({ escalates }) => escalates.length > 0).map((each) => each.id)).toEqual(ids);
  },
);

const TAGGED = { Condition: { StringEquals: { 'aws:PrincipalTag/pay': 'yes' } } };
const tagsItself = statement('Allow', 'iam:TagUser', { Resource: `${ACCOUNT}:user/*` });
const pays = statement('Allow', 'mechanicalturk:SendBonus', TAGGED);
const READER = rolePolicyArn(sampleTeam, 'results-reader');
const MOVED = { name: name('results-reader'), path: '/x/' };
test.each<[what: string, group: Partial<AccessGroup>, user: Partial<AccessUser>]>([
  ['has a policy of the lab', {}, { attached: [READER] }],
  ['is under the path of the lab', {}, { path: '/mturk/perception-lab/' }],
  ['is in a group with a policy of the lab', { attached: [READER] }, {}],
  ['has nothing of the lab', {}, {}],
  ['may tag itself by a moved group of the lab', { ...MOVED, inline: inline(says(tagsItself, pays)) }, { inline: [] }],
])('who can spend money after tagging itself is found, though it %s', (_what, ofGroup, ofUser) => {
  const account = all(
    withPolicy(BOUNDARY, says(statement('Allow', '*'))),
    (model) => ({ ...model, groups: model.groups.filter(({ name: each }) => each !== ofGroup.name) }),
    withGroup({ name: 'payers', inline: inline(says(pays)), ...ofGroup }),
    withUser({
      ...{
        name: 'zed',
        groups: [ofGroup.name ?? 'payers'],
        inline: inline(says(tagsItself)),
        boundary: `${ACCOUNT}:policy/limit`,
      },
      ...ofUser,
    }),
    withPolicy(`${ACCOUNT}:policy/limit`, says(statement('Allow', ['iam:TagUser', 'mechanicalturk:*']))),
  )(desired);
  const { findings } = scanOfAccount({ account });
  const spending = findings.filter(({ changes }) =>
    changes.some(({ user, operations: { gained } }) => user === 'zed' && gained.includes('SendBonus')),
  );
  expect(spending.map(({ severity }) => severity)).toEqual(['critical']);
});

test('of two members with swapped names, each is found by their unique ID', () => {
  const [bo, fay] = [name('bo'), name('fay')];
  const ids = (one: string, other: string) => ({
    user: new Map([
      [one, 'AIDABO'],
      [other, 'AIDAFAY'],
    ]),
    group: new Map(),
  });
  const account = all(
    withPolicy(BOUNDARY, says(statement('Allow', '*'))),
    changeUser('fay', () => ({ attached: [BOUNDARY], boundary: BOUNDARY })),
  )(desired);
  const inventory = { ...administratorTrusting([arnOf('bo')]).inventory, ids: ids(fay, bo) };
  const { findings } = scanOfAccount({ ...administratorTrusting([]), account, inventory, noted: ids(bo, fay) });
  expect(new Set(findings.flatMap(({ escalates }) => escalates))).toEqual(new Set([bo, fay]));
});

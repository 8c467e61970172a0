import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { rolePolicyArn } from '../../../src/team/names.ts';
import {
  all,
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
const administratorTrusting = (...users: readonly string[]): GivenScan => ({
  knownAdministrators: [ADMINISTRATOR],
  inventory: {
    roles: [
      {
        ...{ name: 'Admin', path: '/', arn: ADMINISTRATOR, attached: [], boundary: null, tags: {} },
        inline: inline(says(statement('Allow', '*'))),
        trust: { Statement: { Effect: 'Allow', Principal: { AWS: users }, Action: 'sts:AssumeRole' } },
      },
    ],
  },
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

const CASES: readonly (readonly [string, GivenScan, string])[] = [
  [
    'members whom the role of an administrator trusts, in one finding',
    administratorTrusting(arnOf('bo'), arnOf('fay')),
    'access-not-given/bo/escalates',
  ],
  [
    'a replaced user whom it trusts',
    {
      inventory: { ...administratorTrusting(arnOf('bo')).inventory, ids: idOf('user', name('bo'), 'AIDAAFTER') },
      ...{ knownAdministrators: [ADMINISTRATOR], noted: idOf('user', name('bo'), 'AIDABEFORE') },
    },
    'access-not-given/bo/escalates',
  ],
  [
    'an outsider with half of a way in a group with a policy of the lab',
    { account: withHalves(rolePolicyArn(sampleTeam, 'results-reader')) },
    'access-not-given/zed/escalates',
  ],
  ['an outsider with both halves elsewhere', { account: withHalves() }, 'unmanaged-user/zed/escalates'],
];

test.each(CASES)('control of the account is in one finding, of %s', (_what, given, id) => {
  const { findings } = scanOfAccount(given);
  expect(findings.filter(({ escalates }) => escalates.length > 0).map((each) => each.id)).toEqual([id]);
});

import type { AccountRole } from '../../../src/access/account-role.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { namingOf } from '../../../src/app/session/read-team.ts';
import { permissionsOf } from '../../../src/aws/setup/roles.ts';
import { findingView } from '../../../src/drift/report/finding-view.ts';
import { driftLines } from '../../../src/drift/report/terminal.ts';
import { type PolicyDocument, type Statement, statementsOf } from '../../../src/iam/document.ts';
import { labPath } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import { plainText } from '../../../src/text/text.ts';
import { name, says, scanOfAccount, statement, TODAY, withMember, withUser } from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const ACCOUNT = '123456789012';
const EVERYTHING = says(statement('Allow', '*'));
const team: Team = {
  ...sampleTeam,
  settings: { ...sampleTeam.settings, state: { bucket: 'lab-state', region: 'eu-central-1', key: 'mturk-team' } },
};

type Trusted = Readonly<Record<string, string>>;

function role(name: string, trusted: Trusted, document: PolicyDocument | null, path = '/'): AccountRole {
  return {
    ...{ name, path, arn: `arn:aws:iam::${ACCOUNT}:role${path}${name}`, attached: [], boundary: null, tags: {} },
    inline: [{ name: 'own', document }],
    trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: trusted, Action: 'sts:AssumeRole' }] },
  };
}

const SSO = '/aws-reserved/sso.amazonaws.com/eu-central-1/';
const saml = { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE` };
const root = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
const management = { AWS: 'arn:aws:iam::210987654321:root' };
const onAll = (...actions: string[]): Statement => statement('Allow', actions);
const CDK = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-eu-central-1`;

const ssoAdmin = (suffix: string) => role(`AWSReservedSSO_AWSAdministratorAccess_${suffix}`, saml, EVERYTHING, SSO);

/** What IAM Identity Center, Control Tower and `cdk bootstrap` make in an account; of the policies what matters here. */
const USUAL: readonly AccountRole[] = [
  ssoAdmin('0123456789abcdef'),
  role(
    'AWSReservedSSO_AWSPowerUserAccess_00112233445566ff',
    saml,
    says({ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' }),
    SSO,
  ),
  role(
    'AWSReservedSSO_AWSReadOnlyAccess_fedcba9876543210',
    saml,
    says(onAll('iam:Get*', 'iam:List*', 's3:Get*', 's3:List*')),
    SSO,
  ),
  role('AWSControlTowerExecution', management, EVERYTHING),
  role(
    'aws-controltower-ConfigRecorderRole',
    { Service: 'config.amazonaws.com' },
    says(onAll('config:Put*', 'iam:Get*')),
  ),
  role('aws-controltower-ForwardSnsNotificationRole', { Service: 'lambda.amazonaws.com' }, says(onAll('sns:Publish'))),
  role(`cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-eu-central-1`, { Service: 'cloudformation.amazonaws.com' }, EVERYTHING),
  role(
    `cdk-hnb659fds-deploy-role-${ACCOUNT}-eu-central-1`,
    root,
    says(onAll('cloudformation:CreateChangeSet', 'cloudformation:ExecuteChangeSet'), {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: CDK,
    }),
  ),
  role(
    `cdk-hnb659fds-file-publishing-role-${ACCOUNT}-eu-central-1`,
    root,
    says({
      Effect: 'Allow',
      Action: ['s3:PutObject*', 's3:GetObject*'],
      Resource: `arn:aws:s3:::cdk-hnb659fds-assets-${ACCOUNT}-eu-central-1/*`,
    }),
  ),
  role(`cdk-hnb659fds-lookup-role-${ACCOUNT}-eu-central-1`, root, says(onAll('iam:Get*', 'ec2:Describe*'))),
];

const scan = (roles: readonly AccountRole[], knownAdministrators: readonly string[] | null, of = team) =>
  scanOfAccount({ team: of, inventory: { roles }, knownAdministrators });
const idsOf = ({ findings }: ReturnType<typeof scan>) => findings.map(({ id }) => id);

test('an account with the roles of IAM Identity Center, Control Tower and CDK gives one line', () => {
  const result = scan(USUAL, null);
  expect(result).toMatchObject({ findings: [], class: 'clean' });
  const lines = driftLines(result, namingOf(team)).join('\n');
  expect(lines).toContain('Can do everything in the account, not reported: 5 users and roles\n');
  expect(lines).toContain(
    '  - role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_AWSAdministratorAccess\n',
  );
});

test('what others cannot know is not in a public log', () => {
  const lines = driftLines(scan(USUAL, null), { ...namingOf(team), isPublic: true }).join('\n');
  expect(lines).toContain('Can do everything in the account, not reported: 5 users and roles\n');
  expect(lines).not.toContain('AWSReservedSSO');
});

describe('after the first check', () => {
  const { administrators } = scan(USUAL, null);

  test('they are the same, though IAM Identity Center made one again with another suffix', () => {
    const again = [ssoAdmin('aaaabbbbccccdddd'), ...USUAL.slice(1)];
    expect(scan(again, administrators)).toMatchObject({ findings: [], administrators });
  });

  test('a new one is a finding at every check, until the settings except it', () => {
    const roles = [...USUAL, role('helper', root, EVERYTHING)];
    const first = scan(roles, administrators);
    expect(idsOf(first)).toEqual(['unmanaged-role/helper/escalates']);
    expect(first.findings).toMatchObject([{ severity: 'critical', cause: 'unmanaged' }]);
    const { detail } = findingView(first.findings[0]!, namingOf(team));
    expect(detail && plainText(detail)).toBe('Its policies allow everything.');
    expect(idsOf(scan(roles, first.administrators))).toEqual(['unmanaged-role/helper/escalates']);
    const settings = { ...team.settings, administrators: [`arn:aws:iam::${ACCOUNT}:role/helper`] };
    expect(idsOf(scan(roles, administrators, { ...team, settings }))).toEqual([]);
  });

  test('a new user is a finding as well, and one that was there is not', () => {
    const account = withUser({ name: 'ops', inline: [{ name: 'all', document: EVERYTHING }] })(
      desiredAccess(team, TODAY),
    );
    const of = (known: readonly string[] | null) => scanOfAccount({ team, account, knownAdministrators: known });
    expect(of(null)).toMatchObject({ findings: [], administrators: [`arn:aws:iam::${ACCOUNT}:user/ops`] });
    expect(idsOf(of([]))).toEqual(['unmanaged-user/ops/escalates']);
    expect(idsOf(of(of(null).administrators))).toEqual([]);
  });

  test.each([
    ['bo', {}, ['access-not-given/bo/escalates']],
    ['bo', { suspended: true }, []],
    ['bo', { until: '2026-11-24' }, []],
  ])('one that comes to trust %s, who has %o, gives that member control', (key, more, expected) => {
    const trusting = role('Admin', { AWS: `arn:aws:iam::${ACCOUNT}:user${labPath(team.lab)}${name(key)}` }, EVERYTHING);
    const known = [...administrators, trusting.arn];
    const of = { ...withMember(key, more), settings: team.settings };
    expect(idsOf(scan([...USUAL, trusting], known, of))).toEqual(expected);
    expect(idsOf(scan([...USUAL, { ...trusting, trust: role('Admin', root, EVERYTHING).trust }], known, of))).toEqual(
      [],
    );
  });

  test('who is gone and comes back is new', () => {
    const without = scan(USUAL.slice(0, -1), administrators);
    const gone = scan(
      USUAL.filter(({ name }) => name !== 'AWSControlTowerExecution'),
      without.administrators,
    );
    expect(idsOf(scan(USUAL, gone.administrators))).toEqual(['unmanaged-role/AWSControlTowerExecution/escalates']);
  });
});

test.each<[string, Team['settings']['administrators']]>([
  ['with the suffix that it has', [ssoAdmin('0123456789abcdef').arn]],
  ['with a suffix that it had', [ssoAdmin('ffffffffffffffff').arn]],
])('settings.administrators names a role of IAM Identity Center %s', (_what, administrators) => {
  const of = { ...team, settings: { ...team.settings, administrators } };
  expect(idsOf(scan(USUAL.slice(0, 1), [], of))).toEqual([]);
  expect(idsOf(scan(USUAL.slice(0, 1), []))).toEqual([
    'unmanaged-role/AWSReservedSSO_AWSAdministratorAccess/escalates',
  ]);
});

test('a suffix counts outside the path that AWS alone may use', () => {
  const pretender = role('AWSReservedSSO_AWSAdministratorAccess_0123456789abcdef', root, EVERYTHING, '/own/');
  const { administrators } = scan([pretender], null);
  const other = role('AWSReservedSSO_AWSAdministratorAccess_ffffffffffffffff', root, EVERYTHING, '/own/');
  expect(idsOf(scan([other], administrators))).toEqual([
    'unmanaged-role/AWSReservedSSO_AWSAdministratorAccess_ffffffffffffffff/escalates',
  ]);
});

test('a role that reaches the lab otherwise is a finding at the first check, too, and says how', () => {
  const writer = role('backup', { Service: 'backup.amazonaws.com' }, says(onAll('s3:*')));
  const { findings } = scan([...USUAL, writer], null);
  expect(findings.map(({ id }) => id)).toEqual(['unmanaged-role/backup/escalates']);
  const { title, effect, detail, ifIntended } = findingView(findings[0]!, namingOf(team), { isPrivate: true });
  expect([title, effect, detail, ifIntended].map((text) => text && plainText(text))).toEqual([
    'Role backup can take control of the lab',
    'Control of the lab',
    'Gains control of the lab: s3:PutObject on S3 object lab-state/mturk-team/team.tfstate.',
    'Add the ARN to settings.administrators. Or snooze unmanaged-role/backup/escalates.',
  ]);
});

test.each<[string, Team, string[]]>([
  ['with workflows, whose roles are compared', team, []],
  ['without workflows', sampleTeam, ['unmanaged-role/more/escalates']],
])('a role under the path of the lab’s own roles is judged in a lab %s', (_what, of, expected) => {
  const more = role('more', management, EVERYTHING, '/mturk-roles/perception-lab/');
  expect(idsOf(scan([more], [], of))).toEqual(expected);
  expect(scan([more], null, of).administrators).toEqual(expected.map(() => more.arn));
});

/** What bootstrap writes for the role `apply` of another lab, in the same bucket. */
const OF_NEIGHBOR = permissionsOf('apply', {
  ...{ lab: 'vision-lab', account: ACCOUNT },
  state: { bucket: 'lab-state', key: 'vision-lab' },
});
const ofLab = (kind: string, ...names: string[]) =>
  says(...statementsOf(OF_NEIGHBOR), {
    ...onAll(...names.map((name) => `iam:${name}`)),
    Resource: `arn:aws:iam::${ACCOUNT}:${kind}/mturk/vision-lab/*`,
  });
/** With it, everyone who can add to a group of that lab can become administrator. */
const withoutBoundary = withUser({ name: 'ops', inline: [{ name: 'all', document: EVERYTHING }] });

type Other = Partial<Pick<AccountRole, 'name' | 'path' | 'attached' | 'inline'>>;

test.each<[string, PolicyDocument | null, other?: Other]>([
  ['has a policy that cannot be read', null],
  ['can do everything', EVERYTHING],
  ['changes all of IAM', says(...statementsOf(OF_NEIGHBOR), onAll('iam:*'))],
  [
    'changes users of that lab and others',
    says(...statementsOf(OF_NEIGHBOR), {
      ...onAll('iam:PutUserPolicy'),
      Resource: ['mturk/vision-lab/', ''].map((path) => `arn:aws:iam::${ACCOUNT}:user/${path}*`),
    }),
  ],
  ['makes users without a boundary', ofLab('user', 'CreateUser', 'AttachUserPolicy', 'CreateAccessKey')],
  ['writes policies into groups', ofLab('group', 'CreateGroup', 'PutGroupPolicy', 'AddUserToGroup')],
  ['does everything with its users', ofLab('user', '*')],
  ['is another one', OF_NEIGHBOR, { name: 'vision-lab-keys' }],
  ['acts as any role', says(...statementsOf(OF_NEIGHBOR), onAll('sts:AssumeRole'))],
  [
    'writes the state of this lab',
    says(...statementsOf(OF_NEIGHBOR), {
      ...onAll('s3:PutObject'),
      Resource: 'arn:aws:s3:::lab-state/mturk-team/team.tfstate',
    }),
  ],
  [
    'writes what its tags say',
    says(...statementsOf(OF_NEIGHBOR), {
      ...onAll('s3:PutObject'),
      Resource: "arn:aws:s3:::lab-state/mturk-team/${aws:PrincipalTag/x, 'team'}.tfstate",
    }),
  ],
  ['writes every state', says(...statementsOf(OF_NEIGHBOR), onAll('s3:PutObject'))],
  ['has another name', OF_NEIGHBOR, { name: 'vision-lab-more' }],
  ['has a second policy', OF_NEIGHBOR, { inline: [{ name: 'all', document: EVERYTHING }] }],
  ['is at another path', OF_NEIGHBOR, { path: '/' }],
  ['has a policy attached', OF_NEIGHBOR, { attached: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }],
])('under the path of the roles of a neighbor, one that %s is a finding', (_what, document, other = {}) => {
  const of = { ...team, settings: { ...team.settings, neighbors: ['vision-lab'] } };
  const account = withoutBoundary(desiredAccess(team, TODAY));
  const knownAdministrators = [`arn:aws:iam::${ACCOUNT}:user/ops`];
  const found = (given: PolicyDocument | null, scanned: Team, more: Other = {}) => {
    const { name = 'vision-lab-apply', path = '/mturk-roles/vision-lab/', attached = [], inline = [] } = more;
    const apply = role(name, root, given, path);
    const roles = [
      role('perception-lab-apply', root, EVERYTHING, '/mturk-roles/perception-lab/'),
      { ...apply, attached, inline: [...apply.inline, ...inline] },
    ];
    return idsOf(scanOfAccount({ team: scanned, account, knownAdministrators, inventory: { roles } }));
  };
  expect(found(OF_NEIGHBOR, team)).toEqual(['unmanaged-role/vision-lab-apply/escalates']);
  expect(found(OF_NEIGHBOR, of)).toEqual([]);
  expect(found(says(...statementsOf(OF_NEIGHBOR), statement('Deny', 's3:*')), of)).toEqual([]);
  expect(found(document, of, other)).toEqual([`unmanaged-role/${other.name ?? 'vision-lab-apply'}/escalates`]);
});

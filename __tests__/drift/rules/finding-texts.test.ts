import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { namingOf } from '../../../src/app/session/read-team.ts';
import { DENY_ALL_ARN } from '../../../src/catalog/managed-policies.ts';
import { findingTitle, findingView } from '../../../src/drift/report/finding-view.ts';
import { commandLine, switchOffAll } from '../../../src/drift/rules/aws-command.ts';
import { statementsOf } from '../../../src/iam/document.ts';
import { boundaryPolicy } from '../../../src/team/documents.ts';
import { boundaryArn, rolePolicyArn } from '../../../src/team/names.ts';
import { type Text, tickedText } from '../../../src/text/text.ts';
import {
  all,
  attach,
  type Change,
  changeGroup,
  changeUser,
  edit,
  FULL,
  type GivenScan,
  name,
  putInto,
  says,
  scanOfAccount,
  statement,
  stopArn,
  TODAY,
  takeOut,
  until,
  withGroup,
  withMember,
  withoutMember,
  withoutUser,
  withPolicy,
  withUser,
  write,
} from '../../support/changed-account.ts';
import { expectGolden } from '../../support/golden.ts';
import { keyOf } from '../../support/inventory-of.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const PATH = '/mturk/perception-lab/';
const OTHER = '/mturk/vision-lab/';
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const PAYERS = rolePolicyArn(sampleTeam, 'paymaster');
const everything = statement('Allow', '*');
const bonus = statement('Allow', 'mechanicalturk:SendBonus');
const everythingOfS3 = statement('Allow', 's3:*');
const noBonus = statement('Deny', 'mechanicalturk:SendBonus');
const inline = (policy: string, ...statements: readonly (typeof bonus)[]) => ({
  ...{ name: policy, document: says(...statements) },
});
const ADMINISTRATOR_ROLE = {
  ...{ name: 'Admin', path: '/', arn: 'arn:aws:iam::123456789012:role/Admin', attached: [], boundary: null, tags: {} },
  inline: [inline('all', everything)],
  trust: {
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::123456789012:user${PATH}${name('bo')}` },
      Action: 'sts:AssumeRole',
    },
  },
};
const administrator = withPolicy(ADMINISTRATOR, says(everything));
const key = (given: Parameters<typeof keyOf>[0] = {}) => ({ keys: [keyOf(given)] });
const same: Change = (account) => account;

type Scene = Omit<GivenScan, 'account'> & { readonly change?: Change };

const SCENES: Readonly<Record<string, Scene>> = {
  'a user outside the path with full access, whose keys are known': {
    change: withUser({ name: 'old', attached: [FULL] }),
    credentials: { old: key({ created: '2017-03-01T09:00:00Z', lastUsed: '2019-03-04T10:00:00Z' }) },
  },
  'a user who has a key without a known id': {
    change: withUser({ name: 'old', attached: [FULL] }),
    credentials: { old: { keys: [keyOf({ lastUsed: null, isUseKnown: false }), keyOf({ id: null })] } },
  },
  'two keys of the root user, one of them new': { inventory: { rootKeys: [keyOf(), keyOf({ created: null })] } },
  'a user with a policy and a group that grant, beside others': {
    change: all(
      withPolicy(stopArn('logs'), says(everythingOfS3)),
      withGroup({ name: 'zoe', inline: [inline('x', everythingOfS3)] }),
      withGroup({ name: 'payers', inline: [inline('pays', bonus)] }),
      withUser({
        ...{ name: 'zoe', groups: ['payers', 'zoe'], attached: [stopArn('logs')] },
        inline: [inline('pay', bonus), inline('no', statement('Deny', 's3:*')), inline('logs', everythingOfS3)],
      }),
    ),
    credentials: { zoe: key({ active: false }) },
  },
  'a user under the path, of whom no key is known': { change: withUser({ name: name('zoe'), path: PATH }) },
  'a user under the path, whom a Deny stops': {
    change: all(
      withPolicy(DENY_ALL_ARN, says(statement('Deny', '*'))),
      withUser({ name: name('zoe'), path: PATH, attached: [DENY_ALL_ARN, FULL] }),
    ),
  },
  'users of another lab': {
    change: all(
      withUser({ name: 'vision-lab-zoe', path: OTHER, attached: [PAYERS] }),
      withUser({ name: 'vision-lab-yan', path: OTHER, attached: [FULL] }),
    ),
  },
  "a user under the path of the workflows' roles": {
    change: withUser({ name: 'zoe', path: '/mturk-roles/perception-lab/', attached: [FULL] }),
  },
  'users of a neighbor, of whom one can do everything': {
    team: { ...sampleTeam, settings: { ...sampleTeam.settings, neighbors: ['vision-lab'] } },
    change: all(
      administrator,
      withUser({ name: 'vision-lab-yan', path: OTHER, attached: [FULL] }),
      withUser({ name: 'vision-lab-zoe', path: OTHER, attached: [ADMINISTRATOR] }),
    ),
  },
  'an administrator of the account': {
    change: all(administrator, withUser({ name: 'root-like', attached: [ADMINISTRATOR] })),
  },
  'a user who can take control of the lab': {
    change: withUser({ name: 'deployer', inline: [inline('iam', statement('Allow', 'iam:PutUserPolicy'))] }),
  },
  'groups under the path': {
    change: all(
      withPolicy(DENY_ALL_ARN, says(statement('Deny', '*'))),
      withGroup({
        ...{ name: 'granting', path: PATH, attached: [FULL] },
        inline: [inline('pay', bonus), inline('no', statement('Deny', 's3:*'))],
      }),
      withGroup({ name: 'denying', path: PATH, attached: [DENY_ALL_ARN] }),
      withGroup({ name: 'empty', path: PATH }),
      putInto('bo', 'granting'),
      putInto('fay', 'denying'),
    ),
  },
  'groups that give what is gone or kept when a role is lost': {
    change: all(
      administrator,
      withGroup({ name: 'admins', path: PATH, attached: [ADMINISTRATOR] }),
      withGroup({ name: 'readers', path: PATH, inline: [inline('read', statement('Allow', 'mechanicalturk:GetHIT'))] }),
      putInto('bo', 'admins'),
      putInto('eve', 'readers'),
      putInto('fay', 'readers'),
    ),
  },
  'a group that gives control of IAM': {
    change: all(
      withGroup({ name: 'deployers', path: PATH, inline: [inline('iam', statement('Allow', 'iam:PutUserPolicy'))] }),
      withUser({ name: 'ops', groups: ['deployers'] }),
    ),
  },
  'a user whose boundary limits nothing': {
    change: all(
      withPolicy(`arn:aws:iam::${sampleTeam.account}:policy/all`, says(statement('Allow', '*'))),
      withUser({ name: 'ops', boundary: `arn:aws:iam::${sampleTeam.account}:policy/all` }),
    ),
  },
  'a group of another lab with a policy of this one': {
    change: withGroup({ name: 'vision-lab-payers', path: OTHER, attached: [PAYERS] }),
  },
  'a member in a group of the account': {
    change: all(
      withGroup({ name: 'helpers', inline: [inline('pay', bonus)] }),
      putInto('eve', 'helpers'),
      putInto('gus', 'helpers'),
    ),
  },
  'changed memberships': {
    change: all(
      putInto('bo', name('paymaster')),
      takeOut('bo', name('task-publisher')),
      takeOut('gus', name('everything-but-bonus')),
    ),
  },
  'policies of members and roles': {
    change: all(
      attach('bo', FULL),
      changeGroup('paymaster', ({ attached }) => ({ attached: [...attached, FULL] })),
      changeGroup('results-reader', () => ({ attached: [] })),
      write('gus', 'extra', says(bonus)),
      write('fay', 'no', says(noBonus)),
      changeUser('bo', () => ({ inline: [] })),
    ),
  },
  'a changed policy of a role': { change: edit(PAYERS, says(everything)) },
  'a last day that someone moved': {
    change: write('bo', 'limits', until('2029-01-01T00:00:00Z')),
  },
  'policies with retired operations': {
    change: all(
      withPolicy(stopArn('tutorial'), says(statement('Deny', 'mechanicalturk:GrantBonus'))),
      withPolicy(
        stopArn('both'),
        says(statement('Allow', 'mechanicalturk:SearchHITs'), statement('Deny', 'mechanicalturk:GrantBonus')),
      ),
      withPolicy(
        stopArn('reader'),
        says(statement('Allow', ['mechanicalturk:SearchHITs', 'mechanicalturk:GetRequesterStatistic'])),
      ),
      attach('bo', stopArn('tutorial')),
    ),
  },
  'a boundary that lets through more and less': {
    change: edit(
      boundaryArn(sampleTeam),
      says(statement('Allow', 's3:*'), statement('Deny', ['mechanicalturk:SendBonus', 'sqs:*'])),
    ),
  },
  'a boundary that lets through less': {
    change: edit(boundaryArn(sampleTeam), says(...statementsOf(boundaryPolicy(sampleTeam)), noBonus)),
  },
  'a boundary that cannot be read': {
    change: (account) => ({
      ...account,
      policies: account.policies.map((each) =>
        each.arn === boundaryArn(sampleTeam) ? { ...each, document: null } : each,
      ),
    }),
  },
  'a member without a boundary': { change: changeUser('bo', () => ({ boundary: null })) },
  'a deleted user': { change: withoutUser('bo') },
  'a user whom the file deletes': {
    ...{ team: { ...withoutMember('fay'), departed: [{ key: 'fay', left: '2026-11-20', reason: 'graduated' }] } },
    ...{ applied: sampleTeam, change: same },
  },
  'a suspended member whom the file deletes, and whom someone freed': {
    ...{ team: withoutMember('gus'), applied: withMember('gus', { suspended: true }) },
    change: changeUser('gus', () => ({ inline: [] })),
  },
  'an administrator role that trusts a member': {
    knownAdministrators: [ADMINISTRATOR_ROLE.arn],
    inventory: { roles: [ADMINISTRATOR_ROLE] },
  },
  'two keys in use, and a key of one who may have none': {
    team: withMember('gus', { keys: 0 }),
    credentials: {
      [name('bo')]: { keys: [keyOf(), keyOf({ id: 'AKIAIOSFODNN7EXAMPL2', lastUsed: '2026-11-24T20:15:00Z' })] },
      [name('gus')]: { keys: [keyOf()] },
    },
  },
  'certificates, of which one has no known id': {
    credentials: { [name('bo')]: { certificates: ['ABCDEFGHIJKLMNOPQRSTUVWX', '2'] } },
  },
  'keys and passwords': {
    credentials: {
      [name('bo')]: { keys: [keyOf(), keyOf({ id: 'AKIAIOSFODNN7EXAMPL2', created: '2026-01-01T09:00:00Z' })] },
      [name('fay')]: {
        keys: [keyOf({ created: '2026-01-01T09:00:00Z', lastUsed: null })],
        password: { lastUsed: null },
      },
      [name('cy')]: { keys: [keyOf({ id: null, created: '2026-01-01T09:00:00Z' })] },
    },
  },
};

test('what findings are called, and what ends them', () => {
  const names = namingOf(sampleTeam);
  const line = (label: string, text: Text | null) => (text === null ? [] : [`  ${label}: ${tickedText(text)}`]);
  const scenes = Object.entries(SCENES).map(([what, { change = same, ...given }]) => {
    const applied = given.applied ?? given.team ?? sampleTeam;
    const { findings } = scanOfAccount({ ...given, account: change(desiredAccess(applied, TODAY)) });
    const views = findings.flatMap((finding) => {
      const { title, effect, detail, toFix, commands, ifIntended } = findingView(finding, names, { isPrivate: true });
      return [
        `- ${tickedText(title)} (${finding.id})`,
        ...line('effect', effect),
        ...line('detail', detail),
        ...line('to fix', toFix),
        ...commands.map((command) => `    ${command}`),
        ...line('if intended', ifIntended),
      ];
    });
    return [`# ${what}`, ...views, ''].join('\n');
  });
  expectGolden('drift/finding-texts.list', scenes.join('\n'));
});

test('a boundary that is there again was removed before', () => {
  const account = changeUser('bo', () => ({ boundary: null }))(desiredAccess(sampleTeam, TODAY));
  const [finding] = scanOfAccount({ account }).findings;
  const title = findingTitle({ ...finding!, cause: 'resolved' }, namingOf(sampleTeam));
  expect(tickedText(title)).toBe('Permissions boundary of Bo Chen (`bo`) removed');
});

test('of a user whom the file no longer names, no edit of it makes a change intended', () => {
  const account = all(attach('bo', FULL), putInto('bo', name('paymaster')))(desiredAccess(sampleTeam, TODAY));
  const names = { ...namingOf(sampleTeam), people: new Map() };
  const views = scanOfAccount({ account }).findings.map((finding) => findingView(finding, names));
  expect(views.map(({ ifIntended }) => ifIntended && tickedText(ifIntended))).toEqual(
    Array(2).fill('It cannot be kept or snoozed, because Terraform or bootstrap writes it.'),
  );
});

test.each([
  ['old', '--user-name old'],
  ['-old', '--user-name=-old'],
  ['=ls', "--user-name '=ls'"],
])('in an issue, a command asks the account for its number and for the id of a key (%s)', (user, option) => {
  const account = all(
    withPolicy(stopArn('pay'), says(bonus)),
    withUser({ name: user, attached: [stopArn('pay')] }),
  )(desiredAccess(sampleTeam, TODAY));
  const { findings } = scanOfAccount({ account, credentials: { [user]: key() } });
  expect(findingView(findings[0]!, namingOf(sampleTeam)).commands).toEqual([
    `aws iam update-access-key ${option} --access-key-id "$(aws iam list-access-keys ${option} --query "AccessKeyMetadata[?ends_with(AccessKeyId,'MPLE')].AccessKeyId" --output text)" --status Inactive`,
    `aws iam detach-user-policy ${option} --policy-arn arn:aws:iam::$ACCOUNT:policy/pay`,
  ]);
  const [list = '', ...calls] = commandLine(switchOffAll(user), true).split(option);
  expect([list, calls.length]).toEqual(['for key in $(aws iam list-access-keys ', 2]);
});

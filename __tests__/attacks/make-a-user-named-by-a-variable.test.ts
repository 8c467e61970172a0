import * as aws from '@aws-sdk/client-iam';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { attackedLabs } from '../support/attacked-lab.ts';
import { scanOfAccount, TODAY, withUser } from '../support/changed-account.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { sampleTeam } from '../support/sample-team.ts';

const test = testInTurn(1);

/** Who may make a user of a name, and give it keys and a policy; or do the same with roles. */
const MAKES = ['iam:CreateUser', 'iam:CreateAccessKey', 'iam:PutUserPolicy'];
const allow = (Action: readonly string[], ...Resource: readonly string[]) => ({
  Effect: 'Allow' as const,
  Action,
  Resource,
});
const USER = 'arn:aws:iam::123456789012:user/';

test.each<[string, readonly object[]]>([
  ['a prefix (control)', [allow(MAKES, `${USER}svc-*`)]],
  ['the account as a variable, and all users', [allow(MAKES, 'arn:aws:iam::${aws:PrincipalAccount}:user/*')]],
  ['the account as a variable, and a prefix', [allow(MAKES, 'arn:aws:iam::${aws:PrincipalAccount}:user/svc-*')]],
  ['a tag of the principal', [allow(MAKES, `${USER}\${aws:PrincipalTag/team}-*`)]],
  ['the own name', [allow(MAKES, `${USER}\${aws:username}-*`)]],
  [
    'a key of a member whom a tag names, which it can take',
    [
      allow(['iam:CreateAccessKey'], 'arn:aws:iam::123456789012:user/mturk/perception-lab/${aws:PrincipalTag/who}'),
      allow(['iam:TagUser'], `${USER}outsider`),
    ],
  ],
  [
    'a key of a member (control)',
    [allow(['iam:CreateAccessKey'], 'arn:aws:iam::123456789012:user/mturk/perception-lab/perception-lab-bo')],
  ],
  [
    'a key of a member whom its tag names',
    [
      allow(
        ['iam:CreateAccessKey'],
        'arn:aws:iam::123456789012:user/mturk/perception-lab/perception-lab-${aws:PrincipalTag/who}',
      ),
    ],
  ],
  [
    'users whom a tag names, which it can take',
    [allow(MAKES, `${USER}\${aws:PrincipalTag/what}-*`), allow(['iam:TagUser'], `${USER}outsider`)],
  ],
  ['a partition or a service as a pattern', [allow(MAKES, 'arn:*:iam::*:user/svc-*')]],
  ['the account as a pattern', [allow(MAKES, 'arn:aws:iam::12345*:user/svc-*')]],
  ['the account with question marks', [allow(MAKES, 'arn:aws:iam::????????????:user/svc-*')]],
])('who may make users named by %s is a finding', (_what, Statement) => {
  const account = withUser({
    name: 'outsider',
    tags: { team: 'vision', who: 'bo' },
    inline: [{ name: 'makes', document: { Version: '2012-10-17', Statement } as never }],
  })(desiredAccess(sampleTeam, TODAY));
  const ids = scanOfAccount({ account }).findings.map(({ id }) => id);
  expect(ids).toContain('unmanaged-user/outsider/escalates');
});

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

test.each([
  ['a prefix (control)', 'arn:aws:iam::123456789012:role/svc-*'],
  ['the account as a variable, and a prefix', 'arn:aws:iam::${aws:PrincipalAccount}:role/svc-*'],
  ['a tag of the role', 'arn:aws:iam::123456789012:role/${aws:PrincipalTag/team}-*'],
])('who may make roles named by %s is a finding', (_what, Resource) =>
  labs.attack(async (lab) => {
    const ACCOUNT = 'arn:aws:iam::123456789012';
    const statement = (more: object) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });
    await lab.byHand(async (iam) => {
      const trust = statement({ Principal: { AWS: `${ACCOUNT}:root` }, Action: 'sts:AssumeRole' });
      const Tags = [{ Key: 'team', Value: 'vision' }];
      await iam.send(new aws.CreateRoleCommand({ RoleName: 'maker', AssumeRolePolicyDocument: trust, Tags }));
      const PolicyDocument = statement({ Action: ['iam:CreateRole', 'iam:PutRolePolicy', 'sts:AssumeRole'], Resource });
      await iam.send(new aws.PutRolePolicyCommand({ RoleName: 'maker', PolicyName: 'own', PolicyDocument }));
    });
    const { stdout } = await lab.mturk(TODAY, 'drift', '--json');
    const { findings, notChecked } = JSON.parse(stdout).drift;
    expect(notChecked).toEqual([]);
    expect(findings.map(({ id }: { id: string }) => id)).toEqual(['unmanaged-role/maker/escalates']);
  }),
);

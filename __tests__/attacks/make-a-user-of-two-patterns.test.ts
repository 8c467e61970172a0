import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, TODAY } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const ACCOUNT = 'arn:aws:iam::123456789012';
const policy = (...statements: (readonly [Action: string, Resource: string])[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource })),
  });
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `${ACCOUNT}:root` }, Action: 'sts:AssumeRole' }],
});

/** Each makes a user or role `team-x-bot` that may do everything, and acts as it. */
test.each([
  ['a user', 'iam:CreateUser', `${ACCOUNT}:user/*-bot`, 'iam:PutUserPolicy', `${ACCOUNT}:user/team-*`],
  ['a role', 'iam:CreateRole', `${ACCOUNT}:role/*-bot`, 'iam:PutRolePolicy', `${ACCOUNT}:role/team-*`],
  // The control: found.
  ['a user of one pattern', 'iam:CreateUser', `${ACCOUNT}:user/*`, 'iam:PutUserPolicy', `${ACCOUNT}:user/team-*`],
  [
    'a user of any account',
    'iam:CreateUser',
    'arn:aws:iam::*:user/*-bot',
    'iam:PutUserPolicy',
    'arn:aws:iam::*:user/team-*',
  ],
  ['a user with any middle', 'iam:CreateUser', `${ACCOUNT}:user/*-bot*`, 'iam:PutUserPolicy', `${ACCOUNT}:user/team-*`],
  ['a user of any path', 'iam:CreateUser', `${ACCOUNT}:user/*/*-bot`, 'iam:PutUserPolicy', `${ACCOUNT}:user/team/*`],
])('a check finds who may make %s that may do more', (_what, make, made, widen, widened) =>
  labs.attack(async (lab) => {
    const keys = ['iam:CreateAccessKey', `${ACCOUNT}:user/*-bot*`] as const;
    await lab.byHand(async (iam) => {
      await iam.send(new aws.CreateRoleCommand({ RoleName: 'maker', AssumeRolePolicyDocument: trust }));
      const PolicyDocument = policy([make, made], [widen, widened], keys, ['sts:AssumeRole', `${ACCOUNT}:role/*-bot`]);
      await iam.send(new aws.PutRolePolicyCommand({ RoleName: 'maker', PolicyName: 'own', PolicyDocument }));
    });
    const { stdout } = await lab.mturk(TODAY, 'drift', '--json');
    const { findings, notChecked } = JSON.parse(stdout).drift;
    expect(notChecked).toEqual([]);
    expect(findings.map(({ id }: { id: string }) => id)).toEqual(['unmanaged-role/maker/escalates']);
  }),
);

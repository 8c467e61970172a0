import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, TODAY } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(1);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

/** `deployer` runs in Lambda and may do everything; `maker` may change what runs. */
test.each([
  ['any account (control)', 'arn:aws:lambda:us-east-1:*:function:x'],
  ['the account as a variable', 'arn:aws:lambda:us-east-1:${aws:PrincipalAccount}:function:x'],
])('who may run something in a service, named by %s, is a finding', (_what, Resource) =>
  labs.attack(async (lab) => {
    const ACCOUNT = 'arn:aws:iam::123456789012';
    const statement = (more: object) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });
    await lab.byHand(async (iam) => {
      const trust = (Principal: object) => statement({ Principal, Action: 'sts:AssumeRole' });
      const lambda = trust({ Service: 'lambda.amazonaws.com' });
      await iam.send(new aws.CreateRoleCommand({ RoleName: 'deployer', AssumeRolePolicyDocument: lambda }));
      const everything = statement({ Action: '*', Resource: '*' });
      await iam.send(
        new aws.PutRolePolicyCommand({ RoleName: 'deployer', PolicyName: 'own', PolicyDocument: everything }),
      );
      const own = trust({ AWS: `${ACCOUNT}:root` });
      await iam.send(new aws.CreateRoleCommand({ RoleName: 'maker', AssumeRolePolicyDocument: own }));
      const PolicyDocument = statement({ Action: 'lambda:UpdateFunctionCode', Resource });
      await iam.send(new aws.PutRolePolicyCommand({ RoleName: 'maker', PolicyName: 'own', PolicyDocument }));
    });
    const { stdout } = await lab.mturk(TODAY, 'drift', '--json');
    const { findings, notChecked } = JSON.parse(stdout).drift;
    expect(notChecked).toEqual([]);
    expect(findings.map(({ id }: { id: string }) => id)).toContain('unmanaged-role/maker/escalates');
  }),
);

import { AttachRolePolicyCommand, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { sampleOf } from '../support/exhaustive.ts';
import { configurationWith, openLaboratory } from '../support/provider-laboratory.ts';
import { enginesAtHand } from '../support/raw-engine.ts';

const engines = sampleOf(await enginesAtHand(), 1);
const RoleName = 'lab-plan';

const trust = (sub: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'token.actions.githubusercontent.com:sub': sub } },
      },
    ],
  });
const reads = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetUser"],"Resource":"*"}]}';

const configuration = (sub: string): string => {
  const depends_on = ['aws_iam_role_policy.plan'];
  return configurationWith({
    aws_iam_role: {
      plan: { name: RoleName, path: '/mturk-roles/lab/', assume_role_policy: trust(sub), tags: { lab: 'lab' } },
    },
    aws_iam_role_policy: {
      plan: { name: 'permissions', role: RoleName, policy: reads, depends_on: ['aws_iam_role.plan'] },
    },
    aws_iam_role_policies_exclusive: { plan: { role_name: RoleName, policy_names: ['permissions'], depends_on } },
    aws_iam_role_policy_attachments_exclusive: { plan: { role_name: RoleName, policy_arns: [], depends_on } },
  });
};

test.each(engines)(
  'a role lives with %s: created, changed, brought back after manual changes, deleted',
  async (_name, binary) => {
    const lab = await openLaboratory(binary, '123456789012');
    const calls = async (...args: string[]): Promise<{ code: number | null; writes: readonly string[] }> => {
      const from = lab.emulator.calls.length;
      const { code } = await lab.run(...args);
      const made = lab.emulator.calls.slice(from).map(({ action }) => action);
      return { code, writes: made.filter((action) => !/^(Get|List)/.test(action)).sort() };
    };
    const plan = () => calls('plan', '-detailed-exitcode');
    const apply = () => calls('apply', '-auto-approve');
    try {
      await lab.configure(configuration('repo:lab/access:pull_request'));
      await lab.run('init');
      expect(await apply()).toEqual({ code: 0, writes: ['CreateRole', 'PutRolePolicy'] });
      expect(await plan()).toEqual({ code: 0, writes: [] });

      await lab.configure(configuration('repo:lab/access:ref:refs/heads/main'));
      expect(await apply()).toEqual({ code: 0, writes: ['UpdateAssumeRolePolicy'] });

      const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
      await lab.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
      await lab.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'more', PolicyDocument: reads }));
      await lab.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust('repo:lab/access:*') }));
      expect(await plan()).toEqual({ code: 2, writes: [] });
      const reverted = ['DeleteRolePolicy', 'DetachRolePolicy', 'UpdateAssumeRolePolicy'];
      expect(await apply()).toEqual({ code: 0, writes: reverted });
      expect(await plan()).toEqual({ code: 0, writes: [] });

      const destroyed = await calls('destroy', '-auto-approve');
      expect(destroyed).toEqual({ code: 0, writes: ['DeleteRole', 'DeleteRolePolicy'] });
    } finally {
      await lab.close();
    }
  },
);

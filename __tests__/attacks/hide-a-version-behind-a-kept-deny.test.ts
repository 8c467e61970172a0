import * as aws from '@aws-sdk/client-iam';
import { rolePolicyArn } from '../../src/team/names.ts';
import { attackedLabs, group, TODAY } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(3);

const labs = attackedLabs((file) =>
  file
    .replace(/^roles:\n/m, 'roles:\n  helpers: { managed: [AmazonMechanicalTurkFullAccess] }\n')
    .replace(/( {2}ada: .*roles: \[)/, '$1helpers, '),
);
beforeAll(labs.prepare);
afterAll(labs.remove);

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const deny = (Action: string) => ({ Effect: 'Deny', Action, Resource: '*' });
const everything = document({ Effect: 'Allow', Action: '*', Resource: '*' });

/** `helpers` is a role of AWS's policy alone; the lab has no policy of its own for it. */
test.each([
  ['of Mechanical Turk', 'mechanicalturk:SendBonus', true],
  ['of another service', 's3:*', true],
  ['of another service, without a further version', 's3:*', false],
])("a policy of a role of AWS's policies alone with a Deny %s hides nothing", (_what, action, isMore) =>
  labs.attack(async (lab) => {
    await lab.byHand(async (iam) => {
      const PolicyArn = rolePolicyArn(smallTeam, 'helpers');
      const Path = PolicyArn.slice(PolicyArn.indexOf(':policy') + 7, PolicyArn.lastIndexOf('/') + 1);
      const PolicyName = PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1);
      await iam.send(new aws.CreatePolicyCommand({ Path, PolicyName, PolicyDocument: document(deny(action)) }));
      await iam.send(new aws.AttachGroupPolicyCommand({ ...group('helpers'), PolicyArn }));
      if (isMore) await iam.send(new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: everything }));
    });
    const { stdout } = await lab.mturk(TODAY, 'drift', '--json');
    const { findings, notChecked } = JSON.parse(stdout).drift;
    expect(notChecked).toEqual([]);
    const ids = findings.map(({ id }: { id: string }) => id);
    if (isMore) expect(ids.join()).toContain('non-default-policy-version');
    else expect(ids).not.toEqual([]);
  }),
);

/** After an emergency that an apply keeps: the policy of the role is one of Denies alone, written by the apply. */
test.each([
  ['a newer version of it', 'non-default-policy-version'],
  ['who may write another version of it', 'unmanaged-role/maker/escalates'],
  ['who may write another version of the policy of another role (control)', 'unmanaged-role/maker/escalates'],
])('in the policy of a Deny that an apply keeps, a check finds %s', (what, id) =>
  labs.attack(async (lab) => {
    const PolicyArn = rolePolicyArn(smallTeam, what.includes('control') ? 'paymaster' : 'helpers');
    await lab.byHand((iam) =>
      iam.send(
        new aws.PutGroupPolicyCommand({
          ...group('helpers'),
          PolicyName: 'stop',
          PolicyDocument: document(deny('mechanicalturk:SendBonus')),
        }),
      ),
    );
    const applied = await lab.mturk(TODAY, 'apply', '--yes');
    expect(applied.code).toBe(0);
    await lab.byHand(async (iam) => {
      if (id.startsWith('non')) {
        await iam.send(new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: everything }));
        return;
      }
      const trust = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' };
      await iam.send(new aws.CreateRoleCommand({ RoleName: 'maker', AssumeRolePolicyDocument: document(trust) }));
      const PolicyDocument = document({ Effect: 'Allow', Action: 'iam:CreatePolicyVersion', Resource: PolicyArn });
      await iam.send(new aws.PutRolePolicyCommand({ RoleName: 'maker', PolicyName: 'own', PolicyDocument }));
    });
    const { stdout } = await lab.mturk(TODAY, 'drift', '--json');
    const { findings, notChecked } = JSON.parse(stdout).drift;
    expect(notChecked).toEqual([]);
    expect(findings.map((each: { id: string }) => each.id).join()).toContain(id);
  }),
);

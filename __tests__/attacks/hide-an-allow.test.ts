import * as aws from '@aws-sdk/client-iam';
import { rolePolicyArn } from '../../src/team/names.ts';
import { attackedLabs, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(2);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const bo = user('bo');
const ALLOW = { Sid: 'OutOfReach', Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' };

function withAllow(text: string | undefined): string {
  const document = JSON.parse(decodeURIComponent(text ?? ''));
  return JSON.stringify({ ...document, Statement: [...[document.Statement].flat(), ALLOW] });
}

test.each<[string, (iam: aws.IAMClient) => Promise<unknown>]>([
  [
    'limits of a member',
    async (iam) => {
      const { PolicyDocument } = await iam.send(new aws.GetUserPolicyCommand({ ...bo, PolicyName: 'limits' }));
      const changed = withAllow(PolicyDocument);
      await iam.send(new aws.PutUserPolicyCommand({ ...bo, PolicyName: 'limits', PolicyDocument: changed }));
    },
  ],
  [
    'the policy of a role',
    async (iam) => {
      const PolicyArn = rolePolicyArn(smallTeam, 'results-reader');
      const { Policy } = await iam.send(new aws.GetPolicyCommand({ PolicyArn }));
      const version = { PolicyArn, VersionId: Policy?.DefaultVersionId ?? '' };
      const { PolicyVersion } = await iam.send(new aws.GetPolicyVersionCommand(version));
      const PolicyDocument = withAllow(PolicyVersion?.Document);
      await iam.send(new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
    },
  ],
])('an Allow with the Sid of what is out of reach, in %s, is a finding', async (_where, change) => {
  await labs.attack(async (lab) => {
    expect(await lab.may(bo.UserName)).not.toContain('SendBonus');
    await lab.byHand(change);
    expect(await lab.may(bo.UserName)).toContain('SendBonus');
    const quick = await lab.mturk(TODAY, 'drift', '--quick', '--json');
    const whole = await lab.mturk(TODAY, 'drift', '--json');
    const found = ({ stdout }: { readonly stdout: string }) => {
      const { class: of, findings } = JSON.parse(stdout).drift;
      return { class: of, findings: findings.map(({ id, severity }: Record<string, string>) => `${severity} ${id}`) };
    };
    expect({ quick: found(quick), whole: found(whole) }).toMatchObject({
      quick: { class: 'drift', findings: [expect.stringContaining('critical')] },
      whole: { class: 'drift', findings: [expect.stringContaining('critical')] },
    });
  });
});

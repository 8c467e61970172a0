import * as aws from '@aws-sdk/client-iam';
import { rolePolicyArn } from '../../src/team/names.ts';
import { attackedLabs, commentOf, group, TODAY } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(2);

/** Fay, the only paymaster, is suspended: a wider role gives no one anything yet, so that no row of a person shows it. */
const labs = attackedLabs((file) => file.replace(/( {2}fay: \{[^}]*roles: \[ paymaster \])/, '$1, suspended: true'));
beforeAll(labs.prepare);
afterAll(labs.remove);

const documentOf = (Effect: 'Allow' | 'Deny', operation: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect, Action: `mechanicalturk:${operation}`, Resource: '*' }],
  });
const denies = (iam: aws.IAMClient) =>
  iam.send(
    new aws.PutGroupPolicyCommand({
      ...{ ...group('paymaster'), PolicyName: 'stop' },
      PolicyDocument: documentOf('Deny', 'ListHITs'),
    }),
  );
const edits = (iam: aws.IAMClient) =>
  iam.send(
    new aws.CreatePolicyVersionCommand({
      ...{ PolicyArn: rolePolicyArn(smallTeam, 'paymaster'), SetAsDefault: true },
      PolicyDocument: documentOf('Allow', 'GetHIT'),
    }),
  );

test.each<[string, ((iam: aws.IAMClient) => Promise<unknown>) | null, boolean]>([
  ['did nothing', null, false],
  ['added a Deny to its group', denies, false],
  ['added a Deny to its group, which an apply kept', denies, true],
  ['edited its policy', edits, false],
])(
  'a wider role that was merged and refused is in the comment on a later pull request, if someone %s',
  (_what, click, isApplied) =>
    labs.attack(async (lab) => {
      if (click !== null) await lab.byHand(click);
      if (isApplied) expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
      lab.edit('pay:bonus', 'pay:bonus, hits:publish');
      const comment = await commentOf(lab, () => lab.edit("name: Ada O'Neill", "name: Ada M. O'Neill"));
      expect(comment).toMatch(/\*\*Unexplained changes in the plan:\*\*\n\n[^*]*paymaster/);
    }),
);

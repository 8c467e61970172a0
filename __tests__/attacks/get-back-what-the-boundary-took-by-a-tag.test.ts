import * as aws from '@aws-sdk/client-iam';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { boundaryArn } from '../../src/team/names.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, type LabInTest, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(2);

const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) => [...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? [])];

const Condition = { StringEquals: { 'aws:PrincipalTag/stop': 'yes' } };
const Deny = { Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' };
const { Version, Statement } = boundaryPolicy(smallTeam);

/** An administrator's emergency: whom they tag may not send bonuses. */
test.each<[string, object[]]>([
  ['a Deny', [...[Statement].flat(), { ...Deny, Condition }]],
  [
    'an Allow',
    [
      {
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: { StringNotEquals: { 'aws:PrincipalTag/stop': 'yes' } },
      },
    ],
  ],
])(
  'what %s of the lab’s boundary that asks for a tag took does not come back by an apply',
  async (_what, statements) => {
    await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
      const may = mayIn(test);
      const { iam } = test.lab(smallTeam);
      const PolicyDocument = JSON.stringify({ Version, Statement: statements });
      await iam.send(
        new aws.CreatePolicyVersionCommand({ PolicyArn: boundaryArn(smallTeam), PolicyDocument, SetAsDefault: true }),
      );
      expect(may('fay')).toContain('SendBonus');
      await iam.send(new aws.TagUserCommand({ ...user('fay'), Tags: [{ Key: 'stop', Value: 'yes' }] }));
      expect(may('fay')).not.toContain('SendBonus');
      await applied(test.lab(smallTeam));
      expect(may('fay')).not.toContain('SendBonus');
    });
  },
);

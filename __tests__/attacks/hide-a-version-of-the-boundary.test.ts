import * as aws from '@aws-sdk/client-iam';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { boundaryArn } from '../../src/team/names.ts';
import { attackedLabs, TODAY } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(2);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

test('a version of the boundary with actions that bootstrap never allows is found, older than the default one, too', () =>
  labs.attack(async (lab) => {
    const PolicyArn = boundaryArn(smallTeam);
    await lab.byHand(async (iam) => {
      const write = (Statement: object[]) =>
        iam.send(
          new aws.CreatePolicyVersionCommand({
            ...{ PolicyArn, PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) },
            SetAsDefault: true,
          }),
        );
      await write([{ Effect: 'Allow', Action: ['mechanicalturk:*', 'iam:PutUserPolicy'], Resource: '*' }]);
      await write([boundaryPolicy(smallTeam).Statement].flat());
    });
    const { stdout } = await lab.mturk(TODAY, 'drift', '--json');
    const { findings } = JSON.parse(stdout).drift;
    expect(findings).toContainEqual(expect.objectContaining({ rule: 'non-default-policy-version' }));
  }));

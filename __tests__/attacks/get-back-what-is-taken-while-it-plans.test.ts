import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { LabSession } from '../../src/app/session/lab-session.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { appliedTo, carriedOut, orThrow, planned, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(3);

const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:*', Resource: '*' }],
});

/** Someone acts once, after the account was read and before Terraform reads it. */
function withSomeone(lab: LabSession, act: () => Promise<unknown>): LabSession {
  let done = false;
  return {
    ...lab,
    async workspace(...args) {
      if (!done) {
        done = true;
        await act();
      }
      return lab.workspace(...args);
    },
  };
}

test.each<[string, (iam: aws.IAMClient) => Promise<unknown>]>([
  [
    'denies a member everything',
    (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument })),
  ],
  [
    'denies a role everything',
    (iam) => iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument })),
  ],
  [
    'takes a member out of a role',
    (iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') })),
  ],
])('an apply gives nothing back to whom someone %s while it plans', async (_what, act) => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])];
    const lab = test.lab(smallTeam);
    expect(may()).toContain('SendBonus');
    const plan = await planned(
      withSomeone(lab, async () => {
        await act(lab.iam);
        expect(may()).toEqual([]);
      }),
    );
    orThrow(await applyPlanned(lab, plan, carriedOut(), SILENT));
    expect(may()).toEqual([]);
  });
});

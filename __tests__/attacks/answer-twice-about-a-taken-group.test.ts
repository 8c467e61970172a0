import * as aws from '@aws-sdk/client-iam';
import { iamName, rolePolicyArn } from '../../src/team/names.ts';
import { attackedLabs, group, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(8);

const labs = attackedLabs();
beforeAll(() => labs.prepare());
afterAll(() => labs.remove());

const CONDITIONAL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      ...{ Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' },
      Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
    },
  ],
});

/** The role's group gets another name, its own is taken by one outside, and its member is in a third, which allows under a condition. */
async function takeGroup(iam: aws.IAMClient): Promise<void> {
  await iam.send(new aws.UpdateGroupCommand({ ...group('paymaster'), NewGroupName: 'perception-lab-old' }));
  await iam.send(new aws.CreateGroupCommand(group('paymaster')));
  await iam.send(new aws.CreateGroupCommand({ GroupName: 'everybody' }));
  await iam.send(
    new aws.PutGroupPolicyCommand({ GroupName: 'everybody', PolicyName: 'all', PolicyDocument: CONDITIONAL }),
  );
  await iam.send(new aws.AddUserToGroupCommand({ GroupName: 'everybody', ...user('fay') }));
}

test('an apply converges although the group of a role is taken while a group outside allows its member under a condition', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand(takeGroup);
    const first = await lab.mturk(TODAY, 'apply', '--yes');
    const second = await lab.mturk(TODAY, 'apply', '--yes');
    expect([first.code, /not-converged/.exec(first.stderr)?.[0], second.code]).toEqual([0, undefined, 0]);
  });
});

test('so does reconcile, which would write nothing from then on', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand(takeGroup);
    const runs = [];
    for (const day of ['2026-11-26', '2026-11-27', '2026-11-28']) {
      const { code, stderr } = await lab.mturk(day, 'drift', '--reconcile', '--yes');
      runs.push([code, /not-converged|apply-unfinished/.exec(stderr)?.[0]]);
    }
    expect(runs).toEqual([2, 2, 2].map((code) => [code, undefined]));
  });
});

const DENY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:GetHIT', Resource: '*' }],
});

/** The group of a role with a Deny gets the name of another role's, which is deleted. No one is in a group then. */
async function exchange(iam: aws.IAMClient): Promise<void> {
  const memberships = { 'results-reader': ['ada', 'bo'], paymaster: ['fay'], 'task-publisher': ['bo'] };
  for (const [role, members] of Object.entries(memberships)) {
    for (const key of members) await iam.send(new aws.RemoveUserFromGroupCommand({ ...group(role), ...user(key) }));
  }
  const PolicyArn = rolePolicyArn(smallTeam, 'paymaster');
  await iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn }));
  await iam.send(new aws.DeleteGroupCommand(group('paymaster')));
  await iam.send(
    new aws.UpdateGroupCommand({ ...group('results-reader'), NewGroupName: iamName(smallTeam.lab, 'paymaster') }),
  );
}

test('an apply converges although the group of a role with a Deny got the name of another role', async () => {
  await labs.attack(async (lab) => {
    const stop = { PolicyName: 'stop', PolicyDocument: DENY };
    await lab.byHand((iam) => iam.send(new aws.PutGroupPolicyCommand({ ...group('results-reader'), ...stop })));
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    await lab.byHand(exchange);
    const runs = [];
    for (const day of ['2026-11-26', '2026-11-27']) {
      const { code, stderr } = await lab.mturk(day, 'drift', '--reconcile', '--yes');
      runs.push([code, /not-converged|apply-unfinished/.exec(stderr)?.[0]]);
    }
    // No one denied anything at the role of fay.
    const last = await lab.mturk('2026-11-27', 'apply', '--yes');
    runs.push([last.code, /not-converged/.exec(last.stderr)?.[0]]);
    expect(runs).toEqual([
      [2, undefined],
      [2, undefined],
      [0, undefined],
    ]);
  });
});

import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, copyOf, planned, withLab } from '../support/lab-in-test.ts';
import { smallTeam, withSenders } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const WRITES = /^(?:Put|Add|Remove|Create|Delete|Attach|Detach|Update|Set)(?:User|Group|Policy|Default)/;
const before: Team = { ...withSenders(['results-reader'], ['paymaster']), roles: smallTeam.roles };
/** Approved and merged: fay moves to a new role, which ada gets, too. */
const rest = withSenders(['results-reader', 'senders'], ['senders']);
const moved: Team = {
  ...rest,
  members: rest.members.map((one) => (one.key === 'bo' ? { ...one, until: '2027-04-30' } : one)),
};
const { UserName } = user('fay');
const Path = '/';
const own = { PolicyName: group('senders').GroupName };
const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
});

type Call = (iam: aws.IAMClient) => Promise<unknown>;
const nothing: Call = async () => {};
const PolicyArn = `arn:aws:iam::${smallTeam.account}:policy/${own.PolicyName}`;

test.each([
  ['no one else acts', nothing, nothing],
  [
    'a group elsewhere has the name of the new role',
    (iam: aws.IAMClient) => iam.send(new aws.CreateGroupCommand({ ...group('senders'), Path })),
    (iam: aws.IAMClient) => iam.send(new aws.DeleteGroupCommand(group('senders'))),
  ],
  [
    'a policy elsewhere has the name of the new role',
    (iam: aws.IAMClient) => iam.send(new aws.CreatePolicyCommand({ ...own, Path, PolicyDocument })),
    (iam: aws.IAMClient) => iam.send(new aws.DeletePolicyCommand({ PolicyArn })),
  ],
] as const)(
  'what an administrator took before an apply began stays taken when it runs again, while in between %s',
  async (_what, hide, show) => {
    await withLab(copyOf(await appliedTo(before)), async (test) => {
      const may = () => [...(accessAt(accessIn(test.memory.account)).get(UserName) ?? [])];
      const { iam } = test.lab(before);
      await iam.send(new aws.RemoveUserFromGroupCommand({ UserName, ...group('paymaster') }));
      await hide(iam);
      const lab = test.lab(moved);
      const plan = await planned(lab);
      // Its run is cancelled before the first call.
      test.listen(({ action }) => !WRITES.test(action));
      expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: false });
      test.listen(null);
      await show(iam);
      expect(may()).toEqual([]);
      await applied(test.lab(moved));
      expect(may()).not.toContain('SendBonus');
    });
  },
);

test('the same without a cancelled run: the name is free again while the apply runs', async () => {
  await withLab(copyOf(await appliedTo(before)), async (test) => {
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(UserName) ?? [])];
    const { iam } = test.lab(before);
    await iam.send(new aws.RemoveUserFromGroupCommand({ UserName, ...group('paymaster') }));
    await iam.send(new aws.CreateGroupCommand({ ...group('senders'), Path }));
    const lab = test.lab(moved);
    const plan = await planned(lab);
    let isFree = false;
    test.listen(async ({ action, phase }) => {
      if (phase === 'before' && !isFree && WRITES.test(action)) {
        isFree = true;
        await iam.send(new aws.DeleteGroupCommand(group('senders')));
      }
      return true;
    });
    const ended = await applyPlanned(lab, plan, carriedOut(), SILENT);
    test.listen(null);
    if (!ended.ok) await applied(test.lab(moved));
    expect(may()).not.toContain('SendBonus');
  });
});

test.each([
  ['no one else acts', false],
  ['a group elsewhere has the policy of the role', true],
])('the same of a role that the file widens, while %s', async (_what, hides) => {
  const narrow: Team = {
    ...rest,
    roles: rest.roles.map((one) => (one.key === 'senders' ? { ...one, allow: ['GetAccountBalance'] } : one)),
    members: withSenders(['results-reader', 'senders'], ['paymaster']).members,
  };
  const wide: Team = {
    ...moved,
    roles: rest.roles.map((one) =>
      one.key === 'senders' ? { ...one, allow: ['GetAccountBalance', 'SendBonus'] } : one,
    ),
  };
  await withLab(copyOf(await appliedTo(narrow)), async (test) => {
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(UserName) ?? [])];
    const { iam } = test.lab(narrow);
    await iam.send(new aws.RemoveUserFromGroupCommand({ UserName, ...group('paymaster') }));
    const at = { GroupName: 'elsewhere', PolicyArn: rolePolicyArn(smallTeam, 'senders') };
    await iam.send(new aws.CreateGroupCommand(at));
    if (hides) await iam.send(new aws.AttachGroupPolicyCommand(at));
    const lab = test.lab(wide);
    const plan = await planned(lab);
    test.listen(({ action }) => !WRITES.test(action));
    expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: false });
    test.listen(null);
    if (hides) await iam.send(new aws.DetachGroupPolicyCommand(at));
    await applied(test.lab(wide));
    expect(may()).not.toContain('SendBonus');
  });
});

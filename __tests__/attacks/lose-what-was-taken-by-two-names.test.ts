import * as aws from '@aws-sdk/client-iam';
import { type AttackedLab, attackedLabs, group, swap, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(5);

/** Fay, who is away, may send bonuses by `senders`, too. */
const labs = attackedLabs((file) =>
  file
    .replace('roles:\n', 'roles:\n  senders:\n    allow: [ pay:bonus ]\n')
    .replace('[ paymaster ]', '[ paymaster, senders ], suspended: true'),
);
beforeAll(labs.prepare);
afterAll(labs.remove);

const fay = user('fay').UserName;
/** Days later, owners end the suspension; what was taken is announced, and given back. */
async function endSuspensionLater(lab: AttackedLab): Promise<void> {
  lab.edit(', suspended: true', '');
  expect(await lab.mturk('2026-11-28', 'apply', '--yes')).toMatchObject({ code: 0 });
  for (const day of ['2026-11-28', '2026-11-30']) await lab.mturk(day, 'drift', '--reconcile', '--yes');
}

const says = (more: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Action: 'mechanicalturk:*', Resource: '*', ...more }] });

test.each([
  ['no one helps', false, false],
  ['someone takes the member out of the group first', true, false],
  ['someone gives two users each other’s names while it is applied', false, true],
  ['someone does both', true, true],
])('a Deny at a role that the file takes stays its member’s, although %s', async (_what, leaves, swaps) => {
  await labs.attack(async (lab) => {
    await lab.byHand((iam) =>
      iam.send(
        new aws.PutGroupPolicyCommand({
          ...group('paymaster'),
          PolicyName: 'stop',
          PolicyDocument: says({ Effect: 'Deny', Action: 'mechanicalturk:SendBonus' }),
        }),
      ),
    );
    if (leaves)
      await lab.byHand((iam) =>
        iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') })),
      );
    if (swaps) await lab.byHand(swap);
    lab.edit('[ paymaster, senders ]', '[ senders ]');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    if (swaps) await lab.byHand(swap);
    await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    await endSuspensionLater(lab);
    expect(await lab.may(fay)).not.toContain('SendBonus');
  });
});

test.each([
  ['joins a group elsewhere', true, false],
  ['has another member’s name for a time', false, true],
  ['does both', true, true],
])('what an administrator took from a member stays withheld, who %s', async (_what, joins, swaps) => {
  await labs.attack(async (lab) => {
    const check = () => lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    await lab.byHand(async (iam) => {
      for (const role of ['paymaster', 'senders'])
        await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group(role) }));
    });
    await check();
    if (joins)
      await lab.byHand(async (iam) => {
        await iam.send(new aws.CreateGroupCommand({ GroupName: 'everybody' }));
        await iam.send(
          new aws.PutGroupPolicyCommand({
            GroupName: 'everybody',
            PolicyName: 'all',
            PolicyDocument: says({ Effect: 'Allow' }),
          }),
        );
        await iam.send(new aws.AddUserToGroupCommand({ GroupName: 'everybody', ...user('fay') }));
      });
    if (swaps) await lab.byHand(swap);
    await check();
    if (swaps) await lab.byHand(swap);
    await check();
    // On the same day owners end the suspension.
    lab.edit(', suspended: true', '');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.may(fay)).not.toContain('SendBonus');
  });
});

const Condition = { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-11-27T00:00:00Z' } };

test.each([
  ['no one helps', false],
  ['two users have each other’s names while it is applied', true],
])('a last day by hand stays, although the file extends another member’s access and %s', async (_what, swaps) => {
  await labs.attack(async (lab) => {
    await lab.byHand((iam) =>
      iam.send(
        new aws.PutUserPolicyCommand({
          ...user('fay'),
          PolicyName: 'leaves',
          PolicyDocument: says({ Effect: 'Deny', Action: '*', Condition }),
        }),
      ),
    );
    await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    if (swaps) await lab.byHand(swap);
    lab.edit('until: "2027-05-31"', 'until: "2027-12-31"');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    if (swaps) await lab.byHand(swap);
    await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    await endSuspensionLater(lab);
    const limits = { ...user('fay'), PolicyName: 'limits' };
    const kept = await lab.byHand((iam) =>
      iam.send(new aws.GetUserPolicyCommand(limits)).then(({ PolicyDocument: text = '' }) => decodeURIComponent(text)),
    );
    expect(kept).toContain('2026-11-27T00:00:00Z');
  });
});

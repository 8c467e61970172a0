import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, copyOf, planned, withLab } from '../support/lab-in-test.ts';
import { withSenders } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const WRITES = /^(?:Put|Add|Remove|Create|Delete|Attach|Detach|Update|Set)(?:User|Group|Policy|Default)/;
const before = withSenders(['results-reader'], ['paymaster']);
/** Approved and merged before: ada has a last day. */
const first: Team = {
  ...before,
  members: before.members.map((one) => (one.key === 'ada' ? { ...one, until: '2031-01-31' } : one)),
};
/** Approved and merged: fay moves to another role, which ada gets, too. */
const moved = withSenders(['results-reader', 'senders'], ['senders']);
const { UserName } = user('fay');
const PolicyName = 'stop';
const Statement = [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }];
const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });

type Call = (iam: aws.IAMClient) => Promise<unknown>;
const nothing: Call = async () => {};
const update =
  (from: string, change: Partial<aws.UpdateUserCommandInput>): Call =>
  (iam) =>
    iam.send(new aws.UpdateUserCommand({ UserName: from, ...change }));
const deny: Call = (iam) => iam.send(new aws.PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
const allow: Call = (iam) => iam.send(new aws.DeleteUserPolicyCommand({ UserName, PolicyName }));

const hidings = [
  ['no one else acts', nothing, nothing],
  ['someone denies the same to them', deny, allow],
  ['someone renames the user', update(UserName, { NewUserName: 'tmp' }), update('tmp', { NewUserName: UserName })],
  [
    'someone moves the user',
    update(UserName, { NewPath: '/' }),
    update(UserName, { NewPath: '/mturk/perception-lab/' }),
  ],
] as const;

test.each([
  ...hidings.map((each) => [...each, false] as const),
  ...hidings.map(([what, ...each]) => [`after another began, ${what}`, ...each, true] as const),
])(
  'what an administrator took before an apply began stays taken when it runs again, while in between %s',
  async (_what, hide, show, isSecond) => {
    await withLab(copyOf(await appliedTo(before)), async (test) => {
      const may = () => [...(accessAt(accessIn(test.memory.account)).get(UserName) ?? [])];
      const { iam } = test.lab(before);
      // Its run is cancelled before the first call.
      const cancelled = async (team: Team) => {
        const lab = test.lab(team);
        const plan = await planned(lab);
        test.listen(({ action }) => !WRITES.test(action));
        expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: false });
        test.listen(null);
      };
      if (isSecond) await cancelled(first);
      await iam.send(new aws.RemoveUserFromGroupCommand({ UserName, ...group('paymaster') }));
      await hide(iam);
      await cancelled(moved);
      await show(iam);
      expect(may()).toEqual([]);
      await applied(test.lab(moved));
      expect(may()).not.toContain('SendBonus');
    });
  },
);

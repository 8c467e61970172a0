import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { noChanges } from '../../src/app/plan/plan.ts';
import type { Team } from '../../src/team/team.ts';
import { FULL, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, planned, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';
import { arn, may as mayAs } from '../support/workflow-roles.ts';

const test = testInTurn(3);

const withoutBo: Team = {
  ...smallTeam,
  members: smallTeam.members.filter(({ key }) => key !== 'bo'),
  departed: [...smallTeam.departed, { key: 'bo', left: '2026-11-24', reason: 'left' }],
};
const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:*', Resource: '*' }],
});

test('the apply role takes no one out of a group outside the path', () => {
  expect(mayAs('apply', 'iam:RemoveUserFromGroup', arn('group/elsewhere'))).toBe(false);
});

test.each<[string, (iam: aws.IAMClient) => Promise<unknown>]>([
  ['is in a group outside the path', async () => {}],
  [
    'is in a group outside the path, and was denied everything',
    (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('bo'), PolicyName: 'stop', PolicyDocument })),
  ],
])('a member who %s can do no more by leaving, although IAM keeps the user', async (_what, deny) => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const may = () => accessAt(accessIn(test.memory.account)).get(user('bo').UserName) ?? new Set();
    const lab = test.lab(smallTeam);
    await lab.iam.send(new aws.CreateGroupCommand({ GroupName: 'elsewhere' }));
    await lab.iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'elsewhere', PolicyArn: FULL }));
    await lab.iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), GroupName: 'elsewhere' }));
    await deny(lab.iam);
    await applied(lab);
    expect(may().has('SendBonus')).toBe(false);
    // The apply role may not change a group outside the path: the call fails.
    test.listen(
      ({ action, params }) =>
        !(action === 'RemoveUserFromGroup' && (params as { GroupName?: string }).GroupName === 'elsewhere'),
    );
    const leaving = test.lab(withoutBo);
    expect(await applyPlanned(leaving, await planned(leaving), carriedOut(), SILENT)).toMatchObject({ ok: true });
    expect([...may()]).toEqual([]);
    expect(noChanges(await planned(leaving))).toBe(true);
    // Once an administrator has ended the membership, an apply deletes the user.
    test.listen(null);
    await lab.iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), GroupName: 'elsewhere' }));
    await applied(leaving);
    expect(accessIn(test.memory.account).users.map(({ name }) => name)).not.toContain(user('bo').UserName);
  });
});

test('a member whose last day is long past can do no more once reconcile deletes the user, although IAM keeps it', async () => {
  const expired: Team = {
    ...smallTeam,
    members: smallTeam.members.map((one) => (one.key === 'bo' ? { ...one, until: '2026-10-01' } : one)),
    settings: { ...smallTeam.settings, deleteAfterDays: 30 },
  };
  await withLab(await appliedTo(expired), async (test) => {
    const may = () => accessAt(accessIn(test.memory.account)).get(user('bo').UserName) ?? new Set();
    const lab = test.lab(expired);
    await lab.iam.send(new aws.CreateGroupCommand({ GroupName: 'elsewhere' }));
    await lab.iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'elsewhere', PolicyArn: FULL }));
    await lab.iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), GroupName: 'elsewhere' }));
    expect([...may()]).toEqual([]);
    test.listen(
      ({ action, params }) =>
        !(action === 'RemoveUserFromGroup' && (params as { GroupName?: string }).GroupName === 'elsewhere'),
    );
    const plan = await planned(lab, { deletions: new Set(['bo']) });
    expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: true });
    expect([...may()]).toEqual([]);
  });
});

test('a member who was given the name of someone who leaves is not deleted instead', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const lab = test.lab(withoutBo);
    const { account } = test.memory;
    const idOf = (key: string) => Object.values(account.users).find(({ name }) => name === user(key).UserName)?.id;
    const fay = idOf('fay');
    const renamings = [
      [user('bo').UserName, 'third'],
      [user('fay').UserName, user('bo').UserName],
      ['third', user('fay').UserName],
    ] as const;
    for (const [UserName, NewUserName] of renamings)
      await lab.iam.send(new aws.UpdateUserCommand({ UserName, NewUserName }));
    await applied(lab);
    expect(idOf('bo')).toBe(fay);
    for (const key of ['bo', 'fay']) {
      expect([...(accessAt(accessIn(test.memory.account)).get(user(key).UserName) ?? [])]).toEqual([]);
    }
    expect(noChanges(await planned(lab))).toBe(true);
  });
});

import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { planStack } from '../../src/app/plan/plan.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { type AttackedLab, attackedLabs, group, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { appliedTo, carriedOut, orThrow, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(4);

/** A role denies bonuses; who pays does not have it. */
const labs = attackedLabs((file) =>
  file.replace('roles:\n', 'roles:\n  no-bonus:\n    allow: [ results:read, pay:bonus ]\n    deny: [ SendBonus ]\n'),
);
beforeAll(labs.prepare);
afterAll(labs.remove);

const PolicyArn = 'arn:aws:iam::123456789012:policy/mturk/perception-lab/perception-lab-no-bonus';
const says = (Effect: 'Allow' | 'Deny', action: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect, Action: `mechanicalturk:${action}`, Resource: '*' }],
  });
const EXTRA = { ...group('extra'), Path: '/mturk/perception-lab/' };
const STOP = { GroupName: 'emergency-stop', Path: EXTRA.Path };

/** Applies of before and after an emergency group is made note unique ids. */
async function makeStop(lab: AttackedLab): Promise<void> {
  await lab.byHand(async (iam) => {
    await iam.send(new aws.CreateGroupCommand(STOP));
    await iam.send(new aws.AttachGroupPolicyCommand({ ...STOP, PolicyArn }));
  });
  lab.edit('[ results-reader, task-publisher ]', '[ task-publisher ]');
  expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
}
async function stopBy(iam: aws.IAMClient, key: string): Promise<void> {
  await iam.send(new aws.AddUserToGroupCommand({ ...user(key), ...STOP }));
}
async function stopIn(iam: aws.IAMClient, key: string, action: string): Promise<void> {
  const PolicyDocument = says('Deny', action);
  await iam.send(new aws.PutGroupPolicyCommand({ ...group(key), PolicyName: 'stop', PolicyDocument }));
  await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group(key) }));
}

test.each(
  sampleOf<[string, (iam: aws.IAMClient) => Promise<void>]>(
    [
      ['a policy of the lab, at a group of no role', (iam) => stopBy(iam, 'fay')],
      ['a statement at the group of a role', (iam) => stopIn(iam, 'task-publisher', 'SendBonus')],
    ],
    1,
  ),
)('a Deny by %s, into which someone put a member, stays on every day', (_what, click) =>
  labs.attack(async (lab) => {
    await makeStop(lab);
    await lab.byHand(click);
    for (const day of [TODAY, TOMORROW, '2026-11-28']) {
      await lab.mturk(day, 'drift', '--reconcile', '--yes');
      expect(await lab.may(user('fay').UserName)).not.toContain('SendBonus');
    }
  }),
);

test.each(
  sampleOf<[string, 'bo' | 'fay', string, string, (iam: aws.IAMClient) => Promise<void>]>(
    [
      ['a policy of the lab', 'bo', 'SendBonus', '[ task-publisher', (iam) => stopBy(iam, 'bo')],
      ['a statement', 'fay', 'CreateHIT', '[ paymaster', (iam) => stopIn(iam, 'results-reader', 'CreateHIT')],
    ],
    1,
  ),
)('a Deny by %s at a group of %s is not lifted by the apply that gives %s', (_what, key, denied, roles, click) =>
  labs.attack(async (lab) => {
    await makeStop(lab);
    await lab.byHand(click);
    lab.edit(`${roles} ]`, `${roles}, ${key === 'bo' ? 'paymaster' : 'task-publisher'} ]`);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.may(user(key).UserName)).not.toContain(denied);
  }),
);

test.each(
  sampleOf<[string, string, readonly [string, string]]>(
    [
      ['in the policy', 'pay-stop', ['freeze: []', 'freeze: []']],
      ['beside the policy', 'perception-lab-stopped', ['roles:\n', 'roles:\n  stopped: { allow: [ results:read ] }\n']],
    ],
    1,
  ),
)('a Deny %s of a role stays for who was put into its group, which was then renamed to %s', (where, name, more) =>
  labs.attack(async (lab) => {
    lab.edit('roles:\n', 'roles:\n  bonus-payer: { allow: [ pay:bonus ] }\n');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    await lab.byHand(async (iam) => {
      const PolicyArn = rolePolicyArn(smallTeam, 'paymaster');
      const PolicyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: ['Allow', 'Deny'].map((Effect) => ({ Effect, Action: 'mechanicalturk:SendBonus', Resource: '*' })),
      });
      const own = { ...group('paymaster'), PolicyName: 'stop', PolicyDocument: says('Deny', 'SendBonus') };
      if (where === 'in the policy')
        await iam.send(new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
      else await iam.send(new aws.PutGroupPolicyCommand(own));
      await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
      await iam.send(new aws.UpdateGroupCommand({ ...group('paymaster'), NewGroupName: name }));
    });
    lab.edit('[ results-reader, task-publisher ]', '[ results-reader, task-publisher, bonus-payer ]');
    lab.edit(...more);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.may(user('bo').UserName)).not.toContain('SendBonus');
  }),
);

const ROLES = '[ results-reader, task-publisher ]';
/** Someone takes the IAM name of a role's policy, so that the role is left out. */
async function takeName(iam: aws.IAMClient): Promise<void> {
  const PolicyArn = rolePolicyArn(smallTeam, 'task-publisher');
  await iam.send(new aws.DetachGroupPolicyCommand({ ...group('task-publisher'), PolicyArn }));
  await iam.send(new aws.DeletePolicyCommand({ PolicyArn }));
  const other = { PolicyName: group('task-publisher').GroupName, PolicyDocument: says('Deny', 'GetHIT') };
  await iam.send(new aws.CreatePolicyCommand(other));
}

test.each(
  sampleOf<[string, (iam: aws.IAMClient) => Promise<unknown>, ...(readonly [string, string])[]]>(
    [
      [
        'that the file takes from a member',
        async () => {},
        [ROLES, '[ results-reader ]'],
        ['    roles: [ results-reader ]', '    roles: [ results-reader, paymaster ]'],
      ],
      ['that is left out', takeName, [ROLES, ROLES], [ROLES, '[ results-reader, task-publisher, paymaster ]']],
    ],
    1,
  ),
)('a Deny at a role %s stays, although a later file gives what it denies', (_what, click, ...edits) =>
  labs.attack(async (lab) => {
    const stop = { ...group('task-publisher'), PolicyName: 'stop', PolicyDocument: says('Deny', 'SendBonus') };
    await lab.byHand(async (iam) => {
      await iam.send(new aws.PutGroupPolicyCommand(stop));
      await click(iam);
    });
    for (const [from, to] of edits) {
      lab.edit(from, to);
      expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    }
    expect(await lab.may(user('bo').UserName)).not.toContain('SendBonus');
  }),
);

const edited = (change: Partial<Team['members'][number]>): Team => ({
  ...smallTeam,
  members: smallTeam.members.map((each) => (each.key === 'bo' ? { ...each, ...change } : each)),
});
test.each([
  ['', smallTeam],
  [', which shows once the apply ends a suspension', edited({ suspended: true })],
])('an apply fails while a member has more by a group that they were put into meanwhile%s', async (_what, was) =>
  withLab(await appliedTo(was), async (opened) => {
    const lab = opened.lab(edited({ until: '2027-06-30' }));
    await lab.iam.send(new aws.CreateGroupCommand(EXTRA));
    const pay = { ...group('extra'), PolicyName: 'pay', PolicyDocument: says('Allow', 'SendBonus') };
    await lab.iam.send(new aws.PutGroupPolicyCommand(pay));
    const planned = orThrow(await planStack(lab));
    await lab.iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('extra') }));
    const applied = await applyPlanned(lab, planned, carriedOut(), SILENT);
    expect(accessAt(accessIn(opened.memory.account)).get(user('bo').UserName)).toContain('SendBonus');
    expect(applied).toMatchObject({
      failure: { code: 'not-converged', args: { addresses: ['perception-lab-extra'] } },
    });
  }),
);

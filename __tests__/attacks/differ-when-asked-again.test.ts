import * as aws from '@aws-sdk/client-iam';
import { OPERATIONS } from '../../src/catalog/mturk.ts';
import { boundaryArn, iamName, memberTags, rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { attackedLabs, group, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, withLab } from '../support/lab-in-test.ts';
import { applyAndKill } from '../support/lab-in-test-killed.ts';
import { member, smallTeam } from '../support/sample-team.ts';

const test = testInTurn(8);

const labs = attackedLabs();
const frozen = attackedLabs((file) => file.replace('freeze: []', 'freeze: [ results:read ]'));
beforeAll(async () => {
  await labs.prepare();
  await frozen.prepare();
});
afterAll(() => {
  labs.remove();
  frozen.remove();
});

const bo = user('bo');
const denyAt = (key: string, action: string) =>
  new aws.PutGroupPolicyCommand({
    ...{ ...group(key), PolicyName: 'stop' },
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: `mechanicalturk:${action}`, Resource: '*' }],
    }),
  });
const moveOut = (key: string) => new aws.UpdateGroupCommand({ ...group(key), NewPath: '/elsewhere/' });

test('an apply converges that gives another role to someone whose user was deleted for age, though the old one has a Deny', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand((iam) => iam.send(denyAt('task-publisher', 'GetHIT')));
    for (const day of ['2027-07-05', '2027-07-07']) await lab.mturk(day, 'drift', '--reconcile', '--yes');
    lab.edit('2027-05-31', '2027-12-31');
    lab.edit('[ results-reader, task-publisher ]', '[ results-reader ]');
    const day = '2027-07-08';
    const [first, second] = [await lab.mturk(day, 'apply', '--yes'), await lab.mturk(day, 'apply', '--yes')];
    expect([first.code, /not-converged/.test(first.stderr)]).toEqual([0, false]);
    expect(second.stdout).not.toContain('another IAM user has the member’s name');
    expect(await lab.may(bo.UserName)).toContain('ListHITs');
  });
});

const withKit = (role: string): Team => ({
  ...smallTeam,
  members: [...smallTeam.members, member({ key: 'kit', roles: [role] })],
});
test('an apply converges that creates a member whom a killed one had in a role with a Deny', async () =>
  withLab(await appliedTo(smallTeam), async (test) => {
    await test.lab(smallTeam).iam.send(denyAt('task-publisher', 'GetHIT'));
    await applied(test.lab(smallTeam));
    const params = {
      ...{ ...user('kit'), Path: '/mturk/perception-lab/', PermissionsBoundary: boundaryArn(smallTeam) },
      Tags: Object.entries(memberTags(smallTeam.lab, 'kit')).map(([Key, Value]) => ({ Key, Value })),
    };
    const call = { action: 'CreateUser', identity: `CreateUser ${JSON.stringify(params)} 0` };
    const killed = await applyAndKill(test, test.lab(withKit('task-publisher')), { call, phase: 'before' }, () => true);
    expect(killed.code).toBe('killed');
    test.listen(null);
    await applied(test.lab(withKit('results-reader')));
  }));

test('an apply converges that creates a missing user again, of whom the file takes a role with a Deny', async () =>
  withLab(await appliedTo(smallTeam), async (test) => {
    const { iam } = test.lab(smallTeam);
    await iam.send(denyAt('task-publisher', 'GetHIT'));
    await applied(test.lab(smallTeam));
    for (const key of ['results-reader', 'task-publisher'])
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...bo, ...group(key) }));
    await iam.send(new aws.DeleteUserPolicyCommand({ ...bo, PolicyName: 'limits' }));
    await iam.send(new aws.DeleteUserCommand(bo));
    const members = smallTeam.members.map((each) =>
      each.key === 'bo' ? { ...each, roles: ['results-reader'] } : each,
    );
    // What a terminal does once a person answers that bo is to be given back.
    await applied(test.lab({ ...smallTeam, members }), { recreate: new Set(['bo']) });
  }));

test('an apply converges that ends a freeze and takes a role whose policy someone outside has', async () => {
  await frozen.attack(async (lab) => {
    await lab.byHand(async (iam) => {
      await iam.send(new aws.CreateUserCommand({ UserName: 'helper' }));
      const PolicyArn = rolePolicyArn(smallTeam, 'task-publisher');
      await iam.send(new aws.AttachUserPolicyCommand({ UserName: 'helper', PolicyArn }));
    });
    lab.edit('freeze: [ results:read ]', 'freeze: []');
    lab.edit('[ results-reader, task-publisher ]', '[ results-reader ]');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    // It is the file's freeze that was denied, and no one's Deny.
    expect(await lab.may(iamName(smallTeam.lab, 'bo'))).toContain('GetHIT');
  });
});

test('an apply converges that ends a freeze while the group of a role is outside the path', async () => {
  await frozen.attack(async (lab) => {
    await lab.byHand((iam) => iam.send(moveOut('task-publisher')));
    lab.edit('freeze: [ results:read ]', 'freeze: []');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
  });
});

test('an apply converges that gives a role with a Deny to a member of a group outside the path', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand((iam) => iam.send(denyAt('task-publisher', 'SendBonus')));
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    await lab.byHand((iam) => iam.send(moveOut('paymaster')));
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    lab.edit('[ paymaster ]', '[ paymaster, task-publisher ]');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
  });
});

test('an apply converges that takes a role with a Deny from a suspended member whose own Deny leaves no room for it', async () => {
  await labs.attack(async (lab) => {
    const denied = (operations: readonly string[]) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Action: operations.map((each) => `mechanicalturk:${each}`), Resource: '*' }],
      });
    lab.edit('until: "2027-05-31"', 'suspended: true\n    until: "2027-05-31"');
    const stop = { PolicyName: 'stop', PolicyDocument: denied(OPERATIONS.slice(0, 36)) };
    const own = { PolicyName: 'stop', PolicyDocument: denied(OPERATIONS.slice(20)) };
    await lab.byHand(async (iam) => {
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('task-publisher'), ...stop }));
      await iam.send(new aws.PutUserPolicyCommand({ ...bo, ...own }));
    });
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    lab.edit('[ results-reader, task-publisher ]', '[ results-reader ]');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
  });
});

test('an apply converges that adds a member and ends a suspension of another, whose roles it changes', async () => {
  await labs.attack(async (lab) => {
    lab.edit('until: "2027-05-31"', 'suspended: true\n    until: "2027-05-31"');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    lab.edit('suspended: true\n    until: "2027-05-31"', 'until: "2027-05-31"');
    lab.edit('[ results-reader, task-publisher ]', '[ paymaster ]');
    lab.edit('members:\n', 'members:\n  kit: { name: Kit, roles: [ results-reader ] }\n');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
  });
});

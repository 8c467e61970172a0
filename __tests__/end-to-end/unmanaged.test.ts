import * as aws from '@aws-sdk/client-iam';
import { boundaryArn, rolePolicyArn } from '../../src/team/names.ts';
import { appliedDirectory, byHandIn, TODAY } from '../support/applied-directory.ts';
import { runHere } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeam, smallTeamFile } from '../support/sample-team.ts';

const test = testInTurn(3);

const SAMPLE = smallTeamFile().replace(/ {2}reconcile: .*\n/, '  reconcile: additions\n');
// Fay is a paymaster no more.
const WITHOUT = SAMPLE.replace('roles: [paymaster] }', 'roles: [results-reader] }');
const ANYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
const OLD = { GroupName: 'old-payers' };
const lab = await appliedDirectory(SAMPLE);
const mturk = (...args: string[]) => runHere([...args, '--emulator', '--today', TODAY], { cwd: lab.directory });

const byHand = (click: (iam: aws.IAMClient) => Promise<unknown>) => byHandIn(lab.directory, click);

afterAll(() => lab.remove());

test('drift finds a group that was renamed by hand, and reconcile leaves no one in it', async () => {
  await byHand((iam) =>
    iam.send(new aws.UpdateGroupCommand({ GroupName: 'perception-lab-paymaster', NewGroupName: OLD.GroupName })),
  );
  const found = await mturk('drift');
  expect(found.code).toBe(2);
  expect(found.stdout).toContain('Group paymaster renamed to old-payers');
  expect(found.stdout).toContain(
    `aws iam update-group --group-name old-payers --new-group-name perception-lab-paymaster`,
  );
  expect(found.stdout).not.toMatch(/unmanaged group|deleted/i);
  // Reconcile makes the group again, and its member leaves the other one.
  expect(await mturk('drift', '--reconcile', '--yes')).toMatchObject({ code: 2 });
  const left = await mturk('drift', '--quick');
  expect(left.stdout).toContain('Snooze unmanaged-group/old-payers');
  await byHand(async (iam) => {
    const PolicyArn = rolePolicyArn(smallTeam, 'paymaster');
    await iam.send(new aws.DetachGroupPolicyCommand({ ...OLD, PolicyArn }));
    await iam.send(new aws.DeleteGroupCommand(OLD));
  });
  expect(await mturk('drift', '--quick')).toMatchObject({ code: 0, stderr: '' });
});

test('drift finds a group made by hand that still allows bonuses, wherever it is', async () => {
  await byHand(async (iam) => {
    await iam.send(new aws.CreateGroupCommand({ ...OLD, Path: '/mturk/perception-lab/' }));
    await iam.send(new aws.AttachGroupPolicyCommand({ ...OLD, PolicyArn: rolePolicyArn(smallTeam, 'paymaster') }));
    await iam.send(new aws.AddUserToGroupCommand({ ...OLD, UserName: 'perception-lab-fay' }));
  });
  const found = await mturk('drift');
  expect(found.code).toBe(2);
  expect(found.stdout).toContain('unmanaged-group/old-payers/spends');
  expect(found.stdout).toContain('aws iam detach-group-policy --group-name old-payers --policy-arn arn:aws:iam::');
  const planned = await mturk('plan');
  expect(planned.code).toBe(2);
  expect(planned.stdout).toContain('Plan: Terraform changes nothing; group memberships end.');
  // By the file, no member may pay a bonus any more: the apply empties the group.
  lab.write('team.yaml', WITHOUT);
  expect(await mturk('apply', '--yes')).toMatchObject({ code: 0 });
  expect(await mturk('plan')).toMatchObject({ code: 0 });
  expect((await mturk('drift', '--quick')).stdout).toContain('Snooze unmanaged-group/old-payers.');

  await byHand((iam) => iam.send(new aws.AddUserToGroupCommand({ ...OLD, UserName: 'perception-lab-fay' })));
  // Moved out of the lab's path besides, it is found by the lab's policy that it has.
  await byHand((iam) => iam.send(new aws.UpdateGroupCommand({ ...OLD, NewPath: '/' })));
  const json = await mturk('drift', '--json');
  expect({ code: json.code, ...JSON.parse(json.stdout) }).toMatchObject({
    code: 2,
    drift: {
      class: 'unmanaged',
      findings: [
        {
          id: 'unmanaged-group/old-payers/spends',
          cause: 'unmanaged',
          remediation: 'manual',
        },
      ],
      notChecked: [],
    },
  });

  // The printed command fixes it.
  const [line = ''] = found.stdout.match(/aws iam detach-group-policy .*/) ?? [];
  const arn = line.split(' ').at(-1);
  await byHand((iam) => iam.send(new aws.DetachGroupPolicyCommand({ ...OLD, PolicyArn: arn })));
  await byHand((iam) => iam.send(new aws.UpdateGroupCommand({ ...OLD, NewPath: '/mturk/perception-lab/' })));
  const harmless = await mturk('drift');
  expect(harmless.code).toBe(2);
  expect(harmless.stdout).toContain('Snooze unmanaged-group/old-payers.');
  await byHand(async (iam) => {
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...OLD, UserName: 'perception-lab-fay' }));
    await iam.send(new aws.DeleteGroupCommand(OLD));
  });
  expect(await mturk('drift', '--quick')).toMatchObject({ code: 0, stderr: '' });
});

test('a widened boundary policy is found, and bootstrap reverts it', async () => {
  const PolicyArn = boundaryArn(smallTeam);
  await byHand((iam) =>
    iam.send(new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: ANYTHING, SetAsDefault: true })),
  );
  expect(await mturk('plan')).toMatchObject({ code: 0 });
  const found = await mturk('drift');
  expect(found.code).toBe(2);
  expect(found.stdout).toContain('mturk-team bootstrap');
  const reconciled = await mturk('drift', '--reconcile', '--yes', '--json');
  expect({ code: reconciled.code, ...JSON.parse(reconciled.stdout) }).toMatchObject({
    code: 2,
    drift: {
      class: 'drift',
      findings: [{ id: expect.stringMatching(/^boundary-policy-changed/), remediation: 'manual' }],
    },
  });
  expect(await mturk('bootstrap', '--yes')).toMatchObject({ code: 0 });
  // The widened version remains, one SetDefaultPolicyVersion away from taking effect.
  const waiting = await mturk('drift');
  expect(waiting.code).toBe(2);
  const [line = ''] = waiting.stdout.match(/aws iam delete-policy-version .*/) ?? [];
  expect(line).toContain(`--policy-arn ${PolicyArn} `);
  const VersionId = line.split(' ').at(-1);
  await byHand((iam) => iam.send(new aws.DeletePolicyVersionCommand({ PolicyArn, VersionId })));
  expect(await mturk('drift')).toMatchObject({ code: 0, stderr: '' });
});

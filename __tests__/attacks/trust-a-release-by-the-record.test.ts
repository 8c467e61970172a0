import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { trustOf } from '../../src/aws/setup/roles.ts';
import { WORKFLOW_ROLES } from '../../src/team/names.ts';
import { callIam } from '../emulator/clients.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { BUCKET, labWithBucket, WORKFLOW } from '../support/lab-with-bucket.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(3);

const lab = labWithBucket();
afterAll(() => lab.remove());

/** Someone lets the roles trust a stranger's workflows, too, and writes it into bootstrap's record. Any pull request can call that of `plan`. */
test.each([
  ['and the record stays', false],
  ['and the record says the same', true],
])('roles that trust the workflows of a stranger, too, are findings in a workflow: %s', async (_what, isRecorded) => {
  expect(await lab.bootstrap()).toMatchObject({ code: 0 });
  expect(await lab.mturk(['apply', '--yes'])).toMatchObject({ code: 0 });
  expect(await lab.found(WORKFLOW)).toEqual([]);
  await lab.byHand(async (iam, s3) => {
    const Key = 'perception-lab/bootstrap.json';
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    const record = JSON.parse((await Body?.transformToString()) ?? '');
    // What was trusted stays, so that the workflows go on.
    record.repository.workflows.push({ owner: 'stranger', name: 'tool', ref: 'e'.repeat(40) });
    for (const role of WORKFLOW_ROLES) {
      const PolicyDocument = JSON.stringify(trustOf(role, smallTeam, record.repository));
      await callIam(iam, 'UpdateAssumeRolePolicy', { RoleName: `perception-lab-${role}`, PolicyDocument });
    }
    if (isRecorded) await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: JSON.stringify(record) }));
  });
  const changed = (await lab.found(WORKFLOW)).filter((id) => `${id}`.startsWith('role-changed'));
  expect(changed).toHaveLength(WORKFLOW_ROLES.length);
});

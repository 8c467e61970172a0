import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { trustOf } from '../../src/aws/setup/roles.ts';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { WORKFLOW_ROLES } from '../../src/team/names.ts';
import { callIam } from '../emulator/clients.ts';
import { runHere, scratch } from '../support/command.ts';
import { smallTeam, smallTeamFile } from '../support/sample-team.ts';

const BUCKET = 'labs-mturk-123456789012';
const state = `settings:\n  state: { bucket: ${BUCKET}, region: us-east-1, key: perception-lab }\n`;
const place = scratch({ 'team.yaml': smallTeamFile().replace('settings:\n', state) });
const EMULATOR = join(place.directory, 'emulator');
execFileSync('git', ['init', '--quiet', place.directory]);
execFileSync('git', ['-C', place.directory, 'remote', 'add', 'origin', 'git@github.com:perception-lab/access.git']);
afterAll(() => place.remove());

const WORKFLOW = {
  ...{ GITHUB_REPOSITORY: 'perception-lab/access', GITHUB_REPOSITORY_ID: '22', GITHUB_REPOSITORY_OWNER_ID: '11' },
  CALLED_REPOSITORY: 'perception-lab/access',
};
const mturk = (args: readonly string[], env: Record<string, string> = {}) =>
  runHere([...args, '--emulator', EMULATOR, '--today', '2026-11-25'], { cwd: place.directory, env });
async function idsOf(): Promise<readonly string[]> {
  const { stdout, stderr } = await mturk(['drift', '--json'], WORKFLOW);
  if (stdout === '') throw new Error(stderr);
  const { findings, notChecked } = JSON.parse(stdout).drift;
  return [...findings.map(({ id }: { id: string }) => id), ...notChecked];
}

/** Someone lets the roles trust a stranger's workflows, too, and writes it into bootstrap's record. Any pull request can call that of `plan`. */
test.each([
  ['and the record stays', false],
  ['and the record says the same', true],
])('roles that trust the workflows of a stranger, too, are findings in a workflow: %s', async (_what, isRecorded) => {
  const given = ['--repository-id', '22', '--owner-id', '11', '--subject', 'ids'];
  expect(await mturk(['bootstrap', '--yes', ...given])).toMatchObject({ code: 0 });
  expect(await mturk(['apply', '--yes'])).toMatchObject({ code: 0 });
  expect(await idsOf()).toEqual([]);
  const emulator = await openEmulator({ dir: EMULATOR, accountId: '123456789012', provider: false });
  const reach = { endpoint: emulator.endpoint, region: 'us-east-1', credentials: emulator.rootCredentials };
  const [iam, s3] = [new IAMClient(reach), new S3Client({ ...reach, forcePathStyle: true })];
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
  iam.destroy();
  s3.destroy();
  await emulator.close();
  const ids = await idsOf();
  expect(ids.filter((id) => id.startsWith('role-changed'))).toHaveLength(WORKFLOW_ROLES.length);
});

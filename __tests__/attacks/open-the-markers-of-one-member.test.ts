import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { runHere, scratch } from '../support/command.ts';
import { smallTeamFile } from '../support/sample-team.ts';

const Bucket = 'labs-mturk-123456789012';
const state = `settings:\n  state: { bucket: ${Bucket}, region: us-east-1, key: perception-lab }\n`;
const place = scratch({ 'team.yaml': smallTeamFile().replace('settings:\n', state) });
const EMULATOR = join(place.directory, 'emulator');
execFileSync('git', ['init', '--quiet', place.directory]);
execFileSync('git', ['-C', place.directory, 'remote', 'add', 'origin', 'git@github.com:perception-lab/access.git']);
afterAll(() => place.remove());

const FACTS = ['--repository-id', '22', '--owner-id', '11', '--subject', 'ids'];
const mturk = (...args: readonly string[]) =>
  runHere([...args, '--emulator', EMULATOR, '--today', '2026-11-25'], { cwd: place.directory });

async function allow(s3: S3Client, of: string) {
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
  const policy = JSON.parse(Policy);
  const Principal = { AWS: 'arn:aws:iam::999999999999:root' };
  policy.Statement.push({
    Effect: 'Allow',
    Principal,
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${Bucket}/${of}`,
  });
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));
}

async function expire(s3: S3Client, Prefix: string) {
  const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  Rules.push({ ID: 'tidy', Status: 'Enabled', Filter: { Prefix }, Expiration: { Days: 1 } });
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
}

/** Markers of delivered keys are `KEY/keys/USER/TIME.json`. */
test.each<[string, string, (s3: S3Client) => Promise<void>]>([
  ['that lets another account write markers', '/policy', (s3) => allow(s3, 'perception-lab/keys/*')],
  ['that lets it write those of one member', '/policy', (s3) => allow(s3, 'perception-lab/keys/perception-lab-bo/*')],
  ['by which markers expire', '', (s3) => expire(s3, 'perception-lab/keys/')],
  ['by which those of one member expire', '', (s3) => expire(s3, 'perception-lab/keys/perception-lab-bo/')],
])('a setting of the bucket %s is a finding', async (_what, setting, change) => {
  expect(await mturk('bootstrap', '--yes', ...FACTS)).toMatchObject({ code: 0 });
  expect(await mturk('apply', '--yes')).toMatchObject({ code: 0 });
  const emulator = await openEmulator({ dir: EMULATOR, accountId: '123456789012', provider: false });
  const reach = { endpoint: emulator.endpoint, region: 'us-east-1', credentials: emulator.rootCredentials };
  const s3 = new S3Client({ ...reach, forcePathStyle: true });
  await change(s3);
  s3.destroy();
  await emulator.close();
  const { stdout } = await mturk('drift', '--json');
  const { findings, notChecked } = JSON.parse(stdout).drift;
  expect([findings.map(({ id }: { id: string }) => id), notChecked]).toEqual([
    [`bucket-changed/${Bucket}${setting}`],
    [],
  ]);
});

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PutBucketEncryptionCommand, S3Client } from '@aws-sdk/client-s3';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { runHere, scratch } from '../support/command.ts';
import { smallTeamFile } from '../support/sample-team.ts';

const BUCKET = 'labs-mturk-123456789012';
const state = `settings:\n  state: { bucket: ${BUCKET}, region: us-east-1, key: perception-lab }\n`;
const place = scratch({ 'team.yaml': smallTeamFile().replace('settings:\n', state) });
const EMULATOR = join(place.directory, 'emulator');
execFileSync('git', ['init', '--quiet', place.directory]);
execFileSync('git', ['-C', place.directory, 'remote', 'add', 'origin', 'git@github.com:perception-lab/access.git']);
afterAll(() => place.remove());

const FACTS = ['--repository-id', '22', '--owner-id', '11', '--subject', 'classic'];
const mturk = (...args: readonly string[]) =>
  runHere([...args, '--emulator', EMULATOR, '--today', '2026-11-25'], { cwd: place.directory });
const idsOf = ({ stdout, stderr }: { stdout: string; stderr: string }) => {
  if (stdout === '') throw new Error(stderr);
  const { findings, notChecked } = JSON.parse(stdout).drift;
  return [...findings.map(({ id }: { id: string }) => id), ...notChecked];
};

/** Who may change the bucket's encryption, and nothing of IAM, has what an apply writes encrypted with a key of their own account. */
test("a bucket that encrypts the state with another account's key is a finding, which bootstrap resets", async () => {
  const set = await mturk('bootstrap', '--yes', ...FACTS);
  expect(set).toMatchObject({ code: 0 });
  expect(await mturk('apply', '--yes')).toMatchObject({ code: 0 });
  expect(idsOf(await mturk('drift', '--json'))).toEqual([]);
  const emulator = await openEmulator({ dir: EMULATOR, accountId: '123456789012', provider: false });
  const s3 = new S3Client({
    ...{
      endpoint: emulator.endpoint,
      region: 'us-east-1',
      credentials: emulator.rootCredentials,
      forcePathStyle: true,
    },
  });
  const KMSMasterKeyID = 'arn:aws:kms:us-east-1:999999999999:key/11111111-2222-3333-4444-555555555555';
  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID } }];
  await s3.send(new PutBucketEncryptionCommand({ Bucket: BUCKET, ServerSideEncryptionConfiguration: { Rules } }));
  s3.destroy();
  await emulator.close();
  const found = idsOf(await mturk('drift', '--json'));
  const reset = await mturk('bootstrap', '--yes', ...FACTS);
  expect([found, reset.stdout]).toEqual([[`bucket-changed/${BUCKET}`], expect.stringContaining('encryption')]);
});

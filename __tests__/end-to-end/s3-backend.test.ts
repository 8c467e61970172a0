import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { awsEnvironment, openEmulator } from '../../src/emulator/emulator.ts';
import { enginesAtHand, runEngine } from '../support/raw-engine.ts';

const Bucket = 'perception-lab-terraform';
const KEY = 'mturk-team/team.tfstate';

/** Without a provider: a plan has one change, of an output. */
const CONFIGURATION = {
  terraform: { backend: { s3: { bucket: Bucket, key: KEY, region: 'us-east-1', encrypt: true, use_lockfile: true } } },
  output: { made: { value: 'yes' } },
};

/** The lock file of the S3 backend came with 1.10. */
const [, binary = ''] = (await enginesAtHand()).find(([name]) => /v1\.[1-9]\d/.test(name)) ?? [];

const testWithEngine = binary === '' ? test.skip : test;

testWithEngine('of two applies at once, the second is refused at the lock in S3', async () => {
  const [writing, goOn] = [gate(), gate()];
  let isFirst = true;
  const emulator = await openEmulator({
    ...{ dir: null, accountId: '123456789012', provider: false },
    async onCall({ action, params, phase }) {
      const isState = action === 'PutObject' && phase === 'before' && Reflect.get(Object(params), 'Key') === KEY;
      if (isState && isFirst) {
        isFirst = false;
        writing.open();
        await goOn.opened;
      }
      return 'continue';
    },
  });
  const { endpoint, rootCredentials: credentials } = emulator;
  const s3 = new S3Client({ endpoint, credentials, region: 'us-east-1' });
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-s3-'));
  const where = { directory, environment: awsEnvironment(endpoint, credentials) };
  const apply = () => runEngine(binary, ['apply', '-auto-approve', '-no-color'], where);
  try {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    await writeFile(join(directory, 'main.tf.json'), JSON.stringify(CONFIGURATION));
    expect(await runEngine(binary, ['init', '-no-color'], where)).toMatchObject({ code: 0 });
    const first = apply();
    await Promise.race([writing.opened, first]);
    const second = await apply();
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('Error acquiring the state lock') });
    goOn.open();
    expect(await first).toMatchObject({ code: 0 });
    expect(await apply()).toMatchObject({ code: 0, stdout: expect.stringContaining('No changes') });
  } finally {
    goOn.open();
    s3.destroy();
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  }
});

testWithEngine('the lock that a dead run left is removed by the command that its error names', async () => {
  const emulator = await openEmulator({ dir: null, accountId: '123456789012', provider: false });
  const { endpoint, rootCredentials: credentials } = emulator;
  const s3 = new S3Client({ endpoint, credentials, region: 'us-east-1' });
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-s3-'));
  const run = (...args: readonly string[]) =>
    runEngine(binary, args, { directory, environment: awsEnvironment(endpoint, credentials) });
  try {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await writeFile(join(directory, 'main.tf.json'), JSON.stringify(CONFIGURATION));
    await run('init');
    const ID = '4a5b6c7d-0000-1111-2222-333344445555';
    const Body = JSON.stringify({ ID, Operation: 'OperationTypeApply', Who: 'runner@dead', Path: `${Bucket}/${KEY}` });
    await s3.send(new PutObjectCommand({ Bucket, Key: `${KEY}.tflock`, Body }));
    expect(await run('apply', '-auto-approve')).toMatchObject({ code: 1, stderr: expect.stringContaining(ID) });
    expect(await run('force-unlock', '-force', ID)).toMatchObject({ code: 0 });
    expect(await run('apply', '-auto-approve')).toMatchObject({ code: 0 });
  } finally {
    s3.destroy();
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  }
});

function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

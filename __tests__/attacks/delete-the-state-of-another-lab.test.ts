import { ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { testInTurn } from '../support/exhaustive.ts';
import { BUCKET, labsOfOneAccount } from '../support/labs-of-one-account.ts';

const test = testInTurn(1);

const labs = labsOfOneAccount();
const { mturk } = labs;
afterAll(() => labs.remove());

const write = (lab: string, key: string) =>
  labs.write(lab, { key, roles: { reader: 'results:read' }, members: { ada: ['reader'] } });
const bootstrap = (lab: string, id: string) =>
  mturk(
    ...([lab, 'bootstrap', '--yes', '--repository', `a/${lab}`, '--repository-id', id, '--owner-id', id] as const),
    ...['--subject', 'classic'],
  );

const inBucket = <Value>(work: (s3: S3Client) => Promise<Value>) =>
  labs.byHand(async (connection) => {
    const s3 = new S3Client({ ...connection, region: 'us-east-1', forcePathStyle: true });
    try {
      return await work(s3);
    } finally {
      s3.destroy();
    }
  });

test('no lab keeps its state below the key of another, where bootstrap --destroy would delete it', async () => {
  write('vision', 'labs');
  write('sound', 'labs/sound');
  expect(await bootstrap('vision', '1')).toMatchObject({ code: 0 });
  const refused = await bootstrap('sound', '2');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('error[invalid-state-key]')]);
  expect(refused.stderr.replace(/\s+/g, ' ')).toContain('`bootstrap --destroy` deletes all that is below a key');
  // The nearest that a key can come.
  write('sound', 'labs-sound');
  expect(await bootstrap('sound', '2')).toMatchObject({ code: 0 });
  for (const name of ['team.tfstate', 'apply-record.json'])
    await inBucket((s3) => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `labs-sound/${name}`, Body: '{}' })));
  expect(await mturk('vision', 'bootstrap', '--destroy', '--yes')).toMatchObject({ code: 0 });
  const { Versions = [] } = await inBucket((s3) => s3.send(new ListObjectVersionsCommand({ Bucket: BUCKET })));
  expect(Versions.map(({ Key }) => Key).sort()).toEqual([
    'labs-sound/apply-record.json',
    'labs-sound/bootstrap.json',
    'labs-sound/team.tfstate',
  ]);
});

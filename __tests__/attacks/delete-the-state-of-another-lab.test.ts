import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { runHere, scratch } from '../support/command.ts';

const ACCOUNT = '123456789012';
const BUCKET = 'labs-mturk-123456789012';
const place = scratch();
const EMULATOR = join(place.directory, 'emulator');
afterAll(() => place.remove());

function write(lab: string, key: string): void {
  mkdirSync(join(place.directory, lab), { recursive: true });
  const text = `version: 1
lab: ${lab}
account: "${ACCOUNT}"
owners: [ada]
roles:
  reader: { allow: [results:read] }
members:
  ada: { name: Ada, github: ada, roles: [reader] }
settings:
  state: { bucket: ${BUCKET}, region: us-east-1, key: ${key} }
`;
  writeFileSync(join(place.directory, lab, 'team.yaml'), text);
}

const mturk = (lab: string, ...args: string[]) =>
  runHere([...args, '--emulator', EMULATOR], { cwd: join(place.directory, lab) });
const bootstrap = (lab: string, id: string) =>
  mturk(
    ...([lab, 'bootstrap', '--yes', '--repository', `a/${lab}`, '--repository-id', id, '--owner-id', id] as const),
    ...['--subject', 'classic'],
  );

async function inBucket<Value>(work: (s3: S3Client) => Promise<Value>): Promise<Value> {
  const emulator = await openEmulator({ dir: EMULATOR, accountId: ACCOUNT, kind: 'server', provider: false });
  const { endpoint, rootCredentials: credentials } = emulator;
  const s3 = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
  try {
    return await work(s3);
  } finally {
    s3.destroy();
    await emulator.close();
  }
}

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

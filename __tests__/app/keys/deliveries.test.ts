import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { toDirectory } from '../../../src/app/keys/deliveries.ts';
import type { AccountSession } from '../../../src/app/session/account-session.ts';
import { type Emulator, openEmulator } from '../../../src/emulator/emulator.ts';
import type { Delivery } from '../../../src/keys/sync.ts';
import { scratch } from '../../support/command.ts';
import { emptyMemory, orThrow } from '../../support/lab-in-test.ts';

const KEY = { user: 'perception-lab-zoe', created: '2026-11-25T12:00:00Z' };
const OTHER = { ...KEY, created: '2026-11-26T12:00:00Z' };
const PLACE = {
  kind: 'bucket',
  account: '123456789012',
  bucket: 'lab-state',
  region: 'us-east-1',
  key: 'lab-x',
} as const;
const DELIVERY: Delivery = {
  owner: {
    ...{ key: 'zoe', github: null, user: KEY.user, userId: 'AIDA', recipient: 'age1zoe' },
    ...{ keys: 1, from: null, until: null, suspended: false },
  },
  ...{ created: KEY.created, armored: 'armored text\n', replaced: null },
};

let emulator: Emulator;
let s3: S3Client;
let place: ReturnType<typeof scratch>;
const env = { ...process.env };
beforeEach(async () => {
  place = scratch();
  const memory = emptyMemory();
  emulator = await openEmulator({ dir: null, memory, accountId: memory.account.accountId });
  const { accessKeyId, secretAccessKey } = emulator.rootCredentials;
  Object.assign(process.env, { AWS_ENDPOINT_URL: emulator.endpoint, AWS_ACCESS_KEY_ID: accessKeyId });
  Object.assign(process.env, { AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: 'us-east-1' });
  s3 = new S3Client({ region: 'us-east-1', endpoint: emulator.endpoint, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: PLACE.bucket }));
});
afterEach(async () => {
  process.env = { ...env };
  s3.destroy();
  await emulator.close();
  place.remove();
});

const deliveries = (records: AccountSession['records'] = PLACE) =>
  toDirectory({ records } as AccountSession, join(place.directory, 'keys'));

test('a file that only its owner reads, and a marker beside the apply record, with no key id', async () => {
  const file = orThrow(await deliveries().deliver(DELIVERY));
  expect(file).toBe(join(place.directory, 'keys', 'perception-lab-zoe-20261125T120000Z.age'));
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['armored text\n', 0o600]);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: PLACE.bucket }));
  expect(Contents.map(({ Key }) => Key)).toEqual(['lab-x/keys/perception-lab-zoe/20261125T120000Z.json']);
  expect(orThrow(await deliveries().delivered([KEY, OTHER]))).toEqual([KEY]);
});

test('without a marker there is no file, and no file replaces another', async () => {
  const denied = await deliveries({ ...PLACE, bucket: 'none' }).deliver(DELIVERY);
  expect(denied).toMatchObject({ ok: false, failure: { code: 'bucket-unusable' } });
  expect(existsSync(join(place.directory, 'keys', 'perception-lab-zoe-20261125T120000Z.age'))).toBe(false);
  const file = orThrow(await deliveries().deliver(DELIVERY));
  writeFileSync(file, 'still to be opened');
  expect(await deliveries().deliver(DELIVERY)).toMatchObject({ ok: false, failure: { code: 'file-not-writable' } });
  expect(readFileSync(file, 'utf8')).toBe('still to be opened');
});

test('a marker of another key, or a damaged one, delivers nothing', async () => {
  const records = { kind: 'directory', directory: place.directory } as const;
  const directory = join(place.directory, 'keys', KEY.user);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, '20261125T120000Z.json'), JSON.stringify({ version: 1, ...OTHER }));
  expect(orThrow(await deliveries(records).delivered([KEY]))).toEqual([]);
  writeFileSync(join(directory, '20261125T120000Z.json'), '{"version": 1}');
  expect(await deliveries(records).delivered([KEY])).toMatchObject({
    failure: { code: 'record-unusable', args: { file: 'keys/' } },
  });
});

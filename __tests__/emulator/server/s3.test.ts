import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketWebsiteCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketAclCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { ACCOUNT, callIam, iamOf, type Key, keyOf, openAccount, outcome, policy } from '../clients.ts';

const Bucket = 'perception-lab-terraform';
const KEY = 'mturk-team/team.tfstate';

let emulator: Emulator;
let s3: S3Client;
const clients: { destroy(): void }[] = [];

function s3Of(key: Key = emulator.rootCredentials, region = 'us-east-1'): S3Client {
  const client = new S3Client({ endpoint: emulator.endpoint, credentials: key, region, maxAttempts: 1 });
  clients.push(client);
  return client;
}

beforeEach(async () => {
  emulator = await openAccount();
  s3 = s3Of();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await emulator.close();
});

const put = (text: string, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body: text, ...more }));
async function get(more: object = {}, client = s3): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: KEY, ...more }));
  return (await Body?.transformToString('utf-8')) ?? '';
}
const versioning = (Status: 'Enabled' | 'Suspended') =>
  s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));

describe('buckets', () => {
  test('have a region, are created once, and answer in their region alone', async () => {
    const create = (region: string, LocationConstraint: 'eu-central-1' | 'us-west-2') =>
      outcome(
        s3Of(emulator.rootCredentials, region).send(
          new CreateBucketCommand({
            Bucket,
            CreateBucketConfiguration: { LocationConstraint },
          }),
        ),
      );
    expect(await create('eu-central-1', 'us-west-2')).toBe('IllegalLocationConstraintException');
    expect(await create('eu-central-1', 'eu-central-1')).toBe('answered');
    expect(await create('eu-central-1', 'eu-central-1')).toBe('BucketAlreadyOwnedByYou');
    const head = (region: string) => s3Of(emulator.rootCredentials, region).send(new HeadBucketCommand({ Bucket }));
    expect(await head('eu-central-1')).toMatchObject({ BucketRegion: 'eu-central-1' });
    await expect(head('us-east-1')).rejects.toMatchObject({ $metadata: { httpStatusCode: 301 } });
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'no-such-bucket' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    expect(await outcome(s3.send(new CreateBucketCommand({ Bucket: 'Not_A_Name' })))).toBe('InvalidBucketName');
  });

  test('are listed with their regions, for who may list all', async () => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    const LocationConstraint = 'eu-central-1';
    await s3.send(new CreateBucketCommand({ Bucket: 'results', CreateBucketConfiguration: { LocationConstraint } }));
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({ MaxBuckets: 1000 }));
    expect(Buckets.map(({ Name, BucketRegion }) => [Name, BucketRegion])).toEqual([
      [Bucket, 'us-east-1'],
      ['results', 'eu-central-1'],
    ]);
    const iam = iamOf(emulator);
    await callIam(iam, 'CreateUser', { UserName: 'bo' });
    const key = await keyOf(iam, 'bo');
    expect(await outcome(s3Of(key).send(new ListBucketsCommand({})))).toBe('AccessDenied');
    iam.destroy();
  });

  test('answer to nothing that expects another owner', async () => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    const head = (ExpectedBucketOwner: string) => s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner }));
    await expect(head('999999999999')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect(await outcome(head(ACCOUNT))).toBe('answered');
    expect(await outcome(put('1', { ExpectedBucketOwner: '999999999999' }))).toBe('AccessDenied');
    expect(await outcome(put('1', { ExpectedBucketOwner: ACCOUNT }))).toBe('answered');
  });

  test('of us-east-1 may be created again, and are deleted only without any version', async () => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new CreateBucketCommand({ Bucket }));
    await versioning('Enabled');
    await put('1');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: KEY }));
    expect(await outcome(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty');
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers])
      await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
    expect(await outcome(s3.send(new GetBucketVersioningCommand({ Bucket })))).toBe('NoSuchBucket');
  });

  test('have the settings of a new bucket, and those that were put', async () => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    const blocked = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    };
    const publicAccess = () => s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(await publicAccess()).toMatchObject({ PublicAccessBlockConfiguration: blocked });
    const aes = { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }] };
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(encryption).toMatchObject({ ServerSideEncryptionConfiguration: aes });
    expect(await outcome(s3.send(new GetBucketPolicyCommand({ Bucket })))).toBe('NoSuchBucketPolicy');
    const lifecycle = () => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(await outcome(lifecycle())).toBe('NoSuchLifecycleConfiguration');

    await versioning('Enabled');
    await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: aes }));
    const open = { ...blocked, BlockPublicPolicy: false };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: open }));
    const Rules = [
      {
        ID: 'old',
        Status: 'Enabled' as const,
        Filter: { Prefix: '' },
        NoncurrentVersionExpiration: { NoncurrentDays: 90 },
      },
    ];
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    expect(await publicAccess()).toMatchObject({ PublicAccessBlockConfiguration: open });
    expect(await lifecycle()).toMatchObject({ Rules });
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect(await outcome(publicAccess())).toBe('NoSuchPublicAccessBlockConfiguration');
    expect(await outcome(s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policy('Allow', '*') })))).toBe(
      'MalformedPolicy',
    );
  });
});

test('a call that is not here changes nothing: what it asks besides is not left out', async () => {
  await s3.send(new CreateBucketCommand({ Bucket }));
  const acl = new PutBucketAclCommand({ Bucket, ACL: 'public-read' });
  expect(await outcome(s3.send(acl))).toBe('NotImplemented');
  expect(await outcome(s3.send(new DeleteBucketWebsiteCommand({ Bucket })))).toBe('NotImplemented');
  await put('state');
  const tags = { Bucket, Key: KEY, Tagging: { TagSet: [{ Key: 'lab', Value: 'lab' }] } };
  expect(await outcome(s3.send(new PutObjectTaggingCommand(tags)))).toBe('NotImplemented');
  const copy = new CopyObjectCommand({ Bucket, Key: KEY, CopySource: `${Bucket}/other` });
  expect(await outcome(s3.send(copy))).toBe('NotImplemented');
  expect(await get()).toBe('state');
});

describe('objects', () => {
  beforeEach(async () => {
    await s3.send(new CreateBucketCommand({ Bucket }));
  });

  test('come back byte by byte, encrypted, and only once with If-None-Match', async () => {
    expect(await outcome(get())).toBe('NoSuchKey');
    const lock = { Bucket, Key: `${KEY}.tflock`, Body: '{"ID":"ü"}', IfNoneMatch: '*' };
    expect(await s3.send(new PutObjectCommand(lock))).toMatchObject({ ServerSideEncryption: 'AES256' });
    expect(await outcome(s3.send(new PutObjectCommand(lock)))).toBe('PreconditionFailed');
    expect(await get({ Key: lock.Key })).toBe('{"ID":"ü"}');
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: lock.Key }))).toMatchObject({ ContentLength: 11 });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: lock.Key }));
    await s3.send(new PutObjectCommand(lock));
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a b/ü+%', Body: bytes }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a b/ü+%' }));
    expect(await Body?.transformToByteArray()).toEqual(bytes);
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('are replaced with If-Match only if they are that version', async () => {
    expect(await outcome(put('1', { IfMatch: '"0"' }))).toBe('NoSuchKey');
    const { ETag: first } = await put('1');
    const { ETag: second } = await put('2', { IfMatch: first });
    expect(await outcome(put('3', { IfMatch: first }))).toBe('PreconditionFailed');
    expect(await get()).toBe('2');
    expect(await outcome(put('3', { IfMatch: second }))).toBe('answered');
  });

  test('keep their versions as long as versioning is on', async () => {
    await put('before');
    await versioning('Enabled');
    const { VersionId: first } = await put('one');
    const { VersionId: second } = await put('two');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: KEY }));
    expect(await outcome(get())).toBe('NoSuchKey');
    const list = () => s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'mturk-team/' }));
    const { Versions = [], DeleteMarkers = [] } = await list();
    expect(Versions.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [second, false],
      [first, false],
      ['null', false],
    ]);
    expect(DeleteMarkers).toMatchObject([{ Key: KEY, IsLatest: true }]);
    expect(await get({ VersionId: first })).toBe('one');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: KEY, VersionId: DeleteMarkers[0]?.VersionId }));
    expect(await get()).toBe('two');
    await versioning('Suspended');
    await put('three');
    expect((await list()).Versions?.map(({ VersionId }) => VersionId)).toEqual(['null', second, first]);
  });

  test('are listed by prefix, in pages', async () => {
    const keys = ['b', 'a/2', 'a/1', 'a/3', 'c'];
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const first = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/', MaxKeys: 2 }));
    expect(first).toMatchObject({
      IsTruncated: true,
      KeyCount: 2,
      Contents: [{ Key: 'a/1', Size: 3 }, { Key: 'a/2' }],
    });
    const next = { Bucket, Prefix: 'a/', MaxKeys: 2, ContinuationToken: first.NextContinuationToken };
    const { Contents, IsTruncated } = await s3.send(new ListObjectsV2Command(next));
    expect({ keys: Contents?.map(({ Key }) => Key), IsTruncated }).toEqual({ keys: ['a/3'], IsTruncated: false });
  });

  test('are read by those whose policy, or the policy of the bucket, allows it', async () => {
    await put('state');
    const iam = iamOf(emulator);
    clients.push(iam);
    await callIam(iam, 'CreateUser', { UserName: 'ada' });
    const ada = s3Of(await keyOf(iam, 'ada'));
    const allow = (action: string | string[], resource: string | string[]) =>
      callIam(iam, 'PutUserPolicy', {
        UserName: 'ada',
        PolicyName: 'p',
        PolicyDocument: policy('Allow', action, resource),
      });
    const bucketPolicy = (Effect: string, Principal: unknown) => {
      const statement = { Effect, Principal, Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` };
      return s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Statement: [statement] }) }));
    };
    expect(await outcome(get({}, ada))).toBe('AccessDenied');
    await allow('s3:GetObject', `arn:aws:s3:::${Bucket}/mturk-team/*`);
    expect(await get({}, ada)).toBe('state');
    // Only those who may list the bucket learn that a key is missing.
    expect(await outcome(get({ Key: 'mturk-team/none' }, ada))).toBe('AccessDenied');
    await allow(['s3:GetObject', 's3:ListBucket'], [`arn:aws:s3:::${Bucket}/mturk-team/*`, `arn:aws:s3:::${Bucket}`]);
    expect(await outcome(get({ Key: 'mturk-team/none' }, ada))).toBe('NoSuchKey');
    expect(await outcome(ada.send(new DeleteObjectCommand({ Bucket, Key: KEY })))).toBe('AccessDenied');
    await bucketPolicy('Deny', '*');
    await expect(get({}, ada)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('with an explicit deny in a resource-based policy'),
    });
    await callIam(iam, 'DeleteUserPolicy', { UserName: 'ada', PolicyName: 'p' });
    await bucketPolicy('Allow', { AWS: 'arn:aws:iam::123456789012:user/ada' });
    expect(await get({}, ada)).toBe('state');
    // To allow the account leaves it to the account's own policies; to deny it is about everyone in it.
    for (const AWS of ['arn:aws:iam::123456789012:user/bo', '123456789012', 'arn:aws:iam::123456789012:root']) {
      await bucketPolicy('Allow', { AWS });
      expect(await outcome(get({}, ada))).toBe('AccessDenied');
    }
    await allow('s3:GetObject', `arn:aws:s3:::${Bucket}/mturk-team/*`);
    expect(await get({}, ada)).toBe('state');
    await bucketPolicy('Deny', { AWS: 'arn:aws:iam::123456789012:root' });
    expect(await outcome(get({}, ada))).toBe('AccessDenied');
  });

  test('are there after the end of the process, with their versions', async () => {
    const [dir, copy] = ['', ''].map(() => mkdtempSync(join(tmpdir(), 'mturk-team-s3-'))) as [string, string];
    const own = emulator;
    emulator = await openAccount({ dir });
    s3 = s3Of();
    await s3.send(new CreateBucketCommand({ Bucket }));
    await versioning('Enabled');
    const { VersionId } = await put('one');
    await put('two');
    // What a killed process leaves: nothing but the journal has these calls.
    for (const file of ['account.json', 'account.journal']) copyFileSync(join(dir, file), join(copy, file));
    await emulator.close();
    for (const left of [dir, copy]) {
      emulator = await openAccount({ dir: left });
      s3 = s3Of();
      expect([await get(), await get({ VersionId })]).toEqual(['two', 'one']);
      await emulator.close();
      rmSync(left, { recursive: true });
    }
    emulator = own;
  });
});

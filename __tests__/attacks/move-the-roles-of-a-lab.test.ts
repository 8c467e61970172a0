import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

const ACCOUNT = '123456789012';
const BUCKET = 'labs-mturk-123456789012';
const teamFile = (key: string, bucket: string) => `version: 1
lab: vision
account: "${ACCOUNT}"
owners: [ada]
roles:
  reader: { allow: [results:read] }
members:
  ada: { name: Ada, github: ada, roles: [reader] }
settings:
  state: { bucket: ${bucket}, region: us-east-1, key: ${key} }
`;
const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)] as const;

let place: ReturnType<typeof scratch>;
let emulator: string;
let directory: string;
const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, stdio: 'pipe' });
const write = (key: string, bucket = BUCKET) => writeFileSync(join(directory, 'team.yaml'), teamFile(key, bucket));
beforeEach(async () => {
  place = scratch();
  emulator = join(place.directory, 'emulator');
  directory = join(place.directory, 'clone');
  mkdirSync(join(directory, '.github/workflows'), { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  comesFrom('a/one');
  pin(OLD);
  write('one');
  expect(await bootstrap('1')).toMatchObject({ code: 0 });
});
afterEach(() => place.remove());

function comesFrom(repository: string): void {
  git('config', 'remote.origin.url', `git@github.com:${repository}.git`);
}

function pin(commit: string): void {
  const uses = `tool/mturk-team/.github/workflows/called-apply.yml@${commit}`;
  writeFileSync(join(directory, '.github/workflows/apply.yml'), `jobs:\n  apply:\n    uses: ${uses}\n`);
}

/** `id` is what GitHub says of the repository of the remote. */
const bootstrap = (id: string, ...args: string[]) =>
  runHere(['bootstrap', '--yes', '--repository-id', id, '--subject', 'classic', '--emulator', emulator, ...args], {
    cwd: directory,
  });

const account = () => readFileSync(join(emulator, 'account.json'), 'utf8');
/** Of each role. */
const trusts = (text: string) => {
  const roles: object[] = Object.values(JSON.parse(account()).roles);
  return roles.map((role) => JSON.stringify(role).includes(text));
};
const [ALL, NONE] = [Array(4).fill(true), Array(4).fill(false)];

test('a branch that upgrades and has another state.key moves nothing by bootstrap, and the old pin stays trusted', async () => {
  git('symbolic-ref', 'HEAD', 'refs/heads/upgrade');
  pin(NEW);
  write('two');
  const before = account();
  const refused = await bootstrap('1');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('error[set-up-elsewhere]: lab `vision` is set up for another state');
  expect(refused.stderr).toContain(`aws s3 cp --recursive s3://${BUCKET}/one/ s3://${BUCKET}/two/`);
  expect(account()).toBe(before);
  write('one');
  expect(await bootstrap('1')).toMatchObject({ code: 0 });
  expect([trusts(OLD), trusts(NEW)]).toEqual([ALL, ALL]);
});

/** Works in the buckets of the account. */
async function inS3(work: (s3: S3Client) => Promise<unknown>): Promise<void> {
  const opened = await openEmulator({ dir: emulator, accountId: ACCOUNT, kind: 'server', provider: false });
  const given = { endpoint: opened.endpoint, credentials: opened.rootCredentials, region: 'us-east-1' };
  const s3 = new S3Client({ ...given, forcePathStyle: true });
  await work(s3);
  s3.destroy();
  await opened.close();
}

test('an administrator who copied the state moves it, and a branch with the old place does not move it back', async () => {
  // With its record, and what is copied stays where it was.
  await inS3(async (s3) => {
    const of = (key: string) => ({ Bucket: BUCKET, Key: `${key}/bootstrap.json` });
    const { Body } = await s3.send(new GetObjectCommand(of('one')));
    await s3.send(new PutObjectCommand({ ...of('two'), Body: await Body?.transformToString() }));
  });
  write('two');
  expect(await bootstrap('1')).toMatchObject({ code: 1, stderr: expect.stringContaining('error[set-up-elsewhere]') });
  const moved = await bootstrap('1', '--repository', 'a/one');
  expect(moved).toMatchObject({ code: 0 });
  expect(moved.stdout.replace(/\s+/g, ' ')).toContain(
    `this moves the lab. So far, its roles reach the state at s3://${BUCKET}/one/; there, nothing`,
  );
  expect(account()).not.toContain(`${BUCKET}/one/team.tfstate`);
  git('symbolic-ref', 'HEAD', 'refs/heads/upgrade');
  pin(NEW);
  write('one');
  const before = account();
  const refused = await bootstrap('1');
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('error[set-up-elsewhere]') });
  expect(account()).toBe(before);
});

test('a lab whose bucket is gone is set up with another one by who names the repository', async () => {
  await inS3(async (s3) => {
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: BUCKET }));
    for (const { Key, VersionId } of Versions) {
      await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key, VersionId }));
    }
    await s3.send(new DeleteBucketCommand({ Bucket: BUCKET }));
  });
  write('one', 'labs-mturk-2');
  const refused = await bootstrap('1');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('error[set-up-elsewhere]') });
  expect(refused.stderr.replace(/\s+/g, ' ')).toContain(
    'if it is not lost, while no workflow runs, and add `--repository a/one`',
  );
  expect(await bootstrap('1', '--repository', 'a/one')).toMatchObject({ code: 0 });
  expect(account()).toContain('labs-mturk-2/one/team.tfstate');
});

test.each([
  ['of its own', 'two', ' and another state'],
  ['of the lab', 'one', '\n'],
])('another repository that names the lab, with a state %s, gets none of its roles', async (_title, key, also) => {
  comesFrom('b/two');
  write(key);
  const before = account();
  const refused = await bootstrap('2');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`error[set-up-elsewhere]: lab \`vision\` is set up for another repository${also}`);
  expect(refused.stderr.replace(/\s+/g, ' ')).toContain('trust repository ID `1` (`repo:a/one:pull_request` and');
  expect(account()).toBe(before);
});

test.each<[string, () => void]>([
  ['and a state of its own', () => write('two')],
  ['and the state of the lab', () => {}],
  [
    'and no state',
    () => writeFileSync(join(directory, 'team.yaml'), teamFile('one', BUCKET).replace(/settings:\n.*\n/, '')),
  ],
])('another repository that names the lab %s deletes nothing of it by bootstrap --destroy', async (_what, change) => {
  comesFrom('b/two');
  change();
  const before = account();
  const refused = await bootstrap('2', '--destroy');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr.replace(/\s+/g, ' ')).toContain('to delete the roles all the same, add `--repository b/two`');
  expect(account()).toBe(before);
  const deleted = await bootstrap('2', '--destroy', '--repository', 'b/two');
  expect(deleted).toMatchObject({ code: 0 });
  expect(deleted.stdout.replace(/\s+/g, ' ')).toContain(
    'Warning: its roles trust repository ID 1 (repo:a/one:ref:refs/heads/main and repo:a/one:pull_request) and reach',
  );
  expect(trusts('')).toEqual([]);
});

test('bootstrap --destroy leaves objects where bootstrap set nothing up', async () => {
  const Bucket = 'research-data-1';
  await inS3(async (s3) => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    for (const Key of ['one/2025.csv', 'x']) await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  });
  write('one', Bucket);
  const deleted = await bootstrap('1', '--destroy', '--repository', 'a/one');
  expect(deleted).toMatchObject({ code: 0 });
  expect(deleted.stdout).not.toContain(Bucket);
  await inS3(async (s3) => {
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions.map(({ Key }) => Key)).toEqual(['one/2025.csv', 'x']);
  });
});

test('an administrator who names the other repository moves the lab there', async () => {
  comesFrom('b/two');
  const moved = await bootstrap('2', '--repository', 'b/two');
  expect(moved).toMatchObject({ code: 0 });
  expect(moved.stdout.replace(/\s+/g, ' ')).toContain('So far, its roles trust repository ID 1 (repo:a/one:');
  expect([trusts('repo:a/one:'), trusts('repo:b/two:')]).toEqual([NONE, ALL]);
});

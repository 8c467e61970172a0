import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { callIam, iamOf, type Key, openAccount, outcome, policy, stsOf } from '../emulator/clients.ts';
import { appliedDirectory, TODAY } from '../support/applied-directory.ts';
import { type CommandResult, run, runHere, type scratch } from '../support/command.ts';
import { giveEveryCredential } from '../support/every-credential.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { expectGolden } from '../support/golden.ts';
import { STORE } from '../support/keys-lab.ts';

const TEAM = `version: 1
lab: perception-lab
account: "123456789012"
owners: [ada]
roles:
  results-reader: { allow: [results:read] }
  publisher: { allow: [hits:publish, hits:manage] }
members:
  ada: { name: Ada O'Neill, github: adaoneill, roles: [publisher] }
  bo: { name: Bo Chen, roles: [results-reader], sponsor: zoe, until: "2027-05-31" }
  zoe: { name: Zoë Quist, roles: [results-reader, publisher] }
`;
const UserName = 'perception-lab-zoe';

const test = testInTurn(2);

let place: ReturnType<typeof scratch>;
beforeEach(async () => {
  place = await appliedDirectory(TEAM);
});
afterEach(() => place.remove());

async function command(args: string, { apart = false } = {}): Promise<CommandResult> {
  const all = [...args.split(' '), '--emulator', '--today', TODAY];
  return (apart ? run : runHere)(all, { cwd: place.directory });
}

/** As the survey asks: first an administrator ends memberships outside the lab. */
async function depart(user = UserName): Promise<void> {
  await inAccount((iam) => callIam(iam, 'RemoveUserFromGroup', { UserName: user, GroupName: 'readers' }));
  const args = ['member', 'depart', 'zoe', '--reason', 'graduated', '--sponsor', 'ada', '--yes', '--today', TODAY];
  expect(await runHere(args, { cwd: place.directory })).toMatchObject({ code: 0 });
}

/** What an administrator does in the account meanwhile. */
async function inAccount<Value>(
  work: (iam: ReturnType<typeof iamOf>, account: Awaited<ReturnType<typeof openAccount>>) => Promise<Value>,
) {
  const account = await openAccount({ dir: join(place.directory, STORE), clock: () => new Date(`${TODAY}T12:00:00Z`) });
  const iam = iamOf(account);
  try {
    return await work(iam, account);
  } finally {
    iam.destroy();
    await account.close();
  }
}

/** What AWS answers to each key. */
function tried(keys: readonly Key[]) {
  return inAccount((_iam, account) =>
    Promise.all(keys.map((key) => outcome(stsOf(account, key).send(new GetCallerIdentityCommand({}))))),
  );
}

const TRUST = (who: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: who }, Action: 'sts:AssumeRole' }],
  });

const withEverything = () => inAccount((iam) => giveEveryCredential(iam, UserName));

/** Ids differ from run to run. */
function comparable(text: string): string {
  const names: Record<string, string> = {};
  return text.replace(/\b(A[A-Z]{3})[A-Z2-7]{12,}\b/g, (id, prefix: string) => {
    names[id] ??= `${prefix}EXAMPLE${Object.keys(names).length + 1}`;
    return names[id];
  });
}

const states = ({ stdout }: CommandResult) =>
  Object.fromEntries(
    (JSON.parse(stdout).proof.claims as { id: string; state: string }[]).map(({ id, state }) => [id, state]),
  );

test('a departure from the first question to the proof', async () => {
  const keys = await withEverything();
  const first = await command('offboard zoe', { apart: true });
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expectGolden('offboard/survey.txt', comparable(first.stdout));

  expect(await command('offboard zoe --now')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not-confirmed'),
  });
  expect(await tried(keys)).toEqual(['answered', 'answered']);
  const now = await command('offboard zoe --now --yes --out zoe.json', { apart: true });
  expect(now).toMatchObject({ code: 0, stderr: '' });
  expect(now.stdout).toContain('Deactivated 2 access keys.');
  expect(await tried(keys)).toEqual(['InvalidClientTokenId', 'InvalidClientTokenId']);
  const file = join(place.directory, 'zoe.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(keys.filter(({ secretAccessKey }) => readFileSync(file, 'utf8').includes(secretAccessKey))).toEqual([]);
  // The facts from before the deletion are all that there is afterwards.
  expect(await command('offboard zoe --out zoe.json')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('file-not-writable'),
  });

  const early = await command('offboard zoe --verify zoe.json', { apart: true });
  expect(early).toMatchObject({ code: 1, stderr: '' });
  expectGolden('offboard/early.txt', comparable(early.stdout));

  await depart();
  expect(await command('apply --yes', { apart: true })).toMatchObject({ code: 0 });
  const proven = await command('offboard zoe --verify zoe.json --format markdown', { apart: true });
  expect(proven).toMatchObject({ code: 0, stderr: '' });
  expectGolden('offboard/proven.md', comparable(proven.stdout));
  expect(await tried(keys)).toEqual(['InvalidClientTokenId', 'InvalidClientTokenId']);
  const json = await command('offboard zoe --verify zoe.json --json');
  expect(new Set(Object.values(states(json)))).toEqual(new Set(['proven']));
  const without = await command('offboard zoe --verify --json');
  expect(without.code).toBe(1);
  expect(states(without)).toEqual({
    ...{ departed: 'proven', user: 'proven', 'unique-id': 'unknown', keys: 'unknown' },
    ...{ policies: 'unknown', trusts: 'unknown', buckets: 'unknown', carriers: 'unknown' },
  });
});

test('what is left of a user disproves the claim that it is gone, and goes with the remnant', async () => {
  const keys = await withEverything();
  await command('offboard zoe --out zoe.json');
  const { user } = JSON.parse(readFileSync(join(place.directory, 'zoe.json'), 'utf8'));
  await inAccount(async (iam, account) => {
    await callIam(iam, 'CreateRole', { RoleName: 'deploy', AssumeRolePolicyDocument: TRUST(user.arn) });
    await callIam(iam, 'CreateRole', { RoleName: 'later', AssumeRolePolicyDocument: TRUST(user.id) });
    const rename = policy('Allow', 'iam:*', user.arn);
    await callIam(iam, 'PutGroupPolicy', { GroupName: 'readers', PolicyName: 'rename', PolicyDocument: rename });
    await callIam(iam, 'CreateUser', { UserName: 'other' });
    await callIam(iam, 'AttachUserPolicy', { UserName: 'other', PolicyArn: 'arn:aws:iam::123456789012:policy/extra' });
    const region = 'eu-central-1';
    const s3 = new S3Client({ endpoint: account.endpoint, credentials: account.rootCredentials, region });
    const LocationConstraint = region;
    await s3.send(new CreateBucketCommand({ Bucket: 'results', CreateBucketConfiguration: { LocationConstraint } }));
    const Statement = {
      Effect: 'Allow',
      Principal: { AWS: user.id },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::results/*',
    };
    await s3.send(new PutBucketPolicyCommand({ Bucket: 'results', Policy: JSON.stringify({ Statement }) }));
    s3.destroy();
  });
  await depart();
  await command('apply --yes');
  const left = await command('offboard zoe --verify zoe.json');
  expect(left).toMatchObject({ code: 1 });
  expectGolden('offboard/left.txt', comparable(left.stdout));
  const without = await command('offboard zoe --verify');
  expect(without).toMatchObject({ code: 1 });
  expectGolden('offboard/without-facts.txt', comparable(without.stdout));
  await inAccount(async (iam) => {
    await callIam(iam, 'DeleteGroupPolicy', { GroupName: 'readers', PolicyName: 'rename' });
    await callIam(iam, 'DetachUserPolicy', { UserName: 'other', PolicyArn: 'arn:aws:iam::123456789012:policy/extra' });
    for (const RoleName of ['deploy', 'later']) await callIam(iam, 'DeleteRole', { RoleName });
  });
  const bucket = await command('offboard zoe --verify zoe.json --json');
  expect(Object.entries(states(bucket)).filter(([, state]) => state !== 'proven')).toEqual([['buckets', 'disproved']]);
  expect(await tried(keys)).toEqual(['InvalidClientTokenId', 'InvalidClientTokenId']);
});

test('a user who was renamed or replaced is found by the unique ID, and nothing is saved of it', async () => {
  const [key] = await withEverything();
  await command('offboard zoe --out zoe.json');
  await inAccount((iam) => callIam(iam, 'UpdateUser', { UserName, NewUserName: 'hidden', NewPath: '/' }));
  const renamed = await command('offboard zoe');
  expect(renamed.stdout).toContain('The IAM user that was applied has another name now. Run mturk-team drift first.');
  expect((await command('offboard zoe --out again.json')).stderr).toContain('error[facts-not-saved]');
  await depart('hidden');
  await command('apply --yes');
  const found = await command('offboard zoe --verify zoe.json --json');
  expect(found).toMatchObject({ code: 1 });
  expect(states(found)).toMatchObject({ user: 'proven', 'unique-id': 'disproved', keys: 'disproved' });
  expect(await tried(key === undefined ? [] : [key])).toEqual(['answered']);
  await inAccount((iam) => callIam(iam, 'CreateUser', { UserName, Path: '/mturk/perception-lab/' }));
  expect(states(await command('offboard zoe --verify zoe.json --json'))).toMatchObject({ user: 'disproved' });
});

test('facts that are damaged or about someone else prove nothing', async () => {
  expect(await command('offboard zo')).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown-member') });
  expect(await command('offboard zo --verify')).toMatchObject({ code: 2 });
  await command('offboard zoe --out zoe.json');
  expect((await command('offboard bo --verify zoe.json')).stderr).toContain('it is about zoe of lab perception-lab');
  place.write('zoe.json', '{}');
  expect((await command('offboard zoe --verify zoe.json')).stderr).toContain('error[facts-unusable]');
  expect(await command('offboard zoe --verify none.json')).toMatchObject({ code: 2 });
  const wrong = await command('offboard zoe --verify zoe.json --now');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('error[usage]') });
});

import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Result, succeed } from '../../src/diagnostics/failure.ts';
import { awsEnvironment, type Emulator } from '../../src/emulator/emulator.ts';
import { accountFacts } from '../../src/setup/doctor/account-facts.ts';
import { AWS_CHECKS } from '../../src/setup/doctor/aws-checks.ts';
import type { Facts } from '../../src/setup/doctor/check.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { BOUNDARY_PATH, boundaryArn } from '../../src/team/names.ts';
import { callIam, iamOf, openAccount, policy } from '../emulator/clients.ts';
import { labTeam } from '../support/doctor-lab.ts';

const STATE = { bucket: 'lab-state', region: 'us-east-1', key: 'mturk-team' };
const team = labTeam({ state: STATE, administrators: ['arn:aws:iam::123456789012:user/root-of-it'] });
const env = process.env;
let emulator: Emulator;
let time = Date.parse('2026-11-25T08:00:00Z');
const now = () => new Date(time);

beforeEach(async () => {
  emulator = await openAccount({ clock: now });
  process.env = { ...env, ...awsEnvironment(emulator.endpoint, emulator.rootCredentials) };
  await call('CreatePolicy', {
    ...{ PolicyName: team.lab, Path: BOUNDARY_PATH, PolicyDocument: JSON.stringify(boundaryPolicy(team)) },
  });
  await call('CreateUser', { UserName: 'root-of-it' });
  await s3((client) => client.send(new CreateBucketCommand({ Bucket: STATE.bucket })));
});
afterEach(async () => {
  process.env = env;
  await emulator.close();
});

async function call(name: string, input: object): Promise<void> {
  const iam = iamOf(emulator);
  await callIam(iam, name, input);
  iam.destroy();
}

async function s3(work: (client: S3Client) => Promise<unknown>): Promise<void> {
  const client = new S3Client({ forcePathStyle: true });
  await work(client);
  client.destroy();
}

const lock = () =>
  s3((client) =>
    client.send(new PutObjectCommand({ Bucket: STATE.bucket, Key: 'mturk-team/team.tfstate.tflock', Body: '{}' })),
  );

/** States of the checks of the account that are not right. */
async function open(given = team): Promise<readonly (readonly [id: string, state: string])[]> {
  const iam = iamOf(emulator);
  const read = await accountFacts(iam, given, given.settings.state, now);
  iam.destroy();
  const github: Result<never> = {
    ok: false,
    failure: { code: 'github-token-missing', args: { variable: 'GITHUB_TOKEN' } },
  };
  const facts: Facts = {
    ...{ team: given, file: 'team.yaml', isPublic: false, codeowners: null, github },
    ...{ account: succeed(read), clockAhead: succeed(0) },
  };
  return AWS_CHECKS.map((check) => [check.id, check.look(facts).state] as const).filter(
    ([, state]) => state !== 'right',
  );
}

const BREAKAGES: Readonly<Record<string, readonly [id: string, breakIt: () => Promise<void>]>> = {
  'the boundary is deleted': ['boundary', () => call('DeletePolicy', { PolicyArn: boundaryArn(team) })],
  'another version of the boundary is in force': [
    'boundary',
    () =>
      call('CreatePolicyVersion', {
        ...{ PolicyArn: boundaryArn(team), PolicyDocument: policy('Allow', '*'), SetAsDefault: true },
      }),
  ],
  'another team adds a user': [
    'users-without-boundary',
    () => call('CreateUser', { UserName: 'payroll', Path: '/hr/' }),
  ],
  'an apply was ended by force': [
    'state-lock',
    async () => {
      await lock();
      time += 61 * 60_000;
    },
  ],
};

test('an account that was set up has nothing wrong, nor has one in which an apply runs', async () => {
  expect(await open()).toEqual([]);
  await lock();
  time += 59 * 60_000;
  expect(await open()).toEqual([]);
});

test.each(Object.keys(BREAKAGES))('%s: found by one check', async (name) => {
  const [id, breakIt] = BREAKAGES[name] ?? ['', async () => {}];
  await breakIt();
  expect(await open()).toEqual([[id, 'wrong']]);
});

test('what AWS does not answer is not checked', async () => {
  emulator.faults = { errorShare: 1 };
  const states = await open();
  expect(new Set(states.map(([, state]) => state))).toEqual(new Set(['not-checked']));
  expect(states.map(([id]) => id)).toEqual(['boundary', 'state-lock', 'users-without-boundary', 'root-access-key']);
});

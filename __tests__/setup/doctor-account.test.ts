import { IAMServiceException } from '@aws-sdk/client-iam';
import { DeletePublicAccessBlockCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { wantedRoles } from '../../src/aws/setup/account-roles.ts';
import type { RepositoryFacts } from '../../src/aws/setup/record.ts';
import { providerArn } from '../../src/aws/setup/roles.ts';
import { fail, succeed } from '../../src/diagnostics/failure.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { inspectSetup, type SetupAccount, setUpAccount } from '../../src/setup/bootstrap/bootstrap.ts';
import { accountFacts } from '../../src/setup/doctor/account-facts.ts';
import { AWS_CHECKS } from '../../src/setup/doctor/aws-checks.ts';
import type { Verdict } from '../../src/setup/doctor/check.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { BOUNDARY_PATH, boundaryArn, ROLE_POLICY } from '../../src/team/names.ts';
import { tickedText } from '../../src/text/text.ts';
import { callIam, createRoles, iamOf, openAccount, policy } from '../emulator/clients.ts';
import { labTeam } from '../support/doctor-lab.ts';
import { labFacts } from '../support/init-files.ts';
import { orThrow } from '../support/lab-in-test.ts';

const STATE = { bucket: 'lab-state', region: 'eu-central-1', key: 'mturk-team' };
const team = labTeam({ state: STATE, administrators: ['arn:aws:iam::123456789012:user/root-of-it'] });
const REPOSITORY = await labFacts('ids');

let emulator: Emulator;
let account: SetupAccount & { readonly s3: S3Client };
let time = Date.parse('2026-11-25T08:00:00Z');
const now = () => new Date(time);

/** What bootstrap does, with the SDK in place of Terraform. */
beforeEach(async () => {
  emulator = await openAccount({ clock: now });
  const reach = { endpoint: emulator.endpoint, credentials: emulator.rootCredentials, maxAttempts: 1 };
  account = { iam: iamOf(emulator), s3: new S3Client({ ...reach, region: STATE.region, forcePathStyle: true }), now };
  orThrow(
    await setUpAccount(account, team, orThrow(await inspectSetup(account, team, async () => succeed(REPOSITORY)))),
  );
  await createRoles(account.iam, wantedRoles({ ...team, state: STATE }, REPOSITORY));
  const PolicyDocument = JSON.stringify(boundaryPolicy(team));
  await call('CreatePolicy', { PolicyName: team.lab, Path: BOUNDARY_PATH, PolicyDocument });
  await call('CreateUser', { UserName: 'root-of-it' });
});
afterEach(async () => {
  account.iam.destroy();
  account.s3.destroy();
  await emulator.close();
});

const call = (name: string, input: object) => callIam(account.iam, name, input);
const { bucket: Bucket } = STATE;
const lock = () => account.s3.send(new PutObjectCommand({ Bucket, Key: 'mturk-team/team.tfstate.tflock', Body: '{}' }));

/** The checks of the account that are not right. */
async function open(given = team, facts = REPOSITORY): Promise<readonly (readonly [id: string, outcome: Verdict])[]> {
  const read = await accountFacts(account, given, async () => succeed(facts));
  const github = fail('github-token-missing', { variable: 'GITHUB_TOKEN' });
  const all = {
    ...{ team: given, file: 'team.yaml', emulator: null, isPublic: false, codeowners: null, callers: [], github },
    ...{ account: succeed(read), clockAhead: succeed(0), isSelfApprovalMerged: succeed(false) },
  };
  return AWS_CHECKS.map((check) => [check.id, check.outcome(all)] as const).filter(
    ([, { state }]) => state !== 'right',
  );
}

const APPLY = { RoleName: 'perception-lab-apply' };
const ANYONE = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
});

/** What someone does, the check that finds it, and what it says. */
const BREAKAGES: Readonly<Record<string, readonly [id: string, found: string, breakIt: () => Promise<unknown>]>> = {
  'the boundary is deleted': [
    'boundary',
    '`arn:aws:iam::123456789012:policy/mturk-boundary/perception-lab` does not exist',
    () => call('DeletePolicy', { PolicyArn: boundaryArn(team) }),
  ],
  'another version of the boundary is in force': [
    'boundary',
    'differs in: permissions',
    () =>
      call('CreatePolicyVersion', {
        ...{ PolicyArn: boundaryArn(team), PolicyDocument: policy('Allow', '*'), SetAsDefault: true },
      }),
  ],
  'the trust of a role is widened': [
    'roles',
    '`perception-lab-apply` differs in: trust policy',
    () => call('UpdateAssumeRolePolicy', { ...APPLY, PolicyDocument: ANYONE }),
  ],
  'a role is deleted': [
    'roles',
    '`perception-lab-apply` does not exist',
    async () => {
      await call('DeleteRolePolicy', { ...APPLY, PolicyName: ROLE_POLICY });
      await call('DeleteRole', APPLY);
    },
  ],
  'the bucket may be public': [
    'state-bucket',
    '`lab-state` differs in: public access blocked',
    () => account.s3.send(new DeletePublicAccessBlockCommand({ Bucket })),
  ],
  'the identity provider is deleted': [
    'identity-provider',
    'does not exist',
    () => call('DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: providerArn(team.account) }),
  ],
  'another team adds a user': [
    'users-without-boundary',
    'there are: `payroll`',
    () => call('CreateUser', { UserName: 'payroll', Path: '/hr/' }),
  ],
  'an apply was ended by force': [
    'state-lock',
    'it was taken 61 minutes ago',
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
  const [id, found, breakIt] = BREAKAGES[name] ?? ['', '', async () => {}];
  await breakIt();
  const [[wrong, outcome] = [], ...others] = await open();
  expect([wrong, outcome?.state, others]).toEqual([id, 'wrong', []]);
  expect(outcome?.state === 'wrong' ? tickedText(outcome.found) : '').toContain(found);
});

test('a repository whose subjects have another form, or that was made again, is no longer trusted', async () => {
  const ids = async (facts: Partial<RepositoryFacts>) =>
    (await open(team, { ...REPOSITORY, ...facts })).map(([id]) => id);
  expect(await ids({ subject: 'classic' })).toEqual(['roles']);
  expect(await ids({ repositoryId: '23' })).toEqual(['roles']);
});

test('without settings.state there is nothing to check for workflows, and it says so', async () => {
  const states = await open(labTeam({ administrators: team.settings.administrators }));
  expect(states.map(([id, { state }]) => [id, state])).toEqual(
    ['state-bucket', 'identity-provider', 'roles'].map((id) => [id, 'not-checked']),
  );
});

test('root keys that AWS does not tell of are not checked, and not taken for none', async () => {
  account.iam.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'GetAccountSummaryCommand') return next(args);
        throw new IAMServiceException({ name: 'AccessDenied', $fault: 'client', $metadata: { httpStatusCode: 403 } });
      },
    { step: 'initialize' },
  );
  expect(await open()).toEqual([
    ['root-access-key', { state: 'not-checked', why: expect.anything(), fix: expect.anything() }],
  ]);
});

test('what AWS does not answer is not checked', async () => {
  emulator.faults = { errorShare: 1 };
  const states = await open();
  expect(new Set(states.map(([, { state }]) => state))).toEqual(new Set(['not-checked']));
  expect(states.map(([id]) => id)).toEqual(
    AWS_CHECKS.map(({ id }) => id).filter((id) => !['account', 'clock'].includes(id)),
  );
});

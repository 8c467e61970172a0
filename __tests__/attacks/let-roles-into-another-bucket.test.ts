import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { wantedRoles } from '../../src/aws/setup/account-roles.ts';
import { awsEnvironment, type Emulator } from '../../src/emulator/emulator.ts';
import { statementsOf } from '../../src/iam/document.ts';
import { appliedTeam } from '../../src/team/applied-team.ts';
import { ROLE_POLICY, WORKFLOW_ROLES, type WorkflowRole, workflowRoleArn } from '../../src/team/names.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { callIam, createRoles, iamOf, type Key, openAccount, outcome, stsOf } from '../emulator/clients.ts';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { account } from '../support/github-bodies.ts';
import { GITHUB_ISSUER, type GitHubOidc, startGitHubOidc } from '../support/github-oidc.ts';
import { labFacts } from '../support/init-files.ts';
import { LAB } from '../support/lab-repository.ts';
import { IDENTITIES } from '../support/recipients.ts';
import { LAB_RELEASE } from '../workflows/workflow-file.ts';

const test = testInTurn(1);

/**
 * Ada owns the lab. Bo can write the repository, and has a bucket of their own in the account, whose policy lets the roles of
 * the workflows in: within one account AWS asks for no more than that, unless a policy of the role denies it.
 */
const { begin, server, lab, approve, repository } = approvalInTest();
const TEAM = { account: '123456789012', lab: 'tiny-lab' };
const OWN = { bucket: 'tiny-lab-state', region: 'us-east-1', key: 'mturk-team' };
const OTHER = 'of-bo';
const record = { Bucket: OTHER, Key: 'mturk-team/apply-record.json' };
const TODAY = new Date().toISOString().slice(0, 10);
const wanted = wantedRoles({ ...TEAM, state: OWN }, await labFacts('classic'));

let github: GitHubOidc;
let emulator: Emulator;
beforeAll(async () => {
  github = await startGitHubOidc();
  emulator = await openAccount({ issuers: github.issuers });
  const iam = iamOf(emulator);
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: GITHUB_ISSUER, ClientIDList: ['sts.amazonaws.com'] }));
  await createRoles(iam, wanted);
  iam.destroy();
  const Principal = { AWS: WORKFLOW_ROLES.map((role) => workflowRoleArn(TEAM, role)) };
  const Resource = [`arn:aws:s3:::${OTHER}`, `arn:aws:s3:::${OTHER}/*`];
  const Statement = [{ Effect: 'Allow', Principal, Action: 's3:*', Resource }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await s3As(emulator.rootCredentials, async (s3) => {
    await s3.send(new CreateBucketCommand({ Bucket: OTHER }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: OTHER, Policy }));
  });
});
afterAll(async () => {
  await emulator.close();
  await github.close();
});

async function s3As<T>(credentials: Key, work: (s3: S3Client) => Promise<T>): Promise<T> {
  const { endpoint } = emulator;
  const s3 = new S3Client({ endpoint, credentials, region: OWN.region, forcePathStyle: true, maxAttempts: 1 });
  try {
    return await work(s3);
  } finally {
    s3.destroy();
  }
}

async function credentialsOf(role: WorkflowRole): Promise<Key & { readonly sessionToken: string }> {
  const [at, file] = role === 'plan' ? ['pull_request', 'plan'] : ['ref:refs/heads/main', 'apply'];
  const sts = stsOf(emulator);
  const WebIdentityToken = github.token({
    ...{ sub: `repo:lab/access:${at}`, repository_id: '22' },
    job_workflow_ref: `${LAB_RELEASE.repository}/.github/workflows/called-${file}.yml@${LAB_RELEASE.commit}`,
  });
  const input = { RoleArn: workflowRoleArn(TEAM, role), RoleSessionName: 'job', WebIdentityToken };
  const { Credentials } = await sts.send(new AssumeRoleWithWebIdentityCommand(input));
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Merged by what GitHub takes and an apply does not: Ada approved the request while it was for another branch. */
async function mergeWithFalseRecord(edit: (team: string) => string) {
  await begin(LAB.replace('roles:', `settings: { state: { bucket: ${OWN.bucket}, region: ${OWN.region} } }\nroles:`));
  const pull = lab().propose('words', 'bo', (team) => edit(team).replace(`bucket: ${OWN.bucket}`, `bucket: ${OTHER}`));
  pull.base = 'of-bo';
  approve(pull, 'ada');
  repository().retarget(pull.number, 'bo', 'main');
  const commit = lab().merge(pull, 'bo');
  const text = lab().teamAt(commit);
  const { team } = readTeam(text, { file: 'team.yaml', today: TODAY });
  const Body = JSON.stringify({
    ...{ version: 1, commit, at: '2026-11-25T09:00:00.000Z', team: appliedTeam(team!, TODAY), begun: [] },
    ...{ owners: [{ key: 'bo', login: 'bo', id: account('bo').id }], ids: { user: {}, group: {} } },
    ...{ announcements: [], checkedAt: null, administrators: null },
  });
  await s3As(emulator.rootCredentials, (s3) => s3.send(new PutObjectCommand({ ...record, Body })));
  return { commit, text };
}

/** What a step of a workflow runs there with a role. */
async function step(role: WorkflowRole, { commit, text }: Awaited<ReturnType<typeof mergeWithFalseRecord>>) {
  const event = JSON.stringify({ repository: { default_branch: 'main' } });
  const { directory, remove } = scratch({ 'team.yaml': text, 'event.json': event, 'opentofu.lock.hcl': '' });
  const tofu = join(directory, 'tofu');
  writeFileSync(tofu, "#!/bin/sh\necho 'OpenTofu v1.12.6'\n", { mode: 0o755 });
  const credentials = await credentialsOf(role);
  const env = {
    ...server().environment(),
    ...awsEnvironment(emulator.endpoint, credentials),
    ...{ AWS_SESSION_TOKEN: credentials.sessionToken, GITHUB_EVENT_PATH: 'event.json', TERRAFORM_BINARY_NAME: tofu },
  };
  return {
    run: async (...args: string[]) => {
      const { code, stderr } = await runHere(
        args.map((each) => each.replace('COMMIT', commit)),
        { cwd: directory, env },
      );
      return { code, why: /error\[([\w-]+)\]/.exec(stderr)?.[1] ?? stderr };
    },
    remove,
  };
}
const pays = (team: string) => team.replace('bo, roles: [reader', 'bo, roles: [reader, paymaster');
const redirected = (team: string) =>
  team.replace('{ name: Ada,', `{ name: Ada, recipient: ${IDENTITIES[0].recipient},`);

test.each(WORKFLOW_ROLES)(
  'a bucket whose policy lets the %s role in gives it nothing and takes nothing',
  async (role) => {
    const { text } = await mergeWithFalseRecord(pays);
    expect(text).toContain(OTHER);
    const credentials = await credentialsOf(role);
    const ask = (work: (s3: S3Client) => Promise<unknown>) => s3As(credentials, (s3) => outcome(work(s3)));
    expect(await ask((s3) => s3.send(new GetObjectCommand(record)))).toBe('AccessDenied');
    const state = { ...record, Key: 'mturk-team/team.tfstate', Body: '{}' };
    expect(await ask((s3) => s3.send(new PutObjectCommand(state)))).toBe('AccessDenied');
  },
);

test.each([
  ['the approval', 'scan', ['check-approval', '--commit', 'COMMIT'], pays],
  ['a scheduled check', 'scan', ['drift', '--no-lock'], pays],
  ['a reconcile', 'apply', ['drift', '--reconcile', '--yes'], pays],
  ['an apply', 'apply', ['apply', '--yes', '--commit', 'COMMIT'], pays],
  ["a delivery of members' keys", 'keys', ['keys', 'sync', '--issue', '--yes'], redirected],
] as const)('%s reads no record at the place that a merged file names', async (_what, role, args, edit) => {
  const { run, remove } = await step(role, await mergeWithFalseRecord(edit));
  expect(await run(...args)).toEqual({ code: 1, why: 'bucket-unusable' });
  remove();
});

test('without the statement that denies other buckets, that record would be believed', async () => {
  const { permissions } = wanted.find(({ key }) => key === 'scan')!;
  const put = async (document: object) => {
    const iam = iamOf(emulator);
    const input = { RoleName: 'tiny-lab-scan', PolicyName: ROLE_POLICY, PolicyDocument: JSON.stringify(document) };
    await callIam(iam, 'PutRolePolicy', input);
    iam.destroy();
  };
  const { run, remove } = await step('scan', await mergeWithFalseRecord(pays));
  await put({ ...permissions, Statement: statementsOf(permissions).filter(({ Effect }) => Effect === 'Allow') });
  const before = await run('check-approval', '--commit', 'COMMIT');
  await put(permissions);
  expect(before).toMatchObject({ code: 0 });
  expect(await run('check-approval', '--commit', 'COMMIT')).toMatchObject({ code: 1 });
  remove();
});

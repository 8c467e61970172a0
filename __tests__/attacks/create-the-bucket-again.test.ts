import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { wantedRoles } from '../../src/aws/setup/account-roles.ts';
import { inspectBucket } from '../../src/aws/setup/bucket.ts';
import { emptyState } from '../../src/emulator/account/account.ts';
import type { BucketRecord } from '../../src/emulator/account/state.ts';
import { awsEnvironment, type Emulator } from '../../src/emulator/emulator.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import { WORKFLOW_ROLES, type WorkflowRole, workflowRoleArn } from '../../src/team/names.ts';
import { createRoles, iamOf, type Key, openAccount, outcome, stsOf } from '../emulator/clients.ts';
import { runHere } from '../support/command.ts';
import { GITHUB_ISSUER, type GitHubOidc, startGitHubOidc } from '../support/github-oidc.ts';
import { labFacts, labTeam, scratchLab } from '../support/init-files.ts';
import { STATE } from '../support/workflow-roles.ts';
import { LAB_RELEASE } from '../workflows/workflow-file.ts';

// The bucket was deleted, and a stranger has created it again: its name can be guessed. It lets the whole world in, with a
// state and an apply record of their making.
const team = labTeam();
const NAMES = ['team.tfstate', 'apply-record.json', 'bootstrap.json'].map((name) => `${STATE.key}/${name}`);
const EVERYONE = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' };

function strangersBucket(owner: string): BucketRecord {
  const now = '2026-11-25T12:00:00Z';
  const version = { id: 'null', body: Buffer.from('{}').toString('base64'), type: '', etag: '"1"', modified: now };
  return {
    ...{ name: STATE.bucket, region: STATE.region, created: now, owner },
    settings: { policy: JSON.stringify({ Version: '2012-10-17', Statement: [EVERYONE] }) },
    objects: Object.fromEntries(NAMES.map((name) => [name, [version]])),
  };
}

let github: GitHubOidc;
let emulator: Emulator;
let memory: EmulatorMemory;
beforeAll(async () => {
  github = await startGitHubOidc();
  memory = { account: emptyState(team.account, '2026-11-25T00:00:00Z', 'again'), states: new Map() };
  emulator = await openAccount({ issuers: github.issuers, memory });
  const iam = iamOf(emulator);
  const ClientIDList = ['sts.amazonaws.com'];
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: GITHUB_ISSUER, ClientIDList }));
  await createRoles(iam, wantedRoles({ ...team, state: STATE }, await labFacts('classic')));
  iam.destroy();
});
afterAll(async () => {
  await emulator.close();
  await github.close();
});
const belongsTo = (owner: string) => Object.assign(memory.account.buckets, { [STATE.bucket]: strangersBucket(owner) });
beforeEach(() => belongsTo('999999999999'));

async function credentialsOf(role: WorkflowRole): Promise<Key> {
  const [at, file] = role === 'plan' ? ['pull_request', 'plan'] : ['ref:refs/heads/main', 'apply'];
  const sts = stsOf(emulator);
  const WebIdentityToken = github.token({
    ...{ sub: `repo:lab/access:${at}`, repository_id: '22' },
    job_workflow_ref: `${LAB_RELEASE.repository}/.github/workflows/called-${file}.yml@${LAB_RELEASE.commit}`,
  });
  const input = { RoleArn: workflowRoleArn(team, role), RoleSessionName: 'job', WebIdentityToken };
  const { Credentials } = await sts.send(new AssumeRoleWithWebIdentityCommand(input));
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

async function withS3<T>(credentials: Key, work: (s3: S3Client) => Promise<T>): Promise<T> {
  const { endpoint } = emulator;
  const s3 = new S3Client({ endpoint, credentials, region: STATE.region, forcePathStyle: true, maxAttempts: 1 });
  try {
    return await work(s3);
  } finally {
    s3.destroy();
  }
}

const at = { Bucket: STATE.bucket, Key: NAMES[0] };

test.each(WORKFLOW_ROLES)('the %s role reads nothing of it, as Terraform asks S3', async (role) => {
  const object = role === 'keys' ? { ...at, Key: NAMES[1] } : at;
  const read = async () => withS3(await credentialsOf(role), (s3) => outcome(s3.send(new GetObjectCommand(object))));
  expect(await read()).toBe('AccessDenied');
  belongsTo(team.account);
  expect(await read()).toBe('answered');
});

test('the apply role writes nothing into it', async () => {
  const write = async () =>
    withS3(await credentialsOf('apply'), (s3) => outcome(s3.send(new PutObjectCommand({ ...at, Body: '{}' }))));
  expect(await write()).toBe('AccessDenied');
  belongsTo(team.account);
  expect(await write()).toBe('answered');
});

test('bootstrap does not take it for its own', async () => {
  const found = await withS3(emulator.rootCredentials, (s3) =>
    inspectBucket(s3, { ...STATE, lab: team.lab, account: team.account }),
  );
  expect(found).toMatchObject({ failure: { code: 'bucket-unusable' } });
});

test("an administrator's plan, with credentials that no condition limits, starts no Terraform on its state", async () => {
  const place = scratchLab();
  const tofu = join(place.directory, 'tofu');
  writeFileSync(tofu, `#!/bin/sh\ntest "$1" = version && echo 'OpenTofu v1.12.6'\ntouch "${place.directory}/ran-$1"\n`);
  chmodSync(tofu, 0o755);
  const env = {
    ...awsEnvironment(emulator.endpoint, emulator.rootCredentials),
    ...{ TERRAFORM_BINARY_NAME: tofu, AWS_EC2_METADATA_DISABLED: 'true' },
  };
  try {
    const before = emulator.calls.length;
    const { code, stderr } = await runHere(['plan'], { cwd: place.directory, env });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error[bucket-unusable]') });
    const gets = emulator.calls.slice(before).filter(({ action }) => action === 'GetObject');
    expect(new Set(gets.map(({ error }) => error))).toEqual(new Set(['AccessDenied']));
    expect(readdirSync(place.directory)).not.toContain('ran-init');
  } finally {
    place.remove();
  }
});

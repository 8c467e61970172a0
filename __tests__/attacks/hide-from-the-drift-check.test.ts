import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import {
  GetObjectCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { WORKFLOW_ROLES } from '../../src/team/names.ts';
import { callIam } from '../emulator/clients.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { BUCKET, labWithBucket, WORKFLOW } from '../support/lab-with-bucket.ts';
import { smallTeamFile } from '../support/sample-team.ts';

const test = testInTurn(2);

const ACCOUNT = 'arn:aws:iam::123456789012';
const APPLY = 'perception-lab-apply';
const lab = labWithBucket();
const { mturk, byHand: attack } = lab;
afterAll(() => lab.remove());

interface Found {
  readonly findings: readonly {
    readonly id: string;
    readonly severity: string;
    readonly text: { readonly detail: string };
  }[];
  readonly administrators: readonly string[];
  readonly notChecked: readonly object[];
}

async function check(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Found> {
  const { stdout, stderr } = await mturk(['drift', '--json', ...args], env);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout).drift;
}
const idsOf = ({ findings }: Found) => findings.map(({ id }) => id).sort();

const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | string[], Resource = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const trust = (Principal: object) => policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
const only = (operator: string, key: string, value: string) => ({ Condition: { [operator]: { [key]: value } } });
const ROLE = `${ACCOUNT}:role`;

/** An hour from 26 Nov 2026 16:00 UTC on. */
const HOUR = {
  Condition: {
    NumericGreaterThan: { 'aws:EpochTime': '1795708800' },
    NumericLessThan: { 'aws:EpochTime': '1795712400' },
  },
};

/** What the red team's users could do, by the name of the user; each has a boundary. */
const WAYS: Readonly<Record<string, string>> = {
  'changes-the-trust': policy(allow('iam:UpdateAssumeRolePolicy', `${ROLE}/mturk-roles/perception-lab/${APPLY}`)),
  'writes-the-state': policy(allow('s3:*')),
  'attaches-to-roles': policy(allow('iam:AttachRolePolicy')),
  'writes-into-roles': policy(allow('iam:PutRolePolicy')),
  'assumes-a-role': policy(allow('sts:AssumeRole', `${ROLE}/ops-admin`)),
  'passes-a-role': policy(allow(['iam:PassRole', 'lambda:CreateFunction'], `${ROLE}/ops-admin`)),
  'joins-administrators': policy(allow('iam:AddUserToGroup', `${ACCOUNT}:group/Admins`)),
  'makes-a-key': policy(allow('iam:CreateAccessKey', `${ACCOUNT}:user/ops`)),
  'makes-a-user': policy(allow(['iam:CreateUser', 'iam:AttachUserPolicy'], `${ACCOUNT}:user/other/*`)),
  'by-a-service': policy(allow('iam:*', '*', only('Bool', 'aws:ViaAWSService', 'true'))),
  'by-another-region': policy(allow('iam:*', '*', only('StringEquals', 'aws:RequestedRegion', 'eu-west-1'))),
  'by-a-tag': policy(
    allow('iam:TagUser', 'arn:aws:iam::*:user/${aws:username}'),
    allow('iam:*', '*', only('StringEquals', 'aws:PrincipalTag/team', 'ops')),
  ),
  'by-a-user-agent': policy(allow('iam:*', '*', only('StringEquals', 'aws:username', '${aws:UserAgent}'))),
  'on-a-user-agent': policy(allow('iam:*', `${ACCOUNT}:user/\${aws:UserAgent}`)),
  'but-on-a-user-agent': policy(allow('iam:*'), {
    ...{ Effect: 'Deny', Action: '*', NotResource: `${ACCOUNT}:user/\${aws:UserAgent}` },
  }),
  'at-night': policy(allow('iam:*', '*', only('StringLike', 'aws:CurrentTime', '*T03:*'))),
  'after-a-second': policy(allow('iam:*', '*', HOUR)),
  'behind-other-times': policy(allow('iam:*', '*', HOUR), {
    ...{ Effect: 'Deny', Action: 's3:DeleteBucket', Resource: 'arn:aws:s3:::none' },
    Condition: { NumericEquals: { 'aws:EpochTime': Array.from({ length: 16 }, (_, one) => `${1795700000 + one}`) } },
  }),
  'by-lambda': policy(allow('lambda:UpdateFunctionCode')),
  'by-ssm': policy(allow('ssm:SendCommand')),
  'by-cloudformation': policy(allow('cloudformation:UpdateStack')),
  'by-acl': policy(allow(['s3:PutBucketAcl', 's3:PutBucketOwnershipControls'])),
  'by-replication': policy(allow('s3:ReplicateObject')),
  'limits-the-apply-role': policy(allow('iam:PutRolePermissionsBoundary')),
  'lifts-a-freeze': policy(allow('iam:DetachGroupPolicy')),
  'edits-the-boundary': policy(allow('iam:CreatePolicyVersion', `${ACCOUNT}:policy/mturk-boundary/perception-lab`)),
};

beforeAll(async () => {
  expect(await lab.bootstrap()).toMatchObject({ code: 0 });
  // What administrators of the account have: no finding.
  await attack(async (iam) => {
    await callIam(iam, 'CreateGroup', { GroupName: 'Admins' });
    const all = { PolicyName: 'all', PolicyDocument: policy(allow('*')) };
    await callIam(iam, 'PutGroupPolicy', { GroupName: 'Admins', ...all });
    await callIam(iam, 'CreateUser', { UserName: 'ops' });
    await callIam(iam, 'AddUserToGroup', { UserName: 'ops', GroupName: 'Admins' });
    const Service = ['lambda', 'ec2', 'cloudformation'].map((name) => `${name}.amazonaws.com`);
    const RoleName = 'ops-admin';
    const AssumeRolePolicyDocument = trust({ AWS: `${ACCOUNT}:root`, Service });
    await callIam(iam, 'CreateRole', { RoleName, AssumeRolePolicyDocument });
    await callIam(iam, 'PutRolePolicy', { RoleName, ...all });
  });
  expect(await mturk(['apply', '--yes'])).toMatchObject({ code: 0 });
});

test('before, nothing is found, and who can do everything is one line', async () => {
  for (const args of [[], ['--quick']]) {
    const found = await check(args, WORKFLOW);
    expect(found).toMatchObject({ findings: [], notChecked: [] });
    expect(found.administrators).toEqual([`${ACCOUNT}:role/ops-admin`, `${ACCOUNT}:user/ops`]);
  }
});

test('each way to the lab or the account is a critical finding of its own', async () => {
  await attack(async (iam) => {
    const boundary = { PolicyName: 'limit', PolicyDocument: policy(allow('*')) };
    await callIam(iam, 'CreatePolicy', boundary);
    for (const [UserName, PolicyDocument] of Object.entries(WAYS)) {
      await callIam(iam, 'CreateUser', { UserName, PermissionsBoundary: `${ACCOUNT}:policy/limit` });
      await callIam(iam, 'PutUserPolicy', { UserName, PolicyName: 'own', PolicyDocument });
    }
    // A role that is no administrator's, and that a service has.
    const RoleName = 'backup';
    await callIam(iam, 'CreateRole', {
      RoleName,
      AssumeRolePolicyDocument: trust({ Service: 'backup.amazonaws.com' }),
    });
    await callIam(iam, 'PutRolePolicy', { RoleName, PolicyName: 'own', PolicyDocument: policy(allow('s3:PutObject')) });
  });
  const expected = [
    'unmanaged-role/backup/escalates',
    ...Object.keys(WAYS).map((name) => `unmanaged-user/${name}/escalates`),
  ].sort();
  for (const args of [[], ['--quick']]) {
    const found = await check(args, WORKFLOW);
    expect(idsOf(found)).toEqual(expected);
    expect(found.findings.filter(({ severity }) => severity !== 'critical')).toEqual([]);
    expect(found.findings.filter(({ text }) => !/Gains control of the (?:lab|account): /.test(text.detail))).toEqual(
      [],
    );
  }
  await attack(async (iam) => {
    for (const UserName of Object.keys(WAYS)) {
      await callIam(iam, 'DeleteUserPolicy', { UserName, PolicyName: 'own' });
      await callIam(iam, 'DeleteUser', { UserName });
    }
    await callIam(iam, 'DeleteRolePolicy', { RoleName: 'backup', PolicyName: 'own' });
    await callIam(iam, 'DeleteRole', { RoleName: 'backup' });
  });
  expect(await check([], WORKFLOW)).toMatchObject({ findings: [] });
});

test("a change of the lab's own roles, bucket and identity provider is a finding", async () => {
  const OpenIDConnectProviderArn = `${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
  await attack(async (iam, s3) => {
    await callIam(iam, 'UpdateAssumeRolePolicy', {
      RoleName: APPLY,
      PolicyDocument: trust({ AWS: `${ACCOUNT}:user/ops` }),
    });
    await callIam(iam, 'AttachRolePolicy', {
      RoleName: 'perception-lab-scan',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    const Path = '/mturk-roles/perception-lab/';
    await callIam(iam, 'CreateRole', { RoleName: 'more', Path, AssumeRolePolicyDocument: trust({ AWS: '*' }) });
    await callIam(iam, 'RemoveClientIDFromOpenIDConnectProvider', {
      OpenIDConnectProviderArn,
      ClientID: 'sts.amazonaws.com',
    });
    await callIam(iam, 'PutRolePermissionsBoundary', {
      RoleName: 'perception-lab-keys',
      PermissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'ObjectWriter' as const }] };
    await s3.send(new PutBucketOwnershipControlsCommand({ Bucket: BUCKET, OwnershipControls }));
    const writer = {
      Principal: { AWS: 'arn:aws:iam::210987654321:root' },
      ...allow('s3:PutObject', `arn:aws:s3:::${BUCKET}/*`),
    };
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: policy(writer) }));
  });
  const ofRoles = ['more', APPLY, 'perception-lab-scan', 'perception-lab-keys'].map((name) => `role-changed/${name}`);
  const all = [
    'access-not-given/ada=2Fbo=2Ffay/escalates',
    `bucket-changed/${BUCKET}/ownership/policy`,
    ...['identity-provider-changed', ...ofRoles],
  ].sort();
  expect(idsOf(await check([], WORKFLOW))).toEqual(all);
  expect(idsOf(await check(['--quick']))).toEqual(all);
  await attack((iam) => callIam(iam, 'DeleteRole', { RoleName: 'more' }));
  expect(await mturk(['bootstrap', '--yes'])).toMatchObject({ code: 0 });
  expect(await check([], WORKFLOW)).toMatchObject({ findings: [] });
});

test("a role that trusts another repository is a finding in a workflow, whatever bootstrap's record says", async () => {
  const changed = (text: string) => text.replaceAll('22', '666');
  await attack(async (iam, s3) => {
    for (const role of WORKFLOW_ROLES) {
      const RoleName = `perception-lab-${role}`;
      const { Role } = (await callIam(iam, 'GetRole', { RoleName })) as { Role: { AssumeRolePolicyDocument: string } };
      const PolicyDocument = changed(decodeURIComponent(Role.AssumeRolePolicyDocument));
      await callIam(iam, 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument });
    }
    const Key = 'perception-lab/bootstrap.json';
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    await s3.send(
      new PutObjectCommand({ Bucket: BUCKET, Key, Body: changed((await Body?.transformToString()) ?? '') }),
    );
  });
  const ids = WORKFLOW_ROLES.toSorted().map((role) => `role-changed/perception-lab-${role}`);
  expect(idsOf(await check([], WORKFLOW))).toEqual(ids);
});

test('at a terminal alone, too, who can do everything after the first apply is a finding', async () => {
  const lab = scratch({ 'team.yaml': smallTeamFile() });
  const EMULATOR = join(lab.directory, 'emulator');
  const run = (...args: string[]) => runHere([...args, '--emulator', EMULATOR], { cwd: lab.directory });
  expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
  const emulator = await openEmulator({ dir: EMULATOR, accountId: '123456789012', provider: false });
  const reach = { endpoint: emulator.endpoint, region: 'us-east-1', credentials: emulator.rootCredentials };
  const iam = new IAMClient(reach);
  await callIam(iam, 'CreateUser', { UserName: 'backdoor' });
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await callIam(iam, 'AttachUserPolicy', { UserName: 'backdoor', PolicyArn });
  iam.destroy();
  await emulator.close();
  const found = await run('drift');
  lab.remove();
  expect(found).toMatchObject({ code: 2, stdout: expect.stringContaining('backdoor') });
  expect(found.stdout).toContain('Drift in perception-lab');
});

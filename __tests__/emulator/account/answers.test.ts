import { type IAMClient, paginateGetAccountAuthorizationDetails, paginateListUsers } from '@aws-sdk/client-iam';
import fc from 'fast-check';
import { SSH_PUBLIC_KEY } from '../../../conformance/scenarios-credentials.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { runs } from '../../support/exhaustive.ts';
import { ACCOUNT, callIam, iamOf, openAccount, policy } from '../clients.ts';

describe('answers', () => {
  let emulator: Emulator;
  let iam: IAMClient;
  beforeEach(async () => {
    emulator = await openAccount({ clock: () => new Date('2026-11-25T12:00:00.789Z') });
    iam = iamOf(emulator);
  });
  afterEach(async () => {
    iam.destroy();
    await emulator.close();
  });

  test('documents come back as they were sent, URL-encoded', async () => {
    const text = `{ "Version": "2012-10-17",\n "Statement": [{"Sid":"A","Effect":"Allow","Action":"mechanicalturk:*","Resource":"*","Condition":{"StringEquals":{"aws:username":"a'b (c)*!é+%20&<>"}}}]}`;
    await callIam(iam, 'CreateUser', { UserName: 'ada' });
    await callIam(iam, 'PutUserPolicy', { UserName: 'ada', PolicyName: 'i', PolicyDocument: text });
    const { PolicyDocument } = await callIam(iam, 'GetUserPolicy', { UserName: 'ada', PolicyName: 'i' });
    expect(PolicyDocument).toMatch(/^[A-Za-z0-9%._~-]+$/);
    expect(decodeURIComponent(String(PolicyDocument))).toBe(text);
  });

  test('any text that IAM takes comes back unchanged', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[A-Za-z0-9 _.:/=+@-]{0,40}$/),
        fc.string({
          maxLength: 40,
          unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
        }),
        async (value, description) => {
          count += 1;
          await callIam(iam, 'CreateUser', { UserName: `u${count}`, Tags: [{ Key: 'k', Value: value }] });
          expect(await callIam(iam, 'ListUserTags', { UserName: `u${count}` })).toMatchObject({
            Tags: [{ Key: 'k', Value: value }],
          });
          const { Policy } = await callIam(iam, 'CreatePolicy', {
            PolicyName: `p${count}`,
            Description: description,
            PolicyDocument: policy('Allow', 'iam:*'),
          });
          expect((Policy as { Description?: string }).Description ?? '').toBe(description);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test('times are those of the clock, in whole seconds; ids have AWS’s form and come again in another account', async () => {
    const other = await openAccount();
    for (const client of [iam, iamOf(other)]) {
      const { User } = await callIam(client, 'CreateUser', { UserName: 'ada' });
      expect(User).toMatchObject({
        UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
        Arn: `arn:aws:iam::${ACCOUNT}:user/ada`,
      });
    }
    const [a, b] = await Promise.all(
      [iam, iamOf(other)].map((client) => callIam(client, 'GetUser', { UserName: 'ada' })),
    );
    expect((a!.User as { UserId: string }).UserId).toBe((b!.User as { UserId: string }).UserId);
    expect((a!.User as { CreateDate: Date }).CreateDate).toEqual(new Date('2026-11-25T12:00:00Z'));
    await other.close();
  });

  test('GetUser without a name is the caller', async () => {
    expect(await callIam(iam, 'GetUser')).toMatchObject({ User: { Arn: `arn:aws:iam::${ACCOUNT}:root` } });
  });

  test('a policy counts what it is attached to and whom it bounds', async () => {
    const arn = `arn:aws:iam::${ACCOUNT}:policy/p`;
    await callIam(iam, 'CreatePolicy', { PolicyName: 'p', PolicyDocument: policy('Allow', 'iam:*') });
    await callIam(iam, 'CreateGroup', { GroupName: 'g' });
    await callIam(iam, 'CreateUser', { UserName: 'ada', PermissionsBoundary: arn });
    await callIam(iam, 'AttachGroupPolicy', { GroupName: 'g', PolicyArn: arn });
    await callIam(iam, 'AttachUserPolicy', { UserName: 'ada', PolicyArn: arn });
    expect(await callIam(iam, 'GetPolicy', { PolicyArn: arn })).toMatchObject({
      Policy: { AttachmentCount: 2, PermissionsBoundaryUsageCount: 1 },
    });
    expect(await callIam(iam, 'ListEntitiesForPolicy', { PolicyArn: arn })).toMatchObject({
      PolicyGroups: [{ GroupName: 'g' }],
      PolicyUsers: [{ UserName: 'ada' }],
      PolicyRoles: [],
    });
    expect(await callIam(iam, 'ListEntitiesForPolicy', { PolicyArn: arn, EntityFilter: 'Group' })).toMatchObject({
      PolicyUsers: [],
    });
    await callIam(iam, 'DetachGroupPolicy', { GroupName: 'g', PolicyArn: arn });
    expect(await callIam(iam, 'GetPolicy', { PolicyArn: arn })).toMatchObject({ Policy: { AttachmentCount: 1 } });
  });

  test("AWS's policies for Mechanical Turk are there, with their documents", async () => {
    const arn = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly';
    expect(await callIam(iam, 'GetPolicy', { PolicyArn: arn })).toMatchObject({
      Policy: { DefaultVersionId: 'v3', Path: '/' },
    });
    const { PolicyVersion } = await callIam(iam, 'GetPolicyVersion', { PolicyArn: arn, VersionId: 'v3' });
    expect(decodeURIComponent((PolicyVersion as { Document: string }).Document)).toContain('mechanicalturk:List*');
    const { Policies } = await callIam(iam, 'ListPolicies', { Scope: 'AWS' });
    expect((Policies as { PolicyName: string }[]).map(({ PolicyName }) => PolicyName)).toContain('AdministratorAccess');
    expect(await callIam(iam, 'ListPolicies', { Scope: 'Local' })).toMatchObject({ Policies: [] });
  });

  test('the use of a key is noted, to a quarter of an hour', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'ada' });
    const { AccessKey } = await callIam(iam, 'CreateAccessKey', { UserName: 'ada' });
    const { AccessKeyId, SecretAccessKey } = AccessKey as { AccessKeyId: string; SecretAccessKey: string };
    const before = await callIam(iam, 'GetAccessKeyLastUsed', { AccessKeyId });
    expect(before).toMatchObject({ UserName: 'ada', AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' } });
    const own = iamOf(emulator, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
    await callIam(own, 'GetUser').catch(() => {});
    expect(await callIam(iam, 'GetAccessKeyLastUsed', { AccessKeyId })).toMatchObject({
      AccessKeyLastUsed: { ServiceName: 'iam', Region: 'us-east-1', LastUsedDate: new Date('2026-11-25T12:00:00Z') },
    });
  });

  test('the credential report: a row for the root and one for each user, in AWS’s columns', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'ada' });
    await callIam(iam, 'CreateAccessKey', { UserName: 'ada' });
    await callIam(iam, 'CreateLoginProfile', { UserName: 'ada', Password: 'Correct-Horse-7' });
    expect(await callIam(iam, 'GenerateCredentialReport')).toMatchObject({ State: 'STARTED' });
    await callIam(iam, 'CreateUser', { UserName: 'late' });
    expect(await callIam(iam, 'GenerateCredentialReport')).toMatchObject({ State: 'COMPLETE' });
    const { Content, ReportFormat } = await callIam(iam, 'GetCredentialReport');
    const rows = Buffer.from(Content as Uint8Array)
      .toString()
      .split('\n')
      .map((line) => line.split(','));
    expect(ReportFormat).toBe('text/csv');
    expect(rows.map((row) => row.length)).toEqual([22, 22, 22]);
    expect(rows.map(([name]) => name)).toEqual(['user', '<root_account>', 'ada']);
    const ada = Object.fromEntries(rows[0]!.map((column, index) => [column, rows[2]![index]]));
    expect(ada).toMatchObject({
      password_enabled: 'true',
      access_key_1_active: 'true',
      access_key_1_last_used_date: 'N/A',
      access_key_2_active: 'false',
      mfa_active: 'false',
      user_creation_time: '2026-11-25T12:00:00+00:00',
    });
  });

  test('the key that the tool works with is in no report; one that the root user makes for herself is', async () => {
    const rootColumns = async () => {
      await callIam(iam, 'GenerateCredentialReport');
      const { Content } = await callIam(iam, 'GetCredentialReport');
      const [columns = '', root = ''] = Buffer.from(Content as Uint8Array)
        .toString()
        .split('\n');
      return root.split(',')[columns.split(',').indexOf('access_key_1_active')];
    };
    expect(await callIam(iam, 'ListAccessKeys')).toMatchObject({ AccessKeyMetadata: [] });
    const { AccessKey } = await callIam(iam, 'CreateAccessKey');
    const { AccessKeyId, SecretAccessKey } = AccessKey as { AccessKeyId: string; SecretAccessKey: string };
    expect(AccessKey).not.toHaveProperty('UserName');
    expect(await rootColumns()).toBe('true');
    const asRoot = iamOf(emulator, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
    expect(await callIam(asRoot, 'ListAccessKeys')).toMatchObject({ AccessKeyMetadata: [{ AccessKeyId }] });
    await callIam(iam, 'DeleteAccessKey', { AccessKeyId });
    await expect(callIam(asRoot, 'ListUsers')).rejects.toThrow();
    expect(await callIam(iam, 'ListAccessKeys')).toMatchObject({ AccessKeyMetadata: [] });
  });

  test('an SSH key and a service credential can be read and deactivated', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'ada' });
    const { SSHPublicKey } = await callIam(iam, 'UploadSSHPublicKey', {
      UserName: 'ada',
      SSHPublicKeyBody: SSH_PUBLIC_KEY,
    });
    const { SSHPublicKeyId } = SSHPublicKey as { SSHPublicKeyId: string };
    const read = await callIam(iam, 'GetSSHPublicKey', { UserName: 'ada', SSHPublicKeyId, Encoding: 'SSH' });
    expect(read).toMatchObject({ SSHPublicKey: { SSHPublicKeyBody: SSH_PUBLIC_KEY, Status: 'Active' } });
    const made = await callIam(iam, 'CreateServiceSpecificCredential', {
      UserName: 'ada',
      ServiceName: 'logs.amazonaws.com',
    });
    const { ServiceSpecificCredentialId } = made.ServiceSpecificCredential as { ServiceSpecificCredentialId: string };
    await callIam(iam, 'UpdateServiceSpecificCredential', {
      UserName: 'ada',
      ServiceSpecificCredentialId,
      Status: 'Inactive',
    });
    expect(await callIam(iam, 'ListServiceSpecificCredentials', { UserName: 'ada' })).toMatchObject({
      ServiceSpecificCredentials: [{ Status: 'Inactive', ServiceName: 'logs.amazonaws.com' }],
    });
  });
});

describe('pages', () => {
  let emulator: Emulator;
  let iam: IAMClient;
  const names = Array.from({ length: 23 }, (_, index) => `User${(index * 7) % 23}`);
  beforeAll(async () => {
    emulator = await openAccount();
    iam = iamOf(emulator);
    for (const UserName of names) await callIam(iam, 'CreateUser', { UserName });
    await callIam(iam, 'CreateGroup', { GroupName: 'g' });
    await callIam(iam, 'CreatePolicy', { PolicyName: 'p', PolicyDocument: policy('Allow', 'iam:*') });
  });
  afterAll(() => emulator.close());

  test.each([1, 2, 7, 22, 23, 24, 1000])('of %d hold every user once, in order', async (pageSize) => {
    const seen: string[] = [];
    for await (const page of paginateListUsers({ client: iam, pageSize }, {})) {
      expect(page.Users!.length).toBeLessThanOrEqual(pageSize);
      seen.push(...page.Users!.map((user) => user.UserName!));
    }
    expect(seen).toEqual([...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
  });

  test.each([1, 5, 25])('of %d of the account’s details run across users, groups and policies', async (pageSize) => {
    const seen = { users: 0, groups: 0, policies: 0 };
    for await (const page of paginateGetAccountAuthorizationDetails({ client: iam, pageSize }, {})) {
      seen.users += page.UserDetailList!.length;
      seen.groups += page.GroupDetailList!.length;
      seen.policies += page.Policies!.length;
    }
    expect(seen).toEqual({ users: 23, groups: 1, policies: 1 });
  });

  test('what is deleted between two pages hides nothing', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'aa' });
    const first = await callIam(iam, 'ListUsers', { MaxItems: 3 });
    await callIam(iam, 'DeleteUser', { UserName: 'aa' });
    const second = await callIam(iam, 'ListUsers', { MaxItems: 1_000, Marker: first.Marker });
    expect((first.Users as []).length + (second.Users as []).length).toBe(24);
  });

  test('a marker that this account did not give is refused', async () => {
    await expect(callIam(iam, 'ListUsers', { Marker: 'nonsense' })).rejects.toThrow('Invalid Marker');
  });
});

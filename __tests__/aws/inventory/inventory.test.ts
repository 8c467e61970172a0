import { ACCOUNT, callIam, iamOf, keyOf, policy } from '../../emulator/clients.ts';
import { openAccountToRead, PATH } from '../account-to-read.ts';

const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const DOCUMENT = policy('Allow', 'mechanicalturk:Get*');
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const SSH = `ssh-rsa ${'A'.repeat(64)} bo@lab`;

let account: Awaited<ReturnType<typeof openAccountToRead>>;
beforeEach(async () => {
  account = await openAccountToRead();
});
afterEach(() => account.close());

test('an account is read with all that its users can sign with', async () => {
  await account.call('CreatePolicy', { PolicyName: 'cap', Path: '/mturk-boundary/', PolicyDocument: DOCUMENT });
  const cap = `arn:aws:iam::${ACCOUNT}:policy/mturk-boundary/cap`;
  await account.call('CreateGroup', { GroupName: 'payers', Path: PATH });
  await account.call('AttachGroupPolicy', { GroupName: 'payers', PolicyArn: FULL });
  const Tags = [{ Key: 'mturk-team:member', Value: 'bo' }];
  await account.call('CreateUser', { UserName: 'bo', Path: PATH, PermissionsBoundary: cap, Tags });
  await account.call('AddUserToGroup', { UserName: 'bo', GroupName: 'payers' });
  await account.call('PutUserPolicy', { UserName: 'bo', PolicyName: 'limits', PolicyDocument: DOCUMENT });
  await account.user('old', '/');
  const first = await keyOf(account.iam, 'bo');
  account.minutes(10);
  const second = await keyOf(account.iam, 'bo');
  await account.call('UpdateAccessKey', { UserName: 'bo', AccessKeyId: second.accessKeyId, Status: 'Inactive' });
  await callIam(iamOf(account.emulator, first), 'GetUser').catch(() => null);
  await account.call('CreateAccessKey', { UserName: 'old' });
  await account.call('CreateAccessKey');
  await account.call('CreateLoginProfile', { UserName: 'bo', Password: 'long Enough 1' });
  await account.call('UploadSSHPublicKey', { UserName: 'bo', SSHPublicKeyBody: SSH });
  await account.call('UploadSigningCertificate', { UserName: 'bo', CertificateBody: CERTIFICATE });
  await account.call('CreateServiceSpecificCredential', { UserName: 'bo', ServiceName: 'codecommit.amazonaws.com' });

  const { access, users, policies, rootKeys, reportedAt, notChecked, isAccessKnown } = await account.take();
  expect({ notChecked, isAccessKnown, reportedAt }).toEqual({
    notChecked: [],
    isAccessKnown: true,
    reportedAt: '2026-11-25T08:10:00Z',
  });
  const document = JSON.parse(DOCUMENT);
  expect(access.users).toEqual([
    {
      name: 'bo',
      path: PATH,
      groups: ['payers'],
      attached: [],
      inline: [{ name: 'limits', document }],
      boundary: cap,
      tags: { 'mturk-team:member': 'bo' },
    },
    { name: 'old', path: '/', groups: [], attached: [], inline: [], boundary: null, tags: {} },
  ]);
  expect(access.groups).toEqual([{ name: 'payers', path: PATH, attached: [FULL], inline: [] }]);
  expect(access.policies.map(({ arn, name }) => [arn, name])).toEqual([
    [FULL, 'AmazonMechanicalTurkFullAccess'],
    [cap, 'cap'],
  ]);
  expect([...policies]).toEqual([
    [FULL, { attachments: 1, versions: [] }],
    [cap, { attachments: 1, versions: [{ id: 'v1', created: '2026-11-25T08:00:00Z', isInForce: true, document }] }],
  ]);
  expect(users.get('bo')).toEqual({
    created: '2026-11-25T08:00:00Z',
    isReported: true,
    credentials: {
      keys: [
        {
          id: first.accessKeyId,
          active: true,
          created: '2026-11-25T08:00:00Z',
          lastUsed: '2026-11-25T08:00:00Z',
          isUseKnown: true,
        },
        { id: second.accessKeyId, active: false, created: '2026-11-25T08:10:00Z', lastUsed: null, isUseKnown: true },
      ],
      password: { lastUsed: null },
      certificates: [expect.stringMatching(/^[0-9A-F]{32}$/)],
      ssh: [expect.stringMatching(/^APKA/)],
      services: [{ id: expect.stringMatching(/^ACCA/), service: 'codecommit.amazonaws.com' }],
    },
  });
  expect(users.get('old')?.credentials.keys).toEqual([
    { id: null, active: true, created: '2026-11-25T08:10:00Z', lastUsed: null, isUseKnown: true },
  ]);
  expect(rootKeys).toEqual([
    { id: null, active: true, created: '2026-11-25T08:10:00Z', lastUsed: null, isUseKnown: true },
  ]);
});

const callsOf = (from: number): Record<string, number> => {
  const count: Record<string, number> = {};
  for (const { action } of account.emulator.calls.slice(from)) count[action] = (count[action] ?? 0) + 1;
  return count;
};

test.each([
  [3, 2, 'all', 1000],
  [3, 2, 'all', 2],
  [7, 0, 'all', 3],
  [0, 9, 'all', 4],
  [5, 5, 'access', 1],
] as const)('%d members and %d others, %s, pages of %d', async (members, others, scope, pageSize) => {
  for (let index = 0; index < members; index += 1) await account.user(`m${index}`);
  for (let index = 0; index < others; index += 1) await account.user(`o${index}`, '/');
  await account.call('CreateGroup', { GroupName: 'g' });
  const before = account.emulator.calls.length;
  const reported: string[] = [];
  const progress = (done: number, total: number) => reported.push(`${done} of ${total}`);
  const { access, notChecked } = await account.take({ scope, pageSize, progress });
  expect(notChecked).toEqual([]);
  expect(access.users.map(({ name }) => name)).toEqual([
    ...Array.from({ length: members }, (_, index) => `m${index}`),
    ...Array.from({ length: others }, (_, index) => `o${index}`),
  ]);
  const pages = Math.ceil((members + others + 1) / pageSize);
  const read = scope === 'all' ? members : 0;
  expect(reported).toEqual(Array.from({ length: read }, (_, index) => `${index + 1} of ${read}`));
  const each = read === 0 ? {} : { ListAccessKeys: read, ListSSHPublicKeys: read };
  expect(callsOf(before)).toEqual({
    GetAccountAuthorizationDetails: pages,
    GenerateCredentialReport: 1,
    GetAccountSummary: 1,
    GetCredentialReport: 1,
    ListServiceSpecificCredentials: 1,
    ...each,
    ...(read === 0 ? {} : { ListSigningCertificates: read, GetLoginProfile: read }),
  });
});

test('a long list of credentials is read page by page', async () => {
  for (const name of ['a', 'b', 'c']) {
    await account.user(name);
    await account.call('CreateServiceSpecificCredential', { UserName: name, ServiceName: 'logs.amazonaws.com' });
  }
  const credential = await account.call('CreateServiceSpecificCredential', {
    UserName: 'c',
    ServiceName: 'bedrock.amazonaws.com',
  });
  const { ServiceSpecificCredentialId } = credential.ServiceSpecificCredential as {
    ServiceSpecificCredentialId: string;
  };
  await account.call('UpdateServiceSpecificCredential', {
    UserName: 'c',
    ServiceSpecificCredentialId,
    Status: 'Inactive',
  });
  const before = account.emulator.calls.length;
  const { users } = await account.take({ scope: 'access', pageSize: 1 });
  expect(Array.from(users.values(), ({ credentials: { services } }) => services.length)).toEqual([1, 1, 1]);
  // Three users; the report; the summary; four credentials.
  expect(account.emulator.calls.length - before).toBe(3 + 2 + 1 + 4);
});

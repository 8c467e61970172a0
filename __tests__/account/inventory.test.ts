import type * as aws from '@aws-sdk/client-iam';
import { type InventoryOptions, takeInventory } from '../../src/account/inventory.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ACCOUNT, callIam, iamOf, keyOf, openAccount, policy } from '../sandbox/clients.ts';

const PATH = '/mturk/perception-lab/';
const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const DOCUMENT = policy('Allow', 'mechanicalturk:Get*');
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const SSH = `ssh-rsa ${'A'.repeat(64)} bo@lab`;

let time: number;
let sandbox: Sandbox;
let iam: aws.IAMClient;
beforeEach(async () => {
  time = Date.parse('2026-11-25T08:00:00Z');
  sandbox = await openAccount({ clock: () => new Date(time) });
  iam = iamOf(sandbox);
});
afterEach(async () => {
  iam.destroy();
  await sandbox.close();
});

const call = (name: string, input: object = {}) => callIam(iam, name, input);
const minutes = (count: number): void => {
  time += count * 60_000;
};
const take = (options: Partial<InventoryOptions> = {}, client: Pick<aws.IAMClient, 'send'> = iam) =>
  takeInventory(client, {
    account: ACCOUNT,
    managed: ({ path }) => path.startsWith(PATH),
    scope: 'all',
    now: () => new Date(time),
    wait: async () => {},
    ...options,
  });

async function user(name: string, path = PATH): Promise<void> {
  await call('CreateUser', { UserName: name, Path: path });
}

test('an account is read with all that its users can sign with', async () => {
  await call('CreatePolicy', { PolicyName: 'cap', Path: '/mturk-boundary/', PolicyDocument: DOCUMENT });
  const cap = `arn:aws:iam::${ACCOUNT}:policy/mturk-boundary/cap`;
  await call('CreateGroup', { GroupName: 'payers', Path: PATH });
  await call('AttachGroupPolicy', { GroupName: 'payers', PolicyArn: FULL });
  const Tags = [{ Key: 'mturk-team:member', Value: 'bo' }];
  await call('CreateUser', { UserName: 'bo', Path: PATH, PermissionsBoundary: cap, Tags });
  await call('AddUserToGroup', { UserName: 'bo', GroupName: 'payers' });
  await call('PutUserPolicy', { UserName: 'bo', PolicyName: 'limits', PolicyDocument: DOCUMENT });
  await user('old', '/');
  const first = await keyOf(iam, 'bo');
  minutes(10);
  const second = await keyOf(iam, 'bo');
  await call('UpdateAccessKey', { UserName: 'bo', AccessKeyId: second.accessKeyId, Status: 'Inactive' });
  await callIam(iamOf(sandbox, first), 'GetUser').catch(() => null);
  await call('CreateAccessKey', { UserName: 'old' });
  await call('CreateLoginProfile', { UserName: 'bo', Password: 'long Enough 1' });
  await call('UploadSSHPublicKey', { UserName: 'bo', SSHPublicKeyBody: SSH });
  await call('UploadSigningCertificate', { UserName: 'bo', CertificateBody: CERTIFICATE });
  await call('CreateServiceSpecificCredential', { UserName: 'bo', ServiceName: 'codecommit.amazonaws.com' });
  const device = await call('CreateVirtualMFADevice', { VirtualMFADeviceName: 'bo' });
  const { SerialNumber } = device.VirtualMFADevice as { SerialNumber: string };
  const codes = { AuthenticationCode1: '123456', AuthenticationCode2: '654321' };
  await call('EnableMFADevice', { UserName: 'bo', SerialNumber, ...codes });

  const { access, users, policies, root, reportedAt, unseen, isAccessKnown } = await take();
  expect({ unseen, isAccessKnown, reportedAt }).toEqual({
    unseen: [],
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
    [FULL, { attachments: 1 }],
    [cap, { attachments: 1 }],
  ]);
  expect(users.get('bo')).toEqual({
    arn: `arn:aws:iam::${ACCOUNT}:user${PATH}bo`,
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
      mfa: true,
      certificates: [expect.stringMatching(/^[0-9A-F]{32}$/)],
      ssh: [expect.stringMatching(/^APKA/)],
      services: [{ id: expect.stringMatching(/^ACCA/), service: 'codecommit.amazonaws.com' }],
    },
  });
  expect(users.get('old')?.credentials.keys).toEqual([
    { id: null, active: true, created: '2026-11-25T08:10:00Z', lastUsed: null, isUseKnown: true },
  ]);
  expect(root).toEqual({
    keys: [
      {
        id: null,
        active: true,
        created: '2026-11-25T08:00:00Z',
        lastUsed: '2026-11-25T08:00:00Z',
        isUseKnown: true,
      },
    ],
    mfa: false,
  });
});

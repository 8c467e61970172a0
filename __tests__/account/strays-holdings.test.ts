import * as aws from '@aws-sdk/client-iam';
import { iamNames } from '../../src/account/iam-names.ts';
import { lookForStrays } from '../../src/account/strays.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';

const ACCOUNT = '123456789012';
const PATH = '/mturk/perception-lab/';
const DOCUMENT = {
  Version: '2012-10-17',
  Statement: [{ Sid: 'A', Effect: 'Allow', Action: 'mechanicalturk:Get*', Resource: '*' }],
};
const PolicyDocument = JSON.stringify(DOCUMENT);
const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const ARN = `arn:aws:iam::${ACCOUNT}:policy${PATH}spare`;
let sandbox: Sandbox;
let iam: aws.IAMClient;
beforeAll(async () => {
  sandbox = await openSandbox({ dir: null, accountId: ACCOUNT, provider: false });
  iam = new aws.IAMClient({
    endpoint: sandbox.endpoint,
    region: 'us-east-1',
    credentials: sandbox.rootCredentials,
    maxAttempts: 1,
  });
  await iam.send(new aws.CreatePolicyCommand({ PolicyName: 'spare', Path: PATH, PolicyDocument }));
  await iam.send(new aws.CreateGroupCommand({ GroupName: 'old', Path: `${PATH}deeper/` }));
  await iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'old', PolicyArn: FULL }));
  await iam.send(new aws.PutGroupPolicyCommand({ GroupName: 'old', PolicyName: 'extra', PolicyDocument }));
  const Tags = [{ Key: 'mturk-team:lab', Value: 'perception-lab' }];
  await iam.send(new aws.CreateUserCommand({ UserName: 'ghost', Path: '/', PermissionsBoundary: ARN, Tags }));
  await iam.send(new aws.AttachUserPolicyCommand({ UserName: 'ghost', PolicyArn: ARN }));
  await iam.send(new aws.PutUserPolicyCommand({ UserName: 'ghost', PolicyName: 'extra', PolicyDocument }));
  await iam.send(new aws.AddUserToGroupCommand({ UserName: 'ghost', GroupName: 'old' }));
  await iam.send(new aws.CreateUserCommand({ UserName: 'somebody', Path: '/mturk/perception/' }));
});
afterAll(async () => {
  iam.destroy();
  await sandbox.close();
});

const inline = [{ name: 'extra', document: DOCUMENT }];
const look = () => lookForStrays({ path: PATH, knows: () => false, groups: new Set() }, iamNames(iam));

test('what strays hold is read through the API, documents and all', async () => {
  const { strays, policies, unseen } = await look();
  expect(unseen).toEqual([]);
  expect(strays.map(({ name, path, holding }) => ({ name, path, holding }))).toEqual([
    { name: 'old', path: `${PATH}deeper/`, holding: { members: ['ghost'], attached: [FULL], inline } },
    {
      name: 'ghost',
      path: '/',
      holding: {
        groups: ['old'],
        attached: [ARN],
        inline,
        boundary: ARN,
        tags: { 'mturk-team:lab': 'perception-lab' },
      },
    },
    { name: 'spare', path: PATH, holding: { document: DOCUMENT, attachments: 2 } },
  ]);
  expect(policies.map(({ arn, document }) => [arn, document === null])).toEqual([
    [FULL, false],
    [ARN, false],
  ]);
});

test('what is gone by the time it is read is null, or nothing', async () => {
  const { holdings } = iamNames(iam);
  expect(await holdings.group('nobody')).toBeNull();
  expect(await holdings.user('nobody')).toBeNull();
  expect(await holdings.policy(`${ARN}x`)).toBeNull();
  expect(await holdings.holdersOf(`${ARN}x`)).toEqual([]);
});

test('a caller who may not list is told what could not be looked at', async () => {
  const { AccessKey } = await iam.send(new aws.CreateAccessKeyCommand({ UserName: 'somebody' }));
  const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  const powerless = new aws.IAMClient({ endpoint: sandbox.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const { strays, unseen } = await lookForStrays(
    { path: PATH, knows: () => false, groups: new Set() },
    iamNames(powerless),
  );
  powerless.destroy();
  expect(strays).toEqual([]);
  expect(unseen.map(({ what, failure }) => `${what} ${failure.code}`)).toEqual([
    'groups credentials-denied',
    'users credentials-denied',
    'policies credentials-denied',
  ]);
});

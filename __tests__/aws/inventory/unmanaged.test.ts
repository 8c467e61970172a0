import { boundaryState } from '../../../src/aws/inventory/boundary.ts';
import { findUnmanaged } from '../../../src/aws/inventory/unmanaged.ts';
import { boundaryPolicy } from '../../../src/team/documents.ts';
import { ACCOUNT, iamOf, keyOf, policy } from '../../emulator/clients.ts';
import { openAccountToRead, PATH } from '../account-to-read.ts';

const DOCUMENT = policy('Allow', 'mechanicalturk:Get*');
const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const SPARE = `arn:aws:iam::${ACCOUNT}:policy${PATH}spare`;
const TEAM = { lab: 'perception-lab', account: ACCOUNT };

let account: Awaited<ReturnType<typeof openAccountToRead>>;
beforeEach(async () => {
  account = await openAccountToRead();
  const { call } = account;
  await call('CreatePolicy', { PolicyName: 'spare', Path: PATH, PolicyDocument: DOCUMENT });
  await call('CreateGroup', { GroupName: 'old', Path: `${PATH}deeper/` });
  await call('AttachGroupPolicy', { GroupName: 'old', PolicyArn: FULL });
  await call('PutGroupPolicy', { GroupName: 'old', PolicyName: 'extra', PolicyDocument: DOCUMENT });
  await call('CreateGroup', { GroupName: 'everybody' });
  await call('CreateGroup', { GroupName: 'not-in-team' });
  const Tags = [{ Key: 'mturk-team:lab', Value: 'perception-lab' }];
  await call('CreateUser', { UserName: 'ghost', PermissionsBoundary: SPARE, Tags });
  await call('AttachUserPolicy', { UserName: 'ghost', PolicyArn: SPARE });
  await call('PutUserPolicy', { UserName: 'ghost', PolicyName: 'extra', PolicyDocument: DOCUMENT });
  await call('AddUserToGroup', { UserName: 'ghost', GroupName: 'old' });
  await call('AddUserToGroup', { UserName: 'ghost', GroupName: 'everybody' });
  await call('CreateUser', { UserName: 'reader', Path: '/mturk/perception/' });
});
afterEach(() => account.close());

const inline = [{ name: 'extra', document: JSON.parse(DOCUMENT) }];
const nothingKnown = { path: PATH, knows: () => false, groups: new Set<string>() };

test('resources under the path, or with a policy from there, are returned with their access', async () => {
  const { resources, groups, policies } = findUnmanaged(await account.take({ scope: 'access' }), nothingKnown);
  expect(resources).toEqual([
    {
      kind: 'group',
      name: 'old',
      path: `${PATH}deeper/`,
      arn: `arn:aws:iam::${ACCOUNT}:group${PATH}deeper/old`,
      details: { members: ['ghost'], attached: [FULL], inline },
    },
    {
      kind: 'user',
      name: 'ghost',
      path: '/',
      arn: `arn:aws:iam::${ACCOUNT}:user/ghost`,
      details: {
        groups: ['everybody', 'old'],
        attached: [SPARE],
        inline,
        boundary: SPARE,
        tags: { 'mturk-team:lab': 'perception-lab' },
      },
    },
    {
      kind: 'policy',
      name: 'spare',
      path: PATH,
      arn: SPARE,
      details: { document: JSON.parse(DOCUMENT), attachments: 2 },
    },
  ]);
  expect(groups).toEqual([{ name: 'everybody', path: '/', attached: [], inline: [] }]);
  expect(policies.map(({ arn, document }) => [arn, document === null])).toEqual([
    [FULL, false],
    [SPARE, false],
  ]);
});

test('a managed resource, by its exact name, is not unmanaged', async () => {
  const inventory = await account.take({ scope: 'access' });
  const names = (known: readonly string[]) =>
    findUnmanaged(inventory, {
      ...nothingKnown,
      knows: ({ kind, name }) => known.includes(`${kind} ${name}`),
    }).resources.map(({ kind, name }) => `${kind} ${name}`);
  expect(names(['group old', 'user ghost', 'policy spare'])).toEqual([]);
  expect(names(['group Old', 'user ghost', 'policy spare'])).toEqual(['group old']);
  expect(names(['group ghost', 'user old', 'policy spare'])).toEqual(['group old', 'user ghost']);
});

test('a group of the lab with an unmanaged user is not read again', async () => {
  const found = findUnmanaged(await account.take({ scope: 'access' }), {
    ...nothingKnown,
    groups: new Set(['everybody']),
  });
  expect(found.groups).toEqual([]);
});

test('the boundary is missing, as it was written, or another one', async () => {
  const boundary = async () => boundaryState(await account.take({ scope: 'access' }), TEAM);
  const arn = `arn:aws:iam::${ACCOUNT}:policy/mturk-boundary/perception-lab`;
  expect(await boundary()).toEqual({ state: 'missing', arn });
  const PolicyDocument = JSON.stringify(boundaryPolicy(TEAM));
  await account.call('CreatePolicy', { PolicyName: 'perception-lab', Path: '/mturk-boundary/', PolicyDocument });
  expect(await boundary()).toEqual({ state: 'unchanged', arn });
  await account.call('CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: DOCUMENT });
  // A non-default version limits no user.
  expect(await boundary()).toEqual({ state: 'unchanged', arn });
  await account.call('SetDefaultPolicyVersion', { PolicyArn: arn, VersionId: 'v2' });
  expect(await boundary()).toEqual({ state: 'changed', arn, document: JSON.parse(DOCUMENT) });
});

test('if access may not be read, nothing is found and the parts count as not checked', async () => {
  const reader = iamOf(account.emulator, await keyOf(account.iam, 'reader'));
  const inventory = await account.take({ scope: 'access' }, reader);
  reader.destroy();
  const { resources, groups, policies } = findUnmanaged(inventory, nothingKnown);
  expect({ resources, groups, policies }).toEqual({ resources: [], groups: [], policies: [] });
  expect(boundaryState(inventory, TEAM)).toMatchObject({ state: 'not-checked' });
  expect(inventory.notChecked).toContainEqual(
    expect.objectContaining({
      what: 'users, groups and policies',
      failure: expect.objectContaining({ code: 'credentials-denied' }),
    }),
  );
});

import {
  checkBoundary,
  findExisting,
  type IamLookup,
  type ListedEntity,
  type PlannedCreate,
} from '../../src/aws/iam-names.ts';
import type { IamResource } from '../../src/iam/arn.ts';
import { plannedCreates } from '../../src/terraform/resources.ts';
import { recordedPlan } from '../support/recorded-plan.ts';

const PATH = '/mturk/perception-lab/';
const thing = (kind: IamResource, name: string, path = PATH): ListedEntity => ({
  kind,
  name,
  path,
  arn: `arn:aws:iam::123456789012:${kind}${path}${name}`,
  id: `id of ${name}`,
});

/** An account that holds these things, and writes down what it is asked. */
function accountWith(things: readonly ListedEntity[]): IamLookup & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async list(kind) {
      asked.push(kind);
      return things.filter((each) => each.kind === kind);
    },
  };
}

const creates = plannedCreates(recordedPlan('01-create'));

test('the creates of a recorded plan: users, groups and policies with their keys, and nothing else', () => {
  expect(creates.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    'group full-access',
    'group paymaster',
    'group results-reader',
    'group task-publisher',
    'policy paymaster',
    'policy results-reader',
    'policy task-publisher',
    'user ada',
    'user bo',
    'user cy',
    'user dee',
  ]);
  expect(creates.find(({ key, kind }) => key === 'bo' && kind === 'user')).toEqual({
    kind: 'user',
    address: 'aws_iam_user.member_bo',
    name: 'perception-lab-bo',
    path: PATH,
    key: 'bo',
  });
});

test('a replacement and a change are no creates', () => {
  expect(plannedCreates(recordedPlan('16-lab-renamed'))).toEqual([]);
  expect(plannedCreates(recordedPlan('12-drift'))).toEqual([]);
});

test.each<[string, ListedEntity[], string[], string[]]>([
  ['an empty account', [], [], []],
  ['a user under the path', [thing('user', 'perception-lab-bo')], ['aws_iam_user.member_bo perception-lab-bo'], []],
  [
    'a policy under the path',
    [thing('policy', 'perception-lab-paymaster')],
    ['aws_iam_policy.role_paymaster arn:aws:iam::123456789012:policy/mturk/perception-lab/perception-lab-paymaster'],
    [],
  ],
  ['an unmanaged user under the path', [thing('user', 'perception-lab-zoe')], [], []],
  [
    'the name outside the path',
    [thing('user', 'perception-lab-bo', '/')],
    [],
    ['bo: arn:aws:iam::123456789012:user/perception-lab-bo'],
  ],
  [
    'the name in another case, outside',
    [thing('group', 'Perception-Lab-Paymaster', '/x/')],
    [],
    ['paymaster: arn:aws:iam::123456789012:group/x/Perception-Lab-Paymaster'],
  ],
  [
    'the name in another case, under the path',
    [thing('user', 'perception-lab-BO')],
    [],
    ['bo: arn:aws:iam::123456789012:user/mturk/perception-lab/perception-lab-BO'],
  ],
  ['a group with the name of a user', [thing('group', 'perception-lab-bo', '/')], [], []],
  [
    "another lab's path below ours",
    [thing('user', 'perception-lab-bo', '/mturk/perception-lab/b/')],
    [],
    ['bo: arn:aws:iam::123456789012:user/mturk/perception-lab/b/perception-lab-bo'],
  ],
])('%s', async (_case, things, imports, taken) => {
  const existing = await findExisting(creates, accountWith(things));
  expect(existing.imports.map(({ to, id }) => `${to} ${id}`)).toEqual(imports);
  expect(
    existing.findings.map(({ args }) => ('owner' in args && 'key' in args ? `${args.key}: ${args.owner}` : '')),
  ).toEqual(taken);
});

test('an account is asked only about kinds that are created', async () => {
  const account = accountWith([]);
  await findExisting([], account);
  expect(account.asked).toEqual([]);
  const user: PlannedCreate = {
    kind: 'user',
    address: 'aws_iam_user.member_x',
    name: 'perception-lab-x',
    path: PATH,
    key: 'x',
  };
  await findExisting([user, { ...user, name: 'perception-lab-y' }], account);
  expect(account.asked).toEqual(['user']);
});

test('the boundary is there or a finding', async () => {
  const boundary = thing('policy', 'perception-lab', '/mturk-boundary/');
  expect(await checkBoundary(boundary.arn, accountWith([boundary]))).toEqual([]);
  expect(await checkBoundary(boundary.arn, accountWith([]))).toMatchObject([
    { code: 'boundary-missing', args: { arn: boundary.arn } },
  ]);
});

import {
  checkBoundary,
  findExisting,
  type IamEntityKind,
  type IamLookup,
  type ListedEntity,
  type PlannedCreate,
} from '../../src/aws/iam-names.ts';
import { plannedCreates } from '../../src/terraform/resources.ts';
import { recordedPlan } from '../support/recorded-plan.ts';

const PATH = '/mturk/perception-lab/';
const thing = (kind: IamEntityKind, name: string, path = PATH): ListedEntity => ({
  kind,
  name,
  path,
  arn: `arn:aws:iam::123456789012:${kind}${path}${name}`,
  id: `id of ${name}`,
});

/** An account that holds these things, and writes down what it is asked. */
function accountWith(
  things: readonly ListedEntity[],
  members: Readonly<Record<string, readonly string[]>> = {},
): IamLookup & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async list(kind) {
      asked.push(kind);
      return things.filter((each) => each.kind === kind);
    },
    async membersOf(group) {
      asked.push(`members of ${group}`);
      return members[group] ?? [];
    },
    async policyExists(arn) {
      return things.some((each) => each.arn === arn);
    },
  };
}

const creates = plannedCreates(recordedPlan('01-create'));

test('the creates of a recorded plan: users, groups, policies and memberships with their keys, and nothing else', () => {
  expect(creates.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    'group full-access',
    'group paymaster',
    'group results-reader',
    'group task-publisher',
    'membership full-access',
    'membership paymaster',
    'membership results-reader',
    'membership task-publisher',
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
    lost: null,
  });
});

test('a replacement and a change are no creates', () => {
  expect(plannedCreates(recordedPlan('16-lab-renamed'))).toEqual([]);
  expect(plannedCreates(recordedPlan('12-drift'))).toEqual([]);
});

describe('who is in a group before its members are written', () => {
  const group = thing('group', 'perception-lab-paymaster');
  const inPaymaster = (...users: string[]) => ({ 'perception-lab-paymaster': users });

  test('of a group that is taken over, strangers and members without the role are found', async () => {
    const account = accountWith([group], inPaymaster('perception-lab-bo', 'perception-lab-dee', 'zoe'));
    const { findings } = await findExisting(creates, account);
    expect(findings).toMatchObject([
      {
        code: 'unexpected-group-members',
        args: { group: 'perception-lab-paymaster', role: 'paymaster', users: ['perception-lab-bo', 'zoe'] },
      },
    ]);
    // Groups that do not exist yet have no members.
    expect(account.asked).toContain('members of perception-lab-paymaster');
    expect(account.asked).toHaveLength(4);
  });

  test('those who get the role anyway are no strangers', async () => {
    expect((await findExisting(creates, accountWith([group], inPaymaster('perception-lab-dee')))).findings).toEqual([]);
  });

  test('of a group that the state knows, when only its membership is new', async () => {
    const membership = creates.filter(({ kind, key }) => kind === 'membership' && key === 'paymaster');
    const account = accountWith([group], inPaymaster('zoe'));
    expect((await findExisting(membership, account)).findings).toMatchObject([{ args: { users: ['zoe'] } }]);
    expect(account.asked).toEqual(['members of perception-lab-paymaster']);
  });
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

test('what the state had under another name is found by its unique id: a second one must not be created', async () => {
  const [user, group] = (['user', 'group'] as const).map((kind): PlannedCreate => {
    const name = `perception-lab-${kind}`;
    return { kind, address: `aws_iam_${kind}.x`, name, path: PATH, key: kind, lost: `id of renamed-${kind}` };
  });
  const account = accountWith([thing('user', 'renamed-user', '/'), thing('group', 'renamed-group')]);
  expect((await findExisting([user!, group!], account)).findings).toEqual([
    { code: 'name-changed', args: { kind: 'user', name: 'perception-lab-user', to: 'renamed-user' } },
    { code: 'name-changed', args: { kind: 'group', name: 'perception-lab-group', to: 'renamed-group' } },
  ]);
  expect(await findExisting([user!, group!], accountWith([]))).toEqual({ imports: [], findings: [] });
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
    lost: null,
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

import { deniedCalls, roleProblems } from '../../conformance/role-calls.ts';

const UNANSWERED = { sent: 0, answered: Number.POSITIVE_INFINITY, status: null };

function iam(action: string, parameters: Readonly<Record<string, string>> = {}) {
  return { ...UNANSWERED, action, parameters: new URLSearchParams(parameters), method: 'POST', path: '/' };
}

function s3(method: string, path: string) {
  return { ...UNANSWERED, action: '(other)', parameters: new URLSearchParams(), method, path };
}

const LAB = { lab: 'perception-lab', account: '123456789012', state: { bucket: 'states', key: 'lab' } };
const BO = { UserName: 'perception-lab-bo' };
const CREATED = {
  ...BO,
  Path: '/mturk/perception-lab/',
  PermissionsBoundary: 'arn:aws:iam::123456789012:policy/mturk-boundary/perception-lab',
};
const POLICY = 'arn:aws:iam::123456789012:policy/mturk/perception-lab/perception-lab-paymaster';

test("calls that a role's policy allows are no problem", () => {
  const reads = [iam('GetUser', BO), iam('ListUsers'), iam('GetCallerIdentity')];
  expect(roleProblems('plan', [iam('GetUser', BO), iam('GetCallerIdentity')])).toEqual([]);
  expect(deniedCalls('plan', [...reads, s3('GET', '/states/lab/team.tfstate?x-id=GetObject')], LAB)).toEqual([]);
  const writes = [
    ...[iam('CreateUser', CREATED), iam('PutUserPolicy', BO)],
    ...[iam('AddUserToGroup', { ...BO, GroupName: 'perception-lab-paymaster' })],
    ...[iam('AttachGroupPolicy', { GroupName: 'perception-lab-paymaster', PolicyArn: POLICY })],
    ...[iam('CreatePolicyVersion', { PolicyArn: POLICY }), s3('DELETE', '/states/lab/team.tfstate.tflock')],
    ...[s3('GET', '/states/?list-type=2&prefix=env%3A%2F')],
  ];
  expect(deniedCalls('apply', writes, LAB)).toEqual([]);
});

test.each([
  ['an action of another role', 'plan', iam('CreateGroup', { GroupName: 'perception-lab-x' }), 'iam:CreateGroup'],
  ['an entity outside the path', 'apply', iam('DeleteGroup', { GroupName: 'admins' }), 'group/admins'],
  ['another path', 'apply', iam('CreateGroup', { GroupName: 'perception-lab-x', Path: '/' }), 'group/perception-lab-x'],
  [
    'a user without the boundary',
    'apply',
    iam('CreateUser', { ...BO, Path: '/mturk/perception-lab/' }),
    'iam:CreateUser',
  ],
  [
    'a policy of AWS',
    'apply',
    iam('AttachGroupPolicy', {
      GroupName: 'perception-lab-x',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    }),
    'iam:AttachGroupPolicy',
  ],
  ['an object of bootstrap', 'apply', s3('PUT', '/states/lab/bootstrap.json'), 's3:PutObject'],
  ['a setting of the bucket', 'apply', s3('GET', '/states?versioning'), 's3:GET ?versioning'],
] as const)('%s is named', (_what, role, call, named) => {
  expect(deniedCalls(role, [call], LAB)).toEqual([expect.stringContaining(named)]);
});

test('an action that calls.json lacks is named, even if a role may', () => {
  const call = iam('GetAccountSummary');
  expect(deniedCalls('plan', [call], LAB)).toEqual([]);
  expect(roleProblems('plan', [call, call])).toEqual(['plan calls GetAccountSummary, which calls.json lacks']);
});

import type { Difference } from '../../../src/access/model-difference.ts';
import { type Block, block } from '../../../src/diagnostics/block.ts';
import type { DriftFinding } from '../../../src/drift/finding.ts';
import { blocksBesidesKept, otherChanges } from '../../../src/drift/remediation/reconcile-plan.ts';
import type { DriftWhat } from '../../../src/drift/rules/what.ts';
import { classifyPlan } from '../../../src/review/changes/classify-plan.ts';
import { readPlan } from '../../../src/terraform/plan/plan-read.ts';
import { findingOf } from '../../support/sample-looks.ts';

const LAB = 'perception-lab';
const PATH = `/mturk/${LAB}/`;
const iam = (key: string) => `${LAB}-${key}`;
type Values = Record<string, unknown>;
type Change = readonly [address: string, actions: string, before: Values | null, after: Values | null, more?: object];

function planOf(changes: readonly Change[], outputs: object = {}) {
  const plan = readPlan({
    format_version: '1.2',
    resource_changes: changes.map(([address, actions, before, after, more]) => ({
      address,
      type: address.split('.')[0],
      name: address.split('.')[1],
      ...more,
      change: { actions: actions.split(','), before, after, ...more },
    })),
    output_changes: outputs,
  });
  if (!plan.ok) throw new Error(JSON.stringify(plan.failure));
  return { plan: plan.value, report: classifyPlan(plan.value, '123456789012') };
}

function finding(what: Difference | Extract<DriftWhat, { kind: 'attributes' }>): DriftFinding {
  const whole: DriftWhat = what.kind === 'attributes' ? what : { kind: 'difference', difference: what };
  return findingOf(whole, { cause: 'manual', remediation: 'auto' });
}

const userValues = (key: string, more: Values = {}): Values => ({
  name: iam(key),
  path: PATH,
  permissions_boundary: 'b',
  tags: {},
  force_destroy: true,
  ...more,
});
const bo: Change = ['aws_iam_user.member_bo', 'no-op', userValues('bo'), userValues('bo')];
const group: Change = [
  'aws_iam_group.role_paymaster',
  'no-op',
  { name: iam('paymaster'), path: PATH },
  { name: iam('paymaster'), path: PATH },
];
const membership = (before: readonly string[], after: readonly string[], actions = 'update'): Change => [
  'aws_iam_group_membership.role_paymaster',
  actions,
  { name: iam('paymaster'), group: iam('paymaster'), users: before },
  { name: iam('paymaster'), group: iam('paymaster'), users: after },
];
const takesBoOut = membership([iam('bo'), iam('fay')], [iam('fay')]);
const boAdded = finding({ kind: 'membership-added', group: iam('paymaster'), user: iam('bo'), unmanaged: false });
const limits = {
  user: iam('bo'),
  name: 'limits',
  policy: '{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}',
};
const limitsGone = finding({
  kind: 'inline-policy-removed',
  holder: { kind: 'user', name: iam('bo') },
  policy: 'limits',
  document: null,
});
const boGone = finding({ kind: 'user-deleted', user: iam('bo') });
const forced: Change = [
  'aws_iam_user.member_bo',
  'update',
  userValues('bo', { force_destroy: false }),
  userValues('bo'),
];

test.each<[string, readonly Change[], readonly DriftFinding[]]>([
  ['a membership is taken back', [bo, group, takesBoOut], [boAdded]],
  [
    'a guard that was deleted is made again',
    [bo, ['aws_iam_user_policy.member_bo_limits', 'create', null, limits]],
    [limitsGone],
  ],
  [
    'attributes that nobody’s access depends on',
    [forced],
    [finding({ kind: 'attributes', address: 'aws_iam_user.member_bo', attributes: ['force_destroy'] })],
  ],
  [
    'whoever comes back comes with all that is hers',
    [
      ['aws_iam_user.member_bo', 'create', null, userValues('bo')],
      ['aws_iam_user_policy.member_bo_limits', 'create', null, limits],
      ['aws_iam_user_policies_exclusive.member_bo', 'create', null, { user_name: iam('bo'), policy_names: ['limits'] }],
      group,
      membership([iam('fay')], [iam('bo'), iam('fay')]),
    ],
    [boGone],
  ],
])('a plan that does what was decided: %s', (_what, changes, findings) => {
  expect(otherChanges(planOf(changes), findings, LAB)).toBeNull();
});

test.each<[string, ReturnType<typeof planOf>, readonly DriftFinding[], object]>([
  [
    'somebody else is taken out, too',
    planOf([bo, group, membership([iam('bo'), iam('fay')], [])]),
    [boAdded],
    { besides: [{ kind: 'membership-removed', user: iam('fay') }], addresses: [], missing: [] },
  ],
  [
    'somebody is put in again',
    planOf([bo, group, membership([iam('bo')], [iam('fay')])]),
    [boAdded],
    { besides: [{ kind: 'membership-added', user: iam('fay') }] },
  ],
  ['nothing is done', planOf([bo, group]), [boAdded], { besides: [], addresses: [], missing: [boAdded] }],
  [
    'a user is created',
    planOf([['aws_iam_user.member_eve', 'create', null, userValues('eve')], bo, group, takesBoOut]),
    [boAdded],
    { besides: [{ kind: 'user-added', user: iam('eve') }], addresses: ['aws_iam_user.member_eve'] },
  ],
  [
    'a user is deleted',
    planOf([['aws_iam_user.member_eve', 'delete', userValues('eve'), null], bo, group, takesBoOut]),
    [boAdded],
    { addresses: ['aws_iam_user.member_eve'] },
  ],
  [
    'a user is made anew',
    planOf([['aws_iam_user.member_bo', 'delete,create', userValues('bo'), userValues('bo')], group, takesBoOut]),
    [boAdded],
    { addresses: ['aws_iam_user.member_bo'] },
  ],
  [
    'a guard is deleted that nobody’s access depends on',
    planOf([
      ['aws_iam_user_policies_exclusive.member_bo', 'delete', { user_name: iam('bo'), policy_names: [] }, null],
      group,
      takesBoOut,
      bo,
    ]),
    [boAdded],
    { addresses: ['aws_iam_user_policies_exclusive.member_bo'] },
  ],
  [
    'an attribute is changed that nobody found',
    planOf([forced, group, takesBoOut]),
    [boAdded],
    { besides: [], addresses: ['aws_iam_user.member_bo'] },
  ],
  [
    'something is taken over',
    planOf([[bo[0], 'no-op', bo[2], bo[3], { importing: { id: iam('bo') } }], group, takesBoOut]),
    [boAdded],
    { addresses: ['aws_iam_user.member_bo'] },
  ],
  [
    'an output is new',
    planOf([bo, group, takesBoOut], { secret: { actions: ['create'], after: 'x' } }),
    [boAdded],
    { addresses: ['output.secret'] },
  ],
  [
    'a resource is forgotten',
    planOf([['aws_iam_user.member_eve', 'forget', userValues('eve'), null], bo, group, takesBoOut]),
    [boAdded],
    { addresses: ['aws_iam_user.member_eve'] },
  ],
  [
    'somebody comes back whom nobody asked for',
    planOf([
      ['aws_iam_user.member_bo', 'create', null, userValues('bo')],
      ['aws_iam_user.member_eve', 'create', null, userValues('eve')],
    ]),
    [boGone],
    { besides: [{ kind: 'user-added', user: iam('eve') }], addresses: ['aws_iam_user.member_eve'] },
  ],
])('a plan that does something else: %s', (_what, plan, findings, other) => {
  expect(otherChanges(plan, findings, LAB)).toMatchObject(other);
});

test('a block stands against what a plan does, and not against what is kept', () => {
  const unbounded = (key: string) => block('user-without-boundary', { user: iam(key), boundary: 'x', wanted: 'b' });
  const outside = (what: string) => block('outside-managed-path', { address: 'a', what, managed: PATH });
  const others: Block[] = [unbounded('fay'), outside('policy arn:other'), outside('group Admins'), outside('arn:x')];
  const kept: Difference[] = [
    { kind: 'boundary-changed', user: iam('bo'), from: 'b', to: 'x' },
    { kind: 'policy-attached', holder: { kind: 'group', name: iam('paymaster') }, arn: 'arn:x' },
  ];
  expect(blocksBesidesKept([unbounded('bo'), outside('policy arn:x'), ...others], kept)).toEqual(others);
  expect(blocksBesidesKept(others, [])).toEqual(others);
});

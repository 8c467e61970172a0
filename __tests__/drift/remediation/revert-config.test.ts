import type { AccessModel } from '../../../src/access/model.ts';
import { type Difference, differences } from '../../../src/access/model-difference.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import {
  deletionDeviations,
  deviationsOf,
  type Revert,
  revertConfiguration,
  revertedModel,
  revertOf,
} from '../../../src/drift/remediation/revert-config.ts';
import { rolePolicyArn } from '../../../src/team/names.ts';
import { readPlan } from '../../../src/terraform/plan.ts';
import {
  all,
  attach,
  type Change,
  changeGroup,
  changeUser,
  edit,
  FULL,
  name,
  putInto,
  says,
  statement,
  TODAY,
  takeOut,
  withoutUser,
  write,
} from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const LAB = sampleTeam.lab;
const APPLIED = desiredAccess(sampleTeam, TODAY);
const OWN = rolePolicyArn(sampleTeam, 'paymaster');
const SYNTHESIZED = JSON.stringify({
  terraform: { backend: { local: { path: 'terraform.tfstate' } } },
  provider: { aws: [{ region: 'us-east-1' }] },
  locals: { any: [] },
  resource: { aws_iam_user: {} },
});

/** What reverting the differences of those kinds does to an account that was changed. */
function revert(change: Change, kinds: readonly Difference['kind'][], deletions: readonly string[] = []): Revert {
  const account = change(APPLIED);
  const reverts = differences(APPLIED, account).filter(({ kind }) => kinds.includes(kind));
  return revertOf(LAB, account, revertedModel(account, APPLIED, reverts, deletions), reverts, deletions);
}

const left = (account: AccessModel) => differences(APPLIED, account).map(({ kind }) => kind);
const written = ({ resources }: Revert) => resources.map(({ address, after }) => [address, after]);
const resourceIn = (given: Revert) => JSON.parse(revertConfiguration(SYNTHESIZED, given)).resource;

const attack = all(
  putInto('bo', name('paymaster')),
  takeOut('fay', name('paymaster')),
  changeGroup('paymaster', () => ({ attached: [] })),
);

test('an addition to a list is reverted, a removal from the same list and a detached policy stay', () => {
  const given = revert(attack, ['membership-added']);
  expect(written(given)).toEqual([
    ['aws_iam_group_membership.role_paymaster', { name: name('paymaster'), group: name('paymaster'), users: [] }],
  ]);
  expect(left(given.target)).toEqual(['membership-removed', 'policy-detached']);
  const resource = resourceIn(given);
  expect(Object.keys(resource).sort()).toEqual(['aws_iam_group', 'aws_iam_group_membership']);
  expect(resource.aws_iam_group.role_paymaster.lifecycle).toEqual({ ignore_changes: 'all' });
});

test('backend and provider are those of the team, and nothing else of the configuration is there', () => {
  const { locals, ...rest } = JSON.parse(revertConfiguration(SYNTHESIZED, revert(attack, ['membership-added'])));
  expect(locals).toBeUndefined();
  const { terraform, provider } = JSON.parse(SYNTHESIZED);
  expect(rest).toEqual({ terraform, provider, resource: expect.anything() });
});

test('all of it goes back to what was applied', () => {
  const given = revert(attack, ['membership-added', 'membership-removed', 'policy-detached']);
  expect(written(given).map(([address]) => address)).toEqual([
    'aws_iam_group_membership.role_paymaster',
    'aws_iam_group_policy_attachments_exclusive.role_paymaster',
  ]);
  expect(left(given.target)).toEqual([]);
  expect(resourceIn(given).aws_iam_group_membership.role_paymaster).toMatchObject({
    users: [name('fay')],
    depends_on: expect.arrayContaining(['aws_iam_group_policy_attachments_exclusive.role_paymaster']),
  });
});

const DENY = says(statement('Deny', '*'));
const ROWS: readonly (readonly [string, Change, readonly Difference['kind'][], readonly string[]])[] = [
  [
    'a policy attached to a user',
    attach('bo', FULL),
    ['policy-attached'],
    ['aws_iam_user_policy_attachments_exclusive.member_bo'],
  ],
  [
    'an inline policy of a user',
    write('bo', 'x', DENY),
    ['inline-policy-added'],
    ['aws_iam_user_policies_exclusive.member_bo'],
  ],
  [
    'an inline policy of a group',
    changeGroup('paymaster', () => ({ inline: [{ name: 'x', document: DENY }] })),
    ['inline-policy-added'],
    ['aws_iam_group_policies_exclusive.role_paymaster'],
  ],
  [
    'limits that were deleted',
    changeUser('bo', () => ({ inline: [] })),
    ['inline-policy-removed'],
    ['aws_iam_user_policy.member_bo_limits'],
  ],
  [
    'limits that were edited',
    write('bo', 'limits', DENY),
    ['inline-policy-changed'],
    ['aws_iam_user_policy.member_bo_limits'],
  ],
  ['the policy of a role', edit(OWN, DENY), ['policy-changed'], ['aws_iam_policy.role_paymaster']],
  ['a boundary', changeUser('bo', () => ({ boundary: null })), ['boundary-changed'], ['aws_iam_user.member_bo']],
  [
    'a tag',
    changeUser('bo', ({ tags }) => ({ tags: { ...tags, x: 'y' } })),
    ['tag-changed'],
    ['aws_iam_user.member_bo'],
  ],
  [
    'a deleted user comes back with groups and limits',
    withoutUser('bo'),
    ['user-deleted'],
    [
      'aws_iam_group_membership.role_results-reader',
      'aws_iam_group_membership.role_task-publisher',
      'aws_iam_user.member_bo',
      'aws_iam_user_policies_exclusive.member_bo',
      'aws_iam_user_policy.member_bo_limits',
      'aws_iam_user_policy_attachments_exclusive.member_bo',
    ],
  ],
  [
    'a deleted policy comes back and is attached',
    all(
      changeGroup('paymaster', () => ({ attached: [] })),
      (account) => ({ ...account, policies: account.policies.filter(({ arn }) => arn !== OWN) }),
    ),
    ['policy-deleted'],
    ['aws_iam_group_policy_attachments_exclusive.role_paymaster', 'aws_iam_policy.role_paymaster'],
  ],
  [
    'a deleted group comes back with its policy and members',
    all(takeOut('fay', name('paymaster')), (account) => ({
      ...account,
      groups: account.groups.filter((group) => group.name !== name('paymaster')),
    })),
    ['group-deleted'],
    [
      'aws_iam_group.role_paymaster',
      'aws_iam_group_membership.role_paymaster',
      'aws_iam_group_policies_exclusive.role_paymaster',
      'aws_iam_group_policy_attachments_exclusive.role_paymaster',
    ],
  ],
];

test.each(ROWS)('%s is as it was applied', (_what, change, kinds, addresses) => {
  const given = revert(change, kinds);
  expect(given.resources.map(({ address }) => address)).toEqual(addresses);
  expect(left(given.target)).toEqual([]);
});

test('what depends on something in the account keeps it in the state, so that a later deletion has an order', () => {
  const joined = revert(putInto('ada', name('results-reader')), ['membership-added']);
  expect(resourceIn(joined).aws_iam_group_membership['role_results-reader'].depends_on).toEqual([
    'aws_iam_group.role_results-reader',
    'aws_iam_group_policy_attachment.role_results-reader_own',
    'aws_iam_user_policy.member_bo_limits',
    'aws_iam_user_policy.member_cy_limits',
  ]);
  const limits = revert(
    changeUser('bo', () => ({ inline: [] })),
    ['inline-policy-removed'],
  );
  expect(resourceIn(limits).aws_iam_user_policy.member_bo_limits).toMatchObject({
    depends_on: ['aws_iam_user.member_bo'],
    lifecycle: { create_before_destroy: true },
  });
});

test('a user who is to be deleted loses the groups first', () => {
  const given = revert((account) => account, [], [name('bo')]);
  expect(given.resources.map(({ address }) => address)).toEqual([
    'aws_iam_group_membership.role_results-reader',
    'aws_iam_group_membership.role_task-publisher',
  ]);
});

test('no text of the account becomes an expression', () => {
  const hostile = `arn:aws:iam::${sampleTeam.account}:policy/\${file("x")}/%{if true}/p`;
  const document = says(statement('Deny', '*', { Resource: 'arn:aws:s3:::$${aws:username}/%{x}' }));
  const attached = revert(all(attach('bo', hostile, FULL)), []);
  const kept = revertOf(
    LAB,
    attached.account,
    revertedModel(
      attached.account,
      APPLIED,
      [{ kind: 'policy-attached', holder: { kind: 'user', name: name('bo') }, arn: FULL }],
      [],
    ),
    [{ kind: 'policy-attached', holder: { kind: 'user', name: name('bo') }, arn: FULL }],
    [],
  );
  const list = resourceIn(kept).aws_iam_user_policy_attachments_exclusive.member_bo.policy_arns;
  expect(list).toEqual([hostile.split('${').join('$${').split('%{').join('%%{')]);
  const edited = revert(write('bo', 'limits', DENY), []);
  const back = revertOf(
    LAB,
    edited.account,
    write('bo', 'limits', document)(APPLIED),
    [
      {
        kind: 'inline-policy-changed',
        holder: { kind: 'user', name: name('bo') },
        policy: 'limits',
        from: document,
        to: DENY,
      },
    ],
    [],
  );
  const { policy } = resourceIn(back).aws_iam_user_policy.member_bo_limits;
  expect(policy).not.toMatch(/[$%]\{/);
  expect(JSON.parse(policy)).toEqual(document);
});

describe('a plan', () => {
  const given = revert(putInto('ada', name('paymaster')), ['membership-added']);
  const [wanted] = given.resources;
  const change = (more: object, address = wanted?.address ?? '') => ({
    address,
    type: address.split('.')[0],
    name: address.split('.')[1],
    change: {
      actions: ['update'],
      before: { ...wanted?.before, id: 'x' },
      after: { ...wanted?.after, id: 'x' },
      ...more,
    },
  });
  const planOf = (...changes: object[]) => {
    const plan = readPlan({ format_version: '1.2', resource_changes: changes });
    if (!plan.ok) throw new Error('unreadable');
    return plan.value;
  };
  const ADDRESS = 'aws_iam_group_membership.role_paymaster';
  test.each<[string, object[], readonly string[]]>([
    ['the inverse', [change({})], []],
    ['the inverse, and what stays', [change({}), change({ actions: ['no-op'] }, 'aws_iam_group.role_paymaster')], []],
    ['nothing', [], [ADDRESS]],
    ['something besides', [change({}), change({}, 'aws_iam_user.member_bo')], ['aws_iam_user.member_bo']],
    ['another value', [change({ after: { ...wanted?.after, users: [] } })], [ADDRESS]],
    ['the inverse of something else', [change({ before: { ...wanted?.before, users: [] } })], [ADDRESS]],
    ['a replacement', [change({ actions: ['delete', 'create'] })], [ADDRESS]],
    [
      'a membership that the state does not have: a creation only adds users',
      [change({ actions: ['create'], before: null })],
      [ADDRESS],
    ],
    ['an import', [change({ importing: { id: 'x' } })], [ADDRESS]],
  ])('with %s', (_what, changes, expected) => {
    expect(deviationsOf(planOf(...changes), given.resources)).toEqual(expected);
  });

  test('that deletes must delete these users alone', () => {
    const gone = (address: string, actions = ['delete']) => change({ actions, after: null }, address);
    expect(deletionDeviations(planOf(gone('aws_iam_user.member_bo')), ['aws_iam_user.member_bo'])).toEqual([]);
    expect(deletionDeviations(planOf(gone('aws_iam_user.member_cy')), ['aws_iam_user.member_bo'])).toEqual([
      'aws_iam_user.member_cy',
    ]);
    expect(deletionDeviations(planOf(gone('aws_iam_user.member_bo', ['update'])), ['aws_iam_user.member_bo'])).toEqual([
      'aws_iam_user.member_bo',
    ]);
  });
});

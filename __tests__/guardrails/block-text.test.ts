import type { BlockArgs } from '../../src/diagnostics/block.ts';
import { BLOCK_TEXT, type BlockWords } from '../../src/guardrails/block-text.ts';
import { expectGolden } from '../support/golden.ts';

const BOUNDARY = 'arn:aws:iam::123456789012:policy/mturk-boundary/perception-lab';
const SAMPLES: { readonly [Code in keyof BlockArgs]: readonly BlockArgs[Code][] } = {
  'too-many-removals': [
    { count: 4, limit: 3, members: ['bo', 'cy', 'dee', 'eve'] },
    { count: 1, limit: 0, members: ['bo'] },
  ],
  'member-not-departed': [{ member: 'eve', user: 'perception-lab-eve', today: '2026-11-25' }],
  'member-replaced': [
    { member: 'bo', user: 'perception-lab-bo', because: ['name'] },
    { member: 'bo', user: 'perception-lab-bo', because: [] },
  ],
  'limits-replaced': [{ member: 'bo', user: 'perception-lab-bo', address: 'aws_iam_user_policy.member_bo_limits' }],
  'lab-changed': [{ from: 'perception-lab', to: 'vision-lab' }],
  'user-without-boundary': [
    { user: 'perception-lab-bo', boundary: null, wanted: BOUNDARY },
    { user: 'perception-lab-bo', boundary: 'arn:aws:iam::aws:policy/AdministratorAccess', wanted: BOUNDARY },
  ],
  'outside-managed-path': [
    { address: 'aws_iam_group_membership.role_reader', what: 'group Admins', managed: '/mturk/perception-lab/' },
  ],
  'unmanaged-resource-type': [{ address: 'aws_iam_access_key.bo', type: 'aws_iam_access_key' }],
  'unknown-action': [{ address: 'aws_iam_user.member_bo', actions: ['hibernate'] }],
  'removed-from-state': [{ address: 'aws_iam_user.member_bo' }],
  'plan-incomplete': [{ because: 'errored' }, { because: 'deferred' }, { because: 'actions' }, { because: 'partial' }],
  'sensitive-value': [{ address: 'aws_iam_user.member_bo' }],
  'unknown-value': [{ address: 'aws_iam_group_membership.role_reader', attributes: ['group', 'users'] }],
  'name-taken': [
    {
      kind: 'user',
      name: 'perception-lab-bo',
      owner: 'arn:aws:iam::123456789012:user/old/Perception-Lab-BO',
      key: 'bo',
    },
  ],
  'unexpected-group-members': [
    { group: 'perception-lab-paymaster', role: 'paymaster', users: ['zoe'] },
    { group: 'perception-lab-paymaster', role: 'paymaster', users: ['perception-lab-bo', 'zoe'] },
  ],
  'no-owner-left': [{ owners: ['ada'] }, { owners: ['ada', 'bo'] }],
  'trust-changed': [
    { address: 'aws_iam_policy.boundary', what: 'boundary' },
    { address: 'aws_iam_role.apply', what: 'role' },
    { address: 'aws_iam_openid_connect_provider.github', what: 'provider' },
    { address: 'aws_iam_account_alias.lab', what: 'account' },
  ],
  'boundary-missing': [{ arn: BOUNDARY }],
};

test('every reason not to apply in words', () => {
  const texts = Object.entries(SAMPLES).flatMap(([code, list]) =>
    list.map((args) => {
      const words = BLOCK_TEXT[code as keyof BlockArgs] as (args: unknown) => BlockWords;
      const { problem, remedy } = words(args);
      return `${code}\n${problem}\n${remedy}\n`;
    }),
  );
  expectGolden('blocks.txt', texts.join('\n'));
});

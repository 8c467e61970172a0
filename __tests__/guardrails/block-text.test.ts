import type { BlockArgs, GuardrailBlock } from '../../src/diagnostics/block.ts';
import { blockProblem, GUARDRAILS } from '../../src/guardrails/guardrails.ts';
import { printProblem } from '../../src/text/problem.ts';
import { tickedText } from '../../src/text/text.ts';
import { expectGolden } from '../support/golden.ts';

const BOUNDARY = 'arn:aws:iam::123456789012:policy/mturk-boundary/perception-lab';
const SAMPLES: { readonly [Code in keyof BlockArgs]: readonly BlockArgs[Code][] } = {
  'too-many-removals': [
    { count: 4, limit: 3, members: ['bo', 'cy', 'dee', 'eve'] },
    { count: 1, limit: 0, members: ['bo'] },
  ],
  'member-not-departed': [
    { member: 'eve', user: 'perception-lab-eve', today: '2026-11-25', renamed: null },
    { member: 'zoe', user: 'perception-lab-zoe', today: '2026-11-25', renamed: 'zoey' },
  ],
  'member-replaced': [
    { member: 'bo', user: 'perception-lab-bo', because: ['name'] },
    { member: 'bo', user: 'perception-lab-bo', because: [] },
  ],
  'limits-replaced': [{ member: 'bo', user: 'perception-lab-bo', address: 'aws_iam_user_policy.member_bo_limits' }],
  'account-changed': [{ from: '123456789012', to: '999999999999' }],
  'state-location-changed': [
    { from: 's3://lab-state (us-east-1)', to: 's3://other (us-east-1)' },
    { from: null, to: 's3://lab-state (us-east-1)' },
  ],
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
  'adoption-takes-away': [{ address: 'aws_iam_user.member_bo', actions: ['delete', 'create'] }],
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
  'no-owner-left': [{ owners: ['ada'] }, { owners: ['ada', 'bo'] }],
  'trust-changed': [
    { address: 'aws_iam_policy.boundary', what: 'boundary' },
    { address: 'aws_iam_role.apply', what: 'role' },
    { address: 'aws_iam_openid_connect_provider.github', what: 'provider' },
    { address: 'aws_iam_account_alias.lab', what: 'account' },
  ],
  'boundary-missing': [{ arn: BOUNDARY }],
};

test('every block in the one error form', () => {
  const blocks = Object.entries(SAMPLES).flatMap(([code, list]) =>
    list.map((args) => ({ code, args }) as GuardrailBlock),
  );
  expect(Object.keys(SAMPLES).sort()).toEqual(Object.keys(GUARDRAILS).sort());
  for (const block of blocks) expect(tickedText(blockProblem(block).summary).length).toBeLessThan(90);
  const texts = blocks.map((block) => printProblem(blockProblem(block), { code: block.code }).join('\n'));
  expectGolden('blocks.txt', `${texts.join('\n\n')}\n`);
});

import { boundaryPolicy } from '../../../src/team/documents.ts';
import { DEFAULT_SETTINGS } from '../../../src/team/team.ts';
import { sampleTeam } from '../../support/sample-team.ts';
import { addressesOf, resourceAt, synthesized } from '../../support/synthesized.ts';

test('the boundary stands outside the path that the lab may write', async () => {
  const { bootstrap } = await synthesized(sampleTeam);
  expect(addressesOf(bootstrap)).toEqual(['aws_iam_policy.boundary']);
  const { '//': _metadata, policy, ...rest } = resourceAt(bootstrap, 'aws_iam_policy.boundary');
  expect(rest).toEqual({ name: 'perception-lab', path: '/mturk-boundary/' });
  expect(String(policy)).toContain('user/mturk/perception-lab/$${aws:username}"');
  expect(JSON.parse(String(policy).replace('$${', () => '${'))).toEqual(boundaryPolicy(sampleTeam));
});

test('it has a state of its own and refuses every other account', async () => {
  const state = { bucket: 'lab-state', region: 'eu-central-1' };
  const { bootstrap } = await synthesized({ ...sampleTeam, settings: { ...DEFAULT_SETTINGS, maxRemovals: 3, state } });
  expect(bootstrap.terraform.backend.s3?.key).toBe('mturk-team/bootstrap.tfstate');
  expect(bootstrap.provider.aws).toEqual([{ allowed_account_ids: ['123456789012'], region: 'us-east-1' }]);
});

import { parseBucketPolicy, parseTrustPolicy, policyAbout } from '../../src/iam/resource-policy.ts';

const ADA = 'arn:aws:iam::123456789012:user/ada';
const ROOT = 'arn:aws:iam::123456789012:root';
const PROVIDER = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
const assume = { Effect: 'Allow', Action: 'sts:AssumeRole' };

test.each<[who: string, principal: unknown, isAbout: boolean]>([
  ['everyone', '*', true],
  ['every account', { AWS: '*' }, true],
  ['the user', { AWS: ADA }, true],
  ['a list of the user alone', { AWS: [ADA] }, true],
  ['one of the ARNs among others', { AWS: ['arn:aws:iam::123456789012:user/bo', ROOT] }, true],
  ['someone else', { AWS: 'arn:aws:iam::123456789012:user/bo' }, false],
  ['a provider', { Federated: PROVIDER }, false],
  ['a service', { Service: 'ec2.amazonaws.com' }, false],
])('a trust policy about %s', (_who, Principal, isAbout) => {
  const policy = parseTrustPolicy(JSON.stringify({ Version: '2012-10-17', Statement: { ...assume, Principal } }));
  const { Version, Statement } = policyAbout(policy!, [ADA, ROOT]);
  expect(Version).toBe('2012-10-17');
  expect(Statement).toEqual(isAbout ? [{ ...assume, Resource: '*' }] : []);
});

test('a policy without a version has none as an identity policy', () => {
  const policy = parseTrustPolicy(JSON.stringify({ Statement: [{ ...assume, Principal: '*' }] }));
  expect(policyAbout(policy!, [])).toEqual({ Statement: [{ ...assume, Resource: '*' }] });
});

test('a bucket policy has resources, a trust policy none', () => {
  const objects = { ...assume, Principal: '*', Resource: 'arn:aws:s3:::data/*' };
  const text = JSON.stringify({ Statement: objects });
  expect(policyAbout(parseBucketPolicy(text)!, []).Statement).toMatchObject([{ Resource: objects.Resource }]);
  expect(parseTrustPolicy(text)).toBeNull();
  expect(parseBucketPolicy(JSON.stringify({ Statement: { ...assume, Principal: '*' } }))).toBeNull();
  expect(parseBucketPolicy('{')).toBeNull();
  expect(parseTrustPolicy(JSON.stringify({ Statement: [] }))).toBeNull();
});

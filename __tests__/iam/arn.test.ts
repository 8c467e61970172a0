import { iamArn, parseArn } from '../../src/iam/arn.ts';
import { policySize } from '../../src/iam/quotas.ts';

test('the size of a policy leaves white space out', () => {
  expect(policySize('{ "a":\t[1,\n 2] }\r\n')).toBe('{"a":[1,2]}'.length);
});

test('ARNs are written and read', () => {
  const arn = iamArn('123456789012', 'user', '/mturk/lab/', 'lab-bo');
  expect(arn).toBe('arn:aws:iam::123456789012:user/mturk/lab/lab-bo');
  expect(parseArn(arn)).toEqual({
    partition: 'aws',
    service: 'iam',
    region: '',
    account: '123456789012',
    resource: 'user/mturk/lab/lab-bo',
  });
  expect(parseArn('arn:aws:logs:us-east-1:1:log-group:x:*')?.resource).toBe('log-group:x:*');
  expect(parseArn('user/bo')).toBeNull();
  expect(parseArn('nra:aws:iam::1:user/x')).toBeNull();
});

import { policySize } from '../../src/iam/quotas.ts';

test('the size of a policy leaves white space out', () => {
  expect(policySize('{ "a":\t[1,\n 2] }\r\n')).toBe('{"a":[1,2]}'.length);
});

import { iamArn, parseArn } from '../../src/iam/arn.ts';
import { isIamPath, type NamedThing, type NameProblem, nameProblem } from '../../src/iam/name.ts';
import { policySize } from '../../src/iam/quotas.ts';

test.each<[kind: NamedThing, name: string, problem: NameProblem | null]>([
  ['user', 'perception-lab-bo', null],
  ['user', 'A1+=,.@_-', null],
  ['user', '', 'empty'],
  ['user', 'bo chen', 'alphabet'],
  ['user', 'bo/chen', 'alphabet'],
  ['user', 'ánh', 'alphabet'],
  ['user', 'x\n', 'alphabet'],
  ['user', 'x'.repeat(64), null],
  ['user', 'x'.repeat(65), 'too-long'],
  ['group', 'x'.repeat(128), null],
  ['group', 'x'.repeat(129), 'too-long'],
  ['policy', 'x'.repeat(128), null],
  ['policy', 'x'.repeat(129), 'too-long'],
])('%s %j: %s', (kind, name, problem) => {
  expect(nameProblem(kind, name)).toBe(problem);
});

test.each<[path: string, expected: boolean]>([
  ['/', true],
  ['/mturk/perception-lab/', true],
  ['mturk/', false],
  ['/mturk', false],
  ['', false],
  ['/a b/', false],
  ['/a/\n', false],
  [`/${'x'.repeat(510)}/`, true],
  [`/${'x'.repeat(511)}/`, false],
])('path %j: %j', (path, expected) => {
  expect(isIamPath(path)).toBe(expected);
});

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

import { namesUser } from '../../src/offboard/traces.ts';

const USER = {
  name: 'lab-bo',
  arn: 'arn:aws:iam::123456789012:user/mturk/lab/lab-bo',
  id: 'AIDAEXAMPLEBO1234567',
};
const principal = (AWS: unknown) => ({
  Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }],
});
const like = (key: string, value: string) => ({ Statement: [{ Condition: { StringLike: { [key]: value } } }] });
const condition = (key: string, value: string) => ({ Statement: [{ Condition: { StringEquals: { [key]: value } } }] });

test.each<[about: string, json: unknown, is: boolean]>([
  ['the ARN as a principal', principal(USER.arn), true],
  ['the ARN in a list', principal(['arn:aws:iam::123456789012:root', USER.arn]), true],
  ['the ARN in any account', { Resource: 'arn:*:iam::*:user/mturk/lab/lab-bo' }, true],
  ['the unique id, as AWS shows a deleted principal', principal(USER.id), true],
  ['the unique id in a condition', condition('aws:userid', USER.id), true],
  ['the name in a condition', condition('aws:username', 'lab-bo'), true],
  ['the name in another case', { Condition: { StringEqualsIgnoreCase: { 'aws:username': 'LAB-Bo' } } }, true],
  [
    'the unique id in another case',
    { Condition: { StringEqualsIgnoreCase: { 'aws:userid': USER.id.toLowerCase() } } },
    true,
  ],
  ['the unique id in another case before a session', like('aws:userid', `${USER.id.toLowerCase()}:*`), true],
  ['a Deny that excepts the user', { Statement: { Effect: 'Deny', NotPrincipal: { AWS: [USER.arn] } } }, true],
  ['text that is no JSON', `{ "AWS": "${USER.arn}" `, true],
  ['the ARN amid text that is no JSON', `x "${USER.arn}" y`, true],
  ['a user of another account', principal('arn:aws:iam::999999999999:user/mturk/lab/lab-bo'), false],
  ['a longer name', principal(`${USER.arn}-2`), false],
  ['the name under another path', principal('arn:aws:iam::123456789012:user/other/lab-bo'), false],
  ['a longer id', principal(`${USER.id}X`), false],
  ['the name as a part of a text', condition('aws:username', 'lab-bob'), false],
  ['everyone, who is not a user', principal('*'), false],
  ['the path of the lab', { Resource: 'arn:aws:iam::123456789012:user/mturk/lab/*' }, false],
  ['the path of the lab in any account', like('aws:PrincipalArn', 'arn:aws:iam::*:user/mturk/lab/*'), false],
  ['every user', like('aws:PrincipalArn', 'arn:*:iam::*:user/*'), false],
  ['every unique id of a user', like('aws:userid', 'AIDA*'), false],
  ['every user of the lab', { Resource: 'arn:aws:iam::123456789012:user/mturk/lab/lab-*' }, false],
  ['a star', like('aws:username', '*'), false],
  ['the user that asks', { Resource: 'arn:aws:iam::*:user/*/${aws:username}' }, false],
  ['other names', like('aws:username', '*-zoe'), false],
  ['other unique ids', like('aws:userid', 'AIDAEXAMPLEZ*'), false],
  ['the name under any path of another account', like('aws:PrincipalArn', 'arn:aws:iam::9*:user/*/lab-bo'), false],
  ['the name under any path, in any account', like('aws:PrincipalArn', 'arn:aws:iam::*:user/*/lab-bo'), true],
  ['what the name begins with', { Resource: 'arn:aws:iam::123456789012:user/mturk/lab/lab-b*' }, true],
  ['all but a character', principal('arn:aws:iam::123456789012:user/mturk/lab/lab-b?'), true],
  ['what the name ends with', like('aws:username', '*-bo'), true],
  ['what some names have', like('aws:username', '*o*'), true],
  ['what the unique id begins with', like('aws:userid', 'AIDAEXAMPLEB*'), true],
  ['a pattern in text that is no JSON', 'x "arn:aws:iam::*:user/*/lab-bo" y', true],
  ['nothing', null, false],
])('%s', (_about, json, is) => {
  expect(namesUser(json, USER)).toBe(is);
});

test('without the unique id, only ARN and name are searched', () => {
  expect(namesUser(principal(USER.id), { ...USER, id: null })).toBe(false);
  expect(namesUser(principal(USER.arn), { ...USER, id: null })).toBe(true);
});

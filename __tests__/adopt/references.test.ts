import type { AccessModel, AccessUser } from '../../src/access/model.ts';
import { candidatesIn } from '../../src/adopt/candidates.ts';
import { type Reference, type Referring, referencesTo } from '../../src/adopt/references.ts';
import type { Statement } from '../../src/iam/document.ts';
import { ACCOUNT } from '../emulator/clients.ts';

const AT = new Date('2026-11-25T12:00:00Z');
const TEAM = { lab: 'perception-lab', departed: [], owners: [], members: [] };
const READ = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow' as const, Action: 'mechanicalturk:Get*', Resource: '*' }],
};

function user(name: string, more: Partial<AccessUser> = {}): AccessUser {
  const inline = [{ name: 'read', document: READ }, ...(more.inline ?? [])];
  return { ...{ name, path: '/', groups: [], attached: [], boundary: null, tags: {} }, ...more, inline };
}

const says = (statement: Partial<Statement>, Version = '2012-10-17') => ({
  Version,
  Statement: [{ Effect: 'Allow' as const, Action: 's3:*', Resource: '*', ...statement }],
});
const arn = (path: string) => `arn:aws:iam::${ACCOUNT}:user/${path}`;

/** What changes for bo and cy if something has a policy. */
function found(
  given: Partial<Referring> & { readonly users?: readonly AccessUser[]; readonly groups?: AccessModel['groups'] },
) {
  const { users = [user('bo'), user('cy')], groups = [], ...more } = given;
  const access = { account: ACCOUNT, users, groups, policies: more.access?.policies ?? [] };
  const { candidates } = candidatesIn(access, TEAM, { at: AT, without: new Set(), keys: new Map() });
  const references = referencesTo(candidates, TEAM, { roles: [], buckets: [], ...more, access });
  return references.map(({ part, text, stops, users: names }: Reference) => [part, text, stops, names.join()]);
}

const ofBucket = (json: unknown) => found({ buckets: [{ bucket: 'b', json }] });
const ofBo = (document: ReturnType<typeof says>) =>
  found({ users: [user('bo', { inline: [{ name: 'own', document }] }), user('cy')] });

test.each<[name: string, Resource: string, expected: readonly unknown[]]>([
  ['an ARN', arn('bo'), ['resource', arn('bo'), true, 'bo']],
  ['an ARN with a wildcard in its path', arn('b*'), ['resource', arn('b*'), true, 'bo']],
  ['what begins to match', arn('mturk/*'), ['resource', arn('mturk/*'), false, 'bo,cy']],
])('%s of users in a policy of anyone stops or begins to match', (_name, Resource, expected) => {
  expect(ofBo(says({ Resource }))).toEqual([expected]);
  const role = { name: 'r', path: '/', arn: 'r', trust: null, attached: [], boundary: null, tags: {} };
  const inline = [{ name: 'p', document: says({ Resource }) }];
  expect(found({ roles: [{ ...role, inline }] })).toEqual([expected]);
  const { Resource: NotResource, ...rest } = says({ Resource }).Statement[0]!;
  expect(ofBucket({ Statement: { ...rest, NotResource } })).toEqual([expected]);
});

test('what matches before and after, or never, is nothing', () => {
  for (const Resource of ['*', arn('*'), arn('zoe'), 'arn:aws:s3:::bo']) expect(ofBo(says({ Resource }))).toEqual([]);
});

test('a variable is about those whose policy it is, and has another value if it is no ARN of theirs', () => {
  const own = `arn:aws:iam::*:user/${'${aws:username}'}`;
  const home = `arn:aws:s3:::b/${'${aws:username}'}/*`;
  expect(ofBo(says({ Resource: own }))).toEqual([['resource', own, true, 'bo']]);
  expect(ofBo(says({ Resource: home }))).toEqual([['variable', home, false, 'bo']]);
  expect(ofBo(says({ Resource: home }, '2008-10-17'))).toEqual([]);
  expect(ofBucket(says({ Resource: home }))).toEqual([['variable', home, false, 'bo,cy']]);
  const Condition = { StringLike: { 's3:prefix': `home/${'${aws:username}'}/*` } };
  expect(ofBo(says({ Condition }))).toEqual([['variable', 'StringLike s3:prefix', false, 'bo']]);
  const groups = [{ name: 'g', path: '/', attached: [], inline: [{ name: 'p', document: says({ Resource: home }) }] }];
  expect(found({ groups, users: [user('bo', { groups: ['g'] }), user('cy')] })).toEqual([
    ['variable', home, false, 'bo'],
  ]);
});

test('a condition on the name, the ARN or a tag of who calls stops or begins to hold', () => {
  const name = { 'aws:username': 'bo' };
  expect(ofBucket(says({ Condition: { StringEquals: name } }))).toEqual([
    ['condition', 'StringEquals aws:username', true, 'bo'],
  ]);
  expect(ofBucket(says({ Effect: 'Deny', Condition: { StringNotEquals: name } }))).toEqual([
    ['condition', 'StringNotEquals aws:username', false, 'bo'],
  ]);
  const Condition = { ArnLike: { 'aws:PrincipalArn': [arn('bo'), arn('zoe')] } };
  expect(ofBucket(says({ Condition }))).toEqual([['condition', 'ArnLike aws:PrincipalArn', true, 'bo']]);
  const tagged = { users: [user('bo', { tags: { project: 'faces' } }), user('cy')] };
  const tag = says({ Condition: { StringEquals: { 'aws:PrincipalTag/project': 'faces' } } });
  expect(found({ ...tagged, buckets: [{ bucket: 'b', json: tag }] })).toEqual([
    ['condition', 'StringEquals aws:PrincipalTag/project', true, 'bo'],
  ]);
  const role = { name: 'r', path: '/', arn: 'r', attached: [], inline: [], boundary: null, tags: {} };
  const trust = {
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', Condition: { StringEquals: name } }],
  };
  expect(found({ roles: [{ ...role, trust }] })).toEqual([['condition', 'StringEquals aws:username', true, 'bo']]);
});

test('a condition on the tags of a user who is acted on is about all users, not of those alone who have the policy', () => {
  const document = says({ Condition: { StringEquals: { 'iam:ResourceTag/project': 'faces' } } });
  const admin = user('ops', { inline: [{ name: 'p', document }], path: '/mturk/x/' });
  expect(found({ users: [user('bo', { tags: { project: 'faces' } }), user('cy'), admin] })).toEqual([
    ['condition', 'StringEquals iam:ResourceTag/project', true, 'bo'],
  ]);
});

test('policies that are no policies, and principals, which IAM follows, are nothing', () => {
  for (const json of ['', null, 7, [], { Statement: 'x' }, { Statement: [null, { Condition: 3, Resource: {} }] }]) {
    expect(ofBucket(json)).toEqual([]);
  }
  expect(
    ofBucket({ Statement: [{ Principal: { AWS: arn('bo') }, Action: 's3:*', Resource: 'arn:aws:s3:::b' }] }),
  ).toEqual([]);
});

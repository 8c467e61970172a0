import { accessOf } from '../../src/access/access-of.ts';
import { notAdopted, whyNotAdoptable } from '../../src/access/adoptable.ts';
import { type AccessUser, emptyModel } from '../../src/access/model.ts';
import { managedPolicyByArn } from '../../src/catalog/managed-policies.ts';
import type { Statement } from '../../src/iam/document.ts';
import { AT, all, FULL, says, statement, stopArn, withPolicy, withUser } from '../support/changed-account.ts';

const own = (...statements: readonly Statement[]) => ({ inline: [{ name: 'own', document: says(...statements) }] });
const account = (name: string, more: Partial<AccessUser>) =>
  all(
    withPolicy(FULL, managedPolicyByArn(FULL)!),
    withPolicy(stopArn('nothing'), says()),
    withUser({ name, attached: [FULL], ...more }),
  )(emptyModel('123456789012'));
const TAGGED = statement('Allow', 'iam:*', {
  Condition: { StringEquals: { 'aws:PrincipalTag/team': 'admins' } },
});
const deny = own(statement('Deny', '*'));

test.each<[string, ReturnType<typeof whyNotAdoptable>, Partial<AccessUser>]>([
  ['with access', null, {}],
  ['without any', 'no-access', { attached: [] }],
  ['of a lab', 'in-a-lab', { path: '/mturk/vision/' }],
  ['with a policy that is not known', 'unreadable', { attached: [stopArn('gone')] }],
  ['who may create users and attach policies', 'administrator', own(statement('Allow', 'iam:*'))],
  ['who may do so with a tag that they may take', 'administrator', own(statement('Allow', 'iam:TagUser'), TAGGED)],
  ['who may do so with a tag that they may not take', null, own(TAGGED)],
  ['who may create users', null, own(statement('Allow', 'iam:CreateUser'))],
  ['who is suspended', null, deny],
  ['who is suspended, and has nothing', 'no-access', { ...deny, attached: [] }],
  ['who is suspended within a boundary', null, { ...deny, boundary: FULL }],
  ['who is suspended within a boundary of nothing', 'no-access', { ...deny, boundary: stopArn('nothing') }],
])('a user %s is not adopted because of: %p', (_who, why, more) => {
  const model = account('bo', more);
  expect(accessOf(model, { at: AT }).map((access) => whyNotAdoptable(access, model, AT))).toEqual([why]);
});

test.each<[string, string, Partial<AccessUser>, readonly string[]]>([
  ['with access and the key of a member', 'Bo', {}, ['bo']],
  ['without access', 'bo', { attached: [] }, []],
  ['of another name', 'zoe', {}, []],
])('a user %s is not adopted yet', (_who, name, more, keys) => {
  const lab = { lab: 'perception-lab', members: [{ key: 'bo' }] };
  expect(notAdopted(account(name, more), lab, AT)).toEqual(keys.map((key) => ({ key, user: name })));
});

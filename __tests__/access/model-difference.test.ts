import fc from 'fast-check';
import type { AccessModel } from '../../src/access/model.ts';
import { type Difference, differenceKey, differences, inverse, subjectKey } from '../../src/access/model-difference.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { teams } from '../support/team-arbitrary.ts';

const TODAY = '2026-11-25';
const model = desiredAccess(sampleTeam, TODAY);
const keysOf = (list: readonly Difference[]) => list.map(differenceKey).sort();

/** Two states of one account. */
const pairs = fc.tuple(teams(), teams()).map(([one, other]) => {
  const moved = { ...other, lab: one.lab, account: one.account };
  return [desiredAccess(one, TODAY), desiredAccess(moved, TODAY)] as const;
});

test('an account does not differ from itself', () => {
  fc.assert(
    fc.property(teams(), (team) =>
      expect(differences(desiredAccess(team, TODAY), desiredAccess(team, TODAY))).toEqual([]),
    ),
  );
});

test('the way back is the way there, undone', () => {
  fc.assert(
    fc.property(pairs, ([one, other]) => {
      expect(keysOf(differences(other, one))).toEqual(keysOf(differences(one, other).map(inverse)));
    }),
  );
});

test('each difference is reported once, and its inverse is about the same resource', () => {
  fc.assert(
    fc.property(pairs, ([one, other]) => {
      const found = differences(one, other);
      expect(new Set(found.map(subjectKey)).size).toBe(found.length);
      for (const difference of found) {
        expect(subjectKey(inverse(difference))).toBe(subjectKey(difference));
        expect(differenceKey(inverse(difference))).not.toBe(differenceKey(difference));
      }
    }),
  );
});

const withUser = (name: string, change: object): AccessModel => ({
  ...model,
  users: model.users.map((user) => (user.name === name ? { ...user, ...change } : user)),
});

test('the order of statements and lists, and one action or a list of it, is no difference', () => {
  const policies = model.policies.map((policy) => {
    if (policy.document === null) return policy;
    const statements = [policy.document.Statement].flat();
    return { ...policy, document: { ...policy.document, Statement: [...statements].reverse() } };
  });
  expect(differences(model, { ...model, policies })).toEqual([]);
});

test('a created or deleted user is reported with their access, without boundary and tags', () => {
  const without = { ...model, users: model.users.filter(({ name }) => name !== 'perception-lab-bo') };
  expect(differences(model, without).map(({ kind }) => kind)).toEqual([
    'inline-policy-removed',
    'membership-removed',
    'membership-removed',
    'user-deleted',
  ]);
});

test.each<[string, object, Partial<Difference>]>([
  ['another path', { path: '/' }, { kind: 'path-changed', from: '/mturk/perception-lab/', to: '/' }],
  ['another boundary', { boundary: 'arn:x' }, { kind: 'boundary-changed', to: 'arn:x' }],
  [
    'a tag changed',
    { tags: { 'mturk-team:lab': 'perception-lab', 'mturk-team:member': 'ada' } },
    { kind: 'tag-changed', from: 'bo', to: 'ada' },
  ],
  ['a tag gone', { tags: { 'mturk-team:lab': 'perception-lab' } }, { kind: 'tag-changed', from: 'bo', to: null }],
  [
    'limits of unknown content',
    { inline: [{ name: 'limits', document: null }] },
    { kind: 'inline-policy-changed', to: null },
  ],
])('%s is one difference', (_what, change, expected) => {
  expect(differences(model, withUser('perception-lab-bo', change))).toEqual([expect.objectContaining(expected)]);
});

test('a user without boundary, path and tags is not reported as deleted, and their new access is reported', () => {
  const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';
  const stripped = withUser('perception-lab-bo', { path: '/', boundary: null, tags: {}, attached: [admin] });
  const kinds = differences(model, stripped).map(({ kind }) => kind);
  expect(kinds).toEqual(['boundary-changed', 'path-changed', 'policy-attached', 'tag-changed', 'tag-changed']);
});

test('a stranger in a group is a member more, and nothing else', () => {
  const known = { name: 'eve', path: '/', attached: [], inline: [], boundary: null, tags: {} };
  const eve = { ...known, groups: ['perception-lab-paymaster'], unmanaged: true } as const;
  expect(differences(model, { ...model, users: [...model.users, eve] })).toEqual([
    { kind: 'membership-added', group: 'perception-lab-paymaster', user: 'eve', unmanaged: true },
  ]);
});

test('a policy of the lab that is gone, new or edited', () => {
  const arn = `arn:aws:iam::${model.account}:policy/mturk/perception-lab/perception-lab-paymaster`;
  const without = { ...model, policies: model.policies.filter((policy) => policy.arn !== arn) };
  const document = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const;
  const edited = { ...without, policies: [...without.policies, { arn, name: 'perception-lab-paymaster', document }] };
  const kinds = (from: AccessModel, to: AccessModel) => differences(from, to).map(({ kind }) => kind);
  expect(kinds(model, without)).toEqual(['policy-deleted']);
  expect(kinds(without, model)).toEqual(['policy-added']);
  expect(kinds(model, edited)).toEqual(['policy-changed']);
});

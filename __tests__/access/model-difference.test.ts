import fc from 'fast-check';
import { type AccessModel, indexModel } from '../../src/access/model.ts';
import { type Difference, differenceKey, differences, inverse, subjectKey } from '../../src/access/model-difference.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { concernedBy, type Documents, groupOf, withDifferences } from '../../src/access/with-differences.ts';
import { managedPolicyArn, managedPolicyByArn } from '../../src/catalog/managed-policies.ts';
import { changedAccounts } from '../support/changed-model.ts';
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

test('differences that are made leave none, but of users and groups that are new', () => {
  fc.assert(
    fc.property(changedAccounts(), ({ declared, account }) => {
      const { users, groups } = indexModel(declared);
      const known: AccessModel = {
        ...account,
        users: account.users
          .filter(({ name }) => users.has(name))
          .map((user) => ({ ...user, groups: user.groups.filter((name) => groups.has(name)) })),
        groups: account.groups.filter(({ name }) => groups.has(name)),
      };
      const made = withDifferences(declared, differences(declared, known), new Map());
      expect(differences(made, known)).toEqual([]);
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
  const added = { kind: 'membership-added', group: 'perception-lab-paymaster', user: 'eve', unmanaged: true } as const;
  expect(differences(model, { ...model, users: [...model.users, eve] })).toEqual([added]);
  expect(withDifferences(model, [added], new Map()).users).toContainEqual(eve);
});

const READ = managedPolicyArn('AmazonMechanicalTurkReadOnly');
const [BO, PAYMASTER] = ['perception-lab-bo', 'perception-lab-paymaster'];
const ofBo = { kind: 'user', name: BO } as const;
const ofPaymaster = { kind: 'group', name: PAYMASTER } as const;

test.each<Difference>([
  { kind: 'policy-attached', holder: ofBo, arn: READ },
  { kind: 'boundary-changed', user: BO, from: null, to: READ },
])('a policy that was not there comes with its document: %p', (difference) => {
  const document = { Statement: [] };
  const comes = (documents: Documents) => withDifferences(model, [difference], documents).policies.at(-1);
  const policy = { arn: READ, name: 'AmazonMechanicalTurkReadOnly', document: managedPolicyByArn(READ) };
  expect(comes(new Map())).toEqual(policy);
  expect(comes(new Map([[READ, document]]))).toEqual({ ...policy, document });
});

const ALL = model.users.map(({ name }) => name);
const policyArn = (name: string) => `arn:aws:iam::${model.account}:policy/mturk/perception-lab/${name}`;

test.each<[Difference, users: readonly string[], group: string | null]>([
  [{ kind: 'user-deleted', user: BO }, [BO], null],
  [{ kind: 'membership-added', group: PAYMASTER, user: BO, unmanaged: false }, [BO], PAYMASTER],
  [{ kind: 'group-deleted', group: PAYMASTER }, ['perception-lab-fay'], PAYMASTER],
  [{ kind: 'policy-attached', holder: ofBo, arn: READ }, [BO], null],
  [{ kind: 'policy-attached', holder: ofPaymaster, arn: READ }, ['perception-lab-fay'], PAYMASTER],
  [{ kind: 'policy-deleted', arn: policyArn(PAYMASTER) }, ['perception-lab-fay'], null],
  [{ kind: 'policy-deleted', arn: model.users[0]?.boundary ?? '' }, ALL, null],
])('whom a difference concerns, and which group it is about: %p', (difference, users, group) => {
  expect([concernedBy(indexModel(model), difference), groupOf(difference)]).toEqual([users, group]);
});

test('a policy of the lab that is gone, new or edited', () => {
  const arn = policyArn(PAYMASTER);
  const without = { ...model, policies: model.policies.filter((policy) => policy.arn !== arn) };
  const document = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const;
  const edited = { ...without, policies: [...without.policies, { arn, name: PAYMASTER, document }] };
  const kinds = (from: AccessModel, to: AccessModel) => differences(from, to).map(({ kind }) => kind);
  expect(kinds(model, without)).toEqual(['policy-deleted']);
  expect(kinds(without, model)).toEqual(['policy-added']);
  expect(kinds(model, edited)).toEqual(['policy-changed']);
});

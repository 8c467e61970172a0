import { decide } from '../../src/access/decide.ts';
import { diffAccess } from '../../src/access/diff.ts';
import { type AccessModel, unmanagedUser } from '../../src/access/model.ts';
import { differences } from '../../src/access/model-difference.ts';
import type { Operation } from '../../src/catalog/mturk.ts';
import { type Plan, readPlan } from '../../src/terraform/plan.ts';
import { accessFromPlan } from '../../src/terraform/resources.ts';
import { recordedJson, recordedNames, recordedPlan } from '../support/recorded-plan.ts';

const ACCOUNT = '123456789012';
const AT = new Date('2026-11-25T12:00:00Z');
const of = (name: string) => accessFromPlan(recordedPlan(name), ACCOUNT);
const user = (model: AccessModel, key: string) => model.users.find(({ name }) => name === `perception-lab-${key}`)!;
const may = (model: AccessModel, key: string, operation: string, at = AT): boolean =>
  decide(model, `perception-lab-${key}`, operation as Operation, { at }).outcome === 'allowed';

test('what is created is known before it exists: names, policies by their ARN, memberships', () => {
  const { before, after } = of('01-create');
  expect(before).toEqual({ account: ACCOUNT, users: [], groups: [], policies: [] });
  expect(user(after, 'bo')).toMatchObject({
    path: '/mturk/perception-lab/',
    groups: ['perception-lab-results-reader', 'perception-lab-task-publisher'],
    attached: [],
    inline: [{ name: 'limits', document: { Statement: [{ Sid: 'Until' }] } }],
    boundary: `arn:aws:iam::${ACCOUNT}:policy/mturk-boundary/perception-lab`,
    tags: { 'mturk-team:lab': 'perception-lab', 'mturk-team:member': 'bo' },
  });
  expect(after.groups.find(({ name }) => name === 'perception-lab-paymaster')?.attached).toEqual([
    `arn:aws:iam::${ACCOUNT}:policy/mturk/perception-lab/perception-lab-paymaster`,
  ]);
  expect(after.policies.filter(({ document }) => document === null)).toEqual([]);
});

test.each<[string, string, string, boolean, boolean]>([
  ['03-add-member', 'eve', 'CreateHIT', false, true],
  ['03-add-member', 'bo', 'CreateHIT', true, true],
  ['05-remove-until-unsuspend', 'cy', 'GetHIT', false, true],
  ['06-role-loses-bonus', 'dee', 'SendBonus', true, false],
  ['06-role-loses-bonus', 'dee', 'ApproveAssignment', true, true],
  ['07-freeze', 'ada', 'CreateHIT', true, false],
  ['08-unfreeze', 'ada', 'CreateHIT', false, true],
  ['09-member-leaves-with-keys', 'eve', 'GetHIT', true, false],
  ['10-role-removed', 'dee', 'ApproveAssignment', true, false],
  // Added to full-access manually.
  ['12-drift', 'bo', 'SendBonus', true, false],
  // AWS's policy, attached manually.
  ['12-drift', 'cy', 'SendBonus', true, false],
  // An inline policy with unknown content, and no boundary.
  ['12-drift', 'dee', 'SendBonus', true, false],
  ['14-user-deleted-by-hand', 'cy', 'GetHIT', false, true],
])('%s: %s and %s', (name, key, operation, before, after) => {
  const access = of(name);
  const has = (model: AccessModel) => user(model, key) !== undefined && may(model, key, operation);
  expect([has(access.before), has(access.after)]).toEqual([before, after]);
});

test('a manually created policy has a name and no content; an unmanaged user has only a group', () => {
  const { recorded, before, after } = of('12-drift');
  expect(user(before, 'dee')).toMatchObject({ inline: [{ name: 'extra', document: null }], boundary: null });
  expect(user(recorded, 'dee').boundary).not.toBeNull();
  const strangers = [recorded, before, after].map(
    (model) => model.users.find(({ name }) => name === 'stranger')?.groups,
  );
  // The user is removed from the group and stays in the account.
  expect(strangers).toEqual([[], ['perception-lab-full-access'], []]);
});

test('a plan in which nothing changes has the same access before and after, whatever the provider computes', () => {
  for (const name of ['02-nochange', '13-after-drift', '15-after']) {
    const { recorded, before, after } = of(name);
    expect(after).toEqual(before);
    expect(recorded).toEqual(before);
  }
});

test('a story is one: what a plan leads to is what the next one starts from', () => {
  const story = recordedNames('.plan.json').filter((name) => /^0\d/.test(name));
  for (const [index, name] of story.slice(1).entries()) {
    const previous = of(story[index]!).after;
    expect({ name, model: of(name).before }).toEqual({ name, model: previous });
  }
});

test('what is forgotten stays in force', () => {
  const raw = recordedJson('15-after') as {
    resource_changes: { address: string; change: { actions: string[]; after: unknown } }[];
  };
  const change = raw.resource_changes.find(({ address }) => address === 'aws_iam_user.member_ada')!.change;
  Object.assign(change, { actions: ['forget'], after: null });
  const plan = readPlan(raw);
  if (!plan.ok) throw new Error('unreadable');
  expect(may(accessFromPlan(plan.value, ACCOUNT).after, 'ada', 'SendBonus')).toBe(true);
});

test('an outsider whom a plan takes out of a group keeps what they have beside it, also through a group elsewhere', () => {
  const full = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
  const resource = (type: string, before: object, after = before) => ({
    ...{ address: `${type}.x`, type, name: 'x', mode: 'managed', deposed: null },
    change: { actions: [before === after ? 'no-op' : 'update'], before, after, importing: null, afterUnknown: {} },
  });
  const own = { name: 'lab-payer', group: 'lab-payer', path: '/mturk/lab/' };
  const changes = [
    resource('aws_iam_group', own),
    resource('aws_iam_group_policy_attachment', { ...own, policy_arn: full }),
    resource('aws_iam_group_membership', { ...own, users: ['eve'] }, { ...own, users: [] }),
  ];
  const lostBy = (more: object, ...groups: readonly string[]) => {
    const outsider = { ...unmanagedUser('eve'), groups: ['lab-payer', ...groups], ...more };
    const elsewhere = { name: 'others', path: '/', attached: [full], inline: [] };
    const existing = { account: ACCOUNT, users: [outsider], groups: [elsewhere], policies: [] };
    const { before, after } = accessFromPlan({ changes, drift: [] } as unknown as Plan, ACCOUNT, existing);
    return diffAccess(before, after, AT).people.map(({ operations, allowed }) => [
      operations.lost.length,
      allowed.after,
    ]);
  };
  expect(lostBy({})).toEqual([[39, 0]]);
  expect(lostBy({ attached: [full] })).toEqual([[0, 39]]);
  expect(lostBy({}, 'others')).toEqual([[0, 39]]);
});

test('who leaves a group that the plan does not know loses what it gives, and someone added them', () => {
  const full = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
  const change = { name: 'lab-eve', path: '/mturk/lab/' };
  const changes = [
    {
      ...{ address: 'aws_iam_user.eve', type: 'aws_iam_user', name: 'eve' },
      change: { actions: ['no-op'], before: change, after: change },
    },
  ];
  const existing = {
    account: ACCOUNT,
    users: ['lab-eve', 'stranger'].map((name) => ({ ...unmanagedUser(name), groups: ['extra'] })),
    groups: [{ name: 'extra', path: '/mturk/lab/', attached: [full], inline: [] }],
    policies: [],
  };
  const plan = readPlan({ format_version: '1.2', resource_changes: changes });
  if (!plan.ok) throw new Error(plan.failure.code);
  const { recorded, before, after } = accessFromPlan(plan.value, ACCOUNT, existing, ['extra']);
  const lost = diffAccess(before, after, AT).people.map(({ user, operations }) => [user, operations.lost.length]);
  expect(lost).toEqual([
    ['lab-eve', 39],
    ['stranger', 39],
  ]);
  expect(differences(recorded, before).map(({ kind }) => kind)).toEqual(['membership-added', 'membership-added']);
  expect(diffAccess(recorded, after, AT).people).toEqual([]);
});

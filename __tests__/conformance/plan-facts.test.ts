import { configuredAttributes, planFacts } from '../../conformance/plan-facts.ts';
import { type Plan, readPlan } from '../../src/terraform/plan.ts';

const CONFIGURED = configuredAttributes([
  JSON.stringify({
    resource: {
      aws_iam_policy: { role_paymaster: { '//': {}, name: 'p', path: '/', policy: '{}', depends_on: ['x'] } },
      aws_iam_user: { member_bo: { name: 'bo', tags: {}, permissions_boundary: 'arn', lifecycle: {} } },
      aws_iam_group_membership: { role_paymaster: { users: [] } },
    },
  }),
]);

function plan(entries: { readonly changes?: readonly object[]; readonly drift?: readonly object[] }): Plan {
  const read = readPlan({
    format_version: '1.2',
    resource_changes: entries.changes ?? [],
    resource_drift: entries.drift ?? [],
  });
  if (!read.ok) throw new Error(JSON.stringify(read.failure));
  return read.value;
}

function resource(type: string, name: string, actions: readonly string[], before: object | null, after: object | null) {
  return { address: `${type}.${name}`, type, name, change: { actions, before, after } };
}

function documentFor(action: string): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
}

test('meta-arguments are no attributes of a resource', () => {
  expect([...(CONFIGURED.get('aws_iam_policy') ?? [])].sort()).toEqual(['name', 'path', 'policy']);
  expect([...(CONFIGURED.get('aws_iam_user') ?? [])].sort()).toEqual(['name', 'permissions_boundary', 'tags']);
});

test('changes are recorded by address, actions and changed attributes, no-ops left out', () => {
  const facts = planFacts(
    plan({
      changes: [
        resource('aws_iam_user', 'member_eve', ['create'], null, { name: 'eve' }),
        resource('aws_iam_user', 'member_bo', ['no-op'], { name: 'bo' }, { name: 'bo' }),
        resource('aws_iam_policy', 'role_x', ['delete', 'create'], { name: 'a' }, { name: 'b' }),
        resource('aws_iam_group_membership', 'role_paymaster', ['update'], { users: ['a'] }, { users: ['a', 'b'] }),
      ],
    }),
    CONFIGURED,
  );
  expect(facts.changes).toEqual([
    'aws_iam_group_membership.role_paymaster: update (users)',
    'aws_iam_policy.role_x: delete+create',
    'aws_iam_user.member_eve: create',
  ]);
});

test("a provider's own noise is no drift, a change of what the configuration sets is", () => {
  const policy = { policy: documentFor('mechanicalturk:GetHIT'), attachment_count: 0, tags: null };
  const facts = planFacts(
    plan({
      drift: [
        resource('aws_iam_policy', 'role_noise', ['update'], policy, { ...policy, attachment_count: 1, tags: {} }),
        resource('aws_iam_policy', 'role_changed', ['update'], policy, {
          ...policy,
          policy: documentFor('mechanicalturk:*'),
        }),
        resource('aws_iam_user', 'member_bo', ['update'], { tags: null }, { tags: { seat: 'window' } }),
        resource('aws_iam_user', 'member_cy', ['delete'], { name: 'cy' }, null),
      ],
    }),
    CONFIGURED,
  );
  expect(facts.drift).toEqual([
    'aws_iam_policy.role_changed: update (policy)',
    'aws_iam_user.member_bo: update (tags)',
    'aws_iam_user.member_cy: delete',
  ]);
});

test('a value that is not known yet counts as changed', () => {
  const unknown = {
    ...resource('aws_iam_user', 'member_bo', ['update'], { name: 'bo' }, { name: 'bo' }),
    change: { actions: ['update'], before: { name: 'bo' }, after: {}, after_unknown: { name: true } },
  };
  expect(planFacts(plan({ changes: [unknown] }), CONFIGURED).changes).toEqual([
    'aws_iam_user.member_bo: update (name)',
  ]);
});

test('what is taken over is recorded, whether it changes or not', () => {
  const taken = (name: string, actions: readonly string[], after: object) => ({
    ...resource('aws_iam_user', name, actions, { name }, after),
    change: { actions, before: { name }, after, importing: { id: name } },
  });
  const changes = [taken('bo', ['no-op'], { name: 'bo' }), taken('cy', ['update'], { name: 'cy', tags: { a: 'b' } })];
  expect(planFacts(plan({ changes }), CONFIGURED).changes).toEqual([
    'aws_iam_user.bo: taken over, no-op',
    'aws_iam_user.cy: taken over, update (tags)',
  ]);
});

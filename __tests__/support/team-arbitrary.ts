import fc from 'fast-check';
import { MANAGED_POLICY_NAMES } from '../../src/catalog/managed-policies.ts';
import { CAPABILITY_NAMES, OPERATIONS } from '../../src/catalog/mturk.ts';
import { type Member, RECONCILE_MODES, type Role, type Team } from '../../src/team/team.ts';
import { IDENTITIES } from './recipients.ts';

/** Keys from IAM's whole alphabet, short enough for a lab's prefix, and often alike. */
export function keys(): fc.Arbitrary<string> {
  const alphabet = [...'abcXYZ019+=.@_-'];
  return fc.oneof(
    fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      'bo',
      'bo_limits',
      'bo_5flimits',
      'bo-limits',
      'bo-guards',
      'own',
      'a_own',
      '_',
      '_5f',
      '5f',
      'a.b',
      'a_2eb',
    ),
  );
}

/** Ordinary and hostile text: expressions of Terraform, control characters, quotes. */
export function words(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.constantFrom("Ada O'Neill", 'Nguyễn Thị Ánh', '李小龍', '${file("/etc/passwd")}', '%{ if true }', '$${', '"\\'),
  );
}

/** `YYYY-MM-DD` within ten years of the reference day of the tests. */
export function days(): fc.Arbitrary<string> {
  const noon = Date.parse('2026-11-25T12:00:00Z');
  return fc
    .integer({ min: -3650, max: 3650 })
    .map((day) => new Date(noon + day * 86_400_000).toISOString().slice(0, 10));
}

/** Valid teams: everything that the rules of team.yaml promise holds for them, whatever the words in them. */
export function teams(): fc.Arbitrary<Team> {
  return fc.tuple(differentIgnoringCase(1, 6), differentIgnoringCase(0, 10)).chain(([roleKeys, memberKeys]) =>
    fc.record({
      lab: fc.constantFrom('perception-lab', 'lab', 'x1'),
      account: fc.constantFrom('123456789012', '000000000001'),
      owners: fc.constant(memberKeys.slice(0, 1)),
      roles: fc.tuple(...roleKeys.map(roles)),
      members: fc.tuple(...memberKeys.map((key) => members(key, roleKeys))),
      departed: fc.array(fc.record({ key: keys(), left: days(), reason: words() }), { maxLength: 2 }),
      freeze: fc.subarray([...CAPABILITY_NAMES], { maxLength: 3 }),
      settings: fc.record({
        maxRemovals: fc.nat(10),
        selfApproval: fc.boolean(),
        state: fc.option(fc.constant({ bucket: 'lab-state', region: 'eu-central-1', key: 'mturk-team' })),
        neighbors: fc.subarray(['vision-lab', 'x2']),
        administrators: fc.constant([]),
        keyMaxAgeDays: fc.integer({ min: 1, max: 400 }),
        rotateAfterDays: fc.option(fc.integer({ min: 30, max: 400 })),
        reconcile: fc.constantFrom(...RECONCILE_MODES),
        deleteAfterDays: fc.option(fc.integer({ min: 1, max: 99 })),
        driftEveryHours: fc.integer({ min: 1, max: 100 }),
        renewBeforeDays: fc.nat(100),
        reviewEveryDays: fc.option(fc.integer({ min: 30, max: 1_095 })),
      }),
      snoozed: fc.array(fc.record({ finding: words(), until: days(), reason: words() }), { maxLength: 2 }),
    }),
  );
}

function roles(key: string): fc.Arbitrary<Role> {
  return fc
    .record({
      key: fc.constant(key),
      description: fc.option(words()),
      extends: fc.constant([]),
      allow: fc.subarray([...OPERATIONS]),
      deny: fc.subarray([...OPERATIONS], { maxLength: 3 }),
      managed: fc.subarray([...MANAGED_POLICY_NAMES]),
    })
    .map((role) => (role.allow.length + role.managed.length > 0 ? role : { ...role, allow: ['GetHIT'] }));
}

function members(key: string, roleKeys: readonly string[]): fc.Arbitrary<Member> {
  return fc.record({
    key: fc.constant(key),
    name: words(),
    email: fc.option(words()),
    github: fc.option(words()),
    roles: fc.subarray([...roleKeys], { minLength: 1 }),
    from: fc.option(days()),
    until: fc.option(days()),
    sponsor: fc.option(words()),
    reviewed: fc.option(days()),
    suspended: fc.boolean(),
    keys: fc.nat(2),
    recipient: fc.option(fc.constantFrom(...IDENTITIES.map(({ recipient }) => recipient))),
  });
}

/** Sorted keys, no two of them equal ignoring case. */
function differentIgnoringCase(minLength: number, maxLength: number): fc.Arbitrary<string[]> {
  return fc
    .uniqueArray(keys(), { minLength, maxLength, selector: (key) => key.toLowerCase() })
    .map((found) => found.sort());
}

import fc from 'fast-check';
import type { Role, Team } from '../../src/team/team.ts';
import { EXHAUSTIVE, testInTurn } from '../support/exhaustive.ts';
import { bootstrapped, ENGINE_TITLE, inTurns } from '../support/lab-in-test.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';
import { seeChange } from '../support/transient-access-change.ts';

const FULL = 'AmazonMechanicalTurkFullAccess';
const start = await bootstrapped();

const OPS = ['GetHIT', 'SendBonus', 'CreateHIT'] as const;
const ROLE_KEYS = ['a', 'b', 'c'] as const;

const someRoles = fc.tuple(...ROLE_KEYS.map(someRole)).chain((roles) => fc.subarray(roles, { minLength: 1 }));

function someRole(key: string): fc.Arbitrary<Role> {
  return fc
    .record({ allow: fc.subarray([...OPS]), deny: fc.subarray([...OPS], { maxLength: 1 }), managed: fc.boolean() })
    .map(({ allow, deny, managed }) => role({ key, allow, deny, managed: managed ? [FULL] : [] }));
}

const someTeams: fc.Arbitrary<Team> = someRoles.chain((roles) =>
  fc
    .record({
      members: fc.uniqueArray(
        fc.record({
          key: fc.constantFrom('x', 'y', 'z'),
          roles: fc.subarray(roles.map(({ key }) => key)),
          suspended: fc.boolean(),
          from: fc.constantFrom(null, '2026-01-01', '2026-12-20'),
          until: fc.constantFrom(null, '2026-01-01', '2027-01-01'),
        }),
        { selector: ({ key }) => key, minLength: 1 },
      ),
      freeze: fc.subarray(['pay:bonus', 'hits:publish'] as const, { maxLength: 1 }),
    })
    .map(({ members, freeze }) => ({
      ...sampleTeam,
      // One member who may approve must remain, whatever happens to the others.
      owners: ['al'],
      roles,
      freeze,
      members: [member({ key: 'al' }), ...members.map((one) => member(one)).sort((a, b) => (a.key < b.key ? -1 : 1))],
      departed: ['x', 'y', 'z'].map((key) => ({ key, left: '2026-11-20', reason: 'graduated' })),
    })),
);

testInTurn(2)(
  `during any change of a small team, no user may do what neither end allows (${ENGINE_TITLE})`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(someTeams, someTeams), { minLength: 2, maxLength: 2 }), async (pairs) => {
        await inTurns(pairs, async ([before, after]) => {
          const seen = await seeChange(start, { before, after });
          expect(seen.problems).toEqual([]);
        });
      }),
      { numRuns: EXHAUSTIVE ? 100 : 1, endOnFailure: true },
    );
  },
);

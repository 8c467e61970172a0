import { AddUserToGroupCommand, CreateGroupCommand, type IAMClient, PutGroupPolicyCommand } from '@aws-sdk/client-iam';
import fc from 'fast-check';
import { actionOf } from '../../src/catalog/mturk.ts';
import { iamName, labPath } from '../../src/team/names.ts';
import type { Role, Team } from '../../src/team/team.ts';
import { policy } from '../emulator/clients.ts';
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

/** A group that someone creates by hand: of no role, below the lab's path, or elsewhere. */
const someGroups = fc.record({
  path: fc.constantFrom(labPath(sampleTeam.lab), `${labPath(sampleTeam.lab)}sub/`, '/x/'),
  allow: fc.subarray([...OPS], { minLength: 1 }),
  /** In the lab's path alone: elsewhere it would go on. */
  deny: fc.subarray([...OPS], { maxLength: 1 }),
  users: fc.subarray(['x', 'y', 'z'], { minLength: 1 }),
});

type ManualGroup = typeof someGroups extends fc.Arbitrary<infer Group> ? Group : never;

const created =
  ({ path, allow, deny, users }: ManualGroup, { members }: Team) =>
  async (iam: IAMClient) => {
    const group = { GroupName: 'manual' };
    await iam.send(new CreateGroupCommand({ ...group, Path: path }));
    const put = (PolicyName: string, PolicyDocument: string) =>
      iam.send(new PutGroupPolicyCommand({ ...group, PolicyName, PolicyDocument }));
    await put('allow', policy('Allow', allow.map(actionOf)));
    if (path === labPath(sampleTeam.lab) && deny.length > 0) await put('deny', policy('Deny', deny.map(actionOf)));
    for (const { key } of members.filter((each) => users.includes(each.key)))
      await iam.send(new AddUserToGroupCommand({ ...group, UserName: iamName(sampleTeam.lab, key) }));
  };

testInTurn(7)(
  `during any change of a small team, no user may do what neither end allows (${ENGINE_TITLE})`,
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(someTeams, someTeams, fc.option(someGroups)), { minLength: 2, maxLength: 2 }),
        async (pairs) => {
          await inTurns(pairs, async ([before, after, group]) => {
            const byHand = group === null ? {} : { byHand: created(group, before) };
            const seen = await seeChange(start, { before, after, ...byHand });
            expect(seen.problems).toEqual([]);
          });
        },
      ),
      { numRuns: EXHAUSTIVE ? 100 : 1, endOnFailure: true },
    );
  },
);

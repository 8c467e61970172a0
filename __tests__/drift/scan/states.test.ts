import fc from 'fast-check';
import type { AccessGroup, AccessModel } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import { classifyPlan, type PlanClassification } from '../../../src/review/changes/classify-plan.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { labPath } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import { AT, attach, FULL, NO_IDS, TODAY } from '../../support/changed-account.ts';
import { changedAccounts } from '../../support/changed-model.ts';
import { EXHAUSTIVE } from '../../support/exhaustive.ts';
import { inventoryOf } from '../../support/inventory-of.ts';
import { configured, modelPlan, type Resources } from '../../support/model-plan.ts';
import { sampleTeam } from '../../support/sample-team.ts';
import { teams } from '../../support/team-arbitrary.ts';

const SEED = Number(process.env.MTURK_TEAM_SEED ?? Date.now() % 2 ** 31);
const RUNS = { numRuns: EXHAUSTIVE ? 300 : 10, seed: SEED };

type StateOf = (team: Team) => Resources;

/** States of the lab that know less than the account has, or something else. */
const statesOfLab: fc.Arbitrary<StateOf> = fc.oneof(
  fc.constant<StateOf>(() => new Map()),
  // An older backup: members and roles that came later are missing, others have their old roles and last days.
  fc.tuple(fc.nat(3), fc.nat(2), fc.boolean()).map(
    ([members, roles, isOtherwise]): StateOf =>
      (team) => {
        const older = {
          ...team,
          roles: team.roles.slice(roles),
          members: team.members.slice(members).map((member) => ({
            ...member,
            roles: member.roles.filter((key) => team.roles.slice(roles).some((role) => role.key === key)),
            ...(isOtherwise ? { until: '2026-12-31', suspended: !member.suspended } : {}),
          })),
        };
        return configured(older, TODAY);
      },
  ),
  // A half-written state: without the resources at whose place `kept`, repeated over the list, is false.
  fc.array(fc.boolean(), { minLength: 7, maxLength: 13 }).map(
    (kept): StateOf =>
      (team) =>
        new Map([...configured(team, TODAY)].filter((_, index) => kept[index % kept.length])),
  ),
);

const statesOfAnother = teams().map(
  (team): StateOf =>
    () =>
      configured({ ...team, lab: 'vision-lab' }, TODAY),
);

function planOf(team: Team, state: Resources, account: AccessModel): PlanClassification {
  return classifyPlan(modelPlan(team, configured(team, TODAY), state, account), team.account, account);
}

function scan(team: Team, account: AccessModel, plan: PlanClassification | null) {
  const applied = { team: appliedTeam(team, TODAY), begun: [], ids: NO_IDS };
  return scanOf({ team, today: TODAY, at: AT, inventory: inventoryOf(account), plan, applied });
}

/** What the lab's users and groups have, policies by their names: all that a plan can know of them. */
function heldIn({ users, groups }: AccessModel, team: Team) {
  const path = labPath(team.lab);
  const wanted = desiredAccess(team, TODAY);
  const [userNames, groupNames] = [wanted.users, wanted.groups].map((list) => new Set(list.map(({ name }) => name)));
  const ofLab = groups.filter((group) => groupNames?.has(group.name) && group.path === path);
  const labGroups = new Set(ofLab.map(({ name }) => name));
  const listed = ({ name, attached, inline }: AccessGroup, groups: readonly string[]) => ({
    ...{ name, groups: groups.filter((group) => labGroups.has(group)).sort(), attached: [...new Set(attached)].sort() },
    inline: inline.map((policy) => policy.name).sort(),
  });
  const held = [
    ...users.filter((user) => userNames?.has(user.name) && user.path === path).map((user) => listed(user, user.groups)),
    ...ofLab.map((group) => listed(group, [])),
  ];
  return held.sort((one, other) => (one.name < other.name ? -1 : 1));
}

const casesOf = (states: fc.Arbitrary<StateOf>) =>
  fc.tuple(changedAccounts(), states).map(([{ team, account }, stateOf]) => {
    const plain = { ...team, snoozed: [], departed: [] };
    return { team: plain, account, state: stateOf(plain) };
  });

test(`whatever the state knows, the full check finds of access what the quick one finds (seed ${SEED})`, () => {
  fc.assert(
    fc.property(casesOf(fc.oneof(statesOfLab, statesOfAnother)), ({ team, account, state }) => {
      const full = scan(team, account, planOf(team, state, account));
      expect(full.findings).toEqual(scan(team, account, null).findings);
    }),
    RUNS,
  );
});

test(`whatever a state of the lab knows, a plan begins with what the account has (seed ${SEED})`, () => {
  fc.assert(
    fc.property(casesOf(statesOfLab), ({ team, account, state }) => {
      const { access } = planOf(team, state, account);
      expect(heldIn(access.before, team)).toEqual(heldIn(account, team));
    }),
    RUNS,
  );
});

test.each([
  ['lost', () => new Map()],
  [
    'half-written',
    () =>
      new Map([...configured(sampleTeam, TODAY)].filter(([address]) => /^aws_iam_(user|group|policy)\./.test(address))),
  ],
] as const)('with a %s state and an account as in the file, a plan changes no access', (_, stateOf) => {
  const { access, manualChanges, pending } = planOf(sampleTeam, stateOf(), desiredAccess(sampleTeam, TODAY));
  expect({ manualChanges, pending }).toEqual({ manualChanges: [], pending: [] });
  expect(access.before).toEqual(access.after);
});

test('with a lost state, a plan still names what it takes from a member', () => {
  const account = attach('bo', FULL)(desiredAccess(sampleTeam, TODAY));
  const { pending } = planOf(sampleTeam, new Map(), account);
  expect(pending).toMatchObject([{ kind: 'policy-detached', holder: { name: 'perception-lab-bo' }, arn: FULL }]);
});

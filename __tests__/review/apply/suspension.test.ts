import fc from 'fast-check';
import { decide } from '../../../src/access/decide.ts';
import type { AccessModel, AccessUser } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { OPERATIONS, operationsOf } from '../../../src/catalog/mturk.ts';
import { suspendedTeam, usersToSuspend } from '../../../src/review/apply/suspension.ts';
import type { Member, Role, Team } from '../../../src/team/team.ts';
import { runs } from '../../support/exhaustive.ts';
import { member, role, sampleTeam } from '../../support/sample-team.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);

function usersToSuspendBetween(before: Team, after: Team): readonly string[] {
  return usersToSuspend(desiredAccess(before, TODAY), desiredAccess(after, TODAY), AT);
}

function change(team: Team, key: string, fields: Partial<Member>): Team {
  return { ...team, members: team.members.map((one) => (one.key === key ? { ...one, ...fields } : one)) };
}

function without(team: Team, key: string): Team {
  return { ...team, members: team.members.filter((one) => one.key !== key) };
}

const fay = (fields: Partial<Member>) => change(sampleTeam, 'fay', fields);
const noBonus: Team = {
  ...sampleTeam,
  roles: [...sampleTeam.roles, role({ key: 'no-bonus', allow: ['GetHIT'], deny: ['SendBonus'] })],
};

const cases: readonly { name: string; before: Team; after: Team; users: readonly string[] }[] = [
  { name: 'nothing changes', before: sampleTeam, after: sampleTeam, users: [] },
  { name: 'a member joins', before: without(sampleTeam, 'fay'), after: sampleTeam, users: [] },
  {
    name: 'a member joins a role that denies a part of what it allows',
    before: without(sampleTeam, 'gus'),
    after: sampleTeam,
    users: [],
  },
  { name: 'a suspended member joins', before: without(sampleTeam, 'cy'), after: sampleTeam, users: [] },
  { name: 'a member leaves', before: sampleTeam, after: without(sampleTeam, 'fay'), users: [] },
  { name: 'a member is suspended', before: sampleTeam, after: fay({ suspended: true }), users: [] },
  { name: 'a suspension is lifted', before: fay({ suspended: true }), after: sampleTeam, users: [] },
  {
    name: 'a suspension is lifted while a role is added',
    before: fay({ suspended: true }),
    after: fay({ roles: ['paymaster', 'results-reader'] }),
    users: [],
  },
  { name: 'a last day is set', before: sampleTeam, after: fay({ until: '2027-01-01' }), users: [] },
  { name: 'a last day moves', before: fay({ until: '2027-01-01' }), after: fay({ until: '2027-05-31' }), users: [] },
  { name: 'a last day is removed', before: fay({ until: '2027-01-01' }), after: sampleTeam, users: [] },
  { name: 'a last day in the past is removed', before: fay({ until: '2026-01-01' }), after: sampleTeam, users: [] },
  {
    name: 'a last day is removed while a role is lost',
    before: fay({ until: '2027-01-01' }),
    after: fay({ roles: ['results-reader'] }),
    users: [],
  },
  {
    name: 'a member with a last day gets another role',
    before: fay({ until: '2027-01-01' }),
    after: fay({ until: '2027-01-01', roles: ['paymaster', 'results-reader'] }),
    users: [],
  },
  {
    name: 'a member whose last day has passed leaves: the limits are deleted at any moment',
    before: fay({ until: '2026-01-01' }),
    after: without(sampleTeam, 'fay'),
    users: ['perception-lab-fay'],
  },
  { name: 'a member moves to another role', before: sampleTeam, after: fay({ roles: ['results-reader'] }), users: [] },
  {
    name: 'a suspension is lifted while a role is lost: the limits are deleted at any moment',
    before: fay({ suspended: true }),
    after: fay({ roles: ['results-reader'] }),
    users: ['perception-lab-fay'],
  },
  {
    name: 'a suspension becomes an end while a role is lost: the limits change first',
    before: fay({ suspended: true }),
    after: fay({ roles: ['results-reader'], until: '2027-01-01' }),
    users: ['perception-lab-fay'],
  },
  { name: 'access begins later from now on', before: sampleTeam, after: fay({ from: '2027-01-10' }), users: [] },
  { name: 'access begins at once after all', before: fay({ from: '2027-01-10' }), after: sampleTeam, users: [] },
  {
    name: 'a first day to come is taken back while a role is lost: the limits may end first',
    before: fay({ from: '2027-01-10' }),
    after: fay({ roles: ['results-reader'] }),
    users: ['perception-lab-fay'],
  },
  {
    name: 'a first day becomes a suspension while a role is lost: the limits change first',
    before: fay({ from: '2027-01-10' }),
    after: fay({ roles: ['results-reader'], suspended: true }),
    users: ['perception-lab-fay'],
  },
  {
    name: 'a suspended member leaves: their limits are deleted at any moment',
    before: sampleTeam,
    after: without(sampleTeam, 'cy'),
    users: ['perception-lab-cy'],
  },
  {
    name: 'a member is suspended while their role gains the bonus',
    before: fay({ roles: ['results-reader'] }),
    after: {
      ...fay({ roles: ['results-reader'], suspended: true }),
      roles: sampleTeam.roles.map((one) =>
        one.key === 'results-reader' ? { ...one, allow: [...one.allow, 'SendBonus'] } : one,
      ),
    },
    users: ['perception-lab-fay'],
  },
  {
    name: 'a role with an Allow and a role with its Deny are taken away together',
    before: change(noBonus, 'fay', { roles: ['no-bonus', 'paymaster'] }),
    after: change(noBonus, 'fay', { roles: ['results-reader'] }),
    users: ['perception-lab-fay'],
  },
  {
    name: 'a role with an Allow and a role with its Deny are given together',
    before: change(noBonus, 'fay', { roles: ['results-reader'] }),
    after: change(noBonus, 'fay', { roles: ['no-bonus', 'paymaster'] }),
    users: ['perception-lab-fay'],
  },
  {
    name: 'the Deny stays while the rest changes',
    before: change(noBonus, 'fay', { roles: ['no-bonus', 'results-reader'] }),
    after: change(noBonus, 'fay', { roles: ['no-bonus', 'paymaster'] }),
    users: [],
  },
  { name: 'a freeze comes', before: sampleTeam, after: { ...sampleTeam, freeze: ['pay:bonus'] }, users: [] },
  {
    name: 'a freeze is lifted while a role is narrowed',
    before: { ...sampleTeam, freeze: ['hits:publish'] },
    after: change(sampleTeam, 'bo', { roles: ['results-reader'] }),
    users: ['perception-lab-bo'],
  },
];

test.each(cases)('$name: suspends $users', ({ before, after, users }) => {
  expect(usersToSuspendBetween(before, after)).toEqual(users);
});

const BONUS = operationsOf('pay:bonus');
const READ = operationsOf('results:read');

const reader = role({ key: 'reader', allow: READ });
const payer = role({ key: 'payer', allow: BONUS });
const wide = role({ key: 'payer', allow: [...READ, ...BONUS] });
const nobonus = role({ key: 'nobonus', allow: OPERATIONS, deny: ['SendBonus'] });
const full = role({ key: 'full', managed: ['AmazonMechanicalTurkFullAccess'] });
const fullButBonus = role({ key: 'full', managed: ['AmazonMechanicalTurkFullAccess'], deny: ['SendBonus'] });
const bo = (roles: string[], more: { suspended?: boolean; from?: string; until?: string } = {}) =>
  member({ key: 'bo', roles, ...more });

type Side = Partial<Pick<Team, 'roles' | 'members' | 'freeze'>>;

function usersSuspended(before: Side, after: Side): readonly string[] {
  const whole = (side: Side): Team => ({ ...sampleTeam, roles: [reader, payer], members: [], ...side });
  return usersToSuspendBetween(whole(before), whole(after));
}

const SAFE: [string, Side, Side][] = [
  ['a member joins', {}, { members: [bo(['payer'])] }],
  ['a suspended member joins', {}, { members: [bo(['payer'], { suspended: true })] }],
  ['a member leaves', { members: [bo(['payer'])] }, {}],
  ['a member changes roles', { members: [bo(['payer'])] }, { members: [bo(['reader'])] }],
  [
    'a suspension begins and a role is won',
    { members: [bo(['reader'])] },
    { members: [bo(['payer'], { suspended: true })] },
  ],
  [
    'a role narrows while one joins it',
    { roles: [reader, wide] },
    { roles: [reader, payer], members: [bo(['payer'])] },
  ],
  [
    'a freeze begins while one joins',
    { roles: [full] },
    { roles: [full], freeze: ['pay:bonus'], members: [bo(['full'])] },
  ],
  ['a role goes', { roles: [reader, payer], members: [bo(['payer'])] }, { roles: [reader], members: [bo(['reader'])] }],
];

test.each(SAFE)('one apply is enough where %s', (_what, before, after) => {
  expect(usersSuspended(before, after)).toEqual([]);
});

const UNSAFE: [string, Side, Side][] = [
  ['a suspended member leaves', { members: [bo(['payer'], { suspended: true })] }, {}],
  [
    'a suspension ends and a role is lost',
    { members: [bo(['payer'], { suspended: true })] },
    { members: [bo(['reader'])] },
  ],
  [
    'a role narrows while a suspension ends',
    { roles: [reader, wide], members: [bo(['payer'], { suspended: true })] },
    { members: [bo(['payer'])] },
  ],
  [
    'a freeze begins while a suspension ends',
    { members: [bo(['payer'], { suspended: true })] },
    { freeze: ['pay:bonus'], members: [bo(['payer'])] },
  ],
  [
    "a role loses AWS's policy and its own Deny at once (careful: the engine's order would do)",
    { roles: [fullButBonus], members: [bo(['full'])] },
    { roles: [role({ key: 'full', allow: READ })], members: [bo(['full'])] },
  ],
  [
    'a role widens while one leaves it',
    { members: [bo(['payer'])] },
    { roles: [reader, role({ key: 'payer', allow: [...BONUS, 'DeleteHIT'] })], members: [bo(['reader'])] },
  ],
  [
    'a freeze ends while one leaves the role',
    { freeze: ['pay:bonus'], members: [bo(['payer'])] },
    { members: [bo(['reader'])] },
  ],
  [
    'a member loses a role that denied what another of their roles allows',
    { roles: [reader, payer, nobonus], members: [bo(['payer', 'nobonus'])] },
    { roles: [reader, payer, nobonus], members: [bo(['reader'])] },
  ],
  [
    'one joins both at once',
    { roles: [reader, payer, nobonus], members: [bo(['reader'])] },
    { roles: [reader, payer, nobonus], members: [bo(['payer', 'nobonus'])] },
  ],
  [
    'a suspension becomes a last day while a role is lost',
    { members: [bo(['payer'], { suspended: true })] },
    { members: [bo(['reader'], { until: '2027-05-31' })] },
  ],
  [
    'a first day is taken back while a role is lost',
    { members: [bo(['payer'], { from: '2027-01-10' })] },
    { members: [bo(['reader'], { until: '2027-05-31' })] },
  ],
];

test.each(UNSAFE)('one apply is unsafe if %s', (_what, before, after) => {
  expect(usersSuspended(before, after)).toEqual(['perception-lab-bo']);
});

test("one apply is unsafe if a manual Deny in a group's inline policy is replaced by the first policy of the role", () => {
  const team: Team = { ...sampleTeam, roles: [full], members: [bo(['full'])] };
  const model = desiredAccess(team, TODAY);
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Deny' as const, Action: '*', Resource: '*' }] };
  const groups = model.groups.map((group) => ({ ...group, inline: [{ name: 'emergency', document }] }));
  const before = { ...model, groups };
  const frozen = desiredAccess({ ...team, freeze: ['pay:bonus'] }, TODAY);
  expect(usersToSuspend(before, frozen, AT)).toEqual(['perception-lab-bo']);
  // Without the freeze the Deny alone goes, and what it denied is allowed after.
  expect(usersToSuspend(before, model, AT)).toEqual([]);
});

test('an unmanaged user is not suspended, whatever the name: the user would be created', () => {
  const team = { ...sampleTeam, roles: [reader, payer, nobonus], members: [bo(['reader'])] };
  const model = desiredAccess(team, TODAY);
  const groups = [...model.groups.map(({ name }) => name)];
  const eve = { name: 'perception-lab-eve', path: '/', attached: [], inline: [], boundary: null, tags: {} };
  const before = { ...model, users: [...model.users, { ...eve, groups, unmanaged: true as const }] };
  const after = { ...model, users: [...model.users, { ...eve, groups: [], unmanaged: true as const }] };
  expect(usersToSuspend(before, after, AT)).toEqual([]);
  const asUser = ({ users }: AccessModel) => users.map(({ unmanaged: _unmanaged, ...user }) => user);
  expect(usersToSuspend({ ...before, users: asUser(before) }, { ...after, users: asUser(after) }, AT)).toEqual([
    'perception-lab-eve',
  ]);
});

test('the team for the first step suspends them, keeps leaving members without a role, and changes no other member', () => {
  const after = without(sampleTeam, 'cy');
  const team = suspendedTeam(after, ['perception-lab-bo', 'perception-lab-cy']);
  expect(team.members.map(({ key, roles, suspended, until }) => ({ key, roles, suspended, until }))).toEqual([
    { key: 'ada', roles: ['full-access'], suspended: false, until: null },
    { key: 'bo', roles: ['results-reader', 'task-publisher'], suspended: true, until: '2027-05-31' },
    { key: 'cy', roles: [], suspended: true, until: null },
    { key: 'fay', roles: ['paymaster'], suspended: false, until: null },
    { key: 'gus', roles: ['everything-but-bonus'], suspended: false, until: '2027-08-31' },
  ]);
});

const OPS = ['GetHIT', 'SendBonus', 'CreateHIT'] as const;
const ROLE_KEYS = ['a', 'b', 'c'] as const;

const roles = fc.tuple(...ROLE_KEYS.map((key) => roleNamed(key)));
const members = fc.uniqueArray(
  fc.record({
    key: fc.constantFrom('x', 'y', 'z'),
    roles: fc.subarray([...ROLE_KEYS]),
    suspended: fc.boolean(),
    until: fc.constantFrom(null, '2026-01-01', '2027-01-01'),
  }),
  { selector: ({ key }) => key },
);

function roleNamed(key: string): fc.Arbitrary<Role> {
  return fc
    .record({ allow: fc.subarray([...OPS]), deny: fc.subarray([...OPS]), managed: fc.boolean() })
    .map(({ allow, deny, managed }) =>
      role({ key, allow, deny, managed: managed ? ['AmazonMechanicalTurkFullAccess'] : [] }),
    );
}

const teams: fc.Arbitrary<Team> = fc.record({ roles, members }).map((drawn) => ({
  ...sampleTeam,
  roles: drawn.roles,
  members: drawn.members.map((one) => member(one)).sort((a, b) => (a.key < b.key ? -1 : 1)),
}));

type Step = (model: AccessModel) => AccessModel;

/** The IAM calls that lead from one model to another, in any order that the stacks do not forbid. */
function steps(before: AccessModel, after: AccessModel): { step: Step; after: number[] }[] {
  const list: { step: Step; after: number[] }[] = [];
  const add = (step: Step, waitsFor: number[] = []) => list.push({ step, after: waitsFor }) - 1;
  const documents = after.policies.map((policy) => add((model) => withPolicy(model, policy)));
  for (const next of after.groups) {
    const old = before.groups.find(({ name }) => name === next.name);
    const isOwn = (arn: string) => arn.includes(':policy/mturk/');
    const isNew = (arn: string) => !(old?.attached ?? []).includes(arn);
    const attach = (arn: string, waitsFor: number[]) =>
      add((model) => withGroup(model, next.name, (list) => [...list, arn]), waitsFor);
    // A role's own policy, which holds its Deny, is put on before AWS's, and comes off after it.
    const own = next.attached.filter((arn) => isOwn(arn) && isNew(arn)).map((arn) => attach(arn, documents));
    for (const arn of next.attached.filter((one) => !isOwn(one) && isNew(one))) attach(arn, [...documents, ...own]);
    const gone = (old?.attached ?? []).filter((one) => !next.attached.includes(one));
    const detach = (arn: string, waitsFor: number[] = []) =>
      add((model) => withGroup(model, next.name, (list) => list.filter((one) => one !== arn)), waitsFor);
    const others = gone.filter((arn) => !isOwn(arn)).map((arn) => detach(arn));
    for (const arn of gone.filter(isOwn)) detach(arn, others);
  }
  const shared = list.map((_step, index) => index);
  for (const name of new Set([...before.users, ...after.users].map((user) => user.name))) {
    const old = before.users.find((user) => user.name === name);
    const next = after.users.find((user) => user.name === name);
    const made = old === undefined && next !== undefined ? [add((model) => withNewUser(model, next))] : [];
    const limit: Step = (model) => withUser(model, name, (user) => ({ ...user, inline: next?.inline ?? [] }));
    // Limits that end may do so at any moment.
    const limited = next === undefined ? [] : [add(limit, made)];
    const first = next !== undefined && next.inline.length === 0 ? made : limited;
    const moves = [
      ...(next?.groups ?? [])
        .filter((group) => !(old?.groups ?? []).includes(group))
        .map((group) =>
          add(
            (model) => withUser(model, name, (user) => ({ ...user, groups: [...user.groups, group] })),
            [...first, ...shared],
          ),
        ),
      ...(old?.groups ?? [])
        .filter((group) => !(next?.groups ?? []).includes(group))
        .map((group) =>
          add((model) =>
            withUser(model, name, (user) => ({ ...user, groups: user.groups.filter((one) => one !== group) })),
          ),
        ),
    ];
    if (next === undefined) {
      const unlimited = add(limit);
      add((model) => ({ ...model, users: model.users.filter((user) => user.name !== name) }), [unlimited, ...moves]);
    }
  }
  return list;
}

function withGroup(model: AccessModel, name: string, attached: (list: readonly string[]) => readonly string[]) {
  return {
    ...model,
    groups: model.groups.map((group) =>
      group.name === name ? { ...group, attached: attached(group.attached) } : group,
    ),
  };
}

function withPolicy(model: AccessModel, policy: AccessModel['policies'][number]): AccessModel {
  return { ...model, policies: [...model.policies.filter(({ arn }) => arn !== policy.arn), policy] };
}

function withNewUser(model: AccessModel, user: AccessUser): AccessModel {
  return { ...model, users: [...model.users, { ...user, groups: [], inline: [] }] };
}

function withUser(model: AccessModel, name: string, map: (user: AccessUser) => AccessUser): AccessModel {
  return { ...model, users: model.users.map((user) => (user.name === name ? map(user) : user)) };
}

test('in any order of calls, a member who is not suspended never has access that neither state allows', () => {
  let suspended = 0;
  fc.assert(
    fc.property(teams, teams, fc.infiniteStream(fc.nat({ max: 1000 })), (first, second, order) => {
      const before = desiredAccess(first, TODAY);
      const after = desiredAccess(second, TODAY);
      const exempt = new Set(usersToSuspend(before, after, AT));
      suspended += exempt.size;
      const may = (model: AccessModel, user: string, operation: (typeof OPERATIONS)[number]) =>
        decide(model, user, operation, { at: AT }).outcome === 'allowed';
      const pending = steps(before, after);
      const done = new Set<number>();
      let model = before;
      while (done.size < pending.length) {
        const ready = pending.flatMap(({ after: needs }, i) =>
          !done.has(i) && needs.every((need) => done.has(need)) ? [i] : [],
        );
        const index = ready[(order.next().value as number) % ready.length] ?? 0;
        done.add(index);
        model = pending[index]?.step(model) ?? model;
        for (const { name } of model.users) {
          if (exempt.has(name)) continue;
          for (const operation of OPS) {
            if (may(model, name, operation) && !may(before, name, operation) && !may(after, name, operation)) {
              throw new Error(`${name} may ${operation} in between`);
            }
          }
        }
      }
    }),
    { numRuns: runs(400) },
  );
  expect(suspended).toBeGreaterThan(0);
});

test('once their limits exist, neither the apply of the suspended team nor the rest grants them access in between', () => {
  fc.assert(
    fc.property(teams, teams, (first, second) => {
      const before = desiredAccess(first, TODAY);
      const after = desiredAccess(second, TODAY);
      const names = usersToSuspend(before, after, AT);
      const between = desiredAccess(suspendedTeam(second, names), TODAY);
      for (const name of names) {
        for (const operation of operationsOf('results:read')) {
          expect(decide(between, name, operation, { at: AT }).outcome).not.toBe('allowed');
        }
      }
      expect(usersToSuspend(between, after, AT)).toEqual([]);
    }),
    { numRuns: runs(200) },
  );
});

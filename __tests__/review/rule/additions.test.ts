import fc from 'fast-check';
import { accessOf } from '../../../src/access/access-of.ts';
import { type AccessModel, emptyModel } from '../../../src/access/model.ts';
import { difference, NO_OPERATIONS, type OperationSet, union } from '../../../src/access/operation-set.ts';
import { statementsOf } from '../../../src/iam/document.ts';
import { heldIn } from '../../../src/review/rule/access.ts';
import type { Applied } from '../../../src/review/rule/input.ts';
import { ruleFor } from '../../../src/review/rule/rule.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { iamName, labPath } from '../../../src/team/names.ts';
import type { Role, Team } from '../../../src/team/team.ts';
import { changedWith, type ManualChange, manualChanges } from '../../support/changed-model.ts';
import { EXHAUSTIVE } from '../../support/exhaustive.ts';
import { afterApply } from '../../support/model-apply.ts';
import { member, role, sampleTeam } from '../../support/sample-team.ts';

const DAY = '2026-11-25';
const AT = { at: new Date(`${DAY}T12:00:00Z`) };
const ADDITIONS: readonly string[] = ['join', 'attach AWS', 'attach own', "attach the lab's", 'write', 'edit', 'tag'];

const ROLES = [
  role({ key: 'a', allow: ['SendBonus', 'GetHIT'] }),
  role({ key: 'b', allow: ['SendBonus'] }),
  role({ key: 'c', allow: ['GetHIT'] }),
  role({ key: 'd', managed: ['AmazonMechanicalTurkFullAccess'], deny: ['SendBonus'] }),
];
const someRoles = fc.subarray(ROLES.map(({ key }) => key));
const team = fc.tuple(someRoles, someRoles, someRoles).map(
  (all): Team => ({
    ...{ ...sampleTeam, owners: ['m0'], departed: [], roles: ROLES },
    members: all.map((roles, index) => member({ key: `m${index}`, roles })),
  }),
);

const edit = fc.record({
  kind: fc.constantFrom('none', 'members', 'members', 'widen', 'rename'),
  role: fc.nat(3),
  member: fc.nat(2),
});
type Edit = typeof edit extends fc.Arbitrary<infer One> ? One : never;

const toggled = <Item>(items: readonly Item[], item: Item) =>
  items.includes(item) ? items.filter((each) => each !== item) : [...items, item].sort();

function edited(file: Team, { kind, role: index, member: who }: Edit): Team {
  const { key = '' } = file.roles[index] ?? {};
  const withRole = (change: (role: Role) => Role) => file.roles.map((each) => (each.key === key ? change(each) : each));
  if (kind === 'widen') {
    return { ...file, roles: withRole((each) => ({ ...each, allow: toggled(each.allow, 'SendBonus') })) };
  }
  const rolesOf = (change: (roles: readonly string[], index: number) => readonly string[]) =>
    file.members.map((each, at) => ({ ...each, roles: change(each.roles, at) }));
  if (kind === 'members') return { ...file, members: rolesOf((had, at) => (at === who ? toggled(had, key) : had)) };
  if (kind === 'none') return file;
  const to = `${key}x`;
  return {
    ...file,
    roles: withRole((each) => ({ ...each, key: to })),
    members: rolesOf((had) => had.map((each) => (each === key ? to : each)).sort()),
  };
}

/** Policies that others wrote stay beside those that are added. */
function withAdditions(account: AccessModel, file: Team, additions: readonly ManualChange[]): AccessModel {
  const renamed = <Holder extends AccessModel['groups'][number] | AccessModel['users'][number]>(holder: Holder) => ({
    ...holder,
    inline: holder.inline.map((each) => (each.name === 'extra' ? { ...each, name: 'earlier' } : each)),
  });
  const start = { ...account, users: account.users.map(renamed), groups: account.groups.map(renamed) };
  let model: AccessModel = start;
  for (const change of additions) {
    const own = model.policies.filter(({ arn }) => arn.includes('/mturk/'));
    const chosen = own[change.one % Math.max(1, own.length)];
    const policies = model.policies.map((each) => {
      const Statement = each.document === null ? [] : statementsOf(each.document);
      const document = { Version: '2012-10-17', Statement: [...Statement, ...statementsOf(change.document)] };
      return each === chosen ? { ...each, document } : each;
    });
    model = change.act === 'edit' ? { ...model, policies } : changedWith(model, file, [change]);
  }
  return model;
}

const of = (map: ReadonlyMap<string, OperationSet>, user: string) => map.get(user) ?? NO_OPERATIONS;
const evening = fc.record({
  first: team,
  taken: manualChanges(),
  steps: fc.array(
    fc.record({
      additions: manualChanges().map((all) => all.filter(({ act }) => ADDITIONS.includes(act))),
      edit,
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
type Evening = typeof evening extends fc.Arbitrary<infer One> ? One : never;

/** What applies leave, and what users had through what the files gave them, with or without the additions. */
function afterApplies({ first, taken, steps }: Evening, isHelped: boolean) {
  const written = {
    team: first,
    withheld: [],
    leftOut: { members: [], roles: [] },
    taken: {},
    newUsers: [],
    renamed: [],
  };
  let account = afterApply(emptyModel(first.account), written, null);
  const idsOf = (names: readonly { readonly name: string }[]) =>
    new Map(names.map(({ name }) => [name, `id of ${name}`]));
  const user = idsOf(account.users);
  const recordOf = (file: Team): Applied => ({
    ...{ team: appliedTeam(file, DAY), begun: [] },
    ids: { user, group: idsOf(account.groups) },
  });
  let [record, file, last] = [recordOf(first), first, first];
  account = changedWith(account, file, taken);
  const had = new Map<string, OperationSet>();
  for (const { additions, edit: one } of steps) {
    if (isHelped) account = withAdditions(account, file, additions);
    for (const [name, held] of heldIn(account, last, [record.team])) had.set(name, union(of(had, name), held));
    file = edited(file, one);
    const decided = (applied: Applied) => {
      const ids = { user: idsOf(account.users), group: idsOf(account.groups) };
      return ruleFor({ team: file, today: DAY, account: { access: account, ids }, applied, restore: new Set() });
    };
    const ruled = decided(record);
    const noted = new Map(ruled.team.members.map(({ key, withheld = [] }) => [key, withheld]));
    const members = file.members.map((each) => ({ ...each, withheld: noted.get(each.key) ?? [] }));
    const begun = { ...record, begun: [appliedTeam({ ...file, members }, DAY)] };
    account = afterApply(account, ruled, last);
    account = afterApply(account, decided(begun), last);
    record = recordOf(file);
    last = file;
  }
  // Whom no apply reaches keeps what was added to them.
  const reached = account.users.filter(({ path }) => path === labPath(sampleTeam.lab));
  const may = new Map(accessOf(account, AT, reached).map(({ user: { name }, allowed }) => [name, allowed]));
  return { may, had, file };
}

test('who may only add to users, groups and policies gets no one back, by applies, what someone took', () => {
  fc.assert(
    fc.property(evening, (one) => {
      const [without, helped] = [false, true].map((isHelped) => afterApplies(one, isHelped));
      for (const { key } of helped?.file.members ?? []) {
        const user = iamName(sampleTeam.lab, key);
        if (without?.may.has(user) !== true || helped?.may.has(user) !== true) continue;
        const more = difference(of(helped.may, user), of(without.may, user));
        expect(difference(more, of(helped.had, user))).toBe(NO_OPERATIONS);
      }
    }),
    { numRuns: EXHAUSTIVE ? 5_000 : 100 },
  );
});

import fc from 'fast-check';
import { accessOf } from '../../../src/access/access-of.ts';
import { type AccessGroup, type AccessModel, emptyModel } from '../../../src/access/model.ts';
import { intersection, NO_OPERATIONS, type OperationSet, union } from '../../../src/access/operation-set.ts';
import type { Operation } from '../../../src/catalog/mturk.ts';
import { type PolicyDocument, statementsOf } from '../../../src/iam/document.ts';
import type { Applied } from '../../../src/review/rule/input.ts';
import { deniedBy, isComputed } from '../../../src/review/rule/kept-denies.ts';
import { ruleFor } from '../../../src/review/rule/rule.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { NOT_WIDENED_SID, OUT_OF_REACH_SID, WITHHELD_SID } from '../../../src/team/documents.ts';
import { iamName, labPath } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import { EXHAUSTIVE } from '../../support/exhaustive.ts';
import { afterApply } from '../../support/model-apply.ts';
import { member, role, smallTeam } from '../../support/sample-team.ts';

const DAY = '2026-11-25';
const AT = { at: new Date('2026-11-25T12:00:00Z') };
const OPERATIONS = ['SendBonus', 'CreateHIT'] as const;
const ROLES = ['a', 'b', 'c'];
const MEMBERS = ['x', 'y'];
const { lab, account: ACCOUNT } = smallTeam;
const GROUPS = [...ROLES.map((key) => iamName(lab, key)), 'stop'];

const anyTeam: fc.Arbitrary<Team> = fc
  .record({
    roles: fc.subarray(ROLES),
    allow: fc.tuple(...ROLES.map(() => fc.subarray([...OPERATIONS], { minLength: 1 }))),
    held: fc.tuple(...MEMBERS.map(() => fc.subarray(ROLES))),
  })
  .map(({ roles, allow, held }) => ({
    ...{ ...smallTeam, departed: [], owners: ['x'] },
    roles: roles.map((key) => role({ key, allow: allow[ROLES.indexOf(key)] ?? [] })),
    members: MEMBERS.map((key, at) => member({ key, roles: held[at]?.filter((each) => roles.includes(each)) ?? [] })),
  }));

interface Change {
  readonly act: 'deny' | 'attach' | 'edit' | 'join' | 'rename' | 'create';
  /** Numbers choose among what exists. */
  readonly one: number;
  readonly other: number;
  readonly operations: readonly Operation[];
}

const anyChange: fc.Arbitrary<Change> = fc.record({
  act: fc.constantFrom<Change['act'][]>('deny', 'attach', 'edit', 'join', 'rename', 'rename', 'create'),
  ...{ one: fc.nat(3), other: fc.nat(3) },
  operations: fc.subarray([...OPERATIONS], { minLength: 1 }),
});

/** Merges `file`, if there is one, and applies it: to the end, or not beyond its record. */
interface Evening {
  readonly changes: readonly Change[];
  readonly file: Team | null;
  readonly isInterrupted: boolean;
}

const anyEvening: fc.Arbitrary<Evening> = fc.record({
  changes: fc.array(anyChange, { minLength: 2, maxLength: 7, size: 'max' }),
  file: fc.option(anyTeam, { freq: 20 }),
  isInterrupted: fc.nat(3).map((number) => number === 0),
});

interface Account {
  readonly model: AccessModel;
  /** By name of the group. */
  readonly ids: ReadonlyMap<string, string>;
}

const pick = <Item>(items: readonly Item[], number: number): Item | undefined => items[number % items.length];

const deny = (operations: readonly Operation[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: operations.map((each) => `mechanicalturk:${each}`), Resource: '*' }],
});

function changed({ model, ids }: Account, { act, one, other, operations }: Change, step: string): Account {
  const group = pick(model.groups, one);
  const free = pick(
    GROUPS.filter((name) => !ids.has(name)),
    other,
  );
  const name = `stop-${step}`;
  const withGroup = (change: Partial<AccessGroup>) =>
    model.groups.map((each) => (each === group ? { ...each, ...change } : each));
  if (act === 'create') {
    if (free === undefined) return { model, ids };
    const created = { name: free, path: labPath(lab), inline: [], attached: [] };
    return { model: { ...model, groups: [...model.groups, created] }, ids: new Map([...ids, [free, step]]) };
  }
  if (act === 'edit') {
    const policy = pick(
      model.policies.filter(({ arn }) => arn.includes(`:policy${labPath(lab)}`)),
      one,
    );
    const Statement = [...statementsOf(policy?.document ?? deny([])), ...statementsOf(deny(operations))];
    const edited = (each: AccessModel['policies'][number]) =>
      each === policy ? { ...each, document: { Version: '2012-10-17', Statement } } : each;
    return { model: { ...model, policies: model.policies.map(edited) }, ids };
  }
  if (group === undefined) return { model, ids };
  if (act === 'deny') {
    const inline = [...group.inline, { name, document: deny(operations) }];
    return { model: { ...model, groups: withGroup({ inline }) }, ids };
  }
  if (act === 'attach') {
    const policy = { arn: `arn:aws:iam::${ACCOUNT}:policy/${name}`, name, document: deny(operations) };
    const groups = withGroup({ attached: [...group.attached, policy.arn] });
    return { model: { ...model, policies: [...model.policies, policy], groups }, ids };
  }
  if (act === 'join') {
    const joining = pick(model.users, other);
    const users = model.users.map((user) =>
      user === joining ? { ...user, groups: [...new Set([...user.groups, group.name])] } : user,
    );
    return { model: { ...model, users }, ids };
  }
  if (free === undefined) return { model, ids };
  const renamed = (each: string) => (each === group.name ? free : each);
  const users = model.users.map((user) => ({ ...user, groups: user.groups.map(renamed) }));
  const known = [...ids].map(([each, id]) => [renamed(each), id] as const);
  return { model: { ...model, users, groups: withGroup({ name: free }) }, ids: new Map(known) };
}

/** What Denies by hand take from a user, by the user's own policies and those of the groups. */
function deniedTo(model: AccessModel, key: string): OperationSet {
  const user = model.users.find(({ name }) => name === iamName(lab, key));
  const holders = user === undefined ? [] : [user, ...model.groups.filter(({ name }) => user.groups.includes(name))];
  return holders
    .flatMap(({ inline, attached }) => [
      ...inline.map(({ document }) => document),
      ...model.policies.filter(({ arn }) => attached.includes(arn)).map(({ document }) => document),
    ])
    .flatMap((document) => (document === null ? [] : statementsOf(document)))
    .filter((each) => !isComputed(each, [WITHHELD_SID, OUT_OF_REACH_SID, NOT_WIDENED_SID]))
    .map(deniedBy)
    .reduce(union, NO_OPERATIONS);
}

test('no apply lifts a Deny of a group, whatever groups are renamed to and the file names its roles', () => {
  fc.assert(
    fc.property(anyTeam, fc.array(anyEvening, { minLength: 1, maxLength: 3, size: 'max' }), (first, evenings) => {
      const user = new Map(MEMBERS.map((key) => [iamName(lab, key), key]));
      const nothing = { withheld: [], leftOut: { members: [], roles: [] }, taken: {}, newUsers: [], renamed: [] };
      const model = afterApply(emptyModel(ACCOUNT), { team: first, ...nothing }, null);
      let account: Account = { model, ids: new Map(model.groups.map(({ name }) => [name, `first ${name}`])) };
      let record: Applied = { team: appliedTeam(first, DAY), begun: [], ids: { user, group: account.ids } };
      let last = first;
      let begun: readonly Team[] = [];
      for (const [evening, { changes, file, isInterrupted }] of evenings.entries()) {
        for (const [at, change] of changes.entries()) account = changed(account, change, `${evening}-${at}`);
        const team = file ?? begun.at(-1) ?? last;
        const ruled = ruleFor({
          ...{ team, today: DAY, applied: record, restore: new Set<string>() },
          account: { access: account.model, ids: { user, group: account.ids } },
        });
        if (isInterrupted) {
          begun = [...begun, team];
          record = { ...record, begun: begun.map((each) => appliedTeam(each, DAY)) };
          continue;
        }
        const denied = new Map(MEMBERS.map((key) => [key, deniedTo(account.model, key)]));
        const after = afterApply(account.model, ruled, last);
        const may = new Map(accessOf(after, AT).map(({ user: { name }, allowed }) => [name, allowed]));
        for (const [key, operations] of denied) {
          expect([key, intersection(may.get(iamName(lab, key)) ?? NO_OPERATIONS, operations)]).toEqual([
            key,
            NO_OPERATIONS,
          ]);
        }
        const ids = new Map(after.groups.map(({ name }) => [name, account.ids.get(name) ?? `${evening} ${name}`]));
        account = { model: after, ids };
        record = { team: appliedTeam(team, DAY), begun: [], ids: { user, group: ids } };
        last = team;
        begun = [];
      }
    }),
    { numRuns: EXHAUSTIVE ? 6_000 : 200 },
  );
});

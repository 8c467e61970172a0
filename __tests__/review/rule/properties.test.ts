import fc from 'fast-check';
import { accessOf } from '../../../src/access/access-of.ts';
import { type AccessModel, emptyModel } from '../../../src/access/model.ts';
import {
  difference,
  intersection,
  NO_OPERATIONS,
  type OperationSet,
  union,
} from '../../../src/access/operation-set.ts';
import { desiredAccessBeforeDeletions } from '../../../src/access/sources/desired.ts';
import { givenBy, heldIn } from '../../../src/review/rule/access.ts';
import type { Applied } from '../../../src/review/rule/input.ts';
import { ruleFor } from '../../../src/review/rule/rule.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { iamName, labPath } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import { changedWith, type ManualChange, manualChanges } from '../../support/changed-model.ts';
import { EXHAUSTIVE } from '../../support/exhaustive.ts';
import { afterApply } from '../../support/model-apply.ts';
import { teams } from '../../support/team-arbitrary.ts';

const DAY = '2026-11-25';
const DAYS = ['2026-12-20', '2027-01-20'] as const;
const AT = { at: new Date('2026-11-25T12:00:00Z') };

type Event =
  | { readonly kind: 'change'; readonly changes: readonly ManualChange[] }
  | { readonly kind: 'merge'; readonly edit: number; readonly role: number; readonly member: number }
  | { readonly kind: 'apply'; readonly isInterrupted: boolean };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), changes: manualChanges() }),
  fc.record({ kind: fc.constant('merge' as const), edit: fc.nat(6), role: fc.nat(5), member: fc.nat(9) }),
  fc.record({ kind: fc.constant('apply' as const), isInterrupted: fc.boolean() }),
);

const withoutDeletions = teams().map(
  (team): Team => ({ ...team, departed: [], settings: { ...team.settings, deleteAfterDays: null } }),
);

function merged(team: Team, { edit, role: one, member: other }: Extract<Event, { kind: 'merge' }>): Team {
  const role = team.roles[one % team.roles.length];
  const member = team.members[other % Math.max(team.members.length, 1)];
  if (role === undefined || member === undefined) return team;
  if (edit === 0) {
    const allow = role.allow.includes('SendBonus')
      ? role.allow.filter((each) => each !== 'SendBonus')
      : [...role.allow, 'SendBonus' as const];
    return { ...team, roles: team.roles.map((each) => (each === role ? { ...role, allow } : each)) };
  }
  if (edit === 1) return { ...team, freeze: team.freeze.length === 0 ? ['pay:bonus'] : [] };
  const day = (one: string | null) => (one === DAYS[0] ? DAYS[1] : DAYS[0]);
  const roles = member.roles.includes(role.key)
    ? member.roles.filter((key) => key !== role.key)
    : [...member.roles, role.key].sort();
  const changed = [
    { from: day(member.from) },
    { until: day(member.until) },
    { suspended: !member.suspended },
    { roles },
    { roles },
  ][edit - 2];
  return { ...team, members: team.members.map((each) => (each === member ? { ...member, ...changed } : each)) };
}

const idsOf = (model: AccessModel, known: ReadonlyMap<string, string>) =>
  new Map(model.users.map(({ name }) => [name, known.get(name) ?? `id of ${name}`]));

/** What users may do now, with what they may do by chance through groups that are not the lab's left out. */
function may(model: AccessModel): ReadonlyMap<string, OperationSet> {
  return new Map(accessOf(model, AT).map(({ user, allowed }) => [user.name, allowed]));
}

const of = (map: ReadonlyMap<string, OperationSet>, user: string) => map.get(user) ?? NO_OPERATIONS;

test('on any evening, an apply gives no one more than the file and nothing back that a manual change took', () => {
  fc.assert(
    fc.property(withoutDeletions, fc.array(event, { minLength: 2, maxLength: 9 }), (first, events) => {
      let account = afterApply(
        emptyModel(first.account),
        { team: first, withheld: [], leftOut: { members: [], roles: [] }, taken: {}, newUsers: [], renamed: [] },
        null,
      );
      const ids = idsOf(account, new Map());
      const entityIds = (user: ReadonlyMap<string, string>) => ({ user, group: new Map<string, string>() });
      let record: Applied = { team: appliedTeam(first, DAY), begun: [], ids: entityIds(ids) };
      let last = first;
      let file = first;
      const taken = new Map<string, OperationSet>();
      for (const each of events) {
        if (each.kind === 'merge') file = merged(file, each);
        else if (each.kind === 'change') {
          const before = heldIn(account, file, [record.team]);
          account = changedWith(account, file, each.changes);
          const after = heldIn(account, file, [record.team]);
          for (const user of before.keys()) {
            const lost = union(of(taken, user), difference(of(before, user), of(after, user)));
            taken.set(user, difference(lost, difference(of(after, user), of(before, user))));
          }
        } else {
          const decided = (applied: Applied) =>
            ruleFor({
              team: file,
              account: { access: account, ids: entityIds(idsOf(account, ids)) },
              ...{ applied, restore: new Set<string>() },
            });
          const ruled = decided(record);
          const noted = new Map(ruled.team.members.map(({ key, withheld = [] }) => [key, withheld]));
          const members = file.members.map((one) => ({ ...one, withheld: noted.get(one.key) ?? [] }));
          const begun = { ...record, begun: [...record.begun, appliedTeam({ ...file, members }, DAY)] };
          const before = may(account);
          const heldBefore = heldIn(account, file, [record.team]);
          const old = [record.team, ...record.begun].map(givenBy);
          if (each.isInterrupted) {
            record = begun;
            continue;
          }
          account = afterApply(account, ruled, last);
          // What did not fit is a Deny of everything, beside which what is still at a role can fit.
          const next = decided(begun);
          account = afterApply(account, next, last);
          const gives = givenBy(file);
          // Who is left out is in no group of the lab: what they have is not the lab's.
          const left = new Set(ruled.leftOut.members.map((key) => iamName(file.lab, key)));
          const { groups } = account;
          const isLabGroup = (group: string) =>
            groups.some(({ name, path }) => name === group && path === labPath(file.lab));
          for (const user of account.users.filter(({ name }) => ids.has(name))) {
            if (left.has(user.name)) {
              expect(user.groups.filter(isLabGroup)).toEqual([]);
              continue;
            }
            const now = of(may(account), user.name);
            const gained = difference(now, of(before, user.name));
            expect(difference(gained, of(gives, user.name))).toBe(NO_OPERATIONS);
            const approved = old.reduce(
              (all, given) => union(all, difference(of(gives, user.name), of(given, user.name))),
              NO_OPERATIONS,
            );
            const back = intersection(difference(now, of(heldBefore, user.name)), of(taken, user.name));
            expect(difference(intersection(back, gained), approved)).toBe(NO_OPERATIONS);
          }
          record = { ...record, team: appliedTeam(file, DAY), begun: [] };
          last = file;
          // An apply asks again after its calls, and the next one when it has ended.
          for (const { team } of [decided(begun), decided(record)]) {
            expect(desiredAccessBeforeDeletions(team)).toEqual(desiredAccessBeforeDeletions(next.team));
          }
        }
      }
    }),
    { numRuns: EXHAUSTIVE ? 3_000 : 40 },
  );
});

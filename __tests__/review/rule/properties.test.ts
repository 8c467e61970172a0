import fc from 'fast-check';
import type { OperationsByUser } from '../../../src/access/access-of.ts';
import { type AccessModel, emptyModel, mapDocuments } from '../../../src/access/model.ts';
import {
  ALL_OPERATIONS,
  difference,
  intersection,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  operationsOfStatement,
  union,
} from '../../../src/access/operation-set.ts';
import { desiredAccessBeforeDeletions } from '../../../src/access/sources/desired.ts';
import { type PolicyDocument, type Statement, statementsOf } from '../../../src/iam/document.ts';
import { givenBy } from '../../../src/review/rule/access.ts';
import { recordedNames } from '../../../src/review/rule/identity.ts';
import type { Applied } from '../../../src/review/rule/input.ts';
import { ruleFor } from '../../../src/review/rule/rule.ts';
import { type Ruled, restoreName } from '../../../src/review/rule/ruled.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { iamName, LIMITS_POLICY, labPath, memberTags, rolePolicyArn } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import { atMoment, deniesByHand, hadBefore, type Moment, type RecordedNames } from '../../support/by-hand.ts';
import { changedWith, type ManualChange, manualChanges } from '../../support/changed-model.ts';
import { EXHAUSTIVE } from '../../support/exhaustive.ts';
import { afterApply } from '../../support/model-apply.ts';
import { anyStatement } from '../../support/random-model.ts';
import { member, role, sampleTeam } from '../../support/sample-team.ts';
import { teams } from '../../support/team-arbitrary.ts';

const DAY = '2026-11-25';
const DAYS = ['2026-12-20', '2027-01-20'] as const;

type Event =
  | { readonly kind: 'change'; readonly changes: readonly ManualChange[] }
  | { readonly kind: 'merge'; readonly edit: number; readonly role: number; readonly member: number }
  | {
      readonly kind: 'rename';
      readonly of: 'user' | 'group' | 'replace' | 'swap' | 'swap groups' | 'back';
      readonly one: number;
      readonly other: number;
    }
  | { readonly kind: 'apply'; readonly steps: number; readonly restored: number; readonly isLifted: boolean };

const TAKING = [
  'join',
  'leave',
  'write',
  'attach own',
  'edit',
  'detach',
  'limit',
  'unlimit',
  'rebound',
  'a group in the path',
] as const;

const denying: fc.Arbitrary<PolicyDocument> = anyStatement.map((each) => ({
  Version: '2012-10-17',
  Statement: [{ ...each, Effect: 'Deny', Resource: '*' }],
}));

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), changes: manualChanges() }),
  fc.record({ kind: fc.constant('change' as const), changes: manualChanges(TAKING, denying) }),
  fc.record({ kind: fc.constant('merge' as const), edit: fc.nat(9), role: fc.nat(5), member: fc.nat(9) }),
  fc.record({
    kind: fc.constant('rename' as const),
    of: fc.constantFrom('user' as const, 'group' as const, 'replace' as const, 'back' as const, 'back' as const),
    one: fc.nat(7),
    other: fc.nat(3),
  }),
  fc.record({
    kind: fc.constant('apply' as const),
    // The first steps of an apply that is interrupted, or all.
    steps: fc.constantFrom(0, 1, 2, 3, 4, 4, 4, 4),
    restored: fc.oneof(fc.constant(0), fc.nat(63)),
    isLifted: fc.boolean(),
  }),
);

/** Users are renamed or replaced for the time of an apply that may be interrupted. */
const away: fc.Arbitrary<readonly Event[]> = fc
  .tuple(
    fc.nat(7),
    fc.nat(7),
    fc.constantFrom('user' as const, 'replace' as const, 'swap' as const),
    fc.constantFrom(0, 1, 2, 3, 4),
  )
  .map(([one, other, of, steps]) => [
    ...(of === 'swap' ? [] : [{ kind: 'rename' as const, of: 'user' as const, one, other: 0 }]),
    { kind: 'rename', of, one: other, other: of === 'swap' ? one : 0 },
    { kind: 'apply', steps, restored: 0, isLifted: false },
    { kind: 'rename', of: 'back', one, other: 0 },
  ]);

const evenings = fc
  .array(fc.oneof({ weight: 5, arbitrary: event.map((each) => [each]) }, { weight: 1, arbitrary: away }), {
    ...{ minLength: 4, maxLength: 9 },
  })
  .map((all) => all.flat());

const moment: fc.Arbitrary<Moment> = fc.record({
  at: fc.constantFrom(
    ...['2026-11-25', '2026-12-10', '2026-12-22', '2026-12-30', '2027-02-01'].map(
      (day) => new Date(`${day}T12:00:00Z`),
    ),
  ),
  isMeant: fc.boolean(),
});

/** Most without what keeps members from their access anyway. */
const withoutDeletions = fc.tuple(teams(), fc.nat(3)).map(([team, limited]): Team => {
  const settings = { ...team.settings, deleteAfterDays: null };
  if (limited === 0) return { ...team, departed: [], settings };
  const members = team.members.map((each) => ({ ...each, from: null, until: null, suspended: false }));
  return { ...team, members, freeze: [], departed: [], settings };
});

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
  if (edit === 7 && team.roles.length > 1) {
    const members = team.members.map((each) => ({ ...each, roles: each.roles.filter((key) => key !== role.key) }));
    return { ...team, roles: team.roles.filter((each) => each !== role), members };
  }
  if (edit === 8) {
    const key = role.key.startsWith('new') ? role.key.slice(3) : `new${role.key}`;
    if (key === '' || team.roles.some((each) => each.key.toLowerCase() === key.toLowerCase())) return team;
    const renamed = (roles: readonly string[]) => roles.map((each) => (each === role.key ? key : each)).sort();
    return {
      ...team,
      roles: team.roles.map((each) => (each === role ? { ...role, key } : each)),
      members: team.members.map((each) => ({ ...each, roles: renamed(each.roles) })),
    };
  }
  if (edit === 9) return { ...team, members: team.members.filter((each) => each !== member) };
  if (edit > 6) return team;
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

const of = (map: ReadonlyMap<string, OperationSet>, user: string | undefined) => map.get(user ?? '') ?? NO_OPERATIONS;

/** A lab whose account people change by hand, and the file, too. */
class Lab {
  account: AccessModel;
  ids = { user: new Map<string, string>(), group: new Map<string, string>() };
  record: Applied;
  file: Team;
  /** What Terraform knows. */
  private last: Team;
  private created = 0;
  /** What manual changes took, by the unique id of the user. */
  readonly taken = new Map<string, OperationSet>();
  /** What someone denied a user who had another's name, by the unique id. */
  private readonly owed = new Map<string, OperationSet>();

  private readonly moment: Moment;
  /** Unique ids, names and ARNs of the first account. */
  readonly first: {
    readonly user: readonly string[];
    readonly group: readonly string[];
    readonly policy: readonly string[];
  };

  constructor(first: Team, moment: Moment) {
    this.moment = moment;
    const none = { withheld: [], leftOut: { members: [], roles: [] }, taken: {}, newUsers: [], renamed: [] };
    this.account = afterApply(emptyModel(first.account), { team: first, ...none }, null);
    this.identify();
    this.record = { team: appliedTeam(first, DAY), begun: [], ids: this.copyOfIds() };
    this.file = first;
    this.last = first;
    const policy = first.roles.map((role) => rolePolicyArn(first, role.key));
    this.first = { user: [...this.ids.user.values()], group: [...this.ids.group.keys()], policy };
  }

  /** The rule indexes the ids that it is given: no one may change them later. */
  private copyOfIds() {
    return { user: new Map(this.ids.user), group: new Map(this.ids.group) };
  }

  private identify(): void {
    for (const [kind, entities] of [
      ['user', this.account.users],
      ['group', this.account.groups],
    ] as const) {
      const names = new Set(entities.map(({ name }) => name));
      for (const name of this.ids[kind].keys()) if (!names.has(name)) this.ids[kind].delete(name);
      for (const name of names) if (!this.ids[kind].has(name)) this.ids[kind].set(name, `${kind} ${++this.created}`);
    }
    this.ids = this.copyOfIds();
  }

  private get before(): readonly [Applied['team'], ...Applied['team'][]] {
    return [this.record.team, ...this.record.begun];
  }

  private get input() {
    return {
      team: this.file,
      today: this.moment.at.toISOString().slice(0, 10),
      account: { access: this.account, ids: this.ids },
      applied: this.record,
      restore: new Set<string>(),
    };
  }

  private get names(): RecordedNames {
    const ofId = new Map([...this.record.ids.user].map(([name, id]) => [id, name]));
    return {
      user: (name) => ofId.get(this.ids.user.get(name) ?? '') ?? null,
      group: (name) => recordedNames('group', name, this.input)[0] ?? name,
    };
  }

  private byId(found: OperationsByUser): ReadonlyMap<string, OperationSet> {
    return new Map([...found].map(([name, operations]) => [this.ids.user.get(name) ?? '', operations]));
  }

  change(changed: () => void): void {
    const had = () => this.byId(hadBefore(this.account, this.before, this.names));
    const before = had();
    const kept = this.keptDenies();
    const denied = this.owed.size > 0 ? this.deniedByHand() : null;
    changed();
    this.identify();
    const after = had();
    // Who removes a Deny that an apply kept gives back what it took.
    const left = this.keptDenies();
    const lifted = (id: string) => difference(of(kept, id), of(left, id));
    if (denied !== null) {
      const now = this.deniedByHand();
      for (const [id, owed] of this.owed) this.owed.set(id, difference(owed, difference(denied(id), now(id))));
    }
    for (const [name, id] of this.record.ids.user) {
      if (!after.has(id)) continue;
      // What is taken while an apply is unfinished can come back with the roles that it changes.
      const rolesIn = this.before.map(({ lab, members }) =>
        JSON.stringify(members.find(({ key }) => iamName(lab, key) === name)?.roles),
      );
      const isStable = new Set(rolesIn).size === 1;
      const lost = isStable ? difference(of(before, id), of(after, id)) : NO_OPERATIONS;
      const given = union(difference(of(after, id), of(before, id)), lifted(id));
      this.taken.set(id, difference(union(of(this.taken, id), lost), given));
    }
  }

  /** What Denies without a condition and a Sid in `limits` take, by the unique id of the user. */
  private keptDenies(): ReadonlyMap<string, OperationSet> {
    const isKept = ({ Sid, Effect, Condition }: Statement) =>
      Effect === 'Deny' && Sid === undefined && Condition === undefined;
    const limitsOf = ({ inline }: AccessModel['users'][number]) =>
      inline.find(({ name }) => name === LIMITS_POLICY)?.document ?? null;
    return this.byId(
      new Map(
        this.account.users.map((user) => {
          const document = limitsOf(user);
          const statements = document === null ? [] : statementsOf(document).filter(isKept);
          return [user.name, statements.map(operationsOfStatement).reduce(union, NO_OPERATIONS)];
        }),
      ),
    );
  }

  act(change: ManualChange): void {
    this.change(() => {
      this.account = changedWith(this.account, this.file, [change]);
    });
  }

  /** Who may do what now, by the unique id of the user. */
  access(): ReadonlyMap<string, OperationSet> {
    return this.byId(atMoment(this.account, this.moment));
  }

  meet(event: Event | Denial): void {
    if (event.kind === 'merge') this.file = merged(this.file, event);
    else if (event.kind === 'change') for (const change of event.changes) this.act(change);
    else if (event.kind === 'rename') this.rename(event);
    else if (event.kind === 'deny') this.deny(event);
    else {
      const isRestored = (_role: unknown, at: number) => (event.restored >> at) % 2 === 1;
      const restored = this.file.roles.filter(isRestored).map(({ key }) => restoreName({ of: 'role', key }));
      this.apply({ ...event, restored: new Set(restored) });
    }
  }

  /** At who or what has the unique id, or is the policy, of the first account. */
  private deny({ at, one, document }: Denial): void {
    this.change(() => {
      const chosen = <T>(all: readonly T[]) => all[one % Math.max(1, all.length)];
      const written = <Held extends AccessModel['groups'][number] | AccessModel['users'][number]>(
        held: Held,
      ): Held => ({
        ...held,
        inline: [...held.inline, { name: `denies ${held.inline.length}`, document }],
      });
      // A role's group, as someone renamed it, or a new one of its name.
      const name = chosen(this.first.group);
      const { groups } = this.account;
      const group =
        groups.find((each) => this.ids.group.get(each.name) === this.record.ids.group.get(name ?? '')) ??
        groups.find((each) => each.name === name);
      const another = this.first.policy.slice((one + 1) % this.first.policy.length).slice(0, 1);
      this.account = {
        ...this.account,
        users: this.account.users.map((user) =>
          at === 'user' && this.ids.user.get(user.name) === chosen(this.first.user) ? written(user) : user,
        ),
        groups: groups.map((each) => {
          if (each !== group) return each;
          if (at === 'another policy') return { ...each, attached: [...new Set([...each.attached, ...another])] };
          return at === 'group' ? written(each) : each;
        }),
        policies: this.account.policies.map((policy) =>
          at === 'policy' && policy.arn === chosen(this.first.policy) && policy.document !== null
            ? {
                ...policy,
                document: {
                  ...policy.document,
                  Statement: [...statementsOf(policy.document), ...statementsOf(document)],
                },
              }
            : policy,
        ),
      };
    });
  }

  rename({ of: kind, one, other }: Extract<Event, { kind: 'rename' }>): void {
    this.change(() => {
      const { users, groups } = this.account;
      const ofKind = kind === 'group' || kind === 'swap groups' ? groups : users;
      const found = ofKind[one % Math.max(1, ofKind.length)];
      if (found === undefined) return;
      if (kind === 'back') {
        const { lab } = this.file;
        const to = new Map(users.map(({ name }) => [name, this.names.user(name) ?? name]));
        const isFree = new Set(to.values()).size === to.size;
        const nameOf = (name: string) => (isFree ? (to.get(name) ?? name) : name);
        this.ids.user = new Map([...this.ids.user].map(([name, id]) => [nameOf(name), id]));
        this.account = {
          ...this.account,
          users: users.map((user) =>
            this.record.ids.user.has(to.get(user.name) ?? '')
              ? { ...user, name: nameOf(user.name), path: labPath(lab) }
              : user,
          ),
        };
        return;
      }
      if (kind === 'swap' || kind === 'swap groups') {
        const to = ofKind[other % ofKind.length]?.name ?? '';
        const swapped = (name: string) => (name === found.name ? to : name === to ? found.name : name);
        const named = <Held extends { readonly name: string }>(held: Held): Held => ({
          ...held,
          name: swapped(held.name),
        });
        const of = kind === 'swap' ? 'user' : 'group';
        this.ids[of] = new Map([...this.ids[of]].map(([name, id]) => [swapped(name), id]));
        this.account =
          kind === 'swap'
            ? { ...this.account, users: users.map(named) }
            : {
                ...this.account,
                groups: groups.map(named),
                users: users.map((user) => ({ ...user, groups: user.groups.map(swapped) })),
              };
        return;
      }
      if (kind === 'replace') {
        this.account = {
          ...this.account,
          users: users.map((user) =>
            user === found && other % 2 === 0 ? { ...user, inline: [], attached: [] } : user,
          ),
        };
        this.ids.user.delete(found.name);
        return;
      }
      const freed = [...this.record.ids[kind].keys()].filter((name) => !ofKind.some((each) => each.name === name));
      const choices = [...freed, ...['zed', 'zoe'].filter((name) => !ofKind.some((each) => each.name === name))];
      const to = choices[other % Math.max(1, choices.length)];
      if (to === undefined) return;
      const id = this.ids[kind].get(found.name) ?? '';
      this.ids[kind].delete(found.name);
      this.ids[kind].set(to, id);
      const rename = (name: string) => (name === found.name ? to : name);
      this.account =
        kind === 'group'
          ? {
              ...this.account,
              groups: groups.map((group) => (group === found ? { ...group, name: to } : group)),
              users: users.map((user) => ({ ...user, groups: user.groups.map(rename) })),
            }
          : { ...this.account, users: users.map((user) => (user === found ? { ...user, name: to } : user)) };
    });
  }

  private begin(ruled: Ruled): void {
    const members = this.file.members.map((one) => ({ ...one, withheld: ruled.taken[one.key] ?? [] }));
    const foreignIds = ruled.withheld.filter(
      ({ kind, of }) => of === 'member' && (kind === 'replaced' || kind === 'name-taken'),
    );
    const user = new Map([
      ...foreignIds.map(({ key }) => [iamName(this.file.lab, key), 'none'] as const),
      ...this.record.ids.user,
    ]);
    this.record = {
      ...this.record,
      begun: [...this.record.begun, appliedTeam({ ...this.file, members }, DAY)],
      ids: { ...this.record.ids, user },
    };
  }

  private write(ruled: Ruled): void {
    this.account = afterApply(this.account, ruled, this.last);
    this.identify();
  }

  apply({
    steps,
    restored,
    isLifted,
  }: {
    readonly steps: number;
    readonly restored: ReadonlySet<string>;
    readonly isLifted: boolean;
  }): void {
    const first = ruleFor(this.input);
    const lift = new Map(
      [
        ...first.team.roles.map((role) => [restoreName({ of: 'role', key: role.key }), role.keptDenies ?? []] as const),
      ].filter(([name]) => restored.has(name)),
    );
    const decide = (created?: ReadonlySet<string>) =>
      ruleFor({
        ...this.input,
        ...(isLifted ? { lift } : { restore: restored }),
        ...(created === undefined ? {} : { created }),
      });
    const ruled = decide();
    const had = this.before.map(givenBy);
    const gives = givenBy(this.file);
    const { account } = this;
    const idsBefore = new Map(this.ids.user);
    const hand = this.deniedByHand(restored);
    const atUsers = this.deniedByHand();
    const before = this.byId(atMoment(account, this.moment));
    this.begin(ruled);
    if (steps < 4) {
      this.interrupted(ruled, steps);
      return;
    }
    this.write(ruled);
    const created = new Set(
      this.record.team.members.flatMap(({ key }) =>
        ruled.newUsers.includes(iamName(this.file.lab, key)) ? [key] : [],
      ),
    );
    // What did not fit is a Deny of everything, beside which what is still at a role can fit, and what is withheld.
    this.write(decide(created));
    const next = decide(created);
    this.write(next);
    const again = decide(created);
    const user = new Map(
      [...this.record.ids.user].filter(([name]) =>
        [...next.team.members.map(({ key }) => key), ...next.leftOut.members].some(
          (key) => iamName(this.file.lab, key) === name,
        ),
      ),
    );
    for (const name of next.newUsers) user.set(name, this.ids.user.get(name) ?? '');
    const known = new Set(this.record.ids.group.values());
    const group = new Map(
      [...this.ids.group].filter(
        ([name, id]) =>
          known.has(id) ||
          this.account.groups.some((each) => each.name === name && each.path === labPath(this.file.lab)),
      ),
    );
    this.record = { team: appliedTeam(this.file, DAY), begun: [], ids: { user, group } };
    this.last = this.file;
    // An apply asks again after its calls, and the next one when it has ended. While a role is not widened, the next one counts
    // what the file newly gives by it as taken.
    const isNotWidened = next.withheld.some(({ kind, of }) => kind === 'name-taken' && of === 'role');
    const isLast = (isLifted || restored.size === 0) && !isNotWidened;
    for (const { team } of [again, ...(isLast ? [ruleFor(this.input)] : [])]) {
      expect(desiredAccessBeforeDeletions(team)).toEqual(desiredAccessBeforeDeletions(next.team));
    }
    // Who is left out is in no group of the lab: what they have is not the lab's.
    const lost = new Set(
      this.account.groups.filter(({ path }) => path === labPath(this.file.lab)).map(({ name }) => name),
    );
    const left = new Set([...next.leftOut.members.map((key) => iamName(this.file.lab, key))]);
    const own = new Set(this.file.members.map(({ key }) => iamName(this.file.lab, key)));
    const now = atMoment(this.account, this.moment);
    const oldIds = new Set(idsBefore.values());
    for (const { name, groups, path } of this.account.users) {
      const id = this.ids.user.get(name) ?? '';
      const isOwn = user.get(name) === id && own.has(name) && !left.has(name);
      if (!isOwn) {
        if (oldIds.has(id)) this.owed.set(id, union(of(this.owed, id), atUsers(id)));
        expect(groups.filter((each) => lost.has(each))).toEqual([]);
        // Denies of the lab's groups end for who is no member.
        if (path !== labPath(this.file.lab) || !own.has(this.names.user(name) ?? '')) continue;
        expect(difference(of(now, name), of(before, id))).toBe(NO_OPERATIONS);
        continue;
      }
      const approved = had.reduce(
        (all, given) => union(all, difference(of(gives, name), of(given, name))),
        NO_OPERATIONS,
      );
      const taken = difference(of(this.taken, id), approved);
      this.taken.set(id, taken);
      const gained = difference(of(now, name), of(before, id));
      expect(difference(gained, of(gives, name))).toBe(NO_OPERATIONS);
      expect(listOperations(intersection(of(now, name), taken))).toEqual([]);
      if (oldIds.has(id)) expect(listOperations(intersection(of(now, name), hand(id, name)))).toEqual([]);
      expect(listOperations(intersection(of(now, name), of(this.owed, id)))).toEqual([]);
      this.owed.delete(id);
    }
    // Once the team's brakes and what someone denied at roles end, what was taken is not back.
    const free = {
      ...this.file,
      freeze: [],
      members: this.file.members.map((each) => ({ ...each, from: null, until: null, suspended: false })),
    };
    const ended = ruleFor({
      ...{ ...this.input, team: free },
      restore: new Set(this.file.roles.map(({ key }) => restoreName({ of: 'role', key }))),
    });
    const freed = atMoment(afterApply(this.account, ended, this.last), this.moment);
    for (const name of own) {
      const id = user.get(name) ?? '';
      if (left.has(name) || this.ids.user.get(name) !== id) continue;
      expect(listOperations(intersection(of(freed, name), of(this.taken, id)))).toEqual([]);
    }
  }

  /** What someone denied by hand, but at the restored roles, by the id and name of a user; without a name not by time. */
  private deniedByHand(restored: ReadonlySet<string> | null = null): (id: string, name?: string) => OperationSet {
    const { lab } = this.file;
    const teams = [this.file, ...this.before];
    const arnOf = (key: string) => rolePolicyArn({ lab, account: this.account.account }, key);

    const roles = [...new Set(teams.flatMap((team) => team.roles.map(({ key }) => key)))];
    const isGone = (key: string) => restored === null || restored.has(restoreName({ of: 'role', key }));
    const gone = roles.filter(isGone);
    const skipped = new Set(gone.map((key) => iamName(lab, key)));
    const skippedPolicies = new Set<string | null>(gone.map(arnOf));
    // Denies of the lab's groups end for who is outside its path.
    const inside = new Set(this.account.groups.flatMap(({ name, path }) => (path === labPath(lab) ? [name] : [])));
    const isKeptFor = ({ path }: AccessModel['users'][number], group: string) =>
      path === labPath(lab) || !inside.has(group);
    const hand = deniesByHand(this.account, teams, this.names);
    const tagged = {
      ...hand,
      users: hand.users.map((user) => ({
        ...user,
        groups: user.groups.filter(
          (group) => !skipped.has(group) && !skipped.has(this.names.group(group)) && isKeptFor(user, group),
        ),
        tags: memberTags(lab, (this.names.user(user.name) ?? user.name).slice(lab.length + 1)),
      })),
      policies: hand.policies.filter(({ arn }) => !skippedPolicies.has(arn)),
      groups: hand.groups.map((group) => ({
        ...group,
        attached: group.attached.filter((arn) => !skippedPolicies.has(arn)),
      })),
    };
    const found = this.byId(atMoment(tagged, this.moment));
    // A later last day, or an earlier first one, ends Denies of everything by time.
    const isLasting = ({ Condition = {} }: Statement) => !JSON.stringify(Condition).includes('aws:CurrentTime');
    const lasting = mapDocuments(
      tagged,
      (document) => document && { ...document, Statement: statementsOf(document).filter(isLasting) },
    );
    const timeless = this.byId(atMoment(lasting, this.moment));
    return (id, name) => {
      const day = (team: { members: readonly { key: string; from: string | null; until: string | null }[] }) => {
        const one = team.members.find(({ key }) => iamName(lab, key) === name);
        return `${one?.from} ${one?.until}`;
      };
      const denied = name !== undefined && new Set(teams.map(day)).size === 1 ? found : timeless;
      return denied.has(id) ? difference(ALL_OPERATIONS, of(denied, id)) : NO_OPERATIONS;
    };
  }

  /** Some of an apply's calls: `limits` with kept Denies come first. */
  private interrupted(ruled: Ruled, steps: number): void {
    if (steps === 0) return;
    const after = afterApply(this.account, ruled, this.last);
    if (steps === 3) {
      this.account = after;
    } else {
      const keeping = new Set(
        ruled.team.members
          .filter(({ keptDenies = [] }) => keptDenies.length > 0)
          .map(({ key }) => iamName(this.file.lab, key)),
      );
      const groups = new Set((steps === 1 ? after : this.account).groups.map(({ name }) => name));
      this.account = {
        ...(steps === 1 ? after : this.account),
        users: this.account.users.map((user) => {
          const written = after.users.find(({ name }) => name === user.name);
          const isWritten = written !== undefined && (keeping.has(user.name) || steps === 2);
          return {
            ...user,
            groups: user.groups.filter((each) => groups.has(each)),
            inline: isWritten ? written.inline : user.inline,
          };
        }),
      };
    }
    this.identify();
  }
}

/** What an administrator denies, at whom or what the account had first. */
interface Denial {
  readonly kind: 'deny';
  readonly at: 'user' | 'group' | 'policy' | 'another policy';
  readonly one: number;
  readonly document: PolicyDocument;
}

const denial: fc.Arbitrary<Denial> = fc.record({
  kind: fc.constant('deny' as const),
  at: fc.constantFrom('user' as const, 'group' as const, 'policy' as const, 'another policy' as const),
  one: fc.nat(2),
  document: denying,
});

/** What gives no one back anything by itself. */
const HELPING = ['join', 'leave', 'attach AWS', "attach the lab's", 'a user outside', 'a group outside'] as const;

const helperEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), changes: manualChanges(HELPING) }),
  fc.record({
    kind: fc.constant('rename' as const),
    of: fc.constantFrom('user' as const, 'group' as const, 'swap' as const, 'swap groups' as const, 'back' as const),
    one: fc.nat(7),
    other: fc.nat(3),
  }),
);

const ordinary: fc.Arbitrary<Event | Denial> = fc.oneof(
  denial,
  // Above all, members who leave or join a role, and roles that are left out or renamed.
  fc.record({
    kind: fc.constant('merge' as const),
    edit: fc.constantFrom(0, 5, 6, 6, 7, 8),
    role: fc.nat(2),
    member: fc.nat(2),
  }),
  fc.constant({ kind: 'apply' as const, steps: 4, restored: 0, isLifted: false }),
);

const helpedEvenings = fc.array(
  fc.oneof(
    ordinary.map((each) => ({ isHelp: false, each })),
    helperEvent.map((each) => ({ isHelp: true, each })),
  ),
  { minLength: 4, maxLength: 10 },
);

/** So few that the events concern the same ones. */
const FEW: Team = {
  ...sampleTeam,
  roles: [
    role({ key: 'a', allow: ['GetHIT', 'SendBonus'] }),
    role({ key: 'b', allow: ['GetHIT', 'CreateHIT'], deny: ['RejectAssignment'] }),
    role({ key: 'c', allow: ['SendBonus', 'RejectAssignment'] }),
  ],
  members: [
    ...[
      member({ key: 'ada', roles: ['a'] }),
      member({ key: 'bo', roles: ['a', 'c'] }),
      member({ key: 'eve', roles: ['b'] }),
    ],
  ],
  owners: ['ada'],
  freeze: [],
};

test('who helps from outside brings no one anything back that the same evening without them keeps denied', () => {
  fc.assert(
    fc.property(moment, helpedEvenings, (when, events) => {
      const evening = (isHelped: boolean) => {
        const lab = new Lab(FEW, when);
        for (const { isHelp, each } of events) if (isHelped || !isHelp) lab.meet(each);
        lab.meet({ kind: 'apply', steps: 4, restored: 0, isLifted: false });
        return lab;
      };
      const [alone, helped] = [evening(false), evening(true)];
      for (const { key } of alone.file.members) {
        const id = alone.ids.user.get(iamName(FEW.lab, key));
        if (!alone.first.user.includes(id ?? '')) continue;
        expect(listOperations(difference(of(helped.access(), id), of(alone.access(), id)))).toEqual([]);
      }
    }),
    { numRuns: EXHAUSTIVE ? 3_000 : 25 },
  );
});

test('on any evening, an apply gives no one more than the file and nothing back that a manual change took', () => {
  fc.assert(
    fc.property(withoutDeletions, moment, evenings, (first, when, events) => {
      const lab = new Lab(first, when);
      const last = { kind: 'apply' as const, steps: 4, restored: 0, isLifted: false };
      for (const each of [...events, last, { ...last, restored: 63 }]) {
        lab.meet(each);
      }
    }),
    { numRuns: EXHAUSTIVE ? 3_000 : 25 },
  );
});

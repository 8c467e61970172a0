import fc from 'fast-check';
import type { AccessUser } from '../../src/access/model.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { fullScan, quickScan } from '../../src/app/drift/run-scan.ts';
import { noChanges, planStack } from '../../src/app/plan/plan.ts';
import { applyBootstrap, type LabSession } from '../../src/app/session/lab-session.ts';
import type { ApplyRecord } from '../../src/app/session/records.ts';
import { OPERATIONS, type Operation, operationsOf } from '../../src/catalog/mturk.ts';
import type { DriftFinding } from '../../src/drift/finding.ts';
import { statementsOf } from '../../src/iam/document.ts';
import { documentsOf } from '../../src/review/rule/access.ts';
import { deniedBy } from '../../src/review/rule/kept-denies.ts';
import { restoreName } from '../../src/review/rule/ruled.ts';
import type { AppliedTeam } from '../../src/team/applied-team.ts';
import { boundaryArn, iamName, labPath } from '../../src/team/names.ts';
import type { AccessTeam, Team } from '../../src/team/team.ts';
import type { EngineHandle } from '../../src/terraform/run/process.ts';
import { EDITS, LAST_DAYS, EVENING_TEAM as TEAM } from '../support/evening-files.ts';
import { EXHAUSTIVE, testInTurn } from '../support/exhaustive.ts';
import { appliedTo, carriedOut, type LabInTest, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { ended } from '../support/lab-in-test-killed.ts';
import { isWrite } from '../support/lab-in-test-recovery.ts';
import { GROUPS } from '../support/manual-changes/groups.ts';
import { PEOPLE } from '../support/manual-changes/people.ts';
import { POLICIES } from '../support/manual-changes/policies.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(2);

/** Users who are no members, and the boundary, are for a person. */
const OUTSIDE = /^(unmanaged-user|boundary-policy-changed)\//;
const CHANGES = [...[...PEOPLE, ...POLICIES].filter(({ finds }) => !finds.some((id) => OUTSIDE.test(id))), ...GROUPS];

/** At which write, from 1, what runs is killed, or refused the call after it (0: the first). */
interface Fault {
  readonly kind: 'killed' | 'refused';
  readonly at: number;
}

type Step =
  | { readonly kind: 'edit'; readonly row: number; readonly member: number }
  | { readonly kind: 'change'; readonly row: number }
  | { readonly kind: 'merge'; readonly member: number; readonly role: number; readonly operation: number | null }
  /** `restores` all that is withheld, or what has that place in the list. */
  | { readonly kind: 'apply'; readonly fault: Fault | null; readonly restores: 'all' | number | null }
  | { readonly kind: 'check'; readonly fault: Fault | null; readonly days: number }
  | { readonly kind: 'lose-state' }
  | { readonly kind: 'bootstrap' };

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('killed' as const), at: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('refused' as const), at: fc.nat(12) }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('change' as const), row: fc.nat(CHANGES.length - 1) }) },
  fc.record({
    kind: fc.constant('edit' as const),
    row: fc.nat(EDITS.length - 1),
    member: fc.integer({ min: 1, max: TEAM.members.length - 1 }),
  }),
  fc.record({
    kind: fc.constant('merge' as const),
    member: fc.nat(TEAM.members.length - 1),
    role: fc.nat(TEAM.roles.length - 1),
    operation: fc.option(fc.nat(OPERATIONS.length - 1)),
  }),
  fc.record({
    kind: fc.constant('apply' as const),
    fault: fc.option(fault),
    restores: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, fc.constant('all' as const), fc.nat(9)),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('check' as const),
      fault: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, fault),
      days: fc.nat(1),
    }),
  },
  fc.constantFrom({ kind: 'lose-state' as const }, { kind: 'bootstrap' as const }),
);

/** A change of one role's operations, or of who has a role. */
function merged(team: Team, { member, role, operation }: Extract<Step, { kind: 'merge' }>): Team {
  const toggled = <T>(list: readonly T[], one: T) =>
    list.includes(one) ? list.filter((each) => each !== one) : [...list, one];
  if (operation !== null) {
    const name = OPERATIONS[operation] as Operation;
    const sorted = (list: readonly Operation[]) => OPERATIONS.filter((each) => list.includes(each));
    const roles = team.roles.map((each, index) =>
      index === role && each.managed.length === 0 ? { ...each, allow: sorted(toggled(each.allow, name)) } : each,
    );
    return roles.every(({ allow, managed }) => allow.length + managed.length > 0) ? { ...team, roles } : team;
  }
  const key = team.roles[role]?.key;
  if (key === undefined) return team;
  const members = team.members.map((each, index) =>
    index === member && each.key !== 'ada' ? { ...each, roles: toggled(each.roles, key).sort() } : each,
  );
  return { ...team, members };
}

/** What a team gives a member, by a reading of the file that shares nothing with the rule. */
function gives({ members, roles, freeze }: AccessTeam, key: string, braked = true): ReadonlySet<string> {
  const member = members.find((each) => each.key === key);
  // All access is read for the same day, whatever the day of the evening is.
  const isOutsideDays = (member?.until ?? TODAY) < TODAY || (member?.from ?? TODAY) > TODAY;
  const isBraked = braked && (member?.suspended === true || isOutsideDays);
  const own = member === undefined || isBraked ? [] : roles.filter((each) => member.roles.includes(each.key));
  const frozen = braked ? freeze.flatMap(operationsOf) : [];
  const denied = [...own.flatMap(({ deny }) => deny), ...frozen];
  const allowed = own.flatMap(({ allow, managed }) => (managed.length > 0 ? OPERATIONS : allow));
  return new Set(allowed.filter((operation) => !denied.includes(operation)));
}

const minus = (one: Iterable<string>, other: ReadonlySet<string> | undefined) =>
  [...one].filter((each) => other?.has(each) !== true);

const NO_FAULT = { kind: null, at: 0 };

/** By the ids of the users. */
type Access = ReadonlyMap<string, ReadonlySet<string>>;

interface State {
  readonly access: Access;
  /** What a Deny without a Sid denies, as none of this project is. */
  readonly denied: Access;
}

/** Why a member may have what was taken or denied, or no user any more. */
interface Reasons {
  isGivenBack(key: string, operation: string): boolean;
  isLifted(key: string): boolean;
  isDeleted(key: string): boolean;
}

class Evening {
  readonly problems: string[] = [];
  private readonly test: LabInTest;
  private newest = TEAM;
  private day = Date.parse('2026-11-25T12:00:00Z');
  /** Whose user an id is. */
  private readonly keys = new Map<string, string>();
  /** What manual changes took from each user, by id. */
  private readonly taken = new Map<string, Set<string>>();

  constructor(test: LabInTest) {
    this.test = test;
    this.pass(0);
    this.learn();
  }

  private pass(days: number): void {
    this.day += days * 86_400_000;
    this.test.setClock(new Date(this.day).toISOString());
  }

  private lab(): LabSession {
    return this.test.lab(this.newest, { today: new Date(this.day).toISOString().slice(0, 10) });
  }

  private get record(): ApplyRecord {
    return JSON.parse(this.test.memory.record ?? 'null') as ApplyRecord;
  }

  private learn(): void {
    const { lab, members } = this.newest;
    const { user } = this.record.ids;
    for (const { key } of members) {
      const id = user[iamName(lab, key)] ?? '';
      const name = this.nameOf(id);
      // Accepted under another name, it is recorded twice.
      if (name === iamName(lab, key) || user[name] !== id) this.keys.set(id, key);
    }
  }

  private nameOf(id: string): string {
    return this.test.memory.account.users[id]?.name ?? '';
  }

  private access(): Access {
    const { account } = this.test.memory;
    const byName = accessAt(accessIn(account));
    return new Map(Object.values(account.users).map(({ id, name }) => [id, byName.get(name) ?? new Set()]));
  }

  private denied(): Access {
    const { account } = this.test.memory;
    const model = accessIn(account);
    return new Map(
      Object.values(account.users).map(({ id, name }) => {
        const user = model.users.find((each) => each.name === name);
        const groups = model.groups.filter((each) => user?.groups.includes(each.name));
        const documents = [user, ...groups].flatMap((each) => (each === undefined ? [] : documentsOf(each, model)));
        const statements = documents.flatMap((each) => (each === null ? [] : statementsOf(each)));
        const denies = statements.filter(({ Sid, Condition }) => Sid === undefined && Condition === undefined);
        return [id, new Set(denies.flatMap((each) => listOperations(deniedBy(each))))];
      }),
    );
  }

  async take(one: Step): Promise<void> {
    const before = { access: this.access(), denied: this.denied() };
    if (one.kind === 'merge') this.newest = merged(this.newest, one);
    else if (one.kind === 'edit') {
      this.newest = EDITS[one.row]?.(this.newest, TEAM.members[one.member]?.key ?? '') ?? this.newest;
    } else if (one.kind === 'change') {
      const { iam } = this.lab();
      // What an earlier change removed cannot be changed again.
      await CHANGES[one.row]?.done({ iam, endpoint: this.test.emulator.endpoint, wait: () => {} }).catch(() => {});
      const after = this.access();
      for (const [id, had] of before.access) {
        const lost = this.taken.get(id) ?? new Set();
        for (const operation of minus(had, after.get(id))) lost.add(operation);
        for (const operation of minus(after.get(id) ?? [], had)) lost.delete(operation);
        this.taken.set(id, lost);
      }
    } else if (one.kind === 'apply') await this.apply(before, one.fault, one.restores);
    else if (one.kind === 'check') await this.check(before, one.fault, one.days);
    else if (one.kind === 'lose-state') this.test.memory.states.delete('team');
    else orThrow(await applyBootstrap(this.lab()));
  }

  /** Without the boundary's policy everything waits for bootstrap: C7 of the threat model. */
  private get hasBoundary(): boolean {
    return Object.values(this.test.memory.account.policies).some(({ arn }) => arn === boundaryArn(TEAM));
  }

  /** Members whose boundary is restored before what the other one took is denied: M3 of the threat model. */
  private narrowed(): ReadonlySet<string> {
    const { users } = accessIn(this.test.memory.account);
    const others = users.filter(({ boundary }) => boundary !== boundaryArn(TEAM)).map(({ name }) => name);
    return new Set(TEAM.members.flatMap(({ key }) => (others.includes(iamName(TEAM.lab, key)) ? [key] : [])));
  }

  /** Without its process, what runs loses its connections in place of its life, and writes no state. */
  private async disturbed<T>(
    { kind, at }: Fault | { readonly kind: null; readonly at: number },
    run: (onStart: (started: EngineHandle) => void) => Promise<T>,
  ): Promise<{ readonly done: T; readonly wasDisturbed: boolean }> {
    const { emulator, memory } = this.test;
    let handle: EngineHandle | null = null;
    let states: ReadonlyMap<string, string> | null = null;
    let writes = 0;
    const refuse = () => {
      emulator.faults = { failCall: 1 };
    };
    if (kind === 'refused' && at === 0) refuse();
    this.test.listen(async ({ phase, action }) => {
      if (states !== null) return false;
      if (kind === null || phase === 'before' || !isWrite({ action, identity: '' })) return true;
      writes += 1;
      if (writes !== at) return true;
      if (kind === 'refused') refuse();
      else {
        states = new Map(memory.states);
        if (handle !== null) {
          handle.kill('SIGKILL');
          await ended(handle.pid);
        }
      }
      return kind === 'refused';
    });
    const done = await run((started) => {
      handle = started;
    });
    this.test.listen(null);
    emulator.faults = {};
    await emulator.releaseLocks();
    for (const [name, state] of (states as ReadonlyMap<string, string> | null) ?? []) memory.states.set(name, state);
    return { done, wasDisturbed: kind !== null && writes >= at };
  }

  /** A killed apply has not written the ids of the users that it created. */
  private learnCreated(before: State, isAccepted: (key: string) => boolean): void {
    for (const { id, name } of Object.values(this.test.memory.account.users)) {
      const created = this.newest.members.find(({ key }) => iamName(this.newest.lab, key) === name);
      if (created !== undefined && (isAccepted(created.key) || !before.access.has(id))) this.keys.set(id, created.key);
    }
  }

  private async apply(before: State, fault: Fault | null, restores: 'all' | number | null): Promise<void> {
    const old = [this.record.team, ...this.record.begun];
    const lab = this.lab();
    const narrowed = this.narrowed();
    const first = orThrow(await planStack(lab));
    const { withheld } = first.ruled;
    const one = typeof restores === 'number' ? withheld[restores % withheld.length] : undefined;
    const restored = withheld.filter(
      (each) => restores === 'all' || (one !== undefined && restoreName(each) === restoreName(one)),
    );
    const rule = { restore: new Set(restored.map(restoreName)) };
    const plan = restored.length > 0 ? orThrow(await planStack(lab, { rule })) : first;
    if (plan.blocks.length > 0) return;
    const { done, wasDisturbed } = await this.disturbed(fault ?? NO_FAULT, (onStart) =>
      applyPlanned(lab, plan, { ...carriedOut(), onStart }, SILENT),
    );
    if (!done.ok && !wasDisturbed && this.hasBoundary) this.problems.push(`apply: ${JSON.stringify(done.failure)}`);
    this.learn();
    this.learnCreated(before, (key) => restored.some((each) => each.key === key));
    const isAnew = (key: string, operation: string) =>
      old.some((team) => team !== null && !gives(team, key, false).has(operation));
    const isRestoredFirst = (key: string) => !done.ok && narrowed.has(key);
    const isRestored = (member: string) =>
      restored.some(({ of, key }) => (of === 'member' ? key === member : this.hasRole(member, key)));
    this.compare('apply', before, {
      isGivenBack: (key, operation) => isRestored(key) || isAnew(key, operation) || isRestoredFirst(key),
      isLifted: isRestored,
      isDeleted: (key) => !this.newest.members.some((each) => each.key === key),
    });
    // What a person gave back can show once a later apply ends the suspension that the killed one left.
    for (const [id, key] of this.keys) if (isRestored(key)) this.taken.delete(id);
  }

  private hasRole(member: string, role: string): boolean {
    return this.newest.members.some(({ key, roles }) => key === member && roles.includes(role));
  }

  private async check(before: State, fault: Fault | null, days: number): Promise<void> {
    this.pass(days);
    const narrowed = this.narrowed();
    const lab = this.lab();
    const { announcements, team: applied } = this.record;
    const scan = await quickScan(lab, { cloudTrail: false }, SILENT);
    const isBegun = this.record.begun.length > 0;
    this.problems.push(...this.unsaid(before.access, scan.scan.findings));
    const { done, wasDisturbed } = await this.disturbed(fault ?? NO_FAULT, () =>
      reconcile(lab, { ...scan, attributed: true, isChangedSince: () => false }, SILENT),
    );
    const isExpected = wasDisturbed || !this.hasBoundary || isBegun;
    if (!done.ok && !isExpected) {
      this.problems.push(`check: ${JSON.stringify(done.failure)}`);
    }
    this.learn();
    this.learnCreated(before, () => false);
    const back = done.ok ? done.value.done.map(({ key }) => key) : [];
    const isDueIn = (team: Pick<Team, 'members'> | AppliedTeam | null, key: string) =>
      team?.members.find((each) => each.key === key)?.until === LAST_DAYS[0];
    const isAnnounced = (key: string) =>
      announcements.some((each) => each.key === key && Date.parse(each.at) <= this.day - 20 * 3_600_000);
    this.compare('check', before, {
      isGivenBack: (key) => back.includes(key) || (!done.ok && (isAnnounced(key) || narrowed.has(key))),
      isLifted: () => false,
      isDeleted: (key) => isAnnounced(key) && [applied, this.newest].every((each) => isDueIn(each, key)),
    });
    const { team } = this.record;
    if (!done.ok || team === null) return;
    for (const [id, now] of this.access()) {
      const key = this.keys.get(id);
      const more = minus(now, key === undefined ? undefined : gives(team, key));
      const isLeft = this.isReportedOutside(id, scan.scan.findings);
      if (more.length > 0 && !isLeft) this.problems.push(`after a check ${key ?? id} may ${more}`);
    }
  }

  /** What neither the newest file nor an apply gives a user is in a finding that waits for no apply. */
  private unsaid(access: Access, findings: readonly DriftFinding[]): readonly string[] {
    const { team, begun } = this.record;
    const teams = [this.newest, ...(team === null ? [] : [team]), ...begun];
    const open = findings.filter(({ cause }) => cause !== 'pending');
    return [...access].flatMap(([id, now]) => {
      const key = this.keys.get(id);
      const names = [this.nameOf(id), ...(key === undefined ? [] : [iamName(TEAM.lab, key)])];
      const given = new Set(key === undefined ? [] : teams.flatMap((each) => [...gives(each, key)]));
      const said = open.flatMap(({ rule, data, changes }) => [
        ...changes.flatMap(({ user, operations }) => (names.includes(user) ? operations.gained : [])),
        ...(rule === 'unmanaged-user' && names.includes(data.user) ? data.operations : []),
      ]);
      const more = minus(minus(now, given), new Set(said));
      return more.length > 0 ? [`no finding says that ${key ?? id} may ${more}`] : [];
    });
  }

  /** No role of the lab reaches a user outside the path, nor who is no member in a group moved out of it; a person must. */
  private isReportedOutside(id: string, findings: readonly DriftFinding[]): boolean {
    const { groups } = accessIn(this.test.memory.account);
    const user = this.userOf(id);
    const isOutside = groups.some(
      ({ name, path }) => user?.groups.includes(name) === true && path !== labPath(TEAM.lab),
    );
    const names = [user?.name, this.keys.get(id)];
    const isFound = findings.some(
      (each) => each.remediation === 'manual' && names.some((name) => `${each.id}/`.includes(`/${name}/`)),
    );
    return isFound && (this.isMoved(id) || (!this.keys.has(id) && isOutside));
  }

  private userOf(id: string): AccessUser | undefined {
    return accessIn(this.test.memory.account).users.find(({ name }) => name === this.nameOf(id));
  }

  private isMoved(id: string): boolean {
    return this.userOf(id)?.path !== labPath(TEAM.lab);
  }

  /** No one gained what no file gives, and nothing that was taken came back for another reason. */
  private compare(by: string, before: State, { isGivenBack, isLifted, isDeleted }: Reasons): void {
    const { team, begun } = this.record;
    const after = this.access();
    for (const id of before.access.keys()) {
      const key = this.keys.get(id) ?? '';
      if (after.has(id)) continue;
      if (!isDeleted(key)) this.problems.push(`${by}: the user of ${key} (${id}) was deleted`);
      this.taken.delete(id);
    }
    for (const [id, now] of after) {
      const key = this.keys.get(id) ?? '';
      // What was taken with a user who was deleted is given back by another one.
      if (!before.access.has(id)) {
        const gone = [...this.taken.keys()].find((each) => this.keys.get(each) === key && !after.has(each));
        if (gone !== undefined) this.taken.set(id, this.taken.get(gone) ?? new Set());
        if (gone !== undefined) this.taken.delete(gone);
      }
      const teams = [this.newest, ...(team === null ? [] : [team]), ...begun];
      const gained = minus(now, before.access.get(id));
      // Of the lab's groups, for users outside its path they are not kept: C5 of the threat model.
      const denied = gained.filter((each) => before.denied.get(id)?.has(each) === true);
      const lifted = this.isMoved(id) ? [] : denied;
      const isGiven = (each: string) => teams.some((team) => gives(team, key).has(each));
      const isKnown = (each: string) => this.isMoved(id) && denied.includes(each);
      const beyond = gained.filter((each) => !isKnown(each) && !isGiven(each));
      if (beyond.length > 0) this.problems.push(`${by}: ${key} (${id}) gained ${beyond}`);
      const back = gained.filter((each) => this.taken.get(id)?.has(each) === true && !isGivenBack(key, each));
      if (back.length > 0) this.problems.push(`${by}: what was taken from ${key} came back: ${back}`);
      if (lifted.length > 0 && !isLifted(key))
        this.problems.push(`${by}: a Deny of ${key} (${id}) was lifted: ${lifted}`);
      for (const each of now) this.taken.get(id)?.delete(each);
    }
  }

  /** From every state, an apply at a terminal and one check lead to an account that needs neither. */
  async end(): Promise<void> {
    if (!this.hasBoundary) await this.take({ kind: 'bootstrap' });
    await this.take({ kind: 'apply', fault: null, restores: 'all' });
    await this.take({ kind: 'check', fault: null, days: 0 });
    const lab = this.lab();
    if (!noChanges(orThrow(await planStack(lab)))) this.problems.push('the last plan is not empty');
    const { findings } = orThrow(await fullScan(lab, { cloudTrail: false }, SILENT)).scan;
    const left = findings.filter(({ remediation }) => remediation !== 'manual').map(({ id }) => id);
    if (left.length > 0) this.problems.push(`still found: ${left}`);
  }
}

/** The same one in every usual run. */
const EVENINGS = Number(process.env.EVENINGS ?? (EXHAUSTIVE ? 100 : 1));

test(
  'random evenings of changes, merges, applies, interrupted ones and checks keep the rule',
  async () => {
    const start = await appliedTo(TEAM);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: EXHAUSTIVE ? 12 : 5 }), async (steps) => {
        await withLab(start, async (test) => {
          const evening = new Evening(test);
          for (const one of steps) await evening.take(one);
          await evening.end();
          expect(evening.problems).toEqual([]);
        });
      }),
      { ...(EXHAUSTIVE ? {} : { seed: 21_732 }), numRuns: EVENINGS, endOnFailure: true },
    );
  },
  EVENINGS * 300_000,
);

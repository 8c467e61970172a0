import { accessOf, grantsOf, type UserAccess } from '../access/access-of.ts';
import { CAPABILITIES_BY_RISK } from '../access/capability-access.ts';
import { decisionOf } from '../access/decide.ts';
import {
  ALL_OPERATIONS,
  difference,
  includesOperation,
  intersection,
  isEmpty,
  NO_OPERATIONS,
  type OperationSet,
  operationSet,
  union,
} from '../access/operation-set.ts';
import { desiredAccessBeforeDeletions } from '../access/sources/desired.ts';
import { type Operation, operationsOf } from '../catalog/mturk.ts';
import { lastMomentOf, type Version } from '../history/timeline.ts';
import { grantedBy } from '../history/why.ts';
import { FREEZE_SID } from '../team/documents.ts';
import { iamName, keyOfIamName } from '../team/names.ts';
import { beginsLater, hasExpired, type Member, type Team } from '../team/team.ts';
import { DAY_MS } from '../text/dates.ts';

/** Whether someone has access on a day, and if not, why. */
type Standing = 'active' | 'absent' | 'later' | 'suspended' | 'ended';

interface Cell {
  readonly operations: OperationSet;
  /** Keys of the roles that give it, sorted. */
  readonly roles: readonly string[];
  /** Whether a freeze alone denies it, or a part of it. */
  readonly frozen: boolean;
}

/** What a member may do at the end of each day from one day on, up to the next stretch. */
export interface Stretch {
  /** `YYYY-MM-DD`, UTC, as all days here. */
  readonly from: string;
  readonly standing: Standing;
  readonly roles: readonly string[];
  /** What each of the roles allows, also if something denies it now. */
  readonly granted: ReadonlyMap<string, OperationSet>;
  /** First and last day of access, as that version of the file has it; of someone absent, the day on which they left. */
  readonly starts: string | null;
  readonly until: string | null;
  /** In the order of `CAPABILITIES_BY_RISK`. */
  readonly cells: readonly Cell[];
  /** Whether the file says so, and no merged version does. */
  readonly isPending: boolean;
}

export interface PersonHistory {
  readonly key: string;
  readonly name: string;
  /** Oldest first, no two alike in a row; never empty. */
  readonly stretches: readonly Stretch[];
}

/** A version of the file that was in force at the end of some days: `team` is null if it cannot be read. */
interface Reign {
  readonly from: string;
  readonly team: Team | null;
  readonly isMerged: boolean;
}

const NOTHING: Cell = { operations: NO_OPERATIONS, roles: [], frozen: false };
const NO_CELLS: readonly Cell[] = CAPABILITIES_BY_RISK.map(() => NOTHING);
const OPERATIONS_OF = CAPABILITIES_BY_RISK.map((capability) => operationSet(operationsOf(capability)));

export function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}

export function dayBefore(day: string): string {
  return new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10);
}

/** Who could do what at the end of each day: as merged, and from `today` on by the file. Versions are oldest first. */
export function historyOf(versions: readonly Version[], team: Team, today: string) {
  const reigns = reignsOf(versions, team, today);
  const people = new Map<string, { name: string; stretches: Stretch[] }>();
  const add = (key: string, name: string, stretch: Stretch) => {
    const person = people.get(key) ?? { name, stretches: [] };
    people.set(key, { ...person, name });
    const last = person.stretches.at(-1);
    if (last !== undefined && isSame(last, stretch)) return;
    if (last?.from === stretch.from) person.stretches.pop();
    person.stretches.push(stretch);
  };
  let before: Team | null = null;
  for (const [index, { from, team: now, isMerged }] of reigns.entries()) {
    if (now === null) continue;
    const end = reigns[index + 1]?.from ?? null;
    for (const [day, members] of momentsOf(before, now, from, end)) {
      for (const [key, stretch] of stretchesOn(now, members, day)) {
        const { name } = members.find((member) => member.key === key) ?? { name: key };
        add(key, name, { ...stretch, isPending: !isMerged && day === from });
      }
    }
    const keys = new Set(now.members.map(({ key }) => key));
    const left = new Map(now.departed.map((departed) => [departed.key, departed.left]));
    for (const key of new Set([...(before?.members ?? []).map((member) => member.key), ...left.keys()])) {
      const { name = key, stretches = [] } = people.get(key) ?? {};
      const [last, day] = [stretches.at(-1), left.get(key) ?? null];
      const isKnown = keys.has(key) || (last?.standing === 'absent' && last.until === day);
      if (!isKnown) add(key, name, { ...absent(from, day), isPending: !isMerged });
    }
    before = now;
  }
  // Days on which no version that can be read was in force: the first, and the first after.
  const gaps = reigns.flatMap(({ team: now, from }, index) =>
    now === null ? [{ from, to: reigns[index + 1]?.from ?? today }] : [],
  );
  return { people: [...people].map(([key, person]): PersonHistory => ({ key, ...person })), gaps };
}

/** Of each day the version in force at its end; today that is the file as it is. */
function reignsOf(versions: readonly Version[], team: Team, today: string): readonly Reign[] {
  const byDay = new Map<string, Reign>();
  for (const { since, past } of versions) {
    const from = since.slice(0, 10);
    byDay.set(from, { from, team: past.team, isMerged: true });
  }
  return [...byDay.values(), { from: today, team, isMerged: versions.length === 0 }];
}

/** Whose access may change while a version is in force, and on which days. */
function momentsOf(before: Team | null, team: Team, from: string, end: string | null) {
  const isForAll =
    before === null || before.roles !== team.roles || JSON.stringify(before.freeze) !== JSON.stringify(team.freeze);
  const was = new Set(before?.members);
  const moments = new Map<string, Member[]>();
  const add = (day: string, member: Member) => moments.set(day, [...(moments.get(day) ?? []), member]);
  for (const member of team.members) {
    if (isForAll || !was.has(member)) add(from, member);
    for (const day of [member.from, member.until === null ? null : dayAfter(member.until)]) {
      if (day !== null && day > from && (end === null || day < end)) add(day, member);
    }
  }
  return [...moments].sort(([one], [other]) => (one < other ? -1 : 1));
}

function stretchesOn(team: Team, members: readonly Member[], day: string): readonly (readonly [string, Stretch])[] {
  const keys = new Set(members.flatMap(({ roles }) => roles));
  const part = { ...team, members, roles: team.roles.filter(({ key }) => keys.has(key)) };
  const at = new Date(lastMomentOf(day));
  const granted = new Map(part.roles.map(({ key }) => [key, grantedBy(part, key, ALL_OPERATIONS)]));
  const byKey = new Map(members.map((member) => [iamName(team.lab, member.key), member]));
  return accessOf(desiredAccessBeforeDeletions(part), { at }).flatMap((access) => {
    const member = byKey.get(access.user.name);
    return member === undefined ? [] : [[member.key, stretchOf(team, member, access, granted, day)] as const];
  });
}

function stretchOf(team: Team, member: Member, access: UserAccess, byRole: Stretch['granted'], day: string): Stretch {
  const standing = standingOf(member, day);
  const cells = CAPABILITIES_BY_RISK.map((capability, index): Cell => {
    const all = OPERATIONS_OF[index] ?? NO_OPERATIONS;
    const operations = intersection(access.allowed, all);
    return {
      operations,
      roles: isEmpty(operations) ? [] : rolesIn(team, access, operations),
      frozen:
        standing === 'active' && team.freeze.includes(capability) && operationsOf(capability).some(isFrozen(access)),
    };
  });
  const { roles, from: starts, until } = member;
  const granted = new Map(roles.map((role) => [role, byRole.get(role) ?? NO_OPERATIONS]));
  return { from: day, standing, roles, granted, starts, until, cells, isPending: false };
}

function isFrozen(access: UserAccess): (operation: Operation) => boolean {
  return (operation) => {
    const { outcome, by } = decisionOf(access, operation);
    const isByFreeze = outcome === 'denied-explicitly' && by.every(({ statement }) => statement.Sid === FREEZE_SID);
    return isByFreeze && includesOperation(access.granted, operation);
  };
}

function rolesIn({ lab }: Team, access: UserAccess, operations: OperationSet): readonly string[] {
  const holders = grantsOf(access, operations).flatMap(({ holder }) => keyOfIamName(lab, holder.name) ?? []);
  return [...new Set(holders)].sort();
}

function standingOf(member: Member, day: string): Standing {
  if (hasExpired(member, day)) return 'ended';
  if (member.suspended) return 'suspended';
  return beginsLater(member, day) ? 'later' : 'active';
}

function absent(from: string, left: string | null): Stretch {
  const nothing = { roles: [], granted: new Map(), starts: null, cells: NO_CELLS };
  return { from, standing: 'absent', ...nothing, until: left, isPending: false };
}

function isSame(one: Stretch, other: Stretch): boolean {
  const text = ({ from: _, isPending: __, cells, granted, ...rest }: Stretch) =>
    JSON.stringify([rest, String([...granted]), cells.map(({ operations, ...cell }) => [String(operations), cell])]);
  return text(one) === text(other);
}

/**
 * Since when the roles of a cell allow all of it, by the rule of `why`: a merged freeze or suspension in between is no break. And
 * until when someone has all of it without a break: a day, null where no end is known.
 */
export function periodOf(stretches: readonly Stretch[], place: number, cell: number) {
  const { operations, roles } = stretches[place]?.cells[cell] ?? NOTHING;
  const isIn = (set: OperationSet) => isEmpty(difference(operations, set));
  const has = ({ cells }: Stretch) => isIn(cells[cell]?.operations ?? NO_OPERATIONS);
  const isGiven = ({ standing, granted }: Stretch) =>
    (standing === 'active' || standing === 'suspended') &&
    isIn(roles.map((role) => granted.get(role) ?? NO_OPERATIONS).reduce(union, NO_OPERATIONS));
  const isBegin = (stretch: Stretch, before: Stretch | undefined) =>
    before === undefined || !isGiven(before) || (stretch.isPending && !has(before));
  const since = stretches.findLastIndex((stretch, index) => index <= place && isBegin(stretch, stretches[index - 1]));
  const end = stretches.findIndex((stretch, index) => index > place && !has(stretch));
  return { since: stretches[since] ?? null, until: end === -1 ? null : dayBefore(stretches[end]?.from ?? '') };
}

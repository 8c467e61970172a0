import { accessOf } from '../access/access-of.ts';
import { byCapability, type CapabilityAccess } from '../access/capability-access.ts';
import { diffAccess } from '../access/diff.ts';
import type { Query } from '../access/explain.ts';
import { type AccessModel, emptyModel } from '../access/model.ts';
import { difference, isEmpty, NO_OPERATIONS } from '../access/operation-set.ts';
import { desiredAccessBeforeDeletions } from '../access/sources/desired.ts';
import type { Operation } from '../catalog/mturk.ts';
import { roleChanges, settingsChanges } from '../review/changes/file-changes.ts';
import { reviewedPeople } from '../review/changes/people.ts';
import type { ReviewedPerson, RoleChange, SettingsChange } from '../review/manifest/schema.ts';
import { endOf } from '../team/documents.ts';
import { iamName } from '../team/names.ts';
import type { Member, Team } from '../team/team.ts';
import type { Commit } from './commits.ts';
import type { Source, Version } from './timeline.ts';

export interface MergedChange {
  readonly kind: 'merged';
  /** ISO 8601, UTC: when it was merged. */
  readonly at: string;
  readonly lab: string;
  readonly commit: Commit;
  /** Commits right before it whose versions cannot be read: the change may be of one of them. */
  readonly unreadable: readonly Commit[];
  /** Whose access changed, worst first. */
  readonly people: readonly ReviewedPerson[];
  readonly roles: readonly RoleChange[];
  /** A freeze, or another lab or account. */
  readonly settings: readonly SettingsChange[];
  readonly statements: readonly Statement[];
}

/** What the file says of someone without changing access: that they left, or that their access was reviewed, and when. */
export interface Statement {
  readonly kind: 'departed' | 'reviewed';
  readonly key: string;
  readonly name: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
}

/** Whose access began or ended on a day, by a first or last day that was merged before. */
interface DayChange {
  readonly kind: 'begins' | 'ends';
  readonly at: string;
  readonly people: readonly {
    readonly user: string;
    readonly key: string;
    readonly name: string;
    readonly capabilities: readonly CapabilityAccess[];
  }[];
}

export type HistoryChange = MergedChange | DayChange;

/** The changes of a branch, with what a reader must know of them. */
export interface Changes extends Pick<Source, 'branch' | 'notes'> {
  readonly changes: readonly HistoryChange[];
}

/** Every change of access by some versions, oldest first, up to a moment (ISO 8601). Before the first one there was none. */
export function changesOf(versions: readonly Version[], until: string): HistoryChange[] {
  const changes: HistoryChange[] = [];
  let team: Team | null = null;
  let unreadable: Commit[] = [];
  for (const [index, { commit, past, since }] of versions.entries()) {
    if (past.team === null) unreadable.push(commit);
    else {
      const change = changeBetween(team, past.team, new Date(since));
      if (change !== null) changes.push({ kind: 'merged', at: since, commit, unreadable, ...change });
      team = past.team;
      unreadable = [];
    }
    if (team !== null) changes.push(...dayChanges(team, since, versions[index + 1]?.since ?? until));
  }
  return changes;
}

/** Of what two versions hold, only that which differs is evaluated: unchanged entries are the same object. */
function changeBetween(before: Team | null, after: Team, at: Date) {
  const { lab, account } = after;
  const settings = settingsChanges(before && { ...before, members: [] }, { ...after, members: [] }).filter(({ kind }) =>
    ['freeze', 'lab', 'account'].includes(kind),
  );
  const roles = before?.roles === after.roles ? [] : roleChanges(before, after);
  const isForAll = before === null || settings.length > 0;
  const was = new Map(before?.members.map((member) => [member.key, member]));
  const changed = new Set(roles.map(({ key }) => key));
  const isSame = (member: Member) =>
    !isForAll && was.get(member.key) === member && !member.roles.some((role) => changed.has(role));
  const same = new Set(after.members.filter(isSame).map(({ key }) => key));
  // Another name of the lab changes no access: users are compared by key.
  const teams = { before: before && partOf({ ...before, lab, account }, same), after: partOf(after, same) };
  const models = {
    before: teams.before === null ? emptyModel(account) : desiredAccessBeforeDeletions(teams.before),
    after: desiredAccessBeforeDeletions(teams.after),
  };
  const { people } = reviewedPeople(diffAccess(models.before, models.after, at), teams, new Set());
  const statements = statementsBetween(before, after);
  const isNothing = people.length + roles.length + settings.length + statements.length === 0;
  return isNothing ? null : { lab, people, roles, settings, statements };
}

function statementsBetween(before: Team | null, after: Team): readonly Statement[] {
  const was = new Map(before?.members.map((member) => [member.key, member]));
  const left = new Map(before?.departed.map((departed) => [departed.key, departed.left]));
  return [
    ...after.departed
      .filter((departed) => left.get(departed.key) !== departed.left)
      .map(({ key, left: day }) => ({ kind: 'departed' as const, key, name: was.get(key)?.name ?? key, day })),
    ...after.members.flatMap(({ key, name, reviewed: day }) =>
      day === null || day === was.get(key)?.reviewed ? [] : [{ kind: 'reviewed' as const, key, name, day }],
    ),
  ];
}

/** The team without some members, and with the roles of the others alone. */
function partOf(team: Team, without: ReadonlySet<string>): Team {
  const members = team.members.filter(({ key }) => !without.has(key));
  const keys = new Set(members.flatMap(({ roles }) => roles));
  return { ...team, members, roles: team.roles.filter(({ key }) => keys.has(key)) };
}

/** Whose access begins or ends after one moment and up to another, both ISO 8601. */
function dayChanges(team: Team, after: string, upTo: string): readonly DayChange[] {
  const moments = new Map<string, Member[]>();
  const [first, last] = [after, upTo].map((moment) => moment.slice(0, 10)) as [string, string];
  for (const member of team.members) {
    const { from, until } = member;
    if (![from, until].some((day) => day !== null && day >= first && day <= last)) continue;
    for (const day of [from === null ? null : `${from}T00:00:00Z`, until === null ? null : endOf(until)]) {
      const at = day === null ? '' : new Date(day).toISOString();
      if (at > after && at <= upTo) moments.set(at, [...(moments.get(at) ?? []), member]);
    }
  }
  return [...moments.keys()].sort().flatMap((at) => changesAt(team, moments.get(at) ?? [], at));
}

function changesAt(team: Team, members: readonly Member[], at: string): readonly DayChange[] {
  const keys = new Set(members.map(({ key }) => key));
  const others = new Set(team.members.map(({ key }) => key).filter((key) => !keys.has(key)));
  const model = desiredAccessBeforeDeletions(partOf(team, others));
  const [was, is] = [accessAt(model, Date.parse(at) - 1), accessAt(model, Date.parse(at))];
  const people = (one: typeof was, other: typeof was) =>
    members.flatMap(({ key, name }) => {
      const user = iamName(team.lab, key);
      const access = one.get(user) ?? null;
      const changed = difference(access?.allowed ?? NO_OPERATIONS, other.get(user)?.allowed ?? NO_OPERATIONS);
      return isEmpty(changed) ? [] : [{ user, key, name, capabilities: byCapability(changed, access) }];
    });
  const changes: readonly DayChange[] = [
    { kind: 'begins', at, people: people(is, was) },
    { kind: 'ends', at, people: people(was, is) },
  ];
  return changes.filter((change) => change.people.length > 0);
}

function accessAt(model: AccessModel, moment: number) {
  return new Map(accessOf(model, { at: new Date(moment) }).map((access) => [access.user.name, access]));
}

/** The part of the changes that is about a member or a role; all of them without a key. */
export function changesAbout(changes: readonly HistoryChange[], key: string | null): readonly HistoryChange[] {
  if (key === null) return changes;
  return narrowed(changes, {
    day: (person) => person.key === key,
    merged: (person, lab) => person.key === key || isThrough(person, lab, key),
    keyed: (each) => each.key === key,
  });
}

/** The part of the changes after which someone may do more or less of what is asked for. */
export function changesTo(changes: readonly HistoryChange[], { kind, name, operations }: Query) {
  const isAsked = (some: readonly Operation[]) => some.some((each) => operations.includes(each));
  return narrowed(changes, {
    day: ({ capabilities }) => capabilities.some((each) => isAsked(each.operations)),
    merged: ({ roles, change: { operations: changed } }) =>
      kind === 'role' ? [...roles.gained, ...roles.lost].includes(name) : isAsked([...changed.gained, ...changed.lost]),
    keyed: () => false,
  });
}

interface Parts {
  readonly day: (person: DayChange['people'][number]) => boolean;
  readonly merged: (person: ReviewedPerson, lab: string) => boolean;
  readonly keyed: (each: RoleChange | Statement) => boolean;
}

function narrowed(changes: readonly HistoryChange[], is: Parts): readonly HistoryChange[] {
  const parts = changes.map((change) =>
    change.kind === 'merged'
      ? {
          ...change,
          people: change.people.filter((person) => is.merged(person, change.lab)),
          roles: change.roles.filter(is.keyed),
          statements: change.statements.filter(is.keyed),
        }
      : { ...change, people: change.people.filter(is.day) },
  );
  return parts.filter(
    (change) =>
      change.people.length > 0 || (change.kind === 'merged' && change.roles.length + change.statements.length > 0),
  );
}

function isThrough({ roles, change: { capabilities } }: ReviewedPerson, lab: string, key: string): boolean {
  const { gained, lost } = capabilities;
  const grants = [...gained, ...lost].flatMap((capability) => capability.grants);
  return (
    [...roles.gained, ...roles.lost].includes(key) || grants.some(({ holder }) => holder.name === iamName(lab, key))
  );
}

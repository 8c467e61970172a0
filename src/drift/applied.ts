import { accessOf } from '../access/access-of.ts';
import type { AccessChange } from '../access/diff.ts';
import { type AccessModel, type AccessUser, around, indexModel } from '../access/model.ts';
import { type Difference, differences, subjectKey } from '../access/model-difference.ts';
import { NO_OPERATIONS, type OperationSet, union } from '../access/operation-set.ts';
import { desiredAccessBeforeDeletions } from '../access/sources/desired.ts';
import type { EntityIds, Inventory } from '../aws/types.ts';
import type { Applied } from '../review/rule/input.ts';
import type { AppliedTeam } from '../team/applied-team.ts';
import { otherLabOf } from '../team/names.ts';
import { type AccessTeam, membersWithUser } from '../team/team.ts';
import { withoutAddedDenies } from './added-denies.ts';

/** What tells a manual change from what waits for an apply: the teams that owners approved and applies have begun or ended. */
export interface PendingChanges {
  /** Whether one of them has a user, group or policy that the file has not. */
  knows(addition: Difference): boolean;
  /** What the applied and each begun team give, if the file has changed anything since. */
  readonly models: readonly AccessModel[];
  /** Whether the file has changed something, and the lab's part of the account is as one of them says; else the change is manual. */
  areIn(part: AccessModel): (difference: Difference) => boolean;
  /** The file and `models`: each gives access that owners approved, and what a user has beyond all of them no one approved. */
  readonly approved: readonly AccessModel[];
  /** What they give to a user at the moment from which on a change gives. */
  givenTo(user: string, change: Pick<AccessChange, 'starts'>): OperationSet;
}

/** Null if no apply of this account is known. `today`: `YYYY-MM-DD`, UTC. */
export function pendingChanges(
  applied: Applied | null,
  team: AccessTeam,
  today: string,
  at: Date,
): PendingChanges | null {
  if (applied === null || applied.team.account !== team.account) return null;
  const models = approvedModels(applied, team, today);
  const file = desiredAccessBeforeDeletions(team);
  const changed = new Set(models.flatMap((model) => differences(model, file)).map(subjectKey));
  const isAmong = (difference: Difference, subjects: ReadonlySet<string>) =>
    subjectsOf(difference).some((each) => subjects.has(each));
  const approved = changed.size === 0 ? [file] : [file, ...models];
  const indexes = approved.map(indexModel);
  const givenTo: PendingChanges['givenTo'] = (user, { starts: { after } }) =>
    indexes
      .flatMap((index) => accessOf(around(index, [user]), { at: after === null ? at : new Date(after) }))
      .reduce((all, { allowed }) => union(all, allowed), NO_OPERATIONS);
  return {
    ...{ approved, givenTo },
    models: changed.size === 0 ? [] : models,
    knows: (addition) => changed.has(subjectKey(addition)),
    areIn(part) {
      const unlike = models.map((model) => new Set(differences(model, part).map(subjectKey)));
      return (each) => isAmong(each, changed) && unlike.some((subjects) => !isAmong(each, subjects));
    },
  };
}

/** The boundary, tags and path of a user come and go with the user, without a difference of their own. */
function subjectsOf(difference: Difference): readonly string[] {
  const own = subjectKey(difference);
  if (difference.kind === 'user-added') {
    const holder = { kind: 'user', name: difference.user } as const;
    return [own, subjectKey({ kind: 'path-changed', holder, from: '', to: '' })];
  }
  return difference.kind === 'boundary-changed' || difference.kind === 'tag-changed'
    ? [own, subjectKey({ kind: 'user-added', user: difference.user })]
    : [own];
}

function approvedModels({ team: applied, begun }: Applied, team: AccessTeam, today: string): readonly AccessModel[] {
  const active = new Set(membersWithUser(team, today).map(({ key }) => key));
  const activeThen = new Set(membersWithUser(applied, applied.day).map(({ key }) => key));
  // A deleted user comes back by a later last day in the file.
  const isDeleted = ({ key }: { readonly key: string }) => !activeThen.has(key) && active.has(key);
  const suspended = new Set(applied.members.flatMap((each) => (each.suspended ? [each.key] : [])));
  // Members who are suspended during an apply are so until its last step.
  const atLast = (each: AppliedTeam): AppliedTeam => ({
    ...each,
    members: each.members.map((member) => ({ ...member, suspended: member.suspended && suspended.has(member.key) })),
  });
  const withoutDeleted = { ...applied, members: applied.members.filter((each) => !isDeleted(each)) };
  const teams = [applied, withoutDeleted, ...begun, ...begun.map(atLast)];
  return [...new Map(teams.map((each) => [JSON.stringify(each), each])).values()].map(
    (each) => withoutAddedDenies(desiredAccessBeforeDeletions(each), each).access,
  );
}

/** The other lab whose user or group one is, by its path; null for what the last apply noted, wherever someone moved it. */
export function otherLabsIn({ ids }: Pick<Inventory, 'ids'>, noted: EntityIds | null, lab: string) {
  const known = { user: new Set(noted?.user.values()), group: new Set(noted?.group.values()) };
  return (kind: keyof EntityIds, { name, path }: Pick<AccessUser, 'name' | 'path'>): string | null =>
    known[kind].has(ids[kind].get(name) ?? '') ? null : otherLabOf(path, lab);
}

export type OtherLabs = ReturnType<typeof otherLabsIn>;

import { accessOf } from '../../access/access-of.ts';
import { type AccessChange, diffAccess } from '../../access/diff.ts';
import type { AccessModel } from '../../access/model.ts';
import { listOperations } from '../../access/operation-set.ts';
import { CAPABILITIES, capabilityOf, type Operation } from '../../catalog/mturk.ts';
import { iamName, keyOfIamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { ReviewedPerson } from '../manifest/schema.ts';
import { byClass, classesOf } from './risk.ts';

export interface PeopleOfReview {
  /** Worst first. */
  readonly people: readonly ReviewedPerson[];
  /** IAM names. */
  readonly unchanged: readonly string[];
}

/** People whose access differs between two models, named as in the files. */
export function reviewedPeople(
  models: { readonly before: AccessModel; readonly after: AccessModel },
  teams: { readonly before: Team | null; readonly after: Team },
  options: { readonly at: Date; readonly replaced: ReadonlySet<string> },
): PeopleOfReview {
  const named = peopleNamed(teams);
  const roleKey = (group: string) =>
    keyOfIamName(teams.after.lab, group) ?? keyOfIamName(teams.before?.lab ?? teams.after.lab, group) ?? group;
  const change = diffAccess(models.before, models.after, options.at);
  const changed = new Set(change.people.map(({ user }) => user));
  // A replaced user has the same access, but no access key.
  const recreated = [...options.replaced]
    .filter((user) => !changed.has(user))
    .map((user) => withoutChange(user, models.after, options.at));
  const people = [...change.people, ...recreated].map(
    (person): ReviewedPerson => ({
      user: person.user,
      key: named.get(person.user)?.key ?? null,
      name: named.get(person.user)?.name ?? null,
      classes: classesOf(person, options),
      change: person,
      roles: { gained: person.groups.gained.map(roleKey), lost: person.groups.lost.map(roleKey) },
    }),
  );
  return {
    people: byClass(people),
    unchanged: change.unchanged.filter((user) => !options.replaced.has(user)),
  };
}

/** By IAM name, members of the later file first. Departed members have only a key. */
function peopleNamed({ before, after }: { readonly before: Team | null; readonly after: Team }) {
  const named = new Map<string, { readonly key: string; readonly name: string }>();
  for (const team of [before, after]) {
    if (team === null) continue;
    for (const { key } of team.departed) {
      const user = iamName(team.lab, key);
      if (!named.has(user)) named.set(user, { key, name: key });
    }
    for (const { key, name } of team.members) named.set(iamName(team.lab, key), { key, name });
  }
  return named;
}

function withoutChange(user: string, model: AccessModel, at: Date): AccessChange {
  const access = accessOf({ ...model, users: model.users.filter(({ name }) => name === user) }, { at })[0];
  const same = <Value>(value: Value) => ({ before: value, after: value });
  const none = { gained: [], lost: [] };
  const ends = access?.ends ?? null;
  return {
    user,
    kind: 'changed',
    operations: none,
    capabilities: none,
    mayAct: same(access !== undefined && listOperations(access.allowed).length > 0),
    ends: same(ends === null ? null : new Date(ends).toISOString()),
    suspended: same(access?.suspended ?? false),
    groups: none,
    ownPolicies: none,
    boundary: same(access?.user.boundary ?? null),
    unknownPolicies: same([]),
    worstGain: null,
    worstLoss: null,
  };
}

/** Whether one of the operations has that risk. */
export function hasRisk(operations: readonly Operation[], risk: 'spends' | 'harms-workers'): boolean {
  return operations.some((operation) => CAPABILITIES[capabilityOf(operation)].risk === risk);
}

import { accessOf } from '../../access/access-of.ts';
import type { AccessModel } from '../../access/model.ts';
import { listOperations } from '../../access/operation-set.ts';
import { OPERATIONS, type Operation } from '../../catalog/mturk.ts';
import { owningWithAccess } from '../../guardrails/members.ts';
import { keyOfIamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { Question, ReviewedPerson } from '../manifest/schema.ts';
import { hasRisk } from './people.ts';
import { isLater } from './risk.ts';

/** What a reviewer should ask about a change, in the order of the people, worst first. */
export function questionsOf(
  people: readonly ReviewedPerson[],
  after: AccessModel,
  team: Team,
  options: { readonly today: string; readonly at: Date },
): readonly Question[] {
  const staying = new Set(people.filter(({ change }) => change.kind !== 'leaves').map(({ user }) => user));
  const users = after.users.filter(({ name }) => staying.has(name));
  const access = new Map(
    accessOf({ ...after, users }, { at: options.at }).map((each) => [each.user.name, listOperations(each.allowed)]),
  );
  const owners = owningWithAccess(team, options.today);
  return people.flatMap((person) => questionsAbout(person, access.get(person.user) ?? [], team, owners));
}

function questionsAbout(
  person: ReviewedPerson,
  allowed: readonly Operation[],
  team: Team,
  owners: readonly string[],
): readonly Question[] {
  const { user, change, classes } = person;
  const found: Question[] = [];
  const roles = grantingRoles(person, team.lab);
  const gained = change.operations.gained;
  const endless = change.ends.after === null;
  const longer = change.kind === 'changed' && isLater(change.ends.after, change.ends.before);
  const spends = classes.includes('gains-spending') || (longer && hasRisk(allowed, 'spends'));
  const harms = classes.includes('gains-harm') || (longer && hasRisk(allowed, 'harms-workers'));
  if (gained.length > 0 && allowed.length === OPERATIONS.length) found.push({ kind: 'everything', user, roles });
  if (spends && endless) found.push({ kind: 'spending-without-end', user, roles });
  else if (harms && endless) found.push({ kind: 'harm-without-end', user, roles });

  const member = team.members.find(({ key }) => key === person.key);
  const isNewEnd = change.kind === 'joins' || change.ends.before !== change.ends.after;
  if (
    change.kind !== 'leaves' &&
    isNewEnd &&
    member !== undefined &&
    member.until !== null &&
    member.sponsor === null
  ) {
    found.push({ kind: 'no-sponsor', user });
  }
  const loses = change.kind === 'leaves' || (!change.suspended.before && change.suspended.after);
  if (loses && person.key !== null && team.owners.includes(person.key) && owners.length === 0) {
    found.push({ kind: 'last-owner', user });
  }
  return found;
}

/** Keys of the roles that grant the dangerous part, else of all gained roles. */
function grantingRoles({ change, roles }: ReviewedPerson, lab: string): readonly string[] {
  const dangerous = change.capabilities.gained.filter(({ risk }) => risk === 'spends' || risk === 'harms-workers');
  const holders = dangerous.flatMap(({ grants }) => grants.map(({ holder }) => holder));
  const keys = holders.flatMap((holder) =>
    holder.startsWith('group ') ? [keyOfIamName(lab, holder.slice('group '.length)) ?? holder] : [],
  );
  return keys.length > 0 ? [...new Set(keys)].sort() : roles.gained;
}

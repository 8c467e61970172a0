import type { Naming } from '../render/access-words.ts';
import { iamName } from '../team/names.ts';
import type { Team } from '../team/team.ts';

/** The file's names for IAM's. Whoever has departed is known by key alone: the file keeps no name of theirs. */
export function namingOf(team: Team): Naming {
  const people = new Map(team.departed.map(({ key }) => [iamName(team.lab, key), { key, name: key }]));
  for (const { key, name } of team.members) people.set(iamName(team.lab, key), { key, name });
  return { lab: team.lab, people };
}

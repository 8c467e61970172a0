import type { DisplayNames } from '../../access/text/names.ts';
import { iamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';

/** Display names by IAM user name. Departed members have their key only: the file keeps no name of theirs. */
export function namingOf(team: Team): DisplayNames {
  const person = (key: string, given: { name: string; until?: string | null; roles?: readonly string[] }) =>
    [iamName(team.lab, key), { key, ...given }] as const;
  const people = new Map([
    ...team.departed.map(({ key }) => person(key, { name: key })),
    ...team.members.map(({ key, name, until, roles }) => person(key, { name, until, roles })),
  ]);
  return { lab: team.lab, people };
}

import { CAPABILITY_NAMES, OPERATIONS } from '../../catalog/mturk.ts';
import { retiredOperation } from '../../catalog/retired.ts';
import { suggester } from '../../team/suggest.ts';
import { hasExpired, type Team } from '../../team/team.ts';
import { quoted } from '../../text/visible.ts';
import { listWords } from './names.ts';

/** Why nobody can be explained by that key, and what to write. */
export function memberMissingText(key: string, team: Team, today: string): string {
  const departure = team.departed.find((departed) => departed.key === key);
  if (departure !== undefined)
    return `${key} left on ${departure.left} (departed in the team file) and may do nothing.`;
  const expired = team.members.find((member) => member.key === key && hasExpired(member, today));
  if (expired !== undefined)
    return `${expired.name}'s access ended after ${expired.until ?? ''}; ${key} may do nothing.`;
  const keys = team.members.map((member) => member.key);
  const named = team.members.find((member) => member.name.toLowerCase() === key.toLowerCase());
  const near = named?.key ?? suggester()(key, keys);
  return `Nobody in the team file has the key ${quoted(key)}.${near === null ? ` Its members are ${listWords(keys)}.` : ` Did you mean ${near}?`}`;
}

/** Why that is no operation and no capability, and what to write. */
export function unknownOperationText(what: string): string {
  const dead = retiredOperation(what);
  if (dead !== null) {
    const { successors } = dead;
    return successors.length === 0
      ? `${what} was removed in 2017 without a successor; nobody can call it.`
      : `${what} was renamed in 2017; ask for ${listWords(successors)}.`;
  }
  const near = suggester()(what, [...OPERATIONS, ...CAPABILITY_NAMES]);
  const hint = near === null ? `The capabilities are ${listWords(CAPABILITY_NAMES)}.` : `Did you mean ${near}?`;
  return `${quoted(what)} is neither an operation of Mechanical Turk nor a capability. ${hint}`;
}

import { CAPABILITY_NAMES, OPERATIONS } from '../../catalog/mturk.ts';
import { retiredOperation } from '../../catalog/retired.ts';
import type { FailureArgs } from '../../diagnostics/failure.ts';
import { suggester } from '../../team/suggest.ts';
import { hasExpired, type Team } from '../../team/team.ts';

/** Why there is no access to explain for that key on that day (`YYYY-MM-DD`). */
export function unknownMember(key: string, team: Team, today: string): FailureArgs['unknown-member']['because'] {
  const departure = team.departed.find((departed) => departed.key === key);
  if (departure !== undefined) return { kind: 'departed', date: departure.left };
  const expired = team.members.find((member) => member.key === key && hasExpired(member, today));
  if (expired !== undefined) return { kind: 'expired', date: expired.until ?? '' };
  const keys = team.members.map((member) => member.key);
  const named = team.members.find((member) => member.name.toLowerCase() === key.toLowerCase());
  const near = named?.key ?? suggester()(key, keys);
  return near === null ? { kind: 'none', members: keys } : { kind: 'similar', member: near };
}

/** Why that is no operation and no capability. */
export function unknownOperation(name: string): FailureArgs['unknown-operation']['because'] {
  const retired = retiredOperation(name);
  if (retired !== null) return { kind: 'retired', successors: retired.successors };
  const near = suggester()(name, [...OPERATIONS, ...CAPABILITY_NAMES]);
  return near === null ? { kind: 'none', capabilities: CAPABILITY_NAMES } : { kind: 'similar', name: near };
}

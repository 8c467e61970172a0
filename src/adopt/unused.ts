import type { AccessUser } from '../access/model.ts';
import type { AuthorizationDetails } from '../aws/inventory/authorization-details.ts';
import { labPath } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import type { Adoption } from './adoption.ts';
import { adoptedNow } from './progress.ts';

/** What only adopted users had: names of groups, ARNs of policies. */
export interface Unused {
  readonly groups: readonly string[];
  readonly policies: readonly string[];
}

/** Groups and policies of before that no one else has, once adopted users are in the groups of their roles alone. */
export function unusedAfter(
  adoption: Adoption,
  { lab }: Pick<Team, 'lab'>,
  account: Pick<AuthorizationDetails, 'access' | 'ids' | 'roles'>,
): Unused {
  const adopted = new Set(adoptedNow(adoption, account).map(({ now }) => now?.name));
  const others = account.access.users.filter(({ name }) => !adopted.has(name));
  const had = new Set([...adoption.groups.map(({ name }) => name), ...adoption.policies.map(({ arn }) => arn)]);
  const groups = account.access.groups
    .filter(({ name, path }) => had.has(name) && path !== labPath(lab))
    .filter(({ name }) => !others.some((user) => user.groups.includes(name)))
    .map(({ name }) => name);
  const left = account.access.groups.filter(({ name }) => !groups.includes(name));
  const held = new Set([...others, ...left, ...account.roles].flatMap(heldBy));
  const own = account.access.policies.filter(({ arn }) => arn.startsWith(`arn:aws:iam::${adoption.account}:`));
  return { groups, policies: own.flatMap(({ arn }) => (had.has(arn) && !held.has(arn) ? [arn] : [])) };
}

function heldBy({ attached, ...holder }: Pick<AccessUser, 'attached'> & Partial<Pick<AccessUser, 'boundary'>>) {
  return [...attached, ...(holder.boundary ? [holder.boundary] : [])];
}

import type { Inventory } from '../../aws/types.ts';
import { usersWithoutBoundary } from '../../drift/rules/user-without-boundary.ts';
import { BOUNDARY_PATH, labOfPath, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';

/** What makes an account a bad home for a lab: see `docs/security/threat-model.md`. */
export interface AccountHome {
  /** Names of IAM users whom a stolen apply role could give everything. */
  readonly usersWithoutBoundary: readonly string[];
  /** Whether the root user has access keys; null if it is not known. */
  readonly hasRootKeys: boolean | null;
  /** Other labs that have a boundary, a role, a user or a group here, sorted. */
  readonly otherLabs: readonly string[];
}

export function accountHome(
  { access, roles, rootKeys }: Pick<Inventory, 'access' | 'roles' | 'rootKeys'>,
  { lab, settings }: Pick<Team, 'lab' | 'settings'>,
): AccountHome {
  const boundaries = access.policies.filter(({ arn }) => arn.includes(`:policy${BOUNDARY_PATH}`));
  const paths = [...access.users, ...access.groups, ...roles].map(({ path }) => path);
  const labs = [...boundaries.map(({ name }) => name), ...paths.flatMap((path) => labOfPath(path) ?? [])];
  return {
    // A member without one is drift, and the next apply restores it.
    usersWithoutBoundary: usersWithoutBoundary(access, { settings }, ({ path }) => path === labPath(lab)).map(
      ({ name }) => name,
    ),
    hasRootKeys: rootKeys === null ? null : rootKeys.length > 0,
    otherLabs: [...new Set(labs)].filter((other) => other !== lab).sort(),
  };
}

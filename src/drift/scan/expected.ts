import type { AccessModel } from '../../access/model.ts';
import { desiredAccess, desiredAccessOnAnyDay } from '../../access/sources/desired.ts';
import type { IamEntity } from '../../aws/iam-names.ts';
import { iamName, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';

/** The desired access on a day, with users whose last day has passed and who still exist, with their limits. */
export interface Expected {
  readonly model: AccessModel;
  /** Names of the IAM users whose last day has passed and who still exist. */
  readonly late: ReadonlySet<string>;
  /** Names of the IAM users of `departed`, whether they exist or not. */
  readonly departed: ReadonlySet<string>;
  /**
   * Users and groups whose names differ from the account's in upper and lower case only, by both names: IAM treats them
   * as one, and only a manual change renames anything.
   */
  readonly recased: ReadonlySet<string>;
}

export function expectedIn(account: AccessModel, team: Team, today: string): Expected {
  const desired = desiredAccess(team, today);
  const existing = new Set(account.users.map(({ name }) => name));
  const active = new Set(desired.users.map(({ name }) => name));
  const late = desiredAccessOnAnyDay(team).users.filter(({ name }) => !active.has(name) && existing.has(name));
  return {
    model: { ...desired, users: [...desired.users, ...late] },
    late: new Set(late.map(({ name }) => name)),
    departed: new Set(team.departed.map(({ key }) => iamName(team.lab, key))),
    recased: new Set([
      ...recasedIn(account.users, [...desired.users, ...late]),
      ...recasedIn(account.groups, desired.groups),
    ]),
  };
}

type Named = readonly { readonly name: string }[];

function recasedIn(account: Named, expected: Named): readonly string[] {
  const byLowered = new Map(expected.map(({ name }) => [name.toLowerCase(), name]));
  return account.flatMap(({ name }) => {
    const own = byLowered.get(name.toLowerCase());
    return own === undefined || own === name ? [] : [name, own];
  });
}

type Thing = Pick<IamEntity, 'kind' | 'name'>;

/**
 * The part of an account that is the lab's: what has a name of the lab, or is under its path and not unmanaged. Other
 * users in a group of the lab are marked as unmanaged.
 */
export function labPartOf(
  account: AccessModel,
  expected: AccessModel,
  lab: string,
  isUnmanaged: (thing: Thing) => boolean,
): AccessModel {
  const path = labPath(lab);
  const labGroupNames = new Set(expected.groups.map(({ name }) => name));
  const labUserNames = new Set(expected.users.map(({ name }) => name));
  const labPolicyArns = new Set(expected.policies.map(({ arn }) => arn));
  const groups = account.groups.filter(
    ({ name, path: own }) => labGroupNames.has(name) || (own.startsWith(path) && !isUnmanaged({ kind: 'group', name })),
  );
  const labGroups = new Set(groups.map(({ name }) => name));
  const underPath = `arn:aws:iam::${account.account}:policy${path}`;
  return {
    account: account.account,
    users: account.users.flatMap((user) => {
      const { name } = user;
      const ofLab = user.groups.filter((group) => labGroups.has(group));
      const here = { ...user, groups: ofLab };
      if (labUserNames.has(name)) return [here];
      if (user.path.startsWith(path) && user.unmanaged !== true && !isUnmanaged({ kind: 'user', name })) return [here];
      return ofLab.length === 0 ? [] : [{ ...here, unmanaged: true as const }];
    }),
    groups,
    policies: account.policies.filter(
      ({ arn, name }) =>
        labPolicyArns.has(arn) || (arn.startsWith(underPath) && !isUnmanaged({ kind: 'policy', name })),
    ),
  };
}

/** The account with the lab as in team.yaml, and everything else as it is. */
export function withDesired(account: AccessModel, part: AccessModel, expected: AccessModel): AccessModel {
  const labUsers = new Set(
    [...part.users.filter(({ unmanaged }) => unmanaged !== true), ...expected.users].map(nameOf),
  );
  const labGroups = new Set([...part.groups, ...expected.groups].map(nameOf));
  const labArns = new Set([...part.policies, ...expected.policies].map(({ arn }) => arn));
  const others = account.users
    .filter(({ name }) => !labUsers.has(name))
    .map((user) => ({ ...user, groups: user.groups.filter((group) => !labGroups.has(group)) }));
  return {
    account: account.account,
    users: [...expected.users, ...others],
    groups: [...expected.groups, ...account.groups.filter(({ name }) => !labGroups.has(name))],
    policies: [...expected.policies, ...account.policies.filter(({ arn }) => !labArns.has(arn))],
  };
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

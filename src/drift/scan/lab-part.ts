import type { AccessModel } from '../../access/model.ts';
import { desiredAccess, desiredAccessOnAnyDay } from '../../access/sources/desired.ts';
import type { IamEntity } from '../../aws/iam-names.ts';
import { iamName, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';

/** What the file declares on a day, with whoever is past her last day and still there under her limits. */
export interface Expected {
  readonly model: AccessModel;
  /** Names of the IAM users who are past their last day and still there. */
  readonly late: ReadonlySet<string>;
  /** Names of the IAM users whom the file says to have departed, whether they are there or not. */
  readonly departed: ReadonlySet<string>;
  /**
   * Users and groups whose names the account has in other letters, large or small, by both names: IAM takes them for one,
   * and nobody but a hand renames anything.
   */
  readonly respelled: ReadonlySet<string>;
}

export function expectedIn(account: AccessModel, team: Team, today: string): Expected {
  const declared = desiredAccess(team, today);
  const there = new Set(account.users.map(({ name }) => name));
  const active = new Set(declared.users.map(({ name }) => name));
  const late = desiredAccessOnAnyDay(team).users.filter(({ name }) => !active.has(name) && there.has(name));
  return {
    model: { ...declared, users: [...declared.users, ...late] },
    late: new Set(late.map(({ name }) => name)),
    departed: new Set(team.departed.map(({ key }) => iamName(team.lab, key))),
    respelled: new Set([
      ...respelledIn(account.users, [...declared.users, ...late]),
      ...respelledIn(account.groups, declared.groups),
    ]),
  };
}

type Named = readonly { readonly name: string }[];

function respelledIn(account: Named, expected: Named): readonly string[] {
  const byLowered = new Map(expected.map(({ name }) => [name.toLowerCase(), name]));
  return account.flatMap(({ name }) => {
    const own = byLowered.get(name.toLowerCase());
    return own === undefined || own === name ? [] : [name, own];
  });
}

type Thing = Pick<IamEntity, 'kind' | 'name'>;

/**
 * The part of an account that is the lab's: what bears a declared name, and what lies under the lab's path and is no
 * stray. Whoever else is in a group of the lab is a stranger there.
 */
export function labPartOf(
  account: AccessModel,
  expected: AccessModel,
  lab: string,
  isStray: (thing: Thing) => boolean,
): AccessModel {
  const path = labPath(lab);
  const declaredGroups = new Set(expected.groups.map(({ name }) => name));
  const declaredUsers = new Set(expected.users.map(({ name }) => name));
  const declaredArns = new Set(expected.policies.map(({ arn }) => arn));
  const groups = account.groups.filter(
    ({ name, path: own }) => declaredGroups.has(name) || (own.startsWith(path) && !isStray({ kind: 'group', name })),
  );
  const labGroups = new Set(groups.map(({ name }) => name));
  const underPath = `arn:aws:iam::${account.account}:policy${path}`;
  return {
    account: account.account,
    users: account.users.flatMap((user) => {
      const { name } = user;
      const ofLab = user.groups.filter((group) => labGroups.has(group));
      const here = { ...user, groups: ofLab };
      if (declaredUsers.has(name)) return [here];
      if (user.path.startsWith(path) && user.unmanaged !== true && !isStray({ kind: 'user', name })) return [here];
      return ofLab.length === 0 ? [] : [{ ...here, unmanaged: true as const }];
    }),
    groups,
    policies: account.policies.filter(
      ({ arn, name }) => declaredArns.has(arn) || (arn.startsWith(underPath) && !isStray({ kind: 'policy', name })),
    ),
  };
}

/** The account as it would be with all of the lab as the file has it, and everything else as it is. */
export function asDeclared(account: AccessModel, part: AccessModel, expected: AccessModel): AccessModel {
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

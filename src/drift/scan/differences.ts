import { type AccessModel, policyName } from '../../access/model.ts';
import { type Difference, differences, isResource, subjectKey } from '../../access/model-difference.ts';
import { desiredAccess, desiredAccessBeforeDeletions } from '../../access/sources/desired.ts';
import type { IamEntity } from '../../aws/iam-names.ts';
import type { Applied } from '../../review/rule/input.ts';
import { iamName, keyOfIamName, labPath, otherLabOf } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { OtherLabs, PendingChanges } from '../applied.ts';
import type { DriftCause, Rename, RuleData } from '../finding.ts';
import { withoutLeft, withPresentNames } from '../renames.ts';

export interface FoundDifference {
  readonly difference: Difference;
  readonly cause: DriftCause;
}

/** Every difference between the lab's part and the file. `since`: what the file changed since the last apply, if known. */
export function differencesFound(
  expected: Expected,
  part: AccessModel,
  applied: Applied | null,
  since: PendingChanges | null,
  today: string,
): readonly FoundDifference[] {
  const all = differences(expected.model, part);
  const expired = [...expected.late].map((user): Difference => ({ kind: 'user-added', user }));
  const isPending = since?.areIn(part) ?? null;
  const isManual = (difference: Difference) => isPending?.(difference) === false;
  return [
    ...withoutParts(all, isManual).map((difference) => ({
      difference,
      cause: causeOf(difference, expected, isPending),
    })),
    ...expired.map((difference) => ({ difference, cause: 'expired' as const })),
    ...resolvedOf(all, expected, part, since === null ? null : applied, today),
  ];
}

function causeOf(
  difference: Difference,
  expected: Expected,
  isPending: ((difference: Difference) => boolean) | null,
): DriftCause {
  // Not unmanaged, so an earlier file had it.
  const isDeparted = difference.kind === 'user-added' && expected.departed.has(difference.user);
  if (isPending === null) return isDeparted ? 'pending' : 'unknown';
  // Only an earlier file's is compared; who has it by hand is what makes it manual.
  if (difference.kind === 'policy-added') return 'pending';
  return isPending(difference) ? 'pending' : 'manual';
}

/** Manual changes that team.yaml has adopted since the last apply. */
function resolvedOf(
  all: readonly Difference[],
  expected: Expected,
  part: AccessModel,
  applied: Applied | null,
  today: string,
): readonly FoundDifference[] {
  // An unfinished apply explains them, too.
  if (applied === null || applied.begun.length > 0) return [];
  const known = new Set(all.map(subjectKey));
  const before = withoutNames(expected.others, desiredAccess(applied.team, today));
  const changed = differences(withoutLeft(before, expected.renames), part);
  const wholes = wholesIn([...changed, ...all]);
  return changed
    .filter((each) => !known.has(subjectKey(each)) && !isPartOf(each, wholes))
    .filter((each) => !('user' in each && expected.late.has(each.user)))
    .map((difference) => ({ difference, cause: 'resolved' }));
}

/** The user, group or policy that was added or deleted, as `user bo`; null for any other difference. */
function wholeOf(difference: Difference): string | null {
  if (!isResource('added', difference) && !isResource('deleted', difference)) return null;
  if ('user' in difference) return `user ${difference.user}`;
  return 'group' in difference ? `group ${difference.group}` : 'arn' in difference ? `policy ${difference.arn}` : null;
}

function wholesIn(list: readonly Difference[]): ReadonlySet<string> {
  return new Set(list.flatMap((each) => wholeOf(each) ?? []));
}

/** Whether a difference is only a part of a user, group or policy that was added or deleted. */
function isPartOf(difference: Difference, wholes: ReadonlySet<string>): boolean {
  if (wholeOf(difference) !== null) return false;
  return (
    ('user' in difference && wholes.has(`user ${difference.user}`)) ||
    ('group' in difference && wholes.has(`group ${difference.group}`)) ||
    ('holder' in difference && wholes.has(`${difference.holder.kind} ${difference.holder.name}`)) ||
    (difference.kind === 'policy-detached' && wholes.has(`policy ${difference.arn}`))
  );
}

/** Without parts of added or deleted users, groups and policies, except manual changes to one that is to be deleted. */
function withoutParts(
  all: readonly Difference[],
  isManual: (difference: Difference) => boolean,
): readonly Difference[] {
  const deleted = wholesIn(all.filter((each) => isResource('deleted', each)));
  const added = wholesIn(all.filter((each) => isResource('added', each)));
  return all.filter(
    (difference) => !isPartOf(difference, deleted) && (!isPartOf(difference, added) || isManual(difference)),
  );
}

/** The desired access on a day, also with users who are to be deleted and still exist, with their limits. */
export interface Expected {
  /** Without what was renamed. */
  readonly model: AccessModel;
  /** With what was renamed, under the names of the account. */
  readonly present: AccessModel;
  readonly renames: readonly Rename[];
  /** Without what of it has a name of another lab. */
  readonly others: NamesOfOthers;
  readonly taken: readonly RuleData['name-taken'][];
  /** Names of the IAM users who are to be deleted, `delete-after-days` after their last day, and still exist. */
  readonly late: ReadonlySet<string>;
  /** Names of the IAM users of `departed`, whether they exist or not. */
  readonly departed: ReadonlySet<string>;
}

export function expectedIn(
  account: AccessModel,
  team: Team,
  today: string,
  labOf: OtherLabs,
  renames: readonly Rename[],
): Expected {
  const others = namesOfOthers(account, team.lab, labOf);
  const whole = desiredAccess(team, today);
  const existing = new Set(account.users.map(nameOf));
  const renamed = new Set(renames.flatMap(({ kind, name }) => (kind === 'user' ? [name] : [])));
  const active = new Set(whole.users.map(nameOf));
  const late = desiredAccessBeforeDeletions(team).users.filter(
    ({ name }) => !active.has(name) && (existing.has(name) || renamed.has(name)),
  );
  const taken = (kind: 'user' | 'group', names: readonly string[], by: NamesOfOthers['user']) =>
    names.flatMap((name) => {
      const lab = by.get(name.toLowerCase());
      return lab === undefined ? [] : [{ holder: { kind, name }, lab }];
    });
  const all = { ...whole, users: [...whole.users, ...late] };
  const model = withoutLeft(withoutNames(others, all), renames);
  const present = withPresentNames(all, renames);
  return {
    model,
    // Under the name of a renamed one, another lab's thing is not what team.yaml means.
    present: withoutNames(others, present),
    renames,
    others,
    taken: [
      ...taken('user', whole.users.map(nameOf), others.user),
      ...taken('group', whole.groups.map(nameOf), new Map([...others.policy, ...others.group])),
    ],
    late: new Set(model.users.map(nameOf).filter((name) => !active.has(name) && existing.has(name))),
    departed: new Set(team.departed.map(({ key }) => iamName(team.lab, key))),
  };
}

/** Names of this lab's form that things of other labs have, in lower case, with that lab: IAM has each once, whatever path and case. */
type NamesOfOthers = Readonly<Record<'user' | 'group' | 'policy', ReadonlyMap<string, string>>>;

function namesOfOthers({ users, groups, policies }: AccessModel, lab: string, labOf: OtherLabs): NamesOfOthers {
  const named = <Thing extends { readonly name: string }>(
    things: readonly Thing[],
    of: (thing: Thing) => string | null,
  ) =>
    new Map(
      things.flatMap((thing): [string, string][] => {
        const name = thing.name.toLowerCase();
        const other = keyOfIamName(lab, name) === null ? null : of(thing);
        return other === null ? [] : [[name, other]];
      }),
    );
  return {
    user: named(users, (user) => labOf('user', user)),
    group: named(groups, (group) => labOf('group', group)),
    policy: named(policies, ({ arn }) => otherLabOf(arn.slice(arn.indexOf('/')), lab)),
  };
}

function withoutNames({ user, group, policy }: NamesOfOthers, model: AccessModel): AccessModel {
  const isFree = (names: ReadonlyMap<string, string>) => (name: string) => !names.has(name.toLowerCase());
  return {
    ...model,
    users: model.users
      .filter(({ name }) => isFree(user)(name))
      .map((each) => ({ ...each, groups: each.groups.filter(isFree(group)) })),
    groups: model.groups
      .filter(({ name }) => isFree(group)(name))
      .map((each) => ({ ...each, attached: each.attached.filter((arn) => isFree(policy)(policyName(arn))) })),
    policies: model.policies.filter(({ name }) => isFree(policy)(name)),
  };
}

/** What has a name of the lab, a user who was applied, and what is under its path and not unmanaged. Other users in its groups are marked as unmanaged. */
export function labPartOf(
  account: AccessModel,
  expected: AccessModel,
  lab: string,
  isNoted: (user: string) => boolean,
  isUnmanaged: (thing: Pick<IamEntity, 'kind' | 'name'>) => boolean,
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
      if (labUserNames.has(name) || isNoted(name)) return [here];
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

export function nameOf({ name }: { readonly name: string }): string {
  return name;
}

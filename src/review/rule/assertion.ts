import { ofUser, operationsIn, type UserOperations, userOperations } from '../../access/access-of.ts';
import type { AccessModel } from '../../access/model.ts';
import { difference, type OperationSet, union } from '../../access/operation-set.ts';
import { desiredAccessBeforeDeletions } from '../../access/sources/desired.ts';
import type { PlannedAccess } from '../../access/sources/planned.ts';
import { iamName, labPath, rolePolicyArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { Ruled } from './ruled.ts';

/**
 * Members who would gain, from the account as it is to the end of a plan, what the written team does not give them, and users
 * that the plan does not have who would gain anything by the policy of a role: none, if the plan does what was decided.
 */
export function gainsBeyond(
  account: AccessModel,
  planned: PlannedAccess,
  { team: written, renamed }: Pick<Ruled, 'team' | 'renamed'>,
  at: Date,
): readonly UserOperations[] {
  const before = operationsIn(account, at);
  const given = operationsIn(desiredAccessBeforeDeletions(written), at);
  const members = new Set(written.members.map(({ key }) => iamName(written.lab, key)));
  // What a group elsewhere gives is the rule's to deny.
  const inside = new Set(
    planned.after.groups.flatMap(({ name, path }) => (path === labPath(written.lab) ? [name] : [])),
  );
  const users = planned.after.users.filter(({ name }) => members.has(name));
  const own = users.map((user) => ({ ...user, groups: user.groups.filter((group) => inside.has(group)) }));
  const after = { ...planned.after, users: own };
  const ofMembers = beyond(after, at, (name) => union(ofUser(before, name), ofUser(given, name)));
  return [...ofMembers, ...gainsOutside(account, planned, written, new Set(renamed.map(({ user }) => user)), at)];
}

/** The plan knows neither these users nor what keeps them in groups, but the policies that they have. */
function gainsOutside(
  account: AccessModel,
  planned: PlannedAccess,
  { lab, account: id, roles }: Team,
  renamed: ReadonlySet<string>,
  at: Date,
) {
  const known = [...planned.before.users, ...planned.after.users].filter(({ unmanaged }) => unmanaged !== true);
  const ours = new Set([...known.map(({ name }) => name), ...renamed]);
  const isOutside = ({ path }: { readonly path: string }) => path !== labPath(lab);
  const groups = new Set(account.groups.filter(isOutside).map(({ name }) => name));
  const users = account.users
    .filter((user) => isOutside(user) || !ours.has(user.name))
    .map((user) => ({ ...user, groups: user.groups.filter((group) => groups.has(group)) }));
  const arns = new Set(roles.map(({ key }) => rolePolicyArn({ lab, account: id }, key)));
  const policies = account.policies.map((policy) =>
    arns.has(policy.arn) ? (planned.after.policies.find(({ arn }) => arn === policy.arn) ?? policy) : policy,
  );
  const before = operationsIn({ ...account, users }, at);
  return beyond({ ...account, users, policies }, at, (name) => ofUser(before, name));
}

/** Who may do more through the lab's users, groups and policies than the written team gives, or under another name. */
export function heldBeyond(
  account: AccessModel,
  { team: written, renamed }: Pick<Ruled, 'team' | 'renamed'>,
  at: Date,
): readonly UserOperations[] {
  const own = written.roles.filter(({ withoutGroup }) => withoutGroup !== true);
  const groups = new Set(own.map(({ key }) => iamName(written.lab, key)));
  const isOwn = (path: string) => path === labPath(written.lab);
  const users = account.users.map((user) => ({
    ...user,
    groups: user.groups.filter((group) => groups.has(group)),
    ...(isOwn(user.path) ? {} : { attached: [], inline: [] }),
  }));
  const members = new Set([
    ...written.members.map(({ key }) => iamName(written.lab, key)),
    ...renamed.map(({ user }) => user),
  ]);
  const given = operationsIn(desiredAccessBeforeDeletions(written), at);
  // Users who are not members have findings of their own, unless they are in a group of the lab.
  const concerned = users.filter(({ name, groups: own }) => members.has(name) || own.length > 0);
  return beyond({ ...account, users: concerned }, at, (name) => ofUser(given, name));
}

function beyond(model: AccessModel, at: Date, given: (user: string) => OperationSet): readonly UserOperations[] {
  return [...operationsIn(model, at)].flatMap(([user, allowed]) =>
    userOperations(user, difference(allowed, given(user))),
  );
}

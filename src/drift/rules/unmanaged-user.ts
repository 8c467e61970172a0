import { accessOf, grantsOf } from '../../access/access-of.ts';
import { stableArn } from '../../access/account-role.ts';
import { worstRisk } from '../../access/capability-access.ts';
import { conservativeModel } from '../../access/conservative.ts';
import { conditionally, distinctEffects, gainsOf } from '../../access/diff.ts';
import type { OwnChanges } from '../../access/escalation/escalation.ts';
import { knownOfUse } from '../../access/escalation/principals-of.ts';
import type { EscalationStep } from '../../access/escalation/targets.ts';
import {
  type AccessModel,
  type AccessUser,
  around,
  indexModel,
  type ModelIndex,
  policyName,
} from '../../access/model.ts';
import { difference, isEmpty, listOperations, union } from '../../access/operation-set.ts';
import { distinctGrants } from '../../access/policies-of.ts';
import { type DisplayNames, nameOutsideLabText, userText } from '../../access/text/names.ts';
import { isLasting, laterMoments, MOST_MOMENTS } from '../../access/time-conditions.ts';
import { DENY_ALL_ARN } from '../../catalog/managed-policies.ts';
import { OPERATIONS } from '../../catalog/mturk.ts';
import { iamArn } from '../../iam/arn.ts';
import { labPath, otherLabOf } from '../../team/names.ts';
import { dateWords } from '../../text/dates.ts';
import { codeText, sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';
import { riskOfUnmanaged } from '../access-changes.ts';
import type { FindingOf, RuleData, UnmanagedUser } from '../finding.ts';
import { keyUseText } from './access-keys.ts';
import { iamCommand, keyCommands, switchOffAll, withoutOwnPolicies } from './aws-command.ts';
import { isAllowing } from './policies.ts';
import { type Detected, detected, type RemedyText, type Rule, type ScanContext } from './rule.ts';
import { escalationText } from './unmanaged-role.ts';

export const unmanagedUser: Rule<'unmanaged-user'> = {
  severity: 'low',
  usesCredentialReport: true,
  detect: (context) => [...unmanagedUsers(context), ...otherUsers(context)],
  title: ({ user, operations }, names, cause) => {
    if (cause === 'pending') return t`Delete the IAM user of ${userText(user, names)}`;
    if (cause === 'manual') return t`IAM user of ${userText(user, names)} moved before its deletion`;
    if (cause === 'expired') {
      const until = trusted(dateWords(names.people.get(user)?.until ?? ''));
      return t`Access of ${userText(user, names)} ended after ${until}; the IAM user still exists`;
    }
    const all = operations.length === OPERATIONS.length ? t` has full access` : t``;
    return t`Unmanaged user ${nameOutsideLabText(user, names)}${all}`;
  },
  effect: t`No access to Mechanical Turk`,
  remedy: (finding, names) => ({
    detail: detailText(finding.data, names, finding.escalates.length > 0),
    ...(moveBack(finding, names.lab) ??
      withoutOwnPolicies({ kind: 'user', name: finding.data.user }, finding.data, names.lab) ??
      removal(finding.data)),
    ifIntended: exceptionText(finding, names),
  }),
  calls: /^(CreateUser|UpdateUser|Attach|Put|Add)/,
};

/**
 * No apply reaches a user that someone moved before its deletion. `manual` says just that, in the title too: an added user
 * whom an approved team has is pending unless its path differs, and one whom none has is unmanaged.
 */
function moveBack({ cause, data: { user } }: FindingOf<'unmanaged-user'>, lab: string): RemedyText | null {
  if (cause !== 'manual') return null;
  const command = iamCommand('update-user', ['user-name', user], ['new-path', labPath(lab)]);
  return { toFix: t`Move it back, so that the next apply deletes it:`, commands: [command] };
}

/** Data about a user of the account, or about one of whom only the name is known. */
export function unmanagedUserData(
  user: Partial<AccessUser> & Pick<AccessUser, 'name'>,
  account: string,
  lab: string,
): UnmanagedUser {
  const { name, path = '/', groups = [], attached = [], inline = [], boundary = null, tags = {} } = user;
  return {
    user: name,
    arn: iamArn(account, 'user', path, name),
    path,
    inPath: path.startsWith(labPath(lab)),
    ...{ groups, attached, inline, boundary, tags },
    ...{ operations: [], grants: [], keys: [], areKeysKnown: false, way: null },
  };
}

/** Users under the lab's path or with a policy of the lab. */
function unmanagedUsers({ unmanaged, account, team, reach }: ScanContext): readonly Detected[] {
  return unmanaged.flatMap((effect) => {
    const { resource, changes, escalates } = effect;
    if (resource.kind !== 'user') return [];
    const { name, path, details } = resource;
    const given = unmanagedUserData({ name, path, ...details }, account.model.account, team.lab);
    const data = { ...given, way: reach.steps.get(given.arn) ?? null };
    return [detected('unmanaged-user', data, { changes, risk: riskOfUnmanaged(effect), escalates })];
  });
}

/**
 * Users outside the lab who can use Mechanical Turk or escalate privileges, now or later, counting in doubt as allowed.
 * Access through a group of the lab, or through an unmanaged group, is part of that group's finding. Those whom the
 * settings except, and known administrators, are left out, a user of a neighbor only without a way to escalate or a member's name.
 */
function otherUsers(context: ScanContext): readonly Detected[] {
  const { inventory, users, groups, reach, administrators, at, team } = context;
  const { access } = inventory;
  const excepted = new Set(team.settings.administrators.map(stableArn));
  const neighbors = team.settings.neighbors.map(labPath);
  const taken = new Set(context.taken.map(({ holder }) => holder.name.toLowerCase()));
  const others = {
    ...access,
    users: access.users
      .filter(({ name, path }) => {
        const arn = iamArn(access.account, 'user', path, name);
        return !users.has(name) && !administrators.has(arn) && !excepted.has(arn);
      })
      .map((user) => ({ ...user, groups: user.groups.filter((group) => !groups.has(group)) })),
  };
  const [certain, index] = [indexModel(others), indexModel(conservativeModel(others))];
  return index.model.users.flatMap((user) => {
    const arn = iamArn(access.account, 'user', user.path, user.name);
    const step = reach.steps.get(arn) ?? null;
    const isAdministrator = step !== null || reach.everything.has(arn);
    const now = useOf(around(index, [user.name]), at);
    const known = certain === index ? now : useOf(around(certain, [user.name]), at);
    const own = context.ownChanges.get(arn);
    const changed =
      own === undefined ? [] : changedWays(index, user, own).map(({ model, way }) => useOf(model, at, way));
    const uses = [now, ...changed.filter((each) => !isEmpty(difference(each.allowed, now.allowed)))];
    const allowed = uses.map((each) => each.allowed).reduce(union);
    const way = step ?? uses[1]?.way ?? null;
    if (isEmpty(allowed) && !isAdministrator) return [];
    if (!isAdministrator && !taken.has(user.name.toLowerCase()) && neighbors.some((path) => user.path.startsWith(path)))
      return [];
    const found = inventory.users.get(user.name);
    const data = {
      ...unmanagedUserData(user, access.account, team.lab),
      operations: listOperations(known.allowed),
      // What lets it change itself is granted by any of its policies.
      grants: uses.length > 1 ? [] : distinctGrants(now.accesses.flatMap((each) => grantsOf(each, each.allowed))),
      keys: found?.credentials.keys ?? [],
      areKeysKnown: found?.isReported === true,
      way,
    };
    const escalates = isAdministrator ? [user.name] : [];
    const risk = isAdministrator ? 'spends' : worstRisk(allowed);
    const inDoubt = uses.filter((each) => each !== known).flatMap((each) => gainsOf(each.own, at));
    const changes = distinctEffects([...gainsOf(known.own, at), ...inDoubt.map(conditionally)]);
    return [detected('unmanaged-user', data, { changes, risk, escalates })];
  });
}

/** What the user of a model can use at all, now or later. */
function useOf(precise: AccessModel, at: Date, way: EscalationStep | null = null) {
  const later = laterMoments([precise], [], at);
  const own = later.length > MOST_MOMENTS ? conservativeModel(precise, isLasting) : precise;
  const moments = own === precise ? [at, ...later] : [at];
  const accesses = moments.flatMap((moment) => accessOf(own, { at: moment }));
  return { way, own, accesses, allowed: accesses.map((access) => access.allowed).reduce(union) };
}

/** The models of a user that has changed itself: by another name or tags, and then also in other groups. */
export function changedWays(
  index: ModelIndex,
  { name }: AccessUser,
  { itself, joins, leaves, ...any }: OwnChanges,
): readonly { readonly model: AccessModel; readonly way: EscalationStep }[] {
  const before = around(index, [name], joins);
  const model = conservativeModel(before, knownOfUse(any));
  const step = (actions: readonly string[], on: EscalationStep['on']) =>
    ({ control: 'none', actions, on, next: null }) as const;
  const inGroups = (change: (groups: readonly string[]) => readonly string[]): AccessModel => ({
    ...model,
    users: model.users.map((user) => ({ ...user, groups: change(user.groups) })),
  });
  return [
    ...(model === before ? [] : [{ model, way: step(itself, { kind: 'user', name }) }]),
    ...joins.map((group) => ({
      model: inGroups((groups) => [...groups, group]),
      way: step(['iam:AddUserToGroup'], { kind: 'group', name: group }),
    })),
    ...leaves.map(({ group, action }) => ({
      model: inGroups((groups) => groups.filter((each) => each !== group)),
      way: step([action], { kind: 'group', name: group }),
    })),
  ];
}

function detailText(
  { inPath, attached, groups, boundary, keys, areKeysKnown, way }: UnmanagedUser,
  names: DisplayNames,
  escalates: boolean,
): Text | null {
  const has = [...attached.map(policyName), ...groups].map(codeText);
  const where = inPath ? t`Under` : t`Outside`;
  return sentences(
    t`${where} ${codeText(labPath(names.lab))}${has.length === 0 ? t`` : t`, with ${someTexts(has)}`}.`,
    way !== null && (escalates || way.control === 'none') ? escalationText(way, names) : null,
    boundary === null ? t`No permissions boundary.` : null,
    areKeysKnown ? null : t`Whether it has access keys is not known yet.`,
    ...keys.slice(0, 2).map(keyUseText),
  );
}

/** The setting that accepts the user for good; null if none would. */
function exceptionText(
  { data: { user, path, inPath }, escalates }: FindingOf<'unmanaged-user'>,
  { lab, people }: DisplayNames,
): Text | null {
  if (inPath) return null;
  if (escalates.length > 0) return t`Add the ARN to ${codeText('settings.administrators')}.`;
  const other = otherLabOf(path, lab);
  const isExcepted = other !== null && !people.has(user);
  return isExcepted ? t`Add ${codeText(other)} to ${codeText('settings.neighbors')}.` : null;
}

function removal(data: RuleData['unmanaged-user']): RemedyText {
  const { user, inPath, attached, inline, groups, keys, areKeysKnown, grants } = data;
  const active = keys.filter(({ active: isActive }) => isActive);
  const name = ['user-name', user] as const;
  const deactivate =
    active.length > 0 && active.every(({ id }) => id !== null)
      ? keyCommands(user, active)
      : areKeysKnown && active.length === 0
        ? []
        : [switchOffAll(user)];
  // Without a policy that only denies, the user could do more.
  const isGranting = (policy: string) => grants.length === 0 || grants.some((grant) => grant.policy === policy);
  const isGranted = (group: string) =>
    grants.length === 0 || grants.some(({ holder }) => holder.kind === 'group' && holder.name === group);
  const last = inPath ? t`, and delete the user in the IAM console once nothing needs it` : t``;
  const commands = [
    ...deactivate,
    ...attached
      .filter((arn) => arn !== DENY_ALL_ARN && isGranting(arn))
      .map((arn) => iamCommand('detach-user-policy', name, ['policy-arn', arn])),
    ...inline
      .filter(({ name: policy, document }) => isAllowing(document) && isGranting(policy))
      .map((policy) => iamCommand('delete-user-policy', name, ['policy-name', policy.name])),
    ...groups.filter(isGranted).map((group) => iamCommand('remove-user-from-group', name, ['group-name', group])),
  ];
  if (commands.length === 0) return { toFix: t`Undo what gives this access${last}.` };
  return {
    toFix: t`${deactivate.length === 0 ? t`Remove` : t`Deactivate the keys (reversible), then remove`} the access${last}:`,
    commands,
  };
}

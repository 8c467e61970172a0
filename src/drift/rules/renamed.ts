import { type AccessUser, around, indexModel, policyName, usersOf } from '../../access/model.ts';
import { desiredAccessBeforeDeletions } from '../../access/sources/desired.ts';
import { groupText, holderText, memberKeyOf, userText } from '../../access/text/names.ts';
import { labPath } from '../../team/names.ts';
import { timeWords } from '../../text/dates.ts';
import { pasted } from '../../text/escape.ts';
import { codeText, sentences, someTexts, TEAM_FILE, t, trusted } from '../../text/text.ts';
import { type AccessEffect, effectBetween, effectOf, gainsInDoubt } from '../access-changes.ts';
import type { Rename } from '../finding.ts';
import { withPresentNames } from '../renames.ts';
import { iamCommand } from './aws-command.ts';
import { detected, type Rule, type ScanContext } from './rule.ts';

export const userRenamed: Rule<'user-renamed'> = {
  severity: 'medium',
  detect: (context) =>
    renamesOf('user', context).map(({ name: user, to, effect }) => {
      const { path = '/', boundary = null, ...has } = context.account.users.get(to) ?? {};
      const data = { user, to, path, boundary, added: addedTo(has, context, to) };
      return detected('user-renamed', data, { cause: 'manual', ...effect });
    }),
  title: ({ user, to }, names) => t`IAM user of ${userText(user, names)} renamed to ${codeText(to)}`,
  effect: t`Keeps its access keys`,
  remedy: ({ data: { user, to, path, boundary, added } }, { lab }) => ({
    detail: sentences(
      path === labPath(lab)
        ? t`The next apply removes this user's roles and policies until the name is restored.`
        : t`Outside ${codeText(labPath(lab))}: the next apply removes this user's roles, and cannot remove what else it has.`,
      added.length === 0 ? null : t`Beside ${TEAM_FILE}: ${someTexts(added.map(codeText))}.`,
      boundary === null ? t`No permissions boundary.` : null,
    ),
    toFix: t`Give the name back before anything else; its access keys are checked again after that:`,
    commands: [iamCommand('update-user', ['user-name', to], ['new-user-name', user], ['new-path', labPath(lab)])],
  }),
  calls: /^UpdateUser$/,
};

export const userRecreated: Rule<'user-recreated'> = {
  severity: 'medium',
  detect: ({ recreated, inventory: { users }, account, at }) =>
    recreated.map((user) => {
      const data = { user, created: users.get(user)?.created ?? '' };
      const changes = gainsInDoubt(around(account, [user]), at);
      return detected('user-recreated', data, { cause: 'manual', ...effectOf(changes, []) });
    }),
  // A snooze must not cover the next time.
  idParts: ({ user, created }, names) => [...names.user(user), created.slice(0, 10)],
  title: ({ user }, names) => t`IAM user of ${userText(user, names)} replaced by another user`,
  effect: t`Can do nothing on Mechanical Turk`,
  remedy: ({ data: { user, created } }, names) => ({
    detail: t`The last apply noted another user with this name. An apply gives this one no role, and suspends it. Created ${trusted(timeWords(created))}; its creator can have its access keys.`,
    toFix: t`Delete keys that the member does not know, then accept the user with ${codeText(`mturk-team apply --restore ${pasted(memberKeyOf(user, names) ?? 'KEY')}`)}:`,
    commands: [iamCommand('list-access-keys', ['user-name', user])],
  }),
  calls: /^(Create|Update)User$/,
};

export const nameTaken: Rule<'name-taken'> = {
  severity: 'medium',
  detect: ({ taken }) => taken.map((data) => detected('name-taken', data)),
  title: ({ holder, lab }, names) => t`IAM name of ${holderText(holder, names)} is taken by lab ${codeText(lab)}`,
  effect: t`The member or role gets no access`,
  remedy: ({ data: { lab } }) => ({
    detail: t`Nothing is created in its place.`,
    toFix: t`Ask the owners of lab ${codeText(lab)}, which it belongs to.`,
    ifIntended: t`Use another key in ${TEAM_FILE}.`,
  }),
  calls: /^(Create|Update)(User|Group)$/,
};

export const groupRenamed: Rule<'group-renamed'> = {
  severity: 'medium',
  detect: (context) =>
    renamesOf('group', context).map(({ name: group, to, effect }) =>
      detected('group-renamed', { group, to }, { cause: 'manual', ...effect }),
    ),
  title: ({ group, to }, names) => t`Group ${groupText(group, names)} renamed to ${codeText(to)}`,
  effect: t`Keeps its members and their access`,
  remedy: ({ data: { group, to } }) => ({
    detail: t`An apply creates the group again, and removes everyone from this one.`,
    toFix: t`Give the name back before anything else:`,
    commands: [iamCommand('update-group', ['group-name', to], ['new-group-name', group])],
  }),
  calls: /^UpdateGroup$/,
};

function renamesOf(of: Rename['kind'], context: ScanContext) {
  return context.renames
    .filter(({ kind }) => kind === of)
    .map((rename) => ({ ...rename, effect: effectOfRename(rename, context) }));
}

function addedTo(has: Partial<AccessUser>, { expected }: ScanContext, to: string): readonly string[] {
  const namesOf = ({ groups = [], attached = [], inline = [] }: Partial<AccessUser>) =>
    [groups, attached.map(policyName), inline.map(({ name }) => name)].flat();
  const given = new Set(namesOf(expected.users.find(({ name }) => name === to) ?? {}));
  return namesOf(has).filter((name) => !given.has(name));
}

/** What a renamed user, or the members of a renamed group, gain and lose beside what team.yaml says of it. */
function effectOfRename({ kind, to }: Rename, { team, account, renames, lab, at }: ScanContext): AccessEffect {
  const expected = indexModel(withPresentNames(desiredAccessBeforeDeletions(team), renames));
  const { users, groups, policies } = account.model;
  const before = indexModel({
    account: team.account,
    users: users.map((user) => {
      const wanted = expected.users.get(user.name);
      if (kind === 'user') return (user.name === to && wanted) || user;
      const others = user.groups.filter((group) => group !== to);
      return { ...user, groups: wanted?.groups.includes(to) === true ? [...others, to] : others };
    }),
    groups: groups.map((group) => (kind === 'group' && group.name === to && expected.groups.get(to)) || group),
    policies: [...policies, ...expected.model.policies.filter(({ arn }) => !account.policies.has(arn))],
  });
  const concerned = new Set([before, account].flatMap((index) => usersOf(index, { kind, name: to })));
  const { changes, escalates } = effectBetween(around(before, concerned), around(account, concerned), lab, at);
  const nameOf = (user: string) => renames.find((each) => each.kind === 'user' && each.to === user)?.name ?? user;
  return effectOf(
    changes.map((change) => ({ ...change, user: nameOf(change.user) })),
    escalates.map(nameOf),
  );
}

import { type AccessUser, around, policyName, usersOf } from '../../access/model.ts';
import { groupText, holderText, memberKeyOf, userText } from '../../access/text/names.ts';
import { boundaryArn, iamName, LIMITS_POLICY, labPath } from '../../team/names.ts';
import { timeWords } from '../../text/dates.ts';
import { pasted } from '../../text/escape.ts';
import { codeText, sentences, someTexts, TEAM_FILE, t, trusted } from '../../text/text.ts';
import { type AccessEffect, effectBetween, effectOf, gainsInDoubt } from '../access-changes.ts';
import type { Rename } from '../finding.ts';
import { namesInFile } from '../renames.ts';
import { iamCommand } from './aws-command.ts';
import { detected, type Rule, type ScanContext } from './rule.ts';

export const userRenamed: Rule<'user-renamed'> = {
  severity: 'medium',
  detect: (context) =>
    renamesOf('user', context).map(({ name: user, to, isFree, effect }) => {
      const { path = '/', boundary, ...has } = context.account.users.get(to) ?? {};
      const isBounded = boundary === boundaryArn(context.team);
      const data = { user, to, path, isFree, isBounded, added: addedTo(has, context, to) };
      return detected('user-renamed', data, { cause: 'manual', ...effect });
    }),
  title: ({ user, to }, names) => t`IAM user of ${userText(user, names)} renamed to ${codeText(to)}`,
  effect: t`Keeps its access keys`,
  remedy: ({ data: { user, to, path, isFree, isBounded, added } }, { lab }) => ({
    detail: sentences(
      path === labPath(lab)
        ? t`The next apply removes this user's roles and policies until the name is restored.`
        : t`Outside ${codeText(labPath(lab))}: the next apply removes this user's roles, and cannot remove what else it has.`,
      added.length === 0 ? null : t`Beside ${TEAM_FILE}: ${someTexts(added.map(codeText))}.`,
      isBounded ? null : t`Not with the lab's permissions boundary.`,
    ),
    toFix: isFree
      ? t`Give the name back before anything else; its access keys are checked again after that:`
      : FREE_FIRST,
    commands: isFree
      ? [iamCommand('update-user', ['user-name', to], ['new-user-name', user], ['new-path', labPath(lab)])]
      : [],
  }),
  calls: /^UpdateUser$/,
};

export const userRecreated: Rule<'user-recreated'> = {
  severity: 'medium',
  detect: ({ recreated, inventory: { users }, account, at, team }) =>
    recreated.map((user) => {
      const isInPath = account.users.get(user)?.path === labPath(team.lab);
      const isAcceptable = isInPath && team.members.some(({ key }) => iamName(team.lab, key) === user);
      const data = { user, created: users.get(user)?.created ?? '', isAcceptable };
      const changes = gainsInDoubt(around(account, [user]), at);
      return detected('user-recreated', data, { cause: 'manual', ...effectOf(changes, []) });
    }),
  // A snooze must not cover the next time.
  idParts: ({ user, created }, names) => [...names.user(user), created.slice(0, 10)],
  title: ({ user }, names) => t`IAM user of ${userText(user, names)} replaced by another user`,
  effect: t`Can do nothing on Mechanical Turk`,
  remedy: ({ data: { user, created, isAcceptable } }, names) => ({
    detail: t`No apply created or accepted this user: ${trusted(isAcceptable ? 'the next one suspends it' : 'none gives it a role')}. Created ${trusted(timeWords(created))}; its creator can have its access keys.`,
    toFix: isAcceptable
      ? t`Delete keys that the member does not know, then accept the user with ${codeText(`mturk-team apply --restore ${pasted(memberKeyOf(user, names) ?? 'KEY')}`)}:`
      : t`Delete its access keys, then the user in the IAM console:`,
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
    renamesOf('group', context).map(({ name: group, to, isFree, effect }) => {
      const { path = '/' } = context.account.groups.get(to) ?? {};
      return detected('group-renamed', { group, to, path, isFree }, { cause: 'manual', ...effect });
    }),
  title: ({ group, to }, names) => t`Group ${groupText(group, names)} renamed to ${codeText(to)}`,
  effect: t`Keeps its members and their access`,
  remedy: ({ data: { group, to, path, isFree } }, { lab }) => ({
    detail:
      path === labPath(lab)
        ? t`An apply creates the group again, and removes everyone from this one.`
        : t`Outside ${codeText(labPath(lab))}: an apply creates the group again, and cannot remove anyone from this one.`,
    toFix: isFree ? t`Give the name back before anything else:` : FREE_FIRST,
    commands: isFree
      ? [iamCommand('update-group', ['group-name', to], ['new-group-name', group], ['new-path', labPath(lab)])]
      : [],
  }),
  calls: /^UpdateGroup$/,
};

function renamesOf(of: Rename['kind'], context: ScanContext) {
  return context.renames
    .filter(({ kind }) => kind === of)
    .map((rename) => ({ ...rename, effect: effectOfRename(rename, context) }));
}

const FREE_FIRST = t`Another has the name now: rename that one in IAM. The next check says how to give the name back.`;

function addedTo(has: Partial<AccessUser>, { desired }: ScanContext, to: string): readonly string[] {
  const namesOf = ({ groups = [], attached = [], inline = [] }: Partial<AccessUser>) =>
    [groups, attached.map(policyName), inline.map(({ name }) => name)].flat();
  // Applies write the policy of limits.
  const given = new Set([...namesOf(desired.users.get(to) ?? {}), LIMITS_POLICY]);
  return namesOf(has).filter((name) => !given.has(name));
}

/** What a renamed user, or members of a renamed group, gain and lose by all that differs: one change can hide another. */
function effectOfRename({ kind, to }: Rename, { desired, account, renames, lab, at }: ScanContext): AccessEffect {
  const concerned = new Set([desired, account].flatMap((index) => usersOf(index, { kind, name: to })));
  const { changes, escalates } = effectBetween(around(desired, concerned), around(account, concerned), lab, at);
  const nameOf = namesInFile(renames);
  return effectOf(
    changes.map((change) => ({ ...change, user: nameOf(change.user) })),
    escalates.map(nameOf),
  );
}

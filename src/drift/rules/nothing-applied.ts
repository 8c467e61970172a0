import type { AccessModel } from '../../access/model.ts';
import { desiredAccessOnAnyDay } from '../../access/sources/desired.ts';
import { labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { codeText, counted, listTexts, sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';
import type { RuleData } from '../finding.ts';
import type { Rule } from './rule.ts';

export const nothingApplied: Rule<'nothing-applied'> = {
  severity: 'low',
  title: firstApplyText,
};

/** What the first apply creates, and what is in its way. */
function firstApplyText({ users, groups, policies, needsBoundary, taken }: RuleData['nothing-applied']): Text {
  const created = [counted(users, 'user'), counted(groups, 'group'), counted(policies, 'policy', 'policies')];
  const names = taken.map(({ kind, name, path }) => t`${kind} ${codeText(name)} at path ${codeText(path)}`);
  return sentences(
    t`Nothing of this lab has been applied yet. ${codeText('mturk-team apply')} creates ${listTexts(created.map(trusted))}.`,
    needsBoundary ? t`First, an administrator runs ${codeText('mturk-team bootstrap')}.` : null,
    names.length === 0 ? null : t`In the way: ${someTexts(names)}. Rename or delete what is in the way.`,
  );
}

/**
 * What an account without a record of an apply lacks; null if anything exists that an apply has made: a group or policy of
 * the lab under its path, or a user there with its tags.
 */
export function firstApplyOf(
  account: AccessModel,
  team: Team,
  needsBoundary: boolean,
): RuleData['nothing-applied'] | null {
  const path = labPath(team.lab);
  const { users, groups, policies } = desiredAccessOnAnyDay(team);
  const own = policies.filter(({ arn }) => arn.includes(`:policy${path}`));
  const there = new Set([
    ...account.policies.map(({ arn }) => arn),
    ...account.groups.filter((group) => group.path === path).map(({ name }) => `group ${name}`),
    ...account.users
      .filter((user) => user.path === path && user.tags['mturk-team:lab'] === team.lab)
      .map(({ name }) => `user ${name}`),
  ]);
  const wanted = [
    ...own.map(({ arn }) => arn),
    ...groups.map(({ name }) => `group ${name}`),
    ...users.map(({ name }) => `user ${name}`),
  ];
  if (wanted.length === 0 || wanted.some((each) => there.has(each))) return null;
  const policiesOfAccount = account.policies
    .filter(({ arn }) => arn.startsWith(`arn:aws:iam::${account.account}:`))
    .map(({ arn, name }) => ({ name, path: arn.slice(arn.indexOf('/'), arn.length - name.length) }));
  return {
    ...{ users: users.length, groups: groups.length, policies: own.length, needsBoundary },
    taken: [
      ...takenIn('user', users, account.users, path),
      ...takenIn('group', groups, account.groups, path),
      ...takenIn('policy', own, policiesOfAccount, path),
    ],
  };
}

type Named = readonly { readonly name: string }[];

/** IAM's names are unique whatever the path and case. What has a name under the lab's path is imported. */
function takenIn(
  kind: 'user' | 'group' | 'policy',
  wanted: Named,
  existing: readonly { readonly name: string; readonly path: string }[],
  path: string,
) {
  const names = new Map(wanted.map(({ name }) => [name.toLowerCase(), name]));
  return existing
    .filter((each) => names.has(each.name.toLowerCase()))
    .filter((each) => each.path !== path || names.get(each.name.toLowerCase()) !== each.name)
    .map((each) => ({ kind, name: each.name, path: each.path }));
}

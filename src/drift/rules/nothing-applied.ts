import { type NotAdopted, notAdopted } from '../../access/adoptable.ts';
import type { AccessModel } from '../../access/model.ts';
import { desiredAccessBeforeDeletions } from '../../access/sources/desired.ts';
import { nameKey } from '../../aws/iam-names.ts';
import { iamName, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { codeText, counted, listTexts, sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';
import type { RuleData } from '../finding.ts';
import type { Rule } from './rule.ts';

const SHOWN = 5;

export const nothingApplied: Rule<'nothing-applied'> = {
  severity: 'low',
  title: firstApplyText,
};

function firstApplyText(data: RuleData['nothing-applied']): Text {
  const { users, groups, policies, needsBoundary, byHand, adopting, taken } = data;
  if (adopting.length > 0) return adoptingText(adopting);
  const created = [counted(users, 'user'), counted(groups, 'group'), counted(policies, 'policy', 'policies')];
  const names = taken.map(({ kind, name, path }) => t`${kind} ${codeText(name)} at path ${codeText(path)}`);
  return sentences(
    t`Nothing of this lab has been applied yet. ${codeText('mturk-team apply')} creates ${listTexts(created.map(trusted))}.`,
    needsBoundary ? t`First, an administrator runs ${codeText('mturk-team bootstrap')}.` : null,
    notAdoptedText(byHand.map(({ key }) => key)),
    names.length === 0 ? null : t`In the way: ${someTexts(names)}. Rename or delete what is in the way.`,
  );
}

export function adoptingText(adopting: readonly NotAdopted[]): Text {
  const keys = adopting.map(({ key }) => codeText(key));
  return sentences(
    t`The IAM users of ${someTexts(keys, SHOWN)} are moved into the lab and keep their earlier access, too.`,
    t`Run ${codeText('mturk-team adopt --finish')}, or ${codeText('mturk-team adopt --undo')}.`,
  );
}

/** Members whose users `adopt --apply` moved: they have the lab's name and path, and none has its tags. */
export function adoptingIn({ users }: AccessModel, { lab, members }: Team): readonly NotAdopted[] {
  const keys = new Map(members.map(({ key }) => [iamName(lab, key), key]));
  const own = users.filter(({ name, path }) => path === labPath(lab) && keys.has(name));
  if (own.some(({ tags }) => tags['mturk-team:lab'] !== undefined)) return [];
  return own.map(({ name }) => ({ key: keys.get(name) ?? name, user: name }));
}

/** Whom an apply would give another user; null for no one. */
export function notAdoptedText(keys: readonly string[]): Text | null {
  if (keys.length === 0) return null;
  return sentences(
    t`Not adopted yet: the IAM users of ${someTexts([...new Set(keys)].map(codeText), SHOWN)}, made outside Terraform.`,
    t`An apply creates other users beside them; ${codeText('mturk-team adopt')} keeps them and their access keys.`,
  );
}

type Thing = RuleData['nothing-applied']['taken'][number];

/**
 * What an account without a record of an apply lacks; null if anything exists that an apply has made: a group or policy of
 * the lab under its path, or a user there with its tags.
 */
export function firstApplyOf(
  account: AccessModel,
  team: Team,
  needsBoundary: boolean,
  at: Date,
): RuleData['nothing-applied'] | null {
  const path = labPath(team.lab);
  const wanted = thingsIn(desiredAccessBeforeDeletions(team)).filter((thing) => thing.path === path);
  const names = new Map(wanted.map((thing) => [nameKey(thing), thing.name]));
  const existing = thingsIn(account).filter((thing) => names.has(nameKey(thing)));
  const isAtPlace = (thing: Thing) => thing.path === path && names.get(nameKey(thing)) === thing.name;
  const tagged = new Set(
    account.users.flatMap(({ name, tags }) => (tags['mturk-team:lab'] === team.lab ? [name] : [])),
  );
  const isMade = (thing: Thing) => isAtPlace(thing) && (thing.kind !== 'user' || tagged.has(thing.name));
  if (existing.some(isMade)) return null;
  const count = (kind: Thing['kind']) => wanted.filter((thing) => thing.kind === kind).length;
  return {
    ...{ users: count('user'), groups: count('group'), policies: count('policy'), needsBoundary },
    byHand: notAdopted(account, team, at),
    adopting: [],
    // What has a name under the lab's path is imported.
    taken: existing.filter((thing) => !isAtPlace(thing)),
  };
}

function thingsIn({ account, users, groups, policies }: AccessModel): readonly Thing[] {
  return [
    ...users.map(({ name, path }) => ({ kind: 'user' as const, name, path })),
    ...groups.map(({ name, path }) => ({ kind: 'group' as const, name, path })),
    ...policies
      .filter(({ arn }) => arn.startsWith(`arn:aws:iam::${account}:`))
      .map(({ arn, name }) => ({
        kind: 'policy' as const,
        name,
        path: arn.slice(arn.indexOf('/'), arn.length - name.length),
      })),
  ];
}

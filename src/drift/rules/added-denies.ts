import { effectsBetween } from '../../access/diff.ts';
import { around, indexModel, usersOf } from '../../access/model.ts';
import { listOperations, NO_OPERATIONS, union } from '../../access/operation-set.ts';
import { groupText, holderText, memberKeyOf, userText } from '../../access/text/names.ts';
import { ripeFrom } from '../../review/rule/announcements.ts';
import { deniedBy } from '../../review/rule/kept-denies.ts';
import { restoreName } from '../../review/rule/ruled.ts';
import { keyOfIamName, labPath } from '../../team/names.ts';
import { timeWords } from '../../text/dates.ts';
import { pasted } from '../../text/escape.ts';
import { codeText, t, trusted } from '../../text/text.ts';
import type { AddedDenies } from '../added-denies.ts';
import { type Detected, detected, type Rule, type ScanContext } from './rule.ts';

const operationsOf = ({ statements }: AddedDenies) =>
  listOperations(statements.map(deniedBy).reduce(union, NO_OPERATIONS));

/** Who loses what of the file by Denies that the compared account is without. */
function changesBy(
  { holder: { kind, name } }: AddedDenies,
  { account, full, expected, renames, at }: ScanContext,
): Detected['changes'] {
  const renamed = renames.find((each) => each.kind === kind && each.name === name);
  const names = usersOf(account, { kind, name: renamed?.to ?? name });
  const left = around(full, names);
  return effectsBetween(around(account, names), left, at, [around(indexModel(expected), names), left]);
}

export const accessWithheld: Rule<'access-withheld'> = {
  severity: 'medium',
  detect: (context) =>
    context.addedDenies.flatMap((denies) => {
      const { lab } = context.team;
      const { name } = denies.holder;
      const isMoved = context.full.users.get(name)?.path !== labPath(lab);
      if (denies.kind !== 'withheld') return [];
      const key = keyOfIamName(lab, name);
      const known = context.announcements.find((each) => each.kind === 'operations' && each.key === key);
      const from = known === undefined ? null : ripeFrom(known).toISOString();
      const data = { user: name, operations: operationsOf(denies), from };
      return [
        detected('access-withheld', data, {
          cause: 'manual',
          remediation: isMoved ? 'manual' : 'announced',
          changes: changesBy(denies, context),
        }),
      ];
    }),
  idEffect: 'never',
  calls: /^RemoveUserFromGroup$|^PutUserPermissionsBoundary$/,
  isWrittenByApply: true,
  title: ({ user }, names) => t`Access of ${userText(user, names)} taken by a manual change and withheld`,
  effect: t`Denied what ${codeText('team.yaml')} gives`,
  remedy: ({ data: { user, from }, remediation }, names) => ({
    detail:
      from === null || remediation === 'manual'
        ? t`An apply does not give back what someone took in AWS.`
        : t`Announced: reconcile gives it back after ${trusted(timeWords(from))}. To prevent that, merge a change before.`,
    toFix:
      remediation === 'manual'
        ? t`First move the user back: until then, nothing is given back.`
        : t`Give it back now with ${codeText(`mturk-team apply --restore ${pasted(memberKeyOf(user, names) ?? 'KEY')}`)}.`,
    ifIntended: t`Remove the role of the member in ${codeText('team.yaml')}.`,
  }),
};

export const denyKept: Rule<'deny-kept'> = {
  severity: 'low',
  detect: (context) =>
    context.addedDenies.flatMap((denies) => {
      if (denies.kind !== 'kept') return [];
      const data = { holder: denies.holder, operations: operationsOf(denies) };
      return [
        detected('deny-kept', data, { cause: 'manual', remediation: 'manual', changes: changesBy(denies, context) }),
      ];
    }),
  idEffect: 'never',
  calls: /^(Attach|Put)(User|Group)Policy$|PolicyVersion$/,
  isWrittenByApply: true,
  title: ({ holder }, names) =>
    t`Deny added to ${holderText(holder, names)} outside ${codeText('team.yaml')}, and kept`,
  effect: t`Denies nothing that ${codeText('team.yaml')} gives`,
  remedy: ({ data: { holder } }, names) => {
    const key = keyOfIamName(names.lab, holder.name) ?? 'KEY';
    const name = restoreName({ of: holder.kind === 'user' ? 'member' : 'role', key });
    return {
      detail: t`An apply copies a Deny that someone adds, and reconcile never removes it.`,
      toFix: t`Remove it with ${codeText(`mturk-team apply --restore ${pasted(name)}`)}.`,
      ifIntended:
        holder.kind === 'user'
          ? t`Set ${codeText('suspended: true')} for ${codeText(key)}.`
          : t`Add the operations to ${codeText('deny')} of ${groupText(holder.name, names)}.`,
    };
  },
};

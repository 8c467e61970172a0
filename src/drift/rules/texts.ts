import { type DisplayNames, policyName, roleKeyOfPolicy } from '../../access/text/names.ts';
import type { AccessKey } from '../../aws/inventory/types.ts';
import { type PolicyDocument, type Statement, statementsOf, toList } from '../../iam/document.ts';
import { dateWords } from '../../text/dates.ts';
import { codeText, someTexts, type Text, t, trusted } from '../../text/text.ts';
import { type Command, iamCommand } from '../text/aws-command.ts';

export const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';

/** Whether a document can grant anything; one that cannot be parsed can. */
export function isAllowing(document: PolicyDocument | null): boolean {
  return document === null || statementsOf(document).some(({ Effect }) => Effect === 'Allow');
}

/** `Policy of role paymaster`, or the name of another policy. */
export function policyTitle(arn: string, names: DisplayNames): Text {
  const role = roleKeyOfPolicy(arn, names);
  return role === null ? t`Policy ${codeText(policyName(arn))}` : t`Policy of role ${codeText(role)}`;
}

/** The edit of team.yaml that makes a change of a role's policy intended. */
export function roleEdit(arn: string, names: DisplayNames): Text | null {
  const role = roleKeyOfPolicy(arn, names);
  return role === null ? null : t`Change role ${codeText(role)} in ${codeText('team.yaml')}.`;
}

/** `Inactive key last used 4 Mar 2019.` */
export function keyUseText({ active, lastUsed, isUseKnown }: AccessKey): Text {
  const what = active ? t`Key` : t`Inactive key`;
  if (!isUseKnown) return t`${what}: use not known yet.`;
  return lastUsed === null ? t`${what} never used.` : t`${what} last used ${trusted(dateWords(lastUsed))}.`;
}

/** Deactivates keys; lists them if the credential report, which has no ids, is the only source. */
export function keyCommands(user: string, keys: readonly AccessKey[]): readonly Command[] {
  const ids = keys.flatMap(({ id }) => id ?? []);
  if (ids.length === 0 || ids.length < keys.length) return [iamCommand('list-access-keys', ['user-name', user])];
  return ids.map((id) =>
    iamCommand('update-access-key', ['user-name', user], ['access-key-id', id], ['status', 'Inactive']),
  );
}

/** `everything`, or `s3:* on arn:aws:s3:::data`; a condition is named by its keys. */
export function statementText({ Action, NotAction, Resource, NotResource, Condition }: Statement): Text {
  const some = (list: readonly string[]) => (list.includes('*') ? t`everything` : someTexts(list.map(codeText)));
  const actions = Action === undefined ? t`everything except ${some(toList(NotAction))}` : some(toList(Action));
  const isAnywhere = Resource !== undefined && toList(Resource).includes('*');
  const where =
    Resource === undefined ? t` on all except ${some(toList(NotResource))}` : t` on ${some(toList(Resource))}`;
  const keys = Object.values(Condition ?? {}).flatMap((byKey) => Object.keys(byKey));
  return t`${actions}${isAnywhere ? t`` : where}${keys.length === 0 ? t`` : t` (depending on ${someTexts(keys.map(codeText))})`}`;
}

import type { AccessKey } from '../../aws/inventory/types.ts';
import { toList } from '../../iam/context.ts';
import type { Statement } from '../../iam/document.ts';
import { dateWords } from '../../text/dates.ts';
import { codeText, joinTexts, someTexts, type Text, t, trusted } from '../../text/text.ts';
import { type Command, iamCommand } from '../text/aws-command.ts';

/** `Key AKIA…WXYZ: created 2 Mar 2026, last used 4 Mar 2019`, without a period; an id is never shown in full. */
export function keyFacts({ id, created, lastUsed, isUseKnown, active }: AccessKey): Text {
  const facts = [
    ...(created === null ? [] : [`created ${dateWords(created)}`]),
    lastUsed !== null ? `last used ${dateWords(lastUsed)}` : isUseKnown ? 'never used' : 'use unknown',
    ...(active ? [] : ['inactive']),
  ];
  const key = id === null ? t`Key` : t`Key ${codeText(`${id.slice(0, 4)}…${id.slice(-4)}`)}`;
  return t`${key}: ${joinTexts(facts.map(trusted), ', ')}`;
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

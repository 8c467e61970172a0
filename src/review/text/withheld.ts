import { byCapability } from '../../access/capability-access.ts';
import { operationSet } from '../../access/operation-set.ts';
import { lossText } from '../../access/text/capability-words.ts';
import { memberText } from '../../access/text/names.ts';
import { pasted } from '../../text/escape.ts';
import { codeText, someTexts, TEAM_FILE, type Text, t, trusted } from '../../text/text.ts';
import type { Review } from '../manifest/schema.ts';
import { restoreName, type Withheld } from '../rule/ruled.ts';

export const WITHHELD_HEADING = t`Withheld because of changes outside ${TEAM_FILE}`;

export const REPLACED = t`another IAM user has the member's name; it gets no role and is suspended`;

/** What an apply withholds or keeps, one text each. */
export function withheldTexts({ withheld }: Pick<Review, 'withheld'>): readonly Text[] {
  return withheld.map((each) => {
    const subject = each.of === 'role' ? t`role ${codeText(each.key)}` : memberText(each);
    return t`${subject}: ${whatText(each)}`;
  });
}

/** How a person decides about what an apply can give back, accept or remove, a paragraph for each of these. */
export function restoreTexts({ withheld }: Pick<Review, 'withheld'>): readonly Text[] {
  const textIf = (kinds: readonly Withheld['kind'][], text: (restore: Text, found: Review['withheld']) => Text) => {
    const found = withheld.filter(({ kind }) => kinds.includes(kind));
    const keys = [...new Set(found.map(restoreName))];
    return found.length === 0 ? [] : [text(codeText(`mturk-team apply --restore ${pasted(keys.join(','))}`), found)];
  };
  return [
    ...textIf(['replaced'], (restore, found) => {
      const users = trusted(found.length === 1 ? 'this user' : 'these users');
      const who = someTexts(found.map(memberText), 5);
      return t`Delete access keys that are unknown to ${who}. Then an administrator accepts ${users} with ${restore}.`;
    }),
    ...textIf(
      ['operations', 'missing'],
      (restore) =>
        t`To give it back, an administrator runs ${restore}. With ${codeText('reconcile: all')}, a drift check announces it and gives it back later.`,
    ),
    ...textIf(['deny-kept'], (restore) => t`To remove the Deny, an administrator runs ${restore}.`),
  ];
}

function whatText({ kind, of, operations, found }: Withheld): Text {
  const what = lossText(byCapability(operationSet(operations), null));
  const other = codeText(found ?? '');
  switch (kind) {
    case 'operations':
      return what;
    case 'missing':
      return t`the IAM user was deleted; no new one is created`;
    case 'replaced':
      return REPLACED;
    case 'renamed':
      return t`the IAM user was renamed to ${other}; it gets no role until it has its name again`;
    case 'moved':
      return t`the IAM user was moved to ${other}; it gets no role until it is moved back`;
    case 'name-taken':
      return of === 'role'
        ? t`${other} has its IAM name or its policy; it grants no more than now`
        : t`the IAM name is taken by ${other}; nothing is created`;
    case 'not-deleted':
      return t`the IAM user is suspended until an administrator removes it from group ${other}; then an apply deletes it`;
    case 'deny-kept':
      return t`a Deny is kept (${what})`;
  }
}

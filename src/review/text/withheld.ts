import { byCapability } from '../../access/capability-access.ts';
import { operationSet } from '../../access/operation-set.ts';
import { lossText } from '../../access/text/capability-words.ts';
import { type DisplayNames, userText } from '../../access/text/names.ts';
import { iamName } from '../../team/names.ts';
import { codeText, sentences, TEAM_FILE, type Text, t } from '../../text/text.ts';
import type { Review } from '../manifest/schema.ts';
import type { Withheld } from '../rule/rule.ts';

export const WITHHELD_HEADING = t`Not given back, because someone took it outside ${TEAM_FILE}`;

/** What an apply withholds or keeps, one text each. */
export function withheldTexts({ withheld }: Pick<Review, 'withheld'>, naming: DisplayNames): readonly Text[] {
  return withheld.map((each) => t`${subjectText(each, naming)}: ${whatText(each)}`);
}

/** How a person decides about it; null if nothing is withheld. */
export function restoreText({ withheld }: Pick<Review, 'withheld'>): Text | null {
  const keys = [...new Set(withheld.filter(({ kind }) => kind !== 'name-taken').map(({ key }) => key))];
  if (keys.length === 0) return null;
  return sentences(
    t`To give it back, an administrator runs ${codeText(`mturk-team apply --restore ${keys.join(',')}`)}.`,
    t`With ${codeText('reconcile: all')}, a drift check announces it and gives it back later.`,
  );
}

function subjectText({ of, key }: Withheld, naming: DisplayNames): Text {
  if (of === 'role') return t`role ${codeText(key)}`;
  return userText(iamName(naming.lab, key), naming);
}

function whatText({ kind, operations, found }: Withheld): Text {
  const what = lossText(byCapability(operationSet(operations), new Map()));
  const other = codeText(found ?? '');
  switch (kind) {
    case 'operations':
      return what;
    case 'missing':
      return t`the IAM user was deleted; no new one is created`;
    case 'replaced':
      return t`another IAM user has the name; it gets no role and is suspended`;
    case 'renamed':
      return t`the IAM user was renamed to ${other}; no second one is created`;
    case 'moved':
      return t`the IAM user was moved to ${other}; it gets no role`;
    case 'name-taken':
      return t`the IAM name is taken by ${other}; nothing is created`;
    case 'deny-kept':
      return t`a Deny is kept (${what})`;
  }
}

import { byCapability } from '../../access/capability-access.ts';
import { operationSet } from '../../access/operation-set.ts';
import { lossText } from '../../access/text/capability-words.ts';
import { type DisplayNames, userText } from '../../access/text/names.ts';
import { iamName } from '../../team/names.ts';
import { codeText, sentences, TEAM_FILE, type Text, t } from '../../text/text.ts';
import type { Review } from '../manifest/schema.ts';
import { restoreName, type Withheld } from '../rule/rule.ts';

export const WITHHELD_HEADING = t`Not given back, because someone took it outside ${TEAM_FILE}`;

/** What an apply withholds or keeps, one text each. */
export function withheldTexts({ withheld }: Pick<Review, 'withheld'>, naming: DisplayNames): readonly Text[] {
  return withheld.map((each) => t`${subjectText(each, naming)}: ${whatText(each)}`);
}

/** How a person decides about it; null if nothing is withheld. */
export function restoreText({ withheld }: Pick<Review, 'withheld'>): Text | null {
  const restorable = withheld.filter(({ kind }) => !NOT_BY_APPLY.includes(kind));
  const keys = [...new Set(restorable.map(restoreName))];
  if (keys.length === 0) return null;
  return sentences(
    t`To give it back, an administrator runs ${codeText(`mturk-team apply --restore ${keys.join(',')}`)}.`,
    t`With ${codeText('reconcile: all')}, a drift check announces it and gives it back later.`,
  );
}

/** What no apply gives back: an administrator renames or moves the user. */
const NOT_BY_APPLY: readonly Withheld['kind'][] = ['name-taken', 'renamed', 'moved'];

/** Whom it is about. */
export function subjectText({ of, key }: Withheld, naming: DisplayNames): Text {
  if (of === 'role') return t`role ${codeText(key)}`;
  const user = iamName(naming.lab, key);
  return naming.people.has(user) ? userText(user, naming) : codeText(key);
}

/** What is withheld, or why. */
export function whatText({ kind, operations, found }: Withheld): Text {
  const what = lossText(byCapability(operationSet(operations), null));
  const other = codeText(found ?? '');
  switch (kind) {
    case 'operations':
      return what;
    case 'missing':
      return t`the IAM user was deleted; no new one is created`;
    case 'replaced':
      return t`another IAM user has the name; it gets no role and is suspended`;
    case 'renamed':
      return t`the IAM user was renamed to ${other}; it has no access until it has its name again`;
    case 'moved':
      return t`the IAM user was moved to ${other}; it gets no role until it is moved back`;
    case 'name-taken':
      return t`the IAM name is taken by ${other}; nothing is created`;
    case 'deny-kept':
      return t`a Deny is kept (${what})`;
  }
}

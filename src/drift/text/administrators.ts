import { userText } from '../../access/text/iam-names.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { sentences, someTexts, t } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import type { DriftWords } from './words.ts';

/** The words of a finding, after those that must stand first where somebody may give anybody anything by it. */
export function withAdministrators(words: DriftWords, finding: DriftFinding, naming: DisplayNames): DriftWords {
  const { escalates: administrators, changes: people } = finding;
  if (administrators.length === 0) return words;
  const who = someTexts(administrators.map((user) => userText(user, naming)));
  const first = t`${who} can give anybody everything in the account, themselves first, and should not.`;
  // Where nobody's use of Mechanical Turk changes, the other words say no more than that.
  const hasMore = people.length > 0 || finding.rule === 'boundary-policy-changed';
  return { ...words, consequence: hasMore ? sentences(first, words.consequence) : first };
}

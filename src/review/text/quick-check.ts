import { RISK_VERBS } from '../../catalog/mturk.ts';
import { codeText, countedText, listTexts, sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';
import type { QuickCheck } from '../manifest/schema.ts';

const SHOWN = 3;

/** What a quick check found, on one line: besides a plan, or after an apply. */
export function quickCheckText(check: QuickCheck, when: 'planned' | 'applied', isPublic = false): Text {
  const { findings, isAccessKnown, notChecked } = check;
  const missing = notChecked.length === 0 ? null : t`Not checked: ${listTexts(notChecked.map((what) => t`${what}`))}.`;
  const words = (text: Text) => sentences(t`Quick check of AWS: ${text}`, missing);
  if (!isAccessKnown) return words(t`not possible.`);
  const other = trusted(when === 'planned' ? 'other ' : '');
  if (findings.length === 0)
    return words(missing === null ? t`no ${other}drift.` : t`no ${other}drift in what was checked.`);
  const count = countedText(findings.length, 'finding');
  const besides = trusted(when === 'planned' ? ' that this plan leaves as they are' : '');
  const order = trusted(findings.length === 1 ? ':' : ', worst first:');
  // Ids and people can name users outside the lab; the comment has them.
  if (isPublic) return words(t`${count}${besides}. Details: ${codeText('mturk-team drift')}.`);
  return words(
    t`${count}${besides}${order} ${someTexts(findings.map(findingText), SHOWN)}. Details: ${codeText('mturk-team drift')}.`,
  );
}

type Effect = QuickCheck['findings'][number]['effect'];

/** What a person can do by a finding, and what the finding does; null if that is not about access. */
function effectVerbs(effect: Effect): { readonly can: string; readonly does: string } | null {
  switch (effect) {
    case null:
      return null;
    case 'lost-access':
      return { can: 'lost access', does: 'lost access' };
    case 'full-control':
      return { can: 'can take full control of the account', does: 'gives full control of the account' };
    default:
      return { can: `can ${RISK_VERBS[effect].can}`, does: RISK_VERBS[effect].does };
  }
}

function findingText({ id, effect, people }: QuickCheck['findings'][number]): Text {
  const verbs = effectVerbs(effect);
  if (verbs === null) return codeText(id);
  if (people.length === 0) return t`${codeText(id)} (${trusted(verbs.does)})`;
  const names = people.map((name) => t`${name}`);
  return t`${someTexts(names, 2)} ${trusted(verbs.can)} (${codeText(id)})`;
}

/** How AWS is after an apply, as far as AWS was asked: a clause after `Applied 3 steps:`. */
export function appliedText(check: QuickCheck | null, account: Text, file: string, isPublic = false): Text {
  const nothing = t`Terraform has nothing left to do in ${account}.`;
  if (check === null) return nothing;
  const isSame = check.isAccessKnown && check.findings.length + check.notChecked.length === 0;
  if (isSame) return t`${account} matches ${codeText(file)} (quick check).`;
  return sentences(nothing, quickCheckText(check, 'applied', isPublic));
}

import { isDanger, RISK_VERBS } from '../../catalog/mturk.ts';
import {
  codeText,
  countedText,
  listTexts,
  riskText,
  sentences,
  someTexts,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import type { QuickCheck } from '../manifest/schema.ts';
import { personInHeadline } from './people-text.ts';

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
  const besides = trusted(when === 'planned' ? ' not in this plan' : '');
  const order = trusted(findings.length === 1 ? ': ' : ', worst first: ');
  // Ids and people can name users outside the lab; the comment has them.
  const named = isPublic ? t`` : t`${order}${someTexts(findings.map(findingText), SHOWN)}`;
  return words(t`${count}${besides}${named}. To fix, see ${codeText('mturk-team drift')}.`);
}

/** Who can do the worst because of drift; null if no one can harm by any. */
export function dangerText({ findings }: QuickCheck, when: 'planned' | 'applied', isPublic = false): Text | null {
  const worst = findings.find(({ effect, people }) => isDanger(effect) && people.length > 0);
  if (worst?.effect == null) return null;
  const people = isPublic ? [t`Someone`] : worst.people.map(personInHeadline);
  const who = strongText(someTexts(people, 2));
  const left = trusted(when === 'planned' ? ' that is not in this plan' : '');
  return t`${who} ${effectVerbs(worst.effect)[0]} because of drift${left} (quick check).`;
}

/** What a person can do by a finding, and what the finding does. */
function effectVerbs(effect: NonNullable<QuickCheck['findings'][number]['effect']>): readonly [can: Text, does: Text] {
  if (effect === 'lost-access') return [t`lost access`, t`lost access`];
  const all = riskText('full control of the account');
  if (effect === 'full-control') return [t`can take ${all}`, t`gives ${all}`];
  return [t`can ${riskText(RISK_VERBS[effect].can)}`, riskText(RISK_VERBS[effect].does)];
}

function findingText({ id, effect, people }: QuickCheck['findings'][number]): Text {
  if (effect === null) return t`a finding without effect on access (${codeText(id)})`;
  const [can, does] = effectVerbs(effect);
  if (people.length === 0) return t`${codeText(id)} (${does})`;
  return t`${someTexts(people.map(personInHeadline), 2)} ${can} (${codeText(id)})`;
}

/** How AWS is after an apply, as far as AWS was asked: a clause after `Applied 3 steps:`. */
export function appliedText(check: QuickCheck | null, account: Text, file: string, isPublic = false): Text {
  const notCompared = t`${account} was not compared with ${codeText(file)} afterwards.`;
  if (check === null) return notCompared;
  const isSame = check.isAccessKnown && check.findings.length + check.notChecked.length === 0;
  if (isSame) return t`${account} matches ${codeText(file)} (quick check).`;
  const nothing = t`Terraform has nothing left to do in ${account}.`;
  return sentences(check.isAccessKnown ? nothing : notCompared, quickCheckText(check, 'applied', isPublic));
}

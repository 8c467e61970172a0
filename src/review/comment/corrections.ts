import { harmWords } from '../../access/text/names.ts';
import { keyOfIamName } from '../../team/names.ts';
import { lastDayWords } from '../../text/dates.ts';
import type { Correction } from '../changes/corrections.ts';

/**
 * Where a plan says otherwise than the two files, as a sentence with the consequence in it. Plain text: whoever puts it
 * into Markdown escapes it.
 */
export function correctionWords(
  correction: Correction,
  { lab, at }: { readonly lab: string; readonly at: Date },
): string {
  const who = correction.name ?? keyOfIamName(lab, correction.user) ?? correction.user;
  switch (correction.kind) {
    case 'gains':
      return `${who} gains more than team.yaml says: ${harmWords(correction.capabilities)}.`;
    case 'does-not-gain':
      return `${who} does not gain this, because it is there already: ${harmWords(correction.capabilities)}.`;
    case 'loses':
      return `${who} loses more than team.yaml says: ${harmWords(correction.capabilities)}.`;
    case 'does-not-lose':
      return `${who} does not lose this by the plan: ${harmWords(correction.capabilities)}.`;
    case 'joins':
      return `${who} joins: the account does not have that user yet.`;
    case 'does-not-join':
      return `${who} does not join anew: the account has that user already.`;
    case 'leaves':
      return `${who} leaves: the user is deleted, with all keys.`;
    case 'does-not-leave':
      return `${who} does not leave by the plan.`;
    case 'replaced':
      return `${who} is deleted and made anew, and loses all keys.`;
    case 'boundary':
      return `The permissions boundary of ${who}, the cap on what they can ever do, changes.`;
    case 'ends':
      return `The access of ${who} ${endWords(correction.plan, at)}, and by team.yaml it ${endWords(correction.files, at)}.`;
    case 'other':
      return `Something changes about ${who} on the account.`;
  }
}

function endWords(ends: string | null, at: Date): string {
  return ends === null ? 'has no last day' : `ends after ${lastDayWords(ends, at)}`;
}

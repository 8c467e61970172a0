import type { DisplayNames } from '../../access/text/names.ts';
import { memberKeyOfAddress, roleKeyOfAddress } from '../../terraform/addresses.ts';
import { stepText } from '../../terraform/run/progress.ts';
import { codeText, proseText, someTexts, t, trusted } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import { whatOf } from '../rules/what.ts';
import { withAdministrators } from './administrators.ts';
import { boundaryWords } from './boundary.ts';
import { credentialWords } from './credential-words.ts';
import { deadNamesWords } from './dead-names.ts';
import { differenceFindingWords } from './difference-words.ts';
import { keyWords } from './key-words.ts';
import { foreignGroupWords, outsideWords } from './outside.ts';
import { strayWords } from './stray.ts';
import { waitingVersionWords } from './waiting-version.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

/** What a finding means, how it came about and what mends it. */
export function findingWords(finding: DriftFinding, naming: DisplayNames, options: DriftWordsOptions): DriftWords {
  return withAdministrators(wordsOf(finding, naming, options), finding, naming);
}

function wordsOf(finding: DriftFinding, naming: DisplayNames, options: DriftWordsOptions): DriftWords {
  const what = whatOf(finding);
  // What a key was used for, what the root user has and what only Terraform knows is nobody's call: nobody could say who.
  const unasked = { ...options, attributed: false };
  switch (what.kind) {
    case 'difference':
      return differenceFindingWords(finding, what.difference, naming, options);
    case 'attributes':
      return attributesWords(finding, what.address, what.attributes, naming, unasked);
    case 'stray':
      return strayWords(finding, what.effect, naming, options);
    case 'boundary':
      return boundaryWords(finding, what.effect, naming, options);
    case 'non-default-policy-version':
      return waitingVersionWords(finding, what, naming, options);
    case 'unmanaged-group-membership':
      return foreignGroupWords(finding, what, naming, options);
    case 'outside':
      return outsideWords(finding, what, naming, options);
    case 'retired-operations':
      return deadNamesWords(finding, what, naming, options);
    case 'console-password':
    case 'ssh-key':
    case 'signing-certificate':
    case 'service-specific-credential':
      return credentialWords(finding, what, naming, options);
    case 'key-used-after-leaving':
    case 'root-access-key':
      return keyWords(finding, what, naming, unasked);
    default:
      return keyWords(finding, what, naming, options);
  }
}

function attributesWords(
  { id, cause, lastChange: by }: DriftFinding,
  address: string,
  attributes: readonly string[],
  naming: DisplayNames,
  options: DriftWordsOptions,
): DriftWords {
  const what = stepText(address, '').trim();
  const named = what === address ? codeText(address) : proseText(what);
  const names = someTexts(attributes.map(codeText));
  const which = attributes.length === 0 ? t`` : t` (${names})`;
  const byHand = cause === 'manual' || cause === 'resolved';
  return {
    consequence: trusted("Nobody's access changes by this."),
    cause: byHand
      ? t`Somebody changed ${named}${which}${attributionSaid(by, naming, options)}.`
      : t`Applying would change ${named}${which}, and neither team.yaml nor a change by hand explains it.`,
    remedy: byHand
      ? t`${codeText(putBackCommand(id, address, options))} puts it back.`
      : t`${codeText('mturk-team plan')} shows it; a newer engine, provider or mturk-team often is the reason.`,
    commands: [],
  };
}

function putBackCommand(id: string, address: string, { reconcile }: DriftWordsOptions): string {
  if (reconcile) return 'mturk-team drift --reconcile';
  const key = memberKeyOfAddress(address) ?? roleKeyOfAddress(address);
  return key === null ? 'mturk-team apply' : `mturk-team drift --revert ${id}`;
}

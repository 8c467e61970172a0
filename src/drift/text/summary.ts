import type { DisplayNames } from '../../access/text/names.ts';
import { wrapVisible } from '../../text/columns.ts';
import { plainText, t } from '../../text/text.ts';
import type { ScanResult } from '../finding.ts';
import { findingWords } from './finding-words.ts';

/** What a look found, a numbered consequence and its cause each, without what mends it. */
export function driftSummaryLines({ findings }: ScanResult, naming: DisplayNames, width: number): readonly string[] {
  return findings.flatMap((finding, index) => {
    const number = `${index + 1}. `;
    const words = findingWords(finding, naming, { reconcile: true, attributed: false, addresses: true });
    // What is nobody's of the lab is told by the consequence; where it lies would only be longer.
    const text = finding.cause === 'manual' ? t`${words.consequence} ${words.cause}` : words.consequence;
    return wrapVisible(plainText(text), width - number.length).map(
      (line, at) => `${at === 0 ? number : ' '.repeat(number.length)}${line}`,
    );
  });
}

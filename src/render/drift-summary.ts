import type { DriftLook } from '../review/drift-finding.ts';
import { wrapVisible } from './access-columns.ts';
import type { Naming } from './access-words.ts';
import { findingWords } from './drift-finding-words.ts';
import { plainOf } from './said.ts';

/** What a look found, a numbered consequence each, without how it came about and what mends it. */
export function driftSummaryLines({ findings }: DriftLook, naming: Naming, width: number): readonly string[] {
  return findings.flatMap((finding, index) => {
    const number = `${index + 1}. `;
    const { consequence } = findingWords(finding, naming, { reconcile: true, attributed: false, addresses: true });
    return wrapVisible(plainOf(consequence), width - number.length).map(
      (line, at) => `${at === 0 ? number : ' '.repeat(number.length)}${line}`,
    );
  });
}

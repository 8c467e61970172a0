import type { TamperingEffect } from '../review/drift-effect.ts';
import { wrapVisible } from './access-columns.ts';
import type { Naming } from './access-words.ts';
import { differenceFindingWords } from './drift-difference-words.ts';
import { plainOf } from './said.ts';

/** What a plan says was done by hand, a consequence and then its cause at a time, in lines of at most `width` cells. */
export function tamperingLines(effects: readonly TamperingEffect[], naming: Naming, width = 100): readonly string[] {
  return effects.flatMap(({ tampering: { difference, fate }, people }, index) => {
    const number = `  ${index + 1}. `;
    const { consequence, cause } = differenceFindingWords(
      { cause: fate === 'left' ? 'settled' : 'by-hand', fate: 'undo', people, by: null },
      difference,
      naming,
      { reconcile: false, attributed: false, addresses: false },
    );
    return [consequence, cause]
      .flatMap((text) => wrapVisible(plainOf(text), width - number.length))
      .map((line, row) => `${row === 0 ? number : ' '.repeat(number.length)}${line}`);
  });
}

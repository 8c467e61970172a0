import type { Block } from '../diagnostics/block.ts';
import type { FindingText } from '../text/finding-message.ts';
import { plainText, t } from '../text/text.ts';
import { blockProblem } from './guardrails.ts';

/** A block as the sentences of a finding. */
export function blockText(block: Block): FindingText {
  const { summary, reason, help, paste = [] } = blockProblem(block);
  const title = plainText(summary);
  return {
    title,
    problem: reason === null ? `${title}.` : plainText(t`${summary}: ${reason}.`),
    remedy: [...(help === null ? [] : [plainText(help)]), ...(paste.length === 0 ? [] : ['', ...paste])].join('\n'),
  };
}

import type { Block } from '../../diagnostics/block.ts';
import { blockText } from '../../guardrails/block-text.ts';
import type { Part, Row } from '../../text/budget.ts';
import { countFrom } from '../../text/budget.ts';
import { code, fenced, md, prose } from '../../text/markdown.ts';
import { quoted } from '../../text/visible.ts';

/** How many reasons of one kind are told in full. */
const TOLD = 5;

/** Why it will not be applied: rule, place and remedy of each reason. */
export function refusalParts(blocks: readonly Block[], rank: number): readonly Part[] {
  if (blocks.length === 0) return [];
  const codes = [...new Set(blocks.map((finding) => finding.code))];
  const rows: Row[] = codes.flatMap((one) => {
    const same = blocks.filter((finding) => finding.code === one);
    const more = same.length - TOLD;
    const told = same.slice(0, TOLD).map((finding) => ({ text: reasonText(finding), count: 1 }));
    return more > 0
      ? [...told, { text: `- … and ${more} more of the kind ${code(one).markdown}.`, count: more }]
      : told;
  });
  const count = blocks.length === 1 ? 'for this reason' : `for these ${blocks.length} reasons`;
  return [
    {
      head: `**Nothing of this will be applied, ${count}:**\n`,
      rows,
      tail: '',
      omitted: (from) => `- … and ${countFrom(rows, from)} more, left out here.`,
      rank,
    },
  ];
}

function reasonText(finding: Block): string {
  const { problem, remedy } = blockText(cleaned(finding));
  const [first = '', ...rest] = remedy.split('\n\n');
  const sentence = md`- ${code(finding.code)}: ${prose(`${problem} ${first}`)}`.markdown;
  // What follows a blank line is to be pasted, unless it is a sentence.
  const codes = rest.map((block) =>
    /^[A-Z]/.test(block)
      ? `  ${prose(block.replaceAll('\n', ' ')).markdown}`
      : fenced(block.split('\n'), { language: /^[\w-]+:/.test(block) ? 'yaml' : 'sh', indent: '  ' }),
  );
  return [sentence, ...codes].join('\n\n');
}

/** Arguments come from the file or the account: a line break in one must not end the sentence that it is put into. */
function cleaned<Some extends Block>(finding: Some): Some {
  return { ...finding, args: clean(finding.args) } as Some;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item)]));
}

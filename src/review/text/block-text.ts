import type { GuardrailBlock as Blocked } from '../../diagnostics/block.ts';
import { blockProblem } from '../../guardrails/guardrails.ts';
import { codeBlock, type Item } from '../../text/document.ts';
import { type ProblemPlace, printProblem } from '../../text/problem.ts';
import { capitalized, codeText, formatCount, sentence, sentences, strongText, t } from '../../text/text.ts';
import type { Review, ReviewedPerson } from '../manifest/schema.ts';
import { personInHeadline } from './people-text.ts';

/** Blocks of one guardrail that are listed in full. */
const LISTED = 5;

/** Some items for each guardrail, and how many more of it there are. */
function listed<Shown>(
  blocks: readonly Blocked[],
  show: (block: Blocked) => Shown,
  omitted: (count: number, code: string) => Shown,
): readonly Shown[] {
  return [...new Set(blocks.map(({ code }) => code))].flatMap((code) => {
    const same = blocks.filter((block) => block.code === code);
    const more = same.length - LISTED;
    return [...same.slice(0, LISTED).map(show), ...(more > 0 ? [omitted(more, code)] : [])];
  });
}

/** Why a change is blocked and how to fix it, an item for each block; members are named as in the table. */
export function blockItems({ blocks, people }: Pick<Review, 'blocks' | 'people'>): readonly Item[] {
  return listed(
    blocks,
    (block) => blockItem(block, people),
    (more, code) => ({ text: t`… and ${more} more of ${codeText(code)}` }),
  );
}

function blockItem(block: Blocked, people: readonly ReviewedPerson[]): Item {
  const person = people.find(({ key }) => 'member' in block.args && key === block.args.member);
  const { summary, reason, help, paste = [] } = blockProblem(block);
  const what = person === undefined ? capitalized(summary) : t`${personInHeadline(person)}: ${summary}`;
  const title = t`${strongText(what)} (${codeText(block.code)}).`;
  const text = sentences(title, sentence(reason), sentence(help));
  return paste.length === 0 ? { text } : { text, blocks: [codeBlock('', paste)] };
}

/** Why a plan is blocked, in the one error form; empty if it is not. */
export function blockLines(
  blocks: readonly Blocked[],
  look: Pick<ProblemPlace, 'width' | 'color'> = {},
): readonly string[] {
  return listed(
    blocks,
    (block) => printProblem(blockProblem(block), { code: block.code, ...look }),
    (more, code) => [`... and ${formatCount(more)} more of ${code}`],
  ).flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

/** What a step of a page has people do, or see, in the order of its text. */
type PagePart =
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'see'; readonly sentence: string; readonly spans: readonly string[] };

interface PageStep {
  /** From its beginning, without line breaks. */
  readonly text: string;
  readonly parts: readonly PagePart[];
}

/** A page as what it has people do: its numbered steps, and what stands outside of them. */
export interface TaskPage {
  readonly steps: readonly PageStep[];
  readonly prose: readonly PagePart[];
}

export function readTaskPage(page: string): TaskPage {
  // A step goes on for as long as its lines are indented.
  const steps = [...page.matchAll(/^\d+\. ((?:.*)(?:\n(?: {3}.*|(?=\n {3})))*)/gm)].map(([, text = '']) => text);
  const prose = steps.reduce((rest, step) => rest.replace(step, ''), page);
  const inOneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
  return { steps: steps.map((text) => ({ text: inOneLine(text), parts: partsOf(text) })), prose: partsOf(prose) };
}

const PART = /```sh\n([\s\S]*?)```|you\s+should\s+see((?:[^`.]|`[^`]*`)*)\.|`([^`]+)`/gi;
const COMMAND =
  /^(?:[A-Z_]+=(?:\$\([^)]*\)|\S*) )*(?:npx|npm|node|git|gh|export|mturk-team|aws|tofu|terraform|cd|cp) \S/;

function partsOf(text: string): readonly PagePart[] {
  return [...text.matchAll(PART)].flatMap(([, block, seen, span]): readonly PagePart[] => {
    if (block !== undefined) {
      const lines = block.split('\n').map((line) => line.trim());
      return lines.filter((line) => line !== '').map((line) => ({ kind: 'command', text: line }));
    }
    if (seen !== undefined) {
      const spans = [...seen.matchAll(/`([^`]*)`/g)].map(([, each = '']) => each.replace(/\s+/g, ' '));
      return [{ kind: 'see', sentence: seen.trim(), spans }];
    }
    const command = (span ?? '').replace(/\s+/g, ' ');
    return COMMAND.test(command) ? [{ kind: 'command', text: command }] : [];
  });
}

import type { AccessChange } from '../../access/diff.ts';
import { accessText } from '../../access/text/capability-words.ts';
import type { Terminal } from '../../app/terminal.ts';
import { padVisible, visibleWidth, wrapVisible } from '../../text/columns.ts';
import { periodWords } from '../../text/dates.ts';
import { plainText } from '../../text/text.ts';
import { isAscii } from '../process-terminal.ts';

const INDENT = 6;

export type DemoOutput = ReturnType<typeof demoOutput>;

/**
 * Prints numbered steps with what they show and what they check, and counts the checks. Of a line, `lead` is a column of `column`
 * cells, beside which the text is wrapped. A check counts as `checks`; its `detail` is printed if it failed.
 */
export function demoOutput(terminal: Terminal, steps: number, env: NodeJS.ProcessEnv) {
  const failed: string[] = [];
  let step = 0;
  let checks = 0;
  const [yes, no] = isAscii(env) ? ['ok', 'FAILED'] : ['✓', '✗'];
  const print = (lead: string, text: string, column: number): void => {
    const width = Math.max(20, terminal.width - INDENT - column);
    const lines = wrapVisible(text, width).map(
      (line, index) => `${padVisible(index === 0 ? lead : '', column)}${line}`,
    );
    terminal.stdout(`${lines.map((line) => `${' '.repeat(INDENT)}${line}`.trimEnd()).join('\n')}\n`);
  };
  return {
    step(title: string): void {
      step += 1;
      terminal.stdout(`${String(step).padStart(2)}/${steps} ${title}\n`);
    },
    line: print,
    check(
      text: string,
      passed: boolean,
      { detail = '', checks: count = 1 }: { readonly detail?: string; readonly checks?: number } = {},
    ): void {
      checks += count;
      const mark = passed ? yes : no;
      print(mark, passed || detail === '' ? text : `${text}: ${detail}`, visibleWidth(mark) + 1);
      if (!passed) failed.push(`step ${step}: ${text}`);
    },
    get checks() {
      return checks;
    },
    /** One line per failed check. */
    failed: failed as readonly string[],
  };
}

/** `publish HITs (spends money), manage HITs, read results; until 31 May 2027` */
export function accessAfter({ capabilities, suspended, starts, ends }: AccessChange): string {
  if (suspended.after) return 'no access (suspended)';
  const period = periodWords(starts.after, ends.after);
  const { gained } = capabilities;
  const access = gained.length === 0 ? 'no access' : plainText(accessText(gained));
  return `${access}${period === '' ? '' : `;${period}`}`;
}

import type { AccessChange } from '../../access/diff.ts';
import { accessText } from '../../access/text/capability-words.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { CAPABILITIES, isHarmful, OPERATIONS, RISK_VERBS, RISKS, type Risk } from '../../catalog/mturk.ts';
import { padVisible, visibleWidth, wrapVisible } from '../../text/columns.ts';
import { periodWords } from '../../text/dates.ts';
import { counted, listTexts, plainText, t } from '../../text/text.ts';
import { isAscii, type Terminal } from '../io.ts';

const INDENT = 6;

/** Prints numbered steps with what they show and what they check, and counts the checks. */
export interface DemoOutput {
  step(title: string): void;
  /** `lead` is a column of `column` cells; the text is wrapped beside it. */
  line(lead: string, text: string, column: number): void;
  /** `checks` is how many checks the line counts as; `detail` is printed for a failed one. */
  check(text: string, passed: boolean, options?: { readonly detail?: string; readonly checks?: number }): void;
  readonly checks: number;
  /** One line per failed check. */
  readonly failed: readonly string[];
}

export function demoOutput(terminal: Terminal, steps: number, env: NodeJS.ProcessEnv): DemoOutput {
  const failed: string[] = [];
  let step = 0;
  let checks = 0;
  const [yes, no] = isAscii(env) ? ['ok', 'FAILED'] : ['✓', '✗'];
  const print = (lead: string, text: string, column: number) => {
    const width = Math.max(20, terminal.width - INDENT - column);
    const lines = wrapVisible(text, width).map(
      (line, index) => `${padVisible(index === 0 ? lead : '', column)}${line}`,
    );
    terminal.stdout(`${lines.map((line) => `${' '.repeat(INDENT)}${line}`.trimEnd()).join('\n')}\n`);
  };
  return {
    step(title) {
      step += 1;
      terminal.stdout(`${String(step).padStart(2)}/${steps} ${title}\n`);
    },
    line: print,
    check(text, passed, { detail = '', checks: count = 1 } = {}) {
      checks += count;
      const mark = passed ? yes : no;
      print(mark, passed || detail === '' ? text : `${text}: ${detail}`, visibleWidth(mark) + 1);
      if (!passed) failed.push(`step ${step}: ${text}`);
    },
    get checks() {
      return checks;
    },
    failed,
  };
}

/** `publish HITs (spends money), manage HITs, read results; until 31 May 2027` */
export function accessAfter({ capabilities: { gained }, suspended, starts, ends }: AccessChange): string {
  if (suspended.after) return 'no access (suspended)';
  const period = periodWords(starts.after, ends.after);
  const access = gained.length === 0 ? 'no access' : plainText(accessText(gained));
  return `${access}${period === '' ? '' : `;${period}`}`;
}

/** The worst effect of a finding, from its changes, else from the last segment of its ID. */
export function effectOf(id: string, changes: readonly AccessChange[]): string {
  const gained = RISKS.find((risk) => changes.some((change) => change.worstGain === risk));
  if (gained !== undefined) return isHarmful(gained) ? RISK_VERBS[gained].does : 'gains access';
  if (changes.some((change) => change.worstLoss !== null)) return 'lost access';
  const last = id.split('/').at(-1) as Risk;
  return RISK_VERBS[last]?.does ?? 'sign-in';
}

/** `Bo Chen: approve work, pay bonuses, 10 more`; empty if access does not change. */
export function changedAccess(changes: readonly AccessChange[], { people }: DisplayNames): string {
  const [first] = changes;
  if (first === undefined) return '';
  const { gained, lost } = first.capabilities;
  const capabilities = gained.length > 0 ? gained : lost;
  const names = changes.map(({ user }) => people.get(user)?.name ?? user);
  const who =
    names.length <= 2
      ? plainText(listTexts(names.map((name) => t`${name}`)))
      : `${names[0]} and ${counted(names.length - 1, 'other member')}`;
  const all = capabilities.flatMap(({ operations }) => operations).length === OPERATIONS.length;
  const verbs = capabilities.map(({ capability }) => CAPABILITIES[capability].can);
  const more = verbs.length > 3 ? [...verbs.slice(0, 2), `${verbs.length - 2} more`] : verbs;
  return `${who}: ${all ? 'full access' : more.join(', ')}`;
}

import { wrapVisible } from '../../text/columns.ts';
import { counted, listTexts, paint, type Text, t, tickedText, trusted } from '../../text/text.ts';
import type { Diagnosis } from './doctor.ts';

const SIDES = { aws: 'AWS', github: 'GitHub' } as const;

/** The checks of both sides, what is wrong with its fix, and a line of counts with the page that explains each. */
export function diagnosisLines(
  found: readonly Diagnosis[],
  isAscii: boolean,
  { width, color }: { readonly width: number; readonly color: boolean },
  page: string,
): readonly string[] {
  const [yes, no] = isAscii ? ['ok', 'x'] : ['✓', '✗'];
  const line = (mark: string, text: Text, hue?: 'green' | 'red') => {
    const indent = mark.endsWith(':') ? 6 : 2;
    const [first = '', ...rest] = wrapVisible(tickedText(text), width - indent - mark.length - 1);
    const below = ' '.repeat(indent + mark.length + 1);
    return [
      `${' '.repeat(indent)}${paint(mark, hue ?? 'dim', color && hue !== undefined)} ${first}`,
      ...rest.map((each) => `${below}${each}`),
    ];
  };
  const linesOf = ({ check: { id, title }, outcome, fix }: Diagnosis) => {
    if (outcome.state === 'right') return line(yes, title, 'green');
    if (outcome.state === 'not-asked') return line('-', t`${trusted(id)}: ${outcome.why}`);
    if (outcome.state === 'not-checked') return [];
    return [...line(no, t`${trusted(id)}: ${outcome.found}`, 'red'), ...(fix === null ? [] : line('fix:', fix))];
  };
  const sides = (['aws', 'github'] as const).flatMap((side) => {
    const ofSide = found.filter(({ check }) => check.side === side);
    const notChecked = reasonsNotChecked(ofSide).flatMap(({ why, fix, ids }) => [
      ...line('-', t`not checked: ${listTexts(ids)}`),
      ...line('why:', why),
      ...(fix === null ? [] : line('fix:', fix)),
    ]);
    return [SIDES[side], ...ofSide.flatMap(linesOf), ...notChecked, ''];
  });
  return [...sides, summaryLine(found, page)];
}

/** Why checks could not be made, each reason once, with the ids of these checks. */
function reasonsNotChecked(found: readonly Diagnosis[]) {
  const reasons = new Map<string, { readonly why: Text; readonly fix: Text | null; readonly ids: Text[] }>();
  for (const { check, outcome } of found) {
    if (outcome.state !== 'not-checked') continue;
    const printed = tickedText(outcome.why);
    const reason = reasons.get(printed) ?? { ...outcome, ids: [] };
    reason.ids.push(trusted(check.id));
    reasons.set(printed, reason);
  }
  return [...reasons.values()];
}

function summaryLine(found: readonly Diagnosis[], page: string): string {
  const count = (state: string) => found.filter(({ outcome }) => outcome.state === state).length;
  const [wrong, open] = [count('wrong'), count('not-checked')];
  if (wrong + open === 0) return `Nothing is wrong (${counted(found.length, 'check')}).`;
  const parts = [`${wrong} wrong`, ...(open === 0 ? [] : [`${open} not checked`]), `${count('right')} right`];
  return `${parts.join(', ')}. Each is explained in ${page}`;
}

/** A check as `--json` prints it. */
export function diagnosisJson({ check: { id, side, title }, outcome, fix, isFixable }: Diagnosis) {
  return {
    id,
    side,
    state: outcome.state,
    title: tickedText(title),
    /** What is there instead, or why it could not be checked. */
    found: outcome.state === 'right' ? null : tickedText(outcome.state === 'wrong' ? outcome.found : outcome.why),
    fix: fix === null ? null : tickedText(fix),
    fixable: isFixable,
  };
}

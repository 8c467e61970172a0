import type { Comparison, Difference } from './compare-steps.ts';

/** One line of the result: what was held against what, and what came out. */
export interface Row {
  /** `ours`, `moto 5.2.5` */
  readonly account: string;
  readonly provider: string;
  readonly engine: string;
  /** What must be equal, in words. */
  readonly compared: string;
  /** `equal`, `equal but for 3 differences on purpose`; why not, where it is not. */
  readonly result: string;
  /** Differences on purpose that were met, each in a sentence. */
  readonly onPurpose: readonly string[];
  /** Unexpected differences; empty if the row holds. */
  readonly problems: readonly string[];
  /** How many things were looked at. */
  readonly checks: number;
}

const BEGIN = '<!-- conformance: begin -->';
const END = '<!-- conformance: end -->';

/** What a comparison came to, for a row. */
export function outcomeOf(comparison: Comparison): Pick<Row, 'result' | 'onPurpose' | 'problems'> {
  const { explained, unexpected, stale } = comparison;
  const problems = [
    ...unexpected.map(differenceLine),
    ...stale.map((reason) => `listed as a difference on purpose, but nothing differs there any more: ${reason}`),
  ];
  const expected =
    explained.length === 0 ? 'equal' : `equal but for ${count(explained.length, 'difference')} on purpose`;
  return {
    result: problems.length === 0 ? expected : `${count(problems.length, 'unexpected difference')}`,
    onPurpose: explained.map(({ reason }) => reason),
    problems,
  };
}

export function differenceLine({ step, aspect, subject, reference, other }: Difference): string {
  return `${step}, ${aspect}: ${subject} is ${reference ?? 'absent'} in the reference and ${other ?? 'absent'} here`;
}

/** The table and what differs on purpose, as Markdown: it says what holds, so that it is the same on every machine. */
export function markdownReport(rows: readonly Row[]): string {
  const lines = [
    '| account | provider | engine | compared | result |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(
      (row) => `| ${[row.account, row.provider, row.engine, row.compared, row.result].map(cell).join(' | ')} |`,
    ),
  ];
  for (const row of rows.filter(({ onPurpose }) => onPurpose.length > 0)) {
    lines.push(
      '',
      `Differences on purpose, ${[row.account, row.provider, row.engine].filter(Boolean).join(', ')}:`,
      '',
    );
    for (const reason of row.onPurpose) lines.push(`- ${reason}`);
  }
  return lines.join('\n');
}

/** The closing line: how many of the things looked at hold. A problem counts as one that does not. */
export function closingLine(rows: readonly Row[]): string {
  const failed = rows.reduce((sum, { problems }) => sum + problems.length, 0);
  const passed = rows.reduce((sum, { checks, problems }) => sum + Math.max(0, checks - problems.length), 0);
  return `${passed} passed, ${failed} failed`;
}

/** The page with the report between its markers; null where the page has no markers. */
export function withReport(page: string, report: string): string | null {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) return null;
  return `${page.slice(0, from + BEGIN.length)}\n\n${report}\n\n${page.slice(to)}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

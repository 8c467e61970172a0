export interface Row {
  readonly what: string;
  readonly size: string;
  readonly ours: string;
  readonly baseline: string;
  readonly measured: number;
  /** The most that `measured` may be. */
  readonly target: number;
  readonly unit: 'x' | 'ms' | 'MB' | 'calls' | 'bytes';
}

const UNITS = { x: ' x', ms: ' ms', MB: ' MB', calls: ' calls', bytes: ' bytes' } as const;

export function holds(row: Row): boolean {
  return row.measured <= row.target;
}

/** A Markdown table of rows; a missed target says so in its own row. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.size,
    row.ours,
    row.baseline,
    amount(row.measured, row),
    `at most ${amount(row.target, row)}`,
    holds(row) ? 'holds' : '**missed**',
  ]);
  const lines = [['what', 'members', 'ours', 'baseline', 'measured', 'target', 'verdict'], ...cells];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length))) ?? [];
  const format = (line: readonly string[]) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = lines;
  return [format(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(format)].join('\n');
}

function amount(value: number, row: Row): string {
  const digits = row.unit === 'x' ? 2 : 0;
  return `${value.toFixed(digits)}${UNITS[row.unit]}`;
}

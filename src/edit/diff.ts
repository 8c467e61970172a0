/** A line that an edit removes or adds, with its number in the file before or after. */
export interface ChangedLine {
  readonly sign: '-' | '+';
  readonly line: number;
  readonly text: string;
}

/** The changes on the way to a pair of lines, the last one first. */
interface Path {
  /** How many lines of the file before are behind. */
  readonly at: number;
  readonly changes: Changes | null;
}

interface Changes {
  readonly last: ChangedLine;
  readonly before: Changes | null;
}

/** The fewest lines that differ, in the order of the file: Eugene Myers, "An O(ND) Difference Algorithm", 1986. */
export function changedLines(before: string, after: string): readonly ChangedLine[] {
  const [old, next] = [linesOf(before), linesOf(after)];
  /** By diagonal: how many lines more of the file before are behind than of the one after. */
  const farthest = new Map<number, Path>([[1, { at: 0, changes: null }]]);
  for (let count = 0; ; count += 1) {
    for (let diagonal = -count; diagonal <= count; diagonal += 2) {
      const [less, more] = [farthest.get(diagonal - 1), farthest.get(diagonal + 1)];
      const isAdded = less === undefined || (more !== undefined && diagonal !== count && less.at < more.at);
      const { at: from = 0, changes = null } = (isAdded ? more : less) ?? {};
      let at = isAdded ? from : from + 1;
      const line = isAdded ? at - diagonal : at;
      const text = (isAdded ? next : old)[line - 1];
      const last = { sign: isAdded ? '+' : '-', line, text: text ?? '' } as const;
      const all = count === 0 || text === undefined ? changes : { last, before: changes };
      while (at < old.length && at - diagonal < next.length && old[at] === next[at - diagonal]) at += 1;
      if (at >= old.length && at - diagonal >= next.length) return inOrder(all);
      farthest.set(diagonal, { at, changes: all });
    }
  }
}

function inOrder(changes: Changes | null): readonly ChangedLine[] {
  const lines: ChangedLine[] = [];
  for (let each = changes; each !== null; each = each.before) lines.push(each.last);
  return lines.reverse();
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}

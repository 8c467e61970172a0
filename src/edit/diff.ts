/** A line that an edit removes or adds, with its number in the file before or after. */
export interface ChangedLine {
  readonly sign: '-' | '+';
  readonly line: number;
  readonly text: string;
}

/** The lines that differ, in the order of the file. An edit changes few, so the nearest equal lines are the same ones. */
export function changedLines(before: string, after: string): readonly ChangedLine[] {
  const [old, next] = [linesOf(before), linesOf(after)];
  const changes: ChangedLine[] = [];
  let [at, to] = [0, 0];
  while (at < old.length || to < next.length) {
    const [removed, added] = nearestEqual(old, next, at, to);
    changes.push(
      ...old.slice(at, at + removed).map((text, index) => ({ sign: '-' as const, line: at + index + 1, text })),
    );
    changes.push(
      ...next.slice(to, to + added).map((text, index) => ({ sign: '+' as const, line: to + index + 1, text })),
    );
    at += removed + 1;
    to += added + 1;
  }
  return changes;
}

/** How many lines of both are passed by until two are equal, or none are left. */
function nearestEqual(
  old: readonly string[],
  next: readonly string[],
  at: number,
  to: number,
): readonly [number, number] {
  const [left, right] = [old.length - at, next.length - to];
  for (let both = 0; both <= left + right; both += 1) {
    for (let removed = Math.max(0, both - right); removed <= Math.min(both, left); removed += 1) {
      const added = both - removed;
      const isEnd = removed === left && added === right;
      if (isEnd || (removed < left && old[at + removed] === next[to + added])) return [removed, added];
    }
  }
  return [left, right];
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}

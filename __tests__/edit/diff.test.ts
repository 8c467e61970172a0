import fc from 'fast-check';
import { changedLines } from '../../src/edit/diff.ts';

test('lines are numbered as in the file that has them', () => {
  expect(changedLines('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([
    { sign: '-', line: 2, text: 'b' },
    { sign: '+', line: 2, text: 'x' },
    { sign: '+', line: 4, text: 'd' },
  ]);
  expect(changedLines('a\n', 'a\n')).toEqual([]);
  expect(changedLines('a\r\nb', 'a\nb')).toEqual([]);
});

test('property: the lines lead from one text to the other, and are not more than need be', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const changes = changedLines(before, after);
      const numbers = (sign: '-' | '+') => new Set(changes.flatMap((each) => (each.sign === sign ? [each.line] : [])));
      const kept = (text: string, without: ReadonlySet<number>) =>
        text.split('\n').filter((_line, index) => !without.has(index + 1));
      const same = kept(before, numbers('-'));
      expect(kept(after, numbers('+'))).toEqual(same);
      expect(same).toHaveLength(longestCommon(before.split('\n'), after.split('\n')));
      for (const { sign, line, text } of changes)
        expect((sign === '-' ? before : after).split('\n')[line - 1]).toBe(text);
    }),
    { numRuns: 500 },
  );
});

function longestCommon(one: readonly string[], other: readonly string[]): number {
  let row = new Array<number>(other.length + 1).fill(0);
  for (const line of one) {
    const above = row;
    row = [0];
    for (const [index, each] of other.entries()) {
      row.push(each === line ? (above[index] ?? 0) + 1 : Math.max(above[index + 1] ?? 0, row[index] ?? 0));
    }
  }
  return row.at(-1) ?? 0;
}

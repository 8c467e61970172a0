import { parseDocument } from 'yaml';
import { linesOf, placesIn, positionOf } from '../../src/diagnostics/positions.ts';

test('lines end with LF, CRLF or CR', () => {
  expect(linesOf('a\nb\r\nc\rd').lineStarts).toEqual([0, 2, 5, 7]);
  expect(linesOf('').lineStarts).toEqual([0]);
  expect(linesOf('\n').lineStarts).toEqual([0, 1]);
});

test.each<[string, number, number, [number, number, number, number]]>([
  ['the first character', 0, 1, [1, 1, 1, 2]],
  ['a range over a line end', 1, 4, [1, 2, 2, 2]],
  ['the end of the text', 7, 7, [3, 2, 3, 3]],
  ['an empty range, which is widened', 3, 3, [2, 1, 2, 2]],
])('%s', (_, from, to, [line, column, endLine, endColumn]) => {
  expect(positionOf(linesOf('ab\ncd\ne'), from, to)).toEqual({ line, column, endLine, endColumn });
});

describe('places in a document', () => {
  const text = '# first\na: { b: [one, two], "c d": ~ }\ne:\n7: seven\n';
  const places = placesIn(parseDocument(text).contents);
  const cut = ([from, to]: readonly [number, number]) => text.slice(from, to);

  test.each<[readonly (string | number)[], string, string]>([
    [['a', 'b', 1], 'two', 'two'],
    [['a', 'b'], 'b', '[one, two]'],
    [['a', 'c d'], '"c d"', '~'],
    [['e'], 'e', 'e'],
    [['7'], '7', 'seven'],
    [['a', 'missing'], 'a', 'a'],
    [['a', 'b', 9], 'b', 'b'],
    [['missing'], 'a', 'a'],
    [[], 'a', 'a'],
  ])('%j', (path, key, value) => {
    expect(cut(places.key(path))).toBe(key);
    expect(cut(places.value(path))).toBe(value);
  });

  test('a document of nothing has a place, too', () => {
    expect(placesIn(null).value(['a'])).toEqual([0, 1]);
    expect(placesIn(parseDocument('just text').contents).key([])).toEqual([0, 9]);
  });
});

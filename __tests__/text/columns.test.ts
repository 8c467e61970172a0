import { columns, padVisible, visibleWidth, wrapVisible } from '../../src/text/columns.ts';
import { distanceWords, lastDayWords } from '../../src/text/dates.ts';

test.each<[text: string, width: number]>([
  ['Bo Chen', 7],
  ['李小龍', 6],
  ['Nguyễn Thị Ánh', 14],
  ['Nguyễn Thị Ánh'.normalize('NFD'), 14],
  ["Ada O'Neill", 11],
  ['김민지', 6],
  ['さくら', 6],
  ['😀', 2],
  ['', 0],
])('%s takes %d cells', (text, width) => {
  expect(visibleWidth(text)).toBe(width);
});

test('padding and columns go by cells, not by characters', () => {
  expect(padVisible('李小龍', 8)).toBe('李小龍  ');
  expect(
    columns(
      [
        ['李小龍', 'a', 'x'],
        ['Bo Chen', 'bb', 'y'],
      ],
      2,
      80,
    ),
  ).toEqual(['  李小龍   a   x', '  Bo Chen  bb  y']);
});

test('the last column is wrapped under itself, and a long word stands alone', () => {
  expect(columns([['a', 'one two three four five six seven eight nine ten']], 0, 40)).toEqual([
    'a  one two three four five six seven',
    '   eight nine ten',
  ]);
  expect(wrapVisible('a bbbbbbbbbb c', 4)).toEqual(['a', 'bbbbbbbbbb', 'c']);
  expect(columns([], 2, 80)).toEqual([]);
});

test('a line is not broken between backticks, and keeps its spaces', () => {
  expect(wrapVisible('run `mturk-team apply`, then `a b` again', 12)).toEqual([
    'run',
    '`mturk-team apply`,',
    'then `a b`',
    'again',
  ]);
  for (const text of ['', 'a  b', 'one ` alone', '`a  b`']) expect(wrapVisible(text, 40)).toEqual([text]);
});

const AT = new Date('2026-11-25T12:00:00Z');

test.each<[day: string, words: string]>([
  ['2026-11-25', 'today'],
  ['2026-11-26', 'tomorrow'],
  ['2026-11-24', 'yesterday'],
  ['2026-12-01', 'in 6 days'],
  ['2026-12-22', 'in 27 days'],
  ['2026-12-25', 'in 1 month'],
  ['2027-05-31', 'in 6 months'],
  ['2027-11-25', 'in 12 months'],
  ['2029-11-25', 'in 3 years'],
  ['2026-05-25', '6 months ago'],
])('%s is %s', (day, words) => {
  expect(distanceWords(new Date(`${day}T00:00:00Z`), AT)).toBe(words);
});

test('the last day is the day before the midnight on which access ends; another hour is shown', () => {
  expect(lastDayWords('2027-06-01T00:00:00.000Z', AT)).toBe('31 May 2027 (in 6 months)');
  expect(lastDayWords('2027-06-01T15:30:00.000Z', AT)).toBe('1 Jun 2027, 15:30 UTC (in 6 months)');
});

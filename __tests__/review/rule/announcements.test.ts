import type { Operation } from '../../../src/catalog/mturk.ts';
import { type Announcement, announced, type Due, ripe, ripeFrom } from '../../../src/review/rule/announcements.ts';

const FIRST = '2026-11-25T05:00:00.000Z';
const NOW = new Date('2026-11-25T11:00:00Z');

const due = (given: Partial<Due> = {}): Due => ({
  ...{ kind: 'operations', key: 'bo', operations: ['CreateHIT', 'GetHIT'], until: null, ...given },
});
const known = (given: Partial<Announcement> = {}): Announcement => ({ ...due(), at: FIRST, ...given });

const unchanged = () => false;

test.each<[string, readonly Announcement[], Due, 'since' | 'now']>([
  ['what is found for the first time begins now', [], due(), 'now'],
  ['the same stays', [known()], due(), 'since'],
  ['fewer operations stay', [known()], due({ operations: ['GetHIT'] }), 'since'],
  ['more operations begin again', [known({ operations: ['GetHIT'] })], due(), 'now'],
  ['another kind begins', [known()], due({ kind: 'missing' }), 'now'],
  ['another member begins', [known({ key: 'eve' })], due(), 'now'],
  [
    'a deletion whose last day is the same stays',
    [known({ kind: 'deletion', operations: [], until: '2026-01-31' })],
    due({ kind: 'deletion', operations: [], until: '2026-01-31' }),
    'since',
  ],
  [
    'a deletion whose last day changed begins again',
    [known({ kind: 'deletion', operations: [], until: '2026-01-31' })],
    due({ kind: 'deletion', operations: [], until: '2026-02-28' }),
    'now',
  ],
])('%s', (_what, earlier, found, from) => {
  const at = from === 'since' ? FIRST : NOW.toISOString();
  expect(announced(earlier, [found], NOW, unchanged)).toEqual([{ ...found, at }]);
});

test('what a complete check does not find any more is void', () => {
  expect(announced([known(), known({ key: 'eve' })], [due()], NOW, unchanged).map(({ key }) => key)).toEqual(['bo']);
});

test('a later manual change of a member begins their announcement again', () => {
  const asked: [string, string][] = [];
  const changed = (key: string, since: Date) => {
    asked.push([key, since.toISOString()]);
    return key === 'bo';
  };
  const earlier = [known(), known({ key: 'eve' })];
  const after = announced(earlier, [due(), due({ key: 'eve' })], NOW, changed);
  expect(after.map(({ at }) => at)).toEqual([NOW.toISOString(), FIRST]);
  expect(asked).toEqual([
    ['bo', FIRST],
    ['eve', FIRST],
  ]);
});

describe('ripe', () => {
  const everything = (): readonly Operation[] => ['CreateHIT', 'GetHIT'];
  const later = (hours: number, minutes = 0) => new Date(Date.parse(FIRST) + (hours * 60 + minutes) * 60_000);

  test('after 20 hours and not before', () => {
    expect(ripeFrom(known()).toISOString()).toBe('2026-11-26T01:00:00.000Z');
    expect(ripe([known()], later(19, 59), everything)).toEqual([]);
    expect(ripe([known()], later(20), everything)).toEqual([known()]);
  });

  test('only what the newest file gives, too; a deletion needs nothing of it', () => {
    const deletion = known({ kind: 'deletion', key: 'eve', operations: [], until: '2026-01-31' });
    const missing = known({ kind: 'missing', key: 'fay' });
    const all = [known(), deletion, missing];
    const less = (key: string): readonly Operation[] => (key === 'bo' ? ['GetHIT'] : []);
    expect(ripe(all, later(21), less)).toEqual([known({ operations: ['GetHIT'] }), deletion]);
    expect(ripe(all, later(21), () => [])).toEqual([deletion]);
  });

  test('a missing user waits until the newest file gives all of it', () => {
    const missing = known({ kind: 'missing' });
    expect(ripe([missing], later(21), () => ['GetHIT'])).toEqual([]);
    expect(ripe([missing], later(21), everything)).toEqual([missing]);
  });
});

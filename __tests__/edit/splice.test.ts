import fc from 'fast-check';
import { parseDocument } from 'yaml';
import { changedLines } from '../../src/edit/diff.ts';
import { openFile, type Splice, spliced } from '../../src/edit/splice.ts';
import { ODD_FILES } from '../support/odd-team-arbitrary.ts';
import { ODD_TEAM_FILES } from '../support/odd-team-files.ts';

const MEMBER = { name: 'Zed: #1', roles: ['r'], until: '2028-01-31' };
const BO = ['members', 'bo'];

/** Each splice that is the inverse of another. */
const PAIRS: Readonly<Record<string, readonly [Splice, Splice]>> = {
  'a member': [
    { do: 'set', path: ['members', 'zed'], value: MEMBER },
    { do: 'unset', path: ['members', 'zed'] },
  ],
  'a departure': [
    { do: 'set', path: ['departed', 'zed'], value: { left: '2026-11-28', reason: 'graduated' } },
    { do: 'unset', path: ['departed', 'zed'] },
  ],
  'a key': [
    { do: 'set', path: [...BO, 'sponsor'], value: 'ada' },
    { do: 'unset', path: [...BO, 'sponsor'] },
  ],
  'a flag': [
    { do: 'set', path: [...BO, 'suspended'], value: true },
    { do: 'unset', path: [...BO, 'suspended'] },
  ],
  'an item': [
    { do: 'add', path: [...BO, 'roles'], value: 'other' },
    { do: 'drop', path: [...BO, 'roles'], value: 'other' },
  ],
  'the first item': [
    { do: 'add', path: ['freeze'], value: 'spend' },
    { do: 'drop', path: ['freeze'], value: 'spend' },
  ],
};

function after(text: string, ...splices: readonly Splice[]): string {
  const done = spliced(openFile(text), splices);
  if (!('text' in done)) throw new Error(`not possible near line ${done.line}: ${JSON.stringify(done.splice)}`);
  return done.text;
}

const dataOf = (text: string) => parseDocument(text.replace(/^\uFEFF/, '')).toJS();

const CASES = Object.entries(ODD_TEAM_FILES).flatMap(([odd, text]) =>
  Object.entries(PAIRS).map(([what, [there, back]]) => ({ odd, what, text, there, back })),
);
/** The section does not exist, so that it stays as an empty one. */
const isNew = ({ odd, what }: { readonly odd: string; readonly what: string }) =>
  odd === 'nothing but members' && (what === 'a departure' || what === 'the first item');

// In the sample, Bo has a sponsor already.
const isThere = ({ text, what }: { readonly text: string; readonly what: string }) =>
  what === 'a key' && text.includes('sponsor: ada');

test.each(CASES.filter((each) => !isNew(each) && !isThere(each)))(
  '$odd: $what is written and removed, and every byte is as before',
  ({ text, there, back }) => {
    const edited = after(text, there);
    expect(edited).not.toBe(text);
    expect(after(edited, back)).toBe(text);
  },
);

test.each(CASES.filter(isNew))('$odd: $what makes its section', ({ text, there }) => {
  const edited = after(text, there);
  expect(edited.startsWith(text)).toBe(true);
  expect(dataOf(edited)[there.path[0] ?? '']).toBeDefined();
});

test.each(Object.entries(ODD_TEAM_FILES))('%s: a member who leaves takes no line of another', (_odd, text) => {
  const edited = after(
    text,
    { do: 'unset', path: BO },
    { do: 'set', path: ['departed', 'bo'], value: { left: '2026-11-28', reason: 'done' } },
  );
  const { bo, ...others } = dataOf(text).members;
  expect(bo).toBeDefined();
  expect(dataOf(edited).members).toEqual(others);
  expect(dataOf(edited).departed.bo).toEqual({ left: '2026-11-28', reason: 'done' });
});

test('a new entry is written as those beside it are', () => {
  const written = Object.entries(ODD_TEAM_FILES).map(([odd, text]) => {
    const lines = changedLines(text, after(text, { do: 'set', path: ['members', 'zed'], value: MEMBER }));
    return [odd, lines.map(({ sign, text: line }) => `${sign} ${line}`)];
  });
  expect(Object.fromEntries(written)).toMatchObject({
    'the sample': ['+   zed: { name: "Zed: #1", roles: [r], until: "2028-01-31" }'],
    'four spaces': ['+     zed: { name: "Zed: #1", roles: [r], until: "2028-01-31" }'],
    'no padding in braces': ['+   zed: {name: "Zed: #1", roles: [r], until: "2028-01-31"}'],
    'single quotes': ["+   zed: { name: 'Zed: #1', roles: [r], until: '2028-01-31' }"],
    'lists as far left as their key': [
      ...['+   zed:', '+     name: "Zed: #1"', '+     roles:', '+     - r', '+     until: "2028-01-31"'],
    ],
    'lists with comments': [
      ...['+   zed:', '+     name: "Zed: #1"', '+     roles:', '+       - r', '+     until: "2028-01-31"'],
    ],
  });
});

test('a removed member takes the comments beside it, deeper below it and directly above it, and no others', () => {
  const text = `a: 1
members: # all
  # about all
  ada: { name: A } # beside ada

  # above bo
  # twice
  bo: # beside bo
    name: B # the name
    # deeper
  # about cy
  cy: { name: C }
`;
  expect(after(text, { do: 'unset', path: BO })).toBe(`a: 1
members: # all
  # about all
  ada: { name: A } # beside ada

  # about cy
  cy: { name: C }
`);
  expect(after(text, { do: 'unset', path: ['members', 'ada'] })).toContain(
    'members: # all\n  # about all\n\n  # above bo',
  );
});

test('an existing value keeps its quotes and its comment', () => {
  const text = `members:\n  bo: { until: '2027-05-31', name: "B", on: false } # x\n`;
  const set = (key: string, value: string | boolean) => ({ do: 'set', path: [...BO, key], value }) as const;
  expect(after(text, set('until', '2028-01-31'), set('name', "B'o"), set('on', true))).toBe(
    `members:\n  bo: { until: '2028-01-31', name: "B'o", on: true } # x\n`,
  );
});

test.each<[string, string, Splice]>([
  ['a comment in brackets', 'a:\n  [x, # one\n   y]\n', { do: 'drop', path: ['a'], value: 'x' }],
  ['a comment alone in brackets', 'a: [\n  # none\n]\n', { do: 'add', path: ['a'], value: 'x' }],
  ['a list that is a text', 'a: x\n', { do: 'add', path: ['a'], value: 'y' }],
  ['an entry on the line of a dash', 'a:\n  - b: 1\n    c: 2\n', { do: 'add', path: ['a', 'b'], value: 'y' }],
  ['a text over lines', 'a:\n  b: |\n    x\n', { do: 'set', path: ['a', 'b'], value: 'y' }],
  ['an alias', 'x: &x [a]\na: *x\n', { do: 'add', path: ['a'], value: 'y' }],
  ['broken YAML', 'a: [\n', { do: 'set', path: ['b'], value: 'y' }],
])('%s is not edited', (_what, text, splice) => {
  const done = spliced(openFile(text), [splice]);
  expect(done).toMatchObject({ splice });
});

test('splices of one place are carried out one after the other', () => {
  const drop = (value: string): Splice => ({ do: 'drop', path: ['a'], value });
  expect(after('a: [x, y, z]\n', drop('x'), drop('y'), drop('z'))).toBe('a: []\n');
  expect(after('a:\n  - x\n  - y\nb: 1\n', drop('x'), drop('y'))).toBe('a: []\nb: 1\n');
  expect(after('a: [x]\n', { do: 'add', path: ['a'], value: 'z' }, drop('x'))).toBe('a: [z]\n');
});

test('any text can be a key', () => {
  const path = ['members', 'constructor'];
  const edited = after('members:\n  __proto__: { name: A }\n', { do: 'set', path, value: { name: 'B' } });
  expect(edited).toBe('members:\n  __proto__: { name: A }\n  constructor: { name: B }\n');
});

const comments = (text: string) => (text.match(/#/g) ?? []).length;

test('property: each splice followed by its inverse gives the same bytes', () => {
  const pairs = fc.constantFrom(...Object.values(PAIRS));
  fc.assert(
    fc.property(ODD_FILES, pairs, fc.nat(4), ({ text, members }, [there, back], index) => {
      const member = members[index % members.length] ?? '';
      const of = (splice: Splice): Splice => ({
        ...splice,
        path: splice.path.map((key) => (key === 'bo' ? member : key)),
      });
      expect(after(after(text, of(there)), of(back))).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test('property: another value and back gives the same bytes', () => {
  fc.assert(
    fc.property(ODD_FILES, fc.nat(4), ({ text, members }, index) => {
      const member = members[index % members.length] ?? '';
      const { until } = dataOf(text).members[member];
      fc.pre(until !== undefined);
      const set = (value: string): Splice => ({ do: 'set', path: ['members', member, 'until'], value });
      expect(after(after(text, set('2031-01-31')), set(until))).toBe(text);
    }),
  );
});

test('property: a removed entry takes its own lines and comments, and comes back as it would be new', () => {
  fc.assert(
    fc.property(ODD_FILES, fc.nat(4), ({ text, members }, index) => {
      const member = members[index % members.length] ?? '';
      const path = ['members', member];
      const value = dataOf(text).members[member];
      const removed = after(text, { do: 'unset', path });
      const changes = changedLines(text, removed);
      // The last member leaves `{}` behind.
      if (members.length > 1) expect(changes.filter(({ sign }) => sign === '+')).toEqual([]);
      const lost = changes.filter(({ sign }) => sign === '-').map(({ text: line }) => line);
      expect(comments(text) - comments(removed)).toBeLessThanOrEqual(comments(lost.join('\n')));
      const back = after(removed, { do: 'set', path, value });
      expect(dataOf(back)).toEqual(dataOf(text));
      expect(after(after(back, { do: 'unset', path }), { do: 'set', path, value })).toBe(back);
    }),
  );
});

import fc from 'fast-check';
import { pieceReader } from '../../src/history/pieces.ts';
import { parseDocument } from '../../src/team/parse/parse-document.ts';
import { runs } from '../support/exhaustive.ts';
import { ODD_FILES } from '../support/odd-team-arbitrary.ts';
import { ODD_TEAM_FILES } from '../support/odd-team-files.ts';

/** One reader for all, so that what it has kept of one text may not change another. */
const read = pieceReader();

/** What the whole text says; null for one that is broken, or no map; undefined if the parser corrects it. */
function whole(text: string): unknown {
  const errors: string[] = [];
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const { value } = parseDocument(source, ({ code, severity = 'error' }) => {
    if (severity === 'error') errors.push(code);
  });
  if (errors.includes('not-indented')) return undefined;
  return errors.length > 0 || typeof value !== 'object' || Array.isArray(value) ? null : value;
}

test.each(Object.keys(ODD_TEAM_FILES))('%s: the pieces are the whole', (name) => {
  const text = ODD_TEAM_FILES[name] ?? '';
  expect(read(text)).toEqual(whole(text));
});

test('files in odd styles, and with a part moved, cut out or doubled', () => {
  const changed = fc.record({
    file: fc.oneof(
      ODD_FILES.map(({ text }) => text),
      fc.constantFrom(...Object.values(ODD_TEAM_FILES)),
    ),
    ...{ from: fc.nat(), length: fc.nat(30), to: fc.nat(), times: fc.nat(2) },
    inserted: fc.constantFrom(
      '',
      '\n',
      '\n  ',
      ' ',
      '"',
      "'",
      '{',
      '}',
      '[',
      '#',
      ': ',
      '\nroles:\n',
      '|\n',
      '&a ',
      '- ',
    ),
  });
  fc.assert(
    fc.property(changed, ({ file, from, length, to, times, inserted }) => {
      const at = from % (file.length + 1);
      const rest = file.slice(0, at) + file.slice(at + length);
      const target = to % (rest.length + 1);
      const moved = file.slice(at, at + length).repeat(times);
      const text = `${rest.slice(0, target)}${moved}${inserted}${rest.slice(target)}`;
      const value = whole(text);
      if (value !== undefined) expect(read(text)).toEqual(value);
    }),
    { numRuns: runs(1_000) },
  );
});

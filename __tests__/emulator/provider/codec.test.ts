import { decode, Encoder } from '@msgpack/msgpack';
import * as fc from 'fast-check';
import { decodeBlock, encodeBlock, sameValue } from '../../../src/emulator/provider/codec.ts';
import type { BlockSchema } from '../../../src/emulator/provider/messages.ts';
import { hasUnknown, UNKNOWN, type Value } from '../../../src/emulator/provider/value.ts';

const SCHEMA: BlockSchema = {
  attributes: {
    text: { type: 'string', optional: true },
    count: { type: 'number', optional: true },
    flag: { type: 'bool', optional: true },
    names: { type: ['set', 'string'], optional: true },
    tags: { type: ['map', 'string'], optional: true },
  },
  blocks: {
    inner: { nesting: 'list', maxItems: 1, block: { attributes: { url: { type: 'string', optional: true } } } },
  },
};

const NOTHING = { text: null, count: null, flag: null, names: null, tags: null, inner: [] };
const bytes = (...values: number[]) => new Uint8Array(values);

describe('reading what an engine writes', () => {
  // MessagePack by hand: 0x81 a map of one, 0xa4 a text of four bytes, 0xd4 an extension of one byte.
  const text = [0x81, 0xa4, 0x74, 0x65, 0x78, 0x74];
  test.each<[string, Uint8Array, Value]>([
    ['a text', bytes(...text, 0xa1, 0x78), 'x'],
    ['nothing', bytes(...text, 0xc0), null],
    ['an unknown value', bytes(...text, 0xd4, 0x00, 0x00), UNKNOWN],
    ['an unknown value that is known not to be null', bytes(...text, 0xc7, 0x03, 0x0c, 0x81, 0x01, 0xc2), UNKNOWN],
  ])('%s', (_title, msgpack, expected) => {
    expect(decodeBlock(SCHEMA, { msgpack })).toEqual({ ...NOTHING, text: expected });
  });

  test('a number that came as decimal text, as cty sends what it cannot hold otherwise', () => {
    const msgpack = new Encoder().encode({ count: '1180591620717411303424' });
    expect(decodeBlock(SCHEMA, { msgpack })?.count).toBe(2 ** 70);
  });

  test.each([
    ['null', { msgpack: bytes(0xc0) }],
    ['an empty message', {}],
    ['no message', null],
  ])('%s is an object that does not exist', (_title, wire) => {
    expect(decodeBlock(SCHEMA, wire)).toBeNull();
  });

  test('a state file: attributes that the schema lacks are dropped, those it has are null where they are missing', () => {
    const json = Buffer.from('{"text":"x","names":["b","a"],"gone":1,"inner":[{"url":"u","gone":2}]}');
    expect(decodeBlock(SCHEMA, { json })).toEqual({
      ...NOTHING,
      text: 'x',
      names: ['b', 'a'],
      inner: [{ url: 'u' }],
    });
  });
});

describe('writing', () => {
  test('an unknown value is extension 0', () => {
    const { msgpack } = encodeBlock({ attributes: { text: { type: 'string' } } }, { text: UNKNOWN });
    expect([...msgpack]).toEqual([0x81, 0xa4, 0x74, 0x65, 0x78, 0x74, 0xd4, 0x00, 0x00]);
  });

  test('an object that does not exist is null', () => {
    expect([...encodeBlock(SCHEMA, null).msgpack]).toEqual([0xc0]);
  });

  test('a set never holds an element twice, and every attribute of the schema is there', () => {
    const { msgpack } = encodeBlock(SCHEMA, { names: ['a', 'b', 'a'] });
    expect(decode(msgpack)).toEqual({ ...NOTHING, names: ['a', 'b'] });
  });

  test('what was written is read back', () => {
    const known = fc.record({
      text: fc.option(fc.oneof(fc.string(), fc.constant(UNKNOWN))),
      count: fc.option(fc.integer()),
      flag: fc.option(fc.boolean()),
      names: fc.option(fc.uniqueArray(fc.string())),
      tags: fc.option(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          fc.string(),
        ),
      ),
      inner: fc.constant([{ url: 'u' }]),
    });
    fc.assert(
      fc.property(known, (attributes) => {
        expect(decodeBlock(SCHEMA, encodeBlock(SCHEMA, attributes))).toEqual(attributes);
      }),
    );
  });
});

test.each<[string, Value, Value, boolean]>([
  ['sets in another order', ['a', 'b'], ['b', 'a'], true],
  ['sets of another size', ['a'], ['a', 'b'], false],
  ['maps with the same entries', { a: '1', b: '2' }, { b: '2', a: '1' }, true],
  ['maps with another value', { a: '1' }, { a: '2' }, false],
  ['null and empty', null, '', false],
  ['two unknown values, which may differ', UNKNOWN, UNKNOWN, false],
])('sameValue: %s', (_title, left, right, expected) => {
  expect(sameValue(left, right)).toBe(expected);
});

test.each<[Value, boolean]>([
  [{ a: [UNKNOWN] }, true],
  [UNKNOWN, true],
  [{ a: ['x', null] }, false],
])('hasUnknown %#', (value, expected) => {
  expect(hasUnknown(value)).toBe(expected);
});

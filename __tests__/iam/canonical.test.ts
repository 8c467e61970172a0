import { canonicalDocument, canonicalJson, stableJson } from '../../src/iam/canonical.ts';
import type { PolicyDocument, Statement } from '../../src/iam/document.ts';

const READ: Statement = { Sid: 'Read', Effect: 'Allow', Action: ['a:GetX', 'a:ListX'], Resource: '*' };
const UNTIL: Statement = {
  Effect: 'Deny',
  Action: '*',
  Resource: ['*'],
  Condition: { DateGreaterThan: { 'aws:CurrentTime': '2027-06-01T00:00:00Z' } },
};
const BASE: PolicyDocument = { Version: '2012-10-17', Statement: [READ, UNTIL] };

test.each<[what: string, document: PolicyDocument]>([
  ['another order of statements', { ...BASE, Statement: [UNTIL, READ] }],
  [
    'another order of keys',
    {
      Statement: [{ Resource: '*', Action: ['a:GetX', 'a:ListX'], Effect: 'Allow', Sid: 'Read' }, UNTIL],
      Version: '2012-10-17',
    },
  ],
  ['another order of actions', { ...BASE, Statement: [{ ...READ, Action: ['a:ListX', 'a:GetX'] }, UNTIL] }],
  ['an action twice', { ...BASE, Statement: [{ ...READ, Action: ['a:GetX', 'a:ListX', 'a:GetX'] }, UNTIL] }],
  [
    'a list of one instead of the one',
    {
      ...BASE,
      Statement: [
        { ...READ, Resource: ['*'] },
        { ...UNTIL, Action: ['*'] },
      ],
    },
  ],
  ['the case of an action', { ...BASE, Statement: [{ ...READ, Action: ['A:getx', 'a:ListX'] }, UNTIL] }],
  [
    'the case of a condition key',
    {
      ...BASE,
      Statement: [READ, { ...UNTIL, Condition: { DateGreaterThan: { 'aws:currenttime': ['2027-06-01T00:00:00Z'] } } }],
    },
  ],
])('%s says the same', (_what, document) => {
  expect(canonicalDocument(document)).toBe(canonicalDocument(BASE));
});

test('no version is the older version', () => {
  expect(canonicalDocument({ Statement: READ })).toBe(canonicalDocument({ Version: '2008-10-17', Statement: [READ] }));
});

test.each<[what: string, document: PolicyDocument]>([
  ['another version', { ...BASE, Version: '2008-10-17' }],
  ['an id', { ...BASE, Id: 'x' }],
  ['another Sid', { ...BASE, Statement: [{ ...READ, Sid: 'Other' }, UNTIL] }],
  ['the other effect', { ...BASE, Statement: [{ ...READ, Effect: 'Deny' }, UNTIL] }],
  ['one action less', { ...BASE, Statement: [{ ...READ, Action: 'a:GetX' }, UNTIL] }],
  [
    'NotAction',
    {
      ...BASE,
      Statement: [{ Sid: 'Read', Effect: 'Allow', NotAction: READ.Action, Resource: '*' } as Statement, UNTIL],
    },
  ],
  [
    'NotResource',
    {
      ...BASE,
      Statement: [{ Sid: 'Read', Effect: 'Allow', Action: READ.Action, NotResource: '*' } as Statement, UNTIL],
    },
  ],
  ['the case of a resource', { ...BASE, Statement: [{ ...READ, Resource: 'arn:aws:s3:::X' }, UNTIL] }],
  [
    'another day',
    {
      ...BASE,
      Statement: [READ, { ...UNTIL, Condition: { DateGreaterThan: { 'aws:CurrentTime': '2027-06-02T00:00:00Z' } } }],
    },
  ],
  ['no condition', { ...BASE, Statement: [READ, { Effect: 'Deny', Action: '*', Resource: '*' }] }],
  ['one statement less', { ...BASE, Statement: [READ] }],
])('%s says something else', (_what, document) => {
  expect(canonicalDocument(document)).not.toBe(canonicalDocument(BASE));
});

test.each<[what: string, one: unknown, other: unknown, same: boolean]>([
  ['the order of keys', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, true],
  ['the order of a list', ['b', 'a'], ['a', 'b'], true],
  ['a list of one', { a: ['x'] }, { a: 'x' }, true],
  ['repetition', ['a', 'a', 'b'], ['b', 'a'], true],
  ['what is undefined', { a: 1, b: undefined }, { a: 1 }, true],
  ['null', { a: null }, {}, false],
  ['null and a map', null, {}, false],
  ['an empty list and a map', [], {}, false],
  ['text and a number', '1', 1, false],
  ['another value', { a: ['x', 'y'] }, { a: ['x', 'z'] }, false],
])('%s in JSON of any shape', (_what, one, other, same) => {
  expect(canonicalJson(one) === canonicalJson(other)).toBe(same);
});

test('JSON with sorted names, in which lists keep their order', () => {
  const value = { b: [2, null, 'x', { d: 1, c: 2 }], a: { f: null, e: 'x' } };
  expect(stableJson(value)).toBe('{"a":{"e":"x","f":null},"b":[2,null,"x",{"c":2,"d":1}]}');
  const form = (part: object) => ('c' in part ? 'formed' : part);
  expect(stableJson(value, form)).toBe('{"a":{"e":"x","f":null},"b":[2,null,"x","formed"]}');
});

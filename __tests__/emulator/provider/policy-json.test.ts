import * as fc from 'fast-check';
import { documentToSet, inlineForm, isSameDocument, managedForm } from '../../../src/emulator/provider/policy-json.ts';

const one = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:B","Resource":"*"}}';
const same =
  '{ "Statement": [ { "Resource": ["*"], "Effect": "Allow", "Action": ["a:B"] } ], "Version": "2012-10-17" }';
const other = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:C","Resource":"*"}}';

test.each([
  ['the same document in another form', one, same, true],
  ['another document', one, other, false],
  ['no statement on either side', '{"a":1,"b":2}', '{"b":2,"a":1}', true],
  ['statements that are none', '{"Statement":[{"Action":1}]}', '{"Statement":[{"Action":2}]}', false],
  ['a statement without an action', '{"Statement":[{"Effect":"Allow"}]}', '{"Statement":[{"Effect":"Deny"}]}', false],
  ['no JSON', 'x', 'y', false],
])('equivalent: %s', (_title, left, right, expected) => {
  expect(isSameDocument(left, right)).toBe(expected);
  expect(isSameDocument(right, left)).toBe(expected);
});

test.each([
  [
    'a managed document',
    managedForm,
    one,
    '{"Statement":{"Action":"a:B","Effect":"Allow","Resource":"*"},"Version":"2012-10-17"}',
  ],
  [
    'an inline document',
    inlineForm,
    same,
    '{"Version":"2012-10-17","Statement":[{"Action":["a:B"],"Effect":"Allow","Resource":["*"]}]}',
  ],
  [
    'an inline document of the old version',
    inlineForm,
    '{"Version":"2008-10-17","Id":"x"}',
    '{"Id":"x","Version":"2008-10-17"}',
  ],
  ['what is no JSON', inlineForm, 'x', 'x'],
])('form: %s', (_title, form, document, expected) => {
  expect(form(document)).toBe(expected);
});

test.each([
  ['its own form while the account means the same', one, same, managedForm(one)],
  ["the account's document where that differs", one, other, managedForm(other)],
])('a read shows %s', (_title, inState, inAccount, expected) => {
  expect(documentToSet(managedForm, inState, inAccount)).toBe(expected);
});

test('comparing never throws, whatever the texts', () => {
  const json = fc.oneof(
    fc.json(),
    fc.string(),
    fc.json().map((value) => `{"Statement":[${value}]}`),
  );
  fc.assert(
    fc.property(json, json, (left, right) => {
      expect(isSameDocument(left, left)).toBe(true);
      expect(isSameDocument(left, right)).toBe(isSameDocument(right, left));
    }),
  );
});

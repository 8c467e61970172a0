import { documentOf, same } from '../../conformance/canonical.ts';

const DOCUMENT = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['a:B', 'a:C'], Resource: '*' }] };

describe('two values mean the same', () => {
  test.each([
    ['null and an empty map', null, {}],
    ['null and an empty list', null, []],
    ['undefined and null', undefined, null],
    ['lists of strings in another order', ['b', 'a'], ['a', 'b']],
    ['one string and a list of one', 'a', ['a']],
    ['keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    [
      'a document whose keys and actions stand in another order',
      JSON.stringify(DOCUMENT),
      JSON.stringify({
        Statement: { Resource: ['*'], Action: ['a:C', 'a:B'], Effect: 'Allow' },
        Version: '2012-10-17',
      }),
    ],
    ['a document, URL-encoded', JSON.stringify(DOCUMENT), encodeURIComponent(JSON.stringify(DOCUMENT))],
  ])('%s', (_name, one, other) => {
    expect(same(one, other)).toBe(true);
  });
});

describe('two values do not mean the same', () => {
  test.each([
    ['another string', 'a', 'b'],
    ['a longer list', ['a'], ['a', 'b']],
    ['null and an empty text', null, ''],
    ['null and false', null, false],
    ['another value under a key', { a: 1 }, { a: 2 }],
    ['a key more', { a: 1 }, { a: 1, b: 2 }],
    ['objects in another order', [{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 1 }]],
    [
      'documents that allow different actions',
      JSON.stringify(DOCUMENT),
      JSON.stringify({ ...DOCUMENT, Statement: [{ Effect: 'Allow', Action: 'a:*', Resource: '*' }] }),
    ],
    [
      'an Allow and a Deny',
      JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'a:B', Resource: '*' }] }),
      JSON.stringify({ Statement: [{ Effect: 'Deny', Action: 'a:B', Resource: '*' }] }),
    ],
  ])('%s', (_name, one, other) => {
    expect(same(one, other)).toBe(false);
  });
});

test.each(['', 'text', '{', '[1]', '{"a":1}', '%7Bbroken', '%7B%'])('%j is no policy document', (text) => {
  expect(documentOf(text)).toBeNull();
});

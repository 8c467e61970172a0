import fc from 'fast-check';
import type { Tools } from '../../../src/review/manifest/schema.ts';
import { runs } from '../../support/exhaustive.ts';
import { changesOf, digestOf, type Json, type JsonObject, named, TOOLS } from '../../support/plan-json.ts';
import { recordedNames } from '../../support/recorded-plan.ts';

/** Recorded plans that change something. */
const CHANGING = recordedNames('.plan.json').filter((name) => digestOf(named(name)).entries.length > 0);
const anyPlan = fc.constantFrom(...CHANGING);
const isPolicy = (text: string): boolean => text.trimStart().startsWith('{');

describe('equal for equal effect', () => {
  const shuffled = <Item>(items: readonly Item[], random: () => number): Item[] =>
    items
      .map((item) => ({ item, place: random() }))
      .sort((one, other) => one.place - other.place)
      .map(({ item }) => item);

  /** The same in another order and writing: keys, sets, policy JSON, nulls against nothing. */
  function rewritten(value: Json, random: () => number): Json {
    if (typeof value === 'string' && isPolicy(value)) return policy(value, random);
    if (Array.isArray(value)) return shuffled(value, random).map((item) => rewritten(item, random));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value)
      .filter(([, item]) => !(item === null && random() < 0.5))
      .map(([key, item]) => [key, rewritten(item, random)]);
    return Object.fromEntries(shuffled(entries, random));
  }

  function policy(text: string, random: () => number): string {
    const document = JSON.parse(text) as JsonObject;
    const statements = (document.Statement as JsonObject[]).map((statement) => {
      const { Action } = statement;
      const list = Array.isArray(Action) ? shuffled(Action, random) : Action;
      const actions = Array.isArray(list) && list.length === 1 ? list[0]! : list;
      const entries = Object.entries({ ...statement, ...(actions === undefined ? {} : { Action: actions }) });
      return Object.fromEntries(shuffled(entries, random));
    });
    const entries = shuffled(Object.entries({ ...document, Statement: shuffled(statements, random) }), random);
    return JSON.stringify(Object.fromEntries(entries), null, random() < 0.5 ? 2 : 0);
  }

  test('order, formatting, nulls, timestamps and hints make no difference', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20 }), (name, numbers) => {
        let turn = 0;
        const random = () => numbers[turn++ % numbers.length]! + (turn % 7) / 100;
        const json = named(name);
        const again: JsonObject = {
          ...json,
          timestamp: '2031-01-01T00:00:00Z',
          terraform_version: '9.9.9',
          relevant_attributes: [],
          configuration: {},
          prior_state: {},
          variables: {},
          resource_changes: shuffled(changesOf(json), random).map((each): JsonObject => {
            const change = each.change as JsonObject;
            return {
              ...each,
              action_reason: 'a hint',
              change: {
                ...change,
                before: rewritten(change.before ?? null, random),
                after: rewritten(change.after ?? null, random),
              },
            };
          }),
        };
        expect(digestOf(again)).toEqual(digestOf(json));
      }),
      { numRuns: runs(60) },
    );
  });

  test('what Terraform says besides, and OpenTofu does not, makes no difference', () => {
    const json = named('03-add-member');
    const terraform = { ...json, applyable: true, complete: true, deferred_changes: [], action_invocations: [] };
    expect(digestOf(terraform)).toEqual(digestOf(json));
  });

  test('what AWS counts up by itself makes no difference, nor does what drifted and is as it should be', () => {
    const json = structuredClone(named('06-role-loses-bonus'));
    const policies = changesOf(json).filter(({ type }) => type === 'aws_iam_policy');
    for (const { change } of policies as { change: { before: JsonObject } }[]) change.before.attachment_count = 7;
    expect(digestOf({ ...json, resource_drift: [] })).toEqual(digestOf(named('06-role-loses-bonus')));
  });
});

describe('different for any difference in value', () => {
  interface Leaf {
    readonly path: readonly string[];
    readonly value: Json;
  }
  function leaves(value: Json | undefined, path: readonly string[] = []): Leaf[] {
    if (value === undefined || value === null || value === '') return [];
    if (typeof value !== 'object') return [{ path, value }];
    return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
  }
  function withLeaf(json: JsonObject, path: readonly string[], value: Json): JsonObject {
    const copy = structuredClone(json);
    let at = copy as Record<string, Json>;
    for (const key of path.slice(0, -1)) at = at[key] as Record<string, Json>;
    at[path.at(-1)!] = value;
    return copy;
  }
  const changed = (value: Json): Json[] => {
    if (typeof value === 'boolean') return [!value];
    if (typeof value === 'number') return [value + 1, String(value)];
    const text = String(value);
    if (!isPolicy(text))
      return [`${text}x`, text.slice(0, -1), text.toUpperCase() === text ? `${text} ` : text.toUpperCase()];
    const document = JSON.parse(text) as { Statement: JsonObject[] };
    const [first, ...rest] = document.Statement;
    const other = (statement: JsonObject) => JSON.stringify({ ...document, Statement: [statement, ...rest] });
    return [
      other({ ...first, Effect: first!.Effect === 'Allow' ? 'Deny' : 'Allow' }),
      other({ ...first, Action: '*' }),
      other({ ...first, Resource: 'arn:aws:iam::1:user/x' }),
      other({ ...first, Sid: 'Other' }),
      JSON.stringify({
        ...document,
        Statement:
          rest.length === 0
            ? [...document.Statement, { Sid: 'More', Effect: 'Allow', Action: 'iam:*', Resource: '*' }]
            : rest,
      }),
    ].filter((candidate) => candidate !== text);
  };

  test('every value before and after, the address, the actions and the masks', () => {
    fc.assert(
      fc.property(anyPlan, fc.nat(), fc.nat(), (name, which, how) => {
        const json = named(name);
        const found = changesOf(json).flatMap((each, index) => {
          const { change, address, type } = each as { change: JsonObject; address: Json; type: Json };
          if (String(change.actions) === 'no-op' && change.importing === undefined) return [];
          const at = ['resource_changes', String(index)];
          return [
            { path: [...at, 'address'], value: address },
            { path: [...at, 'type'], value: type },
            ...leaves(change.actions, [...at, 'change', 'actions']),
            ...leaves(change.before, [...at, 'change', 'before']),
            ...leaves(change.after, [...at, 'change', 'after']),
            ...leaves(change.after_unknown, [...at, 'change', 'after_unknown']).filter(({ value }) => value === true),
            ...leaves(change.importing, [...at, 'change', 'importing']),
          ].filter(({ path }) => path.at(-1) !== 'attachment_count');
        });
        const leaf = found[which % found.length]!;
        const values = changed(leaf.value);
        const other = withLeaf(json, leaf.path, values[how % values.length]!);
        expect({ leaf, digest: digestOf(other).digest }).not.toEqual({ leaf, digest: digestOf(json).digest });
      }),
      { numRuns: runs(400) },
    );
  });

  const base = named('03-add-member');
  const first = (mutate: (change: JsonObject, all: JsonObject) => void): JsonObject => {
    const copy = structuredClone(base);
    const each = changesOf(copy).find(({ change }) => String((change as JsonObject).actions) === 'update')!;
    mutate(each, copy);
    return copy;
  };
  test.each<[string, JsonObject]>([
    ['a move alone', first((each) => Object.assign(each, { previous_address: 'aws_iam_user.old' }))],
    ['a leftover of a replacement', first((each) => Object.assign(each, { deposed: 'abcd1234' }))],
    ['an import', first((each) => Object.assign(each.change as JsonObject, { importing: { id: 'x' } }))],
    ['why it is replaced', first((each) => Object.assign(each.change as JsonObject, { replace_paths: [['name']] }))],
    ['an error while planning', { ...base, errored: true }],
    ['something put off', { ...base, deferred_changes: [{}] }],
    ['a part of a plan', { ...base, complete: false }],
    ['an output', { ...base, output_changes: { key: { actions: ['create'], after: 'x' } } }],
    [
      'one change less',
      { ...base, resource_changes: changesOf(base).filter(({ address }) => address !== 'aws_iam_user.member_eve') },
    ],
    ['a member twice', first(({ change }) => (change as { after: { users: Json[] } }).after.users.push('x'))],
  ])('%s', (_what, json) => {
    expect(digestOf(json).digest).not.toBe(digestOf(base).digest);
  });

  test("an output's value", () => {
    const output = (after: Json) =>
      digestOf({ ...base, output_changes: { key: { actions: ['create'], after } } }).digest;
    expect(output('x')).not.toBe(output('y'));
  });

  test('texts cannot imitate lists, objects or policies', () => {
    const tags = (value: Json) =>
      digestOf(first(({ change }) => Object.assign((change as { after: JsonObject }).after, { tags: value }))).digest;
    const values: Json[] = [
      'a',
      ['a'],
      { a: 'a' },
      '["l",["a"]]',
      '["s","a"]',
      1,
      '1',
      true,
      'true',
      [['a']],
      [[], 'a'],
    ];
    // A list with nothing in it is the same as none, and says so.
    expect(new Set(values.map(tags)).size).toBe(values.length);
  });

  test('another engine or provider is another digest with the same entries', () => {
    const others: Tools[] = [
      { ...TOOLS, engine: 'Terraform 1.15.5' },
      { ...TOOLS, provider: 'hashicorp/aws 6.26.0' },
    ];
    for (const tools of others) {
      expect(digestOf(base, tools).digest).not.toBe(digestOf(base).digest);
      expect(digestOf(base, tools).entries).toEqual(digestOf(base).entries);
    }
  });
});

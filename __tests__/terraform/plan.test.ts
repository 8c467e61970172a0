import { hasChanges, parsePlan, readPlan } from '../../src/terraform/plan.ts';
import { recordedJson, recordedNames, recordedPlan } from '../support/recorded-plan.ts';

const minimal = { format_version: '1.2' };

describe('every recorded plan', () => {
  test.each(recordedNames('.plan.json'))('%s is read whole', (name) => {
    const json = recordedJson(name) as { resource_changes?: { address: string; change: { actions: string[] } }[] };
    const plan = recordedPlan(name);
    expect(plan.changes.map(({ address, change }) => [address, change.actions])).toEqual(
      (json.resource_changes ?? []).map(({ address, change }) => [address, change.actions]),
    );
    expect(plan.errored).toBe(false);
    // OpenTofu does not say it, and absent is not false.
    expect(plan.complete).toBeNull();
  });
});

test.each([undefined, 2])('a plan is read from its text, whatever the order and the spaces (%s)', (spaces) => {
  const odd = { '"}': ['\\"', { ':,': '{[' }], empty: {} };
  for (const name of recordedNames('.plan.json')) {
    const json = { ...odd, ...(recordedJson(name) as object), last: null };
    expect(parsePlan(JSON.stringify(json, null, spaces))).toEqual(readPlan(json));
  }
});

test('a text that is cut off is no plan', () => {
  const text = JSON.stringify({ ...minimal, errored: false, output_changes: { one: { actions: ['no-op'] } } });
  expect(parsePlan(text).ok).toBe(true);
  for (let length = 0; length < text.length; length += 1) expect(parsePlan(text.slice(0, length)).ok).toBe(false);
});

test('what is missing is empty, and what is not stated stays unsaid', () => {
  const read = readPlan(minimal);
  expect(read).toMatchObject({
    ok: true,
    value: {
      changes: [],
      drift: [],
      outputs: {},
      deferred: 0,
      invocations: 0,
      complete: null,
    },
  });
});

test.each([
  ['a newer minor format and unknown keys', { format_version: '1.99', surprise: { deep: [1] } }],
  ['null where a list is empty', { ...minimal, resource_changes: null, resource_drift: null }],
  [
    'an import without an id',
    {
      ...minimal,
      resource_changes: [
        { address: 'a.b', type: 'a', name: 'b', change: { actions: ['no-op'], importing: { identity: { x: 1 } } } },
      ],
    },
  ],
])('reads %s', (_case, json) => {
  expect(readPlan(json).ok).toBe(true);
});

test.each([
  ['another major format', { format_version: '2.0' }, '2.0'],
  ['no format', {}, 'format_version'],
  [
    'a change without actions',
    { ...minimal, resource_changes: [{ address: 'a.b', type: 'a', name: 'b', change: {} }] },
    'actions',
  ],
  ['a list', [], 'expected object'],
  ['nothing', null, 'expected object'],
])('refuses %s and says where', (_case, json, where) => {
  expect(readPlan(json)).toMatchObject({
    ok: false,
    failure: { code: 'plan-unreadable', args: { reason: expect.stringContaining(where) } },
  });
});

test.each([
  ['02-nochange', false],
  ['15-after', false],
  ['12-drift', true],
  ['18-adopt-after-kill', true],
])('%s changes something: %s', (name, expected) => {
  expect(hasChanges(recordedPlan(name))).toBe(expected);
});

test('an output that changes is a change, whatever its value', () => {
  const read = readPlan({ ...minimal, output_changes: { key: { actions: ['create'], after: 'text' } } });
  expect(read.ok && hasChanges(read.value)).toBe(true);
});

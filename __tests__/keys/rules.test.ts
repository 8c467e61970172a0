import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  type DeliveredKeys,
  decideKeys,
  differsInFile,
  type HeldKey,
  isLongUnused,
  KEY_ROWS,
  type KeyDecision,
  type KeyMember,
  NOT_READ,
  replacedByNew,
  withoutKeys,
} from '../../src/keys/rules.ts';
import { DAY_MS } from '../../src/text/dates.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS).toISOString();
const day = (days: number) => new Date(NOW.getTime() + days * DAY_MS).toISOString().slice(0, 10);

const ZOE: KeyMember = { recipient: 'age1zoe', keys: 1, from: null, until: null, suspended: false };

/** `created` and `lastUsed` are days ago. */
const key = (id: string, created: number, lastUsed: number | null = null, active = true): HeldKey => ({
  id,
  active,
  created: daysAgo(created),
  lastUsed: lastUsed === null ? null : daysAgo(lastUsed),
});

const NOTHING: KeyDecision = { step: null, finding: null, next: null };
const create = (because: 'none' | 'rotation'): KeyDecision => ({ ...NOTHING, step: { kind: 'create', because } });
const deactivate = (of: HeldKey): KeyDecision => ({ ...NOTHING, step: { kind: 'deactivate', key: of } });
const remove = (of: HeldKey): KeyDecision => ({ ...NOTHING, step: { kind: 'delete', key: of } });
const finding = (of: KeyDecision['finding']): KeyDecision => ({ ...NOTHING, finding: of });
const WAITING: KeyDecision = { ...NOTHING, next: { kind: 'deactivate', at: null } };
const next = (kind: 'create' | 'rotate' | 'delete', inDays: number): KeyDecision => ({
  ...NOTHING,
  next: { kind, at: new Date(NOW.getTime() + inDays * DAY_MS).toISOString() },
});

interface Case {
  readonly found: string;
  readonly keys: readonly HeldKey[];
  readonly rotate?: number;
  readonly member?: Partial<KeyMember>;
  /** Which keys have a marker; those that there are if it is left out. */
  readonly delivered?: DeliveredKeys;
  readonly decided: KeyDecision;
}

const deliveredOf = (...keys: readonly HeldKey[]): DeliveredKeys => ({
  ...{ created: keys.map(({ created }) => created), isComplete: true },
});

const IN_USE = key('A', 200, 0.1);
const UNUSED = key('A', 200);
const LEFT = key('A', 200, 3);

const CASES: readonly Case[] = [
  { found: 'no key at all', keys: [], decided: create('none') },
  { found: 'no key, and a first day in 14 days', keys: [], member: { from: day(14) }, decided: create('none') },
  {
    found: 'no key, and a first day in 20 days',
    keys: [],
    member: { from: '2026-12-15' },
    decided: { ...NOTHING, next: { kind: 'create', at: '2026-12-01T00:00:00.000Z' } },
  },
  { found: 'no key, and a last day of today', keys: [], member: { until: day(0) }, decided: create('none') },
  { found: 'no key, and a last day that is past', keys: [], member: { until: day(-1) }, decided: NOTHING },
  { found: 'no key, and a suspension', keys: [], member: { suspended: true }, decided: NOTHING },
  { found: 'no key, and keys of 0', keys: [], member: { keys: 0 }, decided: NOTHING },
  { found: 'no key, and no recipient', keys: [], member: { recipient: null }, decided: NOTHING },
  {
    found: 'no key, but one was delivered',
    keys: [],
    delivered: deliveredOf(LEFT),
    decided: finding('delivered-deleted'),
  },
  {
    found: 'a key that someone made by hand, and uses',
    keys: [key('A', 20, 1)],
    rotate: 180,
    delivered: deliveredOf(),
    decided: finding('not-delivered'),
  },
  {
    found: 'an old key that someone made by hand',
    keys: [IN_USE],
    rotate: 180,
    delivered: deliveredOf(),
    decided: create('rotation'),
  },
  {
    found: 'a newer key that someone made by hand, and uses',
    keys: [LEFT, key('B', 5, 0.1)],
    rotate: 180,
    delivered: deliveredOf(LEFT),
    decided: finding('not-delivered'),
  },
  {
    found: 'a newer key of which it is not known whether it was delivered',
    keys: [LEFT, key('B', 5, 0.1)],
    rotate: 180,
    delivered: NOT_READ,
    decided: WAITING,
  },
  {
    found: 'a delivered key, used for a day, beside an older one made by hand',
    keys: [LEFT, key('B', 5, 0.1)],
    delivered: deliveredOf(key('B', 5)),
    decided: deactivate(LEFT),
  },
  {
    found: 'an inactive older key beside a newer one that someone made by hand',
    keys: [key('A', 200, 31, false), key('B', 25, 1)],
    delivered: deliveredOf(LEFT),
    decided: finding('not-delivered'),
  },
  { found: 'two keys of two that are allowed', keys: [LEFT, key('B', 5, 0.1)], member: { keys: 2 }, decided: NOTHING },
  {
    found: 'two keys of two that are allowed, but rotated',
    keys: [LEFT, key('B', 5, 0.1)],
    rotate: 180,
    member: { keys: 2 },
    decided: deactivate(LEFT),
  },
  { found: 'an old key without rotate-after-days', keys: [IN_USE], decided: NOTHING },
  { found: 'an old key', keys: [IN_USE], rotate: 180, decided: create('rotation') },
  {
    found: 'an old key whose successor was delivered and is deleted',
    keys: [IN_USE],
    rotate: 180,
    delivered: deliveredOf(IN_USE, key('B', 5)),
    decided: finding('delivered-deleted'),
  },
  {
    found: 'an old key whose predecessor was delivered and is deleted',
    keys: [IN_USE],
    rotate: 180,
    delivered: deliveredOf(key('B', 400), IN_USE),
    decided: create('rotation'),
  },
  { found: 'a key that is not that old', keys: [key('A', 170, 1)], rotate: 180, decided: next('rotate', 10) },
  {
    found: 'an old key whose last day is near',
    keys: [IN_USE],
    rotate: 180,
    member: { until: day(30) },
    decided: next('rotate', -20),
  },
  {
    found: 'an old key of a last day far away',
    keys: [IN_USE],
    rotate: 180,
    member: { until: day(40) },
    decided: create('rotation'),
  },
  { found: 'an inactive key', keys: [key('A', 200, 3, false)], rotate: 180, decided: finding('all-inactive') },
  { found: 'two new keys, neither used', keys: [UNUSED, key('B', 5)], decided: WAITING },
  { found: 'the newer just created', keys: [IN_USE, key('B', 0)], decided: WAITING },
  { found: 'the newer used, the older as well', keys: [IN_USE, key('B', 5, 0.2)], decided: WAITING },
  { found: 'the newer used for a day, the older not since', keys: [LEFT, key('B', 5, 0.1)], decided: deactivate(LEFT) },
  {
    found: 'the newer used once, days ago',
    keys: [key('A', 200, 10), key('B', 5, 4.9)],
    decided: deactivate(key('A', 200, 10)),
  },
  {
    found: 'both used within the same minutes, days ago',
    keys: [key('A', 200, 3), key('B', 5, 3)],
    decided: deactivate(key('A', 200, 3)),
  },
  { found: 'both used within the same minutes, today', keys: [key('A', 200, 0.9), key('B', 5, 0.9)], decided: WAITING },
  { found: 'the older used again, days ago', keys: [key('A', 200, 3), key('B', 5, 3.1)], decided: WAITING },
  { found: 'the newer used once, just now', keys: [key('A', 200, 10), key('B', 0.5, 0.1)], decided: WAITING },
  { found: 'the older unused for less than a day', keys: [key('A', 200, 0.8), key('B', 5, 0.1)], decided: WAITING },
  { found: 'the older never used', keys: [UNUSED, key('B', 5, 0.1)], decided: deactivate(UNUSED) },
  { found: 'both in use for long', keys: [IN_USE, key('B', 40, 0.2)], decided: finding('both-used') },
  { found: 'the newer unused for long', keys: [IN_USE, key('B', 40)], decided: finding('newer-unused') },
  { found: 'neither used for long', keys: [UNUSED, key('B', 40)], decided: finding('none-used') },
  {
    found: 'the older inactive and used lately',
    keys: [key('A', 200, 20, false), key('B', 25, 1)],
    decided: next('delete', 10),
  },
  {
    found: 'the older inactive and unused for 31 days',
    keys: [key('A', 200, 31, false), key('B', 25, 1)],
    decided: remove(key('A', 200, 31, false)),
  },
  {
    found: 'the older inactive, the newer unused',
    keys: [key('A', 200, null, false), key('B', 1)],
    decided: remove(key('A', 200, null, false)),
  },
  {
    found: 'the newer inactive',
    keys: [IN_USE, key('B', 5, 1, false)],
    rotate: 180,
    decided: finding('newer-inactive'),
  },
  { found: 'both inactive', keys: [key('A', 200, 99, false), key('B', 5, 1, false)], decided: finding('all-inactive') },
];

test.each(CASES)('$found', ({ keys, rotate = null, member = {}, delivered = deliveredOf(...keys), decided }) => {
  expect(decideKeys({ ...ZOE, ...member }, keys, rotate, NOW, delivered)).toEqual(decided);
  // The order in which AWS lists them does not matter.
  expect(decideKeys({ ...ZOE, ...member }, [...keys].reverse(), rotate, NOW, delivered)).toEqual(decided);
});

test('every row of the table decides one of the cases', () => {
  const used = new Set(
    CASES.flatMap(({ keys, rotate = null, member = {}, delivered = deliveredOf(...keys) }) => {
      const { until, keys: allowed } = { ...ZOE, ...member };
      const [older, newer = null] = keys;
      if (older === undefined) return [];
      const facts = { older, newer, delivered, allowed, until, rotateAfterDays: rotate, now: NOW.getTime() };
      return KEY_ROWS.find(({ is }) => is(facts))?.found ?? [];
    }),
  );
  expect(KEY_ROWS.map(({ found }) => found).filter((found) => !used.has(found))).toEqual([]);
});

test('the page of the operations has the same rows', () => {
  const page = readFileSync('docs/operations.md', 'utf8');
  const [, table = ''] = /^## Access keys get old\n[\s\S]*?\n\| --- \| --- \|\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const rows = [...table.matchAll(/^\| (.*?) \|/gm)].map(([, found]) => found);
  expect(rows).toEqual(['no key', ...KEY_ROWS.map(({ found }) => found)]);
});

test.each<[string, readonly HeldKey[], readonly HeldKey[] | null]>([
  ['adds to none', [], []],
  ['adds to one that is used', [IN_USE], []],
  ['adds to one that may have been used today', [key('A', 0.5)], []],
  ['replaces one that was never used', [UNUSED], [UNUSED]],
  ['replaces the newer if it was never used', [IN_USE, key('B', 5)], [key('B', 5)]],
  ['replaces an inactive one of two', [key('A', 200, 3, false), key('B', 5, 1)], [key('A', 200, 3, false)]],
  ['replaces one of two inactive ones', [key('A', 200, 3, false), key('B', 5, 1, false)], [key('A', 200, 3, false)]],
  ['does nothing if both are used', [IN_USE, key('B', 5, 1)], null],
  ['does nothing if the newer is of today', [IN_USE, key('B', 0.5)], null],
])('a new key %s', (_what, keys, replaced) => {
  expect(replacedByNew(keys, NOW)).toEqual(replaced);
});

test.each<[string, KeyMember | null, boolean]>([
  ['has the same', { ...ZOE, keys: 2, from: day(10), until: day(0) }, false],
  ['has no such member', null, true],
  ['has another recipient', { ...ZOE, recipient: 'age1other' }, true],
  ['has no recipient', { ...ZOE, recipient: null }, true],
  ['suspends the member', { ...ZOE, suspended: true }, true],
  ['allows no keys', { ...ZOE, keys: 0 }, true],
  ['has a last day that is past', { ...ZOE, until: day(-1) }, true],
  ['has a first day that is far', { ...ZOE, from: day(16) }, true],
])('the newest file counts: it %s', (_what, newest, differs) => {
  expect(differsInFile(ZOE, newest, NOW)).toBe(differs);
});

test('only an active key is unused for long', () => {
  expect(
    [key('A', 91), key('A', 200, 91), key('A', 200, 89), key('A', 91, null, false)].map((each) =>
      isLongUnused(each, NOW),
    ),
  ).toEqual([true, true, false, false]);
});

const memberOf = fc.record({
  recipient: fc.constantFrom(null, 'age1zoe'),
  keys: fc.integer({ min: 0, max: 2 }),
  from: fc.option(fc.integer({ min: -40, max: 40 }).map(day), { nil: null }),
  until: fc.option(fc.integer({ min: -40, max: 400 }).map(day), { nil: null }),
  suspended: fc.boolean(),
});
const heldKey = fc
  .record({
    active: fc.boolean(),
    age: fc.integer({ min: 0, max: 24 * 400 }),
    unused: fc.option(fc.integer({ min: 0, max: 24 * 400 }), { nil: null }),
  })
  .map(({ active, age, unused }) => key('', age / 24, unused === null ? null : Math.min(age, unused) / 24, active));
const heldKeys = fc
  .array(heldKey, { maxLength: 2 })
  .map((keys) => keys.map((each, index) => ({ ...each, id: `AKIA${index}` })));
const rotation = fc.option(fc.integer({ min: 1, max: 400 }), { nil: null });

function carriedOut(keys: readonly HeldKey[], { step }: KeyDecision, now: Date): readonly HeldKey[] {
  if (step === null) return keys;
  if (step.kind === 'create') {
    return [...keys, { id: `AKIA${now.getTime()}`, active: true, created: now.toISOString(), lastUsed: null }];
  }
  const others = keys.filter(({ id }) => id !== step.key.id);
  return step.kind === 'delete' ? others : [...others, { ...step.key, active: false }];
}

test('whatever happens to keys: never three, none activated, none touched of those without access', () => {
  fc.assert(
    fc.property(
      memberOf,
      heldKeys,
      rotation,
      fc.record({ markers: fc.subarray([0, 1]), isComplete: fc.boolean() }),
      fc.array(fc.record({ hours: fc.integer({ min: 1, max: 24 * 60 }), uses: fc.subarray([0, 1]) }), {
        maxLength: 12,
      }),
      (member, first, rotate, { markers, isComplete }, turns) => {
        let keys: readonly HeldKey[] = first;
        let now = NOW;
        const marked = first.filter((_key, index) => markers.includes(index)).map(({ created }) => created);
        for (const { hours, uses } of turns) {
          const delivered = { created: [...marked], isComplete };
          const decision = decideKeys(member, keys, rotate, now, delivered);
          const after = carriedOut(keys, decision, now);
          // Keys that someone made take the place of no other, and no one gets one again whose keys were deleted.
          const newest = [...keys].sort((one, other) => (one.created < other.created ? 1 : -1))[0];
          if (decision.step?.kind === 'deactivate') expect(marked).toContain(newest?.created);
          if (decision.step?.kind === 'create') {
            expect(keys.length === 0 ? marked : []).toEqual([]);
            marked.push(now.toISOString());
          }
          expect(after.length).toBeLessThanOrEqual(2);
          const activeBefore = new Set(keys.filter(({ active }) => active).map(({ id }) => id));
          for (const each of after.filter(({ active }) => active)) {
            expect(activeBefore.has(each.id) || !keys.some(({ id }) => id === each.id)).toBe(true);
          }
          if (withoutKeys(member, now) !== null) expect(after).toEqual(keys);
          // No step leaves a member who had a usable key without one.
          if (activeBefore.size > 0) expect(after.some(({ active }) => active)).toBe(true);
          if (decision.step !== null) expect(decision.finding).toBeNull();
          // A second sync at the same moment does not do the same again.
          const again = decideKeys(member, after, rotate, now, { created: marked, isComplete });
          expect(again.step === null || again.step.kind !== decision.step?.kind).toBe(true);
          now = new Date(now.getTime() + hours * 3_600_000);
          const used = new Date(now.getTime() - 1_000).toISOString();
          keys = after.map((each, index) => (each.active && uses.includes(index) ? { ...each, lastUsed: used } : each));
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a member who moves to each new key always ends up with one, and is never without', () => {
  let keys: readonly HeldKey[] = [];
  const counts = new Set<number>();
  for (let hours = 0; hours < 24 * 800; hours += 6) {
    const now = new Date(NOW.getTime() + hours * 3_600_000);
    keys = carriedOut(keys, decideKeys(ZOE, keys, 180, now, deliveredOf(...keys)), now);
    counts.add(keys.length);
    const newest = [...keys].sort((one, other) => (one.created < other.created ? 1 : -1))[0];
    keys = keys.map((each) => (each === newest ? { ...each, lastUsed: now.toISOString() } : each));
    expect(decideKeys(ZOE, keys, 180, now, deliveredOf(...keys)).finding).toBeNull();
  }
  expect(keys.length).toBe(1);
  expect([...counts].sort()).toEqual([1, 2]);
});

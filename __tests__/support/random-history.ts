import { CAPABILITY_NAMES } from '../../src/catalog/mturk.ts';

/** What a random file holds, before it is written in one of the ways in which people write. */
interface Draft {
  readonly roles: Map<string, { allow: string[]; deny: string[]; extends: string[]; managed: string[] }>;
  readonly members: Map<string, { roles: string[]; until?: string; from?: string; suspended?: boolean }>;
  freeze: string[];
  readonly departed: Map<string, string>;
}

/** A generator of numbers that gives the same ones for a seed (mulberry32). */
function randomFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, one: <Item>(items: readonly Item[]) => items[below(items.length)] as Item };
}

const KEYS = ['ada', 'bo', 'cy', 'dee', 'eve', 'Fay.1'];
const ROLES = ['reader', 'payer', 'breaker', 'boss'];
const NAMES = ["Ada O'Neill", 'Bo Chen', '李小龍', 'Nguyễn Thị Ánh'];
const NAMED = [...CAPABILITY_NAMES, 'SendBonus', 'CreateHIT', 'GetHIT', '*'];
const START = Date.parse('2026-01-01T09:00:00Z');
const HOUR = 3_600_000;

export interface RandomCommit {
  readonly date: string;
  readonly subject: string;
  readonly author: string;
  /** Null deletes the file. */
  readonly text: string | null;
}

/** Commits of a lab that changes at random: broken, deleted and rewritten files, and dates that go back, among them. */
export function randomHistory(seed: number, count: number): readonly RandomCommit[] {
  const random = randomFrom(seed);
  const draft = firstDraft();
  let time = START;
  return Array.from({ length: count }, (_, index) => {
    const jump = random.one([1, 1, 5, 20, 30, 30]);
    time += random.below(jump) * HOUR;
    if (index > 0) for (let edits = 1 + random.below(2); edits > 0; edits--) edit(draft, random, time);
    const text = written(draft, random);
    const kind = index === 0 ? 50 : random.below(50);
    const isBack = kind > 47 && index > 0;
    return {
      date: new Date(time - (isBack ? 50 * HOUR : 0)).toISOString(),
      subject: kind % 7 === 0 ? `Change ${index} (#${index})` : `Change ${index}`,
      author: random.one(NAMES),
      text: kind === 0 ? null : kind < 3 ? `${text}broken: [\n` : text,
    };
  });
}

function firstDraft(): Draft {
  const nothing = { deny: [], extends: [], managed: [] };
  return {
    roles: new Map([
      ['reader', { ...nothing, allow: ['results:read'] }],
      ['payer', { ...nothing, allow: ['pay:bonus'], extends: ['reader'] }],
    ]),
    members: new Map([['ada', { roles: ['payer'] }]]),
    freeze: [],
    departed: new Map(),
  };
}

function dayAfter(time: number, days: number): string {
  return new Date(time + days * 24 * HOUR).toISOString().slice(0, 10);
}

function edit(
  { roles, members, departed, ...draft }: Draft,
  random: ReturnType<typeof randomFrom>,
  time: number,
): void {
  const { below, one } = random;
  const key = one(KEYS);
  const member = members.get(key);
  const some = <Item>(items: readonly Item[]) => items.filter(() => below(2) === 0);
  const rolesOf = () => (some([...roles.keys()]).length > 0 ? some([...roles.keys()]) : ['reader']);
  switch (below(9)) {
    case 0:
      members.set(key, { roles: rolesOf() });
      departed.delete(key);
      return;
    case 1:
      if (key === 'ada') return;
      if (members.delete(key) && below(2) === 0) departed.set(key, dayAfter(time, 0));
      return;
    case 2:
      if (member !== undefined) member.roles = rolesOf();
      return;
    case 3:
      if (member !== undefined) member.suspended = below(2) === 0;
      return;
    case 4:
      if (member !== undefined) member.until = dayAfter(time, below(40) - 5);
      return;
    case 5:
      if (member !== undefined) member.from = dayAfter(time, below(30) - 20);
      return;
    case 6:
      draft.freeze.splice(0, 9, ...one([[], [], ['spend'], some(CAPABILITY_NAMES).slice(0, 2)]));
      return;
    default: {
      const role = one(ROLES);
      roles.set(role, {
        allow: [one(NAMED), ...some(NAMED).slice(0, 3)].filter((name, index, all) => all.indexOf(name) === index),
        deny: below(3) === 0 ? [one(['SendBonus', 'CreateHIT'])] : [],
        extends: role === 'boss' ? ['reader'] : [],
        managed: below(6) === 0 ? ['AmazonMechanicalTurkReadOnly'] : [],
      });
    }
  }
}

function written({ roles, members, freeze, departed }: Draft, { below, one }: ReturnType<typeof randomFrom>): string {
  const listed = (names: readonly string[]) => `[${names.map((name) => (name === '*' ? '"*"' : name)).join(', ')}]`;
  const section = (name: string, entries: readonly string[]) =>
    entries.length === 0 ? '' : `${name}:${one(['', '', '  # who'])}\n${entries.join(one(['', '', '\n']))}`;
  const indent = one(['  ', '  ', '    ']);
  const entry = (key: string, fields: readonly (readonly [string, string])[]) => {
    const comment = below(6) === 0 ? `${indent}# ${key}: a comment\n` : '';
    if (below(3) > 0)
      return `${comment}${indent}${key}: { ${fields.map(([name, text]) => `${name}: ${text}`).join(', ')} }\n`;
    return `${comment}${indent}${key}:\n${fields.map(([name, text]) => `${indent}  ${name}: ${text}\n`).join('')}`;
  };
  const parts = [
    section(
      'roles',
      [...roles].map(([key, role]) =>
        entry(
          key,
          (['allow', 'deny', 'extends', 'managed'] as const).flatMap((part) =>
            role[part].length === 0 ? [] : [[part, listed(role[part])] as const],
          ),
        ),
      ),
    ),
    section(
      'members',
      [...members].map(([key, { roles: held, from, until, suspended }], index) =>
        entry(key, [
          ['name', `"${NAMES[index % NAMES.length]}"`],
          ['roles', listed(held)],
          ...(from === undefined ? [] : ([['from', `"${from}"`]] as const)),
          ...(until === undefined ? [] : ([['until', `"${until}"`]] as const)),
          ...(suspended === undefined ? [] : ([['suspended', String(suspended)]] as const)),
        ]),
      ),
    ),
    section(
      'departed',
      [...departed].map(([key, left]) =>
        entry(key, [
          ['left', `"${left}"`],
          ['reason', 'moved'],
        ]),
      ),
    ),
    freeze.length === 0 ? '' : `freeze: ${listed(freeze)}\n`,
  ];
  const order = below(2) === 0 ? parts : parts.toReversed();
  const head = 'version: 1\nlab: lab\naccount: "123456789012"\nowners: [ada]\n';
  const text = `${below(20) === 0 ? '---\n' : ''}${head}${order.join(one(['', '\n', '# ---\n']))}`;
  return below(12) === 0 ? text.replaceAll('\n', '\r\n') : text;
}

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { changedLines } from '../../src/edit/diff.ts';
import { type EditableTeam, edited, readEditable } from '../../src/edit/edit.ts';
import { EDIT, type Edit, splicesOf, subjectOf } from '../../src/edit/verbs.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { failureOf, obtained } from '../support/github-client.ts';
import { hostileText } from '../support/hostile-text.ts';
import { IDENTITIES } from '../support/recipients.ts';

const SAMPLE = readFileSync('team.yaml', 'utf8');
const TODAY = '2026-11-28';

function opened(text = SAMPLE, codeowners: string | null = null): EditableTeam {
  return obtained(readEditable({ file: 'team.yaml', text, codeowners }, TODAY));
}

function linesAfter(edit: Edit, text = SAMPLE): readonly string[] {
  const after = obtained(edited(opened(text), edit));
  return changedLines(text, after.text).map(({ sign, line, text: content }) => `${line}${sign}${content}`);
}

const NONE = { extends: [], allow: [], deny: [] };

/** Each verb with what it changes in the sample. */
const [{ recipient: RECIPIENT }] = IDENTITIES;

const VERBS: readonly (readonly [Edit, ...string[]])[] = [
  [
    { verb: 'member add', member: 'zoe', name: 'Zoë', roles: ['paymaster'], email: 'z@lab.edu', github: 'zoe' },
    '35+  zoe: { name: Zoë, roles: [paymaster], email: z@lab.edu, github: zoe }',
  ],
  [
    { verb: 'member extend', member: 'fay', until: '2027-12-31' },
    ...replaced(33, 'roles: [paymaster] }', 'roles: [paymaster], until: "2027-12-31" }'),
  ],
  [{ verb: 'member suspend', member: 'cy' }],
  [{ verb: 'member suspend', member: 'bo' }, '32+    suspended: true'],
  [{ verb: 'member resume', member: 'cy' }, ...replaced(32, ', suspended: true }', ' }')],
  [{ verb: 'member resume', member: 'bo' }],
  [
    { verb: 'member roles', member: 'bo', add: ['paymaster'], remove: ['results-reader', 'task-publisher'] },
    ...replaced(29, '[results-reader, task-publisher]', '[paymaster]'),
  ],
  [{ verb: 'member recipient', member: 'bo', recipient: RECIPIENT }, `32+    recipient: ${RECIPIENT}`],
  [{ verb: 'member sponsor', member: 'gus', sponsor: 'bo' }, ...replaced(34, 'sponsor: ada }', 'sponsor: bo }')],
  [
    { verb: 'member reviewed', members: ['bo', 'cy', 'bo'], reviewed: TODAY },
    ...['32-  cy: { name: Cy Moreau, roles: [results-reader], suspended: true }', '32+    reviewed: "2026-11-28"'],
    '33+  cy: { name: Cy Moreau, roles: [results-reader], suspended: true, reviewed: "2026-11-28" }',
  ],
  [
    { verb: 'member depart', member: 'gus', left: TODAY, reason: 'graduated' },
    '34-  gus: { name: 李小龍, roles: [everything-but-bonus], until: "2027-08-31", sponsor: ada }',
    '37+  gus: { left: "2026-11-28", reason: graduated }',
  ],
  [
    { verb: 'role add', role: 'payer', ...NONE, allow: ['pay:bonus'], extends: ['results-reader'] },
    ...['24+  payer:', '25+    extends: [results-reader]', '26+    allow: [pay:bonus]'],
  ],
  [
    { verb: 'role allow', role: 'everything-but-bonus', permissions: ['SendBonus'] },
    ...['20-    allow: ["*"]', '21-    deny: [SendBonus]', '20+    allow: ["*", SendBonus]', '21+    deny: []'],
  ],
  [{ verb: 'role deny', role: 'paymaster', permissions: ['SendBonus'] }, '19+    deny: [SendBonus]'],
  [{ verb: 'role remove', role: 'task-publisher', permissions: ['hits:manage'] }, ...replaced(14, ', hits:manage', '')],
  [{ verb: 'freeze', capabilities: ['pay:bonus', 'spend'] }, ...replaced(39, '[]', '[pay:bonus, spend]')],
  [{ verb: 'unfreeze', capabilities: [] }],
  [
    { verb: 'snooze', finding: 'root-access-key', until: '2027-01-31', reason: 'known' },
    ...['45+snoozed:', '46+  root-access-key: { until: "2027-01-31", reason: known }'],
  ],
];

function replaced(line: number, from: string, to: string): readonly string[] {
  const before = SAMPLE.split('\n')[line - 1] ?? '';
  return [`${line}-${before}`, `${line}+${before.replace(from, to)}`];
}

test.each(VERBS.map(([edit, ...lines]) => ({ edit, lines })))('$edit', ({ edit, lines }) => {
  expect(EDIT.parse(edit)).toEqual(edit);
  expect(linesAfter(edit)).toEqual(lines);
});

test('every verb has a row', () => {
  const verbs = EDIT.options.map((option) => option.unwrap().shape.verb.value);
  expect([...new Set(VERBS.map(([{ verb }]) => verb))].sort()).toEqual([...verbs].sort());
});

test('freeze and unfreeze, suspend and resume, and a role added and removed leave the same bytes', () => {
  const both = (one: Edit, other: Edit) => obtained(edited(opened(obtained(edited(opened(), one)).text), other)).text;
  const role = 'payer';
  expect(both({ verb: 'freeze', capabilities: ['spend'] }, { verb: 'unfreeze', capabilities: [] })).toBe(SAMPLE);
  expect(both({ verb: 'member suspend', member: 'bo' }, { verb: 'member resume', member: 'bo' })).toBe(SAMPLE);
  expect(
    both({ verb: 'role add', role, ...NONE, allow: ['pay:bonus'] }, { verb: 'role remove', role, permissions: [] }),
  ).toBe(SAMPLE);
});

test('someone who comes back has not left', () => {
  const back = edited(opened(), { verb: 'member add', member: 'dee', name: 'Dee', roles: ['paymaster'] });
  const { members, departed } = obtained(back).team ?? {};
  expect([members?.some(({ key }) => key === 'dee'), departed]).toEqual([true, []]);
});

test('a second snooze of a finding replaces day and reason', () => {
  const snooze = { verb: 'snooze', finding: 'root-access-key' } as const;
  const first = obtained(edited(opened(), { ...snooze, until: '2027-01-31', reason: 'known' })).text;
  expect(linesAfter({ ...snooze, until: '2027-02-28', reason: 'still' }, first)).toEqual([
    '46-  root-access-key: { until: "2027-01-31", reason: known }',
    '46+  root-access-key: { until: "2027-02-28", reason: still }',
  ]);
});

test('who departs as a sponsor is replaced, and no one becomes their own sponsor', () => {
  const text = SAMPLE.replace('owners: [ada]', 'owners: [ada, fay]').replace(
    'name: Nguyễn Thị Ánh',
    'name: N, github: n',
  );
  const depart = { verb: 'member depart', member: 'ada', left: TODAY, reason: 'moved', sponsor: 'bo' } as const;
  expect(linesAfter(depart, text)).toEqual([
    ...['5-owners: [ada, fay] # who must approve a change', '5+owners: [fay] # who must approve a change'],
    "26-  ada: { name: Ada O'Neill, email: ada@lab.edu, github: adaoneill, roles: [full-access] }",
    '31-    sponsor: ada',
    '34-  gus: { name: 李小龍, roles: [everything-but-bonus], until: "2027-08-31", sponsor: ada }',
    '32+  gus: { name: 李小龍, roles: [everything-but-bonus], until: "2027-08-31", sponsor: bo }',
    '36+  ada: { left: "2026-11-28", reason: moved }',
  ]);
});

test.each([
  ['a key that is there twice', `${SAMPLE}freeze: []\n`, 'duplicate-key'],
  [
    'an alias',
    SAMPLE.replace('roles: [paymaster] }', 'roles: &x [paymaster] }').replace('[everything-but-bonus]', '*x'),
    'yaml-alias',
  ],
  ['a tag', SAMPLE.replace('[paymaster]', '!!seq [paymaster]'), 'yaml-tag'],
  ['a tab', SAMPLE.replace('  fay:', '\tfay:'), 'yaml-syntax'],
  ['a bracket that is not closed', SAMPLE.replace('[paymaster] }', '[paymaster }'), 'yaml-syntax'],
  ['a conflict', `<<<<<<< HEAD\n${SAMPLE}`, 'merge-conflict'],
  ['nothing', '# empty\n', 'file-empty'],
])('a file with %s is refused with the finding of check', (_what, text, code) => {
  const { args } = failureOf(readEditable({ file: 'team.yaml', text, codeowners: null }, TODAY));
  expect(args).toMatchObject({ findings: readTeam(text, { file: 'team.yaml', today: TODAY }).findings });
  expect(args).toMatchObject({ findings: expect.arrayContaining([expect.objectContaining({ code })]) });
});

test('a file with another error can be edited, and an edit can fix it', () => {
  const before = opened(SAMPLE.replace('github: adaoneill,', 'github: adaoneill, suspended: true,'));
  expect(before.team).toBeNull();
  const suspended = obtained(edited(before, { verb: 'member suspend', member: 'bo' }));
  expect(suspended.team).toBeNull();
  const fixed = obtained(edited(before, { verb: 'member resume', member: 'ada' }));
  expect(fixed.team).not.toBeNull();
});

test('what cannot be spliced is named with its line, and with lines to paste', () => {
  const text = SAMPLE.replace('freeze: []', 'freeze: [\n  # none\n]');
  expect(failureOf(edited(opened(text), { verb: 'freeze', capabilities: ['spend'] }))).toEqual({
    code: 'edit-not-possible',
    args: { file: 'team.yaml', path: 'freeze', line: 39, paste: ['freeze: [spend]'] },
  });
  const commented = SAMPLE.replace('[results-reader, task-publisher]', '[results-reader, # x\n      task-publisher]');
  const roles = { verb: 'member roles', member: 'bo', add: [], remove: ['results-reader'] } as const;
  expect(failureOf(edited(opened(commented), roles))).toMatchObject({ args: { line: 29, paste: [] } });
});

test('CODEOWNERS follows the owners, and nothing else', () => {
  const text = SAMPLE.replace('owners: [ada]', 'owners: [ada, fay]').replace(
    'name: Nguyễn Thị Ánh',
    'name: N, github: n',
  );
  const before = opened(text, '');
  const depart = { verb: 'member depart', member: 'ada', left: TODAY, reason: 'x', sponsor: 'fay' } as const;
  expect(obtained(edited(before, depart)).codeowners).toContain('\n* @n\n');
  expect(obtained(edited(before, { verb: 'member suspend', member: 'bo' })).codeowners).toBeNull();
  expect(obtained(edited({ ...before, codeowners: null }, depart)).codeowners).toBeNull();
});

test('what an edit is about names its branch', () => {
  expect(VERBS.map(([edit]) => subjectOf(edit)).slice(-3)).toEqual(['pay:bonus spend', '', 'root-access-key']);
  expect(obtained(splicesOf({ verb: 'member resume', member: 'bo' }, opened().draft, 'team.yaml'))).toHaveLength(1);
});

test('property: a review changes the day of those members alone, whatever was there', () => {
  const day = fc.integer({ min: 0, max: 900 }).map((days) => new Date(days * 86_400_000 + 1_717_200_000_000));
  const days = day.map((each) => each.toISOString().slice(0, 10)).filter((each) => each <= TODAY);
  const keys = readTeam(SAMPLE, { file: 'team.yaml', today: TODAY }).team?.members.map(({ key }) => key) ?? [];
  const members = fc.subarray(keys, { minLength: 1 });
  fc.assert(
    fc.property(members, members, days, days, (earlier, later, first, second) => {
      const once = obtained(edited(opened(), { verb: 'member reviewed', members: earlier, reviewed: first }));
      const twice = obtained(edited(opened(once.text), { verb: 'member reviewed', members: later, reviewed: second }));
      const before = opened().team!;
      const expected = before.members.map((each) => {
        const reviewed = later.includes(each.key) ? second : earlier.includes(each.key) ? first : null;
        return { ...each, reviewed };
      });
      expect(twice.team).toEqual({ ...before, members: expected });
    }),
  );
});

test('property: whatever the texts, the file says exactly that, or it is refused', () => {
  const text = fc.oneof(hostileText(), fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }));
  fc.assert(
    fc.property(text, text, (name, reason) => {
      const done = edited(opened(), { verb: 'member add', member: 'zoe', name, roles: ['paymaster'] });
      if (done.ok) expect(done.value.team?.members.find(({ key }) => key === 'zoe')?.name).toBe(name);
      else expect(done.failure.code).toBe('edit-adds-error');
      const left = edited(opened(), { verb: 'member depart', member: 'bo', left: TODAY, reason });
      if (left.ok) expect(left.value.team?.departed.find(({ key }) => key === 'bo')?.reason).toBe(reason);
      else expect(left.failure.code).toBe('edit-adds-error');
    }),
  );
});

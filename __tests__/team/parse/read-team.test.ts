import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { OPERATIONS } from '../../../src/catalog/mturk.ts';
import { readTeam } from '../../../src/team/parse/read-team.ts';
import { TODAY, teamText } from '../team-text.ts';

const read = (text: string) => readTeam(text, { file: 'team.yaml', today: TODAY });
const sample = readFileSync('team.yaml', 'utf8');

test('the sample file is a team without findings', () => {
  const { team, findings, size } = read(sample);
  expect(findings).toEqual([]);
  expect(size).toEqual({ roles: 5, members: 5 });
  expect(team?.lab).toBe('perception-lab');
  expect(team?.departed).toEqual([{ key: 'dee', left: '2026-06-30', reason: 'graduated' }]);
  expect(team?.members.find(({ key }) => key === 'bo')).toEqual({
    key: 'bo',
    name: 'Bo Chen',
    email: null,
    github: null,
    roles: ['results-reader', 'task-publisher'],
    from: null,
    until: '2027-05-31',
    sponsor: 'ada',
    reviewed: null,
    suspended: false,
    keys: 1,
    recipient: null,
  });
  const byKey = new Map(team?.roles.map((role) => [role.key, role]));
  expect(byKey.get('everything-but-bonus')).toMatchObject({ allow: OPERATIONS, deny: ['SendBonus'], managed: [] });
  expect(byKey.get('full-access')).toMatchObject({ allow: [], managed: ['AmazonMechanicalTurkFullAccess'] });
  expect(byKey.get('paymaster')?.allow).toContain('GetHIT');
});

test('what is left out has the value that it is said to have', () => {
  const { team } = read(teamText({ departed: '', freeze: '', snoozed: '', settings: '' }));
  expect(team).toMatchObject({ departed: [], freeze: [], snoozed: [] });
  expect(team?.settings).toEqual({
    maxRemovals: 3,
    state: null,
    selfApproval: false,
    neighbors: [],
    administrators: [],
    keyMaxAgeDays: 90,
    rotateAfterDays: null,
    reconcile: 'none',
    deleteAfterDays: null,
    driftEveryHours: 6,
    renewBeforeDays: 30,
    reviewEveryDays: null,
  });
  expect(team?.members.map(({ keys }) => keys)).toEqual([1]);
});

test('settings, and spend among what is frozen', () => {
  const { team } = read(
    teamText({
      freeze: 'freeze: [workers:block, spend]',
      members: 'members:\n  ada: { name: Ada, github: ada, roles: [reader] }',
      settings: [
        'settings:',
        '  max-removals: 0',
        '  self-approval: true',
        '  state: { bucket: vision-state, region: us-gov-west-1 }',
        '  key-max-age-days: 30',
        '  keys: { rotate-after-days: 90 }',
        '  reconcile: additions',
        '  delete-after-days: 14',
        '  drift-every-hours: 12',
        '  renew-before-days: 0',
        '  review-every-days: 365',
      ].join('\n'),
    }),
  );
  expect(team?.freeze).toEqual(['hits:publish', 'pay:approve', 'pay:bonus', 'workers:block']);
  expect(team?.settings).toEqual({
    maxRemovals: 0,
    selfApproval: true,
    state: { bucket: 'vision-state', region: 'us-gov-west-1', key: 'mturk-team' },
    neighbors: [],
    administrators: [],
    keyMaxAgeDays: 30,
    rotateAfterDays: 90,
    reconcile: 'additions',
    deleteAfterDays: 14,
    driftEveryHours: 12,
    renewBeforeDays: 0,
    reviewEveryDays: 365,
  });
});

test.each(['none', 'additions', 'all'])('reconcile can be %s', (mode) => {
  const { team } = read(teamText({ settings: `settings: { reconcile: ${mode} }` }));
  expect(team?.settings.reconcile).toBe(mode);
});

test.each([0, 1, 2])('a member may have %i access keys', (keys) => {
  const { team } = read(teamText({ members: `members:\n  ada: { name: Ada, roles: [reader], keys: ${keys} }` }));
  expect(team?.members.map((member) => member.keys)).toEqual([keys]);
});

test('snoozes are sorted by what they leave out, and one that has ended stays known', () => {
  const { team } = read(
    teamText({
      snoozed: [
        'snoozed:',
        '  unmanaged-user/old-mturk-user/spends: { until: "2027-01-31", reason: its last study ends then }',
        '  console-password/ada: { until: "2026-11-24", reason: a last exam }',
      ].join('\n'),
    }),
  );
  expect(team?.snoozed).toEqual([
    { finding: 'console-password/ada', until: '2026-11-24', reason: 'a last exam' },
    { finding: 'unmanaged-user/old-mturk-user/spends', until: '2027-01-31', reason: 'its last study ends then' },
  ]);
});

test('roles extend over several steps and in a diamond, once each', () => {
  const { team, findings } = read(
    teamText({
      roles: [
        'roles:',
        '  top: { extends: [left, right], deny: [GetHIT] }',
        '  left: { extends: [base], allow: [SendBonus] }',
        '  right: { extends: [base], managed: [AmazonMechanicalTurkReadOnly] }',
        '  base: { allow: [results:read] }',
      ].join('\n'),
      members: 'members:\n  ada: { name: Ada, roles: [top] }',
    }),
  );
  expect(findings).toEqual([]);
  const top = team?.roles.find(({ key }) => key === 'top');
  expect(top?.allow).toHaveLength(9);
  expect(top).toMatchObject({
    deny: ['GetHIT'],
    managed: ['AmazonMechanicalTurkReadOnly'],
    extends: ['left', 'right'],
  });
});

test('the order of the file leaves no trace in the team', () => {
  const [head = '', ...blocks] = sample.replace(/#.*/g, '').split(/\n(?=\w)/);
  const shuffled = fc.shuffledSubarray(blocks, { minLength: blocks.length });
  fc.assert(
    fc.property(shuffled, (parts) => {
      expect(read([head, ...parts].join('\n')).team).toEqual(read(sample).team);
    }),
    { numRuns: 30 },
  );
  const members = ['  ada: { name: Ada, roles: [reader] }', '  bo: { name: Bo, roles: [reader] }'];
  const inOrder = read(teamText({ members: `members:\n${members.join('\n')}` }));
  const reversed = read(teamText({ members: `members:\n${members.reverse().join('\n')}` }));
  expect(reversed.team).toEqual(inOrder.team);
});

test('a byte order mark in front, Windows line ends and a document marker are fine', () => {
  const expected = read(teamText()).team;
  expect(read(`\uFEFF${teamText()}`).team).toEqual(expected);
  expect(read(teamText().replaceAll('\n', '\r\n')).team).toEqual(expected);
  expect(read(`---\n${teamText()}...\n`).team).toEqual(expected);
});

test('positions count lines of either kind and columns in UTF-16 units', () => {
  const text =
    'version: 1\r\nlab: vision\r\naccount: "012345678901"\r\nowners: [ada]\r\nroles:\r\n  reader: { allow: [GetHIT] }\r\nmembers:\r\n  ada: { name: 𠮷野, roles: [absent] }\r\n';
  const [finding] = read(text).findings.filter(({ code }) => code === 'unknown-role');
  expect(finding?.position).toEqual({ line: 8, column: 29, endLine: 8, endColumn: 35 });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '../support/command.ts';
import { ADDED, reportWith } from '../support/drift-reports.ts';
import { labText, SAMPLE_HISTORY } from '../support/sample-history.ts';
import { TeamHistory } from '../support/team-history.ts';

const TODAY = ['--today', '2026-11-25'];
/** The sample, whose last version has no error, and more than the roles of one person. */
const NEWEST = labText({
  roles: '  paymaster: { extends: [reader], allow: [pay:bonus, pay:approve] }\n',
  members: [
    '  ada: { name: Ada Byron, email: ada@lab.edu, github: adabyron, roles: [paymaster] }',
    '  cy: { name: Cy Moreau, roles: [reader], until: "2026-12-31", sponsor: ada }',
  ],
  rest: 'departed:\n  bo: { left: "2026-06-14", reason: graduated }\n  hal: { left: "2025-12-20", reason: graduated }\n',
});

const out = mkdtempSync(join(tmpdir(), 'mturk-team-page-'));
const lab = new TeamHistory([
  ...SAMPLE_HISTORY,
  { date: '2026-06-20T10:00:00Z', subject: 'Shorter', text: NEWEST.replace('2026-12-31', '2026-09-30') },
  { date: '2026-07-01T10:00:00Z', subject: 'Tidy up', text: NEWEST },
]);
lab.git('checkout', '--quiet', 'main');
afterAll(() => {
  lab.remove();
  rmSync(out, { recursive: true, force: true });
});

const written = () => readFileSync(join(out, 'access.html'), 'utf8');
const page = (...args: readonly string[]) => runHere(['page', lab.file, '--out', out, ...TODAY, ...args]);
/** What a reader and a screen reader get, without tags and data. */
const textOf = (markup: string) =>
  markup
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

test('writes one file, from the file and its history', async () => {
  expect(await page()).toEqual({
    code: 0,
    stdout: `Wrote ${join(out, 'access.html')}. Open it in a browser.\n`,
    stderr: '',
  });
  const text = textOf(written());
  for (const words of [
    'On 25 Nov 2026, according to team.yaml ; AWS was not asked.',
    'Can spend money 1 of 2 members: Ada Byron ( ada ) with no last day',
    'Can harm workers None of 2 members',
    'Access ends after 31 Dec 2026: Cy Moreau ( cy )',
    'by paymaster, since 5 Jan 2026',
    '1 Apr 2026: spends money, reads data; frozen: spends money; then the freeze ended',
    'from 3 Mar 2026 at the latest to 31 Mar 2026: spends money, reads data; then a freeze',
    'could not be read: 2 Mar 2026.',
    'Bo Chen ( bo ) 1 Feb 2026',
    '2 Apr 2026 to 31 May 2026: spends money, reads data; last day',
    '20 Jun 2026 to 30 Jun 2026: reads data; then last day 31 Dec 2026 (was 30 Sep 2026)',
    // Someone who left before the history begins, and whom no version has as a member.
    'hal Left on 20 Dec 2025. No access. To change that, ask an owner: Ada Byron ( ada ).',
    // A broken version came between.
    'About the history:',
  ]) {
    expect(text).toContain(words);
  }
  expect(text).not.toMatch(/ada@lab\.edu|not merged/);
});

test('a file outside Git has a page without a history, which says so', async () => {
  const alone = mkdtempSync(join(tmpdir(), 'mturk-team-alone-'));
  try {
    const file = join(alone, 'team.yaml');
    writeFileSync(file, NEWEST);
    const { code, stdout, stderr } = await runHere(['page', file, '--out', out, ...TODAY, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ noHistory: { code: 'history-unavailable' } });
    const again = await runHere(['page', file, '--out', out, ...TODAY]);
    expect(again.stderr).toContain('It has no history: ');
    const text = textOf(written());
    expect(text).toContain('No history. The file could not be followed back: it is in no clone of a Git repository.');
    expect(text).not.toMatch(/since \d/);
    // Where it is on this machine is no one's business.
    expect(written()).not.toContain(alone);
  } finally {
    rmSync(alone, { recursive: true, force: true });
  }
});

test('a shallow clone has no wrong history', async () => {
  const shallow = mkdtempSync(join(tmpdir(), 'mturk-team-shallow-'));
  try {
    lab.git('clone', '--quiet', '--depth=1', `file://${lab.directory}`, shallow);
    const { code, stderr } = await runHere(['page', join(shallow, 'team.yaml'), '--out', out, ...TODAY]);
    expect(code).toBe(0);
    expect(stderr).toContain('to have one, run git fetch --unshallow');
    expect(textOf(written())).toContain('it is shallow');
    expect(textOf(written())).not.toMatch(/since \d/);
  } finally {
    rmSync(shallow, { recursive: true, force: true });
  }
});

test('a change that is not merged says so', async () => {
  const text = readFileSync(lab.file, 'utf8');
  try {
    writeFileSync(lab.file, text.replace('roles: [reader], until', 'roles: [paymaster], until'));
    expect((await page()).code).toBe(0);
    expect(textOf(written())).toContain('team.yaml has changes that are not merged yet.');
    expect(textOf(written())).toContain('by paymaster, not merged yet, until 31 Dec 2026');
  } finally {
    writeFileSync(lab.file, text);
  }
});

test('--public leaves out names, keys, addresses and what commits say', async () => {
  expect((await page('--public')).code).toBe(0);
  // Without the hashes, which can spell anything.
  const markup = written().replace(/<meta [^>]+>/g, '');
  for (const secret of ['Ada', 'Byron', 'Bo Chen', 'Cy', 'Moreau', 'lab.edu', 'adabyron', 'Tidy', 'Break it']) {
    expect([secret, markup.includes(secret)]).toEqual([secret, false]);
  }
  expect(markup).not.toMatch(/\b(?:ada|bo|cy|hal)\b/);
  expect(textOf(markup)).toMatch(/Can spend money 1 of 2 members: Member \d \( member-\d \) with no last day/);
  expect(textOf(markup)).toMatch(/ask the sponsor: Member \d/);
  const { code, stderr } = await page('--public', '--report', 'report.json');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('cannot be used with option `--report'),
  });
});

test('a report of another lab, none and no report at all are refused', async () => {
  const file = join(out, 'report.json');
  const refused = async () => {
    const { code, stderr } = await page('--report', file);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await refused()).toContain('there is no such file');
  writeFileSync(file, '{}');
  expect(await refused()).toContain('it is no report of a drift check');
  const report = reportWith([ADDED]);
  const scan = { class: 'drift', findings: [{}] };
  writeFileSync(file, JSON.stringify({ ...report, check: { ...report.check, scan } }));
  expect(await refused()).toContain('it is no report of a drift check');
  writeFileSync(file, JSON.stringify({ ...reportWith([ADDED]), lab: 'vision-lab' }));
  expect(await refused()).toContain('it is of another lab: vision-lab');
  writeFileSync(file, JSON.stringify(reportWith([ADDED])));
  expect((await page('--report', file)).code).toBe(0);
  expect(textOf(written())).toContain('has 1 finding. Cells and members that differ in AWS are marked.');
  writeFileSync(
    file,
    JSON.stringify({ ...reportWith([]), check: { kind: 'failed', failure: { code: 'no-state', args: {} } } }),
  );
});

test('a file with errors has no page', async () => {
  const file = join(out, 'broken.yaml');
  writeFileSync(file, NEWEST.replace('[paymaster]', '[paymaser]'));
  const { code, stderr } = await runHere(['page', file, '--out', join(out, 'none')]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('paymaser') });
  expect((await runHere(['page', lab.file])).stderr).toContain('required option `--out <dir>`');
});

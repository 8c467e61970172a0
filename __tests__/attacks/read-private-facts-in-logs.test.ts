import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shownNames, type Terminal } from '../../src/app/terminal.ts';
import { printBlocks, printJson, reportFailure } from '../../src/cli/io.ts';
import { showPreview } from '../../src/cli/plan-output.ts';
import { safeTerminal } from '../../src/cli/process-terminal.ts';
import { fail } from '../../src/diagnostics/failure.ts';
import type { Attribution, DriftFinding } from '../../src/drift/finding.ts';
import { writeDriftReport } from '../../src/drift/report/report.ts';
import { driftJson, driftLines, reconciledBlocks } from '../../src/drift/report/terminal.ts';
import { withoutAddresses } from '../../src/text/escape.ts';
import { callIam, iamOf, keyOf, openAccount } from '../emulator/clients.ts';
import { runHere } from '../support/command.ts';
import { reportOf } from '../support/drift-reports.ts';
import { scratchLab } from '../support/init-files.ts';
import { sampleViews } from '../support/sample-reviews.ts';
import { DIFFERENCES, naming, OTHERS, sampleScan, team } from '../support/sample-scans.ts';
import { SILENT } from '../support/silent-terminal.ts';

/** A hostile account: everything that can be wrong, done by an administrator of another project. */
const byCarol = (index: number): Attribution => ({
  actor: 'AWSReservedSSO_Admin_1f/carol@agency.example',
  at: '2026-11-24T16:02:11Z',
  sourceIp: index % 2 === 0 ? '203.0.113.9' : '2001:db8::7:9',
  userAgent: 'console',
});
const FINDINGS: readonly DriftFinding[] = [...DIFFERENCES, ...OTHERS].map((finding, index) => ({
  ...finding,
  lastChange: byCarol(index),
}));
const SCAN = sampleScan(FINDINGS, {
  changedBack: [
    {
      entity: { kind: 'user', name: 'stranger' },
      changes: [{ ...byCarol(0), event: 'AddUserToGroup', target: 'old-payers' }],
    },
  ],
});

const KEYS = ['AKIAEXAMPLEKEYOFBO2A', 'AKIAEXAMPLEKEYOFBO2B', 'APKAEXAMPLESSHKEYY2A', 'ACCAEXAMPLESERVICE2A'];
const ADDRESSES = ['203.0.113.9', '2001:db8', 'carol@'];
const OUTSIDERS = [
  'old-mturk-user',
  'ghost',
  'stranger',
  'old-payers',
  'Admins',
  'no-bonus',
  'spare',
  'AWSReservedSSO',
];

const place = scratchLab(readFileSync('team.yaml', 'utf8'));
afterAll(() => place.remove());

/** What the log of a job has, or the terminal of a person. */
function printedTo(where: 'log' | 'terminal', print: (terminal: Terminal) => void): string {
  const out: string[] = [];
  const write = (text: string) => out.push(text);
  const terminal = { ...SILENT, stdout: write, stderr: write };
  print(safeTerminal(terminal, where === 'log' ? { GITHUB_ACTIONS: 'true' } : {}));
  return out.join('');
}

const namesIn = (text: string, names: readonly string[]) => names.filter((name) => text.includes(name));

/** Everything that `drift` and `drift --reconcile` print about the account. */
function printDrift(terminal: Terminal): void {
  const { stdout } = terminal;
  const names = shownNames(naming, terminal);
  stdout(`${driftLines(SCAN, names, { isAttributed: true, reconcile: 'all' }).join('\n')}\n`);
  const given = { kind: 'operations', key: 'bo', operations: ['SendBonus'], until: null, at: SCAN.at } as const;
  printBlocks(reconciledBlocks({ steps: 2, done: [given], announcements: [given] }, names), terminal);
}

test('the log of a drift check and of a reconcile has no key, address, account or name from outside the lab', () => {
  const secrets = [...KEYS, ...ADDRESSES, ...OUTSIDERS, team.account];
  const log = printedTo('log', printDrift);
  expect(namesIn(log, secrets)).toEqual([]);
  // What the lab itself must see is there.
  expect(log).toContain('Bo Chen (bo) added to paymaster');
  expect(log).toContain('Unmanaged user …');
  expect(log.replace(/\s+/g, ' ')).toContain('run mturk-team drift on your own machine');
});

test('a person sees all of it', () => {
  const secrets = [...KEYS, ...ADDRESSES, ...OUTSIDERS, team.account];
  expect(namesIn(printedTo('terminal', printDrift), secrets)).toEqual(secrets);
});

test('as JSON a log has no key, address or account either', () => {
  const print = (terminal: Terminal) => printJson(driftJson(SCAN, team, naming), terminal);
  const secrets = [...KEYS, ...ADDRESSES, team.account];
  expect(namesIn(printedTo('terminal', print), secrets)).toEqual(secrets);
  expect(namesIn(printedTo('log', print), secrets)).toEqual([]);
  expect(JSON.parse(printedTo('log', print))).toMatchObject({ drift: { findings: expect.anything() } });
});

test('report.json, an artifact, has no key, no address and no value of a tag', async () => {
  const file = join(place.directory, 'report.json');
  const tagged = FINDINGS.map((finding) =>
    finding.rule === 'unmanaged-user'
      ? { ...finding, data: { ...finding.data, tags: { room: 'secret-room' } } }
      : finding,
  );
  await writeDriftReport(file, reportOf(sampleScan(tagged)));
  expect(namesIn(readFileSync(file, 'utf8'), [...KEYS, ...ADDRESSES, 'secret-room'])).toEqual([]);
});

test('the log of a plan has no name from outside the lab', () => {
  const { review } = sampleViews()['manual-changes-reverted']!;
  const print = (terminal: Terminal) => showPreview(review!, null, 'text', terminal);
  expect(printedTo('terminal', print)).toContain('stranger');
  expect(printedTo('log', print)).not.toContain('stranger');
});

test('an error of AWS or Terraform is shortened', () => {
  const reason = `User: arn:aws:sts::${team.account}:assumed-role/plan/carol@agency.example is not authorized from 203.0.113.9`;
  const print = (terminal: Terminal) =>
    reportFailure(fail('credentials-denied', { reason, progress: null }).failure, terminal);
  const secrets = [team.account, 'carol@', '203.0.113.9'];
  expect(namesIn(printedTo('terminal', print).replace(/\n\s+/g, ' '), secrets)).toEqual(secrets);
  expect(namesIn(printedTo('log', print), secrets)).toEqual([]);
});

test('as JSON a text of several lines stays JSON, without its addresses', () => {
  const text = 'denied:\ncarol@agency.example\n203.0.113.9\n\t2001:db8::7:9\u200bnadia@lab.edu';
  expect(JSON.parse(printedTo('log', (io) => printJson({ text }, io)))).toEqual({
    version: 1,
    text: 'denied:\n…@agency.example\n…\n\t…\u200b…@lab.edu',
  });
});

test.each([
  ['203.0.113.9, and 127.0.0.1', '…, and 127.0.0.1'],
  ['from 2001:db8:0:0:1::7', 'from …'],
  ['from ::ffff:203.0.113.9, host:203.0.113.9', 'from ::ffff:…, host:…'],
  ['from fe80::1:2.', 'from ….'],
  ['ada.b+c@lab.edu.', '…@lab.edu.'],
  ['LAB\\carol@lab.edu, LAB\\ulla@lab.edu', 'LAB\\…@lab.edu, LAB\\…@lab.edu'],
  ['2026-11-24T16:02:11Z', null],
  ['arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess', null],
  ['actions/checkout@v4.1 and cdktf-cli@0.21.0, hashicorp/aws 6.25.0', null],
])('addresses are left out of %s', (text, left) => {
  expect(withoutAddresses(text)).toBe(left ?? text);
});

describe('commands in a workflow', () => {
  const secrets: string[] = [];

  beforeAll(async () => {
    const emulator = await openAccount({ dir: join(place.directory, 'emulator') });
    const iam = iamOf(emulator);
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
    for (const UserName of ['agency-bot', 'carol@agency.example']) {
      await callIam(iam, 'CreateUser', { UserName });
      await callIam(iam, 'AttachUserPolicy', { UserName, PolicyArn });
      secrets.push((await keyOf(iam, UserName)).accessKeyId);
    }
    // Without any right, and without a boundary.
    await callIam(iam, 'CreateUser', { UserName: 'spare-intern' });
    secrets.push('agency-bot', 'carol@', 'spare-intern', '123456789012');
    await emulator.close();
  });

  test.each([
    ['drift', '--quick'],
    ['who-can', 'SendBonus', '--live'],
    ['explain', 'bo', '--live'],
  ])('%s %s names no user outside the lab', async (...args) => {
    const run = (env: Record<string, string>) =>
      runHere([...args, '--emulator', 'emulator'], { cwd: place.directory, env });
    const [log, terminal] = [await run({ GITHUB_ACTIONS: 'true' }), await run({})];
    expect(namesIn(log.stdout + log.stderr, secrets)).toEqual([]);
    expect(terminal.stdout).toContain('123456789012');
    expect(log.code).toBe(terminal.code);
  });
});

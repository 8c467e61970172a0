import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { readDriftReport } from '../../src/drift/report/report.ts';
import { type Emulator, openEmulator } from '../../src/emulator/emulator.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import { runHere, scratch } from '../support/command.ts';
import { smallTeam, smallTeamFile } from '../support/sample-team.ts';

const TODAY = ['--today', '2026-11-25'];
const RECONCILE = / {2}reconcile: .*\n/;
const UNSET = smallTeamFile().replace(RECONCILE, '');
const ALLOWED = smallTeamFile().replace(RECONCILE, '  reconcile: additions\n');
const place = scratch({ 'team.yaml': ALLOWED, 'output.txt': '' });
const GITHUB_OUTPUT = join(place.directory, 'output.txt');
const user = (key: string) => ({ UserName: `perception-lab-${key}` });
const group = (key: string) => ({ GroupName: `perception-lab-${key}` });

function mturk(args: readonly string[], env: Record<string, string> = {}) {
  place.write('output.txt', '');
  return runHere([...args, '--emulator', ...TODAY], { cwd: place.directory, env: { GITHUB_OUTPUT, ...env } });
}

/** What the step says to the workflow, by name. */
function outputs(): Record<string, string> {
  const lines = readFileSync(GITHUB_OUTPUT, 'utf8').matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2\n/gm);
  return Object.fromEntries([...lines].map(([, name = '', , value = '']) => [name, value]));
}

async function byHand(click: (iam: aws.IAMClient, emulator: Emulator) => Promise<unknown>): Promise<void> {
  const dir = join(place.directory, '.mturk-team/emulator');
  const clock = () => new Date('2026-11-25T11:00:00Z');
  const emulator = await openEmulator({ dir, accountId: smallTeam.account, provider: false, clock });
  const credentials = emulator.rootCredentials;
  const iam = new aws.IAMClient({ endpoint: emulator.endpoint, region: 'us-east-1', credentials });
  try {
    await click(iam, emulator);
  } finally {
    iam.destroy();
    await emulator.close();
  }
}

async function report() {
  const read = await readDriftReport(join(place.directory, 'report.json'));
  if (read === null || !read.ok) throw new Error(JSON.stringify(read));
  return read.value;
}

async function scan() {
  const { check } = await report();
  if (check?.kind !== 'scanned') throw new Error(check?.kind);
  return check.scan;
}

beforeAll(async () => {
  expect(await mturk(['apply', '--yes'])).toMatchObject({ code: 0 });
});
afterAll(() => place.remove());

test('a check writes nothing to the account, whatever the day', async () => {
  const stored = () =>
    ['account.json', 'account.journal', 'state/team.tfstate'].map((file) =>
      readFileSync(join(place.directory, '.mturk-team/emulator', file), 'utf8'),
    );
  const before = stored();
  const args = ['drift', '--emulator', '--today', '2027-03-10', '--json'];
  expect(await runHere(args, { cwd: place.directory })).toMatchObject({ code: 0 });
  expect(stored()).toEqual(before);
  const { stdout } = await mturk(['drift', '--quick', '--json']);
  expect(JSON.parse(stdout).drift.credentialReportAt).toMatch(/^2026-11-25T/);
});

const ADDED = 'membership-added/bo/paymaster/spends';
const REMOVED = 'membership-removed/bo/task-publisher';

test('a clean account: nothing to report, and the outputs of the step say so', async () => {
  expect(await mturk(['drift', '--no-lock', '--report', 'report.json'])).toMatchObject({ code: 0, stderr: '' });
  expect(await report()).toMatchObject({
    version: 1,
    lab: 'perception-lab',
    commit: null,
    settings: { checkEveryHours: 24, reconcile: 'additions' },
    check: { kind: 'scanned', isAccessKnown: true, scan: { class: 'clean', findings: [], notChecked: [] } },
    reconcile: null,
    expiring: [],
  });
  expect(outputs()).toEqual({
    class: 'clean',
    reconcile: 'false',
    fingerprint: (await scan()).fingerprint,
  });
});

test('from a scan to a revert, as the workflow does it: the addition is reverted, the removal is reported and kept', async () => {
  await byHand(async (iam) => {
    await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') }));
  });
  const found = await mturk(['drift', '--no-lock', '--report', 'report.json']);
  expect(found.code).toBe(2);
  const seen = await scan();
  const remediations = seen.findings.map(({ remediation }) => remediation);
  expect({ class: seen.class, remediations }).toEqual({ class: 'drift', remediations: ['auto', 'on-request'] });
  const { fingerprint = '', ...rest } = outputs();
  expect({ fingerprint, ...rest }).toEqual({
    class: 'drift',
    reconcile: 'true',
    fingerprint: seen.fingerprint,
  });

  const job = (digits: string) => [
    'drift',
    '--reconcile',
    '--yes',
    '--if-fingerprint',
    digits,
    '--report',
    'report.json',
  ];
  const other = await mturk(job('0'.repeat(64)));
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('error[fingerprint-changed]') });
  expect(await report()).toMatchObject({
    reconcile: { outcome: 'blocked', reverted: [], block: { code: 'fingerprint-changed' }, after: null },
  });
  const unconfirmed = await mturk(['drift', '--reconcile']);
  expect(unconfirmed).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-confirmed]') });
  expect(unconfirmed.stderr).toContain('Bo Chen (`bo`) added to `paymaster`');

  const done = await mturk(job(fingerprint));
  expect(done.code).toBe(2);
  expect(await report()).toMatchObject({
    check: { scan: { findings: [{}, {}] } },
    reconcile: {
      outcome: 'reverted',
      reverted: [ADDED],
      after: { scan: { class: 'drift', findings: [{ id: REMOVED }] } },
    },
  });
  const record = readFileSync(join(place.directory, '.mturk-team/emulator/reconcile-record.json'), 'utf8');
  expect(JSON.parse(record)).toMatchObject({
    version: 1,
    reverts: [{ finding: ADDED, state: 'done', at: expect.stringMatching(/^2026-11-25T/) }],
  });

  // Again: mode additions grants nothing.
  const again = await mturk(['drift', '--reconcile', '--yes', '--json', '--report', 'report.json']);
  expect({ code: again.code, ...JSON.parse(again.stdout) }).toMatchObject({
    code: 2,
    drift: { class: 'drift', findings: [{ id: REMOVED }] },
    reconcile: { outcome: 'nothing', reverted: [], block: null, failure: null },
  });
  expect(await report()).toMatchObject({ reconcile: { outcome: 'nothing', after: null } });
  const missed = await mturk(['drift', '--revert', `${REMOVED}s`, '--yes', '--json']);
  expect({ code: missed.code, ...JSON.parse(missed.stdout) }).toMatchObject({
    code: 1,
    drift: { class: 'drift' },
    reconcile: { outcome: 'blocked', block: { code: 'not-revertible', args: { findings: [{ nearest: REMOVED }] } } },
  });
});

test('one finding is reverted by its ID, and what else changed for the same member is not', async () => {
  // Of the case before this one, the removal is left.
  await byHand((iam) => iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') })));
  const done = await mturk(['drift', '--revert', ADDED, '--yes', '--json']);
  expect({ code: done.code, ...JSON.parse(done.stdout) }).toMatchObject({
    code: 2,
    lab: 'perception-lab',
    drift: { class: 'drift', findings: [{ id: REMOVED }] },
    reconcile: { outcome: 'reverted', reverted: [ADDED] },
  });
  expect(await mturk(['drift', '--revert', REMOVED, '--yes'])).toMatchObject({ code: 0 });
});

test('a quick check needs no Terraform, makes fewer calls, and finds the same access', async () => {
  const widened = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' }],
  });
  await byHand((iam) =>
    iam.send(
      new aws.CreatePolicyVersionCommand({
        PolicyArn: rolePolicyArn(smallTeam, 'results-reader'),
        PolicyDocument: widened,
        SetAsDefault: true,
      }),
    ),
  );
  const engineless = { TERRAFORM_BINARY_NAME: join(place.directory, 'no-engine') };
  const quick = await mturk(['drift', '--quick', '--json', '--report', 'report.json'], engineless);
  expect(quick.code).toBe(2);
  const ids = (text: string) => JSON.parse(text).drift.findings.map(({ id }: { id: string }) => id);
  expect(ids(quick.stdout)).toEqual(['policy-changed/results-reader/spends']);
  expect(await scan()).toMatchObject({ class: 'drift' });

  const slow = await mturk(['drift', '--json', '--report', 'report.json'], engineless);
  expect(slow).toMatchObject({ code: 1, stderr: expect.stringContaining('error[terraform-not-found]') });
  expect(JSON.parse(slow.stdout)).toMatchObject({ version: 1, error: { code: 'terraform-not-found' } });
  // A failed check is not drift: its report has the failure and nothing about the account.
  expect(await report()).toMatchObject({ check: { kind: 'failed', failure: { code: 'terraform-not-found' } } });
  expect(outputs()).toMatchObject({ class: 'error', 'failure-reason': 'drift-check-failed' });
});

test('in mode none the job reverts nothing, before anything is read from AWS', async () => {
  place.write('team.yaml', UNSET);
  const blocked = await mturk(['drift', '--reconcile', '--yes', '--report', 'report.json']);
  expect(blocked).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('error[reconcile-off]') });
  expect(await report()).toMatchObject({
    check: null,
    reconcile: { outcome: 'blocked', reverted: [], block: { code: 'reconcile-off' } },
  });
  place.write('team.yaml', ALLOWED);
});

test('an unusable record stops a check', async () => {
  place.write('.mturk-team/emulator/apply-record.json', '{"version": 1}');
  const scanned = await mturk(['drift', '--report', 'report.json']);
  expect(scanned).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('record-unusable') });
  expect(await report()).toMatchObject({ check: { kind: 'failed', failure: { code: 'record-unusable' } } });
});

test('a team file with an error is not checked', async () => {
  place.write('team.yaml', `${ALLOWED}\nlab: [`);
  const scanned = await mturk(['drift', '--report', 'none.json']);
  expect(scanned.code).toBe(1);
  expect(existsSync(join(place.directory, 'none.json'))).toBe(false);
  expect(outputs()).toMatchObject({ 'failure-reason': 'validate-failed' });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { readDriftReport } from '../../src/drift/report/report.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import { appliedDirectory, byHandIn, TODAY } from '../support/applied-directory.ts';
import { runHere } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeam, smallTeamFile } from '../support/sample-team.ts';

const test = testInTurn(3);

const RECONCILE = / {2}reconcile: .*\n/;
const ALLOWED = smallTeamFile().replace(RECONCILE, '  reconcile: additions\n');
const place = await appliedDirectory(ALLOWED);
const GITHUB_OUTPUT = join(place.directory, 'output.txt');
const user = (key: string) => ({ UserName: `perception-lab-${key}` });
const group = (key: string) => ({ GroupName: `perception-lab-${key}` });

function mturk(args: readonly string[], env: Record<string, string> = {}) {
  place.write('output.txt', '');
  return runHere([...args, '--emulator', '--today', TODAY], { cwd: place.directory, env: { GITHUB_OUTPUT, ...env } });
}

/** What the step says to the workflow, by name. */
function outputs(): Record<string, string> {
  const lines = readFileSync(GITHUB_OUTPUT, 'utf8').matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2\n/gm);
  return Object.fromEntries([...lines].map(([, name = '', , value = '']) => [name, value]));
}

const byHand = (click: (iam: aws.IAMClient) => Promise<unknown>) =>
  byHandIn(place.directory, click, { clock: () => new Date(`${TODAY}T11:00:00Z`) });

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
const WITHHELD = 'access-withheld/bo';

test('a clean account: nothing to report, and the outputs of the step say so', async () => {
  expect(await mturk(['drift', '--no-lock', '--report', 'report.json'])).toMatchObject({ code: 0, stderr: '' });
  expect(await report()).toMatchObject({
    version: 1,
    lab: 'perception-lab',
    commit: null,
    settings: { checkEveryHours: 6, reconcile: 'additions' },
    check: { kind: 'scanned', isAccessKnown: true, scan: { class: 'clean', findings: [], notChecked: [] } },
    expiring: [],
  });
  expect(outputs()).toEqual({ class: 'clean', 'checked-at': expect.stringMatching(/^2026-11-25T/) });
});

test('from a scan to a reconcile, as the workflow does it: the addition is reverted, what was removed is withheld', async () => {
  await byHand(async (iam) => {
    await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') }));
  });
  const found = await mturk(['drift', '--no-lock', '--report', 'report.json']);
  expect(found.code).toBe(2);
  const seen = await scan();
  const remediations = seen.findings.map(({ id, remediation }) => [id, remediation]);
  expect({ class: seen.class, remediations }).toEqual({
    class: 'drift',
    remediations: [
      [ADDED, 'auto'],
      ['membership-removed/bo/task-publisher', 'announced'],
    ],
  });
  expect(outputs()).toMatchObject({ class: 'drift' });

  const done = await mturk(['drift', '--reconcile', '--yes', '--json']);
  expect({ code: done.code, ...JSON.parse(done.stdout) }).toMatchObject({
    code: 2,
    drift: { class: 'drift', findings: [{ id: WITHHELD }] },
    reconcile: { steps: expect.any(Number), done: [], announcements: [] },
  });
  // Again: mode additions gives nothing back.
  const again = await mturk(['drift', '--reconcile', '--yes', '--json']);
  expect({ code: again.code, ...JSON.parse(again.stdout) }).toMatchObject({
    code: 2,
    drift: { class: 'drift', findings: [{ id: WITHHELD }] },
    reconcile: { steps: 0, done: [], announcements: [] },
  });
  expect(await mturk(['apply', '--yes', '--restore', 'bo'])).toMatchObject({ code: 0 });
  expect(await mturk(['drift', '--quick'])).toMatchObject({ code: 0 });
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
